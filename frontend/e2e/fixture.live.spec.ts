/** Live events, one stream for all tabs, silent refresh, and honesty about old data. */
import type { Page } from '@playwright/test';
import { choose, expect, happen, incidentId, serviceId, settled, test } from './fixture/start';

const nowIso = () => new Date().toISOString();

/** A look that changes the state, known to the server and told: what the page fetches after the event says the same. */
const look = (
  id: string,
  state: { status: string; response_time: number | null; reason?: object },
) => {
  const at = nowIso();
  const seen = { ...state, checked_at: at, since: at };
  return {
    service: { id, current_status: seen },
    event: 'service.status',
    data: { service_id: id, ...seen },
  };
};

test('a status event changes its row and the sentence follows', async ({ page }) => {
  await choose(page, 'healthy');
  await page.goto('/');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('All systems operational');
  await expect.poll(async () => (await happen(page, {})).streams).toBe(1);
  const reason = {
    code: 'connect_refused',
    phase: 'tcp',
    sentence: '192.168.1.20:5000 refused the connection.',
  };
  await happen(page, look(serviceId(14), { status: 'down', response_time: null, reason }));
  const row = page.getByRole('listitem').filter({ hasText: 'NAS' });
  await expect(row).toContainText('refused the connection');
  await expect(page.getByRole('heading', { name: 'Needs attention' })).toBeVisible();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('NAS is down');
});

test('a row stays where it is while the pointer is over the list', async ({ page }) => {
  await choose(page, 'healthy');
  await page.goto('/');
  const row = page
    .getByRole('listitem')
    .filter({ hasText: 'Accounts' })
    .filter({ has: page.locator('[data-service]') });
  await row.hover();
  await expect.poll(async () => (await happen(page, {})).streams).toBe(1);
  await settled(page);
  // A pointer that has not moved for long holds nothing.
  await row.hover({ position: { x: 4, y: 4 } });
  await happen(page, look(serviceId(6), { status: 'down', response_time: null }));
  await expect(row).toContainText('Down');
  await expect(page.getByRole('heading', { level: 1 })).toContainText('is down');
  await expect(page.getByRole('heading', { name: 'Needs attention' })).toHaveCount(0);
  await page.mouse.move(5, 5);
  await expect(page.getByRole('heading', { name: 'Needs attention' })).toBeVisible();
});

test('nothing that appears above the list moves a row while the pointer is over it', async ({
  page,
}) => {
  await choose(page, 'healthy');
  await page.goto('/about');
  await page.getByRole('heading', { level: 1 }).waitFor();
  // All are up: the first that is not makes the second count.
  await happen(page, { remove: serviceId(13) });
  await page.goto('/');
  await expect(page.getByRole('button', { name: '16 up' })).toBeVisible();
  const row = page.locator(`[data-service="${serviceId(6)}"]`);
  await row.hover();
  await expect.poll(async () => (await happen(page, {})).streams).toBe(1);
  await settled(page);
  // A pointer that has not moved for long holds nothing.
  await row.hover({ position: { x: 4, y: 4 } });
  const before = (await row.boundingBox())?.y;
  await happen(page, {
    service: { id: serviceId(6), current_status: { status: 'down', response_time: null } },
    open: serviceId(6),
    event: 'incident.opened',
    data: { incident_id: incidentId(99), service_id: serviceId(6) },
  });
  await expect(page).toHaveTitle('(1) PulseCheck');
  await expect(page.getByRole('button', { name: '1 down' })).toBeVisible();
  await settled(page);
  expect((await row.boundingBox())?.y).toBe(before);
  const open = page.getByRole('region', { name: 'Open incidents' });
  await expect(open).toHaveCount(0);
  await page.mouse.move(5, 5);
  await expect(open).toContainText('Accounts');
});

test('tabs share one stream, and another takes over when its tab closes', async ({
  page,
  context,
}) => {
  await choose(page, 'healthy');
  await page.goto('/');
  await expect.poll(() => happen(page, {})).toMatchObject({ streams: 1, newest: 1 });
  const second = await context.newPage();
  await second.goto('/');
  await expect(second.getByRole('heading', { level: 1 })).toHaveText('All systems operational');
  const event = (status: string) => look(serviceId(1), { status, response_time: 90 });
  expect(await happen(page, event('degraded'))).toMatchObject({ streams: 1, newest: 1 });
  await expect(second.getByRole('listitem').filter({ hasText: 'Storefront' })).toContainText(
    'Degraded',
  );
  await page.close();
  // The stream of the tab that went may still be counted for a moment.
  await expect.poll(() => happen(second, {})).toMatchObject({ streams: 1, newest: 2 });
  await happen(second, event('down'));
  await expect(second.getByRole('listitem').filter({ hasText: 'Storefront' })).toContainText(
    'Down',
  );
});

/** A name on somebody's own network, without encryption: there are no Web Locks there. */
const onPlainHttp = (baseURL: string | undefined) =>
  (baseURL ?? '').replace('127.0.0.1', 'nas.test');

const says = (tab: Page, words: string) =>
  expect(tab.getByRole('listitem').filter({ hasText: 'Storefront' }).first()).toContainText(words);

const storefront = (status: string) => look(serviceId(1), { status, response_time: 90 });

/** The last breath of a tab: its process is gone at once, and tells nobody. */
async function crash(tab: Page): Promise<void> {
  const devtools = await tab.context().newCDPSession(tab);
  const gone = tab.waitForEvent('crash');
  devtools.send('Page.crash').catch(() => undefined);
  await gone;
}

test('eight tabs share one stream on plain http, and a dead one is replaced', async ({
  page,
  context,
  baseURL,
}) => {
  await choose(page, 'healthy');
  await page.goto(onPlainHttp(baseURL));
  expect(await page.evaluate(() => 'locks' in navigator)).toBe(false);
  await expect.poll(() => happen(page, {})).toMatchObject({ streams: 1, newest: 1 });
  const others: Page[] = [];
  for (let count = 0; count < 7; count += 1) {
    const tab = await context.newPage();
    await tab.goto(onPlainHttp(baseURL));
    await says(tab, 'Up');
    others.push(tab);
  }
  const [second] = others as [Page];
  expect(await happen(second, storefront('degraded'))).toMatchObject({ streams: 1, newest: 1 });
  for (const tab of [page, ...others]) await says(tab, 'Degraded');
  await page.close();
  await expect.poll(() => happen(second, {})).toMatchObject({ streams: 1, newest: 2 });
  await happen(second, storefront('down'));
  for (const tab of others) await says(tab, 'Down');
});

test('on plain http a tab takes over from one that died without a word', async ({
  page,
  context,
  baseURL,
}) => {
  const first = await context.newPage();
  await choose(first, 'healthy');
  await first.goto(onPlainHttp(baseURL));
  await expect.poll(() => happen(first, {})).toMatchObject({ streams: 1, newest: 1 });
  await page.goto(onPlainHttp(baseURL));
  await says(page, 'Up');
  await crash(first);
  await expect
    .poll(() => happen(page, {}), { timeout: 30_000 })
    .toMatchObject({ streams: 1, newest: 2 });
  await happen(page, storefront('down'));
  await says(page, 'Down');
});

test('an expired access token is refreshed once, unseen', async ({ page }) => {
  await choose(page, 'healthy');
  await page.goto('/about');
  await page.getByRole('heading', { level: 1 }).waitFor();
  await happen(page, { expire: true });
  await page.getByRole('link', { name: 'Dashboard' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('All systems operational');
  await expect.poll(async () => (await happen(page, {})).refreshes).toBe(1);
  await settled(page);
  expect((await happen(page, {})).refreshes).toBe(1);
});

test('old data turns the banner grey and says so', async ({ page }) => {
  await page.clock.install();
  await choose(page, 'healthy');
  await page.goto('/');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('All systems operational');
  // An answer that is still on its way would be fresh data.
  await settled(page);
  await page.route('**/api/**', (route) => route.abort());
  await page.context().setOffline(true);
  await page.clock.fastForward('03:00');
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/This data is 3\smin old/);
  await page.unroute('**/api/**');
  await page.context().setOffline(false);
});
