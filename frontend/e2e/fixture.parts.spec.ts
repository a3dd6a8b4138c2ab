/** Parts of the app that do not come: another build has replaced them, or the network is away. */
import type { Page } from '@playwright/test';
import { choose, expect, serviceId, settled, test } from './fixture/start';

const lose = (page: Page, part: string) =>
  page.route(`**/assets/${part}-*.js*`, (route) => route.abort());
const find = (page: Page, part: string) => page.unroute(`**/assets/${part}-*.js*`);
const sentence = (page: Page) => page.getByRole('heading', { level: 1 });

/** Counts how often the page itself was loaded. */
function loads(page: Page): () => number {
  let n = 0;
  page.on('request', (request) => {
    if (request.isNavigationRequest()) n += 1;
  });
  return () => n;
}

test('a chart that does not come leaves its page, and comes when it is asked for again', async ({
  page,
}) => {
  await choose(page, 'busy');
  await lose(page, 'LatencyChart');
  await page.goto(`/services/${serviceId(1)}`);
  const latency = page.getByRole('region', { name: 'Latency' });
  await expect(latency.getByRole('alert')).toContainText('This part did not load');
  await expect(sentence(page)).toContainText('Storefront is up');
  await find(page, 'LatencyChart');
  await latency.getByRole('button', { name: 'Try again' }).click();
  await expect(page.locator('.recharts-surface').first()).toBeVisible();
});

test('a dialog that does not come leaves what was selected', async ({ page }) => {
  await choose(page, 'busy');
  await lose(page, 'BulkDialog');
  await page.goto('/');
  await page.getByRole('button', { name: 'Select', exact: true }).click();
  await page.getByRole('checkbox', { name: /Storefront/ }).check();
  const bar = page.getByRole('region', { name: 'Change what is selected' });
  await bar.getByRole('button', { name: 'Pause' }).click();
  const missing = page.getByRole('dialog', { name: 'This did not load' });
  await missing.getByRole('button', { name: 'Close' }).click();
  await expect(bar).toContainText('1 selected');
  await bar.getByRole('button', { name: 'Pause' }).click();
  await find(page, 'BulkDialog');
  await missing.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('dialog', { name: /Pause 1/ })).toBeVisible();
});

test('after a new build a page is loaded again once, and never in a loop', async ({ page }) => {
  await choose(page, 'busy');
  await page.goto('/');
  await settled(page);
  await lose(page, 'AboutPage');
  await page.route('http://127.0.0.1:*/', (route) =>
    route.request().resourceType() === 'fetch'
      ? route.fulfill({ body: '<script type="module" src="/assets/index-new.js"></script>' })
      : route.fallback(),
  );
  const loaded = loads(page);
  await page.getByRole('button', { name: /Account menu/ }).click();
  await page.getByRole('menuitem', { name: 'About' }).click();
  await expect(sentence(page)).toHaveText('This page did not load');
  await expect.poll(loaded).toBe(1);
  await page.waitForTimeout(6_000);
  expect(loaded()).toBe(1);
  await expect(page.getByText('a fault of ours')).toHaveCount(0);
  await find(page, 'AboutPage');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(sentence(page)).toHaveText('PulseCheck watches what you depend on');
});

test('who is offline reads so, and the page goes on as soon as it can', async ({
  page,
  context,
}) => {
  await choose(page, 'busy');
  await page.goto('/');
  await settled(page);
  await context.setOffline(true);
  await page.getByRole('button', { name: /Account menu/ }).click();
  await page.getByRole('menuitem', { name: 'About' }).click();
  await expect(sentence(page)).toHaveText('PulseCheck does not answer');
  await context.setOffline(false);
  await expect(sentence(page)).toHaveText('PulseCheck watches what you depend on', {
    timeout: 30_000,
  });
});
