//! How much more could be looked at with what there is, judged by what was spent on looking lately.

use serde::{Deserialize, Serialize};

/// How full the threads that look may be: above that, looks begin to start late.
const FULL: f64 = 0.7;
/// Fewer looks say nothing about what one costs.
const FEWEST_LOOKS: u64 = 100;
/// The start of a process says nothing about what follows. In milliseconds.
const SHORTEST_MS: u64 = 60_000;

/// What one worker spent on looking over a while.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spent {
    /// Length of the while.
    pub over_ms: u64,
    /// For how long the threads were busy, all of them added up.
    pub busy_ms: u64,
    pub threads: u32,
    /// Looks that ended meanwhile.
    pub looks: u64,
}

impl Spent {
    /// Looks per second that fit beside those that are made; none while too little was seen to tell. What is done
    /// besides looking counts as if it were looking, so that a small load shows less room than there is, never more.
    #[expect(
        clippy::cast_precision_loss,
        reason = "an estimate, of figures far below 2^52"
    )]
    pub fn room(&self) -> Option<f64> {
        if self.looks < FEWEST_LOOKS || self.over_ms < SHORTEST_MS {
            return None;
        }
        let (busy, over) = (self.busy_ms.max(1) as f64, self.over_ms as f64);
        let free = f64::from(self.threads) * FULL - busy / over;
        let cost_s = busy / 1000.0 / self.looks as f64;
        Some((free / cost_s).max(0.0))
    }
}

/// An estimate of so many, cut to two digits: 1234.5 → 1200.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "not negative, and larger values saturate"
)]
pub fn about(number: f64) -> u64 {
    let whole = number.max(0.0) as u64;
    let step = 10_u64.pow(whole.checked_ilog10().unwrap_or(0).saturating_sub(1));
    whole / step * step
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_what_is_left_of_seven_tenths_at_the_cost_of_a_look() {
        // 1,000 looks of a millisecond in 100 s: one thread is busy for 1 %, and 69 % would do 690 a second.
        let spent = Spent {
            over_ms: 100_000,
            busy_ms: 1_000,
            threads: 1,
            looks: 1_000,
        };
        let room = spent.room().expect("enough to tell");
        assert!((room - 690.0).abs() < 0.001, "{room}");
        let two = Spent {
            threads: 2,
            ..spent
        };
        assert!(two.room() > Some(2.0 * room));
        let full = Spent {
            busy_ms: 80_000,
            ..spent
        };
        assert_eq!(full.room(), Some(0.0));
        let idle = Spent {
            busy_ms: 0,
            ..spent
        };
        assert!(idle.room().is_some_and(f64::is_finite));
    }

    #[test]
    fn too_little_says_nothing() {
        let enough = Spent {
            over_ms: 60_000,
            busy_ms: 10,
            threads: 1,
            looks: 100,
        };
        assert!(enough.room().is_some());
        let few = Spent {
            looks: 99,
            ..enough
        };
        let short = Spent {
            over_ms: 59_999,
            ..enough
        };
        assert_eq!((few.room(), short.room()), (None, None));
        assert_eq!(Spent::default().room(), None);
    }

    #[test]
    fn an_estimate_has_two_digits() {
        let table = [
            (0.0, 0),
            (-1.0, 0),
            (7.9, 7),
            (99.9, 99),
            (105.0, 100),
            (1_234.5, 1_200),
            (98_765.0, 98_000),
        ];
        for (number, expected) in table {
            assert_eq!(about(number), expected, "{number}");
        }
    }
}
