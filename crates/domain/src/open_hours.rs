//! The running hour and the one before it, counted as checks arrive, until their rollups are closed.

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    coverage::{Spent, Stand, speaks},
    packed::{HOUR_MS, PACKED, pull_spent, push_spent},
};

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
    pub fn spent(self, first_open: i64, newest: Option<&Stand>, now: DateTime<Utc>) -> Spent {
        let mut sum = Spent::default();
        for (hour, spent) in self.by_hour(newest, now) {
            if hour >= first_open {
                sum += spent;
            }
        }
        sum
    }

    /// What is known of the hour of `now` and of the one before (hours since 1970), the newest check's share included.
    pub fn by_hour(mut self, newest: Option<&Stand>, now: DateTime<Utc>) -> [(i64, Spent); 2] {
        self.move_to(hour_of(now));
        if let Some(stand) = newest {
            let (from, to) = speaks(stand, Some(now));
            self.count(stand, from, to);
        }
        [(self.hour - 1, self.previous), (self.hour, self.current)]
    }

    /// Bytes for storage: 14 where the verdict stayed the same.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(24);
        bytes.extend((self.hour | PACKED).to_le_bytes());
        push_spent(&mut bytes, &self.current, HOUR_MS);
        push_spent(&mut bytes, &self.previous, HOUR_MS);
        bytes
    }

    /// Reads what `encode` wrote, and the words in which it was written before version 15 of the schema; none for anything else.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (header, mut rest) = bytes.split_first_chunk::<8>()?;
        let header = i64::from_le_bytes(*header);
        let (current, previous) = if header & PACKED == 0 {
            let (current, previous) = rest.split_at_checked(20)?;
            (Spent::from_words(current)?, Spent::from_words(previous)?)
        } else {
            let both = (
                pull_spent(&mut rest, HOUR_MS)?,
                pull_spent(&mut rest, HOUR_MS)?,
            );
            rest.is_empty().then_some(both)?
        };
        Some(Self {
            hour: header & !PACKED,
            current,
            previous,
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

    #[test]
    fn what_an_older_version_wrote_is_read() {
        let mut words = 500_000i64.to_le_bytes().to_vec();
        for ms in [1u32, 0, 2, 0, 0, 3_599_000, 0, 1_000, 0, 0] {
            words.extend(ms.to_le_bytes());
        }
        let open = OpenHours {
            hour: 500_000,
            current: Spent::of_parts([1, 0, 2, 0, 0]),
            previous: Spent::of_parts([3_599_000, 0, 1_000, 0, 0]),
        };
        assert_eq!(OpenHours::decode(&words), Some(open));
        assert_eq!(OpenHours::decode(&words[1..]), None);
    }

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
