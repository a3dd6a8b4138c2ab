/** Nothing scrolls sideways on a phone, and what is touched is large enough. */
import { test as looking, type Page } from '@playwright/test';
import { pages } from './fixture/pages';
import { choose, expect, happen, onePage, serviceId, settled, shown, test } from './fixture/start';

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

looking('the page that is looked at is touched', async () => {
  const touched = () => matchMedia('(pointer: coarse)').matches;
  expect(await onlyPage().evaluate(touched)).toBe(true);
});

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

test('rows are at least 64 px high and buttons 44 px', async ({ page }) => {
  await choose(page, 'busy');
  await page.goto('/');
  const rows = page.getByRole('listitem').filter({ has: page.locator('[data-service]') });
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

/** 44 px, of which the edges count to neither side. */
const FINGER = 42;

/** How high the place is where a finger ticks a box: the box itself, or the label that belongs to it. */
const heightsOfBoxes = (page: Page) =>
  page.getByRole('checkbox').evaluateAll((all) =>
    all.map((box) => {
      box.scrollIntoView({ block: 'center' });
      const { left, top, width, height } = box.getBoundingClientRect();
      const middle = top + height / 2;
      const ticks = (y: number) => {
        const at = document.elementFromPoint(left + width / 2, y);
        const labels = [...((box as HTMLInputElement).labels ?? [])];
        return at === box || labels.some((label) => label.contains(at));
      };
      const reach = (step: number) => {
        let far = 0;
        while (far < 60 && ticks(middle + step * (far + 1))) far += 1;
        return far;
      };
      return reach(-1) + 1 + reach(1);
    }),
  );

for (const [where, path] of [
  ['a channel', '/notices/new'],
  ['the account', '/account'],
  ['a service', `/services/${serviceId(1)}/edit`],
] as const) {
  test(`boxes to tick are 44 px high: ${where}`, async ({ page }) => {
    await choose(page, 'few');
    await page.goto(path);
    await shown(page);
    const folded = page.locator('summary').filter({ hasText: 'Advanced' });
    if ((await folded.count()) > 0) await folded.click();
    await page.getByRole('checkbox').first().waitFor();
    expect(Math.min(...(await heightsOfBoxes(page)))).toBeGreaterThanOrEqual(FINGER);
  });
}

test('boxes to tick are 44 px high: rows that are selected', async ({ page }) => {
  await choose(page, 'busy');
  await page.goto('/');
  await shown(page);
  await page.getByRole('button', { name: 'Select', exact: true }).click();
  await page.getByRole('checkbox').first().waitFor();
  const heights = await heightsOfBoxes(page);
  expect(heights.length).toBeGreaterThan(5);
  expect(Math.min(...heights)).toBeGreaterThanOrEqual(FINGER);
});

/** True while some of what it says is cut off. */
const isCut = ({ scrollWidth, clientWidth, scrollHeight, clientHeight }: HTMLElement) =>
  scrollWidth > clientWidth || scrollHeight > clientHeight;

test('a line of incidents is read in full, also with a longer name', async ({ page }) => {
  await choose(page, 'busy');
  await page.goto('/about');
  await shown(page);
  const name = 'Checkout of the shops in Rotterdam and Antwerp';
  await happen(page, { rename: { id: serviceId(2), name } });
  await page.goto('/incidents');
  const line = page.getByRole('link', { name: `${name} is down` });
  await line.waitFor();
  expect(await line.evaluate(isCut)).toBe(false);
});

test('the title of a planned window is read in full', async ({ page }) => {
  const title = 'The database moves to another rack and gets new disks';
  await choose(page, 'busy');
  await page.route('**/api/maintenance', async (route) => {
    const response = await route.fetch();
    const [first, ...others] = await response.json();
    await route.fulfill({ response, json: [{ ...first, title }, ...others] });
  });
  await page.goto('/maintenance');
  const shownTitle = page.getByText(title).locator('xpath=..');
  await shownTitle.waitFor();
  expect(await shownTitle.evaluate(isCut)).toBe(false);
});

test('what is wrong with a service is read in full on its row, which is as high as any', async ({
  page,
}) => {
  await choose(page, 'busy');
  await page.goto('/about');
  const sentence = 'Connection to db-1.example.com was refused.';
  const reason = { code: 'refused', phase: 'connect', sentence };
  await happen(page, { service: { id: serviceId(2), current_status: { reason } } });
  for (const width of [390, 320]) {
    await page.setViewportSize({ width, height: 700 });
    await page.goto('/');
    await shown(page);
    const troubled = page.getByRole('region', { name: 'Needs attention' });
    const words = troubled.getByText(sentence).filter({ visible: true });
    expect(await words.evaluate(isCut)).toBe(false);
    const rows = await page.locator('[data-service]').evaluateAll((all) =>
      all.map((row) => ({
        height: row.parentElement?.getBoundingClientRect().height ?? 0,
        spills: row.scrollHeight > row.clientHeight + 1,
      })),
    );
    expect(rows.length).toBeGreaterThan(5);
    expect(rows.filter(({ spills }) => spills)).toEqual([]);
    const heights = rows.map(({ height }) => height);
    expect(Math.max(...heights) - Math.min(...heights)).toBeLessThanOrEqual(2);
    // A touch on the reason opens the service.
    await words.evaluate((element) => element.scrollIntoView({ block: 'center' }));
    const place = await words.boundingBox();
    await page.touchscreen.tap((place?.x ?? 0) + 20, (place?.y ?? 0) + 5);
    await expect(page).toHaveURL(/\/services\//);
  }
});

for (const [where, path, name] of [
  ['a service', `/services/${serviceId(7)}/edit`, 'Address'],
  ['a new one', '/services/new?url=shop.example.com&look=1', 'What do you want to watch?'],
] as const) {
  test(`an address takes the width of the page: ${where}`, async ({ page }) => {
    await page.setViewportSize({ width: 320, height: 700 });
    await choose(page, 'busy');
    await page.goto(path);
    await shown(page);
    const box = await page.getByLabel(name, { exact: true }).boundingBox();
    expect(box?.width).toBe(320 - 2 * 16);
    const button = await page.getByRole('button', { name: /^Look/ }).boundingBox();
    expect(button?.y).toBeGreaterThan((box?.y ?? 0) + (box?.height ?? 0));
  });
}

for (const [where, path, name] of [
  ['checks', `/services/${serviceId(2)}`, 'Table of checks'],
  ['workers', '/system', 'Figures of each worker'],
] as const) {
  test(`an edge beyond which there is more of a table is shaded: ${where}`, async ({ page }) => {
    await page.setViewportSize({ width: 320, height: 700 });
    await choose(page, 'busy');
    await page.goto(path);
    await shown(page);
    const table = page.getByRole('region', { name });
    await table.scrollIntoViewIfNeeded();
    // Its words and lines move; what does not is the shade of an edge.
    await table.locator('table').evaluate((element) => {
      element.style.visibility = 'hidden';
    });
    const pictureAt = async (place: number) => {
      await table.evaluate((element, x) => element.scrollTo(x, 0), place);
      return (await table.screenshot()).toString('base64');
    };
    const [left, middle, right] = [await pictureAt(0), await pictureAt(40), await pictureAt(9_999)];
    expect(new Set([left, middle, right]).size).toBe(3);
  });
}

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
