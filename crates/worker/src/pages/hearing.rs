//! Errands that begin and end.

use chrono::{DateTime, Utc};
use db::vendor_pages::VendorPage;
use domain::id::VendorPageId;
use statuspage_parser::Source;
use statuspage_reader::{Read, Unread};
use tokio::{
    task::{Id, JoinError},
    time::Instant,
};

use super::{
    BETWEEN_CLEANINGS, LOADED_AT_ONCE, Pages, Underway,
    errand::{Done, Saving},
    kept::Kept,
    room::Kind,
    settle::{Basis, settle},
};
use crate::{dependency::Trouble, due::Arrival};

impl Pages {
    /// Begins as many readings as there is room for; the others stay in line.
    pub(super) fn read_next(&mut self, now: DateTime<Utc>) {
        let waiting = std::mem::take(&mut self.queue);
        for id in waiting {
            let Some(entry) = self.roster.get_mut(id) else {
                continue;
            };
            let Some(kept) = &entry.kept else { continue };
            let kind = Kind {
                failing: kept.failures > 0,
                patient: kept.wants_patience(),
            };
            if self.stopping || !self.room.has_place_for(kind) {
                self.queue.push_back(id);
                continue;
            }
            let (source, documents) = (kept.source.clone(), kept.documents.clone());
            let underway = Underway {
                page: id,
                stamp: entry.stamp,
                reads: Some(kind),
                started_at: now,
            };
            self.room.enter(kind);
            self.begin(underway, self.errands.clone().read(source, documents, now));
        }
    }

    pub(super) fn load_next(&mut self) {
        if self.loading || self.to_load.is_empty() || Instant::now() < self.load_at {
            return;
        }
        self.to_load.sort_unstable();
        self.to_load.dedup();
        let from = self.to_load.len().saturating_sub(LOADED_AT_ONCE);
        let ids = self.to_load.split_off(from);
        self.loading = true;
        self.work.spawn(self.errands.clone().load(ids));
    }

    pub(super) fn ask_what_is_needed(&mut self) {
        if Instant::now() < self.needed_at || self.shards.count() == 0 {
            return;
        }
        self.needed_at = Instant::now() + self.parts.pace.compare;
        self.work
            .spawn(self.errands.clone().needed(self.shards.clone()));
    }

    /// Forgets unused pages now and then, for the first time a while after the start.
    pub(super) fn clean(&mut self, now: DateTime<Utc>) {
        let at = *self.clean_at.get_or_insert(now + BETWEEN_CLEANINGS);
        if now >= at {
            self.clean_at = Some(now + BETWEEN_CLEANINGS);
            self.work.spawn(self.errands.clone().clean());
        }
    }

    fn begin(&mut self, underway: Underway, errand: impl Future<Output = Done> + Send + 'static) {
        let id = self.work.spawn(errand).id();
        self.underway.insert(id, underway);
    }

    /// An errand has ended.
    pub(super) fn hear(&mut self, done: Result<(Id, Done), JoinError>) {
        let (id, done) = match done {
            Ok((id, done)) => (id, Some(done)),
            Err(error) => {
                tracing::error!(%error, "an errand for a vendor page failed");
                (error.id(), None)
            }
        };
        let underway = self.underway.remove(&id);
        if let Some(kind) = underway.and_then(|underway| underway.reads) {
            self.room.leave(kind);
        }
        let Some(now) = self.parts.clock.now() else {
            return;
        };
        match (done, underway) {
            (Some(Done::Loaded(Ok(rows), ids)), _) => self.loaded(rows, &ids, now),
            (Some(Done::Loaded(Err(error), ids)), _) => {
                tracing::warn!(%error, "vendor pages could not be loaded; trying again");
                self.loading = false;
                self.load_at = Instant::now() + self.backoff.pause();
                self.to_load.extend(ids);
            }
            (Some(Done::Needed(Ok(ids))), _) => self.are_needed(&ids),
            (Some(Done::Needed(Err(error))), _) => {
                tracing::warn!(%error, "it could not be asked which pages are depended on");
            }
            (Some(Done::Cleaned), _) => {}
            (Some(Done::Read(read)), Some(underway)) => self.was_read(underway, *read, now),
            (Some(Done::Saved(saved)), Some(underway)) => self.saved(underway, saved, now),
            (Some(Done::Searched(found)), Some(underway)) => {
                if let (Some(kept), Some(source)) = (self.kept(underway), found) {
                    kept.has_moved(source);
                }
                self.rest(underway, now);
            }
            (None, Some(underway)) => self.rest(underway, now),
            (_, None) => self.load_again(),
        }
    }

    /// An errand came to nothing: should it have been loading, whatever is not loaded is to be.
    fn load_again(&mut self) {
        self.loading = false;
        self.load_at = Instant::now() + self.backoff.pause();
        for id in self.roster.ids() {
            if self
                .roster
                .get_mut(id)
                .is_some_and(|entry| entry.kept.is_none())
            {
                self.to_load.push(id);
            }
        }
    }

    fn kept(&mut self, underway: Underway) -> Option<&mut Kept> {
        let entry = self.roster.at(underway.page, underway.stamp)?;
        entry.kept.as_mut()
    }

    fn loaded(&mut self, rows: Vec<VendorPage>, ids: &[VendorPageId], now: DateTime<Utc>) {
        self.loading = false;
        self.backoff.reset();
        for row in rows {
            let id = row.id;
            let Some(entry) = self.roster.get_mut(id) else {
                continue;
            };
            if entry.kept.is_none() {
                entry.kept = Some(Kept::stored(row));
                entry.plan(now, true);
                entry.arrival = Arrival::Changed;
            }
            self.set_alarm(id, now);
        }
        for id in ids {
            if self
                .roster
                .get_mut(*id)
                .is_some_and(|entry| entry.kept.is_none())
            {
                tracing::error!(page = %id.0, "a page that services follow is gone");
                self.roster.drop_page(*id);
            }
        }
    }

    /// Pages that are depended on are read like those that are followed.
    fn are_needed(&mut self, ids: &[VendorPageId]) {
        for id in self.roster.ids() {
            let Some(entry) = self.roster.get_mut(id) else {
                continue;
            };
            entry.needed = ids.contains(&id);
            if !entry.needed && entry.followers.is_empty() {
                self.roster.drop_page(id);
            }
        }
        for id in ids {
            if !self.shards.contains(domain::schedule::page_shard(*id)) {
                continue;
            }
            let entry = self
                .roster
                .entry(*id, Arrival::TakeOver, self.parts.pace.page);
            entry.needed = true;
            if entry.kept.is_none() {
                self.to_load.push(*id);
            }
        }
    }

    fn was_read(&mut self, underway: Underway, read: Result<Read, Unread>, now: DateTime<Utc>) {
        self.meters.page_was_read(read.is_ok());
        let Some(entry) = self.roster.at(underway.page, underway.stamp) else {
            return;
        };
        let interval = entry.interval();
        let Some(kept) = entry.kept.as_mut() else {
            return;
        };
        let at = underway.started_at;
        let saving = match read {
            Ok(read) => {
                let news = kept.was_read(at, read);
                let trouble = kept.page.as_ref().filter(|_| entry.needed);
                Saving::Read {
                    at,
                    news,
                    not_before: kept.not_before,
                    trouble: trouble.and_then(|page| {
                        Trouble::of(underway.page, page, (&kept.name, &kept.home))
                    }),
                }
            }
            Err(unread) => {
                kept.could_not_be_read(now, unread, (underway.page, interval));
                Saving::Unread {
                    at,
                    failure: serde_json::to_value(kept.failure()).unwrap_or_default(),
                    not_before: kept.not_before,
                }
            }
        };
        let looks = settle(entry, Basis::Tried(at), now);
        self.hand_on(looks);
        let underway = Underway {
            reads: None,
            ..underway
        };
        let save = self.errands.clone().save(underway.page, saving);
        self.begin(underway, save);
    }

    fn saved(&mut self, underway: Underway, saved: Result<Option<Source>, ()>, now: DateTime<Utc>) {
        let stopping = self.stopping;
        let Some(kept) = self.kept(underway) else {
            return;
        };
        kept.saved(saved.is_ok());
        if let Ok(Some(source)) = saved {
            kept.is_read_as(source);
        }
        if !stopping && kept.wants_search(now) {
            let home = kept.home.clone();
            let search = self.errands.clone().search(underway.page, home, now);
            self.begin(underway, search);
        } else {
            self.rest(underway, now);
        }
    }

    /// Nothing goes on for a page any more.
    fn rest(&mut self, underway: Underway, now: DateTime<Utc>) {
        let Some(entry) = self.roster.at(underway.page, underway.stamp) else {
            return;
        };
        entry.busy = false;
        if !self.stopping {
            self.set_alarm(underway.page, now);
        }
    }
}
