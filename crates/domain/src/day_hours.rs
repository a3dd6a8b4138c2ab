//! The hours of a UTC day in one packed column, so that a chart of a month reads thirty rows instead of 720.

use std::borrow::Cow;

use chrono::{DateTime, Timelike as _, Utc};

use crate::{
    coverage::{Spent, Tally},
    histogram::Histogram,
    packed::{HOUR_MS, pull, pull_spent, push, push_spent},
};

const HOURS: usize = 24;
/// A bit for each hour that is there.
const HEADER: usize = HOURS / 8;

/// What a chart shows of the closed hours of one day. `decode` borrows from the bytes that it reads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DayHours<'a> {
    /// Histograms stay encoded: few of their buckets are in use.
    hours: [Option<(Spent, Cow<'a, [u8]>)>; HOURS],
}

impl<'a> DayHours<'a> {
    /// Takes in a closed hour of the day, or replaces it.
    pub fn close(&mut self, hour: DateTime<Utc>, tally: &Tally) {
        self.hours[hour_of_day(hour)] = Some((tally.spent, tally.latency.encode().into()));
    }

    /// The closed hours in order: the number of each (0–23), its time by verdict, and the latency of its looks that were answered, as
    /// `Histogram::encode` wrote it.
    pub fn iter(&self) -> impl Iterator<Item = (u8, &Spent, &[u8])> {
        let numbered = (0..).zip(&self.hours);
        numbered.filter_map(|(n, hour)| {
            let (spent, latency) = hour.as_ref()?;
            Some((n, spent, &**latency))
        })
    }

    /// Whether these hours are all that the day consists of.
    pub fn add_up_to(&self, spent: &Spent, latency: &Histogram) -> bool {
        let mut sum = Spent::default();
        let mut latencies = Histogram::default();
        let read = self.iter().all(|(_, spent, latency)| {
            sum += *spent;
            latencies.merge_encoded(latency).is_some()
        });
        read && sum == *spent && latencies == *latency
    }

    /// Bytes for storage: two and those of its histogram for an hour of one verdict, at most some 20 more for another.
    pub fn encode(&self) -> Vec<u8> {
        let present = self.iter().fold(0u32, |set, (n, ..)| set | (1 << n));
        let mut bytes = present.to_le_bytes()[..HEADER].to_vec();
        for (_, spent, latency) in self.iter() {
            push_spent(&mut bytes, spent, HOUR_MS);
            push(&mut bytes, u64::try_from(latency.len()).unwrap_or(0));
            bytes.extend_from_slice(latency);
        }
        bytes
    }

    /// Reads what `encode` wrote; none for anything else. What histograms hold is not looked at.
    pub fn decode(bytes: &'a [u8]) -> Option<Self> {
        let (header, mut rest) = bytes.split_first_chunk::<HEADER>()?;
        let mut day = Self::default();
        for (n, hour) in day.hours.iter_mut().enumerate() {
            if header[n / 8] & (1 << (n % 8)) == 0 {
                continue;
            }
            let spent = pull_spent(&mut rest, HOUR_MS)?;
            if spent.parts().iter().any(|ms| *ms > HOUR_MS) {
                return None;
            }
            let length = usize::try_from(pull(&mut rest)?).ok()?;
            let (latency, after) = rest.split_at_checked(length)?;
            *hour = Some((spent, latency.into()));
            rest = after;
        }
        rest.is_empty().then_some(day)
    }
}

fn hour_of_day(hour: DateTime<Utc>) -> usize {
    usize::try_from(hour.hour()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;

    fn tally() -> impl Strategy<Value = Tally> {
        let parts = proptest::array::uniform5(prop_oneof![Just(0), 0..=HOUR_MS]);
        let latency = proptest::collection::vec(0u32..200_000_000, 0..40);
        (parts, latency).prop_map(|(parts, latency)| {
            let mut tally = Tally {
                spent: Spent::of_parts(parts),
                ..Tally::default()
            };
            for us in latency {
                tally.latency.add(us);
            }
            tally
        })
    }

    proptest! {
        #[test]
        fn a_day_comes_back_and_is_the_sum_of_its_hours(hours in proptest::collection::btree_map(0u8..24, tally(), 0..=24)) {
            let midnight = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
            let (mut day, mut sum) = (DayHours::default(), Tally::default());
            for (n, tally) in &hours {
                let hour = midnight + TimeDelta::hours((*n).into());
                day.close(hour, &Tally::default());
                day.close(hour, tally);
                sum.merge(tally);
            }
            let encoded = day.encode();
            let read = DayHours::decode(&encoded);
            prop_assert_eq!(read.as_ref(), Some(&day));
            let told: Vec<_> = day.iter().map(|(n, spent, latency)| (n, *spent, Histogram::decode(latency).unwrap())).collect();
            let wanted: Vec<_> = hours.iter().map(|(n, tally)| (*n, tally.spent, tally.latency.clone())).collect();
            prop_assert_eq!(told, wanted);
            prop_assert!(day.add_up_to(&sum.spent, &sum.latency));
            let (mut more, mut later) = (sum.spent, sum.latency);
            more.up_ms += 1;
            prop_assert!(!day.add_up_to(&more, &later));
            later.add(900);
            prop_assert!(!day.add_up_to(&sum.spent, &later));
        }

        #[test]
        fn garbage_ends_nothing(hours in proptest::collection::vec(tally(), 1..4), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
            let mut day = DayHours::default();
            for (n, tally) in (0..).zip(&hours) {
                day.close(DateTime::UNIX_EPOCH + TimeDelta::hours(n), tally);
            }
            let mut bytes = day.encode();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            if let Some(day) = DayHours::decode(&bytes) {
                day.add_up_to(&Spent::default(), &Histogram::default());
                let again = day.encode();
                prop_assert_eq!(DayHours::decode(&again), Some(day));
            }
        }
    }

    #[test]
    fn nothing_and_what_was_cut_off_are_no_day() {
        assert_eq!(DayHours::decode(&[]), None);
        let mut day = DayHours::default();
        let mut tally = Tally::default();
        tally.latency.add(40_000);
        day.close(DateTime::UNIX_EPOCH, &tally);
        let bytes = day.encode();
        for length in 0..bytes.len() {
            assert_eq!(DayHours::decode(&bytes[..length]), None);
        }
        assert_eq!(DayHours::decode(&[&bytes[..], &[0]].concat()), None);
    }

    #[test]
    fn an_hour_that_is_longer_than_one_is_no_day() {
        let mut day = DayHours::default();
        for (ms, is_one) in [(HOUR_MS, true), (HOUR_MS + 1, false)] {
            let tally = Tally {
                spent: Spent::of_parts([1, ms, 0, 0, 0]),
                ..Tally::default()
            };
            day.close(DateTime::UNIX_EPOCH, &tally);
            assert_eq!(DayHours::decode(&day.encode()).is_some(), is_one);
        }
    }

    #[test]
    fn a_histogram_that_cannot_be_read_does_not_add_up() {
        let mut day = DayHours::default();
        day.close(DateTime::UNIX_EPOCH, &Tally::default());
        assert!(day.add_up_to(&Spent::default(), &Histogram::default()));
        day.hours[1] = Some((Spent::default(), vec![200, 1].into()));
        assert!(!day.add_up_to(&Spent::default(), &Histogram::default()));
    }

    #[test]
    fn a_calm_day_is_a_few_bytes() {
        let mut day = DayHours::default();
        let mut tally = Tally {
            spent: Spent::of_parts([HOUR_MS, 0, 0, 0, 0]),
            ..Tally::default()
        };
        tally.latency.add(40_000);
        for n in 0..24 {
            day.close(DateTime::UNIX_EPOCH + TimeDelta::hours(n), &tally);
        }
        assert_eq!(day.encode().len(), HEADER + 24 * (1 + 1 + 2));
    }
}
