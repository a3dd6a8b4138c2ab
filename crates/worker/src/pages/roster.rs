//! The pages that this worker reads, each with the services that follow it.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use chrono::{DateTime, Utc};
use domain::{
    health::Standing,
    id::{ServiceKey, VendorPageId},
    ownership::Shards,
    schedule::{Grid, page_shard},
};

use super::{following::Following, judge::Judgement, kept::Kept};
use crate::due::{Arrival, Due, Facts};

/// One page.
pub(crate) struct Entry {
    pub(crate) id: VendorPageId,
    /// Tells this entry from an earlier one of the same page.
    pub(crate) stamp: u64,
    pub(crate) followers: BTreeMap<ServiceKey, Follower>,
    /// A service of somebody's own depends on it.
    pub(crate) needed: bool,
    /// None while it is not loaded.
    pub(crate) kept: Option<Kept>,
    pub(crate) arrival: Arrival,
    /// The next slot.
    pub(crate) due: Option<Due>,
    /// A slot that is due and has no looks yet.
    pub(crate) open_slot: Option<DateTime<Utc>>,
    /// It is read, searched for, saved, or waits for its turn.
    pub(crate) busy: bool,
    /// When it is to be woken.
    pub(crate) alarm: Option<DateTime<Utc>>,
    shortest: Duration,
}

/// One service of a page.
pub(crate) struct Follower {
    pub(crate) following: Following,
    /// A look outside the grid that nobody has answered yet.
    pub(crate) asked_at: Option<DateTime<Utc>>,
    pub(crate) suspect: Option<Suspect>,
}

/// Bad news that one more reading has to confirm.
pub(crate) struct Suspect {
    pub(crate) slot: DateTime<Utc>,
    pub(crate) started_at: DateTime<Utc>,
    pub(crate) judgement: Judgement,
    pub(crate) again_at: DateTime<Utc>,
}

/// All pages, and which service follows which.
#[derive(Default)]
pub(crate) struct Roster {
    pages: HashMap<VendorPageId, Entry>,
    by_key: HashMap<ServiceKey, VendorPageId>,
    stamps: u64,
}

impl Roster {
    pub(crate) fn len(&self) -> usize {
        self.pages.len()
    }

    pub(crate) fn get_mut(&mut self, id: VendorPageId) -> Option<&mut Entry> {
        self.pages.get_mut(&id)
    }

    /// The page whose entry it still is.
    pub(crate) fn at(&mut self, id: VendorPageId, stamp: u64) -> Option<&mut Entry> {
        self.pages.get_mut(&id).filter(|entry| entry.stamp == stamp)
    }

    pub(crate) fn ids(&self) -> Vec<VendorPageId> {
        self.pages.keys().copied().collect()
    }

    /// The entry of a page; a new one is to be loaded.
    pub(crate) fn entry(
        &mut self,
        id: VendorPageId,
        arrival: Arrival,
        shortest: Duration,
    ) -> &mut Entry {
        let stamps = &mut self.stamps;
        self.pages.entry(id).or_insert_with(|| {
            *stamps += 1;
            Entry {
                id,
                stamp: *stamps,
                followers: BTreeMap::new(),
                needed: false,
                kept: None,
                arrival,
                due: None,
                open_slot: None,
                busy: false,
                alarm: None,
                shortest,
            }
        })
    }

    /// Adds a service or takes over what changed of it. Gives its page.
    pub(crate) fn put(
        &mut self,
        following: Following,
        arrival: Arrival,
        shortest: Duration,
    ) -> &mut Entry {
        let (key, page) = (following.key, following.target.page);
        if self.by_key.get(&key).is_some_and(|other| *other != page) {
            self.remove(key);
        }
        self.by_key.insert(key, page);
        let entry = self.entry(page, arrival, shortest);
        match entry.followers.get_mut(&key) {
            Some(known) if known.following.revision == following.revision => {
                known.refresh(&following);
            }
            _ => {
                entry.followers.insert(key, Follower::new(following));
            }
        }
        entry
    }

    /// Gives the page that the service followed.
    pub(crate) fn remove(&mut self, key: ServiceKey) -> Option<VendorPageId> {
        let id = self.by_key.remove(&key)?;
        let entry = self.pages.get_mut(&id)?;
        entry.followers.remove(&key);
        if entry.followers.is_empty() && !entry.needed {
            self.pages.remove(&id);
        }
        Some(id)
    }

    pub(crate) fn follower(&mut self, key: ServiceKey) -> Option<&mut Follower> {
        let id = self.by_key.get(&key)?;
        self.pages.get_mut(id)?.followers.get_mut(&key)
    }

    /// Drops a page with everything that follows it.
    pub(crate) fn drop_page(&mut self, id: VendorPageId) {
        if let Some(entry) = self.pages.remove(&id) {
            for key in entry.followers.keys() {
                self.by_key.remove(key);
            }
        }
    }

    /// The pages of shards that are not among `kept`.
    pub(crate) fn outside(&self, kept: &Shards) -> Vec<VendorPageId> {
        let ids = self.pages.keys().copied();
        ids.filter(|id| !kept.contains(page_shard(*id))).collect()
    }
}

impl Entry {
    /// How often it is read: as often as its most impatient service wants.
    pub(crate) fn interval(&self) -> Duration {
        let wanted = self.followers.values().map(|one| one.following.interval);
        wanted.min().unwrap_or(self.shortest).max(self.shortest)
    }

    pub(crate) fn grid(&self) -> Grid {
        Grid::of_page(self.id, self.interval())
    }

    fn facts(&self, now: DateTime<Utc>) -> Facts {
        let slots = self
            .followers
            .values()
            .filter_map(|one| one.following.standing.last)
            .map(|(slot, _)| slot);
        let read_at = self.kept.as_ref().and_then(|kept| kept.read_at);
        Facts {
            grid: self.grid(),
            last_slot: slots.max().or(read_at),
            asked_at: None,
            now,
        }
    }

    /// Computes its next slot: anew when it has just come, else only towards an earlier one.
    pub(crate) fn plan(&mut self, now: DateTime<Utc>, anew: bool) {
        let due = match self.due {
            Some(due) if !anew => {
                let slot = self.grid().after(now);
                if slot >= due.slot {
                    return;
                }
                on_grid(slot)
            }
            _ => self.facts(now).first(self.arrival),
        };
        self.due = Some(due);
    }

    /// When something is to be done with it next.
    pub(crate) fn next_at(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if self.busy || self.kept.is_none() {
            return None;
        }
        let suspects = self
            .followers
            .values()
            .filter_map(|one| one.suspect.as_ref());
        let again = suspects.map(|suspect| suspect.again_at).min();
        let grid = self.grid();
        let asked = self
            .followers
            .values()
            .filter_map(|one| one.asked(grid, now))
            .map(|due| due.at)
            .min();
        [self.due.map(|due| due.at), again, asked]
            .into_iter()
            .flatten()
            .min()
    }

    /// Opens the newest slot that is due; says how many before it were missed.
    pub(crate) fn open_slot(&mut self, now: DateTime<Utc>) -> u32 {
        let Some(due) = self.due.filter(|due| due.at <= now) else {
            return 0;
        };
        let grid = self.grid();
        let newest = grid.at_or_before(now).max(due.slot);
        self.due = Some(on_grid(grid.after(now.max(newest))));
        let step = grid.step().as_millis().max(1);
        let late = (newest - due.slot).num_milliseconds().max(0).unsigned_abs();
        let missed = u32::from(self.open_slot.is_some());
        self.open_slot = Some(newest).filter(|slot| self.is_wanted(*slot));
        missed + u32::try_from(u128::from(late).div_euclid(step)).unwrap_or(0)
    }

    /// Whether a slot is news to anybody: those who asked may have been answered after it.
    fn is_wanted(&self, slot: DateTime<Utc>) -> bool {
        let mut last = self.followers.values().map(Follower::last_slot);
        let read_at = self.kept.as_ref().and_then(|kept| kept.read_at);
        last.any(|last| last.is_none_or(|last| last < slot))
            || (self.needed && read_at.is_none_or(|read_at| read_at < slot))
    }
}

impl Follower {
    fn new(following: Following) -> Self {
        Self {
            asked_at: following.look_at,
            following,
            suspect: None,
        }
    }

    /// Loaded again without a change of configuration: the newer standing counts, because looks may wait to be recorded.
    fn refresh(&mut self, newer: &Following) {
        if newer.standing.last > self.following.standing.last {
            self.following.standing = newer.standing;
        }
        if newer.look_at != self.following.look_at {
            self.following.look_at = newer.look_at;
            self.asked_at = newer.look_at;
        }
    }

    /// The record knows better; what is newer than the record stands.
    pub(crate) fn believe(&mut self, standing: Standing) {
        if standing.last >= self.following.standing.last {
            self.following.standing = standing;
        }
    }

    /// The look that somebody asked for.
    pub(crate) fn asked(&self, grid: Grid, now: DateTime<Utc>) -> Option<Due> {
        self.asked_at?;
        if self.suspect.is_some() {
            return None;
        }
        let facts = Facts {
            grid,
            last_slot: self.last_slot(),
            asked_at: self.asked_at,
            now,
        };
        Some(facts.first(Arrival::Changed)).filter(|due| due.asked)
    }

    pub(crate) fn last_slot(&self) -> Option<DateTime<Utc>> {
        self.following.standing.last.map(|(slot, _)| slot)
    }
}

fn on_grid(slot: DateTime<Utc>) -> Due {
    Due {
        slot,
        at: slot,
        asked: false,
    }
}
