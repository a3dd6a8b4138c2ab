//! Whether a first notice waits because something that its service depends on is in trouble.

use chrono::{DateTime, TimeDelta, Utc};

use crate::incident::Severity;

/// How soon it is asked again whether the trouble is over.
const AGAIN: TimeDelta = TimeDelta::seconds(15);

/// How long a service may take to follow what it depends on: one look of the grid of open incidents, and its confirmation.
const AFTERMATH: TimeDelta = TimeDelta::seconds(45);

/// Nobody waits longer because of trouble that they were not told of.
pub const UNTOLD: TimeDelta = TimeDelta::hours(1);

/// How long a first notice waits for a look at something that its service depends on and that nobody has looked at since:
/// an attempt, its confirmation, and the record.
const DOUBT: TimeDelta = TimeDelta::seconds(15);

/// How soon it is asked again whether somebody has looked.
const DOUBTED_AGAIN: TimeDelta = TimeDelta::seconds(2);

/// Trouble with something that a service depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// At its worst. Milder trouble explains nothing graver.
    pub severity: Severity,
    pub from: DateTime<Utc>,
    /// None while it lasts.
    pub until: Option<DateTime<Utc>>,
    /// The same channel was told of it.
    pub told: bool,
}

/// What becomes of a first notice that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// Nothing stands in its way.
    Go,
    /// Not before then.
    Until(DateTime<Utc>),
    /// It ended while it was held: nothing is told of it.
    Over,
}

impl Trouble {
    /// Whether it explains trouble so grave since `began_at` that lasts at `at`.
    fn covers(&self, severity: Severity, began_at: DateTime<Utc>, at: DateTime<Utc>) -> bool {
        if self.severity < severity {
            return false;
        }
        let patience = self.told || at - began_at < UNTOLD;
        self.from <= at && self.until.is_none_or(|until| at < until + AFTERMATH) && patience
    }
}

/// Decides about the first notice of an incident so grave that began and perhaps ended then. Only for a channel that was not
/// told of it before.
pub fn hold(
    severity: Severity,
    (began_at, ended_at): (DateTime<Utc>, Option<DateTime<Utc>>),
    troubles: &[Trouble],
    now: DateTime<Utc>,
) -> Hold {
    let at = ended_at.unwrap_or(now);
    let covering = troubles
        .iter()
        .filter(|one| one.covers(severity, began_at, at));
    let until = covering
        .map(|one| {
            let next = one.until.map_or(now + AGAIN, |until| until + AFTERMATH);
            if one.told {
                next
            } else {
                next.min(began_at + UNTOLD)
            }
        })
        .max();
    match (until, ended_at) {
        (None, _) => Hold::Go,
        (Some(_), Some(_)) => Hold::Over,
        (Some(until), None) => Hold::Until(until),
    }
}

/// Until when the first notice of what happened at `occurred_at` waits for a look at what its service depends on; none when
/// that has taken too long.
pub fn doubt(occurred_at: DateTime<Utc>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let give_up = occurred_at + DOUBT;
    (now < give_up).then(|| give_up.min(now + DOUBTED_AGAIN))
}

/// Until when anything waits for something that a service depends on and that flaps or is in trouble, of which it is not known
/// how grave: noted at `occurred_at`. None when that has lasted too long.
pub fn unrest(occurred_at: DateTime<Utc>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    (now < occurred_at + UNTOLD).then(|| now + AGAIN)
}

/// Until when a notice waits whose service is in maintenance until then: the look that follows its end decides first.
pub fn maintenance(maintenance_until: DateTime<Utc>) -> DateTime<Utc> {
    maintenance_until + AGAIN
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    fn trouble(from: i64, until: Option<i64>) -> Trouble {
        Trouble {
            severity: Severity::Down,
            from: at(from),
            until: until.map(at),
            told: true,
        }
    }

    /// What it is, the troubles, when the incident began and ended, now, and what follows.
    type Row = (&'static str, Vec<Trouble>, (i64, Option<i64>), i64, Hold);

    #[test]
    #[expect(clippy::too_many_lines, reason = "a table")]
    fn a_notice_waits_for_what_its_service_depends_on() {
        use Hold::{Go, Over, Until};
        let untold = |from, until| Trouble {
            told: false,
            ..trouble(from, until)
        };
        let milder = |from, until| Trouble {
            severity: Severity::Degraded,
            ..trouble(from, until)
        };
        let rows: [Row; 13] = [
            ("nothing else is wrong", vec![], (100, None), 100, Go),
            (
                "it lasts",
                vec![trouble(50, None)],
                (100, None),
                110,
                Until(at(125)),
            ),
            ("it is milder", vec![milder(50, None)], (100, None), 110, Go),
            (
                "it began later",
                vec![trouble(105, None)],
                (100, None),
                110,
                Until(at(125)),
            ),
            (
                "it has just ended",
                vec![trouble(50, Some(200))],
                (100, None),
                210,
                Until(at(245)),
            ),
            (
                "it ended long enough ago",
                vec![trouble(50, Some(200))],
                (100, None),
                245,
                Go,
            ),
            (
                "one ended, one lasts",
                vec![trouble(50, Some(200)), trouble(60, None)],
                (100, None),
                210,
                Until(at(245)),
            ),
            (
                "told of it, one waits all day",
                vec![trouble(50, None)],
                (100, None),
                80_000,
                Until(at(80_015)),
            ),
            (
                "not told of it, one waits an hour",
                vec![untold(50, None)],
                (100, None),
                3_695,
                Until(at(3_700)),
            ),
            (
                "and not longer",
                vec![untold(50, None)],
                (100, None),
                3_700,
                Go,
            ),
            (
                "over while it lasts",
                vec![trouble(50, None)],
                (100, Some(150)),
                160,
                Over,
            ),
            (
                "over right after it",
                vec![trouble(50, Some(150))],
                (100, Some(170)),
                900,
                Over,
            ),
            (
                "over before it began",
                vec![trouble(300, None)],
                (100, Some(150)),
                310,
                Go,
            ),
        ];
        for (what, troubles, span, now, expected) in rows {
            let span = (at(span.0), span.1.map(at));
            assert_eq!(
                hold(Severity::Down, span, &troubles, at(now)),
                expected,
                "{what}"
            );
        }
    }

    #[test]
    fn a_look_that_was_asked_for_is_waited_for_a_moment_and_no_longer() {
        assert_eq!(doubt(at(100), at(100)), Some(at(102)));
        assert_eq!(doubt(at(100), at(114)), Some(at(115)));
        assert_eq!(doubt(at(100), at(115)), None);
        assert_eq!(unrest(at(100), at(100)), Some(at(115)));
        assert_eq!(unrest(at(100), at(3_700)), None);
    }

    /// What one channel hears of an incident that is asked about whenever its notice is due: when its first notice left.
    fn told_at(began: i64, ended: Option<i64>, troubles: &[Trouble]) -> Option<i64> {
        let mut due = began;
        loop {
            let ended_by_now = ended.filter(|ended| *ended <= due).map(at);
            match hold(Severity::Down, (at(began), ended_by_now), troubles, at(due)) {
                Hold::Go => return ended_by_now.is_none().then_some(due),
                Hold::Over => return None,
                Hold::Until(until) => {
                    let next = (until - DateTime::UNIX_EPOCH).num_seconds();
                    assert!(next > due, "it gets on");
                    due = next;
                }
            }
        }
    }

    proptest! {
        #[test]
        fn it_leaves_once_when_all_trouble_is_over_and_not_at_all_when_it_ended_before(
            began in 0i64..500,
            lasts in 1i64..2_000,
            spans in proptest::collection::vec((0i64..1_000, 1i64..1_000, any::<bool>()), 0..5),
        ) {
            let ended = began + lasts;
            let troubles: Vec<Trouble> = spans
                .iter()
                .map(|(from, long, told)| Trouble { told: *told, ..trouble(*from, Some(from + long)) })
                .collect();
            if let Some(told) = told_at(began, Some(ended), &troubles) {
                prop_assert!(told < ended);
                for one in &troubles {
                    prop_assert!(!(one.from <= at(told) && one.until.is_some_and(|until| at(told) < until)));
                }
            }
            // Of what never ends somebody hears, however much else was wrong.
            let last = spans.iter().map(|(from, long, _)| from + long + 45).max().unwrap_or(0);
            let told = told_at(began, None, &troubles);
            prop_assert!(told.is_some_and(|told| told <= last.max(began)));
        }
    }
}
