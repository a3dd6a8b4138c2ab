//! Who may ask now and who waits: sockets in two lanes, connections per address, and a rate where tenants share.

use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};

/// An attempt this close to its timeout was burnt: 80 %.
const BURNT_TENTHS: u32 = 8;
/// So many burnt attempts in a row lead to the slow lane.
pub const BURNT_FOR_SLOW: u8 = 3;

/// How many sockets one worker uses, and how gently it treats others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Attempts at once, in each of the two lanes.
    pub lane: u32,
    /// Attempts at once to one address.
    pub per_address: u32,
    /// What one workspace may do to one host and port.
    pub per_origin: Option<PerOrigin>,
}

/// Limits of one workspace at one host and port, where several tenants share the installation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PerOrigin {
    pub at_once: u32,
    /// The shortest time between two starts.
    pub apart: Duration,
}

impl Limits {
    /// For an installation that one household or company has for itself.
    pub fn alone(lane: u32) -> Self {
        Self {
            lane,
            per_address: 32,
            per_origin: None,
        }
    }

    /// For an installation where anybody may sign up.
    pub fn shared(lane: u32) -> Self {
        Self {
            lane,
            per_address: 64,
            per_origin: Some(PerOrigin {
                at_once: 4,
                apart: Duration::from_millis(500),
            }),
        }
    }
}

/// Which sockets an attempt may use, so that hanging targets delay nobody but themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lane {
    Fast,
    /// For services whose last attempts burnt most of their timeout.
    Slow,
}

impl Lane {
    pub fn of(burnt: u8) -> Self {
        if burnt >= BURNT_FOR_SLOW {
            Self::Slow
        } else {
            Self::Fast
        }
    }
}

/// How many attempts in a row were burnt, after one more.
pub fn burnt(before: u8, took: Duration, timeout: Duration) -> u8 {
    if took > timeout * BURNT_TENTHS / 10 {
        before.saturating_add(1).min(BURNT_FOR_SLOW)
    } else {
        0
    }
}

/// What an attempt needs before it may start. Address and origin are hashes: a collision only shares a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Want {
    pub origin: u64,
    pub address: u64,
    pub lane: Lane,
}

/// One limit: how much of it is used, and who waits for it.
#[derive(Debug)]
struct Gate<T> {
    used: u32,
    waiting: VecDeque<(T, Want)>,
}

/// The three limits, passed one after the other: origin, address, lane. Whoever waits keeps what it has passed.
#[derive(Debug)]
pub struct Admission<T> {
    limits: Limits,
    origins: HashMap<u64, Gate<T>>,
    addresses: HashMap<u64, Gate<T>>,
    lanes: HashMap<Lane, Gate<T>>,
    /// When a workspace may ask a host and port again.
    next_start: HashMap<u64, DateTime<Utc>>,
    waiting: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Origin,
    Address,
    Lane,
}

const STAGES: [Stage; 3] = [Stage::Origin, Stage::Address, Stage::Lane];

impl<T: Copy> Admission<T> {
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            origins: HashMap::new(),
            addresses: HashMap::new(),
            lanes: HashMap::new(),
            next_start: HashMap::new(),
            waiting: 0,
        }
    }

    /// When an attempt at this origin may start, at the earliest; none when that is after `latest`. Reserves the moment.
    pub fn reserve(
        &mut self,
        origin: u64,
        now: DateTime<Utc>,
        latest: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let Some(limit) = self.limits.per_origin else {
            return Some(now);
        };
        if self.next_start.len() > 2 * self.origins.len() + 1_000 {
            self.next_start.retain(|_, next| *next > now);
        }
        let at = self
            .next_start
            .get(&origin)
            .map_or(now, |next| now.max(*next));
        if at > latest {
            return None;
        }
        let apart = TimeDelta::from_std(limit.apart).unwrap_or_default();
        self.next_start.insert(origin, at + apart);
        Some(at)
    }

    /// True when `who` may start now. Otherwise it waits, and some `leave` will name it.
    pub fn enter(&mut self, who: T, want: Want) -> bool {
        self.pass(who, want, &STAGES)
    }

    /// An attempt is over; `ready` receives those who may start now in its place.
    pub fn leave(&mut self, want: Want, ready: &mut Vec<(T, Want)>) {
        for (n, stage) in STAGES.into_iter().enumerate().rev() {
            let Some((next, next_want)) = self.give_back(stage, want) else {
                continue;
            };
            self.waiting -= 1;
            if self.pass(next, next_want, &STAGES[n + 1..]) {
                ready.push((next, next_want));
            }
        }
    }

    /// How many attempts wait.
    pub fn waiting(&self) -> usize {
        self.waiting
    }

    /// How many attempts are under way.
    pub fn under_way(&self) -> u32 {
        self.lanes.values().map(|gate| gate.used).sum()
    }

    fn pass(&mut self, who: T, want: Want, stages: &[Stage]) -> bool {
        for stage in stages {
            let Some(limit) = self.limit(*stage) else {
                continue;
            };
            let gate = self.gate(*stage, want);
            if gate.used >= limit {
                gate.waiting.push_back((who, want));
                self.waiting += 1;
                return false;
            }
            gate.used += 1;
        }
        true
    }

    /// Frees one place, or gives it to the next who waits for it.
    fn give_back(&mut self, stage: Stage, want: Want) -> Option<(T, Want)> {
        self.limit(stage)?;
        let gate = self.gate(stage, want);
        if let Some(next) = gate.waiting.pop_front() {
            return Some(next);
        }
        gate.used = gate.used.saturating_sub(1);
        if gate.used == 0 {
            match stage {
                Stage::Origin => self.origins.remove(&want.origin),
                Stage::Address => self.addresses.remove(&want.address),
                Stage::Lane => self.lanes.remove(&want.lane),
            };
        }
        None
    }

    fn limit(&self, stage: Stage) -> Option<u32> {
        match stage {
            Stage::Origin => self.limits.per_origin.map(|limit| limit.at_once),
            Stage::Address => Some(self.limits.per_address),
            Stage::Lane => Some(self.limits.lane),
        }
    }

    fn gate(&mut self, stage: Stage, want: Want) -> &mut Gate<T> {
        match stage {
            Stage::Origin => gate(&mut self.origins, want.origin),
            Stage::Address => gate(&mut self.addresses, want.address),
            Stage::Lane => gate(&mut self.lanes, want.lane),
        }
    }
}

fn gate<K: Eq + Hash, T>(gates: &mut HashMap<K, Gate<T>>, key: K) -> &mut Gate<T> {
    gates.entry(key).or_insert_with(|| Gate {
        used: 0,
        waiting: VecDeque::new(),
    })
}

#[cfg(test)]
mod tests;
