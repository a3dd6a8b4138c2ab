//! One worker, thousands of services: was every slot looked at, how late, and what did it cost?

use std::time::Duration;

use anyhow::Context as _;
use chrono::{DateTime, TimeDelta, Utc};
use db::Db;
use serde::Serialize;

use crate::{
    Args,
    process::{Program, cpu_of_postgres},
    seed,
};

const INTERVAL: Duration = Duration::from_secs(30);
const TARGET_PORT: u16 = 18_080;

/// What the worker did over the measured seconds.
#[derive(Debug, Serialize)]
pub(crate) struct Looking {
    pub(crate) services: u32,
    pub(crate) seconds: u32,
    pub(crate) slots_due: i64,
    pub(crate) slots_looked_at: i64,
    pub(crate) not_up: i64,
    pub(crate) lateness_p50_ms: i32,
    pub(crate) lateness_p99_ms: i32,
    pub(crate) lateness_max_ms: i32,
    pub(crate) worker_cpu_us_per_check: f64,
    pub(crate) postgres_cpu_us_per_check: f64,
    pub(crate) worker_peak_rss_mb: u64,
}

#[derive(sqlx::FromRow)]
struct Outcome {
    looked: i64,
    not_up: i64,
    p50: i32,
    p99: i32,
    max: i32,
}

pub(crate) async fn run(args: &Args) -> anyhow::Result<Looking> {
    let url = seed::database(&args.database_url, "bench_looking").await?;
    let db = Db::new(&url, "bench", 4)?;
    let workspace = seed::workspace(&db).await?;
    seed::services(&db, workspace, args.services, TARGET_PORT).await?;
    let target = Program::start(
        &args.programs.join("faultd"),
        &["--listen", &format!("0.0.0.0:{TARGET_PORT}")],
        &[],
    )?;
    let worker = Program::start(&args.programs.join("worker"), &[], &settings(args, &url))?;

    tokio::time::sleep(INTERVAL + Duration::from_secs(10)).await;
    let (cpu, postgres, from) = (worker.cpu(), cpu_of_postgres(), now(&db).await?);
    tokio::time::sleep(Duration::from_secs(args.seconds.into())).await;
    let (cpu, postgres) = (
        worker.cpu().saturating_sub(cpu),
        cpu_of_postgres().saturating_sub(postgres),
    );
    let to = now(&db).await?;
    let rss = worker.peak_rss_mb();
    // What is under way and spooled belongs to the window too.
    tokio::time::sleep(Duration::from_secs(5)).await;
    let outcome = outcome(&db, from, to).await?;
    worker.stop().await?;
    target.stop().await?;
    db.close().await;

    let window = to - from;
    let due = i64::from(args.services) * window.num_milliseconds() / 30_000;
    Ok(Looking {
        services: args.services,
        seconds: args.seconds,
        slots_due: due,
        slots_looked_at: outcome.looked,
        not_up: outcome.not_up,
        lateness_p50_ms: outcome.p50,
        lateness_p99_ms: outcome.p99,
        lateness_max_ms: outcome.max,
        worker_cpu_us_per_check: per_check(cpu, outcome.looked),
        postgres_cpu_us_per_check: per_check(postgres, outcome.looked),
        worker_peak_rss_mb: rss,
    })
}

pub(crate) fn settings(args: &Args, url: &str) -> Vec<(&'static str, String)> {
    vec![
        ("DATABASE_URL", url.to_owned()),
        ("REDIS_URL", args.redis_url.clone()),
        (
            "SECRET_KEY",
            "measuring-measuring-measuring-measuring".to_owned(),
        ),
        ("LOG", "warn".to_owned()),
        ("ADMIN_ADDR", "127.0.0.1:18081".to_owned()),
    ]
}

async fn now(db: &Db) -> anyhow::Result<DateTime<Utc>> {
    Ok(sqlx::query_scalar("select clock_timestamp()")
        .fetch_one(db.pool())
        .await?)
}

async fn outcome(db: &Db, from: DateTime<Utc>, to: DateTime<Utc>) -> anyhow::Result<Outcome> {
    anyhow::ensure!(
        to - from > TimeDelta::zero(),
        "the clock of the database went backwards"
    );
    sqlx::query_as(
        "select count(*) as looked, count(*) filter (where verdict <> 1) as not_up,
                coalesce(percentile_disc(0.5) within group (order by late_ms), 0)::int4 as p50,
                coalesce(percentile_disc(0.99) within group (order by late_ms), 0)::int4 as p99,
                coalesce(max(late_ms), 0)::int4 as max
         from checks where slot_at >= $1 and slot_at < $2",
    )
    .bind(from)
    .bind(to)
    .fetch_one(db.pool())
    .await
    .context("reading back what was recorded")
}

fn per_check(cpu: Duration, checks: i64) -> f64 {
    let checks = u32::try_from(checks.max(1)).unwrap_or(u32::MAX);
    (cpu.as_secs_f64() * 1e6 / f64::from(checks) * 10.0).round() / 10.0
}
