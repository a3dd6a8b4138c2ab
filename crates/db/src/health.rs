//! `service_health`: where each service stands, one row per service, locked by whoever changes anything about it.

use chrono::{DateTime, Utc};
use domain::{
    coverage::Stand,
    id::{ServiceId, ServiceKey, WorkspaceId},
    open_hours::OpenHours,
    verdict::Verdict,
};
use sqlx::{FromRow, PgConnection};

use crate::{Result, columns::millis};

pub mod reading;
pub mod recording;

/// Takes the lock under which configuration and record of a service change, waiting for a batch that holds it.
/// To be called first in a transaction that pauses, edits or deletes. False when there is no such service.
pub async fn lock(conn: &mut PgConnection, key: ServiceKey) -> Result<bool> {
    let found: Option<i32> = sqlx::query_scalar(
        "select service_key from service_health where service_key = $1 for update",
    )
    .bind(key.0)
    .fetch_optional(conn)
    .await?;
    Ok(found.is_some())
}

/// The same for many services, in order of key; whoever locks several does it in this order.
pub async fn lock_many(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    ids: &[ServiceId],
) -> Result<()> {
    sqlx::query(
        "select from service_health where service_key = any(array(
             select key from services where workspace_id = $1 and id = any($2)))
         order by service_key for update",
    )
    .bind(workspace.0)
    .bind(ids.iter().map(|id| id.0).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    Ok(())
}

/// The row of a new service, which nobody has looked at yet.
pub async fn insert(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    key: ServiceKey,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query(
        "insert into service_health (service_key, workspace_id, since) values ($1, $2, $3)",
    )
    .bind(key.0)
    .bind(workspace.0)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}

#[derive(FromRow)]
struct Unsettled {
    verdict: Option<i16>,
    last_slot: Option<DateTime<Utc>>,
    last_stands_for_ms: Option<i32>,
    open_hours: Vec<u8>,
}

/// Back to pending: the service is to be looked at as if it were new, while its history stays. Slots before its last
/// one stay refused. Needs the lock; an open incident must have been resolved before.
pub async fn reset(conn: &mut PgConnection, key: ServiceKey, now: DateTime<Utc>) -> Result<()> {
    let open: Option<Unsettled> = sqlx::query_as(
        "select verdict, last_slot, last_stands_for_ms, open_hours from service_health where service_key = $1",
    )
    .bind(key.0)
    .fetch_optional(&mut *conn)
    .await?;
    let Some(open) = open else { return Ok(()) };
    sqlx::query(
        "update service_health set health = 0, verdict = null, code = null, since = $2, good_since = null,
                good_look = null, look = null, look_digest = 0, last_started_at = null, last_total_us = null,
                last_status_code = null, timings = '', open_hours = $3
         where service_key = $1",
    )
    .bind(key.0)
    .bind(now)
    .bind(open.settled(now))
    .execute(conn)
    .await?;
    Ok(())
}

impl Unsettled {
    /// The open hours with the share of the last check, which is forgotten from here on.
    fn settled(&self, now: DateTime<Utc>) -> Vec<u8> {
        let mut hours = OpenHours::decode(&self.open_hours).unwrap_or_default();
        let stand = self
            .last_slot
            .zip(self.verdict.and_then(Verdict::from_number))
            .map(|(slot, verdict)| Stand {
                slot,
                stands_for: millis(self.last_stands_for_ms),
                verdict,
                total_us: None,
            });
        if let Some(stand) = stand {
            hours.settle(Some(&stand), now.max(stand.slot));
        }
        hours.encode()
    }
}
