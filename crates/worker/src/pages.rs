//! Vendor pages: one loop that reads each page once for everybody who follows it, and hands on one look per service.

mod errand;
mod following;
mod hearing;
pub(crate) mod judge;
mod kept;
mod room;
mod roster;
mod settle;

use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use db::Db;
use domain::{
    id::{ServiceKey, VendorPageId},
    look::Look,
    ownership::Shards,
};
use runtime::backoff::Backoff;
use status_cache::StatusCache;
use statuspage_reader::Reader;
use tokio::{
    sync::mpsc,
    task::{Id, JoinSet},
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;

pub(crate) use following::Following;

use crate::{
    clock::DatabaseClock,
    due::Arrival,
    figures::{Figures, Meters},
    pace::Pace,
    record::Standings,
};
use errand::{Done, Errands};
use room::{Kind, Room};
use roster::{Entry, Roster};
use settle::{Basis, settle};

/// Pages that are loaded together.
const LOADED_AT_ONCE: usize = 16;
/// How often pages that nobody follows are forgotten.
const BETWEEN_CLEANINGS: TimeDelta = TimeDelta::minutes(10);
/// No reading takes longer than this.
const LONGEST_READING: Duration = Duration::from_secs(30);

/// What the loader tells the pages.
#[derive(Debug)]
pub(crate) enum Command {
    /// These services are new or have changed.
    Put(Vec<Following>, Arrival),
    /// These are paused or gone.
    Remove(Vec<ServiceKey>),
    /// Everything outside these shards belongs to others.
    Keep(Arc<Shards>),
    /// Membership was read again after a standstill.
    Resume,
}

/// What the loop works with.
pub(crate) struct Parts {
    pub(crate) db: Db,
    pub(crate) cache: StatusCache,
    pub(crate) reader: Reader,
    pub(crate) clock: DatabaseClock,
    pub(crate) pace: Pace,
    pub(crate) figures: Figures,
    pub(crate) looks: mpsc::UnboundedSender<Look>,
}

/// What reaches the loop.
pub(crate) struct Inbox {
    pub(crate) commands: mpsc::Receiver<Command>,
    /// Where services stand by the record, after looks that were handed over.
    pub(crate) standings: mpsc::UnboundedReceiver<Standings>,
}

/// The state of the loop.
pub(crate) struct Pages {
    parts: Parts,
    meters: Meters,
    roster: Roster,
    /// By time.
    alarms: BTreeSet<(DateTime<Utc>, VendorPageId)>,
    shards: Arc<Shards>,
    /// Pages to be read, in order.
    queue: VecDeque<VendorPageId>,
    to_load: Vec<VendorPageId>,
    errands: Errands,
    work: JoinSet<Done>,
    /// Which page an errand is for, so that a panic hurts nothing but that errand.
    underway: HashMap<Id, Underway>,
    room: Room,
    loading: bool,
    load_at: Instant,
    backoff: Backoff,
    /// When to ask again which pages are depended on.
    needed_at: Instant,
    clean_at: Option<DateTime<Utc>>,
    stopping: bool,
}

/// One errand.
#[derive(Clone, Copy, Debug)]
struct Underway {
    page: VendorPageId,
    stamp: u64,
    /// None while it is saved or searched for.
    reads: Option<Kind>,
    started_at: DateTime<Utc>,
}

impl Pages {
    pub(crate) fn new(parts: Parts) -> Self {
        Self {
            errands: Errands::new(&parts),
            parts,
            meters: Meters::new(),
            roster: Roster::default(),
            alarms: BTreeSet::new(),
            shards: Arc::new(Shards::none()),
            queue: VecDeque::new(),
            to_load: Vec::new(),
            work: JoinSet::new(),
            underway: HashMap::new(),
            room: Room::default(),
            loading: false,
            load_at: Instant::now(),
            backoff: Backoff::default(),
            needed_at: Instant::now(),
            clean_at: None,
            stopping: false,
        }
    }

    /// Runs until `stop`, then until the readings under way have ended.
    pub(crate) async fn run(
        mut self,
        mut inbox: Inbox,
        stop: CancellationToken,
    ) -> anyhow::Result<()> {
        loop {
            let wake = self.next_wake();
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                Some(done) = self.work.join_next_with_id() => self.hear(done),
                Some(command) = inbox.commands.recv() => self.obey(command),
                Some(standings) = inbox.standings.recv() => self.believe(standings),
                () = sleep_until(wake) => {}
            }
            if let Some(now) = self.parts.clock.now() {
                self.go_on(now);
            }
        }
        self.end(inbox).await;
        Ok(())
    }

    /// Readings under way may end; none begins.
    async fn end(&mut self, inbox: Inbox) {
        drop(inbox);
        self.stopping = true;
        let deadline = Instant::now() + LONGEST_READING / 2 + self.parts.pace.goodbye;
        while !self.work.is_empty() {
            tokio::select! {
                Some(done) = self.work.join_next_with_id() => self.hear(done),
                () = sleep_until(deadline) => {
                    tracing::warn!(errands = self.work.len(), "readings of vendor pages were given up");
                    return;
                }
            }
        }
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Put(services, arrival) => self.put(services, arrival),
            Command::Remove(keys) => {
                for key in keys {
                    self.roster.remove(key);
                }
            }
            Command::Keep(shards) => {
                for id in self.roster.outside(&shards) {
                    self.roster.drop_page(id);
                }
                self.shards = shards;
                self.needed_at = Instant::now();
            }
            Command::Resume => self.resume(),
        }
    }

    fn put(&mut self, services: Vec<Following>, arrival: Arrival) {
        let Some(now) = self.parts.clock.now() else {
            return;
        };
        let shortest = self.parts.pace.page;
        for service in services {
            let page = service.target.page;
            let entry = self.roster.put(service, arrival, shortest);
            if entry.kept.is_none() {
                self.to_load.push(page);
            } else {
                entry.plan(now, false);
                self.set_alarm(page, now);
            }
        }
    }

    /// Computes every schedule anew; what is overdue is spread.
    fn resume(&mut self) {
        let Some(now) = self.parts.clock.now() else {
            return;
        };
        for id in self.roster.ids() {
            if let Some(entry) = self.roster.get_mut(id) {
                entry.arrival = Arrival::Start;
                entry.plan(now, true);
            }
            self.set_alarm(id, now);
        }
    }

    fn believe(&mut self, standings: Standings) {
        for (key, standing) in standings {
            if let Some(follower) = self.roster.follower(key) {
                follower.believe(standing);
            }
        }
    }

    /// Does all that is due.
    fn go_on(&mut self, now: DateTime<Utc>) {
        while let Some((at, id)) = self.alarms.first().copied() {
            if at > now {
                break;
            }
            self.alarms.pop_first();
            self.wake(id, now);
        }
        self.read_next(now);
        self.load_next();
        self.ask_what_is_needed();
        self.clean(now);
        let pages = self.roster.len();
        self.meters
            .pages
            .set(f64::from(u32::try_from(pages).unwrap_or(u32::MAX)));
        self.parts.figures.change(|figures| figures.pages = pages);
    }

    /// A page's time has come: its services are answered from what is known, or it is to be read.
    fn wake(&mut self, id: VendorPageId, now: DateTime<Utc>) {
        let Some(entry) = self.roster.get_mut(id) else {
            return;
        };
        entry.alarm = None;
        if entry.busy {
            return;
        }
        let missed = entry.open_slot(now);
        let must_read = must_read(entry, now);
        if must_read {
            entry.busy = true;
            self.queue.push_back(id);
        } else {
            let looks = settle(entry, Basis::Remembered, now);
            self.hand_on(looks);
            self.set_alarm(id, now);
        }
        if missed > 0 {
            self.meters.missed.increment(missed.into());
        }
    }

    fn hand_on(&self, looks: Vec<Look>) {
        for look in looks {
            self.meters.finished(&look);
            // The record outlives the pages; should it be gone, there is nobody left to tell.
            let _ = self.parts.looks.send(look);
        }
    }

    /// Notes when a page is to be woken next.
    fn set_alarm(&mut self, id: VendorPageId, now: DateTime<Utc>) {
        let Some(entry) = self.roster.get_mut(id) else {
            return;
        };
        if let Some(before) = entry.alarm.take() {
            self.alarms.remove(&(before, id));
        }
        entry.alarm = entry.next_at(now);
        if let Some(at) = entry.alarm {
            self.alarms.insert((at, id));
        }
    }

    fn next_wake(&self) -> Instant {
        let longest = Instant::now() + self.parts.pace.tick;
        let first = self.alarms.first();
        first
            .and_then(|(at, _)| self.parts.clock.instant_of(*at))
            .map_or(longest, |at| at.min(longest))
    }
}

/// Whether somebody needs the page to be read now, and it may be.
fn must_read(entry: &Entry, now: DateTime<Utc>) -> bool {
    let Some(kept) = &entry.kept else {
        return false;
    };
    let doubts = entry
        .followers
        .values()
        .filter_map(|one| one.suspect.as_ref());
    let mut doubts = doubts.map(|suspect| suspect.again_at);
    if doubts.any(|again_at| again_at <= now) {
        return true;
    }
    if kept.rests(now) {
        return false;
    }
    // Whoever only asks is content with what was read a moment ago.
    entry.open_slot.is_some() || kept.worth(now, entry.interval()) != kept::Worth::News
}
