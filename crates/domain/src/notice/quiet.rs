//! Quiet hours: when messages wait until morning, and what gets through nevertheless.

use std::collections::BTreeSet;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::rule::Topic;

/// From one time of day to another in one zone; past midnight where `until` is not later than `from`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Words", into = "Words")]
pub struct Quiet {
    pub from: NaiveTime,
    pub until: NaiveTime,
    pub zone: Tz,
    /// What is told even then.
    pub lets_through: BTreeSet<Topic>,
}

/// As it is written: `{"from": "22:00", "until": "07:00", "zone": "Europe/Berlin", "lets_through": ["down"]}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Words {
    pub from: String,
    pub until: String,
    pub zone: String,
    pub lets_through: BTreeSet<Topic>,
}

impl TryFrom<Words> for Quiet {
    type Error = String;

    fn try_from(words: Words) -> Result<Self, String> {
        let clock = |text: &str| {
            NaiveTime::parse_from_str(text, "%H:%M")
                .map_err(|_| "must have times such as 22:00 and 07:00".to_owned())
        };
        let quiet = Self {
            from: clock(&words.from)?,
            until: clock(&words.until)?,
            zone: words
                .zone
                .parse()
                .map_err(|_| "must name a time zone such as Europe/Berlin".to_owned())?,
            lets_through: words.lets_through,
        };
        if quiet.from == quiet.until {
            return Err("must not begin and end at the same time".to_owned());
        }
        Ok(quiet)
    }
}

impl From<Quiet> for Words {
    fn from(quiet: Quiet) -> Self {
        Self {
            from: quiet.from.format("%H:%M").to_string(),
            until: quiet.until.format("%H:%M").to_string(),
            zone: quiet.zone.name().to_owned(),
            lets_through: quiet.lets_through,
        }
    }
}

impl Quiet {
    /// When the quiet hours end in which `at` lies; none when it lies in none.
    pub fn end(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let today = at.with_timezone(&self.zone).date_naive();
        let yesterday = today.checked_sub_days(Days::new(1));
        let span = |day: NaiveDate| {
            let last = if self.until <= self.from {
                day.checked_add_days(Days::new(1))?
            } else {
                day
            };
            Some((
                instant(self.zone, day, self.from),
                instant(self.zone, last, self.until),
            ))
        };
        [yesterday, Some(today)]
            .into_iter()
            .flatten()
            .filter_map(span)
            .find(|(from, until)| (*from..*until).contains(&at))
            .map(|(_, until)| until)
    }

    /// When something of this topic may be told that would be told at `at`.
    pub fn opens(&self, topic: Topic, at: DateTime<Utc>) -> DateTime<Utc> {
        if self.lets_through.contains(&topic) {
            return at;
        }
        self.end(at).unwrap_or(at)
    }
}

/// The instant at which a clock on the wall of a zone shows this. When it shows it twice, the first time; when it leaps
/// over it, the first instant after the leap.
pub fn instant(zone: Tz, day: NaiveDate, time: NaiveTime) -> DateTime<Utc> {
    let local = day.and_time(time);
    if let Some(found) = zone.from_local_datetime(&local).earliest() {
        return found.to_utc();
    }
    // No zone leaps by more than a day; each quarter of an hour is tried, and all known leaps end on one.
    let quarter = TimeDelta::minutes(15);
    let minute = local - TimeDelta::minutes(i64::from(chrono::Timelike::minute(&local) % 15));
    let mut later = minute;
    for _ in 0..=96 {
        later += quarter;
        if let Some(found) = zone.from_local_datetime(&later).earliest() {
            return found.to_utc();
        }
    }
    zone.from_utc_datetime(&local).to_utc()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn quiet(from: &str, until: &str, zone: Tz) -> Quiet {
        let clock = |text: &str| NaiveTime::parse_from_str(text, "%H:%M").unwrap();
        Quiet {
            from: clock(from),
            until: clock(until),
            zone,
            lets_through: [Topic::Down].into(),
        }
    }

    #[test]
    fn a_night_lasts_past_midnight_in_its_own_zone() {
        let night = quiet("22:00", "07:00", Tz::Europe__Berlin);
        let rows = [
            ("2026-01-10T20:59:59Z", None),
            ("2026-01-10T21:00:00Z", Some("2026-01-11T06:00:00Z")),
            ("2026-01-11T05:59:59Z", Some("2026-01-11T06:00:00Z")),
            ("2026-01-11T06:00:00Z", None),
            ("2026-01-11T12:00:00Z", None),
            // The night in which summer begins is an hour shorter.
            ("2026-03-28T22:00:00Z", Some("2026-03-29T05:00:00Z")),
        ];
        for (at, end) in rows {
            assert_eq!(night.end(time(at)), end.map(time), "{at}");
        }
    }

    #[test]
    fn an_hour_that_the_clock_leaps_over_ends_after_the_leap() {
        let nap = quiet("01:00", "02:30", Tz::Europe__Berlin);
        assert_eq!(
            nap.end(time("2026-03-29T00:30:00Z")),
            Some(time("2026-03-29T01:00:00Z"))
        );
    }

    #[test]
    fn what_is_let_through_does_not_wait() {
        let lunch = quiet("12:00", "13:00", Tz::UTC);
        let noon = time("2026-01-10T12:30:00Z");
        assert_eq!(lunch.opens(Topic::Down, noon), noon);
        assert_eq!(
            lunch.opens(Topic::Degraded, noon),
            time("2026-01-10T13:00:00Z")
        );
    }
}
