//! One batch is one transaction: lock, insert the checks, step the health, open and close incidents, commit.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use db::{
    PgConnection, checks,
    health::recording::{self, Before, Configured, Evidence},
    incidents, rollups, service_needs,
};
use domain::{id::ServiceKey, look::Look};
use sqlx::Connection as _;

use super::{
    fold::{Folded, fold, needs_evidence},
    notices,
    publish::Recorded,
    spool::Entry,
};
use crate::dependency;

/// A slot further ahead of the database's clock than this is somebody's broken clock.
const LARGEST_LEAD: TimeDelta = TimeDelta::seconds(5);

/// A check whose hour ended longer ago than this may come after the hour was closed.
const LATE: TimeDelta = TimeDelta::seconds(60);

/// What became of one look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Written,
    /// Somebody else has the lock on its service's health: to be tried again.
    Held,
    /// Its service is gone, paused, or asks another question by now.
    Outdated,
    /// Its slot lies in the future.
    Future,
    /// There is no partition for its day, or no more.
    NoPartition,
}

/// What a batch did.
#[derive(Debug)]
pub(super) struct Written {
    /// In the order of the entries.
    pub(super) fates: Vec<Fate>,
    pub(super) recorded: Vec<Recorded>,
}

/// Writes all entries, or none.
pub(super) async fn write(
    conn: &mut PgConnection,
    days: &BTreeSet<NaiveDate>,
    entries: &[Entry],
) -> db::Result<Written> {
    let mut tx = conn.begin().await?;
    let keys: BTreeSet<i32> = entries.iter().map(|entry| entry.look.service.0).collect();
    let keys: Vec<i32> = keys.into_iter().collect();
    let now = recording::now(&mut tx).await?;
    let locked = recording::lock_free(&mut tx, &keys).await?;
    let configured = recording::configured(&mut tx, &keys).await?;
    let mut judge = Judge::new(&locked, &configured, days, now);
    let elsewhere = judge.not_locked(&keys);
    if !elsewhere.is_empty() {
        judge.elsewhere = recording::existing(&mut tx, &elsewhere)
            .await?
            .into_iter()
            .collect();
    }
    let fates: Vec<Fate> = entries
        .iter()
        .map(|entry| judge.fate(&entry.look))
        .collect();
    let covered = judge.covered(entries);
    let good = by_service(entries, &fates, &covered);
    if good.is_empty() {
        tx.rollback().await?;
        return Ok(Written {
            fates,
            recorded: Vec::new(),
        });
    }
    insert(&mut tx, &good, &locked, now).await?;
    let mut folded = fold_all(&mut tx, &locked, &good, now).await?;
    record_incidents(&mut tx, &mut folded, now).await?;
    write_back(&mut tx, &folded).await?;
    if !folded.iter().any(|(_, folded)| folded.notable) {
        recording::need_not_be_safe(&mut tx).await?;
    }
    tx.commit().await?;
    let recorded = folded
        .into_iter()
        .map(|(look, folded)| Recorded::new(look, folded))
        .collect();
    Ok(Written { fates, recorded })
}

/// Decides which looks count.
struct Judge<'a> {
    locked: BTreeSet<ServiceKey>,
    /// Locked by somebody else.
    elsewhere: BTreeSet<ServiceKey>,
    configured: HashMap<i32, Configured>,
    days: &'a BTreeSet<NaiveDate>,
    now: DateTime<Utc>,
}

impl<'a> Judge<'a> {
    fn new(
        locked: &[Before],
        configured: &[Configured],
        days: &'a BTreeSet<NaiveDate>,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            locked: locked.iter().map(|before| before.service).collect(),
            elsewhere: BTreeSet::new(),
            configured: configured.iter().map(|c| (c.key, *c)).collect(),
            days,
            now,
        }
    }

    fn not_locked(&self, keys: &[i32]) -> Vec<i32> {
        let is_locked = |key: &&i32| self.locked.contains(&ServiceKey(**key));
        keys.iter().filter(|key| !is_locked(key)).copied().collect()
    }

    /// Looks at services in maintenance, by their place in the batch, as they are to be written.
    fn covered(&self, entries: &[Entry]) -> HashMap<usize, Entry> {
        let is_covered = |look: &Look| {
            let configured = self.configured.get(&look.service.0);
            let span = configured.and_then(|now| now.maintenance_from.zip(now.maintenance_until));
            span.is_some_and(|(from, until)| (from..until).contains(&look.slot))
        };
        entries
            .iter()
            .enumerate()
            .filter(|(_, entry)| is_covered(&entry.look))
            .map(|(place, entry)| (place, entry.in_maintenance()))
            .collect()
    }

    fn fate(&self, look: &Look) -> Fate {
        if self.elsewhere.contains(&look.service) {
            return Fate::Held;
        }
        let locked = self.locked.contains(&look.service);
        let configured = self.configured.get(&look.service.0).filter(|_| locked);
        if configured.is_none_or(|now| now.paused || now.revision != look.revision) {
            Fate::Outdated
        } else if look.slot - self.now > LARGEST_LEAD {
            Fate::Future
        } else if !self.days.contains(&look.slot.date_naive()) {
            Fate::NoPartition
        } else {
            Fate::Written
        }
    }
}

type ByService<'a> = BTreeMap<ServiceKey, Vec<&'a Entry>>;

/// The looks that count, by service in order of key, each service's in order of slot; of two at one slot the first.
fn by_service<'a>(
    entries: &'a [Entry],
    fates: &[Fate],
    covered: &'a HashMap<usize, Entry>,
) -> ByService<'a> {
    let mut services = ByService::new();
    for (place, (entry, fate)) in entries.iter().zip(fates).enumerate() {
        if *fate == Fate::Written {
            let entry = covered.get(&place).unwrap_or(entry);
            services.entry(entry.look.service).or_default().push(entry);
        }
    }
    for looks in services.values_mut() {
        looks.sort_by_key(|entry| entry.look.slot);
        looks.dedup_by_key(|entry| entry.look.slot);
    }
    services
}

/// Stores the checks. Only whoever holds the lock on a service's health writes its checks and notes the last slot, so that whatever is
/// newer is free. The first check of all is asked for: rows may have been put back by hand.
async fn insert(
    conn: &mut PgConnection,
    services: &ByService<'_>,
    locked: &[Before],
    now: DateTime<Utc>,
) -> db::Result<()> {
    let taken: HashMap<ServiceKey, Option<DateTime<Utc>>> = locked
        .iter()
        .map(|before| (before.service, before.taken_until()))
        .collect();
    let (mut new, mut doubtful) = (Vec::new(), Vec::new());
    for (service, looks) in services {
        let taken = taken.get(service).copied().flatten();
        for row in looks.iter().map(|entry| &entry.row) {
            if taken.is_some_and(|taken| row.slot > taken) {
                new.push(row);
            } else {
                doubtful.push(row);
            }
        }
    }
    if !new.is_empty() {
        checks::insert_new(conn, &new).await?;
    }
    if !doubtful.is_empty() {
        checks::insert(conn, &doubtful).await?;
    }
    let late: BTreeSet<(i32, DateTime<Utc>)> = new
        .iter()
        .chain(&doubtful)
        .map(|row| (row.service.0, domain::coverage::hour_start(row.slot)))
        .filter(|(_, hour)| now - (*hour + TimeDelta::hours(1)) > LATE)
        .collect();
    if !late.is_empty() {
        rollups::mark_dirty(conn, &late).await?;
    }
    Ok(())
}

async fn fold_all<'a>(
    conn: &mut PgConnection,
    locked: &[Before],
    services: &ByService<'a>,
    now: DateTime<Utc>,
) -> db::Result<Vec<(&'a Look, Folded)>> {
    let before = || {
        locked
            .iter()
            .filter_map(|before| Some((before, services.get(&before.service)?)))
    };
    let curious: Vec<i32> = before()
        .filter(|(before, looks)| needs_evidence(before, looks))
        .map(|(before, _)| before.service.0)
        .collect();
    let mut evidence: HashMap<ServiceKey, Evidence> = HashMap::new();
    if !curious.is_empty() {
        let found = recording::evidence(conn, &curious).await?;
        evidence.extend(found.into_iter().map(|found| (found.service, found)));
    }
    Ok(before()
        .filter_map(|(before, looks)| {
            let last = looks.last()?;
            let folded = fold(before, looks, evidence.remove(&before.service), now);
            Some((&last.look, folded))
        })
        .collect())
}

/// Most looks change nothing about their service, and take the statement that says so.
async fn write_back(conn: &mut PgConnection, services: &[(&Look, Folded)]) -> db::Result<()> {
    let (mut routine, mut changed) = (Vec::new(), Vec::new());
    for (_, folded) in services {
        match &folded.after {
            Some(after) if folded.routine => routine.push(after),
            Some(after) => changed.push(after),
            None => {}
        }
    }
    if !routine.is_empty() {
        recording::refresh(conn, &routine).await?;
    }
    if !changed.is_empty() {
        recording::write(conn, &changed).await?;
    }
    Ok(())
}

async fn record_incidents(
    conn: &mut PgConnection,
    services: &mut [(&Look, Folded)],
    now: DateTime<Utc>,
) -> db::Result<()> {
    let courses: Vec<_> = services
        .iter()
        .flat_map(|(_, folded)| folded.courses.iter().copied())
        .collect();
    // Ends come before beginnings: one service may have both.
    if !courses.is_empty() {
        incidents::recording::go_on(conn, &courses).await?;
    }
    let openings: Vec<_> = services
        .iter()
        .flat_map(|(_, folded)| {
            folded
                .openings
                .iter()
                .map(|(opening, course)| (opening, course))
        })
        .collect();
    let mut explained = Vec::new();
    if !openings.is_empty() {
        let instead = incidents::recording::open(conn, &openings, now).await?;
        let opened: Vec<_> = openings
            .iter()
            .map(|(opening, _)| *opening)
            .filter(|opening| !instead.contains_key(&opening.id))
            .collect();
        explained = dependency::explain(conn, &opened, now).await?;
        let failing: Vec<_> = opened
            .iter()
            .map(|opening| (opening.service, opening.started_at))
            .collect();
        service_needs::ask(conn, &failing).await?;
        for (_, folded) in services.iter_mut().filter(|_| !instead.is_empty()) {
            folded.rename(&instead);
        }
    }
    let timeline: Vec<_> = services
        .iter()
        .flat_map(|(_, folded)| folded.timeline.iter())
        .chain(&explained)
        .collect();
    if timeline.is_empty() {
        return Ok(());
    }
    incidents::recording::tell(conn, &timeline).await?;
    notices::note(conn, services, now).await
}
