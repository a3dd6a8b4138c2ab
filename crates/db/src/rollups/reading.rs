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
    let sql = "select 1 as part, coalesce(sum(up_ms), 0) as up, coalesce(sum(degraded_ms), 0) as degraded,
             coalesce(sum(down_ms), 0) as down, coalesce(sum(unknown_ms), 0) as unknown,
             coalesce(sum(maintenance_ms), 0) as maintenance
         from rollup_hours where service_key = $1 and hour >= $2 and hour < $3
         union all
         select 2, coalesce(sum(up_ms), 0), coalesce(sum(degraded_ms), 0), coalesce(sum(down_ms), 0),
             coalesce(sum(unknown_ms), 0), coalesce(sum(maintenance_ms), 0)
         from rollup_days where service_key = $1 and day >= $4 and day < $5
         order by part";
    let times: Vec<Time> = sqlx::query_as(sql)
        .bind(service.0)
        .bind(hours.start)
        .bind(hours.end)
        .bind(days.start)
        .bind(days.end)
        .fetch_all(conn)
        .await?;
    let mut spent = times.into_iter().map(Spent::from);
    let mut next = || spent.next().unwrap_or_default();
    Ok((next(), next()))
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
