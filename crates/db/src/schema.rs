//! The schema's version, and bringing it up to date: by one process at a time, and never backwards.

use runtime::backoff::Backoff;
use sqlx::{Connection as _, PgConnection};

use crate::{Db, Error, MIGRATOR, Result};

/// Held while migrating, so that replicas may start at once.
const MIGRATION_LOCK: i64 = 0x7075_6c73_6501;

/// The newest schema that this program knows.
pub fn known_version() -> i64 {
    MIGRATOR
        .iter()
        .map(|migration| migration.version)
        .max()
        .unwrap_or(0)
}

/// The schema that the database has; 0 when it is empty.
pub async fn version(conn: &mut PgConnection) -> Result<i64> {
    let exists: bool = sqlx::query_scalar("select to_regclass('_sqlx_migrations') is not null")
        .fetch_one(&mut *conn)
        .await?;
    if !exists {
        return Ok(0);
    }
    let version: Option<i64> =
        sqlx::query_scalar("select max(version) from _sqlx_migrations where success")
            .fetch_one(conn)
            .await?;
    Ok(version.unwrap_or(0))
}

/// Fails when the database is newer than this program, or not migrated yet.
pub async fn check(conn: &mut PgConnection) -> Result<()> {
    let (found, known) = (version(conn).await?, known_version());
    match found.cmp(&known) {
        std::cmp::Ordering::Greater => Err(Error::Newer { found, known }),
        std::cmp::Ordering::Less => Err(Error::NotMigrated),
        std::cmp::Ordering::Equal => Ok(()),
    }
}

/// Fails as `check` does, but not for a newer schema on which this program still runs: the one before is put back that way.
pub async fn check_usable(conn: &mut PgConnection) -> Result<()> {
    match check(conn).await {
        Err(Error::Newer { found, known }) if floor(conn).await? <= known => {
            tracing::warn!(
                found,
                known,
                "The schema is newer than this program, which still runs on it"
            );
            Ok(())
        }
        decided => decided,
    }
}

/// The oldest schema whose programs run on the database's.
async fn floor(conn: &mut PgConnection) -> Result<i64> {
    Ok(sqlx::query_scalar("select version from schema_floor")
        .fetch_one(conn)
        .await?)
}

/// Waits until the database answers and has our schema, or a newer one on which this program still runs; brings it up to date
/// when told to (`bring_up`). Each reason to wait longer goes to `on_missing`. Fails only where waiting cannot help: a schema
/// that is too new, or a migration that does not go through.
pub async fn wait(db: &Db, bring_up: bool, on_missing: impl Fn(&Error)) -> Result<()> {
    let mut backoff = Backoff::default();
    loop {
        let found = if bring_up {
            migrate(db).await
        } else {
            is_usable(db).await
        };
        let found = match found {
            Err(Error::Newer { .. }) => is_usable(db).await,
            decided => decided,
        };
        match found {
            Err(error) if error.is_unavailable() || matches!(error, Error::NotMigrated) => {
                tracing::warn!(%error, "Waiting for the database");
                on_missing(&error);
            }
            decided => return decided,
        }
        tokio::time::sleep(backoff.pause()).await;
    }
}

/// Waits until the database answers at all. Fails where waiting cannot help, such as a wrong password.
pub async fn wait_for_server(db: &Db) -> Result<()> {
    let mut backoff = Backoff::default();
    loop {
        match ping(db).await {
            Err(error) if error.is_unavailable() => {
                tracing::warn!(%error, "Waiting for the database");
            }
            decided => return decided,
        }
        tokio::time::sleep(backoff.pause()).await;
    }
}

async fn is_usable(db: &Db) -> Result<()> {
    check_usable(&mut *db.acquire().await?).await
}

/// Brings the schema up to date under an advisory lock; waits while another process does.
pub async fn migrate(db: &Db) -> Result<()> {
    migrate_to(db, known_version()).await
}

/// Brings an empty or older schema up to `target`, which must be known.
pub async fn migrate_to(db: &Db, target: i64) -> Result<()> {
    let mut conn = db.dedicated().await?;
    sqlx::query("select pg_advisory_lock($1)")
        .bind(MIGRATION_LOCK)
        .execute(&mut conn)
        .await?;
    let result = run(&mut conn, target).await;
    // Closing the connection gives the lock back, also after a failure.
    conn.close().await?;
    result
}

async fn run(conn: &mut PgConnection, target: i64) -> Result<()> {
    let (found, known) = (version(conn).await?, known_version());
    if found > known {
        return Err(Error::Newer { found, known });
    }
    let chosen: Vec<_> = MIGRATOR
        .iter()
        .filter(|migration| migration.version <= target)
        .cloned()
        .collect();
    let migrator = sqlx::migrate::Migrator {
        migrations: chosen.into(),
        ..sqlx::migrate::Migrator::DEFAULT
    };
    // Not `run`: its future cannot move between threads.
    migrator.run_direct(None, conn, false).await?;
    Ok(())
}

/// Whether the database answers at all.
pub async fn ping(db: &Db) -> Result<()> {
    sqlx::query("select 1")
        .execute(&mut *db.acquire().await?)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[sqlx::test(migrations = false)]
    async fn whoever_may_not_migrate_waits_for_somebody_who_does(pool: crate::PgPool) {
        let db = Db::from_pool(pool);
        let waited = AtomicUsize::new(0);
        let (asked, heard) = tokio::sync::oneshot::channel();
        let asked = std::sync::Mutex::new(Some(asked));
        let patient = wait(&db, false, |error| {
            assert!(matches!(error, Error::NotMigrated), "{error}");
            waited.fetch_add(1, Ordering::SeqCst);
            if let Some(asked) = asked.lock().expect("whole").take() {
                asked.send(()).expect("heard");
            }
        });
        let other = async {
            heard.await.expect("it waits");
            wait(&db, true, |_| ()).await
        };
        let both = async { tokio::try_join!(patient, other) };
        let both = tokio::time::timeout(std::time::Duration::from_secs(30), Box::pin(both)).await;
        both.expect("in time").expect("ready");
        assert!(waited.load(Ordering::SeqCst) > 0);
    }

    #[sqlx::test(migrations = false)]
    async fn replicas_that_start_at_once_bring_an_empty_database_up_together(pool: crate::PgPool) {
        let db = Db::from_pool(pool);
        let start = || wait(&db, true, |error| panic!("{error}"));
        let all = async { tokio::try_join!(start(), start(), start(), start()) };
        let all = tokio::time::timeout(std::time::Duration::from_mins(1), Box::pin(all)).await;
        all.expect("in time").expect("each of them is ready");
        let found = version(&mut db.acquire().await.expect("it answers")).await;
        assert_eq!(found.expect("a version"), known_version());
    }

    async fn newer(pool: crate::PgPool, floor: i64) -> Db {
        sqlx::query("update _sqlx_migrations set version = version + 1000")
            .execute(&pool)
            .await
            .expect("a newer schema");
        sqlx::query("update schema_floor set version = $1")
            .bind(floor)
            .execute(&pool)
            .await
            .expect("a floor");
        Db::from_pool(pool)
    }

    #[sqlx::test(migrator = "crate::MIGRATOR")]
    async fn waiting_does_not_help_against_a_newer_schema(pool: crate::PgPool) {
        let db = newer(pool, known_version() + 1).await;
        for bring_up in [false, true] {
            let waited = wait(&db, bring_up, |error| panic!("{error}")).await;
            assert!(matches!(waited, Err(Error::Newer { .. })), "{waited:?}");
        }
    }

    #[sqlx::test(migrator = "crate::MIGRATOR")]
    async fn the_version_before_runs_on_a_schema_that_was_only_added_to(pool: crate::PgPool) {
        let db = newer(pool, known_version()).await;
        for bring_up in [false, true] {
            let waited = wait(&db, bring_up, |error| panic!("{error}")).await;
            waited.expect("it runs");
        }
        let mut conn = db.acquire().await.expect("the database answers");
        let strictly = check(&mut conn).await;
        assert!(matches!(strictly, Err(Error::Newer { .. })), "{strictly:?}");
    }
}
