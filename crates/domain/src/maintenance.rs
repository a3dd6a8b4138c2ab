//! Maintenance windows: spans of time, once or again and again, in which trouble is expected.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use crate::{
    fields::Fields,
    id::{ServiceId, WindowId},
    notice::quiet::instant,
};

mod recurrence;

pub use recurrence::Recurrence;

/// The shortest and the longest that one occurrence may last.
pub const SHORTEST: Duration = Duration::from_mins(1);
pub const LONGEST: Duration = Duration::from_hours(7 * 24);
/// Longest recurrence rule, in characters.
const LONGEST_RULE: usize = 300;

/// What a window covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Covers {
    /// Every service of the workspace.
    All,
    Categories(Vec<String>),
    Services(Vec<ServiceId>),
}

/// A window as a person wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    pub id: WindowId,
    pub title: String,
    /// On a clock on the wall of `zone`: the first occurrence.
    pub begins: NaiveDateTime,
    pub zone: Tz,
    pub duration: Duration,
    /// RFC 5545, as in `FREQ=WEEKLY;BYDAY=SU`; none for once.
    pub rule: Option<String>,
    pub covers: Covers,
}

/// One occurrence. The end is not part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    pub from: DateTime<Utc>,
    pub until: DateTime<Utc>,
}

impl Span {
    pub fn contains(&self, at: DateTime<Utc>) -> bool {
        (self.from..self.until).contains(&at)
    }
}

impl Window {
    /// Every wrong field.
    pub fn check(&self) -> Result<(), Fields> {
        let mut fields = Fields::default();
        if !(1..=200).contains(&self.title.chars().count()) {
            fields.push("title", "must be 1 to 200 characters long");
        }
        if self.title.chars().any(char::is_control) {
            fields.push("title", "must not contain control characters");
        }
        if !(SHORTEST..=LONGEST).contains(&self.duration) {
            fields.push(
                "duration_s",
                "must be from 60 (a minute) to 604800 (a week)",
            );
        }
        if let Err(reason) = self.recurrence() {
            fields.push("rule", reason);
        }
        if let Covers::Categories(names) = &self.covers
            && !(1..=100).contains(&names.len())
        {
            fields.push("categories", "must name 1 to 100 categories");
        }
        if let Covers::Services(ids) = &self.covers
            && !(1..=1_000).contains(&ids.len())
        {
            fields.push("service_ids", "must name 1 to 1000 services");
        }
        fields.finish(())
    }

    pub fn covers(&self, service: ServiceId, category: Option<&str>) -> bool {
        match &self.covers {
            Covers::All => true,
            Covers::Categories(names) => {
                category.is_some_and(|category| names.iter().any(|name| name == category))
            }
            Covers::Services(ids) => ids.contains(&service),
        }
    }

    /// The occurrence that contains `at`, or the next one after it; none when there is none any more.
    pub fn current_or_next(&self, at: DateTime<Utc>) -> Option<Span> {
        self.occurrences(at, at + TimeDelta::days(3 * 366), 1)
            .into_iter()
            .next()
    }

    /// The occurrence that begins at `from`, to the millisecond, if there is one.
    pub fn occurrence(&self, from: DateTime<Utc>) -> Option<Span> {
        self.occurrences(from, from + TimeDelta::seconds(1), u16::MAX)
            .into_iter()
            .find(|span| span.from.timestamp_millis() == from.timestamp_millis())
    }

    /// At most `most` occurrences that have not ended at `from` and begin before `until`.
    pub fn occurrences(&self, from: DateTime<Utc>, until: DateTime<Utc>, most: u16) -> Vec<Span> {
        let length = TimeDelta::from_std(self.duration).unwrap_or(TimeDelta::zero());
        let span = |begins: DateTime<Utc>| Span {
            from: begins,
            until: begins + length,
        };
        let ahead = |span: &Span| span.until > from && span.from < until;
        let begins = |day| span(instant(self.zone, day, self.begins.time()));
        let Ok(rule) = self.recurrence() else {
            return Vec::new();
        };
        let Some(rule) = rule else {
            let first = begins(self.begins.date());
            return Some(first).filter(ahead).into_iter().collect();
        };
        let end = rule.until(self.zone).map_or(until, |last| until.min(last));
        // By the clocks of its zone the day may be a later one.
        let last = end.date_naive().succ_opt().unwrap_or(NaiveDate::MAX);
        let spans = rule.dates(self.begins.date(), last).map(begins);
        let spans = spans.take_while(|span| span.from <= end);
        spans.filter(ahead).take(most.into()).collect()
    }

    /// None for once.
    fn recurrence(&self) -> Result<Option<Recurrence>, String> {
        let Some(rule) = &self.rule else {
            return Ok(None);
        };
        if rule.len() > LONGEST_RULE {
            return Err(format!("must be at most {LONGEST_RULE} characters long"));
        }
        Recurrence::parse(rule).map(Some)
    }
}

/// What one service is covered by now or next: windows that touch or overlap count as one span.
pub fn coverage(mut spans: Vec<Span>, at: DateTime<Utc>) -> Option<Span> {
    spans.retain(|span| span.until > at);
    spans.sort_unstable();
    let mut spans = spans.into_iter();
    let mut first = spans.next()?;
    for span in spans {
        if span.from > first.until {
            break;
        }
        first.until = first.until.max(span.until);
    }
    Some(first)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn time(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn window(begins: &str, rule: Option<&str>) -> Window {
        Window {
            id: WindowId(Uuid::nil()),
            title: "Backups".into(),
            begins: begins.parse().unwrap(),
            zone: Tz::Europe__Berlin,
            duration: Duration::from_hours(2),
            rule: rule.map(str::to_owned),
            covers: Covers::All,
        }
    }

    fn next(window: &Window, at: &str) -> Option<String> {
        let span = window.current_or_next(time(at))?;
        Some(span.from.format("%Y-%m-%dT%H:%MZ").to_string())
    }

    #[test]
    fn a_window_recurs_at_the_same_time_of_day_in_its_zone() {
        let weekly = window("2026-03-22T02:30:00", Some("FREQ=WEEKLY;BYDAY=SU"));
        let rows = [
            ("2026-01-01T00:00:00Z", Some("2026-03-22T01:30Z")),
            ("2026-03-22T03:29:59Z", Some("2026-03-22T01:30Z")),
            ("2026-04-02T00:00:00Z", Some("2026-04-05T00:30Z")),
            ("2026-11-01T00:00:00Z", Some("2026-11-01T01:30Z")),
        ];
        for (at, expected) in rows {
            assert_eq!(next(&weekly, at).as_deref(), expected, "{at}");
        }
        let once = window("2026-03-22T02:30:00", None);
        assert_eq!(
            next(&once, "2026-03-22T03:29:59Z").as_deref(),
            Some("2026-03-22T01:30Z")
        );
        assert_eq!(next(&once, "2026-03-22T03:30:00Z"), None);
        let twice = window("2026-03-22T02:30:00", Some("FREQ=DAILY;COUNT=2"));
        assert_eq!(next(&twice, "2026-03-24T00:00:00Z"), None);
    }

    #[test]
    fn the_last_day_is_one_of_the_windows_zone() {
        let evenings = Window {
            zone: Tz::America__Los_Angeles,
            ..window("2026-12-30T20:00:00", Some("FREQ=DAILY;UNTIL=20261231"))
        };
        let next = |at| next(&evenings, at);
        assert_eq!(
            next("2026-12-31T12:00:00Z").as_deref(),
            Some("2027-01-01T04:00Z")
        );
        assert_eq!(next("2027-01-01T12:00:00Z"), None);
    }

    #[test]
    fn rules_that_make_no_sense_are_refused() {
        let fault = |rule: &str| {
            let fields = window("2026-03-22T02:30:00", Some(rule)).check().err()?;
            fields.0.get("rule")?.first().cloned()
        };
        assert_eq!(fault("FREQ=MONTHLY;BYDAY=1SU"), None);
        assert!(
            fault("every sunday")
                .unwrap()
                .starts_with("must be a recurrence rule")
        );
        assert!(
            fault("FREQ=SECONDLY")
                .unwrap()
                .contains("more often than daily")
        );
        assert!(
            fault(&format!("FREQ=DAILY;BYMONTHDAY={}", "1,".repeat(200)))
                .unwrap()
                .contains("300")
        );
    }

    #[test]
    fn windows_that_touch_are_one() {
        let span = |from: i64, until: i64| Span {
            from: DateTime::UNIX_EPOCH + TimeDelta::minutes(from),
            until: DateTime::UNIX_EPOCH + TimeDelta::minutes(until),
        };
        let spans = vec![span(50, 60), span(10, 20), span(0, 12), span(20, 30)];
        let at = |minute| DateTime::UNIX_EPOCH + TimeDelta::minutes(minute);
        assert_eq!(coverage(spans.clone(), at(5)), Some(span(0, 30)));
        assert_eq!(coverage(spans.clone(), at(30)), Some(span(50, 60)));
        assert_eq!(coverage(spans, at(60)), None);
        assert_eq!(coverage(Vec::new(), at(0)), None);
    }
}
