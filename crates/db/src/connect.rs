//! The connection pool: sized by the caller, patient at the start, quick to say that Postgres is away.

use std::{num::NonZero, str::FromStr as _, thread::available_parallelism, time::Duration};

use sqlx::{
    Connection as _, PgPool, Postgres,
    pool::PoolConnection,
    postgres::{PgConnectOptions, PgListener, PgPoolOptions},
};

use crate::{
    Result, Tx,
    reading::{Readers, Reading},
};

/// How long a caller waits for a connection before Postgres counts as away.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// A connection that has rested for longer is asked whether it still stands before somebody gets it. The pool asks each
/// that comes back, so that asking again at once would only be a second way to the server and back; the price is that whoever
/// gets one that broke in this second is told so.
pub(crate) const TRUSTED_FOR: Duration = Duration::from_secs(1);

/// How connections are kept.
pub fn pooled(connections: u32) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(LONGEST_WAIT)
        .idle_timeout(Duration::from_mins(5))
        .test_before_acquire(false)
        .before_acquire(|conn, resting| {
            Box::pin(async move {
                if resting.idle_for > TRUSTED_FOR {
                    conn.ping().await?;
                }
                Ok(true)
            })
        })
}

/// A pool of connections. Cloning shares it.
#[derive(Clone, Debug)]
pub struct Db {
    pool: PgPool,
    /// Where what is read in a moment has connections of its own.
    readers: Option<Readers>,
}

impl Db {
    /// Prepares a pool without connecting; the first use connects.
    pub fn new(url: &str, application: &str, connections: u32) -> Result<Self> {
        let options = PgConnectOptions::from_str(url)?.application_name(application);
        let pool = pooled(connections).connect_lazy_with(options);
        Ok(Self::from_pool(pool))
    }

    /// Wraps a pool that exists, such as a test's.
    pub fn from_pool(pool: PgPool) -> Self {
        Self {
            pool,
            readers: None,
        }
    }

    /// With further connections for what is read in a moment (`reading.rs`).
    #[must_use]
    pub fn with_readers(self, connections: u32) -> Self {
        let options = self.pool.connect_options().as_ref().clone();
        let pool = pooled(connections).connect_lazy_with(options);
        Self {
            readers: Some(Readers::of(pool, connections)),
            ..self
        }
    }

    pub async fn begin(&self) -> Result<Tx> {
        Ok(self.pool.begin().await?)
    }

    pub async fn acquire(&self) -> Result<PoolConnection<Postgres>> {
        Ok(self.pool.acquire().await?)
    }

    /// A connection for a few statements that read little, and for nothing that waits in between.
    pub async fn acquire_to_read(&self) -> Result<Reading> {
        match &self.readers {
            Some(readers) => readers.acquire().await,
            None => Reading::with(&self.pool).await,
        }
    }

    /// The same where it depends on the question whether it reads little: nobody who does waits for one who does not.
    pub async fn acquire_for(&self, reads_little: bool) -> Result<Reading> {
        if reads_little {
            self.acquire_to_read().await
        } else {
            Reading::with(&self.pool).await
        }
    }

    /// A connection of its own outside the pool, for heartbeats and advisory locks that live as long as it does.
    pub async fn dedicated(&self) -> Result<sqlx::PgConnection> {
        let options = self.pool.connect_options();
        let connecting = sqlx::PgConnection::connect_with(&options);
        Ok(tokio::time::timeout(LONGEST_WAIT, connecting)
            .await
            .map_err(|_| sqlx::Error::PoolTimedOut)??)
    }

    /// A connection that receives notifications.
    pub async fn listener(&self) -> Result<PgListener> {
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .max_lifetime(None)
            .idle_timeout(None);
        let pool = pool
            .acquire_timeout(LONGEST_WAIT)
            .connect_lazy_with((*self.pool.connect_options()).clone());
        let mut listener = PgListener::connect_with(&pool).await?;
        listener.ignore_pool_close_event(true);
        Ok(listener)
    }

    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    pub async fn close(&self) {
        let readers = async {
            if let Some(readers) = &self.readers {
                readers.close().await;
            }
        };
        tokio::join!(self.pool.close(), readers);
    }
}

/// How many of an API's connections are kept for what is read in a moment: two for each processor or a quarter, whichever is more; at
/// most half.
pub fn readers_among(connections: u32) -> u32 {
    readers_on(available_parallelism().map_or(1, NonZero::get), connections)
}

fn readers_on(processors: usize, connections: u32) -> u32 {
    let for_processors = u32::try_from(2 * processors).unwrap_or(u32::MAX);
    for_processors.max(connections / 4).min(connections / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn backend(pool: &PgPool) -> sqlx::Result<i32> {
        let mut conn = pool.acquire().await?;
        let backend = sqlx::query_scalar("select pg_backend_pid()");
        let backend = backend.fetch_one(&mut *conn).await?;
        conn.return_to_pool().await;
        Ok(backend)
    }

    #[test]
    fn readers_have_what_they_can_use_and_never_more_than_half() {
        for (connections, processors, reading) in [
            (16, 1, 4),
            (16, 2, 4),
            (16, 4, 8),
            (16, 64, 8),
            (4, 2, 2),
            (200, 2, 50),
            (200, 64, 100),
        ] {
            let found = readers_on(processors, connections);
            assert_eq!(found, reading, "{connections} and {processors}");
        }
    }

    #[sqlx::test(migrations = false)]
    async fn a_connection_that_broke_while_it_rested_is_handed_to_nobody(
        theirs: PgPool,
    ) -> sqlx::Result<()> {
        let options = theirs.connect_options().as_ref().clone();
        let ours = pooled(1).connect_with(options).await?;
        let first = backend(&ours).await?;
        assert_eq!(backend(&ours).await?, first, "it is kept");
        sqlx::query("select pg_terminate_backend($1, 5000)")
            .bind(first)
            .execute(&theirs)
            .await?;
        tokio::time::sleep(TRUSTED_FOR + Duration::from_millis(10)).await;
        assert_ne!(backend(&ours).await?, first);
        Ok(())
    }
}
