//! When the report of a week is due: at eight in the morning of a day that somebody chose, where they live.

use chrono::{DateTime, Datelike as _, Days, NaiveDate, NaiveTime, TimeDelta, Utc, Weekday};
use chrono_tz::Tz;

use crate::{coverage::hour_start, notice::quiet::instant};

/// A report that is so late is of no use any more.
pub const TOO_LATE: TimeDelta = TimeDelta::days(2);

/// Minutes after midnight at which a report is due: eight in the morning.
const DUE_MINUTES: u32 = 8 * 60;

/// On which day somebody wants the report, by the clocks of which zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rhythm {
    pub weekday: Weekday,
    pub zone: Tz,
}

/// The seven days before the day of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Week {
    /// The Monday of the calendar week in which the report is due. Nobody gets two reports under the same one, even if they
    /// choose another day or zone meanwhile.
    pub key: NaiveDate,
    pub first: NaiveDate,
    pub last: NaiveDate,
    /// Local midnight, at the beginning of its UTC hour: sums are kept by those.
    pub from: DateTime<Utc>,
    /// The same seven days later, when the next week begins.
    pub until: DateTime<Utc>,
    pub due: DateTime<Utc>,
}

impl Rhythm {
    /// A zone by its name in the time zone database; the reason otherwise.
    pub fn parse_zone(name: &str) -> Result<Tz, &'static str> {
        name.parse()
            .map_err(|_| "must name a time zone such as Europe/Berlin")
    }

    /// The first week whose report is due later than `after`.
    pub fn next(self, after: DateTime<Utc>) -> Week {
        let today = after.with_timezone(&self.zone).date_naive();
        let mut week = self.week(self.day_from(today));
        if week.due <= after {
            week = self.week(week.last + Days::new(8));
        }
        week
    }

    /// The latest week whose report is due at `now`, unless it is too late for it.
    pub fn due(self, now: DateTime<Utc>) -> Option<Week> {
        let upcoming = self.next(now);
        let week = self.week(upcoming.first);
        (now - week.due <= TOO_LATE).then_some(week)
    }

    /// The first day of that name, `day` included.
    fn day_from(self, day: NaiveDate) -> NaiveDate {
        let ahead = self.weekday.days_since(day.weekday());
        day + Days::new(ahead.into())
    }

    /// The week that is reported on this day.
    fn week(self, day: NaiveDate) -> Week {
        let midnight = |day| hour_start(instant(self.zone, day, NaiveTime::MIN));
        let due_time = NaiveTime::MIN + TimeDelta::minutes(DUE_MINUTES.into());
        let first = day - Days::new(7);
        Week {
            key: day - Days::new(day.weekday().days_since(Weekday::Mon).into()),
            first,
            last: day - Days::new(1),
            from: midnight(first),
            until: midnight(day),
            due: instant(self.zone, day, due_time),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn time(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_report_is_due_at_eight_where_somebody_lives() {
        let rows = [
            (
                Weekday::Mon,
                Tz::Europe__Berlin,
                "2026-01-12T06:59:59Z",
                "2026-01-12T07:00:00Z",
            ),
            (
                Weekday::Mon,
                Tz::Europe__Berlin,
                "2026-01-12T07:00:00Z",
                "2026-01-19T07:00:00Z",
            ),
            // Sunday evening in London is Monday morning in Tokyo.
            (
                Weekday::Mon,
                Tz::Asia__Tokyo,
                "2026-01-11T22:00:00Z",
                "2026-01-11T23:00:00Z",
            ),
            (
                Weekday::Fri,
                Tz::America__New_York,
                "2026-07-01T00:00:00Z",
                "2026-07-03T12:00:00Z",
            ),
            (
                Weekday::Sun,
                Tz::Asia__Kolkata,
                "2026-07-01T00:00:00Z",
                "2026-07-05T02:30:00Z",
            ),
            // The day on which summer begins, and the one on which it ends.
            (
                Weekday::Sun,
                Tz::Europe__Berlin,
                "2026-03-28T12:00:00Z",
                "2026-03-29T06:00:00Z",
            ),
            (
                Weekday::Sun,
                Tz::Europe__Berlin,
                "2026-10-24T12:00:00Z",
                "2026-10-25T07:00:00Z",
            ),
            // A Friday that Samoa never had: the first moment after it.
            (
                Weekday::Fri,
                Tz::Pacific__Apia,
                "2011-12-29T00:00:00Z",
                "2011-12-30T10:00:00Z",
            ),
        ];
        for (weekday, zone, after, due) in rows {
            let week = Rhythm { weekday, zone }.next(time(after));
            assert_eq!(week.due, time(due), "{weekday} {zone} after {after}");
        }
    }

    #[test]
    fn a_week_is_seven_days_by_the_clock_on_the_wall() {
        let monday = |zone| Rhythm {
            weekday: Weekday::Mon,
            zone,
        };
        let rows = [
            (Tz::UTC, "2026-01-12T08:00:00Z", "2026-01-05T00:00:00Z", 168),
            (
                Tz::Europe__Berlin,
                "2026-01-12T08:00:00Z",
                "2026-01-04T23:00:00Z",
                168,
            ),
            // Summer begins on the last Sunday of March, and ends on the last one of October.
            (
                Tz::Europe__Berlin,
                "2026-03-30T08:00:00Z",
                "2026-03-22T23:00:00Z",
                167,
            ),
            (
                Tz::Europe__Berlin,
                "2026-10-26T08:00:00Z",
                "2026-10-18T22:00:00Z",
                169,
            ),
            (
                Tz::America__New_York,
                "2026-03-09T13:00:00Z",
                "2026-03-02T05:00:00Z",
                167,
            ),
            // Half an hour: sums are kept by whole hours of UTC, so a week begins at most an hour early.
            (
                Tz::Asia__Kolkata,
                "2026-01-12T08:00:00Z",
                "2026-01-04T18:00:00Z",
                168,
            ),
            (
                Tz::Australia__Lord_Howe,
                "2026-04-06T08:00:00Z",
                "2026-03-29T13:00:00Z",
                168,
            ),
        ];
        for (zone, now, from, hours) in rows {
            let week = monday(zone).due(time(now)).unwrap();
            assert_eq!(week.from, time(from), "{zone} at {now}");
            assert_eq!(
                week.until - week.from,
                TimeDelta::hours(hours),
                "{zone} at {now}"
            );
            assert_eq!((week.last - week.first).num_days(), 6);
        }
    }

    #[test]
    fn a_report_that_is_two_days_late_is_dropped() {
        let rhythm = Rhythm {
            weekday: Weekday::Mon,
            zone: Tz::UTC,
        };
        let due = |now| rhythm.due(time(now)).map(|week| week.first);
        assert_eq!(due("2026-01-12T08:00:00Z"), Some(day("2026-01-05")));
        assert_eq!(due("2026-01-14T08:00:00Z"), Some(day("2026-01-05")));
        assert_eq!(due("2026-01-14T08:00:01Z"), None);
        assert_eq!(due("2026-01-19T07:59:59Z"), None);
        assert_eq!(due("2026-01-19T08:00:00Z"), Some(day("2026-01-12")));
    }

    #[test]
    fn another_day_of_the_same_week_is_the_same_report() {
        let at = |weekday| {
            Rhythm {
                weekday,
                zone: Tz::UTC,
            }
            .next(time("2026-01-12T00:00:00Z"))
        };
        for weekday in [Weekday::Mon, Weekday::Wed, Weekday::Sun] {
            assert_eq!(at(weekday).key, day("2026-01-12"), "{weekday}");
        }
    }

    proptest! {
        #[test]
        fn weeks_follow_one_another_without_a_gap_and_each_has_its_key(
            zone in 0..chrono_tz::TZ_VARIANTS.len(), weekday in 0u8..7, seconds in 0i64..2_500_000_000
        ) {
            let weekday = Weekday::try_from(weekday).unwrap();
            let rhythm = Rhythm { weekday, zone: chrono_tz::TZ_VARIANTS[zone] };
            let now = DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds);
            let week = rhythm.next(now);
            prop_assert!(week.due > now && week.due - now <= TimeDelta::days(8));
            prop_assert!(week.until <= week.due && week.from < week.until);
            let following = rhythm.next(week.due);
            prop_assert_eq!(following.from, week.until);
            prop_assert_eq!(following.key, week.key + Days::new(7));
            // What is due at the moment it is due is this very week, and a moment before it is not.
            prop_assert_eq!(rhythm.due(week.due), Some(week));
            prop_assert_ne!(rhythm.due(week.due - TimeDelta::seconds(1)), Some(week));
        }
    }
}
