//! The running hour and the one before it, counted as checks arrive, until their rollups are closed.

use chrono::{DateTime, TimeDelta, Utc};

use crate::coverage::{Spent, Stand, speaks};

const SIZE: usize = 48;

/// Time by verdict of the hour in which the newest check lies, and of the hour before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OpenHours {
    /// Hours since 1970.
    hour: i64,
    current: Spent,
    previous: Spent,
}

impl OpenHours {
    /// Counts what `stand` spoke for, now that the next check begins at `next`, and moves on to the hour of `next`.
    pub fn settle(&mut self, stand: Option<&Stand>, next: DateTime<Utc>) {
        self.move_to(hour_of(next));
        if let Some(stand) = stand {
            let (from, to) = speaks(stand, Some(next));
            self.count(stand, from, to);
        }
    }

    /// What is known of the hours from `first_open` (hours since 1970) on at `now`, the newest check's share included.
    pub fn spent(mut self, first_open: i64, newest: Option<&Stand>, now: DateTime<Utc>) -> Spent {
        self.move_to(hour_of(now));
        if let Some(stand) = newest {
            let (from, to) = speaks(stand, Some(now));
            self.count(stand, from, to);
        }
        let mut sum = Spent::default();
        for (hour, spent) in [(self.hour, self.current), (self.hour - 1, self.previous)] {
            if hour >= first_open {
                sum += spent;
            }
        }
        sum
    }

    /// Bytes for storage.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(SIZE);
        bytes.extend(self.hour.to_le_bytes());
        for spent in [self.current, self.previous] {
            for ms in spent.parts() {
                bytes.extend(u32::try_from(ms.max(0)).unwrap_or(u32::MAX).to_le_bytes());
            }
        }
        bytes
    }

    /// Reads what `encode` wrote; none for anything else.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (hour, rest) = bytes.split_first_chunk::<8>()?;
        let (current, previous) = rest.split_at_checked(20)?;
        Some(Self {
            hour: i64::from_le_bytes(*hour),
            current: Spent::from_bytes(current)?,
            previous: Spent::from_bytes(previous)?,
        })
    }

    fn move_to(&mut self, hour: i64) {
        if hour <= self.hour {
            return;
        }
        self.previous = if hour == self.hour + 1 {
            self.current
        } else {
            Spent::default()
        };
        self.current = Spent::default();
        self.hour = hour;
    }

    fn count(&mut self, stand: &Stand, from: DateTime<Utc>, to: DateTime<Utc>) {
        let Some(start) = DateTime::from_timestamp(self.hour * 3600, 0) else {
            return;
        };
        self.current.add(stand.verdict, to - from.max(start));
        self.previous.add(
            stand.verdict,
            to.min(start) - from.max(start - TimeDelta::hours(1)),
        );
    }
}

fn hour_of(time: DateTime<Utc>) -> i64 {
    time.timestamp().div_euclid(3600)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{coverage::Tally, verdict::Verdict};

    proptest! {
        #[test]
        fn counting_as_checks_arrive_equals_summing_them_afterwards(
            gaps in proptest::collection::vec((1i64..900, 10i64..1200, any::<bool>()), 1..60), wait in 0i64..2_000
        ) {
            let base = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
            let mut slot = base;
            let mut stands: Vec<Stand> = Vec::new();
            let mut open = OpenHours::default();
            for (gap, seconds, up) in gaps {
                slot += TimeDelta::seconds(gap);
                open.settle(stands.last(), slot);
                let verdict = if up { Verdict::Up } else { Verdict::Down };
                stands.push(Stand { slot, stands_for: TimeDelta::seconds(seconds), verdict, total_us: None });
                prop_assert_eq!(OpenHours::decode(&open.encode()), Some(open));
            }
            let now = slot + TimeDelta::seconds(wait);
            let first = hour_of(now) - 1;
            let from = DateTime::from_timestamp(first * 3600, 0).unwrap();
            prop_assert_eq!(open.spent(first, stands.last(), now), Tally::of(&stands, from, now).spent);
        }
    }
}
