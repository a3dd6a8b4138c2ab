//! The events of one workspace: what is to be sent, and what was sent in the last five minutes.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use domain::id::ServiceId;
use status_cache::LiveEvent;
use tokio::{sync::broadcast, time::Instant};
use uuid::Uuid;

use super::frame::{RESYNC, render};

/// How many frames a slow stream may be behind before it is told to read everything again.
const BACKLOG: usize = 32;

pub(super) struct Room {
    frames: broadcast::Sender<Bytes>,
    /// By number. An event that a newer one of the same service made pointless is gone.
    log: BTreeMap<u64, Entry>,
    /// The ids of all events from `first` on, the pointless ones too: a stream may have stopped at any of them.
    ids: VecDeque<Uuid>,
    /// The number of the first id.
    first: u64,
    /// The number of the first event that was not sent yet.
    unsent: u64,
    /// The newest status event of each service.
    newest: HashMap<ServiceId, u64>,
    /// When frames were sent, and the number of the first event after each; oldest first.
    sent: VecDeque<(Instant, u64)>,
    /// When somebody was last here.
    used_at: Instant,
}

struct Entry {
    service: Option<ServiceId>,
    bytes: Bytes,
}

impl Default for Room {
    fn default() -> Self {
        Self {
            frames: broadcast::channel(BACKLOG).0,
            log: BTreeMap::new(),
            ids: VecDeque::new(),
            first: 0,
            unsent: 0,
            newest: HashMap::new(),
            sent: VecDeque::new(),
            used_at: Instant::now(),
        }
    }
}

impl Room {
    pub(super) fn subscribe(&mut self) -> broadcast::Receiver<Bytes> {
        self.used_at = Instant::now();
        self.frames.subscribe()
    }

    pub(super) fn add(&mut self, event: &LiveEvent) {
        let number = self.next();
        let service = event.service;
        if let Some(older) = service.and_then(|service| self.newest.insert(service, number)) {
            self.log.remove(&older);
        }
        self.ids.push_back(event.id);
        let bytes = render(event);
        self.log.insert(number, Entry { service, bytes });
    }

    /// Sends what is waiting as one frame; false while the last one is younger than `pace`.
    pub(super) fn flush(&mut self, now: Instant, pace: Duration) -> bool {
        if self.sent.back().is_some_and(|(at, _)| now < *at + pace) {
            return false;
        }
        let next = self.next();
        let frame = self.between(self.unsent, next);
        self.unsent = next;
        if !frame.is_empty() {
            self.sent.push_back((now, next));
            let _ = self.frames.send(frame);
        }
        true
    }

    /// What was sent after the event `last`; none when that is not remembered. What waits follows with the next frame.
    pub(super) fn since(&self, last: Uuid) -> Option<Bytes> {
        // From the end: whoever comes back was there a moment ago.
        let place = self.ids.iter().rposition(|id| *id == last)?;
        let number = self.first + u64::try_from(place).ok()?;
        Some(self.between(number + 1, self.unsent))
    }

    /// Something was missed: nobody can resume from before, and all read everything again.
    pub(super) fn forget(&mut self) {
        self.forget_before(self.next());
        self.unsent = self.first;
        let _ = self.frames.send(RESYNC);
    }

    /// Forgets what was sent longer than `memory` ago; false when nobody needs the room any more.
    pub(super) fn is_of_use(&mut self, now: Instant, memory: Duration) -> bool {
        while let Some((at, number)) = self.sent.front().copied()
            && at + memory <= now
        {
            self.sent.pop_front();
            self.forget_before(number);
        }
        if self.frames.receiver_count() > 0 {
            self.used_at = now;
        }
        self.used_at + memory > now
    }

    fn forget_before(&mut self, number: u64) {
        while self.first < number && self.ids.pop_front().is_some() {
            if let Some(entry) = self.log.remove(&self.first)
                && let Some(service) = entry.service
            {
                // What is still in the log is the newest of its service.
                self.newest.remove(&service);
            }
            self.first += 1;
        }
    }

    fn next(&self) -> u64 {
        self.first + u64::try_from(self.ids.len()).unwrap_or(0)
    }

    fn between(&self, from: u64, to: u64) -> Bytes {
        let mut frame = BytesMut::new();
        // An id may be younger than what was sent: it waited when its stream came.
        for entry in self.log.range(from.min(to)..to).map(|(_, entry)| entry) {
            frame.extend_from_slice(&entry.bytes);
        }
        frame.freeze()
    }
}

#[cfg(test)]
pub(super) struct Size {
    pub(super) kept: usize,
    pub(super) services: usize,
    pub(super) ids: usize,
}

#[cfg(test)]
impl Room {
    pub(super) fn size(&self) -> Size {
        Size {
            kept: self.log.len(),
            services: self.newest.len(),
            ids: self.ids.len(),
        }
    }
}
