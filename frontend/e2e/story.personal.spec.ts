/** Mail to one person: an address becomes its owner's, the week comes as it was chosen, and one press ends that. */
import { linger } from './patience';
import { Inbox } from './story/inbox';
import { Installation, setupLink } from './story/installation';
import { create, openElsewhere, read, setUp } from './story/people';
import { expect, person, test } from './story/stage';

const POSTED = { timeout: 60_000 };
const DAY_MS = 86_400_000;

test('an address is verified by its owner, and the report of the week comes until it is ended', async ({
  page,
  browser,
  stage,
  listen,
}) => {
  await linger(page.context());
  const target = await stage.target();
  const inbox = await Inbox.start(stage);
  const { url, sql } = await stage.database();
  const installation = await Installation.prepare(stage, { ...inbox.env, DATABASE_URL: url });
  await setUp(page, await setupLink(await installation.start()));
  await create(page, { name: 'Shop', url: target.origin, check_interval: 60 });
  const letter = async (words: string) => {
    const found = async () =>
      (await inbox.letters()).filter(({ subject }) => subject.includes(words));
    await expect.poll(async () => (await found()).length, POSTED).toBe(1);
    const [one] = await found();
    if (one === undefined) throw new Error('it has gone');
    expect(one.to).toEqual([person.email]);
    return one;
  };

  await test.step('no report goes to an address before its owner has said so', async () => {
    await page.goto(`${installation.origin}/account`);
    await expect(page.getByText('Verify your address first')).toBeVisible();
    const { text } = await letter('Is this your address?');
    const [link = ''] = /http\S+\/verify\?token=\S+/.exec(text) ?? [];
    expect(new URL(link).origin).toBe(installation.origin);
    const phone = await openElsewhere(browser, listen, link);
    const sentence = phone.getByRole('heading', { level: 1 });
    await expect(sentence).toHaveText('Is the address yours to which this link was sent?');
    await phone.getByRole('button', { name: 'Verify the address' }).click();
    await expect(sentence).toHaveText(`${person.email} is verified`);
    await phone.goto(link);
    await phone.getByRole('button', { name: 'Verify the address' }).click();
    await expect(phone.getByRole('alert')).toContainText('This link was used before');
    await phone.context().close();
  });

  const wanted = page.getByRole('checkbox', { name: 'Send me a report of the week by mail' });
  // Of the week that ended before yesterday: whatever time it is, that report is due and not too late.
  const yesterday = new Date(Date.now() - DAY_MS);
  const day = yesterday.toLocaleDateString('en', { weekday: 'long', timeZone: 'UTC' });
  await test.step('the day of the report is chosen', async () => {
    await page.reload();
    await expect(page.getByText(`${person.email} · Verified`)).toBeVisible();
    await wanted.click();
    await expect(wanted).toBeChecked();
    await page.getByRole('combobox', { name: 'Time zone' }).selectOption('UTC');
    await page.getByRole('combobox', { name: 'Day' }).selectOption(day);
    const chosen = () => read(page, '/api/me/preferences');
    const all = { weekly_report: true, report_day: day.toLowerCase(), report_zone: 'UTC' };
    await expect.poll(chosen).toMatchObject(all);
    await expect(page.getByText('A report comes every Monday.')).toBeVisible();
  });

  await test.step('it tells the week once', async () => {
    // A week of looks, half an hour of which found it down, and the hour in which the report is due.
    await sql`update services set created_at = now() - interval '30 days'`;
    await sql`
      insert into rollup_days (service_key, day, up_ms, degraded_ms, down_ms, unknown_ms, maintenance_ms, looks, failed, latency)
      select key, (now() at time zone 'UTC')::date - back, ${DAY_MS - 1_800_000}, 0, 1800000, 0, 0, 1440, 30, ''
      from services, generate_series(1, 15) as back
      on conflict do nothing`;
    await sql`update report_wishes set next_at = now()`;
    const { subject, text, headers } = await letter(' up, ');
    expect(subject).toMatch(/^97\.91\s?% up, .+: Ada Example$/);
    expect(text).toContain('Shop');
    const header = (name: string) => headers.find(([one]) => one.toLowerCase() === name)?.[1] ?? '';
    const [, end = ''] = /<(\S+)>/.exec(header('list-unsubscribe')) ?? [];
    // As a mail program does, which is signed in nowhere.
    const answer = await fetch(end, { method: 'POST', body: 'List-Unsubscribe=One-Click' });
    expect(answer.ok, await answer.text()).toBe(true);
    await page.reload();
    await expect(wanted).not.toBeChecked();
    expect((await inbox.letters()).filter((one) => one.subject.includes(' up, '))).toHaveLength(1);
  });
});
