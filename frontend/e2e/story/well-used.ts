/** An installation that has been in use for a month: real services, a real outage, and a past. */
import { expect, type Page } from '@playwright/test';
import { Installation, setupLink } from './installation';
import { beganEarlier, type Habit, liveThroughAMonth, type Trouble } from './month';
import { create, type IncidentRow, make, read, type ServiceRow, setUp } from './people';
import type { Stage } from './stage';
import type { Target } from './target';

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

const past: readonly Trouble[] = [
  { service: 'Search', kind: 'degraded', daysAgo: 1.7, minutes: 22 },
  { service: 'Payments', kind: 'down', daysAgo: 3.1, minutes: 7 },
  { service: 'Checkout API', kind: 'down', daysAgo: 4.6, minutes: 3 },
  { service: 'Documentation', kind: 'down', daysAgo: 8.3, minutes: 96 },
  { service: 'Image delivery', kind: 'degraded', daysAgo: 12.4, minutes: 41 },
  { service: 'Checkout API', kind: 'degraded', daysAgo: 15.2, minutes: 18 },
  { service: 'Accounts', kind: 'down', daysAgo: 19.9, minutes: 12 },
  { service: 'Support desk', kind: 'degraded', daysAgo: 21.5, minutes: 130 },
  { service: 'Shop', kind: 'down', daysAgo: 26.3, minutes: 4 },
];

const ok = { mode: 'status', status: 200, body: '{"status":"ok"}' };
const slowly = (target: Target, host: string, ms: number, then: object = ok) =>
  target.behave({ mode: 'delay', ms, then }, `${host}.localhost`);
const PATIENCE = { timeout: 300_000 };

export interface WellUsed {
  installation: Installation;
  /** By name. */
  services: ReadonlyMap<string, string>;
  /** The open one of Checkout API. */
  incident: string;
  /** Where somebody hears of it. */
  channel: string;
}

/** Signed in on `page`: one service is down, one slow, the rest are up. */
export async function wellUsed(page: Page, stage: Stage): Promise<WellUsed> {
  const target = await stage.target();
  const { port } = new URL(target.origin);
  const database = await stage.database();
  const installation = await Installation.prepare(stage, { DATABASE_URL: database.url });
  let program = await installation.start();
  await setUp(page, await setupLink(program));
  for (const [name, category, host, ms] of services) {
    await slowly(target, host, ms);
    const url = `http://${host}.localhost:${port}/health`;
    await create(page, { name, category, url, check_interval: 60 });
  }
  const list = () => read<ServiceRow[]>(page, '/api/services');
  const status = async (name: string) =>
    (await list()).find((service) => service.name === name)?.current_status.status;
  for (const [name] of services) await expect.poll(() => status(name), PATIENCE).toBe('up');
  const ids = new Map((await list()).map(({ name, id }) => [name, id]));

  const channel = await make<{ id: string }>(page, '/api/channels', {
    kind: 'webhook',
    name: 'Night shift',
    config: { url: `http://hooks.localhost:${port}/night-shift` },
  });
  const topics = ['down', 'degraded', 'recovered'];
  // A channel begins with a rule about everything.
  const rules = await read<{ id: string; channel_id: string }[]>(page, '/api/notice-rules');
  const rule = rules.find(({ channel_id }) => channel_id === channel.id);
  const { origin: home } = new URL(page.url());
  const changed = await page.request.put(`${home}/api/notice-rules/${rule?.id}`, {
    data: { channel_id: channel.id, topics, remind_s: 1800 },
    headers: { Origin: home },
  });
  expect(changed.ok(), await changed.text()).toBe(true);
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  await make(page, '/api/maintenance', {
    title: 'The database moves',
    begins: `${tomorrow}T02:00:00`,
    duration_s: 7200,
    zone: 'Europe/Berlin',
    service_ids: [ids.get('Payments'), ids.get('Checkout API')],
  });

  await target.answer(503, 'checkout.localhost');
  await slowly(target, 'support', 1_480);
  for (const name of ['Checkout API', 'Support desk']) {
    const { origin } = new URL(page.url());
    await page.request.post(`${origin}/api/services/${ids.get(name)}/check`, {
      headers: { Origin: origin },
    });
  }
  const open = () => read<IncidentRow[]>(page, '/api/incidents?status=open');
  await expect.poll(async () => (await open()).length, PATIENCE).toBe(2);
  program.signal('SIGTERM');
  await program.ending();

  const { sql } = database;
  const habits: Habit[] = services.map(([service, , , ms]) => ({ service, ms }));
  await liveThroughAMonth(sql, habits, past);
  await beganEarlier(sql, 'Checkout API', 23);
  await beganEarlier(sql, 'Support desk', 41);
  program = await installation.start();
  const isSummed = async () => {
    const [row] = await sql`
      select count(*) > 0 and min(closed_until) >= date_trunc('hour', now() - interval '2 minutes') as done
      from rollup_shards`;
    return row?.done;
  };
  await expect.poll(isSummed, PATIENCE).toBe(true);
  const incident = (await open()).find(({ service_id }) => service_id === ids.get('Checkout API'));
  return { installation, services: ids, incident: incident?.id ?? '', channel: channel.id };
}
