/** The dashboard: finding, ordering, selecting, and what it does on bad days. */
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { changeSelected, inFilters } from './fixture/phone';
import { choose, expect, happen, serviceId, settled, test } from './fixture/start';
import { neverByItself } from './patience';

const section = (page: Page, name: string) => page.getByRole('region', { name, exact: true });

const heading = (page: Page) => page.getByRole('heading', { level: 1 });
const icon = (page: Page) => page.locator('link[rel="icon"]');
const link = (page: Page, name: string) => page.getByRole('link', { name, exact: true });
const bar = (page: Page) => page.getByRole('region', { name: 'Change what is selected' });

test('search and filters stand in the address, survive a reload and can be cleared', async ({
  page,
  isMobile,
}) => {
  await choose(page, 'busy');
  await page.goto('/');
  await heading(page).waitFor();
  await settled(page);
  await page.keyboard.press('/');
  await page.keyboard.type('shop');
  await expect(page).toHaveURL('/?q=shop');
  await expect(link(page, 'NAS')).toHaveCount(0);
  await expect(link(page, 'Storefront')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page).toHaveURL('/');
  await page.getByRole('button', { name: '1 down' }).click();
  await expect(page).toHaveURL(/status=down/);
  await page.getByRole('button', { name: '1 degraded' }).click();
  await expect(page).toHaveURL(/status=down(,|%2C)degraded/);
  await inFilters(page, isMobile, async (where) => {
    await where.getByLabel('Order').selectOption('By name');
    await expect(page).toHaveURL(/sort=name/);
  });
  await page.reload();
  await expect(page.getByRole('heading', { name: 'All services' })).toBeVisible();
  await expect(page.locator('[data-service]')).toHaveCount(2);
  await inFilters(page, isMobile, async (where) => {
    await where.getByLabel('Tag', { exact: true }).selectOption('core (4)');
    await expect(page).toHaveURL(/tag=core/);
    await where.getByRole('button', { name: 'Clear filters' }).click();
    await expect(page).toHaveURL('/?sort=name');
  });
  await page.goto('/?q=nothing+is+called+so');
  await expect(page.getByText('No service matches.')).toBeVisible();
  await page.getByRole('button', { name: 'Clear filters' }).last().click();
  await expect(link(page, 'NAS')).toBeVisible();
});

test('groups close, stay closed, and are moved', async ({ page }) => {
  await choose(page, 'busy');
  await page.goto('/');
  const home = page.getByRole('button', { name: 'Home', exact: true });
  await home.click();
  await expect(link(page, 'NAS')).toHaveCount(0);
  await page.reload();
  await expect(home).toHaveAttribute('aria-expanded', 'false');
  await home.click();
  await expect(link(page, 'NAS')).toBeVisible();
  const heads = page.locator('h2 button');
  await expect(heads).toHaveText(['Home', 'Platform', 'Shop', 'Websites', 'Other services']);
  await page.getByRole('button', { name: 'Actions for the category Shop' }).click();
  await page.getByRole('menuitem', { name: 'Move up' }).click();
  await expect(heads).toHaveText(['Home', 'Shop', 'Platform', 'Websites', 'Other services']);
});

test('several are changed at once: previewed, done, and taken back', async ({ page, isMobile }) => {
  await choose(page, 'busy');
  await page.goto('/');
  await link(page, 'NAS').focus();
  await page.keyboard.press('x');
  await page.getByLabel('Select Router').click();
  await expect(bar(page)).toContainText('2 selected');
  await changeSelected(page, isMobile, 'Move to category');
  const dialog = page.getByRole('dialog', { name: 'Move 2 services' });
  await dialog.getByLabel('Category').fill('Basement');
  await expect(dialog).toContainText('2 services change');
  await expect(dialog.getByRole('listitem').filter({ hasText: 'NAS' })).toContainText(
    /Home.*becomes.*Basement/,
  );
  const found = await new AxeBuilder({ page }).analyze();
  expect(found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
  await dialog.getByRole('button', { name: 'Move 2 services' }).click();
  await expect(page.getByRole('button', { name: 'Basement', exact: true })).toBeVisible();
  await expect(bar(page)).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByRole('button', { name: 'Basement', exact: true })).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Home', exact: true })).toBeVisible();
});

/** What the server has of a service now. */
const stored = (page: Page, name: string) =>
  page.evaluate(async (q) => {
    const found = await fetch(`/api/services?${new URLSearchParams({ q })}`);
    const [service] = (await found.json()) as Record<string, unknown>[];
    return service ?? null;
  }, name);

for (const [action, names, title, fill, done, expected] of [
  ['Tag', ['NAS', 'Router'], 'Tag 2 services', 'tags', '2 services tagged.', { tags: ['cellar'] }],
  [
    'Change interval',
    ['NAS', 'Router'],
    'Change the interval of 2 services',
    'interval',
    '2 services changed.',
    { check_interval: 600 },
  ],
  [
    'Resume',
    ['Old campaign site'],
    'Resume 1 service',
    'nothing',
    '1 service watched again.',
    { current_status: { status: 'up' } },
  ],
] as const) {
  test(`${action}: done to what is selected, and taken back`, async ({ page, isMobile }) => {
    await choose(page, 'busy');
    await page.goto('/');
    await page.getByRole('button', { name: 'Select', exact: true }).click();
    for (const name of names) await page.getByLabel(`Select ${name}`, { exact: true }).check();
    const before = await stored(page, names[0]);
    await changeSelected(page, isMobile, action);
    const dialog = page.getByRole('dialog', { name: title });
    if (fill === 'tags') {
      await dialog.getByLabel('Add tags').fill('cellar');
      await dialog.getByLabel('Remove tags').fill(String(before?.tags ?? ''));
    }
    if (fill === 'interval') await dialog.getByLabel('Look every').selectOption('600');
    await dialog.locator('button[type="submit"]').click();
    await expect(page.getByText(done)).toBeVisible();
    expect(await stored(page, names[0])).toMatchObject(expected);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(page.getByText('Everything is as it was.')).toBeVisible();
    const [field = ''] = Object.keys(expected);
    expect((await stored(page, names[0]))?.[field]).toEqual(before?.[field]);
  });
}

test('several are deleted, and come back while there is time', async ({ page, isMobile }) => {
  await choose(page, 'busy');
  await page.goto('/');
  await page.getByRole('button', { name: 'Select', exact: true }).click();
  for (const name of ['NAS', 'Router'])
    await page.getByLabel(`Select ${name}`, { exact: true }).check();
  await changeSelected(page, isMobile, 'Delete');
  const dialog = page.getByRole('dialog', { name: 'Delete 2 services' });
  await expect(dialog).toContainText('You can undo this for ten seconds.');
  await dialog.getByRole('button', { name: 'Delete 2 services' }).click();
  await expect(page.getByText('2 services deleted.')).toBeVisible();
  await expect(link(page, 'NAS')).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).first().click();
  await expect(link(page, 'NAS')).toBeVisible();
  expect(await stored(page, 'NAS')).toMatchObject({ name: 'NAS' });
});

test('a few services need no search, and can be selected and filtered by tag all the same', async ({
  page,
}) => {
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 800 });
    await choose(page, 'few');
    await page.goto('/');
    await page.getByRole('button', { name: 'Select', exact: true }).click();
    await page.getByLabel('Select Storefront', { exact: true }).check();
    await expect(bar(page)).toContainText('1 selected');
    await expect(page.getByRole('searchbox')).toHaveCount(0);
    await page.getByLabel('Tag', { exact: true }).selectOption('core');
    await expect(page).toHaveURL(/tag=core/);
    await expect(link(page, 'Checkout API').first()).toBeVisible();
    await expect(link(page, 'Storefront')).toHaveCount(0);
  }
});

test('everything that matches is selected, also what was never read', async ({
  page,
  isMobile,
}) => {
  await choose(page, 'many');
  await page.goto('/?status=up');
  await page.getByRole('button', { name: 'Select', exact: true }).click();
  await changeSelected(page, isMobile, 'Select all 1,197');
  await expect(bar(page)).toContainText('All 1,197 selected');
  await changeSelected(page, isMobile, 'Pause');
  const dialog = page.getByRole('dialog', { name: 'Pause 1,197 services' });
  await expect(dialog).toContainText('and 1,189 more');
  await dialog.getByRole('button', { name: 'Pause 1,197 services' }).click();
  await expect(page.getByRole('button', { name: '1,197 paused' })).toBeVisible();
});

test('a deletion leaves its place until it is certain', async ({ page }) => {
  await choose(page, 'busy');
  await page.goto('/');
  const place = () =>
    link(page, 'Router').evaluate((it) => it.getBoundingClientRect().top + window.scrollY);
  await link(page, 'Router').waitFor();
  await settled(page);
  const before = await place();
  await page.getByRole('button', { name: 'Actions for NAS' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  const row = page.getByRole('listitem').filter({ hasText: 'NAS is deleted.' });
  await expect(row).toBeVisible();
  await settled(page);
  expect(await place()).toBe(before);
  await row.getByRole('button', { name: 'Undo' }).click();
  await expect(link(page, 'NAS')).toBeVisible();
});

test('one that somebody else deletes says so under the pointer and goes when that has left', async ({
  page,
}) => {
  await choose(page, 'busy');
  await page.goto('/');
  await link(page, 'NAS').hover();
  await expect.poll(async () => (await happen(page, {})).streams).toBe(1);
  await settled(page);
  // A pointer that has not moved for long holds nothing.
  await link(page, 'NAS').hover({ position: { x: 4, y: 4 } });
  await page.evaluate((id) => fetch(`/api/services/${id}`, { method: 'DELETE' }), serviceId(14));
  await happen(page, {
    event: 'service.changed',
    data: { service_id: serviceId(14), change: 'deleted' },
  });
  await expect(page.getByText('NAS is deleted.')).toBeVisible();
  await page.mouse.move(5, 5);
  await expect(page.getByText('NAS is deleted.')).toHaveCount(0);
});

test('windows of one’s own stand above the list while they run and a day before they begin', async ({
  page,
}) => {
  await choose(page, 'busy');
  await page.goto('/');
  const lines = page
    .getByRole('region', { name: 'Maintenance', exact: true })
    .getByRole('listitem');
  await expect(lines).toHaveText([
    /Move to the new rack.*2 services.*under way.*until/,
    /Certificates are renewed.*all services.*from/,
    /Broker upgrade.*Relay.*under way.*until/,
  ]);
  await lines.first().getByRole('link').click();
  await expect(page).toHaveURL('/maintenance');
  await expect(page.getByText('Backups of the database')).toBeVisible();
});

test('a live event touches its row and nothing else in the list', async ({ page }) => {
  await choose(page, 'many');
  await page.goto('/');
  const row = page.locator(`[data-service="${serviceId(14)}"]`);
  await row.waitFor();
  await expect.poll(async () => (await happen(page, {})).streams).toBe(1);
  await settled(page);
  await page.evaluate(() => {
    const touched = new Set<string>();
    Object.assign(window, { touched });
    const main = document.querySelector('main');
    if (main === null) throw new Error('no page');
    new MutationObserver((changes) => {
      for (const { target } of changes) {
        const element = target instanceof Element ? target : target.parentElement;
        const service = element?.closest<HTMLElement>('[data-service]')?.dataset.service;
        // Moments in words, such as "last look 4 s ago", go on with the clock.
        if (service !== undefined && element?.closest('time') === null) touched.add(service);
      }
    }).observe(main, { subtree: true, childList: true, characterData: true, attributes: true });
  });
  await happen(page, {
    service: { id: serviceId(14), current_status: { response_time: 4321 } },
    event: 'service.status',
    data: {
      service_id: serviceId(14),
      status: 'up',
      response_time: 4321,
      checked_at: new Date().toISOString(),
      since: '2026-01-01T00:00:00Z',
    },
  });
  await expect(row).toContainText('4.32 s');
  const touched = await page.evaluate(() => [
    ...(window as unknown as { touched: Set<string> }).touched,
  ]);
  expect(touched).toEqual([serviceId(14)]);
});

/** The length of the longest list anywhere in an answer. */
function longest(body: unknown): number {
  if (typeof body !== 'object' || body === null) return 0;
  const parts = Object.values(body).map(longest);
  return Math.max(Array.isArray(body) ? body.length : 0, ...parts);
}

test('no request of the dashboard asks for more than a page', async ({ page }) => {
  await choose(page, 'many');
  // A window may name a thousand services.
  const windows = [{ service_ids: Array.from({ length: 1000 }, (_, n) => serviceId(n)) }];
  await page.route('**/api/maintenance', (route) => route.fulfill({ json: windows }));
  const bodies: Promise<number>[] = [];
  page.on('response', (response) => {
    const { pathname } = new URL(response.url());
    if (!pathname.startsWith('/api/') || pathname === '/api/events') return;
    // What scrolled past may be given up before it is whole.
    bodies.push(response.json().then(longest, () => 0));
  });
  await page.goto('/');
  await link(page, 'Service 0014').waitFor();
  await settled(page);
  const atFirst = bodies.length;
  const late = page.waitForResponse((response) => response.url().includes('/api/services?'));
  await page.evaluate(() => window.scrollTo(0, 30_000));
  const came = ((await (await late).json()) as { name: string }[]).map(({ name }) => name);
  const rows = page.locator('[data-service]').filter({ hasText: new RegExp(came.join('|')) });
  await expect(rows.first()).toBeVisible();
  await settled(page);
  const sizes = await Promise.all(bodies);
  expect(sizes.length).toBeGreaterThan(atFirst);
  expect(sizes).toContain(50);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(50);
});

test('compact rows are chosen in the account, are lower, and still are after a reload', async ({
  page,
  isMobile,
}) => {
  await choose(page, 'busy');
  const row = page.locator(`[data-service="${serviceId(14)}"]`);
  const height = async () => {
    await row.waitFor();
    await settled(page);
    return (await row.boundingBox())?.height ?? 0;
  };
  await page.goto('/');
  const usual = await height();
  // On a phone a row has two lines, whatever is chosen.
  const part = isMobile ? 1 : 2 / 3;
  await page.goto('/account');
  const compact = page.getByRole('radio', { name: 'Compact' });
  await expect(compact).not.toBeChecked();
  await compact.check();
  await settled(page);
  await link(page, 'Dashboard').click();
  expect((await height()) / usual).toBeCloseTo(part, 1);
  await page.reload();
  expect((await height()) / usual).toBeCloseTo(part, 1);
  await page.goto('/account');
  await expect(compact).toBeChecked();
});

test('names of every kind are text', async ({ page, isMobile }) => {
  await choose(page, 'odd');
  await page.goto('/');
  await expect(heading(page)).toContainText('<img src=x onerror=alert(1)> & <b>bold</b> is down');
  await expect(page.locator('main img')).toHaveCount(0);
  await expect(page.locator('a[href^="javascript:"]')).toHaveCount(0);
  const rows = page.locator('[data-service]');
  await expect(rows).toHaveCount(8);
  const heights = await rows.evaluateAll((all) =>
    all.map((row) => row.getBoundingClientRect().height),
  );
  expect(Math.max(...heights)).toBeLessThanOrEqual(isMobile ? 68 : 57);
});

test('a page that fails says so in its place and can be tried again', async ({ page }) => {
  await neverByItself(page);
  await choose(page, 'busy');
  await page.route(/api\/services\?.*category=Home/, (route) =>
    route.fulfill({ status: 500, json: { title: 'Fault', status: 500, detail: 'It broke.' } }),
  );
  await page.goto('/');
  const alert = page.getByRole('alert');
  await expect(alert).toContainText('These services could not be loaded. It broke.', {
    timeout: 20_000,
  });
  await expect(link(page, 'Storefront')).toBeVisible();
  await page.unroute(/api\/services\?.*category=Home/);
  await alert.getByRole('button', { name: 'Try again' }).click();
  await expect(link(page, 'NAS')).toBeVisible();
});

test('a slow server is waited for with words', async ({ page }) => {
  await choose(page, 'busy');
  let answer = () => {};
  const late = new Promise<void>((resolve) => {
    answer = resolve;
  });
  await page.route('**/api/summary', async (route) => {
    await late;
    await route.continue();
  });
  await page.goto('/');
  await expect(page.getByText('Still loading …').first()).toBeVisible();
  answer();
  await expect(heading(page)).toContainText('Checkout API is down');
});

test('a browser whose clock is an hour off shows no wrong age', async ({ page }) => {
  await page.clock.install({ time: new Date(Date.now() + 3_600_000) });
  await choose(page, 'busy');
  await page.goto('/');
  await expect(heading(page)).toContainText(/Checkout API is down for 1[23]\smin/);
  await expect(page.getByText(/last look (\d+\ss|1\smin) ago/)).toBeVisible();
});

test('the sentence says since when, of one and of several, whatever is searched for', async ({
  page,
}) => {
  await choose(page, 'busy');
  await page.goto('/?q=nas');
  await expect(heading(page)).toContainText(/^Checkout API is down for 1[23]\smin$/);
  await happen(page, { service: { id: serviceId(3), current_status: { status: 'down' } } });
  await page.goto('/?q=nas');
  await expect(heading(page)).toContainText(/^2 services are down, the longest for 2[23]\smin$/);
  for (const n of [2, 3])
    await happen(page, { service: { id: serviceId(n), current_status: { status: 'up' } } });
  await page.goto('/');
  await expect(heading(page)).toHaveText(/^We could not see how Printer is doing for 6\sd$/);
  await page.goto(`/services/${serviceId(16)}`);
  await expect(heading(page)).toHaveText(/^We could not see how Printer is doing for 6\sd$/);
  await happen(page, { service: { id: serviceId(16), current_status: { status: 'up' } } });
  await page.goto('/');
  await expect(heading(page)).toHaveText(/^Message relay is under maintenance for 6\sd$/);
  await page.goto('/?wall=1');
  await expect(heading(page)).toHaveText(/^Message relay is under maintenance for 6\sd$/);
});

test('on a phone the filters are in a sheet', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 700 });
  await choose(page, 'busy');
  await page.goto('/');
  await page.getByRole('button', { name: 'Filters' }).click();
  const sheet = page.getByRole('dialog', { name: 'Filters' });
  await sheet.getByLabel('Category').selectOption('Home');
  await sheet.getByRole('button', { name: 'Show 3 services' }).click();
  await expect(sheet).toHaveCount(0);
  await expect(page).toHaveURL('/?category=Home');
  await expect(link(page, 'Storefront')).toHaveCount(0);
});

test('the wall fits the screen, and is grey where nothing is known', async ({ page }) => {
  await choose(page, 'twenty-four');
  await page.goto('/?wall=1');
  await expect(page.getByRole('listitem')).toHaveCount(24);
  await expect(page.getByRole('navigation')).toHaveCount(0);
  await settled(page);
  const scrolls = () =>
    page.evaluate(() => document.documentElement.scrollHeight > window.innerHeight);
  await expect.poll(scrolls).toBe(false);
  await choose(page, 'many');
  await page.goto('/?wall=1');
  await expect(page.getByText('1,197')).toBeVisible();
  await expect(page.getByRole('listitem').filter({ hasText: 'Status 503' })).toHaveCount(3);
  await choose(page, 'signed-out');
  await page.goto('/?wall=1');
  await expect(heading(page)).toHaveText('Signed out');
  await expect(page.locator('.text-up')).toHaveCount(0);
  await page.getByRole('link', { name: 'Sign in' }).click();
  await expect(page).toHaveURL(/\/login\?next=%2F%3Fwall%3D1/);
});

test('a wall that hears nothing turns grey and goes on by itself', async ({ page }) => {
  await page.clock.install();
  await choose(page, 'ten');
  await page.goto('/?wall=1');
  await expect(page.getByRole('listitem')).toHaveCount(10);
  // An answer that is still on its way would be fresh data.
  await settled(page);
  await page.route('**/api/**', (route) => route.abort());
  await page.context().setOffline(true);
  await page.clock.fastForward('03:00');
  await expect(heading(page)).toHaveText('No current data');
  await expect(page.getByText(/The last data is 3\smin old/)).toBeVisible();
  await page.context().setOffline(false);
});

test('a wall whose services cannot be read is grey and says why, also in the tab', async ({
  page,
}) => {
  await choose(page, 'healthy');
  await page.route(/api\/services\?/, (route) =>
    route.fulfill({ status: 500, json: { title: 'Fault', status: 500, detail: 'It broke.' } }),
  );
  await page.goto('/?wall=1');
  await expect(heading(page)).toHaveText('The services could not be loaded', { timeout: 30_000 });
  await expect(page.getByText('It broke.')).toBeVisible();
  await expect(icon(page)).toHaveAttribute('href', '/favicon-unknown.svg');
  await page.unroute(/api\/services\?/);
  await expect(heading(page)).toHaveText('All systems operational', { timeout: 40_000 });
  await expect(icon(page)).toHaveAttribute('href', '/favicon.svg');
});

test('the tab of a wall shows the worst state, and its tiles what is looked at again', async ({
  page,
}) => {
  await choose(page, 'busy');
  await page.goto('/?wall=1');
  await expect(icon(page)).toHaveAttribute('href', '/favicon-down.svg');
  const blog = page.getByRole('listitem').filter({ hasText: 'Blog' });
  await expect(blog).toContainText('Up · checking again');
});

test('all of a category is its own rows, and unticking one leaves the others', async ({
  page,
  isMobile,
}) => {
  await choose(page, 'busy');
  await page.goto('/');
  await page.getByRole('button', { name: 'Actions for the category Home' }).click();
  await page.getByRole('menuitem', { name: 'Select all of it' }).click();
  const home = section(page, 'Home').getByRole('checkbox');
  const ticked = page.getByRole('checkbox', { checked: true });
  await ticked.first().waitFor();
  const n = await home.count();
  await expect(ticked).toHaveCount(n);
  await home.first().click();
  await expect(ticked).toHaveCount(n - 1);
  await changeSelected(page, isMobile, 'Pause');
  const dialog = page.getByRole('dialog', { name: `Pause ${n - 1} service` });
  await dialog.getByRole('button', { name: `Pause ${n - 1} service` }).click();
  await expect(page.getByText(/^\d services? paused\.$/)).toContainText(String(n - 1));
  await expect(section(page, 'Home').getByText('Paused', { exact: true })).toHaveCount(2 * (n - 1));
});

test('undo in the row takes the message away', async ({ page }) => {
  await choose(page, 'busy');
  await page.goto('/');
  await page.getByRole('button', { name: 'Actions for NAS' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  const words = page.getByText('NAS is deleted.');
  await expect(words).toHaveCount(2);
  const row = page.getByRole('listitem').filter({ hasText: 'NAS is deleted.' });
  await row.getByRole('button', { name: 'Undo' }).click();
  await expect(words).toHaveCount(0);
});
