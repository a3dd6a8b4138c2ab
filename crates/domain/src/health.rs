//! Where a service stands between checks, and what one more look changes: the only place that opens and closes incidents.

use chrono::{DateTime, TimeDelta, Utc};

use crate::{failure::FailureCode, incident::Severity, verdict::Verdict};

/// Where a service stands. *Suspect* is not here: it lives within a look; *paused* is a fact of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// No look has had a verdict yet.
    Pending,
    Healthy,
    /// An incident is open.
    Failing,
    /// An incident is open and one good attempt was seen.
    Recovering,
}

impl Health {
    /// The number under which it is stored.
    pub fn number(self) -> i16 {
        match self {
            Self::Pending => 0,
            Self::Healthy => 1,
            Self::Failing => 2,
            Self::Recovering => 3,
        }
    }

    pub fn from_number(number: i16) -> Option<Self> {
        [
            Self::Pending,
            Self::Healthy,
            Self::Failing,
            Self::Recovering,
        ]
        .into_iter()
        .find(|h| h.number() == number)
    }
}

/// The incident that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenIncident {
    pub severity: Severity,
    pub worst: Severity,
    pub started_at: DateTime<Utc>,
}

/// All that the rules need to remember of one service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    pub health: Health,
    /// The latest verdict, and since when it has been the same.
    pub verdict: Option<Verdict>,
    pub code: Option<FailureCode>,
    pub since: DateTime<Utc>,
    /// The latest slot and how long it speaks for.
    pub last: Option<(DateTime<Utc>, TimeDelta)>,
    pub incident: Option<OpenIncident>,
    /// While recovering: the start of the first good attempt.
    pub good_since: Option<DateTime<Utc>>,
}

impl Standing {
    /// A service that nobody has looked at, added or resumed at `now`.
    pub fn new(now: DateTime<Utc>) -> Self {
        Self {
            health: Health::Pending,
            verdict: None,
            code: None,
            since: now,
            last: None,
            incident: None,
            good_since: None,
        }
    }
}

/// The part of a look on which the rules decide.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    pub slot: DateTime<Utc>,
    pub stands_for: TimeDelta,
    pub started_at: DateTime<Utc>,
    pub verdict: Verdict,
    pub code: Option<FailureCode>,
    pub first_failed_at: Option<DateTime<Utc>>,
    pub recovered_at: Option<DateTime<Utc>>,
}

/// What a look did to the incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Opened {
        severity: Severity,
        started_at: DateTime<Utc>,
    },
    /// One more look that failed, with the same severity.
    Continued,
    SeverityChanged {
        from: Severity,
        to: Severity,
    },
    Resolved {
        at: DateTime<Utc>,
    },
}

/// The standing after `seen`, and what changed. A slot that is not newer than the last changes nothing.
pub fn step(before: &Standing, seen: &Seen) -> (Standing, Option<Change>) {
    if before.last.is_some_and(|(slot, _)| seen.slot <= slot) {
        return (*before, None);
    }
    let mut after = *before;
    after.last = Some((seen.slot, seen.stands_for));
    if before.verdict != Some(seen.verdict) {
        after.since = seen
            .first_failed_at
            .filter(|_| seen.verdict.severity().is_some())
            .unwrap_or(seen.started_at);
    }
    after.verdict = Some(seen.verdict);
    after.code = seen.code;
    let change = match (seen.verdict.severity(), before.incident) {
        (Some(severity), None) => Some(open(&mut after, severity, seen)),
        (Some(severity), Some(incident)) => Some(go_on(&mut after, incident, severity)),
        (None, Some(_)) if seen.verdict == Verdict::Up => recover(&mut after, seen),
        (None, None) if seen.verdict == Verdict::Up => {
            after.health = Health::Healthy;
            None
        }
        (None, _) => None,
    };
    (after, change)
}

fn open(after: &mut Standing, severity: Severity, seen: &Seen) -> Change {
    let started_at = seen.first_failed_at.unwrap_or(seen.started_at);
    after.health = Health::Failing;
    after.good_since = None;
    after.incident = Some(OpenIncident {
        severity,
        worst: severity,
        started_at,
    });
    Change::Opened {
        severity,
        started_at,
    }
}

fn go_on(after: &mut Standing, incident: OpenIncident, severity: Severity) -> Change {
    after.health = Health::Failing;
    after.good_since = None;
    after.incident = Some(OpenIncident {
        severity,
        worst: incident.worst.max(severity),
        ..incident
    });
    if incident.severity == severity {
        Change::Continued
    } else {
        Change::SeverityChanged {
            from: incident.severity,
            to: severity,
        }
    }
}

/// Two good attempts in a row close the incident: both in this look, or one in the look before and one now.
fn recover(after: &mut Standing, seen: &Seen) -> Option<Change> {
    let Some(at) = seen.recovered_at.or(after.good_since) else {
        after.health = Health::Recovering;
        after.good_since = Some(seen.started_at);
        return None;
    };
    let at = after
        .incident
        .map_or(at, |incident| at.max(incident.started_at));
    after.health = Health::Healthy;
    after.good_since = None;
    after.incident = None;
    Some(Change::Resolved { at })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn time(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    fn seen(slot: i64, verdict: Verdict, confirmed: bool) -> Seen {
        let started_at = time(slot) + TimeDelta::milliseconds(20);
        Seen {
            slot: time(slot),
            stands_for: TimeDelta::seconds(30),
            started_at,
            verdict,
            code: None,
            first_failed_at: verdict.severity().map(|_| started_at),
            recovered_at: confirmed.then_some(started_at),
        }
    }

    fn run(looks: &[Seen]) -> (Standing, Vec<Change>) {
        let mut standing = Standing::new(time(0));
        let mut changes = Vec::new();
        for look in looks {
            let (after, change) = step(&standing, look);
            standing = after;
            changes.extend(change);
        }
        (standing, changes)
    }

    #[test]
    fn a_confirmed_recovery_resolves_at_its_first_good_attempt() {
        let (standing, changes) =
            run(&[seen(30, Verdict::Down, false), seen(60, Verdict::Up, true)]);
        assert_eq!(standing.health, Health::Healthy);
        assert_eq!(
            changes.last(),
            Some(&Change::Resolved {
                at: time(60) + TimeDelta::milliseconds(20)
            })
        );
    }

    #[test]
    fn a_single_good_look_during_an_outage_closes_nothing() {
        let looks = [
            seen(30, Verdict::Down, false),
            seen(60, Verdict::Up, false),
            seen(90, Verdict::Down, false),
        ];
        let (standing, changes) = run(&looks);
        assert_eq!(standing.health, Health::Failing);
        assert_eq!(changes.len(), 2);
        assert_eq!(changes[1], Change::Continued);
    }

    #[test]
    fn an_incident_keeps_its_identity_between_degraded_and_down() {
        let verdicts = [Verdict::Degraded, Verdict::Down, Verdict::Degraded];
        let looks: Vec<Seen> = (1..)
            .zip(verdicts)
            .map(|(n, verdict)| seen(n * 30, verdict, false))
            .collect();
        let (standing, changes) = run(&looks);
        let incident = standing.incident.unwrap();
        assert_eq!(
            (incident.severity, incident.worst),
            (Severity::Degraded, Severity::Down)
        );
        assert_eq!(
            changes
                .iter()
                .filter(|c| matches!(c, Change::Opened { .. }))
                .count(),
            1
        );
        assert_eq!(
            changes
                .iter()
                .filter(|c| matches!(c, Change::SeverityChanged { .. }))
                .count(),
            2
        );
    }

    fn any_look() -> impl Strategy<Value = (Verdict, bool)> {
        let verdict = prop_oneof![
            Just(Verdict::Up),
            Just(Verdict::Degraded),
            Just(Verdict::Down),
            Just(Verdict::Unknown),
            Just(Verdict::Maintenance)
        ];
        (verdict, any::<bool>())
    }

    proptest! {
        #[test]
        fn opens_and_resolves_alternate_and_unknown_never_opens(world in proptest::collection::vec(any_look(), 0..60)) {
            let mut standing = Standing::new(time(0));
            let mut open = false;
            for (n, (verdict, confirmed)) in (1i64..).zip(world) {
                let (after, change) = step(&standing, &seen(n * 30, verdict, confirmed));
                match change {
                    Some(Change::Opened { started_at, .. }) => {
                        prop_assert!(!open && verdict.severity().is_some());
                        prop_assert!(started_at >= time(n * 30));
                        open = true;
                    }
                    Some(Change::Resolved { at }) => {
                        prop_assert!(open && verdict == Verdict::Up);
                        prop_assert!(at >= standing.incident.unwrap().started_at);
                        open = false;
                    }
                    Some(Change::Continued | Change::SeverityChanged { .. }) => prop_assert!(open),
                    None => {}
                }
                prop_assert_eq!(after.incident.is_some(), open);
                standing = after;
            }
        }

        #[test]
        fn replaying_any_part_of_the_past_changes_nothing(world in proptest::collection::vec(any_look(), 1..40), from in 0usize..40) {
            let looks: Vec<Seen> = (1i64..).zip(world).map(|(n, (v, c))| seen(n * 30, v, c)).collect();
            let (standing, _) = run(&looks);
            for look in looks.iter().skip(from) {
                let (after, change) = step(&standing, look);
                prop_assert_eq!(after, standing);
                prop_assert_eq!(change, None);
            }
        }
    }
}
