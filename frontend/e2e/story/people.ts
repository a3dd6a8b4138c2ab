/** What people do in the browser, in words of the stories. */
import {
  type Browser,
  type BrowserContext,
  expect,
  type Locator,
  type Page,
} from '@playwright/test';
import { person } from './stage';

/** Makes the first account with the link that the program printed, and arrives at the first dashboard. */
export async function setUp(page: Page, link: string): Promise<void> {
  await page.goto(link);
  await page.getByLabel('Name').fill(person.name);
  await page.getByLabel('E-mail').fill(person.email);
  await page.getByLabel('Password').fill(person.password);
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(page.getByRole('heading', { name: 'What do you want to watch?' })).toBeVisible();
}

export async function signIn(page: Page): Promise<void> {
  await page.getByLabel('E-mail').fill(person.email);
  await page.getByLabel('Password').fill(person.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Opens a link out of a letter where nobody is signed in; closed with its context. */
export async function openElsewhere(
  browser: Browser,
  listen: (context: BrowserContext) => void,
  link: string,
): Promise<Page> {
  const context = await browser.newContext();
  listen(context);
  const page = await context.newPage();
  await page.goto(link);
  return page;
}

/** A service's row on the dashboard. */
export const row = (page: Page, name: string): Locator =>
  page
    .locator('div.grid')
    .filter({ has: page.getByRole('link', { name, exact: true }) })
    .filter({ has: page.getByRole('button', { name: `Actions for ${name}` }) });

export interface IncidentRow {
  id: string;
  service_id: string;
  type: string;
  started_at: string;
  opened_at: string;
  resolved_at: string | null;
  cause: { sentence: string } | null;
}

export interface ServiceRow {
  id: string;
  name: string;
  current_status: { status: string; checked_at: string | null; response_time: number | null };
}

/** Asks the API as the page would. */
export async function read<T>(page: Page, path: string): Promise<T> {
  const response = await page.request.get(new URL(path, page.url()).href);
  expect(response.status(), path).toBe(200);
  return (await response.json()) as T;
}

/** Makes a service as the page would. */
export const create = (page: Page, draft: Record<string, unknown>): Promise<ServiceRow> =>
  make(page, '/api/services', { monitor_type: 'http_ping', ...draft });

/** Makes whatever lives at `path`, as the page would. */
export async function make<T>(page: Page, path: string, data: object): Promise<T> {
  const { origin } = new URL(page.url());
  const response = await page.request.post(origin + path, { data, headers: { Origin: origin } });
  expect(response.status(), await response.text()).toBe(201);
  return (await response.json()) as T;
}
