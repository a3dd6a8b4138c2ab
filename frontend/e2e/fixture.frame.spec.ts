/** The frame around every page: the tab, the keyboard's shortcuts, the connection. */
import AxeBuilder from '@axe-core/playwright';
import { choose, expect, happen, serviceId, settled, test } from './fixture/start';
import { pressInOneGo } from './patience';

const icon = 'link[rel="icon"]';

test('title and icon of the tab turn with the state', async ({ page }) => {
  await choose(page, 'busy');
  await page.goto('/');
  await expect(page).toHaveTitle('(2) PulseCheck');
  await expect(page.locator(icon)).toHaveAttribute('href', '/favicon-down.svg');
  expect((await page.request.get('/favicon-down.svg')).ok()).toBe(true);
  await page.getByRole('navigation').getByRole('link', { name: 'Incidents' }).click();
  await expect(page).toHaveTitle('(2) Incidents · PulseCheck');
  await choose(page, 'healthy');
  await page.goto('/');
  await expect(page).toHaveTitle('PulseCheck');
  await expect(page.locator(icon)).toHaveAttribute('href', '/favicon.svg');
  await happen(page, { service: { id: serviceId(1), current_status: { status: 'degraded' } } });
  await page.reload();
  await expect(page.locator(icon)).toHaveAttribute('href', '/favicon-degraded.svg');
});

test('the app can be installed: its manifest names icons that are there', async ({ page }) => {
  await choose(page, 'healthy');
  await page.goto('/');
  const href = await page.locator('link[rel="manifest"]').getAttribute('href');
  const manifest = await (await page.request.get(href ?? '')).json();
  expect(manifest).toMatchObject({ name: 'PulseCheck', display: 'standalone', start_url: '/' });
  for (const { src } of manifest.icons) expect((await page.request.get(src)).ok()).toBe(true);
  const colour = page.locator('meta[name="theme-color"]').first();
  await expect(colour).toHaveAttribute('content', '#fafafb');
  await page.getByRole('button', { name: /Account menu/ }).click();
  await page.getByRole('menuitemradio', { name: 'Dark' }).click();
  await expect(colour).toHaveAttribute('content', 'rgb(13, 14, 18)');
});

test('shortcuts lead everywhere, and are never taken from who types', async ({ page }) => {
  await choose(page, 'busy');
  await page.goto('/about');
  await page.getByRole('heading', { level: 1 }).waitFor();
  await settled(page);
  const list = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await expect(async () => {
    await page.keyboard.press('?');
    await expect(list).toContainText('Add a service', { timeout: 2_000 });
  }).toPass();
  const found = await new AxeBuilder({ page }).analyze();
  expect(found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(list).toHaveCount(0);
  await pressInOneGo(page, 'gi', '/incidents');
  await pressInOneGo(page, 'gd', '/');
  await page.keyboard.press('n');
  await expect(page).toHaveURL('/services/new');
  await page.getByRole('textbox').first().fill('');
  await page.keyboard.type('n?g');
  await expect(page.getByRole('textbox').first()).toHaveValue('n?g');
  await expect(page).toHaveURL('/services/new');
});

test('the wall display is left by the keys that lead to it', async ({ page }) => {
  await choose(page, 'ten');
  await page.goto('/?wall=1');
  await expect(page.getByRole('listitem')).toHaveCount(10);
  await settled(page);
  await pressInOneGo(page, 'gw', '/');
  await expect(page.getByRole('navigation')).toBeVisible();
  await pressInOneGo(page, 'gw', '/?wall=1');
});

test('single keys can be switched off; the list stays in the menu', async ({ page }) => {
  await choose(page, 'busy');
  await page.goto('/about');
  await page.getByRole('button', { name: /Account menu/ }).click();
  await page.getByRole('menuitem', { name: 'Keyboard shortcuts' }).click();
  const choice = page.getByLabel('Shortcuts of single keys');
  await choice.click();
  await expect(choice).not.toBeChecked();
  await page.keyboard.press('Escape');
  await page.reload();
  await page.getByRole('heading', { level: 1 }).waitFor();
  await settled(page);
  await page.evaluate(() => {
    const pressed: string[] = [];
    Object.assign(window, { pressed });
    document.addEventListener('keydown', ({ key }) => pressed.push(key));
  });
  await page.keyboard.press('?');
  await page.keyboard.press('n');
  await settled(page);
  expect(await page.evaluate(() => (window as unknown as { pressed: string[] }).pressed)).toEqual([
    '?',
    'n',
  ]);
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page).toHaveURL('/about');
});

test('a stream that is away is said quietly; nothing moves, and data still comes', async ({
  page,
}) => {
  await page.clock.install();
  await page.route('**/api/events', (route) => route.abort());
  await choose(page, 'healthy');
  await page.goto('/incidents');
  const heading = page.getByRole('heading', { level: 1 });
  await expect(heading).toHaveText('No incident is open');
  await settled(page);
  const before = (await heading.boundingBox())?.y;
  await page.clock.fastForward(8_000);
  await expect(
    page.getByText(/Live updates are away. Data is \d+.(s|min) (\d+.s )?old/),
  ).toBeVisible();
  expect((await heading.boundingBox())?.y).toBe(before);
  const poll = page.waitForResponse('**/api/summary');
  await page.clock.fastForward(20_000);
  await poll;
  await settled(page);
  await page.context().setOffline(true);
  await expect(page.getByText(/You are offline. Data is/)).toBeVisible();
  await page.clock.fastForward(62_000);
  await expect(page.locator(icon)).toHaveAttribute('href', '/favicon-unknown.svg');
  await page.context().setOffline(false);
});
