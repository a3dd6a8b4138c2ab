//! `rollup_hours`, `rollup_days` and what is left to do for them: sums of checks that outlive the checks.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::{
    coverage::{Spent, Tally},
    histogram::Histogram,
    id::ServiceKey,
};
use sqlx::{FromRow, PgConnection};

use crate::Result;

pub mod reading;

pub mod closing;

pub mod weeks;

/// How long the sums of hours are kept: thirteen months. Days stay for ever.
pub const HOURS_KEPT: TimeDelta = TimeDelta::days(396);

/// For how long days have their hours packed in them: the longest chart, and a little.
pub const CHARTED: TimeDelta = TimeDelta::days(92);

/// Remembers that the rollup of an hour is older than a check of it. Needs the lock on the service's health.
pub async fn mark_dirty(
    conn: &mut PgConnection,
    hours: &BTreeSet<(i32, DateTime<Utc>)>,
) -> Result<()> {
    sqlx::query(
        "insert into dirty_hours (service_key, hour)
         select * from unnest($1::int[], $2::timestamptz[]) on conflict do nothing",
    )
    .bind(hours.iter().map(|(key, _)| *key).collect::<Vec<_>>())
    .bind(hours.iter().map(|(_, hour)| *hour).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    Ok(())
}

/// A bucket of an hour or a day.
#[derive(FromRow)]
struct Row<T> {
    service_key: i32,
    bucket: T,
    up_ms: i32,
    degraded_ms: i32,
    down_ms: i32,
    unknown_ms: i32,
    maintenance_ms: i32,
    looks: i32,
    failed: i32,
    latency: Vec<u8>,
}

impl<T> Row<T> {
    fn tally(&self) -> Tally {
        Tally {
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
        }
    }
}

/// A closed hour of a service.
#[derive(Clone, Debug, PartialEq)]
pub struct Hour {
    pub service: ServiceKey,
    pub hour: DateTime<Utc>,
    pub tally: Tally,
}

/// A UTC day of a service, as the sum of its closed hours.
#[derive(Clone, Debug, PartialEq)]
pub struct Day {
    pub service: ServiceKey,
    pub day: NaiveDate,
    pub tally: Tally,
}

/// The closed hours of some services in `from..to`, in order of service and hour.
pub async fn hours(
    conn: &mut PgConnection,
    services: &[ServiceKey],
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Vec<Hour>> {
    let keys: Vec<i32> = services.iter().map(|key| key.0).collect();
    let rows: Vec<Row<DateTime<Utc>>> = sqlx::query_as(
        "select service_key, hour as bucket, up_ms, degraded_ms, down_ms, unknown_ms, maintenance_ms, looks, failed, latency
         from rollup_hours where service_key = any($1) and hour >= $2 and hour < $3 order by service_key, hour",
    )
    .bind(keys)
    .bind(from)
    .bind(to)
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Hour {
            service: ServiceKey(row.service_key),
            hour: row.bucket,
            tally: row.tally(),
        })
        .collect())
}

/// The days of some services in `from..=to`, in order of service and day.
pub async fn days(
    conn: &mut PgConnection,
    services: &[ServiceKey],
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<Day>> {
    let keys: Vec<i32> = services.iter().map(|key| key.0).collect();
    let rows: Vec<Row<NaiveDate>> = sqlx::query_as(
        "select service_key, day as bucket, up_ms, degraded_ms, down_ms, unknown_ms, maintenance_ms, looks, failed, latency
         from rollup_days where service_key = any($1) and day >= $2 and day <= $3 order by service_key, day",
    )
    .bind(keys)
    .bind(from)
    .bind(to)
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Day {
            service: ServiceKey(row.service_key),
            day: row.bucket,
            tally: row.tally(),
        })
        .collect())
}
