/** Nothing scrolls sideways on a phone, and what is touched is large enough. */
import { pages } from './fixture/pages';
import { choose, expect, test } from './fixture/start';

for (const width of [320, 390]) {
  for (const [name, scenario, path] of pages) {
    test(`${name} fits ${width} px`, async ({ page }) => {
      await page.setViewportSize({ width, height: 700 });
      await choose(page, scenario);
      await page.goto(path);
      await page.locator('h1').first().waitFor();
      await page.waitForLoadState('networkidle').catch(() => undefined);
      const tooWide = await page.evaluate(() => {
        const limit = document.documentElement.clientWidth;
        if (document.documentElement.scrollWidth <= limit) return [];
        return [...document.querySelectorAll('body *')]
          .filter((element) => element.getBoundingClientRect().right > limit + 0.5)
          .map((element) => `${element.tagName}.${element.className}`);
      });
      expect(tooWide).toEqual([]);
    });
  }
}

test('rows are at least 64 px high and buttons 44 px', async ({ page, isMobile }) => {
  test.skip(!isMobile, 'a mouse needs less');
  await choose(page, 'busy');
  await page.goto('/');
  const rows = page.getByRole('listitem').filter({ has: page.getByRole('slider') });
  await rows.first().waitFor();
  for (const row of await rows.all()) {
    expect((await row.boundingBox())?.height).toBeGreaterThanOrEqual(64);
  }
  for (const button of await page.getByRole('button').all()) {
    const box = await button.boundingBox();
    expect(Math.min(box?.height ?? 0, box?.width ?? 0)).toBeGreaterThanOrEqual(44);
  }
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
