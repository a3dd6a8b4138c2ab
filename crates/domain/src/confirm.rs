//! How many attempts one look makes, and what they add up to: a first failure is only a suspicion, a first success no recovery yet.

use std::time::Duration;

use crate::{incident::Severity, verdict::Verdict};

/// What the look needs to know beside its attempts.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    /// The service's own interval; bounds the waits between attempts.
    pub interval: Duration,
    /// How often a failure is tried again, 0–2 (default 2).
    pub retries: u8,
    /// The severity of the incident that is open, if one is.
    pub open: Option<Severity>,
}

/// What to do after an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The look has its verdict.
    Done,
    /// Try again this long after the end of the attempt before.
    Again(Duration),
}

/// What all attempts of one look say together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conclusion {
    pub verdict: Verdict,
    /// The attempt that stands for the look.
    pub attempt: usize,
    /// The first attempt that failed, if one did.
    pub first_failed: Option<usize>,
    /// Two good attempts in a row ended the look: the first of them.
    pub recovered: Option<usize>,
}

/// Whether a look goes on after `attempts` (oldest first, at least one).
///
/// A look goes on until another attempt could not change what is recorded: a success without an incident, or a
/// failure that merely continues one, ends it at once.
pub fn next(question: &Question, attempts: &[Verdict]) -> Next {
    let Some(last) = attempts.last() else {
        return Next::Again(Duration::ZERO);
    };
    let wait = Next::Again(pause(question.interval, attempts.len()));
    let tries = usize::from(question.retries) + 1;
    match (question.open, last) {
        (_, Verdict::Maintenance) | (None, Verdict::Up) => Next::Done,
        (None, _) if attempts.len() < tries => wait,
        (Some(_), Verdict::Up) if !ends_in_two_good(attempts) => wait,
        (Some(open), bad)
            if bad.severity() != Some(open)
                && attempts.len() < tries
                && !attempts.contains(&Verdict::Up) =>
        {
            wait
        }
        _ => Next::Done,
    }
}

/// The verdict of a finished look. Without attempts the look is unknown.
pub fn conclude(question: &Question, attempts: &[Verdict]) -> Conclusion {
    let first_failed = attempts.iter().position(|v| v.severity().is_some());
    let good = if question.open.is_some() {
        ends_in_two_good(attempts)
    } else {
        attempts.last() == Some(&Verdict::Up)
    };
    let last = attempts.len().saturating_sub(1);
    if good {
        let recovered = question.open.map(|_| last.saturating_sub(1));
        return Conclusion {
            verdict: Verdict::Up,
            attempt: last,
            first_failed,
            recovered,
        };
    }
    let (attempt, verdict) = mildest(attempts);
    Conclusion {
        verdict,
        attempt,
        first_failed,
        recovered: None,
    }
}

/// An attempt that we could not make confirms nothing, so it outweighs failures; among failures the mildest counts.
fn mildest(attempts: &[Verdict]) -> (usize, Verdict) {
    let weight = |verdict: &Verdict| match verdict {
        Verdict::Maintenance => 0,
        Verdict::Unknown => 1,
        Verdict::Degraded => 2,
        Verdict::Down => 3,
        Verdict::Up => 4,
    };
    attempts
        .iter()
        .enumerate()
        .min_by_key(|(_, verdict)| weight(verdict))
        .map_or((0, Verdict::Unknown), |(index, verdict)| (index, *verdict))
}

fn ends_in_two_good(attempts: &[Verdict]) -> bool {
    matches!(attempts, [.., Verdict::Up, Verdict::Up])
}

/// min(2 s, I/5) before the second attempt, min(8 s, I/2) before later ones.
fn pause(interval: Duration, done: usize) -> Duration {
    if done <= 1 {
        Duration::from_secs(2).min(interval / 5)
    } else {
        Duration::from_secs(8).min(interval / 2)
    }
}

#[cfg(test)]
mod tests {
    use Verdict::{Degraded, Down, Unknown, Up};
    use proptest::prelude::*;

    use super::*;

    fn run(open: Option<Severity>, world: &[Verdict]) -> (usize, Conclusion) {
        let question = Question {
            interval: Duration::from_secs(30),
            retries: 2,
            open,
        };
        let mut n = 1;
        while let Next::Again(_) = next(&question, &world[..n]) {
            n += 1;
        }
        (n, conclude(&question, &world[..n]))
    }

    #[test]
    fn tables_of_looks() {
        let table: &[(Option<Severity>, [Verdict; 4], usize, Verdict)] = &[
            (None, [Up, Down, Down, Down], 1, Up),
            (None, [Down, Up, Down, Down], 2, Up),
            (None, [Down, Down, Up, Down], 3, Up),
            (None, [Down, Down, Down, Up], 3, Down),
            (None, [Down, Degraded, Down, Up], 3, Degraded),
            (None, [Down, Unknown, Down, Up], 3, Unknown),
            (None, [Unknown, Up, Down, Down], 2, Up),
            (Some(Severity::Down), [Down, Up, Up, Up], 1, Down),
            (Some(Severity::Down), [Up, Up, Down, Down], 2, Up),
            (Some(Severity::Down), [Up, Down, Up, Up], 2, Down),
            (
                Some(Severity::Down),
                [Degraded, Degraded, Degraded, Up],
                3,
                Degraded,
            ),
            (Some(Severity::Down), [Degraded, Down, Up, Up], 2, Degraded),
            (Some(Severity::Degraded), [Down, Down, Down, Up], 3, Down),
            (
                Some(Severity::Degraded),
                [Down, Degraded, Up, Up],
                2,
                Degraded,
            ),
            (Some(Severity::Down), [Unknown, Up, Up, Up], 3, Up),
        ];
        for (open, world, attempts, verdict) in table {
            let (n, conclusion) = run(*open, world);
            assert_eq!(
                (n, conclusion.verdict),
                (*attempts, *verdict),
                "{open:?} {world:?}"
            );
        }
    }

    #[test]
    fn waits_keep_the_promise_of_twelve_and_twentyseven_seconds() {
        let second = Duration::from_secs(1);
        assert_eq!(pause(30 * second, 1) + pause(30 * second, 2), 10 * second);
        assert_eq!(pause(10 * second, 1), 2 * second);
        assert_eq!(pause(10 * second, 2), 5 * second);
    }

    #[test]
    fn a_recovery_names_the_first_of_two_good_attempts() {
        assert_eq!(
            run(Some(Severity::Down), &[Up, Up, Up]).1.recovered,
            Some(0)
        );
        assert_eq!(run(None, &[Up]).1.recovered, None);
    }

    proptest! {
        #[test]
        fn looks_end_and_are_down_only_when_every_attempt_failed(
            world in proptest::collection::vec(prop_oneof![Just(Up), Just(Down), Just(Degraded), Just(Unknown)], 8),
            open in prop_oneof![Just(None), Just(Some(Severity::Down)), Just(Some(Severity::Degraded))],
        ) {
            let (n, conclusion) = run(open, &world);
            prop_assert!(n <= 4);
            if open.is_none() && conclusion.verdict == Down {
                prop_assert!(world[..n].iter().all(|v| *v == Down));
                prop_assert_eq!(n, 3);
            }
            if conclusion.verdict == Up && open.is_some() {
                prop_assert!(world[n - 2] == Up && world[n - 1] == Up);
            }
        }
    }
}
