//! The events of one workspace: what is to be sent, and what was sent in the last five minutes.

use std::{
    collections::{HashMap, VecDeque},
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
    /// Oldest first. An event that a newer one of the same service made pointless keeps its place without its bytes.
    log: VecDeque<Entry>,
    /// The number of the first entry of the log.
    first: u64,
    /// The number of the first entry that was not sent yet.
    unsent: u64,
    /// Numbers by id.
    ids: HashMap<Uuid, u64>,
    /// The newest status event of each service.
    newest: HashMap<ServiceId, u64>,
    flushed_at: Option<Instant>,
    /// When somebody was last here.
    used_at: Instant,
}

struct Entry {
    id: Uuid,
    service: Option<ServiceId>,
    at: Instant,
    bytes: Bytes,
}

impl Default for Room {
    fn default() -> Self {
        Self {
            frames: broadcast::channel(BACKLOG).0,
            log: VecDeque::new(),
            first: 0,
            unsent: 0,
            ids: HashMap::new(),
            newest: HashMap::new(),
            flushed_at: None,
            used_at: Instant::now(),
        }
    }
}

impl Room {
    pub(super) fn subscribe(&mut self) -> broadcast::Receiver<Bytes> {
        self.used_at = Instant::now();
        self.frames.subscribe()
    }

    pub(super) fn add(&mut self, event: &LiveEvent, now: Instant) {
        let number = self.next();
        let service = event.service;
        if let Some(older) = service.and_then(|service| self.newest.insert(service, number))
            && let Some(entry) = older
                .checked_sub(self.first)
                .and_then(|index| self.log.get_mut(usize::try_from(index).ok()?))
        {
            entry.bytes = Bytes::new();
        }
        self.ids.insert(event.id, number);
        self.log.push_back(Entry {
            id: event.id,
            service,
            at: now,
            bytes: render(event),
        });
    }

    /// Sends what is waiting as one frame; false while the last one is younger than `pace`.
    pub(super) fn flush(&mut self, now: Instant, pace: Duration) -> bool {
        if self.flushed_at.is_some_and(|at| now < at + pace) {
            return false;
        }
        let frame = self.from(self.unsent);
        self.unsent = self.next();
        if !frame.is_empty() {
            self.flushed_at = Some(now);
            let _ = self.frames.send(frame);
        }
        true
    }

    /// What was sent after the event `last`; none when that is not remembered. What waits follows with the next frame.
    pub(super) fn since(&self, last: Uuid) -> Option<Bytes> {
        let number = *self.ids.get(&last)?;
        Some(self.between(number + 1, self.unsent))
    }

    /// Something was missed: nobody can resume from before, and all read everything again.
    pub(super) fn forget(&mut self) {
        self.first = self.next();
        self.unsent = self.first;
        self.log.clear();
        self.ids.clear();
        self.newest.clear();
        let _ = self.frames.send(RESYNC);
    }

    /// Forgets what is older than `memory`; false when nobody needs the room any more.
    pub(super) fn is_of_use(&mut self, now: Instant, memory: Duration) -> bool {
        while let Some(entry) = self.log.front() {
            if entry.at + memory > now || self.first >= self.unsent {
                break;
            }
            self.ids.remove(&entry.id);
            if let Some(service) = entry.service
                && self.newest.get(&service) == Some(&self.first)
            {
                self.newest.remove(&service);
            }
            self.log.pop_front();
            self.first += 1;
        }
        if self.frames.receiver_count() > 0 {
            self.used_at = now;
        }
        self.used_at + memory > now
    }

    fn next(&self) -> u64 {
        self.first + u64::try_from(self.log.len()).unwrap_or(0)
    }

    fn from(&self, number: u64) -> Bytes {
        self.between(number, self.next())
    }

    fn between(&self, from: u64, to: u64) -> Bytes {
        let skip = usize::try_from(from.saturating_sub(self.first)).unwrap_or(usize::MAX);
        let take = usize::try_from(to.saturating_sub(from.max(self.first))).unwrap_or(0);
        let mut frame = BytesMut::new();
        for entry in self.log.iter().skip(skip).take(take) {
            frame.extend_from_slice(&entry.bytes);
        }
        frame.freeze()
    }
}
