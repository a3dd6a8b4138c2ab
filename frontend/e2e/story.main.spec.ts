/** The main story: from one command to a resolved incident, and nothing lost by a restart. */
import { Installation, setupLink } from './story/installation';
import { type IncidentRow, read, row, type ServiceRow, setUp } from './story/people';
import { alive } from './story/program';
import { expect, tabTo, test } from './story/stage';

/** Time for the page to show what the programs know, and for a busy machine to do its part. */
const LIVE = { timeout: 30_000 };
const INTERVAL_S = 10;

test('a service is added, breaks, recovers, and outlives restarts', async ({
  page,
  context,
  stage,
}) => {
  const target = await stage.target();
  const installation = await Installation.prepare(stage);
  let program = await installation.start();
  const address = `${target.origin}/health`;
  const name = address.replace('http://', '');

  await test.step('the set-up link makes the first account', async () => {
    await setUp(page, await setupLink(program));
    await expect(page).toHaveURL(`${installation.origin}/`);
  });

  const dashboard = await context.newPage();
  await dashboard.goto(installation.origin);
  await expect(dashboard.getByRole('combobox', { name: 'Address or name' })).toBeVisible();

  await test.step('an address is looked at and saved with the keyboard alone', async () => {
    await page.bringToFront();
    await expect(page.getByRole('combobox', { name: 'Address or name' })).toBeFocused();
    await page.keyboard.type(name);
    await page.keyboard.press('Enter');
    const seen = page.getByRole('region', { name: 'What we saw' });
    await expect(seen).toContainText('It answered 200');
    await tabTo(page, 'Look every', 'combobox');
    await page.keyboard.type('10 s');
    await expect(page.getByRole('combobox', { name: 'Look every' })).toHaveValue(`${INTERVAL_S}`);
    await tabTo(page, 'Save and watch', 'button');
    const saved = page.waitForResponse((response) => response.request().method() === 'POST');
    await page.keyboard.press('Enter');
    expect((await saved).status()).toBe(201);
  });

  await test.step('it is up, in every open tab and well before one would ask by itself', async () => {
    const live = { timeout: 15_000 };
    const shown = row(dashboard, name);
    await expect(shown).toContainText(/Up/, live);
    await expect(shown).toContainText(/(<1|\d+)\sms/, live);
    await expect(page.getByRole('heading', { level: 1 })).toContainText(`${name} is up`, LIVE);
  });
  const [service] = await read<ServiceRow[]>(page, '/api/services');
  if (service === undefined) throw new Error('the service is not listed');
  const open = () => read<IncidentRow[]>(page, '/api/incidents?status=open');

  await test.step('it breaks: down, and an open incident that began with the first failure', async () => {
    const broken = Date.now();
    await target.answer(503);
    const line = dashboard.getByRole('link', { name: `${name} is down` });
    await expect(line).toBeVisible({ timeout: (INTERVAL_S + 12) * 1000 + LIVE.timeout });
    await expect(dashboard.getByRole('heading', { name: 'Open incidents' })).toBeVisible();
    await expect(row(dashboard, name)).toContainText('Down');
    await expect(page.getByRole('heading', { level: 1 })).toContainText(`${name} is down`, LIVE);
    await line.click();
    await expect(dashboard.getByText('Status 503, expected 200.').first()).toBeVisible();

    const incidents = await open();
    expect(incidents).toMatchObject([
      {
        service_id: service.id,
        type: 'downtime',
        cause: { sentence: 'Status 503, expected 200.' },
      },
    ]);
    // The very first request after that may still have been answered well.
    const asked = (await target.asked('/health')).filter(({ at }) => at >= broken - 50);
    const started = Date.parse(incidents[0]?.started_at ?? '');
    expect(asked.slice(0, 2).some(({ at }) => Math.abs(started - at) <= 2_000)).toBe(true);
    const opened = Date.parse(incidents[0]?.opened_at ?? '');
    expect(opened - started).toBeLessThanOrEqual(30_000);
  });

  await test.step('it recovers: resolved', async () => {
    await target.answer(200);
    const sentence = dashboard.getByRole('heading', { level: 1 });
    await expect(sentence).toContainText(`${name} was down for`, {
      timeout: INTERVAL_S * 2 * 1000 + LIVE.timeout,
    });
    await expect(page.getByRole('heading', { level: 1 })).toContainText(`${name} is up`, LIVE);
    expect(await open()).toEqual([]);
  });

  const incidentsBefore = await read<IncidentRow[]>(page, '/api/incidents');
  expect(incidentsBefore).toHaveLength(1);

  /** What was there before is there now, for somebody who never signed in again. */
  const allIsThere = async (how: string) => {
    await test.step(`${how}: everything is still there`, async () => {
      await dashboard.goto(installation.origin);
      await expect(row(dashboard, name)).toContainText('Up', LIVE);
      expect(await read<IncidentRow[]>(dashboard, '/api/incidents')).toEqual(incidentsBefore);
      const checks = await read<{ checked_at: string; status: string }[]>(
        dashboard,
        `/api/services/${service.id}/checks?limit=1000`,
      );
      expect(checks.filter(({ status }) => status === 'down').length).toBeGreaterThan(0);
      const oldest = Date.parse(checks.at(-1)?.checked_at ?? '');
      expect(oldest).toBeLessThan(Date.parse(incidentsBefore[0]?.started_at ?? ''));
    });
  };

  await test.step('Ctrl-C ends it and its database', async () => {
    const below = program.descendants();
    expect(below.length).toBeGreaterThan(0);
    program.signal('SIGINT');
    expect(await program.ending()).toEqual({ code: 0, signal: null });
    expect(alive(below)).toEqual([]);
  });
  program = await installation.start();
  await allIsThere('a second start');
  expect(program.output).not.toContain('/setup#token=');

  program.signal('SIGKILL');
  await program.ending();
  program = await installation.start();
  await allIsThere('a start after a crash');
});

test('the page has strict headers, and files that are gone are not pages', async ({
  request,
  stage,
}) => {
  const database = await stage.database();
  const installation = await Installation.prepare(stage, { DATABASE_URL: database.url });
  await installation.start();
  const answer = await request.get(`http://127.0.0.1:${installation.port}/services/new`);
  expect(answer.status()).toBe(200);
  const headers = answer.headers();
  expect(headers['content-security-policy']).toContain("default-src 'none'");
  expect(headers['content-security-policy']).not.toContain('unsafe');
  expect(headers).toMatchObject({
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'same-origin',
    'cache-control': 'no-cache',
  });
  const gone = await request.get(`http://127.0.0.1:${installation.port}/assets/gone.js`);
  expect(gone.status()).toBe(404);
});
