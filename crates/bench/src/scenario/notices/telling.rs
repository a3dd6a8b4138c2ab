//! Events that come evenly: how long until the message about each has arrived.

use std::{collections::HashMap, fmt, time::Duration};

use bench::{process::Program, seed::Services, watch::Spent};
use chrono::{DateTime, TimeDelta, Utc};
use domain::notice::pace::{USUAL_MOST, next_message};
use serde::Serialize;
use sqlx::FromRow;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::{
    listeners,
    sink::{Arrival, Sink},
};
use crate::{Args, stage::Stage};

/// Nobody listens there.
const DEAD: u16 = 18_089;

/// Each service becomes one event, confirmed some seconds after its first slot: as many a second as there are slots.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Shape {
    pub(super) services: u32,
    pub(super) interval_s: i32,
    pub(super) workspaces: i32,
}

const FULL: Shape = Shape {
    services: 2_000,
    interval_s: 20,
    workspaces: 400,
};
const QUICK: Shape = Shape {
    services: 1_000,
    interval_s: 10,
    workspaces: 200,
};

/// Milliseconds.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(super) struct Delays {
    p50: i64,
    p99: i64,
    most: i64,
}

#[derive(Debug, Serialize)]
pub(super) struct Telling {
    pub(super) shape: Shape,
    pub(super) events: usize,
    pub(super) per_second: f64,
    pub(super) notices: i64,
    pub(super) messages: usize,
    /// From the event to the arrival of the first message of a channel.
    pub(super) first: Delays,
    /// From when each message might leave to its arrival.
    pub(super) gathered: Delays,
    pub(super) spent: Spent,
}

pub(super) async fn run(args: &Args) -> anyhow::Result<Telling> {
    let shape = if args.quick { QUICK } else { FULL };
    let stage = Stage::set(args, "bench_notices_telling").await?;
    let what = Services::plain(shape.services, shape.interval_s, DEAD);
    stage.services(what).await?;
    let workspaces = listeners::workspaces(&stage.db, shape.workspaces).await?;
    spread(&stage, &workspaces).await?;
    listeners::channels(&stage.db, &workspaces, listeners::EACH).await?;
    let sink = Sink::open().await?;
    let worker = stage.worker()?;
    let ledger = stage.ledger()?.with("worker", worker.pid());
    let patience = Duration::from_secs(u64::from(shape.interval_s.unsigned_abs()) * 2 + 30);
    let (done, spent) = ledger
        .during(until_told(&stage, shape, patience, args.quick))
        .await;
    done?;
    let telling = measure(&stage, &sink, (shape, spent)).await?;
    finish(worker, stage).await?;
    Ok(telling)
}

/// Gives every workspace its part of the services.
async fn spread(stage: &Stage, workspaces: &[Uuid]) -> anyhow::Result<()> {
    for table in ["services", "service_health"] {
        let key = if table == "services" {
            "key"
        } else {
            "service_key"
        };
        let sql = format!("update {table} set workspace_id = ($1::uuid[])[1 + {key} % $2]");
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(workspaces)
            .bind(i32::try_from(workspaces.len())?)
            .execute(stage.db.pool())
            .await?;
    }
    sqlx::query("analyze services, service_health")
        .execute(stage.db.pool())
        .await?;
    Ok(())
}

/// Until every event has come, and has been told; in the short form, until the first messages have gone.
async fn until_told(
    stage: &Stage,
    shape: Shape,
    patience: Duration,
    quick: bool,
) -> anyhow::Result<()> {
    let begin = Instant::now();
    let wanted = i64::from(shape.services);
    loop {
        let (opened, waiting): (i64, bool) = sqlx::query_as(
            "select (select count(*) from incidents),
                    exists (select from outbox where message_id is null and dropped is null)
                    or exists (select from messages where outcome is null)",
        )
        .fetch_one(stage.db.pool())
        .await?;
        if opened >= wanted && quick {
            sleep(Duration::from_secs(2)).await;
            return Ok(());
        }
        if opened >= wanted && !waiting {
            return Ok(());
        }
        anyhow::ensure!(
            begin.elapsed() < patience,
            "{opened} of {wanted} incidents opened within {} s; some are not told: {waiting}",
            patience.as_secs()
        );
        sleep(Duration::from_millis(250)).await;
    }
}

async fn finish(worker: Program, stage: Stage) -> anyhow::Result<()> {
    worker.stop().await?;
    stage.strike().await
}

/// A message, and since when the first of what it tells was waiting.
#[derive(FromRow)]
struct Composed {
    id: Uuid,
    channel_id: Uuid,
    created_at: DateTime<Utc>,
    waiting_since: DateTime<Utc>,
}

async fn measure(
    stage: &Stage,
    sink: &Sink,
    (shape, spent): (Shape, Spent),
) -> anyhow::Result<Telling> {
    let composed: Vec<Composed> = sqlx::query_as(
        "select m.id, m.channel_id, m.created_at, min(greatest(o.due_at, o.created_at)) as waiting_since
         from messages m join outbox o on o.message_id = m.id group by m.id order by m.created_at",
    )
    .fetch_all(stage.db.pool())
    .await?;
    let (events, from, to): (i64, DateTime<Utc>, DateTime<Utc>) =
        sqlx::query_as("select count(*), min(opened_at), max(opened_at) from incidents")
            .fetch_one(stage.db.pool())
            .await?;
    let notices = sqlx::query_scalar("select count(*) from outbox where message_id is not null")
        .fetch_one(stage.db.pool())
        .await?;
    let arrivals = sink.arrivals();
    let (first, gathered) = delays(&composed, &arrivals);
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
    let per_second = events as f64 / (to - from).as_seconds_f64().max(0.001);
    Ok(Telling {
        shape,
        events: usize::try_from(events)?,
        per_second,
        notices,
        messages: gathered.len(),
        first: Delays::of(first),
        gathered: Delays::of(gathered),
        spent,
    })
}

/// Of the first messages from their event on, and of all from when the channel's pace let them go.
fn delays(composed: &[Composed], arrivals: &[Arrival]) -> (Vec<i64>, Vec<i64>) {
    let arrived: HashMap<Uuid, DateTime<Utc>> = arrivals
        .iter()
        .rev()
        .map(|one| (one.message, one.at))
        .collect();
    let mut before: HashMap<Uuid, Vec<DateTime<Utc>>> = HashMap::new();
    let (mut first, mut gathered) = (Vec::new(), Vec::new());
    for one in composed {
        let earlier = before.entry(one.channel_id).or_default();
        let is_first = earlier.is_empty();
        let recent: Vec<_> = earlier
            .iter()
            .copied()
            .filter(|at| one.created_at - *at < TimeDelta::minutes(1))
            .collect();
        earlier.push(one.created_at);
        let Some(at) = arrived.get(&one.id) else {
            continue;
        };
        let might_leave = next_message(&recent, one.waiting_since, USUAL_MOST);
        gathered.push((*at - might_leave).num_milliseconds());
        if is_first {
            first.push((*at - one.waiting_since).num_milliseconds());
        }
    }
    (first, gathered)
}

impl Delays {
    fn of(mut all: Vec<i64>) -> Self {
        all.sort_unstable();
        let at = |per_cent: usize| all.get(all.len() * per_cent / 100).copied();
        Self {
            p50: at(50).unwrap_or(0),
            p99: at(99).unwrap_or(0),
            most: all.last().copied().unwrap_or(0),
        }
    }
}

impl fmt::Display for Delays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} / {} / {}", self.p50, self.p99, self.most)
    }
}
