/** Signing in with Google and GitHub, and every way in which that does not work, against providers that run here. */
import type { Page } from '@playwright/test';
import { accountText } from '../src/lib/text/account';
import { GitHub } from './story/github';
import { Installation } from './story/installation';
import { client as openIdClient, startOpenId } from './story/openid.mjs';
import { freePort } from './story/ports';
import { test as base, expect } from './story/stage';

/** An installation with both providers. */
class Scene {
  constructor(
    readonly google: Awaited<ReturnType<typeof startOpenId>>,
    readonly github: GitHub,
    readonly origin: string,
    /** Somebody with another browser. */
    readonly visitor: () => Promise<Page>,
  ) {}

  /** Begins at the login page and arrives at the provider's own. */
  async setOut(page: Page, provider: 'Google' | 'GitHub', from = '/login'): Promise<void> {
    await page.goto(this.origin + from);
    await page.getByRole('link', { name: `Continue with ${provider}` }).click();
  }

  async throughGoogle(page: Page, login: string, from?: string): Promise<void> {
    await this.setOut(page, 'Google', from);
    await page.getByPlaceholder('Enter any login').fill(login);
    await page.getByPlaceholder('and password').fill('any');
    await page.getByRole('button', { name: 'Sign-in' }).click();
    await page.getByRole('button', { name: 'Continue' }).click();
  }

  async throughGitHub(page: Page, from?: string): Promise<void> {
    await this.setOut(page, 'GitHub', from);
    await page.getByRole('link', { name: 'Authorize' }).click();
  }
}

const test = base.extend<{
  signUp: Record<string, string>;
  /** How long a provider is waited for, in seconds. */
  patience: number;
  scene: Scene;
}>({
  signUp: [{ SIGN_UP: 'open' }, { option: true }],
  patience: [20, { option: true }],
  scene: async ({ stage, signUp, patience, strangers, browser, listen }, use) => {
    const database = await stage.database();
    const [googlePort, githubPort] = [await freePort(), await freePort()];
    const github = await GitHub.start(githubPort);
    stage.onEnd(() => github.close());
    const installation = await Installation.prepare(stage, {
      ...signUp,
      DATABASE_URL: database.url,
      OAUTH_TIMEOUT_S: String(patience),
      GOOGLE_ISSUER_URL: `http://127.0.0.1:${googlePort}`,
      GOOGLE_CLIENT_ID: openIdClient.id,
      GOOGLE_CLIENT_SECRET: openIdClient.secret,
      GITHUB_BASE_URL: github.origin,
      GITHUB_API_URL: github.origin,
      GITHUB_CLIENT_ID: github.client.id,
      GITHUB_CLIENT_SECRET: github.client.secret,
    });
    const callback = `${installation.origin}/api/auth/google/callback`;
    const google = await startOpenId({ port: googlePort, callback });
    stage.onEnd(() => google.close());
    strangers.push(google.origin, github.origin);
    await installation.start();
    await use(
      new Scene(google, github, installation.origin, async () => {
        const context = await browser.newContext();
        listen(context);
        return await context.newPage();
      }),
    );
  },
});

/** The sentence that belongs to a code, on the login page. */
async function isRefused(page: Page, code: string): Promise<void> {
  await expect(page).toHaveURL(new RegExp(`/login\\?error=${code}$`));
  const sentence = accountText.errors[code];
  if (sentence === undefined) throw new Error(`${code} has no sentence`);
  await expect(page.getByRole('alert')).toHaveText(sentence);
  await expect(page.getByRole('link', { name: 'Continue with Google' })).toBeVisible();
}

const isSignedInAs = (page: Page, email: string) =>
  expect(page.getByRole('button', { name: `Account menu of ${email}` })).toBeVisible();

test('people sign up and in with Google and GitHub, and link the one to the other', async ({
  scene,
}) => {
  await test.step('Google leads back to the page that was asked for', async () => {
    const page = await scene.visitor();
    await scene.throughGoogle(page, 'grace', '/incidents');
    await expect(page).toHaveURL(`${scene.origin}/incidents`);
    await isSignedInAs(page, 'grace@example.com');
  });

  await test.step('GitHub makes an account of its own', async () => {
    const page = await scene.visitor();
    await scene.throughGitHub(page);
    await expect(page).toHaveURL(`${scene.origin}/`);
    await isSignedInAs(page, 'octo@example.com');
  });

  await test.step('the same e-mail through the other provider is linked only by its owner', async () => {
    scene.github.person = { id: 2, login: 'grace', email: 'grace@example.com', verified: true };
    const page = await scene.visitor();
    await scene.throughGitHub(page);
    await isRefused(page, 'account_exists');
    await scene.throughGoogle(page, 'grace', '/account');
    await page.getByRole('link', { name: 'Link GitHub' }).click();
    await page.getByRole('link', { name: 'Authorize' }).click();
    await expect(page).toHaveURL(`${scene.origin}/account`);
    await expect(page.getByRole('button', { name: 'Unlink GitHub' })).toBeVisible();

    const another = await scene.visitor();
    await scene.throughGitHub(another);
    await isSignedInAs(another, 'grace@example.com');
  });

  await test.step('one provider account belongs to one person', async () => {
    const page = await scene.visitor();
    await scene.throughGoogle(page, 'heidi', '/account');
    await page.getByRole('link', { name: 'Link GitHub' }).click();
    await page.getByRole('link', { name: 'Authorize' }).click();
    await isRefused(page, 'linked_elsewhere');
  });
});

test('whoever declines, tampers or repeats is not signed in', async ({ scene }) => {
  await test.step('declined at Google and at GitHub', async () => {
    const page = await scene.visitor();
    await scene.setOut(page, 'Google');
    await page.getByRole('link', { name: 'Cancel' }).click();
    await isRefused(page, 'denied');
    await scene.setOut(page, 'GitHub');
    await page.getByRole('link', { name: 'Cancel' }).click();
    await isRefused(page, 'denied');
  });

  await test.step('a state that is not ours', async () => {
    const page = await scene.visitor();
    await scene.setOut(page, 'GitHub');
    const link = await page.getByRole('link', { name: 'Authorize' }).getAttribute('href');
    const tampered = new URL(link ?? '');
    tampered.searchParams.set('state', 'somebody-elses');
    await page.goto(tampered.href);
    await isRefused(page, 'state');
  });

  await test.step('a link that another browser was given', async () => {
    const page = await scene.visitor();
    await scene.setOut(page, 'GitHub');
    const link = await page.getByRole('link', { name: 'Authorize' }).getAttribute('href');
    const victim = await scene.visitor();
    await victim.goto(link ?? '');
    await isRefused(victim, 'state');
  });

  await test.step('the way back taken twice, and a code used twice', async () => {
    const page = await scene.visitor();
    await scene.setOut(page, 'GitHub');
    const before = await page.context().cookies();
    const way = await page.getByRole('link', { name: 'Authorize' }).getAttribute('href');
    await page.getByRole('link', { name: 'Authorize' }).click();
    await isSignedInAs(page, 'octo@example.com');
    await page.context().clearCookies();
    await page.context().addCookies(before);
    await page.goto(way ?? '');
    await isRefused(page, 'state');

    await scene.setOut(page, 'GitHub');
    const fresh = await page.getByRole('link', { name: 'Authorize' }).getAttribute('href');
    const mixed = new URL(fresh ?? '');
    mixed.searchParams.set('code', new URL(way ?? '').searchParams.get('code') ?? '');
    await page.goto(mixed.href);
    await isRefused(page, 'code');
  });

  await test.step('an e-mail address that nobody verified', async () => {
    const page = await scene.visitor();
    await scene.throughGoogle(page, 'unverified');
    await isRefused(page, 'email_unverified');
    scene.github.person = { id: 3, login: 'mallory', email: 'grace@example.com', verified: false };
    await scene.throughGitHub(page);
    await isRefused(page, 'email_unverified');
  });
});

test.describe('with little patience', () => {
  test.use({ patience: 2 });

  test('a provider that fails or hangs costs a sentence', async ({ scene }) => {
    const page = await scene.visitor();
    for (const mode of ['fails', 'stalls'] as const) {
      scene.github.mode = mode;
      await scene.throughGitHub(page);
      await isRefused(page, 'provider');
      scene.google.behave(mode);
      const other = await scene.visitor();
      await scene.throughGoogle(other, 'grace');
      await isRefused(other, 'provider');
    }
    scene.github.mode = 'works';
    await scene.throughGitHub(page);
    await isSignedInAs(page, 'octo@example.com');
  });
});

test.describe('with sign-up closed', () => {
  test.use({ signUp: { SIGN_UP: 'closed', OPERATOR_EMAILS: 'grace@example.com' } });

  test('a stranger gets a sentence, the operator an account', async ({ scene }) => {
    const stranger = await scene.visitor();
    await scene.throughGoogle(stranger, 'mallory');
    await isRefused(stranger, 'sign_up_closed');
    await scene.throughGitHub(stranger);
    await isRefused(stranger, 'sign_up_closed');
    const operator = await scene.visitor();
    await scene.throughGoogle(operator, 'grace');
    await isSignedInAs(operator, 'grace@example.com');
  });
});

test.describe('with a list', () => {
  test.use({ signUp: { SIGN_UP: 'allowlist', SIGN_UP_ALLOWLIST: '@example.com' } });

  test('who is not on it gets a sentence', async ({ scene }) => {
    const page = await scene.visitor();
    scene.github.person = { id: 4, login: 'eve', email: 'eve@elsewhere.example', verified: true };
    await scene.throughGitHub(page);
    await isRefused(page, 'not_allowed');
    await scene.throughGoogle(page, 'grace');
    await isSignedInAs(page, 'grace@example.com');
  });
});
