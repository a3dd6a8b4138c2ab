//! Gets batches into Postgres whatever happens: conflicts are tried again, poison is isolated, absence is waited for.

use std::{
    collections::{BTreeSet, HashSet},
    time::Duration,
};

use chrono::NaiveDate;
use db::{Db, PgConnection, health::recording, partitions, refused_looks};
use domain::id::ServiceKey;
use runtime::metrics::{BATCH_SECONDS, DISCARDED, SET_ASIDE};
use sqlx::Connection as _;
use tokio::{
    sync::mpsc::UnboundedSender,
    time::{Instant, sleep, timeout},
};

use super::{
    batch::{self, Fate, Written},
    publish::Recorded,
    spool::Entry,
};

/// A transaction that takes longer than this has lost its Postgres.
const LONGEST_BATCH: Duration = Duration::from_secs(30);

/// How long the list of partitions is believed.
const DAYS_FRESH: Duration = Duration::from_mins(1);

/// How often a batch that got in another transaction's way is tried again at once.
const CONFLICTS: u32 = 5;

/// What is left to do after writing.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// Not written because Postgres is away, in order.
    pub(super) unwritten: Vec<Entry>,
    /// Their services are locked by somebody else, in order.
    pub(super) held: Vec<Entry>,
    /// Of services that have moved on.
    pub(super) outdated: Vec<Entry>,
}

impl Outcome {
    /// Keeps looks behind older ones of their service that had to wait. Returns the others.
    fn hold_followers(&mut self, part: Vec<Entry>) -> Vec<Entry> {
        let waiting: HashSet<ServiceKey> =
            self.held.iter().map(|entry| entry.look.service).collect();
        if waiting.is_empty() {
            return part;
        }
        let (mut followers, others) = part
            .into_iter()
            .partition(|entry| waiting.contains(&entry.look.service));
        self.held.append(&mut followers);
        others
    }
}

/// The one connection that records, and what it knows.
#[derive(Debug)]
pub(super) struct Writer {
    db: Db,
    conn: Option<PgConnection>,
    days: Option<(Instant, BTreeSet<NaiveDate>)>,
    recorded: UnboundedSender<Recorded>,
}

enum Tried {
    Written(Written),
    /// Postgres refuses something in the batch.
    Refused(db::Error),
    Away,
}

impl Writer {
    pub(super) fn new(db: Db, recorded: UnboundedSender<Recorded>) -> Self {
        Self {
            db,
            conn: None,
            days: None,
            recorded,
        }
    }

    /// Writes what can be written and hands back the rest.
    pub(super) async fn write(&mut self, entries: Vec<Entry>) -> Outcome {
        let mut outcome = Outcome::default();
        let mut parts = vec![entries];
        while let Some(part) = parts.pop() {
            let part = outcome.hold_followers(part);
            if part.is_empty() {
                continue;
            }
            let begun = Instant::now();
            match self.attempt(&part).await {
                Tried::Written(written) => {
                    metrics::histogram!(BATCH_SECONDS).record(begun.elapsed().as_secs_f64());
                    self.sort(part, written, &mut outcome);
                }
                Tried::Refused(error) if part.len() == 1 => {
                    if !self.set_aside(&part, &error).await {
                        parts.push(part);
                        outcome.unwritten = in_order(parts);
                        return outcome;
                    }
                }
                Tried::Refused(_) => {
                    let mut first = part;
                    let second = first.split_off(first.len() / 2);
                    parts.extend([second, first]);
                }
                Tried::Away => {
                    parts.push(part);
                    outcome.unwritten = in_order(parts);
                    return outcome;
                }
            }
        }
        outcome
    }

    async fn attempt(&mut self, part: &[Entry]) -> Tried {
        let mut left = CONFLICTS;
        loop {
            let error = match timeout(LONGEST_BATCH, self.once(part)).await {
                Ok(Ok(written)) => return Tried::Written(written),
                Ok(Err(error)) => error,
                Err(_) => {
                    tracing::warn!(seconds = LONGEST_BATCH.as_secs(), "a batch got no answer");
                    self.conn = None;
                    return Tried::Away;
                }
            };
            if error.is_refused() {
                // A partition may be gone: the next attempt asks again which there are.
                self.days = None;
                return Tried::Refused(error);
            }
            if error.is_conflict() && left > 0 {
                left -= 1;
                sleep(Duration::from_millis(10)).await;
                continue;
            }
            tracing::warn!(%error, looks = part.len(), "looks could not be recorded and wait");
            self.conn = None;
            return Tried::Away;
        }
    }

    async fn once(&mut self, part: &[Entry]) -> db::Result<Written> {
        if self.conn.is_none() {
            self.conn = Some(self.db.dedicated().await?);
        }
        let Some(conn) = &mut self.conn else {
            return Err(sqlx::Error::PoolTimedOut.into());
        };
        if self
            .days
            .as_ref()
            .is_none_or(|(asked, _)| asked.elapsed() > DAYS_FRESH)
        {
            self.days = Some((Instant::now(), days(&self.db, conn).await?));
        }
        let days = self.days.as_ref().map(|(_, days)| days.clone());
        batch::write(conn, &days.unwrap_or_default(), part).await
    }

    /// Hands on what was written, and sorts the rest.
    fn sort(&self, part: Vec<Entry>, written: Written, outcome: &mut Outcome) {
        for (entry, fate) in part.into_iter().zip(written.fates) {
            match fate {
                Fate::Written => {}
                Fate::Held => outcome.held.push(entry),
                Fate::Outdated => {
                    discard("outdated");
                    outcome.outdated.push(entry);
                }
                Fate::Future => {
                    tracing::warn!(service = %entry.look.service_id, slot = %entry.look.slot, "a look from the future was refused");
                    discard("future");
                }
                Fate::NoPartition => discard("no_partition"),
            }
        }
        for recorded in written.recorded {
            // Nobody listens only at the very end.
            let _ = self.recorded.send(recorded);
        }
    }

    /// Keeps a note of a look that Postgres refuses. False when Postgres is away.
    async fn set_aside(&mut self, part: &[Entry], error: &db::Error) -> bool {
        for Entry { look, .. } in part {
            tracing::error!(service = %look.service_id, slot = %look.slot, %error, "the database refused a look, which is set aside");
            let Some(conn) = &mut self.conn else {
                return false;
            };
            let noted =
                refused_looks::insert(conn, look.service, look.slot, &error.to_string()).await;
            if noted.is_err_and(|error| !error.is_refused()) {
                self.conn = None;
                return false;
            }
            metrics::counter!(SET_ASIDE).increment(1);
        }
        true
    }

    pub(super) async fn close(self) {
        if let Some(conn) = self.conn {
            // The process ends; a connection that cannot say goodbye is closed by the socket.
            let _ = timeout(Duration::from_secs(1), conn.close()).await;
        }
    }
}

/// The days that can be written. Today's is made at once should it be missing, as on the very first start.
async fn days(db: &Db, conn: &mut PgConnection) -> db::Result<BTreeSet<NaiveDate>> {
    let today = recording::now(conn).await?.date_naive();
    let days = partitions::days(conn).await?;
    if days.contains(&today) {
        return Ok(days);
    }
    partitions::ensure(db, today).await?;
    partitions::days(conn).await
}

/// The parts that are left, the next one last, as one list from the next one on.
fn in_order(parts: Vec<Vec<Entry>>) -> Vec<Entry> {
    parts.into_iter().rev().flatten().collect()
}

/// Reasons why a look is not written.
const REASONS: [&str; 5] = ["full", "lost", "outdated", "future", "no_partition"];

/// A counter that never moved would be missing, and nobody could tell that it is zero.
pub(super) fn register_counters() {
    metrics::counter!(SET_ASIDE).increment(0);
    for reason in REASONS {
        metrics::counter!(DISCARDED, "reason" => reason).increment(0);
    }
}

pub(super) fn discard(reason: &'static str) {
    metrics::counter!(DISCARDED, "reason" => reason).increment(1);
}
