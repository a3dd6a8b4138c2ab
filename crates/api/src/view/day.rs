//! A day of a service: one segment of its bar.

use chrono::{DateTime, Days, NaiveDate, Utc};
use domain::{
    coverage::Spent,
    uptime::{self, DayStatus, day_status},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::seconds;

/// A segment of the 30-day bar. What is 0 or unknown is left out, because lists hold thousands of these.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = BarDay)]
pub struct BarDayView {
    /// UTC
    pub date: NaiveDate,
    /// The worst that was seen: `up`, `degraded`, `down`, or `none` when nothing was observed
    #[schema(value_type = super::words::DayStatus)]
    pub status: &'static str,
    /// Percent, floored; absent when nothing was observed
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = f64)]
    pub uptime: Option<f64>,
    /// Percent of the day (as far as it has passed, and since the service exists) that was observed; absent when nothing was
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = f64)]
    pub coverage: Option<f64>,
    /// Seconds down; absent when none
    #[serde(skip_serializing_if = "is_none")]
    #[schema(required = false)]
    pub down_s: i64,
    /// Seconds degraded; absent when none
    #[serde(skip_serializing_if = "is_none")]
    #[schema(required = false)]
    pub degraded_s: i64,
    /// Seconds of maintenance, which `status`, `uptime` and `coverage` leave out; absent when none
    #[serde(skip_serializing_if = "is_none")]
    #[schema(required = false)]
    pub maintenance_s: i64,
}

/// A day in full.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = Day)]
pub struct DayView {
    /// UTC
    pub date: NaiveDate,
    /// The worst that was seen: `up`, `degraded`, `down`, or `none` when nothing was observed
    #[schema(value_type = super::words::DayStatus)]
    pub status: &'static str,
    /// Percent of the observed time in which it could be used, floored; null when nothing was observed
    pub uptime: Option<f64>,
    /// Percent of the day (as far as it has passed, and since the service exists) that was observed; null before that
    pub coverage: Option<f64>,
    /// Seconds
    pub down_s: i64,
    /// Seconds
    pub degraded_s: i64,
    /// Seconds
    pub unknown_s: i64,
    /// Seconds
    pub maintenance_s: i64,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands out references"
)]
fn is_none(seconds: &i64) -> bool {
    *seconds == 0
}

/// The part of time that counts: since the service exists, up to now.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    pub created_at: DateTime<Utc>,
    pub now: DateTime<Utc>,
}

impl Span {
    /// Milliseconds of `from..to` that lie in it.
    pub fn ms(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> i64 {
        let length = to.min(self.now) - from.max(self.created_at);
        length.num_milliseconds().max(0)
    }

    fn day_ms(&self, date: NaiveDate) -> i64 {
        let start = date.and_time(chrono::NaiveTime::MIN).and_utc();
        self.ms(start, start + Days::new(1))
    }
}

impl DayView {
    pub fn new(date: NaiveDate, spent: &Spent, span: Span) -> Self {
        Self {
            date,
            status: word(day_status(spent)),
            uptime: uptime::uptime(spent),
            coverage: uptime::coverage(spent, span.day_ms(date)),
            down_s: seconds(spent.down_ms),
            degraded_s: seconds(spent.degraded_ms),
            unknown_s: seconds(spent.unknown_ms),
            maintenance_s: seconds(spent.maintenance_ms),
        }
    }
}

impl From<DayView> for BarDayView {
    fn from(day: DayView) -> Self {
        Self {
            date: day.date,
            status: day.status,
            uptime: day.uptime,
            coverage: day.uptime.and(day.coverage),
            down_s: day.down_s,
            degraded_s: day.degraded_s,
            maintenance_s: day.maintenance_s,
        }
    }
}

fn word(status: DayStatus) -> &'static str {
    match status {
        DayStatus::Up => "up",
        DayStatus::Degraded => "degraded",
        DayStatus::Down => "down",
        DayStatus::None => "none",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_counts_from_the_moment_the_service_was_added() {
        let date = NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
        let noon = date.and_hms_opt(12, 0, 0).unwrap().and_utc();
        let span = Span {
            created_at: noon,
            now: noon + chrono::TimeDelta::hours(2),
        };
        let spent = Spent {
            up_ms: 3_600_000,
            ..Spent::default()
        };
        let day = DayView::new(date, &spent, span);
        assert_eq!((day.uptime, day.coverage), (Some(100.0), Some(50.0)));
        let before = DayView::new(date.pred_opt().unwrap(), &Spent::default(), span);
        assert_eq!((before.status, before.coverage), ("none", None));
    }

    #[test]
    fn a_bar_tells_maintenance_apart_from_time_that_nobody_saw() {
        let date = NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
        let midnight = date.and_time(chrono::NaiveTime::MIN).and_utc();
        let span = Span {
            created_at: midnight,
            now: midnight + Days::new(2),
        };
        let day = |maintenance_ms| {
            let spent = Spent {
                maintenance_ms,
                ..Spent::default()
            };
            serde_json::to_value(BarDayView::from(DayView::new(date, &spent, span))).unwrap()
        };
        assert_eq!(
            day(86_400_000),
            serde_json::json!({ "date": "2026-11-21", "status": "none", "maintenance_s": 86_400 })
        );
        assert_eq!(
            day(0),
            serde_json::json!({ "date": "2026-11-21", "status": "none" })
        );
    }
}
