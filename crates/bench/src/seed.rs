//! Fills a fresh database: a workspace, services, and history as a month of looking would have left it.

use anyhow::Context as _;
use chrono::{DateTime, TimeDelta, Utc};
use db::Db;
use domain::{coverage::Spent, id::ServiceId, recent::Recent, schedule, target::HttpTarget};
use sqlx::Connection as _;
use url::Url;
use uuid::Uuid;

/// Makes an empty, migrated database of this name beside the one that `url` names.
pub(crate) async fn database(url: &str, name: &str) -> anyhow::Result<String> {
    let mut conn = sqlx::PgConnection::connect(url)
        .await
        .context("Postgres for the measurement")?;
    for statement in [
        format!("drop database if exists {name} with (force)"),
        format!("create database {name}"),
    ] {
        sqlx::query(sqlx::AssertSqlSafe(statement))
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

/// One workspace for all services, owned by nobody.
pub(crate) async fn workspace(db: &Db) -> anyhow::Result<Uuid> {
    let id = Uuid::now_v7();
    sqlx::query("insert into workspaces (id, name) values ($1, 'Measured')")
        .bind(id)
        .execute(db.pool())
        .await?;
    Ok(id)
}

/// `n` services every 30 s, each with an address of its own in 127/8.
pub(crate) async fn services(db: &Db, workspace: Uuid, n: u32, port: u16) -> anyhow::Result<()> {
    let mut ids = Vec::new();
    let (mut shards, mut urls, mut targets) = (Vec::new(), Vec::new(), Vec::new());
    for index in 0..n {
        let id = Uuid::now_v7();
        let [_, a, b, c] = (index + 1).to_be_bytes();
        let url: Url = format!("http://127.{a}.{b}.{c}:{port}/").parse()?;
        let target = HttpTarget::get(url.clone());
        ids.push(id);
        shards.push(i16::try_from(schedule::shard(ServiceId(id)))?);
        urls.push(url.to_string());
        targets.push(serde_json::to_value(&target)?);
    }
    sqlx::query(
        "insert into services (id, workspace_id, name, monitor_type, url, target, check_interval_s, shard)
         select id, $1, 'Service ' || ordinality, 'http_ping', url, target, 30, shard
         from unnest($2::uuid[], $3::smallint[], $4::text[], $5::jsonb[]) with ordinality as s (id, shard, url, target)",
    )
    .bind(workspace)
    .bind(ids)
    .bind(shards)
    .bind(urls)
    .bind(targets)
    .execute(db.pool())
    .await?;
    sqlx::query(
        "insert into service_health (service_key, workspace_id, since) select key, workspace_id, created_at from services",
    )
    .execute(db.pool())
    .await?;
    Ok(())
}

/// 30 days of checks every 30 s for all services, up to `now`.
pub(crate) async fn checks(db: &Db, now: DateTime<Utc>, days: i32) -> anyhow::Result<u64> {
    for back in 0..=days {
        let day = now.date_naive() - TimeDelta::days(back.into());
        let name = day.format("checks_%Y%m%d");
        let statement = format!(
            "create table if not exists {name} partition of checks for values from ('{day} 00:00+00') to ('{} 00:00+00')",
            day + TimeDelta::days(1)
        );
        sqlx::query(sqlx::AssertSqlSafe(statement))
            .execute(db.pool())
            .await?;
    }
    let done = sqlx::query(
        "insert into checks (slot_at, service_key, stands_for_ms, total_us, status_code, late_ms, verdict, code, phase, attempts)
         select slot, key, 30000, 20000 + (key * 7919 + extract(epoch from slot)::bigint * 31) % 80000, 200, 3, 1, 0, 0, 1
         from generate_series(date_trunc('minute', $1) - make_interval(days => $2), $1, interval '30 seconds') as slot, services
         on conflict do nothing",
    )
    .bind(now)
    .bind(days)
    .execute(db.pool())
    .await?;
    sqlx::query("analyze").execute(db.pool()).await?;
    Ok(done.rows_affected())
}

/// The rollups that the worker would have made of those checks, and the packed columns read by lists.
pub(crate) async fn rollups(db: &Db, now: DateTime<Utc>) -> anyhow::Result<()> {
    for table in ["hours", "days"] {
        let bucket = table.trim_end_matches('s');
        let statement = format!(
            "insert into rollup_{table} (service_key, {bucket}, up_ms, degraded_ms, down_ms, unknown_ms, maintenance_ms, looks, failed, latency)
             select service_key, date_trunc('{bucket}', slot_at, 'UTC'), count(*) * 30000, 0, 0, 0, 0, count(*), 0, '\\x5010'
             from checks where slot_at < date_trunc('hour', $1) group by 1, 2"
        );
        sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(now)
            .execute(db.pool())
            .await?;
    }
    let packed = recent(now).encode();
    sqlx::query(
        "update service_health set recent = $1, health = 1, verdict = 1, last_slot = $2, last_started_at = $2,
                last_stands_for_ms = 30000, last_status_code = 200, last_total_us = 42000",
    )
    .bind(packed)
    .bind(now)
    .execute(db.pool())
    .await?;
    sqlx::query("analyze").execute(db.pool()).await?;
    Ok(())
}

/// A month of hours without a fault.
fn recent(now: DateTime<Utc>) -> Recent {
    let begin = now - TimeDelta::days(30);
    let mut recent = Recent::new(begin);
    for hour in 0..30 * 24 {
        let up = Spent {
            up_ms: 3_600_000,
            ..Spent::default()
        };
        recent.close(begin + TimeDelta::hours(hour), up, None);
    }
    recent
}
