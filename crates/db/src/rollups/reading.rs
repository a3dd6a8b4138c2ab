//! Closed hours and days of one service, for charts and percentages.

use std::ops::Range;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::{coverage::Spent, histogram::Histogram, id::ServiceKey};
use sqlx::{FromRow, PgConnection};

use crate::Result;

#[derive(FromRow)]
struct Time {
    up: i64,
    degraded: i64,
    down: i64,
    unknown: i64,
    maintenance: i64,
}

#[derive(FromRow)]
struct SumRow {
    at: DateTime<Utc>,
    #[sqlx(flatten)]
    time: Time,
    latency: Vec<u8>,
}

#[derive(FromRow)]
struct Part {
    in_days: bool,
    #[sqlx(flatten)]
    time: Time,
}

#[derive(FromRow)]
struct Day {
    at: NaiveDate,
    #[sqlx(flatten)]
    time: Time,
}

/// What the closed hours of some span come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sum {
    /// When the span begins.
    pub at: DateTime<Utc>,
    pub spent: Spent,
    /// Latency of the looks that were answered.
    pub latency: Histogram,
}

/// The statement of `sums`; its plan is tested. Histograms one behind the other are read as their sum.
pub const SUMS: &str = "select date_bin($4, hour, timestamptz '1970-01-01 00:00+00') as at,
         sum(up_ms) as up, sum(degraded_ms) as degraded, sum(down_ms) as down, sum(unknown_ms) as unknown,
         sum(maintenance_ms) as maintenance, string_agg(latency, '') as latency
     from rollup_hours where service_key = $1 and hour >= $2 and hour < $3 group by at order by at";

/// The closed hours of a service in `from..to`, summed up by spans of `step`, oldest first. Spans are counted from 1970 on,
/// as `DateTime::duration_trunc` does; those without a closed hour are left out.
pub async fn sums(
    conn: &mut PgConnection,
    service: ServiceKey,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    step: TimeDelta,
) -> Result<Vec<Sum>> {
    let rows: Vec<SumRow> = sqlx::query_as(SUMS)
        .bind(service.0)
        .bind(from)
        .bind(to)
        .bind(step)
        .fetch_all(conn)
        .await?;
    let sum = |row: SumRow| Sum {
        at: row.at,
        spent: row.time.into(),
        latency: Histogram::decode(&row.latency).unwrap_or_default(),
    };
    Ok(rows.into_iter().map(sum).collect())
}

/// Time by verdict over the closed hours of a service in `hours`, and over its days (UTC) in `days`.
pub async fn spent(
    conn: &mut PgConnection,
    service: ServiceKey,
    hours: Range<DateTime<Utc>>,
    days: Range<NaiveDate>,
) -> Result<(Spent, Spent)> {
    let sql = "select false as in_days, coalesce(sum(up_ms), 0) as up, coalesce(sum(degraded_ms), 0) as degraded,
             coalesce(sum(down_ms), 0) as down, coalesce(sum(unknown_ms), 0) as unknown,
             coalesce(sum(maintenance_ms), 0) as maintenance
         from rollup_hours where service_key = $1 and hour >= $2 and hour < $3
         union all
         select true, coalesce(sum(up_ms), 0), coalesce(sum(degraded_ms), 0), coalesce(sum(down_ms), 0),
             coalesce(sum(unknown_ms), 0), coalesce(sum(maintenance_ms), 0)
         from rollup_days where service_key = $1 and day >= $4 and day < $5";
    let parts: Vec<Part> = sqlx::query_as(sql)
        .bind(service.0)
        .bind(hours.start)
        .bind(hours.end)
        .bind(days.start)
        .bind(days.end)
        .fetch_all(conn)
        .await?;
    let (mut in_hours, mut in_days) = (Spent::default(), Spent::default());
    for part in parts {
        let sum = if part.in_days {
            &mut in_days
        } else {
            &mut in_hours
        };
        *sum += part.time.into();
    }
    Ok((in_hours, in_days))
}

/// Time by verdict on the days of a service in `from..to` (UTC), oldest first; today's holds its closed hours.
pub async fn days(
    conn: &mut PgConnection,
    service: ServiceKey,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<(NaiveDate, Spent)>> {
    let rows: Vec<Day> = sqlx::query_as(
        "select day as at, up_ms::int8 as up, degraded_ms::int8 as degraded, down_ms::int8 as down, unknown_ms::int8 as unknown,
             maintenance_ms::int8 as maintenance
         from rollup_days where service_key = $1 and day >= $2 and day < $3 order by day",
    )
    .bind(service.0)
    .bind(from)
    .bind(to)
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.at, row.time.into()))
        .collect())
}

impl From<Time> for Spent {
    fn from(time: Time) -> Self {
        Self {
            up_ms: time.up,
            degraded_ms: time.degraded,
            down_ms: time.down,
            unknown_ms: time.unknown,
            maintenance_ms: time.maintenance,
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DurationRound as _;
    use domain::coverage::Tally;
    use sqlx::PgPool;

    use super::{
        super::{Day, Hour, closing},
        *,
    };

    /// Hours that differ from each other, three days of them from half past a day on, with a gap of a day; each of them also
    /// stands for a day of its own.
    async fn three_days(pool: &PgPool) -> Result<Vec<(DateTime<Utc>, Tally)>> {
        let begin = DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::hours(13);
        let numbers = (0..72_i64).filter(|n| !(24..48).contains(n));
        let hours = numbers.map(|n| {
            let mut tally = Tally {
                spent: Spent {
                    up_ms: 3_000_000 + n,
                    degraded_ms: 2 * n,
                    down_ms: 3 * n,
                    unknown_ms: 4 * n,
                    maintenance_ms: 5 * n,
                },
                ..Tally::default()
            };
            tally.latency.add(1_000 << (n % 9));
            (begin + TimeDelta::hours(n), tally)
        });
        let hours: Vec<_> = hours.collect();
        let mut conn = pool.acquire().await?;
        for service in [ServiceKey(7), ServiceKey(8)] {
            let each = hours.iter().map(|(hour, tally)| Hour {
                service,
                hour: *hour,
                tally: tally.clone(),
            });
            closing::write_hours(&mut conn, &each.collect::<Vec<_>>()).await?;
            let each = hours.iter().enumerate().map(|(n, (_, tally))| Day {
                service,
                day: day(n),
                tally: tally.clone(),
            });
            closing::write_days(&mut conn, &each.collect::<Vec<_>>()).await?;
        }
        Ok(hours)
    }

    fn day(n: usize) -> NaiveDate {
        NaiveDate::from_epoch_days(20_000 + i32::try_from(n).unwrap_or(0)).unwrap_or_default()
    }

    #[sqlx::test(migrator = "crate::MIGRATOR")]
    async fn spans_are_those_of_the_chart_and_sum_their_hours(pool: PgPool) -> Result<()> {
        let hours = three_days(&pool).await?;
        let mut conn = pool.acquire().await?;
        let (first, last) = (hours[0].0, hours[47].0);
        for step in [1, 3, 8].map(TimeDelta::hours) {
            for (from, to) in [
                (first, last + TimeDelta::hours(1)),
                (first + TimeDelta::hours(4), last - TimeDelta::hours(4)),
            ] {
                let mut wanted: Vec<Sum> = Vec::new();
                let within = hours.iter().filter(|(hour, _)| (from..to).contains(hour));
                for (hour, tally) in within {
                    let at = hour.duration_trunc(step).expect("a time of our days");
                    if wanted.last().is_none_or(|sum| sum.at != at) {
                        wanted.push(Sum {
                            at,
                            spent: Spent::default(),
                            latency: Histogram::default(),
                        });
                    }
                    let sum = wanted.last_mut().expect("just pushed");
                    sum.spent += tally.spent;
                    sum.latency.merge(&tally.latency);
                }
                let found = sums(&mut conn, ServiceKey(7), from, to, step).await?;
                assert_eq!(found, wanted, "{from} to {to} by {step}");
            }
        }
        Ok(())
    }

    #[sqlx::test(migrator = "crate::MIGRATOR")]
    async fn hours_and_days_are_summed_each_for_themselves(pool: PgPool) -> Result<()> {
        let hours = three_days(&pool).await?;
        let mut conn = pool.acquire().await?;
        let sum = |some: &[(DateTime<Utc>, Tally)]| {
            let mut sum = Spent::default();
            for (_, tally) in some {
                sum += tally.spent;
            }
            sum
        };
        let key = ServiceKey(7);
        let found = spent(&mut conn, key, hours[2].0..hours[9].0, day(3)..day(5)).await?;
        assert_eq!(found, (sum(&hours[2..9]), sum(&hours[3..5])));
        let none = spent(
            &mut conn,
            ServiceKey(9),
            hours[0].0..hours[9].0,
            day(0)..day(9),
        )
        .await?;
        assert_eq!(none, Default::default());
        Ok(())
    }
}
