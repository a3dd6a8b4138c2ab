//! What a worker says about itself: to operators with its heartbeat, and to `/metrics`.

use std::{
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

use metrics::{Counter, Gauge, Histogram, counter, gauge, histogram};
use serde::Serialize;

use domain::{failure::FailureCode, headroom::Spent, look::Look, verdict::Verdict};
use runtime::metrics as names;

use crate::record::Progress;

/// The latest figures; shared between the schedule, which writes them, and the heartbeat, which sends them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Figures {
    now: Arc<Mutex<Snapshot>>,
    /// Known once the record is kept.
    recording: Arc<OnceLock<Progress>>,
}

/// Figures of one moment. Counters run since the start of the process.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Snapshot {
    pub(crate) services: usize,
    /// Vendor pages.
    pub(crate) pages: usize,
    pub(crate) under_way: u32,
    pub(crate) waiting: usize,
    /// Looks that wait to be recorded.
    pub(crate) spool: usize,
    pub(crate) looks: u64,
    pub(crate) missed: u64,
    /// The latest start of a look after its slot since the last heartbeat but one.
    pub(crate) latest_start_ms: i64,
    /// How far our clock is from the database's, when that has jumped.
    pub(crate) clock_jump_ms: Option<i64>,
    /// Cut off from the network: verdicts are held.
    pub(crate) isolated: bool,
    /// It has a mail server and sends what is written for people.
    pub(crate) mail: bool,
    /// For how many days this worker keeps single checks.
    pub(crate) checks_days: u64,
    /// What looking costs; known when a heartbeat asks.
    pub(crate) spent: Spent,
}

impl Figures {
    pub(crate) fn read(&self) -> Snapshot {
        let now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        let spool = self.recording.get().map_or(0, Progress::waiting);
        Snapshot {
            spool,
            ..now.clone()
        }
    }

    /// From here on the figures tell how many looks wait to be recorded.
    pub(crate) fn follow(&self, recording: Progress) {
        // There is one record per process: a second one would be told nothing.
        let _ = self.recording.set(recording);
    }

    /// For how long the record's thread has been busy.
    pub(crate) fn recording(&self) -> Duration {
        self.recording.get().map_or(Duration::ZERO, Progress::busy)
    }

    pub(crate) fn change(&self, change: impl FnOnce(&mut Snapshot)) {
        change(&mut self.now.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// The metrics of the schedule, looked up once.
pub(crate) struct Meters {
    looks: [Counter; Verdict::ALL.len()],
    pub(crate) lateness: Histogram,
    pub(crate) missed: Counter,
    pub(crate) owned: Gauge,
    pub(crate) in_flight: Gauge,
    pub(crate) pages: Gauge,
    pages_read: Counter,
    pages_unread: Counter,
}

impl Meters {
    pub(crate) fn new() -> Self {
        Self {
            looks: Verdict::ALL
                .map(|verdict| counter!(names::LOOKS, "verdict" => verdict.as_str())),
            lateness: histogram!(names::LATENESS),
            missed: counter!(names::MISSED),
            owned: gauge!(names::OWNED),
            in_flight: gauge!(names::IN_FLIGHT),
            pages: gauge!(names::PAGES),
            pages_read: counter!(names::READINGS, "outcome" => "read"),
            pages_unread: counter!(names::READINGS, "outcome" => "unread"),
        }
    }

    /// Counts a reading of a vendor page.
    pub(crate) fn page_was_read(&self, read: bool) {
        let counter = if read {
            &self.pages_read
        } else {
            &self.pages_unread
        };
        counter.increment(1);
    }

    /// Counts a finished look, and a failure of ours by its code.
    pub(crate) fn finished(&self, look: &Look) {
        let index = usize::try_from(look.verdict.number() - 1).unwrap_or(0);
        if let Some(counter) = self.looks.get(index) {
            counter.increment(1);
        }
        if look.verdict == Verdict::Unknown
            && let Some(failure) = &look.failure
        {
            internal(failure.code);
        }
    }
}

impl Default for Meters {
    fn default() -> Self {
        Self::new()
    }
}

/// Counts a failure of ours.
pub(crate) fn internal(code: FailureCode) {
    counter!(names::INTERNAL, "code" => code.as_str()).increment(1);
}
