/** What channels are told: previews of it, rules, and services of which nobody is told for a while. */
import type { Page } from '@playwright/test';
import { choose, expect, happen, serviceId, settled, test } from './fixture/start';
import { neverByItself } from './patience';

const panel = (page: Page, name: string) => page.getByRole('region', { name });

test('a message is looked at before it is sent, for each kind', async ({ page }) => {
  await choose(page, 'busy');
  await page.goto('/notices');
  await panel(page, '#ops').getByRole('button', { name: 'Preview' }).click();
  const dialog = page.getByRole('dialog', { name: 'What #ops is told' });
  await expect(dialog.getByLabel('Message')).toBeFocused();
  await expect(dialog.getByText('POST https://hooks.slack.com/***')).toBeVisible();
  await expect(dialog.getByText('"text": "Down: Example"')).toBeVisible();
  await dialog.getByLabel('Message').selectOption('A recovery');
  await expect(dialog.getByText('"text": "Recovered: Example"')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await expect(panel(page, '#ops').getByRole('button', { name: 'Preview' })).toBeFocused();
});

test('each of several requests is shown, and a kind that is told nowhere says so', async ({
  page,
}) => {
  await choose(page, 'busy');
  await page.goto('/notices');
  await panel(page, 'Night duty').getByRole('button', { name: 'Preview' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByText('"event_action": "trigger"')).toBeVisible();
  await dialog.getByLabel('Goes to').selectOption({ index: 1 });
  await expect(dialog.getByText('"event_action": "resolve"')).toBeVisible();
  await dialog.getByLabel('Message').selectOption('Maintenance begins');
  await expect(dialog.getByText('This channel is told nothing of this kind.')).toBeVisible();
});

/** What looks into the frame from outside is a script there too, and refused as any other. */
const REFUSED = /^Blocked script execution in 'about:srcdoc'/;

test('a letter is shown with its styles, and nothing runs in it', async ({ page, complaints }) => {
  await choose(page, 'few');
  await page.goto('/notices');
  await panel(page, 'Mailbox').getByRole('button', { name: 'Preview' }).click();
  const dialog = page.getByRole('dialog');
  const letter = dialog.frameLocator('iframe[title="Letter: Down: Example"]');
  await expect(letter.getByRole('heading')).toHaveText('Down: Example');
  await expect(letter.locator('.card')).toHaveCSS('background-color', 'rgb(255, 255, 255)');
  await expect(letter.locator('.bar')).toHaveCSS('background-color', 'rgb(219, 47, 55)');
  await expect(letter.getByText('Open')).not.toHaveAttribute('href');
  await dialog.getByLabel('Goes to').selectOption('2. grace@example.com');
  await expect(letter.getByText('says grace@example.com')).toBeVisible();
  await expect(letter.locator('.bar')).toHaveCSS('background-color', 'rgb(219, 47, 55)');
  complaints.splice(0, complaints.length, ...complaints.filter((one) => !REFUSED.test(one)));
});

test('a preview that does not come has a sentence and another try', async ({ page }) => {
  await neverByItself(page);
  await choose(page, 'viewer');
  const asked = '**/api/channels/*/preview?*';
  await page.route(asked, (route) =>
    route.fulfill({
      status: 422,
      json: { status: 422, detail: 'Wrong.', errors: { config: ['Its token cannot be read.'] } },
    }),
  );
  await page.goto('/notices');
  await panel(page, '#ops').getByRole('button', { name: 'Preview' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('alert')).toContainText(
    'The preview could not be made. Its token cannot be read.',
  );
  await page.unroute(asked);
  await dialog.getByRole('button', { name: 'Try again' }).click();
  await expect(dialog.getByText('"text": "Down: Example"')).toBeVisible();
});

test('a rule says what is told in quiet hours too, and that can be changed', async ({ page }) => {
  await choose(page, 'busy');
  await page.goto('/notices');
  const rule = panel(page, '#ops').getByRole('listitem').filter({ hasText: 'except' });
  await expect(rule).toContainText('except outages.');
  await rule.getByRole('button', { name: 'Change rule' }).click();
  const dialog = page.getByRole('dialog', { name: 'Change rule' });
  const through = dialog.getByRole('group', { name: 'Told even then' });
  await expect(through.getByLabel('Outages')).toBeChecked();
  await expect(through.getByLabel('Recoveries')).not.toBeChecked();
  // Only what the rule hears of can be told.
  await expect(through.getByRole('checkbox')).toHaveCount(2);
  await dialog.getByRole('group', { name: 'It hears of' }).getByLabel('Degradations').check();
  await expect(through.getByRole('checkbox')).toHaveCount(3);
  await through.getByLabel('Degradations').check();
  await through.getByLabel('Outages').uncheck();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(rule).toContainText('except degraded.');
  await rule.getByRole('button', { name: 'Change rule' }).click();
  await dialog.getByLabel('Quiet hours').uncheck();
  await expect(through).toHaveCount(0);
});

test('a service is muted until an end, which is said and can come sooner', async ({ page }) => {
  await choose(page, 'healthy');
  await page.goto(`/services/${serviceId(1)}`);
  const name = /^Actions for (.*)$/;
  const menu = page.getByRole('button', { name });
  const [, service = ''] = name.exec((await menu.getAttribute('aria-label')) ?? '') ?? [];
  await menu.click();
  await page.getByRole('menuitem', { name: 'Mute…' }).click();
  const dialog = page.getByRole('dialog', { name: `Mute ${service}` });
  const until = dialog.getByLabel('Nobody is told of it');
  await expect(until).toBeFocused();
  await until.selectOption('until a date…');
  await dialog.getByLabel('Until').fill('2020-01-01T08:00');
  await dialog.getByRole('button', { name: 'Mute' }).click();
  await expect(dialog.getByText('Until must be later than now, by at most 90 days.')).toBeVisible();
  await until.selectOption('for 1 hour');
  await dialog.getByRole('button', { name: 'Mute' }).click();
  await expect(dialog).toHaveCount(0);
  const line = page.getByText(/^Muted: nobody is told of it until/);
  await expect(line).toContainText(/in (59.min|1.h)/);
  await page.goto('/notices');
  const muted = page.getByRole('region', { name: 'Muted' });
  await expect(muted.getByRole('link', { name: service })).toBeVisible();
  await muted.getByRole('link', { name: service }).click();
  await page.getByRole('button', { name: 'End now' }).click();
  await expect(page.getByText(`${service} is told of again.`)).toBeVisible();
  await expect(line).toHaveCount(0);
  await page.goto('/notices');
  await expect(page.getByRole('region', { name: '#ops' })).toBeVisible();
  await expect(muted).toHaveCount(0);
});

test('a mute is ended from the list of them; viewers only see it', async ({ page }) => {
  await choose(page, 'busy');
  await page.goto('/notices');
  const muted = page.getByRole('region', { name: 'Muted' });
  await muted.getByRole('button', { name: /^End now/ }).click();
  await expect(muted).toHaveCount(0);
  await choose(page, 'viewer');
  await page.goto('/notices');
  await expect(muted.getByRole('link')).toBeVisible();
  await expect(muted.getByRole('button')).toHaveCount(0);
  await page.goto(`/services/${serviceId(7)}`);
  await expect(page.getByText(/^Muted: nobody is told of it until/)).toBeVisible();
  await expect(page.getByRole('button', { name: 'End now' })).toHaveCount(0);
});

test('recoveries and reminders need outages or degradations', async ({ page }) => {
  await choose(page, 'stopped');
  await page.goto('/notices');
  const said = 'Hears nothing until outages or degradations are chosen.';
  const rule = panel(page, '#ops').getByRole('listitem').filter({ hasText: said });
  await rule.getByRole('button', { name: 'Change rule' }).click();
  const dialog = page.getByRole('dialog', { name: 'Change rule' });
  const recoveries = dialog.getByLabel('Recoveries');
  const reminders = dialog.getByLabel('Remind while it lasts');
  const hint = 'Choose outages or degradations first.';
  for (const field of [recoveries, reminders]) {
    await expect(field).toBeDisabled();
    await expect(field).toHaveAccessibleDescription(hint);
  }
  await expect(recoveries).not.toBeChecked();
  await expect(reminders).toHaveValue('0');
  await dialog.getByLabel('Degradations').check();
  await expect(dialog.getByText(hint)).toHaveCount(0);
  await expect(recoveries).toBeChecked();
  await expect(reminders).toHaveValue('900');
  await dialog.getByLabel('Degradations').uncheck();
  await dialog.getByLabel('Flapping').check();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(rule).toHaveCount(0);
  const rules = await (await page.request.get('/api/notice-rules')).json();
  expect(rules.at(-1)).toMatchObject({ topics: ['flapping'], remind_s: null });
});

const stopped = (n: number) => ({
  id: `01930000-0000-7000-8000-00000000c00${n}`,
  name: ['#ops', 'Night duty'][n - 1],
  since: new Date().toISOString(),
  reason: 'It answered 404: Not found.',
});

test('a channel that takes no notices is said on every page, until it takes them', async ({
  page,
}) => {
  const said = page.getByRole('complementary', { name: 'Channels that take no notices' });
  await choose(page, 'stopped');
  for (const path of ['/', '/incidents', `/services/${serviceId(1)}`, '/account']) {
    await page.goto(path);
    await expect(said).toContainText('Night duty takes no notices since');
    await expect(said).toContainText(': PagerDuty answered 400: Invalid routing key.');
  }
  await said.getByRole('link').click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Night duty');
  await happen(page, { stopped: [stopped(1), stopped(2)] });
  await page.reload();
  await expect(said).toContainText('2 channels take no notices');
  await said.getByRole('link').click();
  await expect(page).toHaveURL('/notices');
  await happen(page, { stopped: [] });
  // What mends a channel says so at once, and not only when figures are due.
  await panel(page, '#ops').getByRole('button', { name: 'Send a test' }).click();
  await expect(said).toHaveCount(0);
});

test('who may only look is not told that a channel takes no notices', async ({ page }) => {
  await choose(page, 'viewer');
  await page.goto('/about');
  await happen(page, { stopped: [stopped(1)] });
  await page.goto('/notices');
  await expect(panel(page, '#ops')).toBeVisible();
  await settled(page);
  const summary = await page.request.get('/api/summary');
  expect((await summary.json()).broken_channels).toHaveLength(1);
  await expect(page.getByRole('complementary')).toHaveCount(0);
});
