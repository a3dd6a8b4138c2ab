//! A long queue is let go while services are looked at.

use std::time::Duration;

use bench::{seed::Services, watch::Window};
use chrono::{DateTime, Utc};
use db::outbox;
use serde::Serialize;
use tokio::time::{Instant, sleep};

use super::{
    listeners, outage,
    sink::{Sink, now},
};
use crate::{
    Args,
    stage::{PLAIN, Stage},
};

/// Within this the queue has to be empty.
pub(super) const PATIENCE: Duration = Duration::from_mins(1);
const INTERVAL: Duration = Duration::from_secs(10);
/// Channels of a workspace, and notices that wait for each.
const CHANNELS: i32 = 100;
const WAITING: i32 = 100;

#[derive(Debug, Serialize)]
pub(super) struct Drain {
    pub(super) services: u32,
    pub(super) channels: i32,
    pub(super) queued: i32,
    /// The first before anything is told, the others from then on.
    pub(super) windows: Vec<Window>,
    /// Until the queue was empty.
    pub(super) seconds: Option<f64>,
    pub(super) messages: u32,
    /// Services that were named or counted.
    pub(super) told: u32,
}

impl Drain {
    /// The window in which looks were latest while notices were told.
    pub(super) fn worst(&self) -> Option<&Window> {
        let later = self.windows.iter().skip(1);
        later.max_by_key(|window| window.late_p99_ms)
    }
}

pub(super) async fn run(args: &Args) -> anyhow::Result<Drain> {
    let (services, workspaces, length, count) = if args.quick {
        (1_000, 1, Duration::from_secs(5), 2)
    } else {
        (5_000, 10, Duration::from_secs(15), 3)
    };
    let stage = Stage::set(args, "bench_notices_drain").await?;
    let ids = stage.services(Services::plain(services, 10, PLAIN)).await?;
    let workspaces = listeners::workspaces(&stage.db, workspaces).await?;
    listeners::channels(&stage.db, &workspaces, CHANNELS).await?;
    queue(&stage).await?;
    let sink = Sink::open().await?;
    let worker = stage.worker()?;
    let warm = if args.quick {
        INTERVAL / 2
    } else {
        INTERVAL * 2
    };
    sleep(warm).await;
    let watch = stage.watch(&[&worker], &ids, INTERVAL)?;
    let from = now();
    let (windows, seconds) = tokio::try_join!(watch.windows(count, length), async {
        sleep(length).await;
        let_go(&stage).await
    })?;
    worker.stop().await?;
    stage.strike().await?;
    let heard = sink.heard(from);
    let channels = i32::try_from(workspaces.len())? * CHANNELS;
    Ok(Drain {
        services,
        channels,
        queued: channels * WAITING,
        windows,
        seconds,
        messages: heard.values().map(|one| one.messages).sum(),
        told: heard.values().map(|one| one.told).sum(),
    })
}

/// Notices for all channels, which are switched off for now.
async fn queue(stage: &Stage) -> anyhow::Result<()> {
    let now: DateTime<Utc> = sqlx::query_scalar("select now()")
        .fetch_one(stage.db.pool())
        .await?;
    sqlx::query("update channels set paused_at = now()")
        .execute(stage.db.pool())
        .await?;
    sqlx::query(
        "insert into outbox (workspace_id, channel_id, key, kind, service_id, incident_id, occurred_at, due_at, subject, promise)
         select workspace_id, channel, 'measured:' || n, 'down', service, incident, now(), now(),
                $1::jsonb || jsonb_build_object('name', 'Service ' || n, 'service', service, 'incident', incident),
                '{\"tell_end\": true}'
         from (select c.workspace_id, c.id as channel, n, gen_random_uuid() as service, gen_random_uuid() as incident
               from channels c, generate_series(1, $2) as n) as new",
    )
    .bind(serde_json::to_value(outage(now))?)
    .bind(WAITING)
    .execute(stage.db.pool())
    .await?;
    sqlx::query("analyze outbox")
        .execute(stage.db.pool())
        .await?;
    Ok(())
}

/// Switches the channels on; seconds until nothing waits any more.
async fn let_go(stage: &Stage) -> anyhow::Result<Option<f64>> {
    let begin = Instant::now();
    let mut tx = stage.db.begin().await?;
    sqlx::query("update channels set paused_at = null")
        .execute(&mut *tx)
        .await?;
    outbox::wake(&mut tx).await?;
    tx.commit().await?;
    while begin.elapsed() < PATIENCE {
        let waiting: bool = sqlx::query_scalar(
            "select exists (select from outbox where message_id is null and dropped is null)
                    or exists (select from messages where outcome is null)",
        )
        .fetch_one(stage.db.pool())
        .await?;
        if !waiting {
            return Ok(Some(begin.elapsed().as_secs_f64()));
        }
        sleep(Duration::from_millis(500)).await;
    }
    Ok(None)
}
