//! Percentages that never flatter: floored, and silent where nothing was observed.

use serde::{Deserialize, Serialize};

use crate::coverage::Spent;

/// `part` of `whole` in hundredths of a percent, floored, so that 10 000 means exactly all; none when `whole` is nothing.
pub fn basis_points(part: i64, whole: i64) -> Option<u16> {
    if whole <= 0 {
        return None;
    }
    let points = i128::from(part.clamp(0, whole)) * 10_000 / i128::from(whole);
    u16::try_from(points).ok()
}

/// As a percentage with two decimals.
pub fn percent(part: i64, whole: i64) -> Option<f64> {
    basis_points(part, whole).map(|points| f64::from(points) / 100.0)
}

/// Of the time observed, how much the service could be used. Degraded counts as usable, unknown and maintenance not at all.
pub fn uptime(spent: &Spent) -> Option<f64> {
    percent(spent.usable_ms(), spent.observed_ms())
}

/// Of `window_ms` (less maintenance), how much was observed.
pub fn coverage(spent: &Spent, window_ms: i64) -> Option<f64> {
    percent(spent.observed_ms(), window_ms - spent.maintenance_ms)
}

/// The colour of a day for clients that know one word a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayStatus {
    Up,
    Degraded,
    Down,
    /// Nothing was observed.
    None,
}

/// The worst that was seen on a day.
pub fn day_status(spent: &Spent) -> DayStatus {
    if spent.down_ms > 0 {
        DayStatus::Down
    } else if spent.degraded_ms > 0 {
        DayStatus::Degraded
    } else if spent.up_ms > 0 {
        DayStatus::Up
    } else {
        DayStatus::None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_percent_means_exactly_that() {
        let spent = Spent {
            up_ms: 99_999_999,
            down_ms: 1,
            ..Spent::default()
        };
        assert_eq!(uptime(&spent), Some(99.99));
        assert_eq!(
            uptime(&Spent {
                up_ms: 7,
                degraded_ms: 3,
                ..Spent::default()
            }),
            Some(100.0)
        );
    }

    #[test]
    fn unknown_time_is_neither_up_nor_down() {
        let spent = Spent {
            up_ms: 500,
            unknown_ms: 500,
            ..Spent::default()
        };
        assert_eq!(
            (uptime(&spent), coverage(&spent, 1000)),
            (Some(100.0), Some(50.0))
        );
        assert_eq!(
            uptime(&Spent {
                unknown_ms: 9,
                ..Spent::default()
            }),
            None
        );
    }

    #[test]
    fn maintenance_is_left_out_of_the_window() {
        let spent = Spent {
            up_ms: 500,
            maintenance_ms: 500,
            ..Spent::default()
        };
        assert_eq!(coverage(&spent, 1000), Some(100.0));
    }
}
