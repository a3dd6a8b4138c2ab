//! Closed hours and days of one service, for charts and percentages.

use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    coverage::{Spent, Tally},
    histogram::Histogram,
    id::ServiceKey,
};
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
struct Hour {
    at: DateTime<Utc>,
    #[sqlx(flatten)]
    time: Time,
    looks: i32,
    failed: i32,
    latency: Vec<u8>,
}

#[derive(FromRow)]
struct Day {
    at: NaiveDate,
    #[sqlx(flatten)]
    time: Time,
}

/// The closed hours of a service in `from..to`, oldest first.
pub async fn hours(
    conn: &mut PgConnection,
    service: ServiceKey,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Vec<(DateTime<Utc>, Tally)>> {
    let rows: Vec<Hour> = sqlx::query_as(
        "select hour as at, up_ms::int8 as up, degraded_ms::int8 as degraded, down_ms::int8 as down, unknown_ms::int8 as unknown,
             maintenance_ms::int8 as maintenance, looks, failed, latency
         from rollup_hours where service_key = $1 and hour >= $2 and hour < $3 order by hour",
    )
    .bind(service.0)
    .bind(from)
    .bind(to)
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Hour::tally).collect())
}

/// Time by verdict over the closed hours of a service in `from..to`.
pub async fn spent_in_hours(
    conn: &mut PgConnection,
    service: ServiceKey,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Spent> {
    let time: Time = sqlx::query_as(
        "select coalesce(sum(up_ms), 0) as up, coalesce(sum(degraded_ms), 0) as degraded,
             coalesce(sum(down_ms), 0) as down, coalesce(sum(unknown_ms), 0) as unknown,
             coalesce(sum(maintenance_ms), 0) as maintenance
         from rollup_hours where service_key = $1 and hour >= $2 and hour < $3",
    )
    .bind(service.0)
    .bind(from)
    .bind(to)
    .fetch_one(conn)
    .await?;
    Ok(time.into())
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

impl Hour {
    fn tally(self) -> (DateTime<Utc>, Tally) {
        let tally = Tally {
            spent: self.time.into(),
            looks: self.looks,
            failed: self.failed,
            latency: Histogram::decode(&self.latency).unwrap_or_default(),
        };
        (self.at, tally)
    }
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
