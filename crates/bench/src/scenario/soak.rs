//! An hour at load in which workers come and go: does anything grow, and is anything lost?

use std::time::Duration;

use bench::{process::Program, seed::Services, watch::Spent};
use chrono::{DateTime, Utc};
use serde::Serialize;
use tokio::time::Instant;

use super::say;
use crate::{
    Args,
    report::{Section, tenths},
    stage::{PLAIN, Stage},
};

const SERVICES: u32 = 20_000;
const INTERVAL: Duration = Duration::from_secs(30);
/// How often one of the two workers is replaced, politely and by force in turn.
const RESTARTS: Duration = Duration::from_mins(5);

#[derive(Debug, Serialize)]
#[expect(
    clippy::struct_field_names,
    reason = "they are the names in benchmarks.json"
)]
struct Minute {
    minute: u64,
    worker_mb: u64,
    postgres_mb: u64,
    redis_mb: u64,
    /// Of `service_health` with its indexes, which is updated in place.
    health_mb: i64,
    dead_rows: i64,
    spent: Spent,
}

#[derive(Debug, Serialize)]
struct Soak {
    minutes: Vec<Minute>,
    restarts: u32,
    due: i64,
    looked: i64,
    not_up: i64,
    incidents: i64,
}

pub(crate) async fn run(args: &Args) -> anyhow::Result<Section> {
    let stage = Stage::set(args, "bench_soak").await?;
    let ids = stage.services(Services::plain(SERVICES, 30, PLAIN)).await?;
    let mut workers = [stage.worker()?, stage.worker()?];
    tokio::time::sleep(INTERVAL * 2).await;
    let from = now(&stage).await?;
    let begin = Instant::now();
    let length = Duration::from_secs_f64(args.hours * 3600.0);
    let (mut minutes, mut restarts) = (Vec::new(), 0);
    while begin.elapsed() < length {
        minutes.push(minute(&stage, &workers, begin).await?);
        if begin.elapsed() > RESTARTS * (restarts + 1) && begin.elapsed() + RESTARTS / 2 < length {
            say(format_args!("restart {}", restarts + 1));
            workers = replace(&stage, workers, restarts.is_multiple_of(2)).await?;
            restarts += 1;
        }
    }
    let to = now(&stage).await?;
    tokio::time::sleep(Duration::from_secs(5)).await;
    let watch = stage.watch(&[], &ids, INTERVAL)?;
    let (looked, not_up, incidents) = sqlx::query_as(
        "select count(*), count(*) filter (where verdict <> 1), (select count(*) from incidents)
         from checks where slot_at >= $1 and slot_at < $2",
    )
    .bind(from)
    .bind(to)
    .fetch_one(stage.db.pool())
    .await?;
    let soak = Soak {
        due: watch.due(from, to),
        minutes,
        restarts,
        looked,
        not_up,
        incidents,
    };
    for worker in workers {
        worker.stop().await?;
    }
    stage.strike().await?;
    section(&soak)
}

/// The older worker goes; another one comes.
async fn replace(
    stage: &Stage,
    [old, other]: [Program; 2],
    politely: bool,
) -> anyhow::Result<[Program; 2]> {
    if politely {
        old.stop().await?;
    } else {
        old.kill().await?;
    }
    Ok([other, stage.worker()?])
}

async fn minute(stage: &Stage, workers: &[Program], begin: Instant) -> anyhow::Result<Minute> {
    let ledger = workers.iter().fold(stage.ledger()?, |ledger, worker| {
        ledger.with("worker", worker.pid())
    });
    let ((), spent) = ledger
        .during(tokio::time::sleep(Duration::from_mins(1)))
        .await;
    let (health_mb, dead_rows) = sqlx::query_as(
        "select pg_total_relation_size('service_health') >> 20,
                (select n_dead_tup from pg_stat_user_tables where relname = 'service_health')",
    )
    .fetch_one(stage.db.pool())
    .await?;
    Ok(Minute {
        minute: begin.elapsed().as_secs() / 60,
        worker_mb: workers.iter().map(Program::rss_mb).sum(),
        postgres_mb: stage.postgres.memory_mb(),
        redis_mb: stage.redis()?.map_or(0, bench::process::peak_rss_mb),
        health_mb,
        dead_rows,
        spent,
    })
}

async fn now(stage: &Stage) -> anyhow::Result<DateTime<Utc>> {
    Ok(sqlx::query_scalar("select clock_timestamp()")
        .fetch_one(stage.db.pool())
        .await?)
}

fn section(soak: &Soak) -> anyhow::Result<Section> {
    let mut section = Section::new(
        format!("Soak: {} minutes at load", soak.minutes.len()),
        "20,000 services every 30 s and two workers, one of which is replaced every five minutes, politely and by force in turn.",
        &[
            "minute",
            "workers, MB",
            "Postgres, MB",
            "Redis, MB",
            "health table, MB",
            "dead rows",
            "workers, processors",
        ],
    );
    // A dozen lines tell as much as sixty.
    let step = soak.minutes.len().div_ceil(12).max(1);
    let shown = soak.minutes.iter().step_by(step).chain(soak.minutes.last());
    for it in shown {
        section.row(&[
            &it.minute,
            &it.worker_mb,
            &it.postgres_mb,
            &it.redis_mb,
            &it.health_mb,
            &it.dead_rows,
            &tenths(it.spent.cores("worker")),
        ]);
    }
    section.about = format!(
        "{} Slots due / looked at / not up: {} / {} / {}; restarts {}, incidents {}.",
        section.about, soak.due, soak.looked, soak.not_up, soak.restarts, soak.incidents
    );
    section.with(soak)
}
