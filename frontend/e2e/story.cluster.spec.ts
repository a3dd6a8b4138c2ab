/** The main story on separate programs, while workers and Redis come and go. */
import { Cluster } from './story/cluster';
import { create, type IncidentRow, read, row, type ServiceRow, setUp } from './story/people';
import { expect, test } from './story/stage';

const INTERVAL_S = 10;
/** A worker that is gone is missed after 6 s, and its services are loaded and looked at again soon after. */
const HANDED_OVER_S = 20;
/** Enough that each of two workers has some: that one has all happens once in two thousand runs. */
const SERVICES = 12;
const names = Array.from({ length: SERVICES }, (_, n) => `Service ${n + 1}`);
const pathOf = (name: string) => `/${name.toLowerCase().replace(' ', '-')}`;

test('an outage survives a killed worker, a lost Redis and a stopped worker', async ({
  page,
  stage,
}) => {
  test.setTimeout(420_000);
  const target = await stage.target();
  const cluster = await Cluster.start(stage);
  const [first, second] = await Promise.all([cluster.worker(), cluster.worker()]);
  const { sql } = cluster.database;
  const statuses = async () => {
    const services = await read<ServiceRow[]>(page, '/api/services');
    return [...new Set(services.map(({ current_status }) => current_status.status))].sort();
  };
  const incidents = (query = '') => read<IncidentRow[]>(page, `/api/incidents${query}`);

  await test.step('the command makes the set-up link, and services are up', async () => {
    await setUp(page, await cluster.setupLink());
    for (const name of names) {
      await create(page, {
        name,
        url: target.origin + pathOf(name),
        check_interval: INTERVAL_S,
        category: 'Watched',
      });
    }
    await expect(row(page, 'Service 1')).toContainText('Up');
    await expect(row(page, 'Service 1')).toContainText(/(<1|\d+)\sms/);
    await expect.poll(statuses, { timeout: 30_000 }).toEqual(['up']);
    const live = () => sql`SELECT 1 FROM workers WHERE heartbeat_at > now() - interval '6 s'`;
    await expect.poll(live).toHaveLength(2);
  });

  const broken = Date.now();
  await test.step('they break, and in the middle one worker is killed', async () => {
    await target.answer(503);
    await expect(page.getByRole('link', { name: /Service \d+ is down/ }).first()).toBeVisible({
      timeout: (INTERVAL_S + 12 + 10) * 2_000,
    });
    const killed = Date.now();
    first.signal('SIGKILL');
    await first.ending();
    await Promise.all([
      cluster.redis.ask('FLUSHALL'),
      ...names.map((name) =>
        expect
          .poll(async () => (await target.asked(pathOf(name))).some(({ at }) => at > killed), {
            timeout: (HANDED_OVER_S + INTERVAL_S * 2) * 1000,
            message: `${name} is looked at again`,
          })
          .toBe(true),
      ),
    ]);
  });

  await test.step('each has exactly one incident, with its true beginning', async () => {
    await expect
      .poll(async () => (await incidents('?status=open')).length, {
        timeout: (INTERVAL_S + 12 + 5) * 2_000,
      })
      .toBe(SERVICES);
    for (const incident of await incidents()) {
      expect(incident.cause?.sentence).toBe('Status 503, expected 200.');
      expect(Date.parse(incident.started_at)).toBeGreaterThan(broken - 500);
    }
    await expect(row(page, 'Service 1')).toContainText('Down', { timeout: 30_000 });
    await expect(row(page, 'Service 1')).not.toContainText('100 %');
    expect(await incidents()).toHaveLength(SERVICES);
  });

  await test.step('without Redis they recover, and the page learns of it by asking', async () => {
    await cluster.redis.kill();
    await target.answer(200);
    await expect
      .poll(() => incidents('?status=open'), { timeout: (INTERVAL_S * 2 + 10) * 2_000 })
      .toEqual([]);
    await expect(row(page, 'Service 1')).toContainText('Up', { timeout: 60_000 });
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('All systems operational');
  });

  await test.step('with Redis back, changes are live again', async () => {
    await cluster.redis.start();
    const [service] = (await read<ServiceRow[]>(page, '/api/services')).filter(
      ({ name }) => name === 'Service 2',
    );
    // The listeners find their way back by themselves; from then on a change shows at once.
    await expect(async () => {
      await page.request.post(`${cluster.origin}/api/services/${service?.id}/check`, {
        headers: { Origin: cluster.origin },
      });
      expect(await cluster.redis.ask(`EXISTS service:${service?.id}:status`)).toBe(':1');
    }).toPass({ timeout: 30_000 });
    await page.request.post(`${cluster.origin}/api/services/${service?.id}/pause`, {
      headers: { Origin: cluster.origin },
    });
    await expect(row(page, 'Service 2')).toContainText('Paused', { timeout: 15_000 });
  });

  await test.step('a worker that was stopped for a while makes nothing up', async () => {
    const stoppedAt = Date.now();
    second.signal('SIGSTOP');
    const silence = async () => {
      const [beat] =
        await sql`SELECT extract(epoch FROM now() - max(heartbeat_at)) AS s FROM workers`;
      return Number(beat?.s);
    };
    await expect.poll(silence, { timeout: 40_000 }).toBeGreaterThan(INTERVAL_S + 2);
    second.signal('SIGCONT');
    const resumed = Date.now();
    await expect
      .poll(async () => (await target.asked('/service-1')).some(({ at }) => at > resumed), {
        timeout: (HANDED_OVER_S + INTERVAL_S * 2) * 1000,
      })
      .toBe(true);
    await expect
      .poll(statuses, { timeout: (HANDED_OVER_S + INTERVAL_S * 2) * 1000 })
      .toEqual(['paused', 'up']);
    expect(await incidents()).toHaveLength(SERVICES);
    const [bad] = await sql`
      SELECT count(*)::int AS n FROM checks
      WHERE slot_at > ${new Date(stoppedAt)} AND status_code NOT IN (0, 200)`;
    expect(bad?.n).toBe(0);
  });

  await test.step('no slot stands twice, and no service had two incidents', async () => {
    const [twice] = await sql`
      SELECT count(*)::int AS n FROM (
        SELECT 1 FROM checks GROUP BY service_key, slot_at HAVING count(*) > 1) AS slots`;
    expect(twice?.n).toBe(0);
    const [begun] = await sql`
      SELECT count(*)::int AS n, count(DISTINCT service_key)::int AS services FROM incidents`;
    expect(begun).toEqual({ n: SERVICES, services: SERVICES });
  });
});
