//! Closing hours: which are due, for whom, and writing them with everything that is summed up from them.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::{
    coverage::Tally, day_hours::DayHours, id::ServiceKey, latency_hours::LatencyHours,
    recent::Recent,
};
use sqlx::{FromRow, PgConnection};

use super::Hour;
use crate::Result;

/// Up to where the hours of shards are closed. A shard that was never closed begins with the first service in it, or
/// with the oldest checks there are; one without services has nothing before `until`.
pub async fn closed_until(
    conn: &mut PgConnection,
    shards: &[i16],
    oldest: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<BTreeMap<i16, DateTime<Utc>>> {
    let rows: Vec<(i16, DateTime<Utc>)> = sqlx::query_as(
        "with new as (
             insert into rollup_shards (shard, closed_until)
             select own.shard, coalesce(greatest($2, date_trunc('hour', min(s.created_at), 'UTC') - interval '1 hour'), $3)
             from unnest($1::smallint[]) as own (shard) left join services s on s.shard = own.shard
             where not exists (select from rollup_shards r where r.shard = own.shard)
             group by own.shard on conflict do nothing returning shard, closed_until)
         select shard, closed_until from rollup_shards where shard = any($1)
         union all select shard, closed_until from new",
    )
    .bind(shards)
    .bind(oldest)
    .bind(until)
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().collect())
}

/// Notes that an hour of some shards is closed.
pub async fn advance(
    conn: &mut PgConnection,
    shards: &[i16],
    closed_until: DateTime<Utc>,
) -> Result<()> {
    sqlx::query(
        "update rollup_shards set closed_until = $2 where shard = any($1) and closed_until < $2",
    )
    .bind(shards)
    .bind(closed_until)
    .execute(conn)
    .await?;
    Ok(())
}

/// The services of some shards that may have checks standing in the hour that begins at `hour`, in order of key.
pub async fn services(
    conn: &mut PgConnection,
    shards: &[i16],
    hour: DateTime<Utc>,
) -> Result<Vec<ServiceKey>> {
    let keys: Vec<i32> = sqlx::query_scalar(
        "select s.key from services s join service_health h on h.service_key = s.key
         where s.shard = any($1) and h.last_slot + h.last_stands_for_ms * interval '1 millisecond' > $2
           and s.created_at < $2 + interval '2 hours'
         order by s.key",
    )
    .bind(shards)
    .bind(hour)
    .fetch_all(conn)
    .await?;
    Ok(keys.into_iter().map(ServiceKey).collect())
}

/// An hour that is to be summed again, and up to where its shard is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct Dirty {
    pub service_key: i32,
    pub hour: DateTime<Utc>,
    pub closed_until: DateTime<Utc>,
}

/// At most `limit` hours of some shards that are closed and older than a check of theirs, in order of hour and service.
pub async fn dirty(conn: &mut PgConnection, shards: &[i16], limit: i64) -> Result<Vec<Dirty>> {
    Ok(sqlx::query_as(
        "select d.service_key, d.hour, r.closed_until
         from dirty_hours d join services s on s.key = d.service_key join rollup_shards r on r.shard = s.shard
         where s.shard = any($1) and d.hour < r.closed_until order by d.hour, d.service_key limit $2",
    )
    .bind(shards)
    .bind(limit)
    .fetch_all(conn)
    .await?)
}

/// Notes that the hours are summed again. Needs the locks on the services' health.
pub async fn clean(
    conn: &mut PgConnection,
    services: &[ServiceKey],
    hour: DateTime<Utc>,
) -> Result<()> {
    sqlx::query("delete from dirty_hours where hour = $1 and service_key = any($2)")
        .bind(hour)
        .bind(keys(services))
        .execute(conn)
        .await?;
    Ok(())
}

/// Forgets hours that cannot be summed again: their checks are gone, or their service is.
pub async fn give_up_dirty(conn: &mut PgConnection, before: DateTime<Utc>) -> Result<()> {
    sqlx::query(
        "delete from dirty_hours d where hour < $1 or not exists (select from services s where s.key = d.service_key)",
    )
    .bind(before)
    .execute(conn)
    .await?;
    Ok(())
}

/// What is packed beside the health of a service. One that was never closed has no month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed {
    pub recent: Option<Recent>,
    pub latency: LatencyHours,
}

/// Locks the health of some services in order of key, waiting for batches, and reads what is packed there.
pub async fn lock_packed(
    conn: &mut PgConnection,
    services: &[ServiceKey],
) -> Result<BTreeMap<ServiceKey, Packed>> {
    let rows: Vec<(i32, Vec<u8>, Vec<u8>)> = sqlx::query_as(
        "select service_key, recent, latency_hours from service_health where service_key = any($1)
         order by service_key for update",
    )
    .bind(keys(services))
    .fetch_all(conn)
    .await?;
    let packed = |recent: &[u8], latency: &[u8]| Packed {
        recent: Recent::decode(recent),
        latency: LatencyHours::decode(latency),
    };
    Ok(rows
        .into_iter()
        .map(|(key, recent, latency)| (ServiceKey(key), packed(&recent, &latency)))
        .collect())
}

/// Writes closed hours and days back beside the services' health. Needs the locks.
pub async fn write_packed(
    conn: &mut PgConnection,
    packed: &BTreeMap<ServiceKey, (Recent, LatencyHours)>,
) -> Result<()> {
    sqlx::query(
        "update service_health h set recent = u.recent, latency_hours = u.latency
         from unnest($1::int[], $2::bytea[], $3::bytea[]) as u (service_key, recent, latency)
         where h.service_key = u.service_key",
    )
    .bind(packed.keys().map(|key| key.0).collect::<Vec<_>>())
    .bind(
        packed
            .values()
            .map(|(recent, _)| recent.encode())
            .collect::<Vec<_>>(),
    )
    .bind(
        packed
            .values()
            .map(|(_, latency)| latency.encode())
            .collect::<Vec<_>>(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Stores hours, replacing what was there.
pub async fn write_hours(conn: &mut PgConnection, hours: &[Hour]) -> Result<()> {
    let sums = Sums::of(hours.iter().map(|hour| (hour.service, &hour.tally)));
    let sql = "insert into rollup_hours (service_key, hour, up_ms, degraded_ms, down_ms, unknown_ms, maintenance_ms, looks,
                                         failed, latency)
               select * from unnest($1::int[], $2::timestamptz[], $3::int[], $4::int[], $5::int[], $6::int[], $7::int[],
                                    $8::int[], $9::int[], $10::bytea[])
               on conflict (service_key, hour) do update
               set up_ms = excluded.up_ms, degraded_ms = excluded.degraded_ms, down_ms = excluded.down_ms,
                   unknown_ms = excluded.unknown_ms, maintenance_ms = excluded.maintenance_ms, looks = excluded.looks,
                   failed = excluded.failed, latency = excluded.latency";
    let query = sqlx::query(sql)
        .bind(sums.keys)
        .bind(hours.iter().map(|hour| hour.hour).collect::<Vec<_>>());
    let query = sums.spent.into_iter().fold(query, sqlx::query::Query::bind);
    query
        .bind(sums.looks)
        .bind(sums.failed)
        .bind(sums.latency)
        .execute(conn)
        .await?;
    Ok(())
}

/// Stores the days that consist of these hours, each as their sum and with them packed, replacing what was there.
pub async fn write_days(conn: &mut PgConnection, hours: &[Hour]) -> Result<()> {
    let mut days: BTreeMap<(ServiceKey, NaiveDate), (Tally, DayHours)> = BTreeMap::new();
    for Hour {
        service,
        hour,
        tally,
    } in hours
    {
        let (sum, packed) = days.entry((*service, hour.date_naive())).or_default();
        sum.merge(tally);
        packed.close(*hour, tally);
    }
    let sums = Sums::of(days.iter().map(|((service, _), (sum, _))| (*service, sum)));
    let sql = "insert into rollup_days (service_key, day, up_ms, degraded_ms, down_ms, unknown_ms, maintenance_ms, looks,
                                        failed, latency, hours)
               select * from unnest($1::int[], $2::date[], $3::int[], $4::int[], $5::int[], $6::int[], $7::int[],
                                    $8::int[], $9::int[], $10::bytea[], $11::bytea[])
               on conflict (service_key, day) do update
               set up_ms = excluded.up_ms, degraded_ms = excluded.degraded_ms, down_ms = excluded.down_ms,
                   unknown_ms = excluded.unknown_ms, maintenance_ms = excluded.maintenance_ms, looks = excluded.looks,
                   failed = excluded.failed, latency = excluded.latency, hours = excluded.hours";
    let query = sqlx::query(sql)
        .bind(sums.keys)
        .bind(days.keys().map(|(_, day)| *day).collect::<Vec<_>>());
    let query = sums.spent.into_iter().fold(query, sqlx::query::Query::bind);
    query
        .bind(sums.looks)
        .bind(sums.failed)
        .bind(sums.latency)
        .bind(
            days.values()
                .map(|(_, hours)| hours.encode())
                .collect::<Vec<_>>(),
        )
        .execute(conn)
        .await?;
    Ok(())
}

/// Deletes hours older than `before`, what days before `charted` have packed for charts, and everything of services that are gone,
/// for keys in `from..to`.
pub async fn tidy(
    conn: &mut PgConnection,
    from: i32,
    to: i32,
    before: DateTime<Utc>,
    charted: NaiveDate,
) -> Result<()> {
    sqlx::query(
        "delete from rollup_hours r where service_key >= $1 and service_key < $2
             and (hour < $3 or not exists (select from services s where s.key = r.service_key))",
    )
    .bind(from)
    .bind(to)
    .bind(before)
    .execute(&mut *conn)
    .await?;
    sqlx::query(
        "delete from rollup_days r where service_key >= $1 and service_key < $2
             and not exists (select from services s where s.key = r.service_key)",
    )
    .bind(from)
    .bind(to)
    .execute(&mut *conn)
    .await?;
    sqlx::query(
        "update rollup_days set hours = '' where service_key >= $1 and service_key < $2 and day < $3 and hours <> ''",
    )
    .bind(from)
    .bind(to)
    .bind(charted)
    .execute(conn)
    .await?;
    Ok(())
}

/// The largest key that has a rollup; 0 when none has.
pub async fn largest_key(conn: &mut PgConnection) -> Result<i32> {
    let key: Option<i32> = sqlx::query_scalar(
        "select greatest((select max(service_key) from rollup_hours), (select max(service_key) from rollup_days))",
    )
    .fetch_one(conn)
    .await?;
    Ok(key.unwrap_or(0))
}

/// From when on closed hours can be summed again: no check that may stand in them was dropped.
pub async fn summable_from(conn: &mut PgConnection) -> Result<DateTime<Utc>> {
    let dropped: Option<NaiveDate> = sqlx::query_scalar("select max(day) from dropped_days")
        .fetch_one(conn)
        .await?;
    // A check stands for up to 25 hours.
    Ok(dropped.map_or(DateTime::UNIX_EPOCH, |day| {
        day.and_time(chrono::NaiveTime::MIN).and_utc() + TimeDelta::hours(24 + 25)
    }))
}

fn keys(services: &[ServiceKey]) -> Vec<i32> {
    services.iter().map(|key| key.0).collect()
}

/// Columns of sums, whatever their bucket.
#[derive(Default)]
struct Sums {
    keys: Vec<i32>,
    /// Up, degraded, down, unknown, maintenance.
    spent: [Vec<i32>; 5],
    looks: Vec<i32>,
    failed: Vec<i32>,
    latency: Vec<Vec<u8>>,
}

impl Sums {
    fn of<'a>(tallies: impl Iterator<Item = (ServiceKey, &'a Tally)>) -> Self {
        let mut sums = Self::default();
        for (service, tally) in tallies {
            let spent = &tally.spent;
            let parts = [
                spent.up_ms,
                spent.degraded_ms,
                spent.down_ms,
                spent.unknown_ms,
                spent.maintenance_ms,
            ];
            sums.keys.push(service.0);
            for (column, ms) in sums.spent.iter_mut().zip(parts) {
                column.push(i32::try_from(ms).unwrap_or(i32::MAX));
            }
            sums.looks.push(tally.looks);
            sums.failed.push(tally.failed);
            sums.latency.push(tally.latency.encode());
        }
        sums
    }
}
