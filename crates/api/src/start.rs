//! Waiting at the start until Postgres and Redis are there, instead of crashing.

use std::time::Duration;

use db::{Db, schema};
use runtime::{admin::Readiness, backoff::Backoff};
use status_cache::StatusCache;
use tokio::time::{Instant, sleep};

/// Without Redis everything still works, only more slowly: the start waits for it no longer than this.
const PATIENCE_WITH_REDIS: Duration = Duration::from_secs(30);

/// Waits until the database answers and has our schema; brings it up to date when told to.
/// Fails only where waiting cannot help: a newer schema, or a migration that does not go through.
pub(crate) async fn database(db: &Db, migrate: bool, ready: &Readiness) -> anyhow::Result<()> {
    let mut backoff = Backoff::default();
    loop {
        let error = match look(db, migrate).await {
            Ok(()) => {
                ready.ready("database");
                return Ok(());
            }
            Err(error) => error,
        };
        if !(error.is_unavailable() || matches!(error, db::Error::NotMigrated)) {
            return Err(error.into());
        }
        ready.missing("database", error.to_string());
        tracing::warn!(%error, "Waiting for the database");
        sleep(backoff.pause()).await;
    }
}

async fn look(db: &Db, migrate: bool) -> db::Result<()> {
    if migrate {
        return schema::migrate(db).await;
    }
    schema::check(&mut *db.acquire().await?).await
}

/// Waits for Redis, but not for ever.
pub(crate) async fn redis(status: &StatusCache) {
    let until = Instant::now() + PATIENCE_WITH_REDIS;
    let mut backoff = Backoff::default();
    while !status.is_reachable().await {
        if Instant::now() > until {
            tracing::warn!("Redis does not answer; starting without it");
            return;
        }
        tracing::warn!("Waiting for Redis");
        sleep(backoff.pause()).await;
    }
}
