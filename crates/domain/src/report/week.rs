//! What the report of a week says, from the sums of its services.

use std::cmp::Reverse;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    coverage::{Spent, Tally},
    failure::clean,
    uptime::{coverage, uptime},
};

use super::Week;

/// Certificates that end within so many days are named.
pub const WITHIN_DAYS: i64 = 30;

/// Services that are named under one heading; the rest is counted.
const NAMED: usize = 5;
/// Certificates that are named: each has to be renewed by somebody.
const CERTIFICATES: usize = 20;
/// Longest name, in characters.
const LONGEST_NAME: usize = 200;

/// What is known of one service about one week.
#[derive(Clone, Debug)]
pub struct ServiceWeek {
    pub name: String,
    pub created_at: DateTime<Utc>,
    /// Nobody looks at it any more.
    pub paused: bool,
    /// The end of its certificate, where it has one.
    pub certificate_ends: Option<DateTime<Utc>>,
    pub tally: Tally,
}

/// A span in which a service was not up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disturbance {
    pub service: String,
    pub started_at: DateTime<Utc>,
    /// None while it lasts.
    pub resolved_at: Option<DateTime<Utc>>,
}

/// The workspace and the time of a report.
#[derive(Clone, Debug)]
pub struct Place {
    pub workspace: String,
    /// The name of the zone by whose clocks days begin.
    pub zone: String,
    pub week: Week,
    /// When it is composed.
    pub now: DateTime<Utc>,
}

/// The report of one week of one workspace: what it says in every attempt to send it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub workspace: String,
    pub first: NaiveDate,
    pub last: NaiveDate,
    pub zone: String,
    /// How many services it is about.
    pub services: usize,
    /// Percent over all of them; none when nothing was observed.
    pub uptime: Option<f64>,
    /// Of the time they were to be looked at, percent that was observed.
    pub coverage: Option<f64>,
    /// Spans in which a service was not up, those included that began before or are not over.
    pub incidents: usize,
    pub longest: Option<Longest>,
    /// Those that were down, the worst first.
    pub worst: Vec<Poor>,
    /// How many more were down.
    pub worst_more: usize,
    /// By the latency that one look in twenty exceeded.
    pub slowest: Vec<Slow>,
    /// Those that end soon, the first one first.
    pub certificates: Vec<Certificate>,
    pub certificates_more: usize,
}

/// The longest span in which a service was not up, as far as it lay in the week.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Longest {
    pub service: String,
    pub ms: i64,
    /// It was not over when the week was.
    pub goes_on: bool,
}

/// A service that was down.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Poor {
    pub service: String,
    /// Percent.
    pub uptime: f64,
    pub down_ms: i64,
}

/// A service with its latencies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slow {
    pub service: String,
    pub p95_us: u32,
    pub median_us: u32,
}

/// A certificate that ends soon, or has ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    pub service: String,
    /// Whole days that are left; negative when it has ended.
    pub days: i64,
}

impl Report {
    /// None for a week in which there was no service to report on.
    pub fn of(place: Place, services: &[ServiceWeek], spans: &[Disturbance]) -> Option<Self> {
        let week = place.week;
        let all: Vec<&ServiceWeek> = services.iter().filter(|one| one.counts(week)).collect();
        if all.is_empty() {
            return None;
        }
        let mut total = Spent::default();
        let mut window_ms = 0;
        for one in &all {
            total += one.tally.spent;
            window_ms += one.window_ms(week);
        }
        let (worst, worst_more) = worst(&all);
        let (certificates, certificates_more) = certificates(&all, place.now);
        Some(Self {
            workspace: name(&place.workspace),
            first: week.first,
            last: week.last,
            zone: place.zone,
            services: all.len(),
            uptime: uptime(&total),
            coverage: coverage(&total, window_ms),
            incidents: spans
                .iter()
                .filter(|span| span.within(week).is_some())
                .count(),
            longest: longest(spans, week),
            worst,
            worst_more,
            slowest: slowest(&all),
            certificates,
            certificates_more,
        })
    }
}

impl ServiceWeek {
    /// Whether the week has something to say about it.
    fn counts(&self, week: Week) -> bool {
        self.created_at < week.until && (!self.paused || self.told_ms() > 0)
    }

    fn told_ms(&self) -> i64 {
        let spent = &self.tally.spent;
        spent.observed_ms() + spent.unknown_ms + spent.maintenance_ms
    }

    /// How long it was to be looked at. Of one that is paused now only the time is known that was spoken for.
    fn window_ms(&self, week: Week) -> i64 {
        if self.paused {
            return self.told_ms();
        }
        (week.until - self.created_at.max(week.from)).num_milliseconds()
    }
}

impl Disturbance {
    /// How much of it lies in the week; none when nothing does.
    fn within(&self, week: Week) -> Option<TimeDelta> {
        let end = self.resolved_at.unwrap_or(week.until).min(week.until);
        let begin = self.started_at.max(week.from);
        (self.started_at < week.until && end > week.from).then(|| end - begin)
    }
}

fn longest(spans: &[Disturbance], week: Week) -> Option<Longest> {
    let lengths = spans
        .iter()
        .filter_map(|span| Some((span.within(week)?, span)));
    let (length, span) = lengths.max_by_key(|(length, span)| (*length, Reverse(&span.service)))?;
    Some(Longest {
        service: name(&span.service),
        ms: length.num_milliseconds(),
        goes_on: span.resolved_at.is_none_or(|at| at >= week.until),
    })
}

fn worst(all: &[&ServiceWeek]) -> (Vec<Poor>, usize) {
    let poor = |one: &&ServiceWeek| {
        Some(Poor {
            service: name(&one.name),
            uptime: uptime(&one.tally.spent)?,
            down_ms: one.tally.spent.down_ms,
        })
    };
    let mut worst: Vec<Poor> = all.iter().filter_map(poor).collect();
    worst.retain(|one| one.down_ms > 0);
    worst.sort_by(|a, b| {
        let by_uptime = a.uptime.total_cmp(&b.uptime);
        by_uptime
            .then(b.down_ms.cmp(&a.down_ms))
            .then_with(|| a.service.cmp(&b.service))
    });
    let more = worst.len().saturating_sub(NAMED);
    worst.truncate(NAMED);
    (worst, more)
}

fn slowest(all: &[&ServiceWeek]) -> Vec<Slow> {
    let slow = |one: &&ServiceWeek| {
        Some(Slow {
            service: name(&one.name),
            p95_us: one.tally.latency.quantile(950)?,
            median_us: one.tally.latency.quantile(500)?,
        })
    };
    let mut slowest: Vec<Slow> = all.iter().filter_map(slow).collect();
    slowest.sort_by(|a, b| (b.p95_us, &a.service).cmp(&(a.p95_us, &b.service)));
    slowest.truncate(NAMED);
    slowest
}

fn certificates(all: &[&ServiceWeek], now: DateTime<Utc>) -> (Vec<Certificate>, usize) {
    let ends = |one: &&ServiceWeek| {
        let left = one.certificate_ends.filter(|_| !one.paused)? - now;
        Some(Certificate {
            service: name(&one.name),
            days: left.num_milliseconds().div_euclid(86_400_000),
        })
    };
    let mut soon: Vec<Certificate> = all.iter().filter_map(ends).collect();
    soon.retain(|one| one.days < WITHIN_DAYS);
    soon.sort_by(|a, b| (a.days, &a.service).cmp(&(b.days, &b.service)));
    let more = soon.len().saturating_sub(CERTIFICATES);
    soon.truncate(CERTIFICATES);
    (soon, more)
}

fn name(text: &str) -> String {
    clean(text, LONGEST_NAME)
}

#[cfg(test)]
mod tests {
    use chrono::Weekday;
    use chrono_tz::Tz;

    use super::{super::Rhythm, *};

    const HOUR_MS: i64 = 3_600_000;

    fn week() -> Week {
        let rhythm = Rhythm {
            weekday: Weekday::Mon,
            zone: Tz::UTC,
        };
        rhythm.due("2026-01-12T08:00:00Z".parse().unwrap()).unwrap()
    }

    fn place() -> Place {
        Place {
            workspace: "Ann's".to_owned(),
            zone: "UTC".to_owned(),
            week: week(),
            now: week().due,
        }
    }

    fn service(name: &str, spent: Spent) -> ServiceWeek {
        ServiceWeek {
            name: name.to_owned(),
            created_at: DateTime::UNIX_EPOCH,
            paused: false,
            certificate_ends: None,
            tally: Tally {
                spent,
                ..Tally::default()
            },
        }
    }

    fn up_and_down(up: i64, down: i64) -> Spent {
        Spent {
            up_ms: up * HOUR_MS,
            down_ms: down * HOUR_MS,
            ..Spent::default()
        }
    }

    fn span(service: &str, from: i64, until: Option<i64>) -> Disturbance {
        let at = |hours| week().from + TimeDelta::hours(hours);
        Disturbance {
            service: service.to_owned(),
            started_at: at(from),
            resolved_at: until.map(at),
        }
    }

    fn report(services: &[ServiceWeek], spans: &[Disturbance]) -> Report {
        Report::of(place(), services, spans).expect("there are services")
    }

    #[test]
    fn a_week_without_services_has_no_report() {
        assert!(Report::of(place(), &[], &[]).is_none());
        let mut paused = service("Old", Spent::default());
        paused.paused = true;
        let mut later = service("New", Spent::default());
        later.created_at = week().until;
        assert!(Report::of(place(), &[paused, later], &[]).is_none());
    }

    #[test]
    fn uptime_is_weighed_by_time_and_says_how_much_was_observed() {
        let report = report(
            &[
                service("A", up_and_down(168, 0)),
                service("B", up_and_down(42, 42)),
            ],
            &[],
        );
        // 210 of 252 hours up, 252 of 336 observed.
        assert_eq!((report.uptime, report.coverage), (Some(83.33), Some(75.0)));
        let blind = Report::of(place(), &[service("A", Spent::default())], &[]).unwrap();
        assert_eq!(
            (blind.uptime, blind.coverage, blind.services),
            (None, Some(0.0), 1)
        );
    }

    #[test]
    fn a_service_counts_from_when_it_was_made_and_a_paused_one_as_long_as_it_was_spoken_for() {
        let mut young = service("Young", up_and_down(24, 0));
        young.created_at = week().until - TimeDelta::hours(24);
        let mut paused = service("Paused", up_and_down(10, 0));
        paused.paused = true;
        assert_eq!(report(&[young, paused], &[]).coverage, Some(100.0));
    }

    #[test]
    fn incidents_count_as_far_as_they_lie_in_the_week() {
        let spans = [
            span("Before", -10, Some(-1)),
            span("Ends at its beginning", -10, Some(0)),
            span("Reaches in", -10, Some(3)),
            span("Within", 20, Some(22)),
            span("Open", 164, None),
            span("Resolved later", 166, Some(400)),
            span("After", 168, Some(170)),
        ];
        let report = report(&[service("A", up_and_down(1, 0))], &spans);
        assert_eq!(report.incidents, 4);
        let longest = report.longest.expect("there were some");
        assert_eq!(
            (longest.service.as_str(), longest.ms, longest.goes_on),
            ("Open", 4 * HOUR_MS, true)
        );
    }

    #[test]
    fn the_worst_come_first_and_the_rest_is_counted() {
        let mut services: Vec<ServiceWeek> = (0..7)
            .map(|n| service(&format!("S{n}"), up_and_down(168 - n, n)))
            .collect();
        services.push(service("Fine", up_and_down(168, 0)));
        let report = report(&services, &[]);
        let names: Vec<&str> = report
            .worst
            .iter()
            .map(|one| one.service.as_str())
            .collect();
        assert_eq!(names, ["S6", "S5", "S4", "S3", "S2"]);
        assert_eq!(
            (report.worst_more, report.worst[0].down_ms),
            (1, 6 * HOUR_MS)
        );
    }

    #[test]
    fn the_slowest_come_first_and_what_never_answered_is_not_slow() {
        let quick = service("Quick", up_and_down(168, 0));
        let mut services = vec![quick];
        for (name, us) in [("Slow", 900_000), ("Slower", 2_000_000)] {
            let mut one = service(name, up_and_down(168, 0));
            one.tally.latency.add(us);
            services.push(one);
        }
        let report = report(&services, &[]);
        let names: Vec<&str> = report
            .slowest
            .iter()
            .map(|one| one.service.as_str())
            .collect();
        assert_eq!(names, ["Slower", "Slow"]);
    }

    #[test]
    fn certificates_that_end_within_thirty_days_are_named_by_whole_days() {
        let ending = |name: &str, hours| {
            let mut one = service(name, up_and_down(168, 0));
            one.certificate_ends = Some(week().due + TimeDelta::hours(hours));
            one
        };
        let mut paused = ending("Paused", 5);
        paused.paused = true;
        let all = [
            ending("Far", 24 * 30),
            ending("Soon", 24 * 30 - 1),
            ending("Over", -1),
            paused,
        ];
        let found = report(&all, &[]).certificates;
        let found: Vec<_> = found
            .iter()
            .map(|one| (one.service.as_str(), one.days))
            .collect();
        assert_eq!(found, [("Over", -1), ("Soon", 29)]);
    }

    #[test]
    fn names_stand_in_one_line() {
        let named = service("A\r\nBcc: eve@example.com", up_and_down(1, 1));
        let report = report(&[named], &[]);
        assert_eq!(report.worst[0].service, "A Bcc: eve@example.com");
        let stored = serde_json::to_value(&report).unwrap();
        assert_eq!(serde_json::from_value::<Report>(stored).unwrap(), report);
    }
}
