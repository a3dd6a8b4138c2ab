//! The `workers` table: who looks right now, by the database's clock.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::id::WorkerId;
use serde_json::Value;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use crate::Result;

/// One sign of life.
#[derive(Clone, Debug)]
pub struct Beat<'a> {
    pub id: WorkerId,
    pub host: &'a str,
    pub version: &'a str,
    /// Facts for system health: an object.
    pub figures: &'a Value,
    /// How old a sign of life may be for its worker to count as live.
    pub live_for: Duration,
}

/// What a sign of life brings back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Census {
    /// Every live worker, the asking one included, in ascending order.
    pub live: Vec<WorkerId>,
    /// The database's clock, read while answering.
    pub now: DateTime<Utc>,
}

/// A worker as operators see it.
#[derive(Clone, Debug, PartialEq)]
pub struct Worker {
    pub id: WorkerId,
    pub host: String,
    pub version: String,
    pub started_at: DateTime<Utc>,
    pub heartbeat_at: DateTime<Utc>,
    pub figures: Value,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    host: String,
    version: String,
    started_at: DateTime<Utc>,
    heartbeat_at: DateTime<Utc>,
    figures: Value,
}

/// Writes a sign of life, the first one included, and reads who else is live. Workers silent for a day are forgotten.
///
/// A heartbeat from the future was written before the database's clock was set back: it says nothing about now.
pub async fn beat(conn: &mut PgConnection, beat: &Beat<'_>) -> Result<Census> {
    let (mut live, now): (Vec<Uuid>, DateTime<Utc>) = sqlx::query_as(
        "with mine as (
             insert into workers (id, host, version, started_at, heartbeat_at, figures)
             values ($1, $2, $3, now(), now(), $4)
             on conflict (id) do update set heartbeat_at = now(), figures = excluded.figures
             returning id
         ), forgotten as (
             delete from workers where heartbeat_at < now() - interval '1 day' and id <> $1
         ), live as (
             select id from mine
             union all
             select id from workers
             where id <> $1 and heartbeat_at between now() - $5 and now() + $5
         )
         select array_agg(id), clock_timestamp() from live",
    )
    .bind(beat.id.0)
    .bind(beat.host)
    .bind(beat.version)
    .bind(beat.figures)
    .bind(beat.live_for)
    .fetch_one(conn)
    .await?;
    live.sort_unstable();
    Ok(Census {
        live: live.into_iter().map(WorkerId).collect(),
        now,
    })
}

/// Reads who else is live, without a sign of life.
pub async fn others(conn: &mut PgConnection, id: WorkerId, live_for: Duration) -> Result<Census> {
    let (mut live, now): (Vec<Uuid>, DateTime<Utc>) = sqlx::query_as(
        "select coalesce(array_agg(id), '{}'), clock_timestamp() from workers
         where id <> $1 and heartbeat_at between now() - $2 and now() + $2",
    )
    .bind(id.0)
    .bind(live_for)
    .fetch_one(conn)
    .await?;
    live.sort_unstable();
    Ok(Census {
        live: live.into_iter().map(WorkerId).collect(),
        now,
    })
}

/// Takes a worker out of the live ones, so that others take over at once.
pub async fn withdraw(conn: &mut PgConnection, id: WorkerId) -> Result<()> {
    sqlx::query("delete from workers where id = $1")
        .bind(id.0)
        .execute(conn)
        .await?;
    Ok(())
}

/// Whether a worker that was heard within ten minutes has a mail server: what is written for people will be sent.
pub async fn send_mail(conn: &mut PgConnection) -> Result<bool> {
    Ok(sqlx::query_scalar(
        "select exists (select from workers
                        where heartbeat_at > now() - interval '10 minutes' and figures @> '{\"mail\": true}')",
    )
    .fetch_one(conn)
    .await?)
}

/// Every worker that is remembered, the longest running first.
pub async fn list(conn: &mut PgConnection) -> Result<Vec<Worker>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select id, host, version, started_at, heartbeat_at, figures from workers order by started_at, id",
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Worker::from).collect())
}

impl From<Row> for Worker {
    fn from(row: Row) -> Self {
        Self {
            id: WorkerId(row.id),
            host: row.host,
            version: row.version,
            started_at: row.started_at,
            heartbeat_at: row.heartbeat_at,
            figures: row.figures,
        }
    }
}
