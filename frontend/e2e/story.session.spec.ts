/** Staying signed in: many tabs, an expired token, signing out, and other names for the same installation. */
import type { BrowserContext, Page } from '@playwright/test';
import { Installation, setupLink } from './story/installation';
import { row, setUp, signIn } from './story/people';
import { expect, person, type Stage, test } from './story/stage';

const TABS = 5;

async function prepare(stage: Stage, env: Record<string, string> = {}) {
  const database = await stage.database();
  const installation = await Installation.prepare(stage, { DATABASE_URL: database.url, ...env });
  return { installation, program: await installation.start() };
}

async function openTabs(context: BrowserContext, origin: string): Promise<Page[]> {
  const tabs = await Promise.all(Array.from({ length: TABS }, () => context.newPage()));
  await Promise.all(tabs.map((tab) => tab.goto(origin)));
  await areSignedIn(tabs);
  return tabs;
}

const areSignedIn = (tabs: readonly Page[]) =>
  Promise.all(
    tabs.map((tab) =>
      expect(tab.getByRole('button', { name: `Account menu of ${person.email}` })).toBeVisible({
        timeout: 15_000,
      }),
    ),
  );

test('five tabs whose token ran out at once stay signed in, and sign out together', async ({
  page,
  context,
  stage,
}) => {
  const { installation, program } = await prepare(stage);
  await setUp(page, await setupLink(program));
  await page.close();
  const tabs = await openTabs(context, installation.origin);
  const [tab] = tabs;
  if (tab === undefined) throw new Error('no tab');

  await test.step('all reload at once without an access token', async () => {
    for (let round = 0; round < 3; round += 1) {
      await context.clearCookies({ name: /^access_token/ });
      await Promise.all(tabs.map((each) => each.reload()));
      await areSignedIn(tabs);
    }
  });

  await test.step('all refresh at once with nothing between them, as from an address without https', async () => {
    const answers = await Promise.all(
      tabs.map((each) =>
        each.evaluate(async () => {
          const refresh = () => fetch('/api/auth/refresh', { method: 'POST' });
          const [first, second] = await Promise.all([refresh(), refresh()]);
          return [first.status, second.status];
        }),
      ),
    );
    expect(answers).toEqual(tabs.map(() => [200, 200]));
    const sessions = await tab.request.get(`${installation.origin}/api/auth/sessions`);
    expect(await sessions.json()).toHaveLength(1);
    await Promise.all(tabs.map((each) => each.reload()));
    await areSignedIn(tabs);
  });

  await test.step('signing out in one ends the others', async () => {
    await tab.getByRole('button', { name: `Account menu of ${person.email}` }).click();
    await tab.getByRole('menuitem', { name: 'Sign out' }).click();
    await expect(tab.getByText('You are signed out.')).toBeVisible();
    await Promise.all(tabs.map((each) => expect(each).toHaveURL(/\/login\b/, { timeout: 40_000 })));
  });
});

test('another name for the same machine works just as well', async ({ page, stage }) => {
  const target = await stage.target();
  const { installation, program } = await prepare(stage);
  await setUp(page, await setupLink(program));
  for (const host of ['127.0.0.1', 'nas.test']) {
    const origin = `http://${host}:${installation.port}`;
    await test.step(origin, async () => {
      await page.goto(`${origin}/services/new`);
      await expect(page).toHaveURL(`${origin}/login?next=%2Fservices%2Fnew`);
      await signIn(page);
      await expect(page).toHaveURL(`${origin}/services/new`);
      await page
        .getByRole('combobox', { name: 'What do you want to watch?' })
        .fill(`${target.origin}/${host}`);
      await page.getByRole('button', { name: 'Save and watch' }).click();
      await expect(page.getByRole('heading', { level: 1 })).toContainText('is up');
      const id = new URL(page.url()).pathname.split('/').at(-1);
      await page.context().clearCookies({ name: /^access_token/ });
      await page.goto(origin);
      const shown = row(page, `${target.origin.replace('http://', '')}/${host}`);
      await expect(shown).toContainText('Up');
      // Live also where the browser has neither locks nor a secure context: well before the page would ask again.
      await page.evaluate(
        (service) => fetch(`/api/services/${service}/pause`, { method: 'POST' }),
        id,
      );
      await expect(shown).toContainText('Paused', { timeout: 15_000 });
    });
  }
});

test('opened without encryption although its address is https: a sentence, not a loop', async ({
  page,
  stage,
}) => {
  const { installation, program } = await prepare(stage, { PUBLIC_URL: 'https://status.example' });
  const { origin } = installation;
  const sentence = page.getByText(`set PUBLIC_URL=${origin}`);
  const link = await setupLink(program);
  expect(link).toContain('https://status.example/setup#token=');
  await page.goto(link.replace('https://status.example', origin));
  await page.getByLabel('Name').fill(person.name);
  await page.getByLabel('E-mail').fill(person.email);
  await page.getByLabel('Password').fill(person.password);
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(sentence).toBeVisible();

  let visits = 0;
  page.on('framenavigated', () => {
    visits += 1;
  });
  await page.goto(`${origin}/incidents`);
  await expect(page).toHaveURL(`${origin}/login?next=%2Fincidents`);
  await signIn(page);
  await expect(sentence).toBeVisible();
  await expect(page).toHaveURL(`${origin}/login?next=%2Fincidents`);
  expect(visits).toBeLessThanOrEqual(3);
});
