/** Nothing scrolls sideways on a phone, and what is touched is large enough. */
import { test as looking, type Page } from '@playwright/test';
import { pages } from './fixture/pages';
import { choose, expect, onePage, settled, shown, test } from './fixture/start';

/** What reaches beyond the right edge. */
const beyond = (page: Page) =>
  page.evaluate(() => {
    const limit = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= limit) return [];
    return [...document.querySelectorAll('body *')]
      .filter((element) => element.getBoundingClientRect().right > limit + 0.5)
      .map((element) => `${element.tagName}.${element.className}`);
  });

const onlyPage = onePage();

looking(
  'the page that is looked at is touched where the project is a phone',
  async ({ isMobile }) => {
    const touched = () => matchMedia('(pointer: coarse)').matches;
    expect(await onlyPage().evaluate(touched)).toBe(isMobile);
  },
);

for (const [name, scenario, path] of pages) {
  looking(`${name} fits 320 and 390 px`, async () => {
    const page = onlyPage();
    await page.setViewportSize({ width: 320, height: 700 });
    await choose(page, scenario);
    await page.goto(path);
    await shown(page);
    await expect.poll(() => beyond(page), '320 px').toEqual([]);
    await page.setViewportSize({ width: 390, height: 700 });
    await settled(page);
    await expect.poll(() => beyond(page), '390 px').toEqual([]);
  });
}

test('rows are at least 64 px high and buttons 44 px', async ({ page, isMobile }) => {
  test.skip(!isMobile, 'a mouse needs less');
  await choose(page, 'busy');
  await page.goto('/');
  const rows = page.getByRole('listitem').filter({ has: page.getByRole('slider') });
  await rows.first().waitFor();
  await shown(page);
  const heights = await rows.evaluateAll((all) =>
    all.map((row) => row.getBoundingClientRect().height),
  );
  expect(heights.length).toBeGreaterThan(5);
  expect(Math.min(...heights)).toBeGreaterThanOrEqual(64);
  const sides = await page.getByRole('button').evaluateAll((all) =>
    all.map((button) => {
      const { width, height } = button.getBoundingClientRect();
      return Math.min(width, height);
    }),
  );
  expect(sides.length).toBeGreaterThan(5);
  expect(Math.min(...sides)).toBeGreaterThanOrEqual(44);
});

test('the filters of incidents are in a sheet', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 700 });
  await choose(page, 'busy');
  await page.goto('/incidents');
  await page.getByRole('button', { name: 'Filters' }).click();
  await page.getByRole('dialog').getByText('Resolved').click();
  await expect(page).toHaveURL(/state=resolved/);
  await page.getByRole('button', { name: 'Close' }).click();
  await expect(page.getByText('Storefront was down')).toBeVisible();
  await expect(page.getByText('Checkout API is down')).toHaveCount(0);
});

for (const [width, height] of [
  [320, 568],
  [667, 320],
] as const) {
  test(`one can sign out at ${width} × ${height}`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    await choose(page, 'busy');
    await page.goto('/');
    await shown(page);
    await page.getByRole('button', { name: /Account menu/ }).click();
    const menu = page.getByRole('menu', { name: /Account menu/ });
    const box = await menu.boundingBox();
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(height);
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await expect(page).toHaveURL(/\/login/);
  });
}

test('a message with a name that never breaks leaves room for its buttons', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 700 });
  await choose(page, 'busy');
  await page.goto('/about');
  const name = 'x'.repeat(200);
  await page.evaluate(
    (body) => fetch('/api/services', { method: 'POST', body: JSON.stringify(body) }),
    { name, url: 'https://x.example.com', category: 'Home' },
  );
  await page.goto('/');
  await shown(page);
  await page.getByRole('button', { name: `Actions for ${name}` }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  const message = page.getByRole('region', { name: 'Messages' });
  for (const button of ['Undo', 'Close']) {
    const box = await message.getByRole('button', { name: button }).boundingBox();
    expect(box?.x ?? -1, button).toBeGreaterThanOrEqual(0);
    expect((box?.x ?? 0) + (box?.width ?? 321), button).toBeLessThanOrEqual(320);
  }
});
