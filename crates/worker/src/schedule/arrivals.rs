//! Services that come, change and go.

use chrono::{DateTime, Utc};
use domain::id::ServiceKey;

use super::Schedule;
use crate::{
    due::{Arrival, Due},
    record::Standings,
    roster::{Entry, Step},
    service::Arriving,
};

impl Schedule {
    pub(super) fn put(&mut self, services: Vec<Arriving>, arrival: Arrival) {
        let Some(now) = self.parts.clock.now() else {
            return;
        };
        for service in services {
            self.put_one(service, arrival, now);
        }
    }

    pub(super) fn remove(&mut self, keys: &[ServiceKey]) {
        for key in keys {
            if let Some(entry) = self.roster.remove(*key) {
                self.give_up(entry);
            }
        }
    }

    fn put_one(&mut self, arriving: Arriving, arrival: Arrival, now: DateTime<Utc>) {
        let known = self.roster.find(arriving.service.key);
        let index = match known {
            Some(index) if self.is_same_revision(index, &arriving) => {
                self.refresh(index, &arriving);
                index
            }
            _ => {
                if let Some(entry) = self.roster.remove(arriving.service.key) {
                    self.give_up(entry);
                }
                let later = Due {
                    slot: now,
                    at: now,
                    asked: false,
                };
                self.roster.insert(arriving, later)
            }
        };
        let Some(entry) = self.roster.get_mut(index) else {
            return;
        };
        entry.forget_the_future(now);
        // A look under way computes what follows it when it ends.
        if entry.look.is_none() {
            let due = entry.facts(now).first(arrival);
            self.plan(index, due);
        }
    }

    fn is_same_revision(&mut self, index: u32, arriving: &Arriving) -> bool {
        let entry = self.roster.get_mut(index);
        entry.is_some_and(|entry| entry.service.revision == arriving.service.revision)
    }

    /// Loaded again without a change of configuration: the newer standing counts, because looks may wait to be recorded.
    fn refresh(&mut self, index: u32, arriving: &Arriving) {
        let Some(entry) = self.roster.get_mut(index) else {
            return;
        };
        if arriving.standing.last > entry.standing.last {
            entry.standing = arriving.standing;
        }
        if arriving.look_at != entry.look_at {
            entry.look_at = arriving.look_at;
            entry.asked_at = arriving.look_at;
        }
    }

    /// The record knows better, for example what another worker wrote; what is newer than the record stands.
    pub(super) fn believe(&mut self, standings: Standings) {
        let Some(now) = self.parts.clock.now() else {
            return;
        };
        for (key, standing) in standings {
            let Some(index) = self.roster.find(key) else {
                continue;
            };
            let Some(entry) = self.roster.get_mut(index) else {
                continue;
            };
            if standing.last < entry.standing.last || entry.look.is_some() {
                continue;
            }
            let grid = entry.service.grid(&entry.standing);
            entry.standing = standing;
            if entry.service.grid(&standing) != grid {
                let due = entry.facts(now).next();
                self.plan(index, due);
            }
        }
    }

    /// Notes when an entry is due next.
    pub(super) fn plan(&mut self, index: u32, due: Due) {
        if let Some(entry) = self.roster.get_mut(index) {
            entry.due = due;
            self.set_alarm(index, due.at);
        }
    }

    /// Ends what goes on for an entry that has left the roster.
    fn give_up(&mut self, entry: Entry) {
        if let Some(look) = entry.look
            && let Step::Asking { want, task } = look.step
        {
            task.abort();
            self.make_room(want);
        }
    }
}
