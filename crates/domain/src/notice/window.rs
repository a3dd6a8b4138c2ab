//! What is told of own maintenance windows: to whom their begin, and when a begin that was told of is over.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{
    message::{Subject, instant},
    plan::{Moment, News, Planned, plan},
    rule::{About, Rule},
};
use crate::{
    failure::clean,
    id::ChannelId,
    maintenance::{Span, Window},
    verdict::Verdict,
};

/// Services that a message about a window names.
const NAMED: usize = 5;
/// Longest name of a service there, in characters.
const NAME: usize = 60;

/// Who hears that an occurrence has begun which covers these services: each channel once, as soon as one of its rules lets it.
pub fn begin(
    rules: &[Rule],
    covered: &[About<'_>],
    span: Span,
    now: DateTime<Utc>,
) -> Vec<Planned> {
    let moment = Moment {
        began_at: span.from,
        happened_at: span.from,
        now,
        muted_until: None,
        flapping: false,
    };
    let mut soonest: BTreeMap<ChannelId, Planned> = BTreeMap::new();
    for planned in covered
        .iter()
        .flat_map(|about| plan(rules, about, News::Maintenance, &moment))
    {
        let known = soonest.get(&planned.channel);
        if known.is_none_or(|known| planned.due_at < known.due_at) {
            soonest.insert(planned.channel, planned);
        }
    }
    soonest.into_values().collect()
}

/// When an occurrence that began at `from` was over; none while it lasts. One whose window is gone or has moved is over now.
pub fn ended(
    window: Option<&Window>,
    from: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let span = window.and_then(|window| window.occurrence(from));
    let until = span.map_or(now, |span| span.until);
    (until <= now).then_some(until)
}

/// A window that has begun, as a message shows it.
pub fn begun(title: &str, span: Span, covered: &[&str]) -> Subject {
    Subject {
        service: None,
        incident: None,
        name: title.to_owned(),
        target: String::new(),
        category: None,
        state: Verdict::Maintenance,
        worst: None,
        cause: Some(format!(
            "It covers {} until {}.",
            listed(covered),
            instant(span.until)
        )),
        since: span.from,
        lasted: None,
        latency: None,
        certificate_days: None,
        vendor: None,
        link: None,
        said: None,
    }
}

/// The same window once it is over.
pub fn over(begun: Subject, ended_at: DateTime<Utc>) -> Subject {
    Subject {
        state: Verdict::Up,
        cause: None,
        lasted: (ended_at - begun.since).to_std().ok(),
        ..begun
    }
}

/// `Shop, API and 3 more`
fn listed(names: &[&str]) -> String {
    let (first, others) = names.split_at(names.len().min(NAMED));
    let first: Vec<String> = first.iter().map(|name| clean(name, NAME)).collect();
    let first = first.join(", ");
    match others.len() {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use chrono::{NaiveTime, TimeDelta};
    use chrono_tz::Tz;
    use uuid::Uuid;

    use super::*;
    use crate::{
        id::{RuleId, ServiceId, WindowId},
        maintenance::Covers,
        notice::{
            message::Kind,
            quiet::Quiet,
            rule::{Scope, Topic, Wish},
        },
    };

    fn time(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn rule(channel: u128, scope: Scope, topics: &[Topic], quiet: bool) -> Rule {
        let clock = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
        Rule {
            id: RuleId(Uuid::nil()),
            channel: ChannelId(Uuid::from_u128(channel)),
            scope,
            wish: Wish {
                topics: topics.iter().copied().collect(),
                quiet: quiet.then(|| Quiet {
                    from: clock(22),
                    until: clock(7),
                    zone: Tz::UTC,
                    lets_through: [Topic::Down].into(),
                }),
                ..Wish::default()
            },
        }
    }

    #[test]
    fn each_channel_that_wants_to_hears_of_a_begin_once() {
        let span = Span {
            from: time("2026-01-10T23:00:00Z"),
            until: time("2026-01-11T08:00:00Z"),
        };
        let shop = |n| About {
            service: ServiceId(Uuid::from_u128(n)),
            category: Some("Shop"),
        };
        let all = [Topic::Down, Topic::Maintenance];
        let category = || Scope::Category("Shop".to_owned());
        let rules = [
            rule(1, Scope::Workspace, &all, false),
            rule(2, Scope::Workspace, &[Topic::Down], false),
            rule(3, category(), &all, true),
            rule(4, Scope::Category("Other".to_owned()), &all, false),
            // Of one of the services this channel hears nothing, of the other one it does.
            rule(5, Scope::Workspace, &all, false),
            rule(5, Scope::Service(ServiceId(Uuid::from_u128(1))), &[], false),
        ];
        let now = time("2026-01-10T23:10:00Z");
        let planned = begin(&rules, &[shop(1), shop(2)], span, now);
        let told: Vec<_> = planned
            .iter()
            .map(|one| (one.channel.0.as_u128(), one.kind, one.due_at))
            .collect();
        let (at_once, morning) = (span.from, time("2026-01-11T07:00:00Z"));
        let kind = Kind::MaintenanceStarted;
        assert_eq!(
            told,
            [(1, kind, at_once), (3, kind, morning), (5, kind, at_once)]
        );
        assert!(begin(&rules, &[], span, now).is_empty());
    }

    #[test]
    fn a_begin_that_was_told_of_is_over_once_its_window_is() {
        let daily = Window {
            id: WindowId(Uuid::nil()),
            title: "Backups".to_owned(),
            begins: "2026-01-10T01:00:00".parse().unwrap(),
            zone: Tz::UTC,
            duration: Duration::from_hours(2),
            rule: Some("FREQ=DAILY".to_owned()),
            covers: Covers::All,
        };
        let from = time("2026-01-12T01:00:00Z");
        let at = |minutes| from + TimeDelta::minutes(minutes);
        let moved = Window {
            begins: "2026-01-10T01:30:00".parse().unwrap(),
            ..daily.clone()
        };
        let longer = Window {
            duration: Duration::from_hours(3),
            ..daily.clone()
        };
        let rows = [
            ("it lasts", Some(&daily), 119, None),
            ("it is over", Some(&daily), 120, Some(120)),
            ("and was while we were away", Some(&daily), 500, Some(120)),
            ("it was made longer", Some(&longer), 170, None),
            ("it is gone", None, 30, Some(30)),
            ("it was moved", Some(&moved), 30, Some(30)),
        ];
        for (what, window, now, expected) in rows {
            assert_eq!(ended(window, from, at(now)), expected.map(at), "{what}");
        }
    }

    #[test]
    fn a_window_says_what_it_covers() {
        let span = Span {
            from: time("2026-01-10T23:00:00Z"),
            until: time("2026-01-11T01:00:00Z"),
        };
        let begun = begun("Upgrade", span, &["A", "B", "C", "D", "E", "F", "G"]);
        assert_eq!(
            begun.cause.as_deref(),
            Some("It covers A, B, C, D, E and 2 more until 2026-01-11 01:00:00 UTC.")
        );
        let over = over(begun, span.until);
        assert_eq!((over.state, over.cause), (Verdict::Up, None));
        assert_eq!(over.lasted, Some(Duration::from_hours(2)));
    }
}
