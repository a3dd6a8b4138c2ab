//! When a message that was not taken is tried again, and when that is given up.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

/// A message that nobody took for so long is given up.
pub const GIVEN_UP_AFTER: TimeDelta = TimeDelta::hours(24);

const FIRST: TimeDelta = TimeDelta::seconds(15);
const LONGEST: TimeDelta = TimeDelta::hours(1);
/// A receiver that wants to be left alone for longer than is left is tried once more, this long before it is given up.
const LAST: TimeDelta = TimeDelta::minutes(1);

/// When to try again after `attempts` failures, none when it is to be given up. `asked` is how long the receiver wants to
/// be left alone; `seed` spreads many over time, by up to a quarter.
pub fn next_attempt(
    attempts: u32,
    asked: Option<Duration>,
    seed: u64,
    (now, give_up_at): (DateTime<Utc>, DateTime<Utc>),
) -> Option<DateTime<Utc>> {
    let doubled = FIRST * (1 << attempts.saturating_sub(1).min(10));
    let pause = doubled.min(LONGEST);
    let share = i32::try_from(seed % 256).unwrap_or(0);
    let pause = pause + pause * share / 1_024;
    let asked = asked.and_then(|asked| TimeDelta::from_std(asked).ok());
    let next = now + asked.map_or(pause, |asked| asked.max(pause));
    if next < give_up_at {
        return Some(next);
    }
    let last = give_up_at - LAST;
    (last >= now + pause).then_some(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pause(attempts: u32, asked: Option<u64>, seed: u64) -> i64 {
        let now = DateTime::UNIX_EPOCH;
        let asked = asked.map(Duration::from_secs);
        let next = next_attempt(attempts, asked, seed, (now, now + GIVEN_UP_AFTER));
        (next.unwrap() - now).num_seconds()
    }

    #[test]
    fn pauses_double_up_to_an_hour_and_are_spread() {
        let pauses: Vec<_> = [1, 2, 3, 8, 9, 40].map(|n| pause(n, None, 0)).into();
        assert_eq!(pauses, [15, 30, 60, 1_920, 3_600, 3_600]);
        assert_eq!(pause(2, None, 255), 37);
    }

    #[test]
    fn a_receiver_that_asks_for_more_time_gets_it() {
        assert_eq!(pause(1, Some(300), 0), 300);
        assert_eq!(pause(4, Some(1), 0), 120);
    }

    #[test]
    fn after_a_day_it_is_given_up() {
        let created = DateTime::UNIX_EPOCH;
        let at = |hours| (created + TimeDelta::hours(hours), created + GIVEN_UP_AFTER);
        assert!(next_attempt(30, None, 0, at(22)).is_some());
        assert_eq!(next_attempt(30, None, 0, at(23)), None);
    }

    #[test]
    fn a_receiver_that_asks_for_longer_than_is_left_is_tried_once_more_before_that() {
        let end = DateTime::UNIX_EPOCH + GIVEN_UP_AFTER;
        let next = |now| next_attempt(1, Some(Duration::from_hours(24)), 0, (now, end));
        let last = end - LAST;
        assert_eq!(next(DateTime::UNIX_EPOCH), Some(last));
        assert_eq!(next(last - TimeDelta::seconds(15)), Some(last));
        assert_eq!(next(last), None);
    }
}
