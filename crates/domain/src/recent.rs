//! The last 24 hours and 30 days of a service in one packed column, so that a list of services reads one row each.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use crate::coverage::Spent;

const HOURS: i64 = 24;
const DAYS: i64 = 30;
const ENTRY: usize = 20;
const HEADER: usize = 8;

/// So many leading bytes are enough for `decode_hours`.
pub const HOURS_BYTES: usize = HEADER + ENTRY * 24;

/// Closed hours and days, newest last. Days are UTC and sums of closed hours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recent {
    /// The hour after the newest closed one, in hours since 1970.
    next_hour: i64,
    hours: Vec<Spent>,
    days: Vec<Spent>,
}

impl Recent {
    /// Nothing closed yet at `now`.
    pub fn new(now: DateTime<Utc>) -> Self {
        Self {
            next_hour: hour_of(now),
            hours: vec![Spent::default(); 24],
            days: vec![Spent::default(); 30],
        }
    }

    /// Takes in one closed hour, or replaces it if it was taken before; hours older than 30 days are ignored.
    pub fn close(&mut self, hour: DateTime<Utc>, spent: Spent, before: Option<Spent>) {
        let hour = hour_of(hour);
        while self.next_hour <= hour {
            self.advance();
        }
        let age = self.next_hour - 1 - hour;
        if let Some(slot) = index(HOURS, age) {
            self.hours[slot] = spent;
        }
        let day_age = (self.next_hour - 1).div_euclid(24) - hour.div_euclid(24);
        if let Some(slot) = index(DAYS, day_age) {
            let day = &mut self.days[slot];
            if let Some(before) = before {
                *day += negative(before);
            }
            *day += spent;
        }
    }

    /// The last 24 hours up to `now`: closed hours that lie in them, plus what is open.
    pub fn last_day(&self, now: DateTime<Utc>, open: &Spent) -> Spent {
        let oldest = hour_of(now) - HOURS + 1;
        let mut sum = *open;
        for (age, spent) in (0..).zip(self.hours.iter().rev()) {
            if self.next_hour - 1 - age >= oldest {
                sum += *spent;
            }
        }
        sum
    }

    /// The last `n` (at most 30) UTC days up to today, oldest first, today including what is open.
    pub fn days(&self, now: DateTime<Utc>, open: &Spent, n: usize) -> Vec<(NaiveDate, Spent)> {
        let today = now.date_naive();
        let newest = (self.next_hour - 1).div_euclid(24);
        let wanted = i64::try_from(n.min(30)).unwrap_or(DAYS);
        (0..wanted)
            .rev()
            .map(|back| {
                let date = today - TimeDelta::days(back);
                let age = newest - (hour_of(now).div_euclid(24) - back);
                let mut spent =
                    index(DAYS, age).map_or_else(Spent::default, |slot| self.days[slot]);
                if back == 0 {
                    spent += *open;
                }
                (date, spent)
            })
            .collect()
    }

    /// The first hour that is not closed, in hours since 1970.
    pub fn first_open(&self) -> i64 {
        self.next_hour
    }

    /// Bytes for storage.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER + ENTRY * (self.hours.len() + self.days.len()));
        bytes.extend(self.next_hour.to_le_bytes());
        for spent in self.hours.iter().chain(&self.days) {
            for ms in spent.parts() {
                bytes.extend(u32::try_from(ms.max(0)).unwrap_or(u32::MAX).to_le_bytes());
            }
        }
        bytes
    }

    /// Reads what `encode` wrote; none for anything else.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (header, rest) = bytes.split_first_chunk::<HEADER>()?;
        let mut entries = Vec::with_capacity(54);
        for chunk in rest.chunks(ENTRY) {
            entries.push(Spent::from_bytes(chunk)?);
        }
        if entries.len() != 54 {
            return None;
        }
        let days = entries.split_off(24);
        Some(Self {
            next_hour: i64::from_le_bytes(*header),
            hours: entries,
            days,
        })
    }

    /// The hours alone, from the first `HOURS_BYTES` of what `encode` wrote: enough for the last day. None for anything else.
    pub fn decode_hours(bytes: &[u8]) -> Option<Self> {
        let (header, rest) = bytes.get(..HOURS_BYTES)?.split_first_chunk::<HEADER>()?;
        let hours: Option<Vec<Spent>> = rest.chunks(ENTRY).map(Spent::from_bytes).collect();
        Some(Self {
            next_hour: i64::from_le_bytes(*header),
            hours: hours?,
            days: Vec::new(),
        })
    }

    fn advance(&mut self) {
        if self.next_hour.rem_euclid(24) == 0 {
            self.days.remove(0);
            self.days.push(Spent::default());
        }
        self.hours.remove(0);
        self.hours.push(Spent::default());
        self.next_hour += 1;
    }
}

fn hour_of(time: DateTime<Utc>) -> i64 {
    time.timestamp().div_euclid(3600)
}

fn index(length: i64, age: i64) -> Option<usize> {
    (0..length)
        .contains(&age)
        .then(|| usize::try_from(length - 1 - age).unwrap_or(0))
}

fn negative(spent: Spent) -> Spent {
    Spent {
        up_ms: -spent.up_ms,
        degraded_ms: -spent.degraded_ms,
        down_ms: -spent.down_ms,
        unknown_ms: -spent.unknown_ms,
        maintenance_ms: -spent.maintenance_ms,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn hour(n: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::hours(500_000 + n)
    }

    fn up(ms: i64) -> Spent {
        Spent {
            up_ms: ms,
            ..Spent::default()
        }
    }

    proptest! {
        #[test]
        fn closing_hours_in_any_order_with_repeats_equals_the_plain_sums(
            closes in proptest::collection::vec((0i64..100, 1i64..3_600_000), 1..150)
        ) {
            let mut recent = Recent::new(hour(0));
            let mut truth = std::collections::BTreeMap::new();
            for (n, ms) in &closes {
                let before = truth.insert(*n, *ms).map(up);
                recent.close(hour(*n), up(*ms), before);
            }
            let newest = closes.iter().map(|(n, _)| *n).max().unwrap();
            let now = hour(newest + 1);
            let open = up(7);
            let hours = Recent::decode_hours(&recent.encode()[..HOURS_BYTES]).unwrap();
            prop_assert_eq!(hours.last_day(now, &open), recent.last_day(now, &open));
            let day: i64 = truth.iter().filter(|(n, _)| **n > newest - 23).map(|(_, ms)| *ms).sum();
            prop_assert_eq!(recent.last_day(now, &open), up(day + 7));
            for (date, spent) in recent.days(now, &open, 30) {
                let mut sum: i64 = truth.iter().filter(|(n, _)| hour(**n).date_naive() == date).map(|(_, ms)| *ms).sum();
                if date == now.date_naive() { sum += 7; }
                prop_assert_eq!(spent.up_ms, sum);
            }
            prop_assert_eq!(Recent::decode(&recent.encode()), Some(recent));
        }
    }

    #[test]
    fn a_service_that_was_away_for_a_month_shows_empty_days() {
        let mut recent = Recent::new(hour(0));
        recent.close(hour(0), up(5), None);
        let days = recent.days(hour(24 * 40), &Spent::default(), 30);
        assert_eq!(days.len(), 30);
        assert!(days.iter().all(|(_, spent)| *spent == Spent::default()));
    }
}
