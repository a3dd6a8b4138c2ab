//! What time the database says it is, kept on the monotonic clock: a worker's wall clock decides nothing.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

/// Samples that took longer than this say too little.
const LONGEST_ROUND_TRIP: Duration = Duration::from_millis(200);
/// How far the offset may move per second of monotonic time.
const SLEW_PER_SECOND_US: i64 = 5_000;
/// A difference from here on is a jump, not drift.
const JUMP_US: i64 = 2_000_000;
/// For how long a jump has to be agreed on before it is believed, unless somebody says otherwise.
pub const AGREEMENT: Duration = Duration::from_mins(1);

/// What came of a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sampled {
    /// The first one, or the first good one after a slow one: taken as it is.
    First,
    /// Too slow to be used.
    Discarded,
    /// Close; the offset is moving towards it.
    Slewing,
    /// More than 2 s away: an alarm, not yet believed.
    Jumped { by: TimeDelta },
    /// A jump that held for 60 s: believed now.
    Adopted { by: TimeDelta },
}

/// The database's time as a function of monotonic time since the process started.
#[derive(Clone, Debug)]
pub struct ClockSync {
    agreement: Duration,
    offset_us: Option<i64>,
    /// The offset comes from a sample that was too slow: it is better than none, and only that.
    is_rough: bool,
    target_us: i64,
    slewed_at: Duration,
    jump: Option<(Duration, i64)>,
}

impl Default for ClockSync {
    fn default() -> Self {
        Self::new(AGREEMENT)
    }
}

impl ClockSync {
    /// Knows nothing yet, and believes a jump that has held for `agreement`.
    pub fn new(agreement: Duration) -> Self {
        Self {
            agreement,
            offset_us: None,
            is_rough: false,
            target_us: 0,
            slewed_at: Duration::ZERO,
            jump: None,
        }
    }

    /// Takes one answer of the database: asked at `asked`, answered at `answered`, both monotonic.
    pub fn sample(
        &mut self,
        asked: Duration,
        answered: Duration,
        database: DateTime<Utc>,
    ) -> Sampled {
        let round_trip = answered.saturating_sub(asked);
        let middle = asked + round_trip / 2;
        let seen = database.timestamp_micros() - micros(middle);
        let is_slow = round_trip > LONGEST_ROUND_TRIP;
        let known = self.offset_us.filter(|_| is_slow || !self.is_rough);
        let Some(offset) = known else {
            self.offset_us = Some(seen);
            self.is_rough = is_slow;
            self.target_us = seen;
            self.slewed_at = answered;
            return Sampled::First;
        };
        if is_slow {
            return Sampled::Discarded;
        }
        let by = seen - offset;
        if by.abs() < JUMP_US {
            self.slew(answered);
            self.target_us = seen;
            self.jump = None;
            return Sampled::Slewing;
        }
        self.judge_jump(answered, seen, by)
    }

    /// The database's time at a monotonic instant; none before the first sample.
    pub fn at(&mut self, now: Duration) -> Option<DateTime<Utc>> {
        self.slew(now);
        let us = self.offset_us? + micros(now);
        DateTime::from_timestamp_micros(us)
    }

    /// The monotonic instant at which the database will show `time`; zero when that is long past.
    pub fn instant_of(&self, time: DateTime<Utc>) -> Option<Duration> {
        let us = time.timestamp_micros() - self.offset_us?;
        Some(Duration::from_micros(u64::try_from(us).unwrap_or(0)))
    }

    fn judge_jump(&mut self, now: Duration, seen: i64, by: i64) -> Sampled {
        let by = TimeDelta::microseconds(by);
        match self.jump {
            Some((since, at)) if (seen - at).abs() < JUMP_US => {
                if now.saturating_sub(since) < self.agreement {
                    return Sampled::Jumped { by };
                }
                self.offset_us = Some(seen);
                self.target_us = seen;
                self.slewed_at = now;
                self.jump = None;
                Sampled::Adopted { by }
            }
            _ => {
                self.jump = Some((now, seen));
                Sampled::Jumped { by }
            }
        }
    }

    fn slew(&mut self, now: Duration) {
        let Some(offset) = self.offset_us else { return };
        let elapsed = micros(now.saturating_sub(self.slewed_at));
        let most = elapsed.saturating_mul(SLEW_PER_SECOND_US) / 1_000_000;
        if most == 0 {
            return;
        }
        self.offset_us = Some(offset + (self.target_us - offset).clamp(-most, most));
        self.slewed_at = now;
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn database(seconds: f64) -> DateTime<Utc> {
        #[expect(clippy::cast_possible_truncation, reason = "test times are small")]
        let us = (seconds * 1e6) as i64;
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::microseconds(us)
    }

    fn started() -> ClockSync {
        let mut sync = ClockSync::default();
        assert_eq!(
            sync.sample(Duration::ZERO, Duration::from_millis(2), database(0.001)),
            Sampled::First
        );
        sync
    }

    #[test]
    fn a_small_difference_is_slewed_at_five_milliseconds_a_second() {
        let mut sync = started();
        let ten = Duration::from_secs(10);
        assert_eq!(sync.sample(ten, ten, database(11.0)), Sampled::Slewing);
        let later = Duration::from_secs(20);
        assert_eq!(sync.at(later), Some(database(20.05)));
        assert_eq!(sync.at(Duration::from_secs(1000)), Some(database(1001.0)));
    }

    #[test]
    fn a_slow_sample_is_discarded() {
        let mut sync = started();
        let outcome = sync.sample(
            Duration::from_secs(1),
            Duration::from_millis(1201),
            database(9.0),
        );
        assert_eq!(outcome, Sampled::Discarded);
        assert_eq!(sync.at(Duration::from_secs(5)), Some(database(5.0)));
    }

    #[test]
    fn a_rough_beginning_is_corrected_by_the_first_good_sample() {
        let mut sync = ClockSync::default();
        let seconds = Duration::from_secs;
        // It took 3 s, all of it on the way back.
        assert_eq!(
            sync.sample(seconds(0), seconds(3), database(0.0)),
            Sampled::First
        );
        assert_eq!(sync.at(seconds(3)), Some(database(1.5)));
        let four = seconds(4);
        assert_eq!(
            sync.sample(four, seconds(8), database(4.0)),
            Sampled::Discarded
        );
        let nine = seconds(9);
        assert_eq!(sync.sample(nine, nine, database(9.0)), Sampled::First);
        assert_eq!(sync.at(nine), Some(database(9.0)));
        assert_eq!(sync.sample(nine, nine, database(10.0)), Sampled::Slewing);
    }

    #[test]
    fn a_jump_is_adopted_only_after_a_minute_of_agreement() {
        let mut sync = started();
        for second in 1..=60 {
            let now = Duration::from_secs(second);
            let outcome = sync.sample(
                now,
                now,
                database(f64::from(u32::try_from(second).unwrap()) - 3600.0),
            );
            assert!(
                matches!(outcome, Sampled::Jumped { .. }),
                "{second}: {outcome:?}"
            );
            assert!(sync.at(now).unwrap() > database(0.0));
        }
        let now = Duration::from_secs(61);
        assert!(matches!(
            sync.sample(now, now, database(61.0 - 3600.0)),
            Sampled::Adopted { .. }
        ));
        assert_eq!(sync.at(now), Some(database(61.0 - 3600.0)));
    }

    #[test]
    fn a_jump_that_goes_away_leaves_nothing_behind() {
        let mut sync = started();
        let at = |s| Duration::from_secs(s);
        assert!(matches!(
            sync.sample(at(1), at(1), database(100.0)),
            Sampled::Jumped { .. }
        ));
        assert_eq!(sync.sample(at(2), at(2), database(2.0)), Sampled::Slewing);
        assert!(matches!(
            sync.sample(at(70), at(70), database(170.0)),
            Sampled::Jumped { .. }
        ));
    }

    #[test]
    fn instants_and_times_are_each_others_inverse() {
        let mut sync = started();
        let now = Duration::from_secs(33);
        let time = sync.at(now).unwrap();
        assert_eq!(sync.instant_of(time), Some(now));
    }
}
