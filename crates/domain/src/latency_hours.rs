//! The median latency of the last 24 closed hours in one packed column: the small line beside each service of a list.

use chrono::{DateTime, Utc};

const HOURS: usize = 24;
const HEADER: usize = 8;
const ENTRY: usize = 4;

/// Medians in µs, newest last; 0 for an hour without an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LatencyHours {
    /// The hour after the newest one, in hours since 1970.
    next_hour: i64,
    medians: [u32; HOURS],
}

impl LatencyHours {
    /// Takes in the median of one closed hour in µs, or replaces it; hours older than 24 of the newest are ignored.
    pub fn close(&mut self, hour: DateTime<Utc>, median: Option<u32>) {
        let hour = hour_of(hour);
        let ahead = usize::try_from(hour + 1 - self.next_hour).unwrap_or(0);
        if ahead > 0 {
            let ahead = ahead.min(HOURS);
            self.medians.rotate_left(ahead);
            self.medians[HOURS - ahead..].fill(0);
            self.next_hour = hour + 1;
        }
        if let Some(slot) = self.slot(hour) {
            self.medians[slot] = median.unwrap_or(0);
        }
    }

    /// The 24 hours before the hour of `now`, oldest first, in µs; none where nothing answered or nothing is closed.
    pub fn before(&self, now: DateTime<Utc>) -> [Option<u32>; HOURS] {
        let mut medians = [None; HOURS];
        for (hour, median) in (hour_of(now) - 24..).zip(medians.iter_mut()) {
            let known = self.slot(hour).map_or(0, |slot| self.medians[slot]);
            *median = Some(known).filter(|us| *us > 0);
        }
        medians
    }

    /// Bytes for storage; none of them where no hour had an answer.
    pub fn encode(&self) -> Vec<u8> {
        if self.medians == [0; HOURS] {
            return Vec::new();
        }
        let mut bytes = Vec::with_capacity(HEADER + ENTRY * HOURS);
        bytes.extend(self.next_hour.to_le_bytes());
        bytes.extend(self.medians.iter().flat_map(|us| us.to_le_bytes()));
        bytes
    }

    /// Reads what `encode` wrote; nothing is known of anything else.
    pub fn decode(bytes: &[u8]) -> Self {
        let mut read = Self::default();
        let Some((header, rest)) = bytes.split_first_chunk::<HEADER>() else {
            return read;
        };
        if rest.len() != ENTRY * HOURS {
            return read;
        }
        read.next_hour = i64::from_le_bytes(*header);
        for (median, bytes) in read.medians.iter_mut().zip(rest.as_chunks::<ENTRY>().0) {
            *median = u32::from_le_bytes(*bytes);
        }
        read
    }

    fn slot(&self, hour: i64) -> Option<usize> {
        let age = usize::try_from(self.next_hour - 1 - hour).ok()?;
        (HOURS - 1).checked_sub(age)
    }
}

fn hour_of(time: DateTime<Utc>) -> i64 {
    time.timestamp().div_euclid(3600)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;

    fn hour(n: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::hours(500_000 + n)
    }

    proptest! {
        #[test]
        fn hours_closed_in_any_order_are_told_in_theirs(
            closes in proptest::collection::vec((0i64..80, proptest::option::of(1u32..90_000_000)), 1..120), wait in 0i64..40
        ) {
            let mut packed = LatencyHours::default();
            let mut truth = BTreeMap::new();
            let mut newest = 0;
            for (n, median) in &closes {
                packed.close(hour(*n), *median);
                newest = newest.max(*n);
                truth.insert(*n, *median);
                // What fell out of the window once does not come back.
                truth.retain(|n, _| *n > newest - 24);
                prop_assert_eq!(LatencyHours::decode(&packed.encode()).before(hour(newest)), packed.before(hour(newest)));
            }
            let now = newest + 1 + wait;
            let expected: Vec<Option<u32>> =
                (now - 24..now).map(|n| truth.get(&n).copied().flatten()).collect();
            prop_assert_eq!(packed.before(hour(now)).to_vec(), expected);
        }
    }

    #[test]
    fn bytes_of_anything_else_are_no_hours() {
        for bytes in [&b""[..], b"short", &[7; 103]] {
            assert_eq!(LatencyHours::decode(bytes), LatencyHours::default());
        }
    }
}
