//! Several workers: how even their shares are, and what happens to the services of one that is killed.

use std::{collections::BTreeMap, time::Duration};

use bench::{process::Program, seed::Services};
use chrono::{DateTime, Utc};
use db::Db;
use domain::{id::WorkerId, ownership::owner, schedule};
use serde::Serialize;
use uuid::Uuid;

use super::say;
use crate::{
    Args,
    report::{Section, tenths},
    stage::{PLAIN, Stage},
};

const SERVICES: u32 = 10_000;
const INTERVAL: Duration = Duration::from_secs(10);

#[derive(Debug, Serialize)]
struct Handover {
    /// By number of workers: the furthest that the share of one was from the mean, in per cent.
    uneven: BTreeMap<usize, f64>,
    /// Services of the killed one.
    orphans: usize,
    /// From the kill until the last of them was looked at again, in seconds.
    all_again_s: f64,
    /// The longest that any of the others went without a look, in seconds.
    others_gap_s: f64,
    /// Rows with the same slot, and incidents: there is no reason for either.
    twice: i64,
    incidents: i64,
    /// Processors that others had while the services of the killed one were waited for.
    others: f64,
}

pub(crate) async fn run(args: &Args) -> anyhow::Result<Section> {
    let stage = Stage::set(args, "bench_handover").await?;
    stage.services(Services::plain(SERVICES, 10, PLAIN)).await?;
    let mut workers = vec![stage.worker()?];
    let mut uneven = BTreeMap::new();
    for count in 2..=4 {
        workers.push(stage.worker()?);
        say(format_args!("{count} workers"));
        uneven.insert(count, share(&stage.db, count).await?);
    }
    while workers.len() > 2 {
        if let Some(worker) = workers.pop() {
            worker.stop().await?;
        }
    }
    share(&stage.db, 2).await?;
    tokio::time::sleep(INTERVAL * 2).await;
    let handover = kill(&stage, workers, uneven).await?;
    stage.strike().await?;
    section(&handover)
}

/// Waits until so many workers live and have read of each other; the furthest share from the mean, in per cent.
async fn share(db: &Db, count: usize) -> anyhow::Result<f64> {
    for _ in 0..120 {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let shares = shares(db).await?;
        let owned: i64 = shares.iter().map(|(_, services)| services).sum();
        let all_own = shares.iter().all(|(_, services)| *services > 0);
        if shares.len() != count || owned != i64::from(SERVICES) || !all_own {
            continue;
        }
        #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
        let away = |services: i64| {
            let mean = f64::from(SERVICES) / count as f64;
            (services as f64 - mean).abs() / mean * 100.0
        };
        return Ok(shares
            .iter()
            .map(|(_, services)| away(*services))
            .fold(0.0, f64::max));
    }
    anyhow::bail!("{count} workers did not share within a minute")
}

/// The live workers and how many services each says it owns.
async fn shares(db: &Db) -> anyhow::Result<Vec<(Uuid, i64)>> {
    let sql = "select id, coalesce((figures->>'services')::int8, 0) from workers
               where heartbeat_at > now() - interval '6 seconds' order by id";
    Ok(sqlx::query_as(sql).fetch_all(db.pool()).await?)
}

async fn kill(
    stage: &Stage,
    mut workers: Vec<Program>,
    uneven: BTreeMap<usize, f64>,
) -> anyhow::Result<Handover> {
    let live: Vec<WorkerId> = shares(&stage.db)
        .await?
        .into_iter()
        .map(|(id, _)| WorkerId(id))
        .collect();
    let killed = workers.remove(0);
    let at: DateTime<Utc> = now(&stage.db).await?;
    let mut ledger = stage.ledger()?;
    for worker in &workers {
        ledger = ledger.with("worker", worker.pid());
    }
    killed.kill().await?;
    let ((), spent) = ledger.during(tokio::time::sleep(INTERVAL * 3)).await;
    let (dead,): (Uuid,) =
        sqlx::query_as("select id from workers where id = any($1) order by heartbeat_at limit 1")
            .bind(live.iter().map(|id| id.0).collect::<Vec<_>>())
            .fetch_one(stage.db.pool())
            .await?;
    let dead = Some(WorkerId(dead));
    let shards: Vec<i16> = (0..schedule::SHARDS)
        .filter(|shard| owner(*shard, &live) == dead)
        .filter_map(|shard| i16::try_from(shard).ok())
        .collect();
    let gaps = "with looks as (select service_key, slot_at + late_ms * interval '1 millisecond' as at from checks
                               where slot_at > $1 - interval '15 seconds'),
                     firsts as (select key, (select min(at) from looks where service_key = key and at > $1) as at,
                                       shard = any($2) as orphan from services)
                select count(*) filter (where orphan),
                       extract(epoch from max(at) filter (where orphan) - $1)::float8,
                       extract(epoch from max(at) filter (where not orphan) - $1)::float8 from firsts";
    let (orphans, all_again_s, others_gap_s): (i64, f64, f64) = sqlx::query_as(gaps)
        .bind(at)
        .bind(shards)
        .fetch_one(stage.db.pool())
        .await?;
    let (twice, incidents) = sqlx::query_as(
        "select (select count(*) from (select from checks group by service_key, slot_at having count(*) > 1) as t),
                (select count(*) from incidents)",
    )
    .fetch_one(stage.db.pool())
    .await?;
    for worker in workers {
        worker.stop().await?;
    }
    Ok(Handover {
        uneven,
        orphans: usize::try_from(orphans)?,
        all_again_s,
        others_gap_s,
        twice,
        incidents,
        others: spent.others(),
    })
}

async fn now(db: &Db) -> anyhow::Result<DateTime<Utc>> {
    Ok(sqlx::query_scalar("select clock_timestamp()")
        .fetch_one(db.pool())
        .await?)
}

fn section(handover: &Handover) -> anyhow::Result<Section> {
    let mut section = Section::new(
        "Handing over: several workers, one of which is killed",
        "10,000 services every 10 s. Two workers, then three, then four; two leave politely, and one of the two that are left is\n\
         killed with SIGKILL.",
        &["", "measured", "wanted"],
    );
    for (count, uneven) in &handover.uneven {
        let what = format!("{count} workers: furthest share from the mean, %");
        section.row(&[&what, &tenths(*uneven), &"at most 15"]);
    }
    let again = format!(
        "all {} services of the killed one looked at again after, s",
        handover.orphans
    );
    section.row(&[&again, &tenths(handover.all_again_s), &"10"]);
    let others = tenths(handover.others_gap_s);
    section.row(&[
        &"the others' services: all looked at within, s",
        &others,
        &"10, their interval",
    ]);
    let wrong = format!("{} / {}", handover.twice, handover.incidents);
    section.row(&[&"slots recorded twice / incidents", &wrong, &"0 / 0"]);
    section.row(&[&"others, processors", &tenths(handover.others), &""]);
    section.with(handover)
}
