/** Takes the README's pictures of the real program: `scripts/screenshots`. Not a test, and skipped as one. */
import { fileURLToPath } from 'node:url';
import { Installation, setupLink } from './story/installation';
import { create, read, row, type ServiceRow, setUp } from './story/people';
import { expect, test } from './story/stage';
import type { Target } from './story/target';

const folder = fileURLToPath(new URL('../../docs/images/', import.meta.url));

/** Name, category, host, and how long it takes to answer. */
const services = [
  ['Shop', 'Shop', 'shop', 84],
  ['Checkout API', 'Shop', 'checkout', 132],
  ['Search', 'Shop', 'search', 46],
  ['Image delivery', 'Shop', 'images', 12],
  ['Accounts', 'Platform', 'accounts', 58],
  ['Payments', 'Platform', 'payments', 176],
  ['Message queue', 'Platform', 'queue', 7],
  ['Documentation', 'Public', 'docs', 31],
  ['Support desk', 'Public', 'support', 220],
] as const;
const looked = 6;

const ok = { mode: 'status', status: 200, body: '{"status":"ok"}' };
const slowly = (target: Target, host: string, ms: number, then: object = ok) =>
  target.behave({ mode: 'delay', ms, then }, `${host}.localhost`);

test('pictures', async ({ page, stage }) => {
  test.skip(process.env.SCREENSHOTS !== '1', 'pictures are taken by scripts/screenshots');
  test.setTimeout(600_000);
  const target = await stage.target();
  const { port } = new URL(target.origin);
  const installation = await Installation.prepare(stage);
  await setUp(page, await setupLink(await installation.start()));
  for (const [name, category, host, ms] of services) {
    await slowly(target, host, ms);
    await create(page, {
      name,
      category,
      url: `http://${host}.localhost:${port}/health`,
      check_interval: 10,
    });
  }
  const checks = async (name: string) => {
    const all = await read<ServiceRow[]>(page, '/api/services');
    const id = all.find((service) => service.name === name)?.id;
    return await read<{ status: string }[]>(page, `/api/services/${id}/checks?limit=1000`);
  };
  const count = async (name: string, status: string) =>
    (await checks(name)).filter((check) => check.status === status).length;
  const patience = { timeout: 300_000 };
  await expect.poll(() => count('Checkout API', 'up'), patience).toBeGreaterThan(looked);
  await target.answer(503, 'checkout.localhost');
  await slowly(target, 'support', 1_480);
  await expect.poll(() => count('Checkout API', 'down'), patience).toBeGreaterThan(2);
  await expect.poll(() => count('Support desk', 'degraded'), patience).toBeGreaterThan(2);

  await page.emulateMedia({ reducedMotion: 'reduce', colorScheme: 'light' });
  const show = async (path: string, width: number, height: number, ready: () => Promise<void>) => {
    await page.setViewportSize({ width, height });
    await page.goto(installation.origin + path);
    await ready();
    await page.evaluate(() => document.fonts.ready);
  };
  const dashboard = async () => {
    await expect(row(page, 'Checkout API')).toContainText('Down');
    await expect(row(page, 'Support desk')).toContainText('Degraded');
    await expect(page.getByRole('link', { name: 'Checkout API is down' })).toBeVisible();
  };
  await show('/', 1280, 1190, dashboard);
  await page.screenshot({ path: `${folder}dashboard-light.png` });
  await show('/', 390, 844, dashboard);
  await page.screenshot({ path: `${folder}dashboard-phone.png` });
  await page.emulateMedia({ colorScheme: 'dark' });
  const all = await read<ServiceRow[]>(page, '/api/services');
  const checkout = all.find(({ name }) => name === 'Checkout API');
  await show(`/services/${checkout?.id}`, 1280, 1180, async () => {
    await expect(page.getByRole('heading', { level: 1 })).toContainText('Checkout API is down');
    await expect(page.locator('.recharts-surface').first()).toBeVisible();
  });
  await page.screenshot({ path: `${folder}service-dark.png` });
});
