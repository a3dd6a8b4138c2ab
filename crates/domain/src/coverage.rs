//! How much time each verdict speaks for: the arithmetic under every uptime figure.

use std::ops::AddAssign;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::{histogram::Histogram, verdict::Verdict};

/// A check as the arithmetic sees it: it speaks from its slot until its time is over or the next check begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stand {
    pub slot: DateTime<Utc>,
    pub stands_for: TimeDelta,
    pub verdict: Verdict,
    /// µs; none when there was no answer.
    pub total_us: Option<u32>,
}

/// Time by verdict, in milliseconds. What is in none of the five was not observed at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spent {
    pub up_ms: i64,
    pub degraded_ms: i64,
    pub down_ms: i64,
    pub unknown_ms: i64,
    pub maintenance_ms: i64,
}

impl Spent {
    /// Adds `time` under a verdict.
    pub fn add(&mut self, verdict: Verdict, time: TimeDelta) {
        let place = match verdict {
            Verdict::Up => &mut self.up_ms,
            Verdict::Degraded => &mut self.degraded_ms,
            Verdict::Down => &mut self.down_ms,
            Verdict::Unknown => &mut self.unknown_ms,
            Verdict::Maintenance => &mut self.maintenance_ms,
        };
        *place += time.num_milliseconds().max(0);
    }

    /// Up, degraded, down, unknown, maintenance: the order in which they are packed.
    pub(crate) fn parts(&self) -> [i64; 5] {
        [
            self.up_ms,
            self.degraded_ms,
            self.down_ms,
            self.unknown_ms,
            self.maintenance_ms,
        ]
    }

    /// From parts in the order of `parts`.
    pub(crate) fn of_parts(parts: [i64; 5]) -> Self {
        let [up_ms, degraded_ms, down_ms, unknown_ms, maintenance_ms] = parts;
        Self {
            up_ms,
            degraded_ms,
            down_ms,
            unknown_ms,
            maintenance_ms,
        }
    }

    /// Reads five packed words of 32 bits, little end first: how rows were written before version 15 of the schema.
    pub(crate) fn from_words(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; 20] = bytes.try_into().ok()?;
        let mut words = bytes.chunks(4).map(|word| {
            word.iter()
                .rev()
                .fold(0, |sum, byte| (sum << 8) | i64::from(*byte))
        });
        Some(Self::of_parts(std::array::from_fn(|_| {
            words.next().unwrap_or(0)
        })))
    }

    /// Time for which there is an opinion: up, degraded or down.
    pub fn observed_ms(&self) -> i64 {
        self.up_ms + self.degraded_ms + self.down_ms
    }

    /// Time in which the service could be used: up or degraded.
    pub fn usable_ms(&self) -> i64 {
        self.up_ms + self.degraded_ms
    }
}

impl AddAssign for Spent {
    fn add_assign(&mut self, other: Self) {
        self.up_ms += other.up_ms;
        self.degraded_ms += other.degraded_ms;
        self.down_ms += other.down_ms;
        self.unknown_ms += other.unknown_ms;
        self.maintenance_ms += other.maintenance_ms;
    }
}

/// The sum of one bucket: an hour, or a day as the sum of its hours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub spent: Spent,
    /// Looks whose slot lies in the bucket, and how many of them failed.
    pub looks: i32,
    pub failed: i32,
    /// Latency of the looks that were answered.
    pub latency: Histogram,
}

impl Tally {
    /// Sums `from..to` over the stands of one service in order of slot. The last stand before `from` may be among
    /// them: its rest counts here, its look does not.
    pub fn of(stands: &[Stand], from: DateTime<Utc>, to: DateTime<Utc>) -> Self {
        let mut tally = Self::default();
        for (index, stand) in stands.iter().enumerate() {
            let next = stands.get(index + 1).map(|next| next.slot);
            let (start, end) = speaks(stand, next);
            tally
                .spent
                .add(stand.verdict, end.min(to) - start.max(from));
            if stand.slot >= from && stand.slot < to {
                tally.count(stand);
            }
        }
        tally
    }

    /// Adds another bucket.
    pub fn merge(&mut self, other: &Self) {
        self.spent += other.spent;
        self.looks += other.looks;
        self.failed += other.failed;
        self.latency.merge(&other.latency);
    }

    fn count(&mut self, stand: &Stand) {
        self.looks += 1;
        self.failed += i32::from(stand.verdict.severity().is_some());
        if let Some(us) = stand.total_us {
            self.latency.add(us);
        }
    }
}

/// The beginning of the hour in which `time` lies.
pub fn hour_start(time: DateTime<Utc>) -> DateTime<Utc> {
    time - TimeDelta::nanoseconds(
        time.timestamp().rem_euclid(3600) * 1_000_000_000
            + i64::from(time.timestamp_subsec_nanos()),
    )
}

/// From when to when a check speaks, given the slot of the check after it.
pub fn speaks(stand: &Stand, next: Option<DateTime<Utc>>) -> (DateTime<Utc>, DateTime<Utc>) {
    let end = stand.slot + stand.stands_for;
    (stand.slot, next.map_or(end, |next| end.min(next)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn time(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    fn stands() -> impl Strategy<Value = Vec<Stand>> {
        let verdict = prop_oneof![
            Just(Verdict::Up),
            Just(Verdict::Down),
            Just(Verdict::Degraded),
            Just(Verdict::Unknown)
        ];
        proptest::collection::btree_map(0i64..10_000, (10i64..900, verdict), 0..80).prop_map(
            |rows| {
                rows.into_iter()
                    .map(|(slot, (seconds, verdict))| Stand {
                        slot: time(slot),
                        stands_for: TimeDelta::seconds(seconds),
                        verdict,
                        total_us: Some(900),
                    })
                    .collect()
            },
        )
    }

    proptest! {
        #[test]
        fn a_tally_equals_asking_every_second(rows in stands(), from in 0i64..9_000, length in 1i64..4_000) {
            let (from, to) = (from, from + length);
            let mut brute = Spent::default();
            for second in from..to {
                let speaker = rows.iter().rev().find(|row| row.slot <= time(second));
                if let Some(row) = speaker && time(second) < row.slot + row.stands_for {
                    brute.add(row.verdict, TimeDelta::seconds(1));
                }
            }
            let first = rows.iter().rposition(|row| row.slot < time(from)).unwrap_or(0);
            prop_assert_eq!(Tally::of(&rows[first..], time(from), time(to)).spent, brute);
        }

        #[test]
        fn two_halves_make_the_whole(rows in stands(), cut in 1i64..9_999) {
            let mut halves = Tally::of(&rows, time(0), time(cut));
            halves.merge(&Tally::of(&rows, time(cut), time(20_000)));
            prop_assert_eq!(halves, Tally::of(&rows, time(0), time(20_000)));
        }
    }
}
