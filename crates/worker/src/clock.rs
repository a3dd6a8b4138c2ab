//! The database's time, kept on this process's monotonic clock and shared by everything that looks.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use domain::clock_sync::{ClockSync, Sampled};
use tokio::time::Instant;

/// Cloning shares it.
#[derive(Clone, Debug)]
pub struct DatabaseClock {
    started: Instant,
    sync: Arc<Mutex<ClockSync>>,
}

impl DatabaseClock {
    /// A clock that knows nothing before its first sample.
    pub fn new() -> Self {
        Self {
            started: Instant::now(),
            sync: Arc::default(),
        }
    }

    /// The same, believing that the database's clock was set once that has held for `agreement` instead of a minute.
    pub fn believing_after(agreement: Duration) -> Self {
        Self {
            started: Instant::now(),
            sync: Arc::new(Mutex::new(ClockSync::new(agreement))),
        }
    }

    /// Takes what the database said between two instants of ours.
    pub fn sample(&self, asked: Instant, answered: Instant, database: DateTime<Utc>) -> Sampled {
        let (asked, answered) = (self.since_start(asked), self.since_start(answered));
        self.sync().sample(asked, answered, database)
    }

    /// The database's time now; none before the first sample.
    pub fn now(&self) -> Option<DateTime<Utc>> {
        let now = self.since_start(Instant::now());
        self.sync().at(now)
    }

    /// When the database will show `time`; none before the first sample, `started` when it is long past.
    pub fn instant_of(&self, time: DateTime<Utc>) -> Option<Instant> {
        let since_start = self.sync().instant_of(time)?;
        self.started.checked_add(since_start)
    }

    fn since_start(&self, instant: Instant) -> Duration {
        instant.saturating_duration_since(self.started)
    }

    fn sync(&self) -> MutexGuard<'_, ClockSync> {
        self.sync.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for DatabaseClock {
    fn default() -> Self {
        Self::new()
    }
}
