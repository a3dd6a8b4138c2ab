//! The services that this worker looks at, each with where it stands and what happens to it next.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, Utc};
use domain::{confirm::Question, health::Standing, id::ServiceKey, ownership::Shards};
use tokio::task::AbortHandle;

use crate::{
    admission::Want,
    due::{Due, Facts},
    looking::Looking,
    service::{Arriving, Service},
};

/// Which service and which of its turns: a message about an earlier turn is void.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Turn {
    pub(crate) index: u32,
    pub(crate) stamp: u64,
}

/// One service.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) service: Arc<Service>,
    pub(crate) standing: Standing,
    /// The request for a look as it was last loaded, answered or not.
    pub(crate) look_at: Option<DateTime<Utc>>,
    /// The same while it is not answered.
    pub(crate) asked_at: Option<DateTime<Utc>>,
    /// How many attempts in a row used most of their timeout.
    pub(crate) burnt: u8,
    /// Where the last look led, hashed.
    pub(crate) address: u64,
    pub(crate) due: Due,
    pub(crate) look: Option<Box<Underway>>,
    stamp: u64,
}

/// A look under way.
#[derive(Debug)]
pub(crate) struct Underway {
    pub(crate) looking: Looking,
    pub(crate) step: Step,
}

/// What a look under way waits for.
#[derive(Debug)]
pub(crate) enum Step {
    /// Its turn, or the time to try again.
    Waiting { since: DateTime<Utc> },
    /// The answer to an attempt.
    Asking { want: Want, task: AbortHandle },
}

/// All entries. Indices are reused, stamps never.
#[derive(Debug, Default)]
pub(crate) struct Roster {
    entries: Vec<Option<Entry>>,
    free: Vec<u32>,
    by_key: HashMap<ServiceKey, u32>,
    stamps: u64,
}

impl Roster {
    pub(crate) fn len(&self) -> usize {
        self.by_key.len()
    }

    pub(crate) fn find(&self, key: ServiceKey) -> Option<u32> {
        self.by_key.get(&key).copied()
    }

    pub(crate) fn get_mut(&mut self, index: u32) -> Option<&mut Entry> {
        self.entries.get_mut(slot(index))?.as_mut()
    }

    /// The entry whose turn it still is.
    pub(crate) fn at(&mut self, turn: Turn) -> Option<&mut Entry> {
        self.get_mut(turn.index)
            .filter(|entry| entry.stamp == turn.stamp)
    }

    /// Begins the next turn of an entry: whatever was said about earlier ones is void.
    pub(crate) fn next_turn(&mut self, index: u32) -> Turn {
        self.stamps += 1;
        let stamp = self.stamps;
        if let Some(entry) = self.get_mut(index) {
            entry.stamp = stamp;
        }
        Turn { index, stamp }
    }

    pub(crate) fn insert(&mut self, arriving: Arriving, due: Due) -> u32 {
        let key = arriving.service.key;
        let entry = Entry {
            address: arriving.service.host,
            service: Arc::new(arriving.service),
            standing: arriving.standing,
            look_at: arriving.look_at,
            asked_at: arriving.look_at,
            burnt: 0,
            due,
            look: None,
            stamp: 0,
        };
        let index = self.free.pop().unwrap_or_else(|| {
            self.entries.push(None);
            u32::try_from(self.entries.len() - 1).unwrap_or(u32::MAX)
        });
        if let Some(place) = self.entries.get_mut(slot(index)) {
            *place = Some(entry);
            self.by_key.insert(key, index);
        }
        index
    }

    pub(crate) fn remove(&mut self, key: ServiceKey) -> Option<Entry> {
        let index = self.by_key.remove(&key)?;
        let entry = self.entries.get_mut(slot(index))?.take();
        self.free.push(index);
        entry
    }

    /// The services of shards that are not among `kept`.
    pub(crate) fn outside(&self, kept: &Shards) -> Vec<ServiceKey> {
        let entries = self.entries.iter().flatten();
        entries
            .filter(|entry| !kept.contains(entry.service.shard))
            .map(|entry| entry.service.key)
            .collect()
    }

    /// Where every entry is.
    pub(crate) fn indices(&self) -> Vec<u32> {
        self.by_key.values().copied().collect()
    }
}

impl Entry {
    /// What decides when it is due.
    pub(crate) fn facts(&self, now: DateTime<Utc>) -> Facts {
        Facts {
            grid: self.service.grid(&self.standing),
            last_slot: self.standing.last.map(|(slot, _)| slot),
            asked_at: self.asked_at,
            now,
        }
    }

    /// What decides how many attempts a look makes.
    pub(crate) fn question(&self) -> Question {
        Question {
            interval: self.service.interval,
            retries: self.service.retries,
            open: self.standing.incident.map(|incident| incident.severity),
        }
    }

    /// Forgets a last slot that a clock which has been set back since wrote far ahead of now.
    pub(crate) fn forget_the_future(&mut self, now: DateTime<Utc>) {
        let furthest = now + self.service.furthest_ahead();
        self.standing.last = self.standing.last.filter(|(slot, _)| *slot <= furthest);
    }
}

fn slot(index: u32) -> usize {
    usize::try_from(index).unwrap_or(usize::MAX)
}
