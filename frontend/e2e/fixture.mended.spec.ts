/** What must not come back: trouble without a word, lost work, and keyboards that are led astray. */
import type { Page, Route } from '@playwright/test';
import { choose, expect, serviceId, test } from './fixture/start';

const fail = (route: Route) =>
  route.fulfill({ status: 500, contentType: 'application/problem+json', body: '{}' });
const isTroubled = ({ searchParams, pathname }: URL) =>
  pathname === '/api/services' && searchParams.get('status') === 'down,degraded,unknown';
const section = (page: Page, name: string) => page.getByRole('region', { name, exact: true });

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
  await page.route('**/api/me/preferences', fail);
  await page.goto('/account');
  await expect(alerts.filter({ hasText: 'What was chosen' })).toBeVisible({ timeout: 30_000 });
});

test('all of a category is its own rows, and unticking one leaves the others', async ({ page }) => {
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
  await page
    .getByRole('region', { name: 'Change what is selected' })
    .getByRole('button', { name: 'Pause' })
    .click();
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

test('who signs out right after a deletion has deleted it', async ({ page }) => {
  await choose(page, 'busy');
  const sent: string[] = [];
  page.on('request', (request) => {
    if (request.method() === 'DELETE' || request.url().endsWith('/logout')) {
      sent.push(`${request.method()} ${new URL(request.url()).pathname}`);
    }
  });
  await page.goto('/');
  await page.getByRole('button', { name: 'Actions for NAS' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByRole('button', { name: /^Account menu|ada@example\.com/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page).toHaveURL(/\/login/);
  expect(sent).toEqual([`DELETE /api/services/${serviceId(14)}`, 'POST /api/auth/logout']);
});

test('a dialog begins where one types, and no Escape loses what was typed', async ({ page }) => {
  await choose(page, 'busy');
  await page.goto('/services/new');
  await page.getByRole('button', { name: 'Paste a list' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add several services' });
  const box = dialog.getByRole('textbox').first();
  await expect(box).toBeFocused();
  await page.keyboard.type('a.example.com');
  for (let n = 0; n < 4; n += 1) await page.keyboard.press('Escape');
  await expect(box).toHaveValue('a.example.com');
  await expect(dialog).toBeVisible();
});

test('another page begins at its content without a jump', async ({ page }) => {
  await choose(page, 'busy');
  await page.goto('/');
  await page.getByRole('link', { name: 'NAS', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('NAS');
  await expect(page.locator('#content')).toBeFocused();
  expect(await page.evaluate(() => window.scrollY)).toBe(0);
  await page.getByRole('navigation').getByRole('link', { name: 'Incidents' }).click();
  await expect(page.locator('#content')).toBeFocused();
});

test('the choices of a service’s page stand in its address', async ({ page }) => {
  await choose(page, 'busy');
  await page.goto(`/services/${serviceId(2)}`);
  const choice = (group: string, name: string) =>
    page.getByRole('group', { name: group }).getByRole('radio', { name, exact: true });
  await choice('Days', '30 d').click();
  await expect(page).toHaveURL(/days=30/);
  await choice('Show', 'Down').click();
  await expect(page).toHaveURL(/days=30.*checks=down/);
  await page.reload();
  await expect(choice('Days', '30 d')).toBeChecked();
  await expect(choice('Show', 'Down')).toBeChecked();
});

test('what a form refuses has the focus', async ({ page }) => {
  await choose(page, 'busy');
  await page.route('**/api/channels', (route) =>
    route.request().method() === 'POST'
      ? route.fulfill({
          status: 422,
          contentType: 'application/problem+json',
          body: JSON.stringify({ errors: { name: ['must not be empty'] } }),
        })
      : route.fallback(),
  );
  await page.goto('/notices/new');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('textbox', { name: 'Name' })).toBeFocused();
});
