//! Sums of many services over a span of days, from the fewest rows: whole UTC days, and hours at both ends.

use std::collections::HashMap;

use chrono::{DateTime, Days, NaiveTime, TimeDelta, Utc};
use domain::{coverage::Tally, id::ServiceKey};
use sqlx::PgConnection;

use crate::Result;

/// The sums of these services in `from..until`, which begin and end with an hour. Services without any are left out.
pub async fn tallies(
    conn: &mut PgConnection,
    services: &[ServiceKey],
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<HashMap<ServiceKey, Tally>> {
    let midnight = |at: DateTime<Utc>| at.date_naive().and_time(NaiveTime::MIN).and_utc();
    let last = midnight(until);
    let first = midnight(from + TimeDelta::days(1) - TimeDelta::hours(1)).max(from);
    let mut sums: HashMap<ServiceKey, Tally> = HashMap::new();
    if first < last {
        let (begin, end) = (first.date_naive(), last.date_naive() - Days::new(1));
        for day in super::days(conn, services, begin, end).await? {
            sums.entry(day.service).or_default().merge(&day.tally);
        }
    }
    let ends = [(from, first.min(until)), (last.max(first), until)];
    for (from, until) in ends.into_iter().filter(|(from, until)| from < until) {
        for hour in super::hours(conn, services, from, until).await? {
            sums.entry(hour.service).or_default().merge(&hour.tally);
        }
    }
    Ok(sums)
}

#[cfg(test)]
mod tests {
    use domain::coverage::Spent;

    use super::*;

    #[sqlx::test(migrator = "crate::MIGRATOR")]
    async fn days_and_hours_make_the_sum_of_the_hours_wherever_a_week_begins(
        pool: sqlx::PgPool,
    ) -> Result<()> {
        let mut conn = pool.acquire().await?;
        let begin: DateTime<Utc> = "2026-03-20T00:00:00Z".parse().unwrap();
        // Each hour has a time of its own, so that a wrong one shows.
        sqlx::query(
            "insert into rollup_hours (service_key, hour, up_ms, degraded_ms, down_ms, unknown_ms, maintenance_ms, looks, failed, latency)
             select key, $1 + n * interval '1 hour', n * n, 0, key, 0, 0, 1, 0, '' from generate_series(0, 479) n, generate_series(1, 2) key",
        )
        .bind(begin)
        .execute(&mut *conn)
        .await?;
        sqlx::query(
            "insert into rollup_days (service_key, day, up_ms, degraded_ms, down_ms, unknown_ms, maintenance_ms, looks, failed, latency)
             select service_key, (hour at time zone 'UTC')::date, sum(up_ms), 0, sum(down_ms), 0, 0, sum(looks), 0, ''
             from rollup_hours group by 1, 2",
        )
        .execute(&mut *conn)
        .await?;
        let keys = [ServiceKey(1), ServiceKey(2), ServiceKey(3)];
        for (from, hours) in [
            (0, 168),
            (1, 168),
            (23, 167),
            (30, 169),
            (47, 1),
            (50, 3),
            (24, 24),
        ] {
            let from_at = begin + TimeDelta::hours(from);
            let sums =
                tallies(&mut conn, &keys, from_at, from_at + TimeDelta::hours(hours)).await?;
            for key in 1..=2 {
                let expected = Spent {
                    up_ms: (from..from + hours).map(|n| n * n).sum(),
                    down_ms: i64::from(key) * hours,
                    ..Spent::default()
                };
                assert_eq!(
                    sums[&ServiceKey(key)].spent,
                    expected,
                    "{hours} hours from {from}"
                );
            }
            assert!(!sums.contains_key(&ServiceKey(3)));
        }
        Ok(())
    }
}
