//! Waiting at the start until Postgres and Redis are there, instead of crashing.

use std::time::Duration;

use db::{Db, schema};
use runtime::{admin::Readiness, backoff::Backoff};
use status_cache::StatusCache;
use tokio::time::{Instant, sleep};

/// Without Redis everything still works: the start waits for it no longer than this.
const PATIENCE_WITH_REDIS: Duration = Duration::from_secs(30);

/// Waits until the database answers and has our schema; brings it up to date when told to.
/// Fails only where waiting cannot help: a newer schema, or a migration that does not go through.
pub async fn database(db: &Db, migrate: bool, readiness: &Readiness) -> anyhow::Result<()> {
    let mut backoff = Backoff::default();
    loop {
        let error = match look(db, migrate).await {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        if !(error.is_unavailable() || matches!(error, db::Error::NotMigrated)) {
            return Err(error.into());
        }
        readiness.missing("database", error.to_string());
        tracing::warn!(%error, "waiting for the database");
        sleep(backoff.pause()).await;
    }
}

/// Waits for Redis, but not for ever.
pub async fn redis(cache: &StatusCache) {
    let until = Instant::now() + PATIENCE_WITH_REDIS;
    let mut backoff = Backoff::default();
    while !cache.is_reachable().await {
        if Instant::now() > until {
            tracing::warn!("Redis does not answer; starting without it");
            return;
        }
        tracing::warn!("waiting for Redis");
        sleep(backoff.pause()).await;
    }
}

async fn look(db: &Db, migrate: bool) -> db::Result<()> {
    if migrate {
        return schema::migrate(db).await;
    }
    schema::check(&mut *db.acquire().await?).await
}
