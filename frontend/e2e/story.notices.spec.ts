/** Being told: a webhook and a mailbox are connected, tried and ruled; what breaks together is told together, taken on, and over. */
import type { Locator, Page } from '@playwright/test';
import { linger } from './patience';
import { Inbox, type Letter } from './story/inbox';
import { Installation, setupLink } from './story/installation';
import {
  create,
  type IncidentRow,
  openElsewhere,
  read,
  row,
  type ServiceRow,
  setUp,
} from './story/people';
import { isSigned, type Posted, Receiver } from './story/receiver';
import { expect, test } from './story/stage';

const LIVE = { timeout: 15_000 };
/** A message of a channel that had some lately gathers for twenty seconds; and time for a busy machine. */
const TOLD = { timeout: 60_000 };
const SEEN = { timeout: 60_000 };

const hook = 'Our program';
const mailbox = 'The team';
const names = ['Payments', 'Shop'] as const;

const panel = (page: Page, name: string): Locator => page.getByRole('region', { name });

/** Adds a channel in the web app; ends where its kind does. */
async function add(page: Page, kind: string, name: string, fill: () => Promise<void>) {
  await page.getByRole('link', { name: 'Add channel' }).click();
  await page.getByRole('combobox', { name: 'Kind' }).selectOption({ label: kind });
  await page.getByRole('textbox', { name: 'Name' }).fill(name);
  await fill();
  await page.getByRole('textbox', { name: 'Messages a minute' }).fill('10');
  await page.getByRole('button', { name: 'Save' }).click();
}

/** Looks at both at the same moment, as somebody would who wants to know. */
async function look(page: Page, services: readonly ServiceRow[]): Promise<void> {
  const { origin } = new URL(page.url());
  const asked = services.map(({ id }) =>
    page.request.post(`${origin}/api/services/${id}/check`, { headers: { Origin: origin } }),
  );
  for (const answer of await Promise.all(asked))
    expect(answer.ok(), await answer.text()).toBe(true);
}

const stateOf = ({ event }: Posted) =>
  event.data.services.map(({ name, state }) => `${name} ${state}`).sort();

const about = (letters: readonly Letter[], beginning: string) =>
  letters.filter(({ subject }) => subject.startsWith(beginning));

test('two channels are connected, hear of an outage together, and of its end', async ({
  page,
  browser,
  stage,
  listen,
  strangers,
}) => {
  test.setTimeout(420_000);
  await linger(page.context());
  const [target, receiver, inbox] = [
    await stage.target(),
    await Receiver.start(stage),
    await Inbox.start(stage),
  ];
  strangers.push(inbox.origin);
  const installation = await Installation.prepare(stage, inbox.env);
  const program = await installation.start();
  await setUp(page, await setupLink(program));
  const paths = names.map((name) => `/${name.toLowerCase()}`);
  const services: ServiceRow[] = [];
  for (const [index, name] of names.entries()) {
    const url = target.origin + paths[index];
    services.push(await create(page, { name, url, category: 'Business', check_interval: 10 }));
  }
  const answer = async (status: number) => {
    for (const path of paths) await target.answer(status, path);
    await look(page, services);
  };
  const letters = async (beginning: string) => about(await inbox.letters(), beginning);
  const open = () => read<IncidentRow[]>(page, '/api/incidents?status=open');

  let secret = '';
  await test.step('a mailbox and a webhook are connected; the secret is shown once', async () => {
    await page.goto(`${installation.origin}/notices`);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(
      'Nobody is told when something breaks',
    );
    await add(page, 'E-mail', mailbox, () =>
      page.getByRole('textbox', { name: 'Recipients' }).fill('ada@example.com\nbob@example.com'),
    );
    await expect(panel(page, mailbox)).toContainText('nothing was sent yet');
    await add(page, 'Webhook', hook, () =>
      page.getByRole('textbox', { name: 'Address' }).fill(receiver.address),
    );
    const dialog = page.getByRole('dialog', { name: 'Signing secret' });
    secret = (await dialog.locator('code').textContent()) ?? '';
    expect(secret).toMatch(/^whsec_/);
    await dialog.getByRole('button', { name: 'Done' }).last().click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(
      '2 channels hear what happens',
    );
    await expect(page.getByText(secret)).toHaveCount(0);
  });

  await test.step('a rule for a category is made, and reads as a sentence', async () => {
    await panel(page, hook).getByRole('button', { name: 'Add rule' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add rule' });
    await dialog.getByRole('combobox', { name: 'Services' }).selectOption('A category');
    await dialog.getByRole('combobox', { name: 'Category' }).fill('Business');
    await dialog
      .getByRole('combobox', { name: 'Remind while it lasts' })
      .selectOption('every 15 minutes');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await expect(panel(page, hook)).toContainText('Hears when anything in Business is down');
    await expect(panel(page, hook)).toContainText('again every 15 minutes.');
  });

  await page.goto(installation.origin);
  for (const name of names) await expect(row(page, name)).toContainText('Up', LIVE);
  await page.goto(`${installation.origin}/notices`);

  await test.step('each takes a test message, which is signed', async () => {
    for (const name of [mailbox, hook]) {
      await panel(page, name).getByRole('button', { name: 'Send a test' }).click();
      await expect(page.getByText(`${name} took the test message.`)).toBeVisible(TOLD);
      await expect(panel(page, name)).toContainText('delivered');
    }
    expect((await letters('Test message')).map(({ to }) => to)).toEqual([
      ['ada@example.com'],
      ['bob@example.com'],
    ]);
    expect(receiver.posted).toHaveLength(1);
    const [tried] = receiver.of('test');
    if (tried === undefined) throw new Error('it was sent something else');
    expect(isSigned(tried, secret)).toBe(true);
    expect(isSigned({ ...tried, body: `${tried.body} ` }, secret)).toBe(false);
  });

  await test.step('two services break: one message to each, which names both', async () => {
    await answer(503);
    await expect
      .poll(() => receiver.of('down').flatMap(stateOf).sort(), TOLD)
      .toEqual(['Payments down', 'Shop down']);
    expect(receiver.of('down')).toHaveLength(1);
    const [told] = receiver.of('down');
    if (told === undefined) throw new Error('it has gone');
    expect(isSigned(told, secret)).toBe(true);
    await expect.poll(async () => (await letters('2 services down')).length, TOLD).toBe(2);
    const [letter] = await letters('2 services down');
    for (const name of names) {
      expect(letter?.text).toContain(`${name} is down: Status 503, expected 200.`);
      expect(letter?.html).toContain(name);
    }
  });

  await test.step('somebody who is not signed in takes both on with the link in the mail', async () => {
    const [letter] = await letters('2 services down');
    const [, link = ''] = /Acknowledge: (\S+)/.exec(letter?.text ?? '') ?? [];
    expect(new URL(link).origin).toBe(installation.origin);
    const phone = await openElsewhere(browser, listen, link);
    const sentence = phone.getByRole('heading', { level: 1 });
    await expect(sentence).toHaveText('Do you take this on?');
    // Whoever only opens it, as mail scanners do, takes nothing on.
    const incident = `/api/incidents/${(await open())[0]?.id}/acknowledgement`;
    expect((await page.request.get(installation.origin + incident)).status()).toBe(404);
    await phone.getByRole('button', { name: 'Take it on' }).click();
    await expect(sentence).toHaveText(/^(Payments and Shop|Shop and Payments) are yours$/);
    await phone.goto(link);
    await phone.getByRole('button', { name: 'Take it on' }).click();
    await expect(sentence).toHaveText('Somebody has taken this on, or it is over');
    await phone.goto(`${installation.origin}/notices`);
    await expect(phone.getByLabel('Password')).toBeVisible();
    await phone.context().close();
    for (const { id } of await open()) {
      await page.goto(`${installation.origin}/incidents/${id}`);
      await expect(page.getByText(`Somebody in ${mailbox} has taken it on.`)).toBeVisible();
      await expect(page.getByRole('button', { name: 'Take it on' })).toHaveCount(0);
    }
    await expect.poll(() => receiver.of('acknowledged').length, TOLD).toBe(1);
    await expect.poll(async () => (await letters('Acknowledged')).length, TOLD).toBe(2);
  });

  await test.step('both recover: one message to each', async () => {
    await answer(200);
    await expect
      .poll(() => receiver.of('recovered').flatMap(stateOf).sort(), TOLD)
      .toEqual(['Payments up', 'Shop up']);
    expect(receiver.of('recovered')).toHaveLength(1);
    await expect.poll(async () => (await letters('2 services recovered')).length, TOLD).toBe(2);
    expect(await open()).toEqual([]);
  });

  await test.step('nothing was said twice, and everything is signed', async () => {
    const kinds = receiver.posted.map(({ event }) => event.data.kind);
    expect(kinds).toEqual(['test', 'down', 'acknowledged', 'recovered']);
    expect(new Set(receiver.posted.map(({ id }) => id)).size).toBe(4);
    for (const one of receiver.posted) expect(isSigned(one, secret), one.body).toBe(true);
    // Whoever set the program up is asked whether the address is theirs.
    const asked = await letters('Is this your address?');
    expect(await inbox.letters()).toHaveLength(8 + asked.length);
    expect(asked).toHaveLength(1);
  });

  const line = (words: string | RegExp) =>
    page.getByRole('main').getByRole('button').filter({ hasText: words });
  await test.step('the ledger shows all of it, and what one of them is asked for', async () => {
    await page.goto(`${installation.origin}/notices`);
    await page.getByRole('link', { name: 'Ledger' }).click();
    await expect(line('Delivered')).toHaveCount(8);
    for (const said of ['Test message', '2 services down', 'Acknowledged', 'recovered']) {
      await expect(line(said)).toHaveCount(2);
    }
    await page.getByRole('combobox', { name: 'Outcome' }).selectOption('Refused');
    await expect(page.getByText('Nothing that fits.')).toBeVisible();
    await page.getByRole('combobox', { name: 'Outcome' }).selectOption('All outcomes');
    await page.getByRole('combobox', { name: 'Channel' }).selectOption(hook);
    await expect(line('Delivered')).toHaveCount(4);
  });

  await test.step('one is sent again under the same key', async () => {
    await line('2 services down').click();
    const dialog = page.getByRole('dialog', { name: /2 services down/ });
    await expect(dialog).toContainText(`POST ${receiver.address}`);
    await expect(dialog).toContainText('Answered 204');
    await expect(dialog).toContainText('Payments is down: Status 503, expected 200.');
    await expect(dialog).not.toContainText(secret);
    await dialog.getByRole('button', { name: 'Send again' }).click();
    await expect(page.getByText('It is sent again, under the same key.')).toBeVisible();
    await expect.poll(() => receiver.posted.length, TOLD).toBe(5);
    const [first, second] = receiver.of('down');
    if (first === undefined || second === undefined) throw new Error('it was sent something else');
    expect(second.id).toBe(first.id);
    expect(isSigned(second, secret)).toBe(true);
    await expect(line('2 services down')).toHaveCount(2, SEEN);
  });

  await test.step('the inbox of development shows the letters to people', async () => {
    await page.goto(inbox.origin);
    await expect(page.getByRole('listitem')).toHaveCount(9);
    await page
      .getByRole('link', { name: /^2 services down/ })
      .first()
      .click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(/^2 services down/);
    const letter = page.frameLocator('iframe');
    await expect(letter.getByText('Payments').first()).toBeVisible();
    await expect(letter.getByRole('link', { name: 'Acknowledge' })).toBeVisible();
    await expect(page.locator('pre').last()).toContainText('List-Unsubscribe: <http');
  });
});
