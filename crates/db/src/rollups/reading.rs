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
struct Row<T> {
    at: T,
    up_ms: i32,
    degraded_ms: i32,
    down_ms: i32,
    unknown_ms: i32,
    maintenance_ms: i32,
    looks: i32,
    failed: i32,
    latency: Vec<u8>,
}

/// The closed hours of a service in `from..to`, oldest first.
pub async fn hours(
    conn: &mut PgConnection,
    service: ServiceKey,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Vec<(DateTime<Utc>, Tally)>> {
    let rows: Vec<Row<DateTime<Utc>>> = sqlx::query_as(
        "select hour as at, up_ms, degraded_ms, down_ms, unknown_ms, maintenance_ms, looks, failed, latency
         from rollup_hours where service_key = $1 and hour >= $2 and hour < $3 order by hour",
    )
    .bind(service.0)
    .bind(from)
    .bind(to)
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Row::read).collect())
}

/// The days of a service in `from..to` (UTC), oldest first; today's holds its closed hours.
pub async fn days(
    conn: &mut PgConnection,
    service: ServiceKey,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<(NaiveDate, Tally)>> {
    let rows: Vec<Row<NaiveDate>> = sqlx::query_as(
        "select day as at, up_ms, degraded_ms, down_ms, unknown_ms, maintenance_ms, looks, failed, latency
         from rollup_days where service_key = $1 and day >= $2 and day < $3 order by day",
    )
    .bind(service.0)
    .bind(from)
    .bind(to)
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Row::read).collect())
}

impl<T> Row<T> {
    fn read(self) -> (T, Tally) {
        let tally = Tally {
            spent: Spent {
                up_ms: self.up_ms.into(),
                degraded_ms: self.degraded_ms.into(),
                down_ms: self.down_ms.into(),
                unknown_ms: self.unknown_ms.into(),
                maintenance_ms: self.maintenance_ms.into(),
            },
            looks: self.looks,
            failed: self.failed,
            latency: Histogram::decode(&self.latency).unwrap_or_default(),
        };
        (self.at, tally)
    }
}
