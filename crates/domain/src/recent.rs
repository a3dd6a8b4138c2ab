//! The last 24 hours and 30 days of a service in one packed column, so that a list of services reads one row each.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use crate::{
    coverage::Spent,
    packed::{HOUR_MS, PACKED, pull_spent, push_spent},
};

const HOURS: i64 = 24;
const DAYS: i64 = 30;
const DAY_MS: i64 = 24 * HOUR_MS;
const HEADER: usize = 8;

/// An hour or a day in words.
const WORDS: usize = 20;

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

    /// Bytes for storage: 62 for a month of one verdict, and at most some 1,400.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER + self.hours.len() + self.days.len());
        bytes.extend((self.next_hour | PACKED).to_le_bytes());
        for spent in &self.hours {
            push_spent(&mut bytes, spent, HOUR_MS);
        }
        for spent in &self.days {
            push_spent(&mut bytes, spent, DAY_MS);
        }
        bytes
    }

    /// Reads what `encode` wrote; none for anything else.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let mut recent = Self::decode_hours(bytes)?;
        let (header, mut rest) = bytes.split_first_chunk::<HEADER>()?;
        if i64::from_le_bytes(*header) & PACKED == 0 {
            let days = rest.get(WORDS * recent.hours.len()..)?;
            recent.days = words(days, 30)?;
            return (days.len() == WORDS * recent.days.len()).then_some(recent);
        }
        for _ in 0..recent.hours.len() {
            pull_spent(&mut rest, HOUR_MS)?;
        }
        recent.days = unpack(&mut rest, 30, DAY_MS)?;
        rest.is_empty().then_some(recent)
    }

    /// The hours alone, which are enough for the last day. None for anything that `encode` did not write.
    pub fn decode_hours(bytes: &[u8]) -> Option<Self> {
        let (header, mut rest) = bytes.split_first_chunk::<HEADER>()?;
        let header = i64::from_le_bytes(*header);
        let hours = if header & PACKED == 0 {
            words(rest, 24)
        } else {
            unpack(&mut rest, 24, HOUR_MS)
        };
        Some(Self {
            next_hour: header & !PACKED,
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

fn unpack(bytes: &mut &[u8], n: usize, whole_ms: i64) -> Option<Vec<Spent>> {
    (0..n).map(|_| pull_spent(bytes, whole_ms)).collect()
}

/// The first `n` spans that were written in words.
fn words(bytes: &[u8], n: usize) -> Option<Vec<Spent>> {
    bytes
        .get(..WORDS * n)?
        .chunks(WORDS)
        .map(Spent::from_words)
        .collect()
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
            let hours = Recent::decode_hours(&recent.encode()).unwrap();
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

    /// As `encode` wrote it before version 15 of the schema.
    fn in_words(recent: &Recent) -> Vec<u8> {
        let spans = recent.hours.iter().chain(&recent.days);
        let words = spans.flat_map(|spent| spent.parts().map(|ms| u32::try_from(ms).unwrap()));
        let words = words.flat_map(u32::to_le_bytes);
        recent
            .next_hour
            .to_le_bytes()
            .into_iter()
            .chain(words)
            .collect()
    }

    #[test]
    fn what_an_older_version_wrote_is_read() {
        let mut recent = Recent::new(hour(0));
        for n in 0..50 {
            recent.close(hour(n), up(3_600_000 - n), None);
        }
        let words = in_words(&recent);
        assert_eq!(Recent::decode_hours(&words).unwrap().hours, recent.hours);
        assert_eq!(Recent::decode(&words[..words.len() - 1]), None);
        assert_eq!(Recent::decode(&words), Some(recent));
    }

    #[test]
    fn a_month_without_trouble_is_a_few_bytes() {
        let mut recent = Recent::new(hour(0));
        for n in 0..24 * 40 {
            recent.close(hour(n), up(3_600_000), None);
        }
        let today = 1 + 4;
        assert!(recent.encode().len() <= HEADER + 24 + 29 + today);
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
