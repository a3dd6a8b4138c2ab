//! Fills a fresh database: a workspace, services, and history as a month of looking would have left it.

use std::time::Duration;

use anyhow::Context as _;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use db::{
    Db, PgConnection,
    rollups::{Hour, closing},
    watched,
};
use domain::{
    coverage::{Spent, Tally, hour_start},
    failure::{Failure, FailureCode},
    id::{ServiceId, ServiceKey},
    incident::{IncidentEvent, Severity},
    recent::Recent,
    schedule,
    target::HttpTarget,
};
use sqlx::{AssertSqlSafe, Connection as _};
use url::Url;
use uuid::Uuid;

use crate::target::CERTIFIED;

/// Days whose hours a list shows.
const MONTH: i64 = 30;

/// Makes an empty, migrated database of this name beside the one that `url` names.
pub async fn database(url: &str, name: &str) -> anyhow::Result<String> {
    let mut conn = sqlx::PgConnection::connect(url)
        .await
        .context("Postgres for the measurement")?;
    for statement in [
        format!("drop database if exists {name} with (force)"),
        format!("create database {name}"),
    ] {
        sqlx::query(AssertSqlSafe(statement))
            .execute(&mut conn)
            .await?;
    }
    let mut url: Url = url.parse()?;
    url.set_path(name);
    let db = Db::new(url.as_str(), "bench", 2)?;
    db::schema::migrate(&db).await?;
    db.close().await;
    Ok(url.into())
}

/// One workspace, owned by nobody.
pub async fn workspace(db: &Db) -> anyhow::Result<Uuid> {
    let id = Uuid::now_v7();
    sqlx::query("insert into workspaces (id, name) values ($1, 'Measured')")
        .bind(id)
        .execute(db.pool())
        .await?;
    Ok(id)
}

/// Services that are looked at over HTTP.
#[derive(Clone, Copy, Debug)]
pub struct Services {
    pub count: u32,
    pub interval_s: i32,
    pub port: u16,
    /// Behind TLS, at the few addresses that the target's certificate names.
    pub tls: bool,
    pub timeout: Duration,
}

impl Services {
    /// Plain HTTP with a timeout of ten seconds.
    pub fn plain(count: u32, interval_s: i32, port: u16) -> Self {
        Self {
            count,
            interval_s,
            port,
            tls: false,
            timeout: Duration::from_secs(10),
        }
    }

    /// Each has an address of its own in 127/8 where that is possible.
    fn url(&self, index: u32) -> anyhow::Result<Url> {
        let port = self.port;
        if self.tls {
            let last = 1 + index % u32::from(CERTIFIED);
            return Ok(format!("https://127.0.0.{last}:{port}/").parse()?);
        }
        let [_, a, b, c] = (index + 1).to_be_bytes();
        Ok(format!("http://127.{a}.{b}.{c}:{port}/").parse()?)
    }
}

/// Makes them in one transaction as the API makes one: with a look that is asked for and a word to the workers. Returns how many.
pub async fn new_services(db: &Db, workspace: Uuid, what: Services) -> anyhow::Result<u32> {
    let mut tx = db.begin().await?;
    let indices: Vec<u32> = (0..what.count).collect();
    for chunk in indices.chunks(5_000) {
        let rows = Rows::of(chunk, what)?;
        let keys = rows.insert(&mut tx, workspace, what, true).await?;
        sqlx::query(
            "insert into service_health (service_key, workspace_id, since)
             select key, workspace_id, created_at from services where id = any($1) on conflict do nothing",
        )
        .bind(&rows.ids)
        .execute(&mut *tx)
        .await?;
        for (key, shard) in keys {
            watched::notify(&mut tx, shard.try_into()?, ServiceKey(key)).await?;
        }
    }
    tx.commit().await?;
    Ok(what.count)
}

/// Columns of services.
struct Rows {
    ids: Vec<Uuid>,
    shards: Vec<i16>,
    urls: Vec<String>,
    targets: Vec<serde_json::Value>,
}

impl Rows {
    fn of(indices: &[u32], what: Services) -> anyhow::Result<Self> {
        let mut rows = Self {
            ids: Vec::new(),
            shards: Vec::new(),
            urls: Vec::new(),
            targets: Vec::new(),
        };
        for index in indices {
            let id = Uuid::now_v7();
            let url = what.url(*index)?;
            let mut target = HttpTarget::get(url.clone());
            target.timeout = what.timeout;
            rows.ids.push(id);
            rows.shards
                .push(i16::try_from(schedule::shard(ServiceId(id)))?);
            rows.urls.push(url.to_string());
            rows.targets.push(serde_json::to_value(&target)?);
        }
        Ok(rows)
    }

    /// Their keys and shards. With `asked` each has a look that somebody asked for.
    async fn insert(
        &self,
        conn: &mut PgConnection,
        workspace: Uuid,
        what: Services,
        asked: bool,
    ) -> anyhow::Result<Vec<(i32, i16)>> {
        Ok(sqlx::query_as(
            "insert into services (id, workspace_id, name, monitor_type, url, target, check_interval_s, shard, look_at)
             select id, $1, 'Service ' || ordinality, 'http_ping', url, target, $6, shard, case when $7 then now() end
             from unnest($2::uuid[], $3::smallint[], $4::text[], $5::jsonb[]) with ordinality as s (id, shard, url, target)
             returning key, shard",
        )
        .bind(workspace)
        .bind(&self.ids)
        .bind(&self.shards)
        .bind(&self.urls)
        .bind(&self.targets)
        .bind(what.interval_s)
        .bind(asked)
        .fetch_all(conn)
        .await?)
    }
}

/// Makes them in one workspace.
pub async fn services(db: &Db, workspace: Uuid, what: Services) -> anyhow::Result<Vec<ServiceId>> {
    let mut all = Vec::new();
    let indices: Vec<u32> = (0..what.count).collect();
    for chunk in indices.chunks(10_000) {
        let rows = Rows::of(chunk, what)?;
        rows.insert(&mut *db.acquire().await?, workspace, what, false)
            .await?;
        all.extend(rows.ids.into_iter().map(ServiceId));
    }
    // As wide as after a month.
    let now: DateTime<Utc> = sqlx::query_scalar("select now()")
        .fetch_one(db.pool())
        .await?;
    sqlx::query(
        "insert into service_health (service_key, workspace_id, since, recent)
         select key, workspace_id, created_at, $1 from services on conflict do nothing",
    )
    .bind(recent(now, MONTH).encode())
    .execute(db.pool())
    .await?;
    sqlx::query("analyze services, service_health")
        .execute(db.pool())
        .await?;
    Ok(all)
}

/// `days` days of checks every 30 s for all services, up to `now`, day by day. Returns how many.
pub async fn checks(db: &Db, now: DateTime<Utc>, days: i64) -> anyhow::Result<u64> {
    let mut count = 0;
    for back in (0..=days).rev() {
        let day = now.date_naive() - TimeDelta::days(back);
        partition(db, day).await?;
        let done = sqlx::query(
            "insert into checks (slot_at, service_key, stands_for_ms, total_us, status_code, late_ms, verdict, code, phase, attempts)
             select slot, key, 30000, 20000 + (key * 7919 + extract(epoch from slot)::bigint * 31) % 80000, 200, 3, 1, 0, '0', '1'
             from services, generate_series(greatest($1::date::timestamptz, date_trunc('minute', $2) - make_interval(days => $3)),
                                            least($1::date::timestamptz + interval '23 hours 59 minutes 30 seconds', $2),
                                            interval '30 seconds') as slot
             on conflict do nothing",
        )
        .bind(day)
        .bind(now)
        .bind(i32::try_from(days)?)
        .execute(db.pool())
        .await?;
        count += done.rows_affected();
    }
    sqlx::query("analyze checks").execute(db.pool()).await?;
    Ok(count)
}

/// The partition of a day, as workers make it.
async fn partition(db: &Db, day: NaiveDate) -> anyhow::Result<()> {
    let name = day.format("checks_%Y%m%d");
    let statement = format!(
        "create table if not exists {name} partition of checks for values from ('{day} 00:00+00') to ('{} 00:00+00')",
        day + TimeDelta::days(1)
    );
    sqlx::query(AssertSqlSafe(statement))
        .execute(db.pool())
        .await?;
    Ok(())
}

/// 120 checks of every service in the hour from `hour` on, in order of time, and health rows that say so.
pub async fn one_hour(db: &Db, hour: DateTime<Utc>) -> anyhow::Result<()> {
    partition(db, hour.date_naive()).await?;
    for slot in 0..120 {
        sqlx::query(
            "insert into checks (slot_at, service_key, stands_for_ms, total_us, status_code, late_ms, verdict, code, phase, attempts)
             select $1, key, 30000, 20000 + key * 7919 % 80000, 200, 3, 1, 0, '0', '1' from services order by key",
        )
        .bind(hour + TimeDelta::seconds(30 * slot))
        .execute(db.pool())
        .await?;
    }
    sqlx::query(
        "update service_health set health = 1, verdict = 1, last_slot = $1, last_started_at = $1, last_stands_for_ms = 30000",
    )
    .bind(hour + TimeDelta::seconds(30 * 119))
    .execute(db.pool())
    .await?;
    // Services are as old as their checks.
    sqlx::query("update services set created_at = $1")
        .bind(hour - TimeDelta::days(1))
        .execute(db.pool())
        .await?;
    sqlx::query("analyze").execute(db.pool()).await?;
    Ok(())
}

/// Says of every shard that its hours are closed up to `until`.
pub async fn hold_closing(db: &Db, until: DateTime<Utc>) -> anyhow::Result<()> {
    sqlx::query(
        "insert into rollup_shards (shard, closed_until) select shard, $1 from generate_series(0, 4095) as shard
         on conflict (shard) do update set closed_until = excluded.closed_until",
    )
    .bind(until)
    .execute(db.pool())
    .await?;
    Ok(())
}

/// Half a day of 2,000 services every 30 s, written slot by slot as workers do. Bytes of row and index per check.
pub async fn half_a_day(db: &Db, day: NaiveDate, phases: bool) -> anyhow::Result<f64> {
    partition(db, day).await?;
    // Six timings of a look over the internet, one to three bytes each.
    let bytes = if phases {
        "'\\xe4270080710091cf02c807'::bytea"
    } else {
        "''::bytea"
    };
    for slot in 0..1_440 {
        let statement = format!(
            "insert into checks (slot_at, service_key, stands_for_ms, total_us, status_code, late_ms, verdict, code, phase, attempts, phases)
             select $1, key, 30000, 20000 + key * 7919 % 80000, 200, 3, 1, 0, '0', '1', {bytes}
             from services order by key limit 2000"
        );
        sqlx::query(AssertSqlSafe(statement))
            .bind(day.and_time(chrono::NaiveTime::MIN).and_utc() + TimeDelta::seconds(30 * slot))
            .execute(db.pool())
            .await?;
    }
    let table = day.format("checks_%Y%m%d").to_string();
    Ok(
        sqlx::query_scalar("select pg_total_relation_size($1::regclass) / 2880000.0::float8")
            .bind(table)
            .fetch_one(db.pool())
            .await?,
    )
}

/// The rollups that the worker would have made of those checks, and the packed columns read by lists.
pub async fn rollups(db: &Db, now: DateTime<Utc>, days: i64) -> anyhow::Result<()> {
    let this_hour = hour_start(now);
    for back in (0..=days).rev() {
        let day = (now - TimeDelta::days(back)).date_naive();
        let hours = hours_of(day).filter(|hour| *hour < this_hour);
        closed(db, &hours.collect::<Vec<_>>()).await?;
    }
    standing_for(db, now, days).await
}

/// All hours of the day but this one are closed: none costs more than the last one to be closed.
pub async fn hours_beside(db: &Db, hour: DateTime<Utc>) -> anyhow::Result<()> {
    let others = hours_of(hour.date_naive()).filter(|other| *other != hour);
    closed(db, &others.collect::<Vec<_>>()).await
}

fn hours_of(day: NaiveDate) -> impl Iterator<Item = DateTime<Utc>> {
    let midnight = day.and_time(chrono::NaiveTime::MIN).and_utc();
    (0..24).map(move |n| midnight + TimeDelta::hours(n))
}

/// Hours of a day in which every service was up, and the day, written as workers close them: one hour of all services after the other.
async fn closed(db: &Db, hours: &[DateTime<Utc>]) -> anyhow::Result<()> {
    let mut tally = Tally {
        spent: Spent {
            up_ms: 3_600_000,
            ..Spent::default()
        },
        looks: 120,
        ..Tally::default()
    };
    for n in 0..120 {
        tally.latency.add(40_000 + 500 * n);
    }
    let mut conn = db.acquire().await?;
    let keys: Vec<i32> = sqlx::query_scalar("select key from services order by key")
        .fetch_all(&mut *conn)
        .await?;
    let of = |key: i32, hour: DateTime<Utc>| Hour {
        service: ServiceKey(key),
        hour,
        tally: tally.clone(),
    };
    for hour in hours {
        for some in keys.chunks(10_000) {
            let one: Vec<Hour> = some.iter().map(|key| of(*key, *hour)).collect();
            closing::write_hours(&mut conn, &one).await?;
        }
    }
    for some in keys.chunks(1_000) {
        let all = some
            .iter()
            .flat_map(|key| hours.iter().map(|hour| of(*key, *hour)));
        closing::write_days(&mut conn, &all.collect::<Vec<_>>()).await?;
    }
    Ok(())
}

/// An incident of twenty minutes per service and week, the newest less than an hour old.
pub async fn incidents(db: &Db, now: DateTime<Utc>, days: i64) -> anyhow::Result<()> {
    let cause = Failure::bare(FailureCode::ConnectRefused);
    let opened = IncidentEvent::Opened {
        severity: Severity::Down,
        cause: Some(cause.clone()),
        attempts: 1,
    };
    sqlx::query(
        "with fresh as (
             insert into incidents (id, service_key, workspace_id, started_at, opened_at, resolved_at, resolution, severity, worst,
                                    cause, checks_failed)
             select gen_random_uuid(), key, workspace_id, at, at + interval '12 seconds', at + interval '20 minutes', 'recovered',
                    $3, $3, $4, 40
             from services, generate_series($1::timestamptz, $1 - make_interval(days => $2), interval '-7 days') as week,
                  lateral (select week - interval '30 minutes' - make_interval(secs => key % 1800) as at) as begun
             returning id, started_at)
         insert into incident_events (incident_id, at, event)
         select id, started_at, $5 from fresh",
    )
    .bind(now)
    .bind(i32::try_from(days)?)
    .bind(Severity::Down.number())
    .bind(serde_json::to_value(cause)?)
    .bind(serde_json::to_value(opened)?)
    .execute(db.pool())
    .await?;
    Ok(())
}

/// Leaves what grows and is kept for longer than raw checks as autovacuum does over a month.
pub async fn vacuum(db: &Db) -> anyhow::Result<()> {
    sqlx::query("vacuum (analyze) rollup_hours, rollup_days, incidents, incident_events")
        .execute(db.pool())
        .await?;
    Ok(())
}

/// Every service is up, after a month without a fault.
pub async fn standing(db: &Db, now: DateTime<Utc>) -> anyhow::Result<()> {
    standing_for(db, now, MONTH).await
}

async fn standing_for(db: &Db, now: DateTime<Utc>, days: i64) -> anyhow::Result<()> {
    sqlx::query(
        "update service_health set recent = $1, health = 1, verdict = 1, last_slot = $2, last_started_at = $2,
                last_stands_for_ms = 30000, last_status_code = 200, last_total_us = 42000",
    )
    .bind(recent(now, days).encode())
    .bind(now)
    .execute(db.pool())
    .await?;
    sqlx::query("analyze").execute(db.pool()).await?;
    Ok(())
}

/// Days of hours without a fault.
fn recent(now: DateTime<Utc>, days: i64) -> Recent {
    let begin = now - TimeDelta::days(days);
    let mut recent = Recent::new(begin);
    for hour in 0..days * 24 {
        let up = Spent {
            up_ms: 3_600_000,
            ..Spent::default()
        };
        recent.close(begin + TimeDelta::hours(hour), up, None);
    }
    recent
}
