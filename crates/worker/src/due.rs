//! When a service is due next: on its grid, at once when somebody asked, and never in a burst after a pause.

use chrono::{DateTime, TimeDelta, Utc};
use domain::schedule::{Grid, grace};

/// Longest time over which looks that are overdue at a start are spread.
const LONGEST_SPREAD: TimeDelta = TimeDelta::minutes(5);
/// Time over which looks taken over from another worker are spread, in milliseconds.
const TAKE_OVER_SPREAD_MS: i64 = 500;
/// How long one of them may have to wait for the others.
const TAKE_OVER_ROOM: TimeDelta = TimeDelta::seconds(2);
/// A request for a look from further ahead than this was written by a clock that has been set back since.
const FAR_AHEAD: TimeDelta = TimeDelta::seconds(5);

/// One look to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Due {
    /// The instant it stands at.
    pub(crate) slot: DateTime<Utc>,
    /// When to start: at its slot, or later when it is overdue. Database time.
    pub(crate) at: DateTime<Utc>,
    /// It answers a request for a look outside the grid.
    pub(crate) asked: bool,
}

/// Why a service's schedule is computed anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// The worker starts, stood still, or the clock jumped: everything arrives at once.
    Start,
    /// Its shard belonged to a worker that is gone.
    TakeOver,
    /// It was created or changed.
    Changed,
}

/// What is known when a service's schedule is computed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts {
    pub(crate) grid: Grid,
    pub(crate) last_slot: Option<DateTime<Utc>>,
    /// A look outside the grid that nobody has answered yet.
    pub(crate) asked_at: Option<DateTime<Utc>>,
    pub(crate) now: DateTime<Utc>,
}

/// A slot that came too late, and what follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Late {
    /// How many slots can no longer be looked at.
    pub(crate) missed: u32,
    pub(crate) next: Due,
}

impl Facts {
    /// The first look after the service arrived.
    pub(crate) fn first(&self, arrival: Arrival) -> Due {
        self.asked().unwrap_or_else(|| {
            let overdue = self.overdue().filter(|slot| self.spares(*slot, arrival));
            match overdue {
                Some(slot) => self.catch_up(slot, arrival),
                None if arrival == Arrival::TakeOver => self.make_good(),
                None => self.on_grid(),
            }
        })
    }

    /// The look after one that has just ended: whatever fell due meanwhile was covered by it.
    pub(crate) fn next(&self) -> Due {
        let grid = self.on_grid();
        match self.asked() {
            Some(asked) if asked.slot < grid.slot => asked,
            _ => grid,
        }
    }

    /// What becomes of a slot that can start only now; none while it is early enough.
    pub(crate) fn late(&self, slot: DateTime<Utc>) -> Option<Late> {
        if !self.is_too_late(slot) {
            return None;
        }
        let newest = self.grid.at_or_before(self.now).max(slot);
        let between = count_steps(self.grid, slot, newest);
        if newest > slot && !self.is_too_late(newest) {
            let next = on_grid(newest, self.now);
            return Some(Late {
                missed: between,
                next,
            });
        }
        Some(Late {
            missed: between + 1,
            next: self.on_grid(),
        })
    }

    /// How many slots passed since the last one and can no longer be looked at.
    pub(crate) fn passed(&self) -> u32 {
        let Some(last) = self.last_slot() else {
            return 0;
        };
        let (first, newest) = (self.grid.after(last), self.grid.at_or_before(self.now));
        if newest < first {
            return 0;
        }
        count_steps(self.grid, first, newest) + u32::from(self.is_too_late(newest))
    }

    /// A slot more than one interval ahead was written by a clock that has been set back since.
    fn last_slot(&self) -> Option<DateTime<Utc>> {
        self.last_slot
            .filter(|slot| *slot <= self.now + self.interval())
    }

    /// The look that somebody asked for. It stands where it was asked for, so that every worker computes the same key;
    /// when that is long ago, or in the future, it stands at the present.
    fn asked(&self) -> Option<Due> {
        let asked = self.asked_at?;
        if self.last_slot().is_some_and(|last| asked <= last) {
            return None;
        }
        let believable = !self.is_too_late(asked) && asked <= self.now + FAR_AHEAD;
        let slot = if believable {
            asked
        } else {
            whole_ms(self.now)
        };
        Some(Due {
            slot,
            at: slot.max(self.now),
            asked: true,
        })
    }

    /// The slot that fell due before now and has not been looked at.
    fn overdue(&self) -> Option<DateTime<Utc>> {
        let slot = self.grid.at_or_before(self.now);
        (self.last_slot().is_none_or(|last| slot > last) && !self.is_too_late(slot)).then_some(slot)
    }

    /// Whether an overdue slot leaves room for being caught up with.
    fn spares(&self, slot: DateTime<Utc>, arrival: Arrival) -> bool {
        match arrival {
            Arrival::Start => (self.now - slot) * 2 <= self.grace(),
            // All come at once and may wait for each other.
            Arrival::TakeOver => self.now - slot + TAKE_OVER_ROOM <= self.grace(),
            Arrival::Changed => true,
        }
    }

    /// At a start the overdue half of the grace is stretched over all of it, oldest first: half the usual rate comes on
    /// top of the usual one. After a take-over speed counts.
    fn catch_up(&self, slot: DateTime<Utc>, arrival: Arrival) -> Due {
        let wait = if arrival == Arrival::Start {
            let spread = self.grace().min(LONGEST_SPREAD);
            let left = self.grace() - (self.now - slot) * 2;
            let share = micros(left) * micros(spread) / micros(self.grace()).max(1);
            TimeDelta::microseconds(i64::try_from(share).unwrap_or(0))
        } else {
            spread_over(slot)
        };
        on_grid(slot, self.now + wait)
    }

    /// Whoever was to look is gone, and a slot went by that is too late to be caught up with: nobody would look for most of an
    /// interval. One look stands at the present instead, unless the next slot comes as soon.
    fn make_good(&self) -> Due {
        let next = self.on_grid();
        let missed = self.grid.at_or_before(self.now);
        let at = whole_ms(self.now + spread_over(missed));
        if self.last_slot().is_some_and(|last| last < missed) && at < next.slot {
            on_grid(at, at.max(self.now))
        } else {
            next
        }
    }

    fn on_grid(&self) -> Due {
        let from = self.last_slot().map_or(self.now, |last| last.max(self.now));
        let slot = self.grid.after(from);
        on_grid(slot, slot)
    }

    fn is_too_late(&self, slot: DateTime<Utc>) -> bool {
        self.now - slot > self.grace()
    }

    fn grace(&self) -> TimeDelta {
        delta(grace(self.grid.step()))
    }

    fn interval(&self) -> TimeDelta {
        delta(self.grid.interval())
    }
}

fn on_grid(slot: DateTime<Utc>, at: DateTime<Utc>) -> Due {
    Due {
        slot,
        at,
        asked: false,
    }
}

/// How many steps of the grid lie between two of its slots.
fn count_steps(grid: Grid, from: DateTime<Utc>, to: DateTime<Utc>) -> u32 {
    let step = delta(grid.step()).num_milliseconds().max(1);
    let steps = ((to - from).num_milliseconds() + step / 2) / step;
    u32::try_from(steps).unwrap_or(0)
}

/// The share of the spread after a take-over that falls to the service with this slot: stable, and even over all services.
fn spread_over(slot: DateTime<Utc>) -> TimeDelta {
    TimeDelta::milliseconds(slot.timestamp_millis().rem_euclid(TAKE_OVER_SPREAD_MS))
}

fn delta(duration: std::time::Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX)
}

fn micros(delta: TimeDelta) -> i128 {
    delta.num_microseconds().unwrap_or(i64::MAX).into()
}

fn whole_ms(time: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(time.timestamp_millis()).unwrap_or(time)
}

#[cfg(test)]
mod tests;
