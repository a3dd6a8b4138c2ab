//! Live events: from the bus to the browsers of a workspace, coalesced, with five minutes of memory.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use domain::id::{SessionId, WorkspaceId};
use futures_util::StreamExt as _;
use status_cache::{Heard, StatusCache};
use tokio::{
    sync::broadcast,
    time::{Instant, MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

mod frame;
mod room;

pub use frame::{HELLO, KEEP_ALIVE, RESYNC};
use room::Room;

/// At most one frame goes to a stream in this time.
const PACE: Duration = Duration::from_millis(500);
/// How often rooms with something to say are looked through.
const TICK: Duration = Duration::from_millis(100);
/// How long a stream may be away and still resume.
const MEMORY: Duration = Duration::from_mins(5);
const SWEEP: Duration = Duration::from_secs(10);

/// The hub of one process. Cloning shares it.
#[derive(Clone)]
pub struct Live(Arc<Inner>);

struct Inner {
    bus: StatusCache,
    rooms: Mutex<HashMap<WorkspaceId, Room>>,
    ended: broadcast::Sender<SessionId>,
    /// Cancelled when the process is to end, which ends all streams.
    closing: CancellationToken,
}

/// What one stream needs.
pub struct Seat {
    /// What was missed, or that it is unknown; to be sent first.
    pub first: Option<Bytes>,
    pub frames: broadcast::Receiver<Bytes>,
    pub ended: broadcast::Receiver<SessionId>,
    pub closing: CancellationToken,
}

impl Live {
    pub(crate) fn new(bus: StatusCache) -> Self {
        Self(Arc::new(Inner {
            bus,
            rooms: Mutex::default(),
            ended: broadcast::channel(256).0,
            closing: CancellationToken::new(),
        }))
    }

    /// Carries events from the bus to the rooms until `stop`, then ends all streams.
    pub async fn run(&self, stop: CancellationToken) {
        let mut bus = self.0.bus.subscribe();
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut sweep = interval(SWEEP);
        let mut waiting = HashSet::new();
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                heard = bus.next() => match heard {
                    Some(heard) => self.hear(heard, &mut waiting),
                    None => break,
                },
                _ = tick.tick(), if !waiting.is_empty() => self.flush(&mut waiting),
                _ = sweep.tick() => self.sweep(),
            }
        }
        self.0.closing.cancel();
    }

    /// A place in the room of a workspace, from now on or from `last` on.
    pub fn enter(&self, workspace: WorkspaceId, last: Option<Uuid>) -> Seat {
        let mut rooms = self.0.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        let room = rooms.entry(workspace).or_default();
        let frames = room.subscribe();
        let first = last.map(|last| room.since(last).unwrap_or(RESYNC));
        Seat {
            first: first.filter(|bytes| !bytes.is_empty()),
            frames,
            ended: self.0.ended.subscribe(),
            closing: self.0.closing.clone(),
        }
    }

    fn hear(&self, heard: Heard, waiting: &mut HashSet<WorkspaceId>) {
        let mut rooms = self.0.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        match heard {
            Heard::Event(event) => {
                // A workspace that nobody looks at costs nothing.
                if let Some(room) = rooms.get_mut(&event.workspace) {
                    room.add(&event);
                    waiting.insert(event.workspace);
                }
            }
            Heard::SessionEnded(session) => {
                let _ = self.0.ended.send(session);
            }
            Heard::Gap => rooms.values_mut().for_each(Room::forget),
        }
    }

    fn flush(&self, waiting: &mut HashSet<WorkspaceId>) {
        let mut rooms = self.0.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        waiting.retain(|workspace| {
            rooms
                .get_mut(workspace)
                .is_some_and(|room| !room.flush(now, PACE))
        });
    }

    fn sweep(&self) {
        let mut rooms = self.0.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        rooms.retain(|_, room| room.is_of_use(now, MEMORY));
    }
}

#[cfg(test)]
mod tests;
