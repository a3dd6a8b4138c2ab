/** A workspace of thousands of services with a month behind them, as the worker would have left it. */
import type { Database } from './database';

const HOUR = 3_600_000;
const ENTRY = 20;

/** As `domain::recent` packs a month without a fault: 24 hours and 30 days of time by verdict, newest last. */
function month(nextHour: number): Buffer {
  const bytes = Buffer.alloc(8 + ENTRY * 54);
  bytes.writeBigInt64LE(BigInt(nextHour));
  for (let hour = 0; hour < 24; hour += 1) bytes.writeUInt32LE(HOUR, 8 + hour * ENTRY);
  for (let day = 0; day < 30; day += 1) {
    const closed = day === 29 ? (nextHour % 24) * HOUR : 24 * HOUR;
    bytes.writeUInt32LE(closed, 8 + (24 + day) * ENTRY);
  }
  return bytes;
}

/** As `domain::latency_hours` packs it: one median of each hour in µs. */
function latencies(nextHour: number): Buffer {
  const bytes = Buffer.alloc(8 + 4 * 24);
  bytes.writeBigInt64LE(BigInt(nextHour));
  for (let hour = 0; hour < 24; hour += 1) {
    bytes.writeUInt32LE(Math.round(40_000 * (1 + 0.4 * Math.sin(hour / 3))), 8 + hour * 4);
  }
  return bytes;
}

/** `n` services every 30 s in twenty categories, all asking `target`; one in a hundred expects what it does not get. */
export async function fill({ sql }: Database, n: number, target: string): Promise<void> {
  const [workspace] = await sql`select id from workspaces limit 1`;
  const nextHour = Math.floor(Date.now() / HOUR);
  await sql`
    insert into services (id, workspace_id, name, monitor_type, url, target, category, tags, check_interval_s, shard,
                          created_at)
    select gen_random_uuid(), ${workspace?.id}, 'Service ' || to_char(n, 'FM00000'), 'http_ping', ${target},
           made.target || case when n % 100 = 0 then '{"expected_statuses": "204"}'::jsonb else '{}'::jsonb end,
           'Category ' || to_char(n % 20, 'FM00'), case when n % 3 = 0 then '{eu}'::text[] else '{}'::text[] end, 30,
           (n * 37) % 4096, now() - interval '60 days'
    from generate_series(1, ${n}::int) as n,
         (select target from services where monitor_type = 'http_ping' limit 1) as made`;
  await sql`
    insert into service_health (service_key, workspace_id, since, recent, latency_hours, health, verdict, last_slot,
                                last_started_at, last_stands_for_ms, last_status_code, last_total_us)
    select key, workspace_id, now() - interval '30 days', ${month(nextHour)}, ${latencies(nextHour)}, 1, 1,
           now() - interval '1 minute', now() - interval '1 minute', 30000, 200, 42000
    from services s where not exists (select from service_health h where h.service_key = s.key)`;
  await sql`update services set verdict = 1 where verdict is null`;
  await sql`analyze`;
}
