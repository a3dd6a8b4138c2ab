//! Recurrence rules (RFC 5545, 3.3.10) as far as maintenance needs them: days, weeks, months and years, with their days.
//!
//! The libraries for it turn on the clock of the calendar library, which this crate must not read.

use chrono::{
    DateTime, Datelike as _, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc,
    Weekday,
};
use chrono_tz::Tz;

use crate::notice::quiet::instant;

/// Periods that are looked at before a rule counts as one that never comes true.
const MOST_PERIODS: u32 = 40_000;

/// How often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Frequency {
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// A day of the week, in a month perhaps a certain one: the first Sunday, the last Friday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Day {
    nth: Option<i8>,
    weekday: Weekday,
}

/// When something happens again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recurrence {
    frequency: Frequency,
    interval: u32,
    days: Vec<Day>,
    month_days: Vec<i8>,
    count: Option<u32>,
    until: Option<Until>,
}

/// The last moment at which something may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Until {
    /// The end of that day, by the clocks of the zone.
    Day(NaiveDate),
    Moment(DateTime<Utc>),
}

impl Recurrence {
    /// Reads `FREQ=WEEKLY;INTERVAL=2;BYDAY=SU`. The reason otherwise, made to follow the field's name.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut frequency = None;
        let mut rule = Self {
            frequency: Frequency::Daily,
            interval: 1,
            days: Vec::new(),
            month_days: Vec::new(),
            count: None,
            until: None,
        };
        for part in text.split(';').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').ok_or_else(wrong)?;
            let value = value.trim().to_ascii_uppercase();
            match name.trim().to_ascii_uppercase().as_str() {
                "FREQ" => frequency = Some(read_frequency(&value)?),
                "INTERVAL" => rule.interval = number(&value, 1..=1_000)?,
                "COUNT" => rule.count = Some(number(&value, 1..=10_000)?),
                "UNTIL" => rule.until = Some(read_until(&value).ok_or_else(wrong)?),
                "BYDAY" => rule.days = every(&value, read_day)?,
                "BYMONTHDAY" => rule.month_days = every(&value, read_month_day)?,
                // Weeks begin on Monday here, which is what leaving it out means.
                "WKST" if value == "MO" => {}
                other => return Err(format!("must not use {other}")),
            }
        }
        rule.frequency = frequency.ok_or_else(wrong)?;
        rule.check()?;
        Ok(rule)
    }

    fn check(&self) -> Result<(), String> {
        let has_nth = self.days.iter().any(|day| day.nth.is_some());
        if has_nth && self.frequency != Frequency::Monthly {
            return Err("must number days of the week only with FREQ=MONTHLY".to_owned());
        }
        if !self.month_days.is_empty() && self.frequency != Frequency::Monthly {
            return Err("must use BYMONTHDAY only with FREQ=MONTHLY".to_owned());
        }
        if !self.days.is_empty() && self.frequency == Frequency::Yearly {
            return Err("must not use BYDAY with FREQ=YEARLY".to_owned());
        }
        Ok(())
    }

    /// The last moment at which it may begin in this zone, if there is one.
    pub fn until(&self, zone: Tz) -> Option<DateTime<Utc>> {
        let end = |day: NaiveDate| {
            Some(instant(zone, day.succ_opt()?, NaiveTime::MIN) - TimeDelta::seconds(1))
        };
        match self.until? {
            Until::Day(day) => end(day),
            Until::Moment(at) => Some(at),
        }
    }

    /// The days on which it happens, from `first` on, in order; none of a period that begins after `last`.
    pub fn dates(&self, first: NaiveDate, last: NaiveDate) -> impl Iterator<Item = NaiveDate> + '_ {
        let periods = 0..MOST_PERIODS;
        let dates = periods
            .map_while(move |n| {
                let steps = n.checked_mul(self.interval)?;
                self.begins(first, steps).filter(|begins| *begins <= last)?;
                self.period(first, steps)
            })
            .flatten();
        let most = self.count.map_or(usize::MAX, |count| count as usize);
        dates.filter(move |date| *date >= first).take(most)
    }

    /// The first day of the period that lies `steps` after the first one; none when the calendar ends.
    fn begins(&self, first: NaiveDate, steps: u32) -> Option<NaiveDate> {
        match self.frequency {
            Frequency::Daily => first.checked_add_days(Days::new(steps.into())),
            Frequency::Weekly => {
                let monday = first.week(Weekday::Mon).checked_first_day()?;
                monday.checked_add_days(Days::new(u64::from(steps) * 7))
            }
            Frequency::Monthly => first.with_day(1)?.checked_add_months(Months::new(steps)),
            Frequency::Yearly => {
                let year = first.year().checked_add(i32::try_from(steps).ok()?)?;
                NaiveDate::from_ymd_opt(year, 1, 1)
            }
        }
    }

    /// The days of that period; none when the calendar ends.
    fn period(&self, first: NaiveDate, steps: u32) -> Option<Vec<NaiveDate>> {
        let begins = self.begins(first, steps)?;
        Some(match self.frequency {
            Frequency::Daily => {
                let fits = self.days.is_empty() || self.is_on(begins.weekday());
                fits.then_some(begins).into_iter().collect()
            }
            Frequency::Weekly => {
                let days = (0..7).filter_map(|n| begins.checked_add_days(Days::new(n)));
                let fits = |day: &NaiveDate| {
                    if self.days.is_empty() {
                        day.weekday() == first.weekday()
                    } else {
                        self.is_on(day.weekday())
                    }
                };
                days.filter(fits).collect()
            }
            Frequency::Monthly => self.days_of_month(begins, first.day()),
            // The 29th of February happens in some years only.
            Frequency::Yearly => first.with_year(begins.year()).into_iter().collect(),
        })
    }

    fn is_on(&self, weekday: Weekday) -> bool {
        self.days.iter().any(|day| day.weekday == weekday)
    }

    /// `month` is its first day.
    fn days_of_month(&self, month: NaiveDate, usual: u32) -> Vec<NaiveDate> {
        let days: Vec<NaiveDate> = (1..=31).filter_map(|n| month.with_day(n)).collect();
        let length = i8::try_from(days.len()).unwrap_or(31);
        let fits = |day: &NaiveDate| {
            let n = i8::try_from(day.day()).unwrap_or(0);
            if self.days.is_empty() && self.month_days.is_empty() {
                return day.day() == usual;
            }
            let from_end = n - length - 1;
            let by_number = self.month_days.is_empty()
                || self
                    .month_days
                    .iter()
                    .any(|wanted| *wanted == n || *wanted == from_end);
            let (nth, nth_from_end) = ((n - 1) / 7 + 1, -((length - n) / 7 + 1));
            let by_weekday = self.days.is_empty()
                || self.days.iter().any(|wanted| {
                    let is_nth = wanted.nth.is_none_or(|n| n == nth || n == nth_from_end);
                    wanted.weekday == day.weekday() && is_nth
                });
            by_number && by_weekday
        };
        days.into_iter().filter(fits).collect()
    }
}

fn wrong() -> String {
    "must be a recurrence rule such as FREQ=WEEKLY;BYDAY=SU (RFC 5545)".to_owned()
}

fn read_frequency(word: &str) -> Result<Frequency, String> {
    match word {
        "DAILY" => Ok(Frequency::Daily),
        "WEEKLY" => Ok(Frequency::Weekly),
        "MONTHLY" => Ok(Frequency::Monthly),
        "YEARLY" => Ok(Frequency::Yearly),
        "HOURLY" | "MINUTELY" | "SECONDLY" => {
            Err("must not recur more often than daily".to_owned())
        }
        _ => Err(wrong()),
    }
}

fn number(text: &str, range: std::ops::RangeInclusive<u32>) -> Result<u32, String> {
    let number = text.parse().ok().filter(|n| range.contains(n));
    number.ok_or_else(wrong)
}

fn every<T>(text: &str, read: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, String> {
    text.split(',')
        .map(|part| read(part.trim()).ok_or_else(wrong))
        .collect()
}

fn read_day(text: &str) -> Option<Day> {
    let (nth, word) = text.split_at_checked(text.len().checked_sub(2)?)?;
    let weekday = match word {
        "MO" => Weekday::Mon,
        "TU" => Weekday::Tue,
        "WE" => Weekday::Wed,
        "TH" => Weekday::Thu,
        "FR" => Weekday::Fri,
        "SA" => Weekday::Sat,
        "SU" => Weekday::Sun,
        _ => return None,
    };
    let nth = match nth {
        "" => None,
        nth => Some(
            nth.parse::<i8>()
                .ok()
                .filter(|n| *n != 0 && (-5..=5).contains(n))?,
        ),
    };
    Some(Day { nth, weekday })
}

fn read_month_day(text: &str) -> Option<i8> {
    let day = text.parse::<i8>().ok()?;
    (day != 0 && (-31..=31).contains(&day)).then_some(day)
}

/// `20261231` for the end of that day, or `20261231T120000Z`.
fn read_until(text: &str) -> Option<Until> {
    if let Ok(day) = NaiveDate::parse_from_str(text, "%Y%m%d") {
        return Some(Until::Day(day));
    }
    let time = NaiveDateTime::parse_from_str(text.trim_end_matches('Z'), "%Y%m%dT%H%M%S");
    Some(Until::Moment(time.ok()?.and_utc()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dates(rule: &str, first: &str, most: usize) -> Vec<String> {
        let rule = Recurrence::parse(rule).unwrap();
        let dates = rule
            .dates(first.parse().unwrap(), NaiveDate::MAX)
            .take(most);
        dates.map(|date| date.to_string()).collect()
    }

    #[test]
    fn rules_give_their_days() {
        let rows: [(&str, &str, &[&str]); 9] = [
            (
                "FREQ=DAILY;INTERVAL=2",
                "2026-02-27",
                &["2026-02-27", "2026-03-01", "2026-03-03"],
            ),
            (
                "FREQ=DAILY;COUNT=2",
                "2026-02-27",
                &["2026-02-27", "2026-02-28"],
            ),
            ("FREQ=WEEKLY", "2026-11-28", &["2026-11-28", "2026-12-05"]),
            (
                "FREQ=WEEKLY;BYDAY=MO,FR",
                "2026-11-26",
                &["2026-11-27", "2026-11-30", "2026-12-04"],
            ),
            (
                "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU",
                "2026-11-28",
                &["2026-11-29", "2026-12-13"],
            ),
            ("FREQ=MONTHLY", "2026-01-31", &["2026-01-31", "2026-03-31"]),
            (
                "FREQ=MONTHLY;BYDAY=1SU,-1FR",
                "2026-11-01",
                &["2026-11-01", "2026-11-27", "2026-12-06"],
            ),
            (
                "FREQ=MONTHLY;BYMONTHDAY=-1",
                "2026-02-01",
                &["2026-02-28", "2026-03-31"],
            ),
            ("FREQ=YEARLY", "2024-02-29", &["2024-02-29", "2028-02-29"]),
        ];
        for (rule, first, expected) in rows {
            assert_eq!(dates(rule, first, expected.len()), expected, "{rule}");
        }
    }

    #[test]
    fn days_end_with_the_period_that_was_asked_for() {
        for (rule, count) in [
            ("FREQ=DAILY", 60),
            ("FREQ=MONTHLY;BYMONTHDAY=-1", 2),
            // Never: it is not searched for until the calendar ends.
            ("FREQ=MONTHLY;BYMONTHDAY=1;BYDAY=2MO", 0),
        ] {
            let rule = Recurrence::parse(rule).unwrap();
            let (first, last) = ("2026-01-01".parse().unwrap(), "2026-03-01".parse().unwrap());
            let dates: Vec<NaiveDate> = rule.dates(first, last).collect();
            assert_eq!(dates.iter().filter(|day| **day <= last).count(), count);
            // The period in which the last day lies is whole.
            let next_month = last + Months::new(1);
            assert!(dates.iter().all(|day| *day < next_month), "{dates:?}");
        }
    }

    #[test]
    fn what_makes_no_sense_or_is_not_known_is_refused() {
        for rule in [
            "",
            "every sunday",
            "FREQ=SOMETIMES",
            "FREQ=HOURLY",
            "FREQ=DAILY;INTERVAL=0",
            "FREQ=WEEKLY;BYDAY=1SU",
            "FREQ=MONTHLY;BYDAY=0SU",
            "FREQ=MONTHLY;BYDAY=XX",
            "FREQ=DAILY;BYHOUR=3",
            "FREQ=DAILY;UNTIL=tomorrow",
            "FREQ=MONTHLY;BYMONTHDAY=32",
            "FREQ=MONTHLY;BYDAY=é",
        ] {
            assert!(Recurrence::parse(rule).is_err(), "{rule}");
        }
    }

    #[test]
    fn a_rule_that_never_comes_true_ends() {
        assert!(dates("FREQ=MONTHLY;BYMONTHDAY=31;INTERVAL=12", "2026-02-01", 1).is_empty());
    }
}
