/** Bad input and bad days: what the pages of a service and of incidents do when names are odd, answers fail, or clocks are wrong. */
import type { Page, Route } from '@playwright/test';
import { choose, expect, happen, incidentId, serviceId, settled, test } from './fixture/start';
import { neverByItself } from './patience';

const fail = (route: Route) =>
  route.fulfill({ status: 500, contentType: 'application/problem+json', body: '{}' });
const isTroubled = ({ searchParams, pathname }: URL) =>
  pathname === '/api/services' && searchParams.get('status') === 'down,degraded,unknown';
const section = (page: Page, name: string) => page.getByRole('region', { name, exact: true });

const odd = [
  ['markup', '<img src=x onerror=alert(1)><b>Shop</b> & "Co"'],
  ['two hundred characters', 'Überwachungsdienst'.repeat(12).slice(0, 200)],
  ['right to left', 'خدمة الدفع (بطاقات) v2'],
  ['emoji', '🛒👩‍👩‍👧‍👦 Shop 🇪🇺'],
] as const;

for (const [kind, name] of odd) {
  test(`a name of ${kind} is shown as it is, on every page and at 320 px`, async ({ page }) => {
    await page.setViewportSize({ width: 320, height: 700 });
    await choose(page, 'busy');
    await page.goto('/about');
    await page.getByRole('heading', { level: 1 }).waitFor();
    await happen(page, { rename: { id: serviceId(2), name } });
    for (const path of [
      `/services/${serviceId(2)}`,
      `/services/${serviceId(2)}/edit`,
      `/services/${serviceId(2)}/copy`,
      '/incidents',
      `/incidents/${incidentId(1)}`,
    ]) {
      await page.goto(path);
      await expect(page.getByText(name.slice(0, 60)).first()).toBeAttached();
      await settled(page);
      await expect(page.locator('img[src="x"]')).toHaveCount(0);
      const wide = () =>
        page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
      await expect.poll(wide, path).toBe(0);
    }
  });
}

test('an address that would run as a program is never a link', async ({ page }) => {
  await choose(page, 'busy');
  await page.goto('/about');
  await page.getByRole('heading', { level: 1 }).waitFor();
  const url = 'javascript:alert(document.domain)';
  await happen(page, { rename: { id: serviceId(2), url, status_page_url: url } });
  await page.goto(`/services/${serviceId(2)}`);
  await expect(page.getByText(url).first()).toBeVisible();
  await expect(page.locator('a[href^="javascript"]')).toHaveCount(0);
});

test('a service that was deleted in another tab says so, while it is read and while it is edited', async ({
  page,
}) => {
  await choose(page, 'busy');
  await page.goto(`/services/${serviceId(2)}`);
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Checkout API is down');
  await happen(page, {
    remove: serviceId(2),
    event: 'service.changed',
    data: { service_id: serviceId(2), change: 'deleted' },
  });
  const gone = page.getByRole('heading', { name: 'There is nothing at this address' });
  await page.reload();
  await expect(gone).toBeVisible();
  await page.goto(`/services/${serviceId(7)}/edit`);
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Too late');
  await happen(page, { remove: serviceId(7) });
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(page.getByText('It no longer exists')).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'Name', exact: true })).toHaveValue('Too late');
});

test('a session that ended elsewhere leads to the sign-in and back to this very page', async ({
  page,
}) => {
  await neverByItself(page);
  await choose(page, 'busy');
  await page.goto('/incidents?state=resolved&range=7d');
  await expect(page.getByText('Storefront was down')).toBeVisible();
  await happen(page, { signOut: true });
  // Whichever asks first hears of it: the reader, or the page by itself.
  const other = page.getByText('90 d', { exact: true });
  await expect(async () => {
    if (await other.isVisible()) await other.click({ timeout: 2_000 });
    await expect(page).toHaveURL(/\/login\?next=.*&ended=1/, { timeout: 5_000 });
  }).toPass();
  await page.getByLabel('E-mail').fill('ada@example.com');
  await page.getByLabel('Password').fill('four words in a row');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL(/\/incidents\?state=resolved&range=(7|90)d$/);
});

test('a session that ends under a form says so, and what was typed can be kept', async ({
  page,
}) => {
  await neverByItself(page);
  await choose(page, 'busy');
  await page.goto('/settings');
  const name = page.getByRole('textbox');
  const save = page.getByRole('button', { name: 'Save' });
  const question = page.getByRole('dialog', { name: 'Your session has ended' });
  await name.fill('Another name');
  await settled(page);
  await happen(page, { signOut: true });
  await save.click();
  await expect(question).toContainText('Sign in in another tab to keep what you typed');
  await question.getByRole('button', { name: 'Stay' }).click();
  await expect(question).toHaveCount(0);
  // What the page asks for by itself asks nobody again.
  const refused = page.waitForResponse((response) => response.url().endsWith('/auth/refresh'));
  await happen(page, { event: 'resync', data: null });
  await refused;
  await settled(page);
  await expect(question).toHaveCount(0);
  await expect(name).toHaveValue('Another name');
  await save.click();
  await question.getByRole('button', { name: 'Stay' }).click();
  const inAnotherTab = { email: 'ada@example.com', password: 'four words in a row' };
  await page.evaluate(
    (body) => fetch('/api/auth/login', { method: 'POST', body: JSON.stringify(body) }),
    inAnotherTab,
  );
  await save.click();
  await expect(page.getByText('The workspace is called Another name now.')).toBeVisible();
  await name.fill('A third name');
  await happen(page, { signOut: true });
  await save.click();
  await question.getByRole('button', { name: 'Sign in here' }).click();
  await expect(page).toHaveURL(/\/login\?next=%2Fsettings&ended=1/);
});

test('answers of 500 have a sentence and another try, each where it belongs', async ({ page }) => {
  await neverByItself(page);
  await choose(page, 'busy');
  const fail = (route: Route) =>
    route.fulfill({ status: 500, contentType: 'application/problem+json', body: '{}' });
  await page.route('**/latency?**', fail);
  await page.route('**/checks?**', fail);
  await page.goto(`/services/${serviceId(2)}`);
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Checkout API is down');
  await expect(page.getByRole('alert')).toHaveCount(2, { timeout: 30_000 });
  await page.unroute('**/latency?**');
  await page.unroute('**/checks?**');
  for (const part of ['Latency', 'Checks'])
    await page
      .getByRole('region', { name: part })
      .getByRole('button', { name: 'Try again' })
      .click();
  await expect(page.getByRole('alert')).toHaveCount(0);
  await expect(page.locator('.recharts-surface').first()).toBeVisible();
});

test('what comes slowly is announced in words, not only by grey bars', async ({ page }) => {
  await choose(page, 'busy');
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route('**/api/incidents?**', async (route) => {
    await held;
    await route.continue();
  });
  await page.goto('/incidents');
  await expect(page.getByText('Still loading').first()).toHaveCSS('opacity', '1');
  release();
  await expect(page.getByText('Blog was down')).toBeVisible();
  await expect(page.getByText('Still loading')).toHaveCount(0);
});

/** Requests that nobody answers, until the returned function lets them through. */
async function silence(page: Page, which: RegExp): Promise<() => Promise<void>> {
  const never = () => new Promise<void>(() => undefined);
  await page.route(which, never);
  return () => page.unroute(which, never);
}

for (const [name, path, which, shown] of [
  ['the dashboard', '/', /api\/summary/, 'Checkout API is down'],
  ['its list', '/', /api\/services\/groups/, 'Old campaign site'],
  ['its rows', '/', /api\/services\?.*category=Home/, 'Router'],
  ['incidents', '/incidents', /api\/incidents\?.*limit=50/, 'Blog was down'],
  ['a service', `/services/${serviceId(2)}`, /api\/services\/[^/]+$/, 'Checkout API is down'],
  ['an edited service', `/services/${serviceId(7)}/edit`, /api\/services\/[^/]+$/, 'Save changes'],
  ['its days', `/services/${serviceId(2)}?days=90`, /\/days/, '90 days'],
  ['a channel', `/notices/${'01930000-0000-7000-8000-00000000c001'}`, /channels\//, 'Cancel'],
  ['the sign-in', '/login', /auth\/providers/, 'Password'],
] as const) {
  test(`${name}: what never comes is waited for with words, ends, and is asked for again`, async ({
    page,
  }) => {
    await page.clock.install();
    await neverByItself(page);
    await choose(page, name === 'the sign-in' ? 'signed-out' : 'busy');
    const speak = await silence(page, which);
    const asked = page.waitForRequest(which);
    await page.goto(path);
    await asked;
    await expect(page.getByText('Still loading').first()).toHaveCSS('opacity', '1');
    await page.clock.fastForward(20_000);
    const alert = page.getByRole('alert').filter({ hasText: 'did not answer within 20 s' });
    await expect(alert).toBeVisible();
    await speak();
    await alert.getByRole('button', { name: 'Try again' }).click();
    await expect(page.getByText(shown).first()).toBeVisible();
    await expect(page.getByText('Still loading')).toHaveCount(0);
  });
}

test('a change that nobody answers ends, and says that it may have happened', async ({ page }) => {
  await page.clock.install();
  await choose(page, 'busy');
  await page.goto('/settings');
  await page.getByRole('textbox').fill('Another name');
  await silence(page, /api\/workspace/);
  const asked = page.waitForRequest(/api\/workspace/);
  await page.getByRole('button', { name: 'Save' }).click();
  await asked;
  await page.clock.fastForward(20_000);
  await expect(page.getByText('It may have happened all the same')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Save' })).toBeEnabled();
  await expect(page.getByRole('textbox')).toHaveValue('Another name');
});

test('a look before saving is given longer', async ({ page }) => {
  await page.clock.install();
  await choose(page, 'busy');
  await page.goto('/services/new');
  const speak = await silence(page, /services\/test/);
  const asked = page.waitForRequest(/services\/test/);
  await page.goto('/services/new?url=shop.example.com&look=1');
  await asked;
  await page.clock.fastForward(30_000);
  await expect(page.getByText('did not answer')).toHaveCount(0);
  await page.clock.fastForward(15_000);
  await expect(page.getByText('did not answer within 45 s. Try again.')).toBeVisible();
  await speak();
  await page.getByRole('button', { name: 'Look', exact: false }).first().click();
  await expect(page.getByRole('region', { name: 'What we saw' })).toBeVisible();
});

test('a link out of a message that meets silence can be pressed again', async ({ page }) => {
  await page.clock.install();
  await choose(page, 'signed-out');
  await page.goto('/acknowledge?token=t');
  const speak = await silence(page, /api\/links/);
  const asked = page.waitForRequest(/api\/links/);
  await page.getByRole('button', { name: 'Take it on' }).click();
  await asked;
  await page.clock.fastForward(20_000);
  await expect(page.getByRole('alert')).toContainText('did not answer');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Do you take this on?');
  await speak();
  await page.getByRole('button', { name: 'Take it on' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Shop is yours');
});

/** The words for the day on which something began 13 minutes ago, in the browser's time zone. */
function dayOfTheOutage(): string | RegExp {
  const day = (ms: number) =>
    new Date(ms).toLocaleDateString('en-GB', { timeZone: 'Europe/Berlin' });
  const soon = Date.now() + 90_000;
  return day(soon - 15 * 60_000) === day(soon) ? 'Today' : /^(Today|\d+ [A-Z][a-z]+)$/;
}

test('a browser whose clock is an hour slow or fast tells the same times', async ({ page }) => {
  for (const wrong of [-3_600_000, 3_600_000]) {
    await page.clock.install({ time: Date.now() + wrong });
    await choose(page, 'busy');
    await page.goto(`/services/${serviceId(2)}`);
    await expect(page.getByRole('heading', { level: 1 })).toContainText(/for 1[23].min/);
    await page.goto(`/incidents/${incidentId(1)}`);
    await expect(page.getByRole('heading', { level: 1 })).toContainText(/for 1[23].min/);
    await page.goto('/incidents');
    await expect(page.getByText(dayOfTheOutage()).first()).toBeVisible();
    await page.goto('/system');
    await expect(page.getByText(/^Figures of/)).toHaveText(/just now|\d.s ago/);
  }
});

test('a refused pause is taken back with its reason', async ({ page }) => {
  await choose(page, 'busy');
  await page.route('**/pause', (route) =>
    route.fulfill({
      status: 503,
      contentType: 'application/problem+json',
      body: JSON.stringify({ status: 503, title: 'Unavailable' }),
    }),
  );
  await page.goto(`/services/${serviceId(1)}`);
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Storefront is up');
  await page.getByRole('button', { name: 'Actions for Storefront' }).click();
  await page.getByRole('menuitem', { name: 'Pause' }).click();
  await expect(
    page.getByText('cannot reach its database right now. Try again in a minute.').first(),
  ).toBeVisible();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Storefront is up');
});

test('what needs attention says so when it cannot be read, and comes back', async ({ page }) => {
  await choose(page, 'busy');
  await page.route(isTroubled, fail);
  await page.goto('/');
  const attention = section(page, 'Needs attention');
  await expect(attention.getByRole('alert')).toContainText('could not be loaded', {
    timeout: 30_000,
  });
  await page.unroute(isTroubled);
  await attention.getByRole('button', { name: 'Try again' }).click();
  await expect(attention.getByRole('link', { name: 'Checkout API' })).toBeVisible();
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('an error panel keeps its place and the focus while it is asked again', async ({ page }) => {
  await choose(page, 'busy');
  let asked = 0;
  await page.route('**/api/incidents?**', (route) => {
    asked += 1;
    return fail(route);
  });
  await page.goto('/incidents');
  const again = page.getByRole('button', { name: 'Try again' });
  await expect(again).toBeVisible({ timeout: 30_000 });
  await again.evaluate((it) => Object.assign(it, { isFirst: true }));
  const before = asked;
  await again.press('Enter');
  await expect.poll(() => asked, { timeout: 30_000 }).toBeGreaterThan(before + 2);
  await expect(again).toBeFocused();
  expect(await again.evaluate((it) => 'isFirst' in it)).toBe(true);
});

test('parts of a page that cannot be read say so', async ({ page }) => {
  await choose(page, 'busy');
  await page.route('**/api/incidents?status=open**', fail);
  await page.route('**/api/services/maintenances', fail);
  await page.goto('/');
  const alerts = page.getByRole('alert');
  await expect(alerts.filter({ hasText: 'The open incidents' })).toBeVisible({ timeout: 30_000 });
  await expect(alerts.filter({ hasText: 'Planned maintenance' })).toBeVisible({ timeout: 30_000 });
  await page.route('**/api/services/*/days?*', fail);
  await page.goto(`/services/${serviceId(1)}?days=90`);
  const days = section(page, 'Uptime').getByRole('alert');
  await expect(days).toBeVisible({ timeout: 30_000 });
  // It stands in the box of the figures, and has none of its own.
  await expect(days).not.toHaveClass(/(^| )border( |$)/);
  await page.route('**/api/me/preferences', fail);
  await page.goto('/account');
  await expect(alerts.filter({ hasText: 'What was chosen' })).toBeVisible({ timeout: 30_000 });
});
