//! `mutes`: services of which nobody wants to hear for a while.

use chrono::{DateTime, Utc};
use domain::id::{ServiceId, UserId, WorkspaceId};
use sqlx::PgConnection;

use crate::Result;

/// Mutes a service until then, or shortens or prolongs that. False when there is no such service.
pub async fn put(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    service: ServiceId,
    until: DateTime<Utc>,
    by: Option<UserId>,
) -> Result<bool> {
    let done = sqlx::query(
        "insert into mutes (service_id, workspace_id, until, user_id)
         select id, workspace_id, $3, $4 from services where workspace_id = $1 and id = $2
         on conflict (service_id) do update set until = $3, user_id = $4",
    )
    .bind(workspace.0)
    .bind(service.0)
    .bind(until)
    .bind(by.map(|id| id.0))
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// What was put off until the end of a mute is told at once.
pub async fn end(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    service: ServiceId,
) -> Result<bool> {
    let ended: Option<DateTime<Utc>> = sqlx::query_scalar(
        "delete from mutes where workspace_id = $1 and service_id = $2 returning until",
    )
    .bind(workspace.0)
    .bind(service.0)
    .fetch_optional(&mut *conn)
    .await?;
    let Some(until) = ended else {
        return Ok(false);
    };
    sqlx::query(
        "update outbox set due_at = now()
         where workspace_id = $1 and service_id = $2 and due_at = $3 and message_id is null and dropped is null",
    )
    .bind(workspace.0)
    .bind(service.0)
    .bind(until)
    .execute(conn)
    .await?;
    Ok(true)
}

/// The mutes of a workspace that have not ended.
pub async fn list(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    now: DateTime<Utc>,
) -> Result<Vec<(ServiceId, DateTime<Utc>)>> {
    let rows: Vec<(uuid::Uuid, DateTime<Utc>)> = sqlx::query_as(
        "select service_id, until from mutes where workspace_id = $1 and until > $2 order by until, service_id",
    )
    .bind(workspace.0)
    .bind(now)
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(id, until)| (ServiceId(id), until))
        .collect())
}
