//! Looks that wait to be recorded: in order, bounded, and without making one service wait for another's lock.

use std::collections::{BTreeMap, VecDeque};

use db::checks::CheckRow;
use domain::{id::ServiceKey, look::Look, verdict::Verdict};

/// How many of the newest looks keep what they saw. Older ones keep their check and their verdict, so that a long
/// absence of Postgres costs a few hundred bytes per look.
const WITH_EVIDENCE: usize = 50_000;

/// A look on its way into the record.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) look: Look,
    pub(super) row: CheckRow,
    /// What it saw was given up for want of room.
    pub(super) bare: bool,
}

impl Entry {
    pub(super) fn new(look: Look) -> Self {
        Self {
            row: CheckRow::of(&look),
            look,
            bare: false,
        }
    }

    /// The same look while trouble is expected: stored as it was, judged as maintenance.
    pub(super) fn in_maintenance(&self) -> Self {
        let look = Look {
            verdict: Verdict::Maintenance,
            ..self.look.clone()
        };
        Self {
            row: CheckRow::of(&look),
            look,
            bare: self.bare,
        }
    }

    fn strip(&mut self) {
        self.bare = true;
        self.look.observation = None;
        self.look.first_failed = None;
    }
}

/// A bounded queue. The looks of a service always leave it in the order in which they came.
#[derive(Debug)]
pub(super) struct Spool {
    queue: VecDeque<Entry>,
    /// Looks of services whose health is locked by somebody else; all newer ones of the service line up here too.
    held: BTreeMap<ServiceKey, VecDeque<Entry>>,
    held_count: usize,
    limit: usize,
}

impl Spool {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            queue: VecDeque::new(),
            held: BTreeMap::new(),
            held_count: 0,
            limit,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.queue.len() + self.held_count
    }

    /// How many could be taken now.
    pub(super) fn ready(&self) -> usize {
        self.queue.len()
    }

    pub(super) fn has_held(&self) -> bool {
        self.held_count > 0
    }

    /// Takes in a new look. Returns how many of the oldest had to go for it.
    pub(super) fn push(&mut self, entry: Entry) -> usize {
        self.queue.push_back(entry);
        if let Some(index) = self.queue.len().checked_sub(WITH_EVIDENCE + 1)
            && let Some(entry) = self.queue.get_mut(index)
        {
            entry.strip();
        }
        self.shrink()
    }

    /// Gives back looks that could not be written, before everything that came later. Returns how many had to go.
    pub(super) fn give_back(&mut self, entries: Vec<Entry>) -> usize {
        for entry in entries.into_iter().rev() {
            self.queue.push_front(entry);
        }
        self.shrink()
    }

    /// Gives back looks, in order, whose services are locked.
    pub(super) fn hold(&mut self, entries: Vec<Entry>) {
        self.held_count += entries.len();
        for entry in entries {
            self.held
                .entry(entry.look.service)
                .or_default()
                .push_back(entry);
        }
    }

    /// At most `n` looks, the oldest first. With `held`, services whose lock was not to be had come first.
    pub(super) fn take(&mut self, n: usize, held: bool) -> Vec<Entry> {
        let mut taken = Vec::with_capacity(n.min(self.len()));
        while held && taken.len() < n {
            let Some((_, entries)) = self.held.pop_first() else {
                break;
            };
            self.held_count -= entries.len();
            taken.extend(entries);
        }
        while taken.len() < n {
            let Some(entry) = self.queue.pop_front() else {
                break;
            };
            match self.held.get_mut(&entry.look.service) {
                Some(line) => {
                    line.push_back(entry);
                    self.held_count += 1;
                }
                None => taken.push(entry),
            }
        }
        taken
    }

    fn shrink(&mut self) -> usize {
        let surplus = self.len().saturating_sub(self.limit);
        for _ in 0..surplus {
            if self.queue.pop_front().is_some() {
                continue;
            }
            let Some(mut line) = self.held.first_entry() else {
                break;
            };
            line.get_mut().pop_front();
            self.held_count -= 1;
            if line.get().is_empty() {
                line.remove();
            }
        }
        surplus
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};
    use domain::{
        id::{ServiceId, WorkspaceId},
        observation::Observation,
        verdict::Verdict,
    };
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn entry(service: i32, slot: i64) -> Entry {
        let slot = DateTime::UNIX_EPOCH + TimeDelta::seconds(slot);
        Entry::new(Look {
            service: ServiceKey(service),
            service_id: ServiceId(Uuid::nil()),
            workspace: WorkspaceId(Uuid::nil()),
            revision: 1,
            asked: false,
            slot,
            stands_for: TimeDelta::seconds(30),
            started_at: slot,
            verdict: Verdict::Up,
            failure: None,
            attempts: 1,
            first_failed_at: None,
            recovered_at: None,
            observation: Some(Box::new(Observation::default())),
            first_failed: None,
        })
    }

    /// What happens to a batch that was taken.
    #[derive(Clone, Copy, Debug)]
    enum Fate {
        Written,
        /// Postgres was away.
        GivenBack,
        /// The services with an even key were locked.
        EvenHeld,
    }

    proptest! {
        #[test]
        fn whatever_happens_the_looks_of_a_service_are_written_in_order_and_none_is_lost(
            steps in proptest::collection::vec(
                (1i64..6, 1usize..8, any::<bool>(), prop_oneof![Just(Fate::Written), Just(Fate::GivenBack), Just(Fate::EvenHeld)]),
                1..60,
            )
        ) {
            let mut spool = Spool::new(10_000);
            let (mut slot, mut written) = (0, Vec::new());
            for (arriving, n, held, fate) in steps {
                let batch = spool.take(n, held);
                for _ in 0..arriving {
                    slot += 1;
                    prop_assert_eq!(spool.push(entry(i32::try_from(slot % 3).unwrap(), slot)), 0);
                }
                match fate {
                    Fate::Written => written.extend(batch),
                    Fate::GivenBack => prop_assert_eq!(spool.give_back(batch), 0),
                    Fate::EvenHeld => {
                        let (even, odd) = batch.into_iter().partition(|entry| entry.look.service.0 % 2 == 0);
                        spool.hold(even);
                        written.extend::<Vec<_>>(odd);
                    }
                }
            }
            while spool.len() > 0 {
                written.extend(spool.take(7, true));
            }
            prop_assert_eq!(i64::try_from(written.len()).unwrap(), slot);
            for service in 0..3 {
                let slots: Vec<_> = written.iter().filter(|e| e.look.service.0 == service).map(|e| e.look.slot).collect();
                prop_assert!(slots.is_sorted());
            }
        }
    }

    #[test]
    fn a_full_spool_gives_up_its_oldest_look() {
        let mut spool = Spool::new(2);
        assert_eq!(spool.push(entry(1, 1)), 0);
        assert_eq!(spool.push(entry(1, 2)), 0);
        assert_eq!(spool.push(entry(1, 3)), 1);
        let left = spool.take(9, false);
        assert_eq!(left[0].look.slot.timestamp(), 2);
    }

    #[test]
    fn a_long_queue_keeps_what_only_the_newest_looks_saw() {
        let mut spool = Spool::new(WITH_EVIDENCE * 2);
        for slot in 0..=1 {
            spool.push(entry(1, slot));
        }
        for slot in 2..=i64::try_from(WITH_EVIDENCE).unwrap() {
            spool.push(entry(2, slot));
        }
        let all = spool.take(WITH_EVIDENCE + 1, false);
        assert!(all[0].bare && all[0].look.observation.is_none());
        assert!(!all[1].bare && all[1].look.observation.is_some());
    }
}
