//! Rollups: hours are summed two minutes after they end, days are sums of hours, and what came late is summed again.

mod sums;

use std::{collections::BTreeMap, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use db::{
    Db,
    health::recording,
    partitions,
    rollups::{CHARTED, HOURS_KEPT, closing},
};
use domain::{coverage::hour_start, id::ServiceKey};
use runtime::backoff::Backoff;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::heartbeat::Ownership;
use sums::Span;

/// How long after its end an hour is closed.
const SETTLE: TimeDelta = TimeDelta::minutes(2);

/// How often it is looked whether something is to be closed.
const PERIOD: Duration = Duration::from_secs(20);

/// Services per transaction: their looks wait while they are summed.
const CHUNK: usize = 100;

/// Hours to be summed again that are fetched at once.
const DIRTY_AT_ONCE: i64 = 10_000;

/// Keys per transaction of the daily tidying.
const TIDY_CHUNK: i32 = 1_000;

/// Closes what is due for the shards that this worker owns, until `stop`.
pub(crate) async fn run(
    db: Db,
    owned: watch::Receiver<Ownership>,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let mut backoff = Backoff::default();
    let mut tidied = None;
    loop {
        let own: Vec<i16> = owned
            .borrow()
            .shards
            .iter()
            .filter_map(|shard| i16::try_from(shard).ok())
            .collect();
        let round = async {
            let now = recording::now(&mut *db.acquire().await?).await?;
            close_due(&db, &own, now, &stop).await?;
            if tidied != Some(now.date_naive()) && own.contains(&0) {
                tidy(&db, now, &stop).await?;
                tidied = Some(now.date_naive());
            }
            Ok::<(), db::Error>(())
        };
        let pause = match round.await {
            Ok(()) => {
                backoff.reset();
                PERIOD
            }
            Err(error) => {
                tracing::warn!(%error, "hours could not be closed; they will be");
                backoff.pause()
            }
        };
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Closes every hour of these shards that ended two minutes before `now`, oldest first, and sums dirty hours again.
/// Ends early, between two transactions, after `stop`.
pub async fn close_due(
    db: &Db,
    shards: &[i16],
    now: DateTime<Utc>,
    stop: &CancellationToken,
) -> db::Result<()> {
    let until = hour_start(now - SETTLE);
    let mut conn = db.acquire().await?;
    let days = partitions::days(&mut conn).await?;
    let oldest = days
        .first()
        .map_or(until, |day| day.and_time(chrono::NaiveTime::MIN).and_utc());
    let mut closed = closing::closed_until(&mut conn, shards, oldest, until).await?;
    drop(conn);
    while let Some(hour) = closed.values().min().copied().filter(|hour| *hour < until) {
        let next = hour.max(oldest) + TimeDelta::hours(1);
        let due: Vec<i16> = closed
            .iter()
            .filter(|(_, closed)| **closed == hour)
            .map(|(shard, _)| *shard)
            .collect();
        if !close_hour(db, &due, hour.max(oldest), stop).await? {
            return Ok(());
        }
        for shard in due {
            closed.insert(shard, next);
        }
    }
    sum_again(db, shards, stop).await
}

/// Closes one hour of some shards. False when it was interrupted.
async fn close_hour(
    db: &Db,
    shards: &[i16],
    hour: DateTime<Utc>,
    stop: &CancellationToken,
) -> db::Result<bool> {
    let mut conn = db.acquire().await?;
    let services = closing::services(&mut conn, shards, hour).await?;
    let end = hour + TimeDelta::hours(1);
    for chunk in services.chunks(CHUNK) {
        if stop.is_cancelled() {
            return Ok(false);
        }
        let limits = chunk.iter().map(|key| (*key, end)).collect();
        let mut tx = db.begin().await?;
        sums::sum(&mut tx, &Span { hour, limits }).await?;
        tx.commit().await?;
    }
    closing::advance(&mut conn, shards, end).await?;
    Ok(true)
}

/// Sums closed hours again whose checks came late.
async fn sum_again(db: &Db, shards: &[i16], stop: &CancellationToken) -> db::Result<()> {
    loop {
        let mut conn = db.acquire().await?;
        let summable = closing::summable_from(&mut conn).await?;
        closing::give_up_dirty(&mut conn, summable).await?;
        let dirty = closing::dirty(&mut conn, shards, DIRTY_AT_ONCE).await?;
        drop(conn);
        let mut hours: BTreeMap<DateTime<Utc>, Vec<(ServiceKey, DateTime<Utc>)>> = BTreeMap::new();
        for dirty in &dirty {
            let service = (ServiceKey(dirty.service_key), dirty.closed_until);
            hours.entry(dirty.hour).or_default().push(service);
        }
        for (hour, services) in hours {
            for chunk in services.chunks(CHUNK) {
                if stop.is_cancelled() {
                    return Ok(());
                }
                sum_chunk_again(db, hour, chunk).await?;
            }
        }
        if i64::try_from(dirty.len()).unwrap_or(i64::MAX) < DIRTY_AT_ONCE {
            return Ok(());
        }
    }
}

async fn sum_chunk_again(
    db: &Db,
    hour: DateTime<Utc>,
    chunk: &[(ServiceKey, DateTime<Utc>)],
) -> db::Result<()> {
    let limits = chunk.iter().copied().collect();
    let services: Vec<ServiceKey> = chunk.iter().map(|(key, _)| *key).collect();
    let mut tx = db.begin().await?;
    // Whoever records a late check holds the service's lock, which this takes first: no mark is lost.
    sums::sum(&mut tx, &Span { hour, limits }).await?;
    closing::clean(&mut tx, &services, hour).await?;
    tx.commit().await?;
    Ok(())
}

/// Deletes hours that are too old, also those in days that no chart shows, and the sums of services that are gone.
pub async fn tidy(db: &Db, now: DateTime<Utc>, stop: &CancellationToken) -> db::Result<()> {
    let mut conn = db.acquire().await?;
    let (before, charted) = (now - HOURS_KEPT, (now - CHARTED).date_naive());
    let largest = closing::largest_key(&mut conn).await?;
    let mut from = 0;
    while from <= largest && !stop.is_cancelled() {
        let to = from.saturating_add(TIDY_CHUNK);
        closing::tidy(&mut conn, from, to, before, charted).await?;
        from = to;
    }
    Ok(())
}
