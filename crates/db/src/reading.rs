//! Connections for what is read in a moment, handed from one reader to the next.
//!
//! The pool asks each connection that comes back whether it still stands: for one statement that is a second way to the server and
//! back. And it hands out the one that rested longest, so that all of them stay in use, each with caches of its own. Here whoever
//! has read all they asked for passes theirs on unasked, to the next who comes. Only a few read at a time, in the order in which they
//! came: where twice as many answers are made at once, each takes twice as long.
//!
//! The price: when a connection breaks, whoever gets it next, within a second, is told so.

use std::{
    fmt, mem,
    ops::{Deref, DerefMut},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use sqlx::{PgConnection, PgPool, Postgres, pool::PoolConnection};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, sleep, timeout},
};
use tokio_util::task::TaskTracker;

use crate::{
    Result,
    connect::{LONGEST_WAIT, TRUSTED_FOR},
};

/// A connection goes back to the pool after so long, which tests it, and closes it when it is old.
const PASSED_ON_FOR: Duration = Duration::from_mins(1);

/// A pool that only those who read use. Cloning shares it.
#[derive(Clone)]
pub(crate) struct Readers(Arc<Inner>);

struct Inner {
    pool: PgPool,
    /// As many as the pool has connections: whoever has a place finds one, or the room for one.
    places: Arc<Semaphore>,
    waiting: Mutex<Waiting>,
    sweeping: TaskTracker,
}

/// Connections that nobody reads with.
#[derive(Default)]
struct Waiting {
    /// The last one used at the end.
    stack: Vec<(Lent, Instant)>,
    /// Somebody gives those back that wait for too long.
    swept: bool,
}

/// A connection outside of the pool.
struct Lent {
    conn: PoolConnection<Postgres>,
    since: Instant,
}

/// A connection to read with. When it is dropped, the pool tests it before somebody else gets it.
pub struct Reading {
    lent: Lent,
    place: Option<(Readers, OwnedSemaphorePermit)>,
}

impl Readers {
    /// For a pool of that many connections, of which nobody else takes any.
    pub(crate) fn of(pool: PgPool, connections: u32) -> Self {
        let places = usize::try_from(connections).unwrap_or(Semaphore::MAX_PERMITS);
        Self(Arc::new(Inner {
            pool,
            places: Arc::new(Semaphore::new(places)),
            waiting: Mutex::default(),
            sweeping: TaskTracker::new(),
        }))
    }

    pub(crate) async fn acquire(&self) -> Result<Reading> {
        let reading = timeout(LONGEST_WAIT, self.wait_for_one()).await;
        reading.map_err(|_| sqlx::Error::PoolTimedOut)?
    }

    async fn wait_for_one(&self) -> Result<Reading> {
        let place = self.0.places.clone().acquire_owned().await;
        let place = place.map_err(|_| sqlx::Error::PoolClosed)?;
        let last = self.waiting().stack.pop();
        let lent = match last.filter(|(_, at)| at.elapsed() < TRUSTED_FOR) {
            Some((lent, _)) => lent,
            None => Lent::by(&self.0.pool).await?,
        };
        Ok(Reading {
            lent,
            place: Some((self.clone(), place)),
        })
    }

    pub(crate) async fn close(&self) {
        self.0.places.close();
        mem::take(&mut self.waiting().stack);
        self.0.sweeping.close();
        self.0.sweeping.wait().await;
        self.0.pool.close().await;
    }

    /// Keeps a connection for the next who comes.
    fn keep(&self, lent: Lent) {
        if lent.since.elapsed() > PASSED_ON_FOR {
            return;
        }
        let mut waiting = self.waiting();
        if self.0.places.is_closed() {
            return;
        }
        waiting.stack.push((lent, Instant::now()));
        if !mem::replace(&mut waiting.swept, true) {
            self.0.sweeping.spawn(self.clone().sweep());
        }
    }

    /// Gives connections back that wait for too long, until none waits.
    async fn sweep(self) {
        loop {
            sleep(TRUSTED_FOR).await;
            let mut waiting = self.waiting();
            waiting.stack.retain(|(_, at)| at.elapsed() < TRUSTED_FOR);
            if waiting.stack.is_empty() {
                waiting.swept = false;
                return;
            }
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0
            .waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Readers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Readers").field(&self.0.pool).finish()
    }
}

impl Lent {
    async fn by(pool: &PgPool) -> Result<Self> {
        Ok(Self {
            conn: pool.acquire().await?,
            since: Instant::now(),
        })
    }
}

impl Reading {
    /// One of a pool that others use too: it goes back to that, whoever leaves it.
    pub(crate) async fn with(pool: &PgPool) -> Result<Self> {
        Ok(Self {
            lent: Lent::by(pool).await?,
            place: None,
        })
    }

    /// Leaves the connection to the next who reads, as it is: for whoever was answered all they asked, and left nothing open.
    pub fn pass_on(self) {
        if let Some((readers, place)) = self.place {
            readers.keep(self.lent);
            drop(place);
        }
    }
}

impl Deref for Reading {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.lent.conn
    }
}

impl DerefMut for Reading {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.lent.conn
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;
    use crate::connect::pooled;

    /// Readers of as many connections to the database of `theirs`.
    async fn readers(theirs: &PgPool, connections: u32) -> sqlx::Result<Readers> {
        let options = theirs.connect_options().as_ref().clone();
        let pool = pooled(connections).connect_with(options).await?;
        Ok(Readers::of(pool, connections))
    }

    async fn backend(reading: &mut Reading) -> sqlx::Result<i32> {
        let backend = sqlx::query_scalar("select pg_backend_pid()");
        backend.fetch_one(&mut **reading).await
    }

    async fn terminate(theirs: &PgPool, backend: i32) -> sqlx::Result<()> {
        let terminate = sqlx::query("select pg_terminate_backend($1, 5000)");
        terminate.bind(backend).execute(theirs).await?;
        Ok(())
    }

    async fn until(what: &str, is_so: impl Fn() -> bool) {
        let waiting = async {
            while !is_so() {
                sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(Duration::from_secs(20), waiting).await.expect(what);
    }

    #[sqlx::test(migrations = false)]
    async fn the_connection_that_was_used_last_is_the_next_one_used(theirs: PgPool) -> Result<()> {
        let readers = readers(&theirs, 2).await?;
        let (mut first, mut second) = (readers.acquire().await?, readers.acquire().await?);
        let backends = [backend(&mut first).await?, backend(&mut second).await?];
        assert_ne!(backends[0], backends[1]);
        second.pass_on();
        first.pass_on();
        assert_eq!(readers.0.pool.num_idle(), 0, "none goes by the pool");
        let mut third = readers.acquire().await?;
        assert_eq!(backend(&mut third).await?, backends[0]);
        let mut fourth = readers.acquire().await?;
        assert_eq!(backend(&mut fourth).await?, backends[1]);
        Ok(())
    }

    #[sqlx::test(migrations = false)]
    async fn whoever_gives_up_in_the_middle_leaves_it_to_nobody(theirs: PgPool) -> Result<()> {
        let readers = readers(&theirs, 2).await?;
        let mut reading = readers.acquire().await?;
        let gave_up = backend(&mut reading).await?;
        let sleeping = sqlx::query("select pg_sleep(60)").execute(&mut *reading);
        timeout(Duration::from_millis(50), sleeping)
            .await
            .expect_err("it sleeps");
        drop(reading);
        for _ in 0..3 {
            let mut next = readers.acquire().await?;
            let answer = timeout(Duration::from_secs(10), backend(&mut next)).await;
            assert_ne!(
                answer.expect("nobody waits for what was given up")?,
                gave_up
            );
            next.pass_on();
        }
        terminate(&theirs, gave_up).await?;
        Ok(())
    }

    #[sqlx::test(migrations = false)]
    async fn so_many_read_at_a_time_in_the_order_in_which_they_came(theirs: PgPool) -> Result<()> {
        let readers = readers(&theirs, 1).await?;
        let first = readers.acquire().await?;
        let came = Mutex::new(Vec::new());
        let come = async |n: u8| {
            let reading = readers.acquire().await.expect("a connection");
            came.lock().expect("whole").push(n);
            reading.pass_on();
        };
        let passing = async {
            // The others have come by then.
            tokio::task::yield_now().await;
            assert!(came.lock().expect("whole").is_empty());
            first.pass_on();
        };
        tokio::join!(biased; come(1), come(2), come(3), passing);
        assert_eq!(came.into_inner().expect("whole"), [1, 2, 3]);
        Ok(())
    }

    #[sqlx::test(migrations = false)]
    async fn one_that_waits_for_long_goes_back_and_is_tested(theirs: PgPool) -> Result<()> {
        let readers = readers(&theirs, 1).await?;
        let mut reading = readers.acquire().await?;
        let broken = backend(&mut reading).await?;
        reading.pass_on();
        terminate(&theirs, broken).await?;
        until("it is found broken", || readers.0.pool.size() == 0).await;
        let mut reading = readers.acquire().await?;
        assert_ne!(backend(&mut reading).await?, broken);
        reading.pass_on();
        until("it goes back", || readers.0.pool.num_idle() == 1).await;
        until("nobody sweeps for nothing", || {
            readers.0.sweeping.is_empty()
        })
        .await;
        readers.acquire().await?.pass_on();
        until("it goes back again", || readers.0.pool.num_idle() == 1).await;
        Ok(())
    }

    #[sqlx::test(migrations = false)]
    async fn one_that_broke_is_not_trusted_for_longer_than_a_second(theirs: PgPool) -> Result<()> {
        let readers = readers(&theirs, 1).await?;
        let mut reading = readers.acquire().await?;
        let broken = backend(&mut reading).await?;
        terminate(&theirs, broken).await?;
        let long_ago = Instant::now() - TRUSTED_FOR;
        // Nobody sweeps here: it is the one who comes that must not take it.
        let Reading { lent, place } = reading;
        readers.waiting().stack.push((lent, long_ago));
        drop(place);
        let mut next = readers.acquire().await?;
        assert_ne!(backend(&mut next).await?, broken);
        Ok(())
    }

    #[sqlx::test(migrations = false)]
    async fn none_stays_outside_of_the_pool_for_ever(theirs: PgPool) -> Result<()> {
        let readers = readers(&theirs, 1).await?;
        let mut reading = readers.acquire().await?;
        reading.lent.since -= PASSED_ON_FOR + Duration::from_secs(1);
        reading.pass_on();
        assert!(readers.waiting().stack.is_empty());
        until("it goes back", || readers.0.pool.num_idle() == 1).await;
        Ok(())
    }

    #[sqlx::test(migrations = false)]
    async fn closing_waits_for_who_reads_and_lets_nobody_in(theirs: PgPool) -> Result<()> {
        let readers = readers(&theirs, 2).await?;
        let (reading, other) = (readers.acquire().await?, readers.acquire().await?);
        let mut late = Box::pin(readers.acquire());
        assert!(
            (&mut late).now_or_never().is_none(),
            "both places are taken"
        );
        let mut closing = Box::pin(readers.close());
        assert!((&mut closing).now_or_never().is_none(), "two read");
        let late = timeout(Duration::from_secs(10), late).await;
        let late = late.expect("nobody waits for what will not be").err();
        assert!(matches!(
            late,
            Some(crate::Error::Sqlx(sqlx::Error::PoolClosed))
        ));
        other.pass_on();
        assert!(readers.waiting().stack.is_empty());
        reading.pass_on();
        let closed = timeout(Duration::from_secs(10), closing).await;
        closed.expect("nobody reads any more");
        assert_eq!(readers.0.pool.size(), 0);
        assert!(readers.acquire().await.is_err());
        Ok(())
    }

    #[sqlx::test(migrations = false)]
    async fn closing_takes_what_waits(theirs: PgPool) -> Result<()> {
        let readers = readers(&theirs, 1).await?;
        // Nobody comes by to sweep.
        readers.waiting().swept = true;
        readers.acquire().await?.pass_on();
        let closed = timeout(Duration::from_secs(10), readers.close()).await;
        closed.expect("nobody reads");
        assert_eq!(readers.0.pool.size(), 0);
        Ok(())
    }
}
