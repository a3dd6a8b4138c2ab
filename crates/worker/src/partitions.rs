//! Keeps the days of raw checks: a week ahead ready, old ones dropped by age and by size, never inside a batch.

use std::time::Duration;

use chrono::{Days, NaiveDate};
use db::{Db, health::recording, partitions};
use runtime::backoff::Backoff;
use tokio_util::sync::CancellationToken;

/// How often it is looked after.
const PERIOD: Duration = Duration::from_mins(10);

/// Today and yesterday stay whatever they weigh: their hours may not be closed yet.
const NEVER_DROPPED: u64 = 2;

const GIGABYTE: i64 = 1_000_000_000;

/// How long raw checks are kept.
#[derive(Clone, Copy, Debug, clap::Args)]
#[command(next_help_heading = "Retention")]
pub struct Retention {
    /// Days for which every single check is kept; the sums of hours stay for thirteen months, those of days for ever
    #[arg(long, env = "RETENTION_RAW_DAYS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(2..=3650))]
    pub retention_raw_days: u64,
    /// Gigabytes that single checks may take; the oldest days go first. Without it they may take any number
    #[arg(long, env = "RETENTION_RAW_MAX_GB", value_name = "GIGABYTES", value_parser = clap::value_parser!(i64).range(1..))]
    pub retention_raw_max_gb: Option<i64>,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            retention_raw_days: 30,
            retention_raw_max_gb: None,
        }
    }
}

impl Retention {
    /// The oldest day that is kept, given today and what each day weighs in bytes.
    pub fn first_kept<'a>(
        &self,
        today: NaiveDate,
        sizes: impl DoubleEndedIterator<Item = (&'a NaiveDate, &'a i64)>,
    ) -> NaiveDate {
        let by_age = today - Days::new(self.retention_raw_days);
        let Some(limit) = self.retention_raw_max_gb else {
            return by_age;
        };
        let mut left = limit.saturating_mul(GIGABYTE);
        let safe = today - Days::new(NEVER_DROPPED - 1);
        let mut first = safe;
        for (day, bytes) in sizes.rev() {
            left -= bytes;
            if left < 0 {
                break;
            }
            first = first.min(*day);
        }
        by_age.max(first)
    }
}

/// Makes and drops days until `stop`. Does not wait for its first round: see `round`.
pub async fn run(db: Db, retention: Retention, stop: CancellationToken) -> anyhow::Result<()> {
    let mut backoff = Backoff::default();
    loop {
        let pause = match round(&db, retention).await {
            Ok(()) => {
                backoff.reset();
                PERIOD
            }
            Err(error) => {
                tracing::warn!(%error, "the partitions of checks could not be looked after; they will be");
                backoff.pause()
            }
        };
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Makes what is missing and drops what is too old or too much, by the database's clock.
pub async fn round(db: &Db, retention: Retention) -> db::Result<()> {
    let mut conn = db.acquire().await?;
    let today = recording::now(&mut conn).await?.date_naive();
    partitions::ensure(db, today).await?;
    let sizes = partitions::sizes(&mut conn).await?;
    drop(conn);
    partitions::drop_before(db, retention.first_kept(today, sizes.iter())).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn day(n: u64) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + Days::new(n)
    }

    fn sizes(gigabytes: i64) -> BTreeMap<NaiveDate, i64> {
        (0..50).map(|n| (day(n), gigabytes * GIGABYTE)).collect()
    }

    #[test]
    fn age_alone_decides_without_a_limit() {
        let first = Retention::default().first_kept(day(40), sizes(9).iter());
        assert_eq!(first, day(10));
    }

    #[test]
    fn a_limit_drops_the_oldest_days_until_the_rest_fits() {
        let retention = Retention {
            retention_raw_max_gb: Some(25),
            ..Retention::default()
        };
        // Days 41 to 49 are made ahead; here they weigh as much as the others.
        assert_eq!(retention.first_kept(day(40), sizes(1).iter()), day(25));
    }

    #[test]
    fn today_and_yesterday_stay_however_large() {
        let retention = Retention {
            retention_raw_max_gb: Some(1),
            ..Retention::default()
        };
        assert_eq!(retention.first_kept(day(40), sizes(100).iter()), day(39));
    }
}
