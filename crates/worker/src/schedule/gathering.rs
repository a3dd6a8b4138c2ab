//! Looks that are due at nearly the same time begin together where they are so rare that each would wake the machine for itself alone: the
//! processor finds what it needs where the look before has left it.

use std::time::Duration;

use tokio::time::Instant;

/// No look waits longer for company.
const LONGEST: Duration = Duration::from_millis(40);

/// About so many begin together. More would wait for each other, and that would be taken for slowness of their targets.
const COMPANY: f64 = 10.0;

/// Where so many come within a millisecond or two, which is what a timer can tell apart, they have company anyway.
const SHORTEST: Duration = Duration::from_millis(2);

/// Where fewer are to be expected in the longest time, nobody waits.
const WORTH_WAITING: f64 = 2.0;

/// How much the newest gap between two looks says of the mean one.
const WEIGHT: f64 = 1.0 / 64.0;

/// How often looks begin, as it has been of late.
#[derive(Debug)]
pub(super) struct Gathering {
    /// Mean seconds between two looks.
    gap: f64,
    last: Instant,
}

impl Gathering {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            gap: 1.0,
            last: now,
        }
    }

    /// So many looks have begun, now.
    pub(super) fn begun(&mut self, looks: u32, now: Instant) {
        if looks == 0 {
            return;
        }
        let each = (now - self.last).as_secs_f64() / f64::from(looks);
        self.last = now;
        let weight = (WEIGHT * f64::from(looks)).min(1.0);
        self.gap += (each - self.gap) * weight;
    }

    /// How long a look that is due may wait for others; not at all where none is to be expected.
    pub(super) fn patience(&self) -> Duration {
        let (longest, patience) = (LONGEST.as_secs_f64(), self.gap * COMPANY);
        if self.gap * WORTH_WAITING > longest || patience < SHORTEST.as_secs_f64() {
            return Duration::ZERO;
        }
        Duration::from_secs_f64(patience.min(longest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How long looks wait that come `per_second`, some at a time.
    fn patience(per_second: u32, at_a_time: u32) -> Duration {
        let mut now = Instant::now();
        let mut gathering = Gathering::new(now);
        for _ in 0..2_000 {
            now += Duration::from_secs(at_a_time.into()) / per_second;
            gathering.begun(at_a_time, now);
        }
        gathering.patience()
    }

    #[test]
    fn a_look_waits_for_a_few_and_never_long() {
        let ms = |patience: Duration| patience.as_secs_f64() * 1e3;
        for too_few_or_enough in [1, 10, 45, 6_000] {
            assert_eq!(patience(too_few_or_enough, 1), Duration::ZERO);
        }
        for at_a_time in [1, 4] {
            assert!((ms(patience(250, at_a_time)) - 40.0).abs() < 0.1);
            assert!((ms(patience(1_000, at_a_time)) - 10.0).abs() < 0.1);
        }
    }
}
