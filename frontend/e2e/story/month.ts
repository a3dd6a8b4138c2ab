/** A month of looks behind the services of a stopped installation, so that pictures show more than a first day. */
import type postgres from 'postgres';

/** A span in which a service was not up. */
export interface Trouble {
  service: string;
  kind: 'down' | 'degraded';
  daysAgo: number;
  minutes: number;
}

/** How a service usually answers. */
export interface Habit {
  service: string;
  ms: number;
}

const DAYS = 29;
const MINUTE = 60_000;
/** `domain::verdict`, `domain::incident::Severity` and `domain::failure::code` by number. */
const verdicts = { up: 1, degraded: 2, down: 3 };
const severities = { degraded: 1, down: 2 };
const codes = { degraded: 59, down: 57 };

export async function liveThroughAMonth(
  sql: postgres.Sql,
  habits: readonly Habit[],
  troubles: readonly Trouble[],
): Promise<void> {
  const now = Date.now();
  const begin = new Date(now - DAYS * 1440 * MINUTE);
  for (let back = 0; back <= DAYS; back += 1) {
    const day = new Date(now - back * 1440 * MINUTE).toISOString().slice(0, 10);
    const next = new Date(now - (back - 1) * 1440 * MINUTE).toISOString().slice(0, 10);
    await sql.unsafe(
      `create table if not exists checks_${day.replaceAll('-', '')} partition of checks
       for values from ('${day} 00:00+00') to ('${next} 00:00+00')`,
    );
  }
  await sql`update services set created_at = ${begin}, updated_at = ${begin}`;
  await sql`update service_health set since = ${new Date(now - 6.2 * 1440 * MINUTE)}
            where verdict = ${verdicts.up}`;
  // A wave over the day, noise, and now and then an answer that took its time.
  await sql`
    insert into checks (slot_at, service_key, stands_for_ms, total_us, status_code, late_ms, verdict, code, phase, attempts)
    select slot, s.key, 60000,
           (h.ms * 1000 * (1 + 0.22 * sin(extract(epoch from slot) / 86400 * 2 * pi() - 2)) * (0.93 + random() * 0.14)
             + case when random() > 0.996 then h.ms * 1000 * (0.5 + random()) else 0 end)::int,
           200, 3, 1, 0, '0', '1'
    from unnest(${habits.map(({ service }) => service)}::text[], ${habits.map(({ ms }) => ms)}::float8[]) as h (name, ms)
    join services s on s.name = h.name
    cross join generate_series(date_trunc('minute', ${begin}::timestamptz),
                               (select min(slot_at) from checks), interval '1 minute') as slot
    on conflict do nothing`;
  for (const trouble of troubles) await breakDown(sql, trouble, now);
  // Our own network was away for a while: nobody was looked at.
  await sql`delete from checks where slot_at between ${new Date(now - 601 * MINUTE)} and ${new Date(now - 548 * MINUTE)}`;
  await sql`analyze`;
  // The hours of the month are closed when the program starts again, as after any pause.
  await sql`update service_health set recent = ''`;
  await sql`delete from rollup_shards`;
}

async function breakDown(
  sql: postgres.Sql,
  { service, kind, daysAgo, minutes }: Trouble,
  now: number,
): Promise<void> {
  const from = new Date(now - daysAgo * 1440 * MINUTE);
  const to = new Date(from.getTime() + minutes * MINUTE);
  const [code, severity] = [codes[kind], severities[kind]];
  const answer = kind === 'down' ? 503 : 200;
  await sql`
    update checks set verdict = ${verdicts[kind]}, code = ${code}, status_code = ${answer},
           total_us = ${kind === 'down' ? 61_000 : 1_480_000},
           detail = coalesce((select (detail::jsonb - 'first_failed_at')::text from checks
                              where code = ${code} and detail <> '' limit 1), '')
    from services s where s.key = service_key and s.name = ${service} and slot_at >= ${from} and slot_at < ${to}`;
  const [incident] = await sql`
    insert into incidents (id, service_key, workspace_id, started_at, opened_at, resolved_at, resolution, severity, worst,
                           cause, checks_failed, first_failed, last_good)
    select gen_random_uuid(), s.key, s.workspace_id, ${from}, ${new Date(from.getTime() + 10_000)}, ${to}, 'recovered',
           ${severity}, ${severity}, (select cause from incidents where worst = ${severity} and cause is not null limit 1),
           ${Math.max(3, Math.round(minutes * 2))}, null, null
    from services s where s.name = ${service}
    returning id, opened_at, resolved_at, cause`;
  if (incident === undefined) throw new Error(`${service} is no service`);
  const opened = { kind: 'opened', severity: kind, cause: incident.cause, attempts: 3 };
  const resolved = { kind: 'resolved', resolution: 'recovered' };
  await sql`insert into incident_events (incident_id, at, event)
            values (${incident.id}, ${incident.opened_at}, ${sql.json(opened)}),
                   (${incident.id}, ${incident.resolved_at}, ${sql.json(resolved)})`;
}

/** The open incident of a service began this long ago. */
export async function beganEarlier(
  sql: postgres.Sql,
  service: string,
  minutes: number,
): Promise<void> {
  const by = `${minutes} minutes`;
  const [incident] = await sql`
    update incidents i set started_at = started_at - ${by}::interval, opened_at = opened_at - ${by}::interval,
           checks_failed = ${minutes * 2}
    from services s where s.key = i.service_key and s.name = ${service} and resolved_at is null
    returning i.id, i.service_key, i.started_at`;
  if (incident === undefined) throw new Error(`${service} has no open incident`);
  for (const look of ['first_failed', 'last_good']) {
    await sql`
      update incidents set ${sql(look)} =
        jsonb_set(${sql(look)}, '{at}', to_jsonb((${sql(look)} ->> 'at')::timestamptz - ${by}::interval))
      where id = ${incident.id} and ${sql(look)} is not null`;
  }
  await sql`update incident_events set at = at - ${by}::interval where incident_id = ${incident.id}`;
  await sql`update service_health set since = ${incident.started_at}, incident_started_at = ${incident.started_at}
            where service_key = ${incident.service_key}`;
  const [failing] = await sql`
    select verdict, code, phase, status_code, total_us, (detail::jsonb - 'first_failed_at')::text as detail from checks
    where service_key = ${incident.service_key} and verdict <> 1 and detail <> '' order by slot_at desc limit 1`;
  if (failing === undefined) throw new Error(`${service} has no failing check`);
  await sql`
    update checks set verdict = ${failing.verdict}, code = ${failing.code}, phase = ${failing.phase},
           status_code = ${failing.status_code}, total_us = ${failing.total_us}, detail = ${failing.detail}
    where service_key = ${incident.service_key} and slot_at >= ${incident.started_at} and verdict = 1`;
}
