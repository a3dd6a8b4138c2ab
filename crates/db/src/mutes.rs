//! `mutes`: services of which nobody wants to hear for a while.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::id::{ServiceId, UserId, WorkspaceId};
use sqlx::PgConnection;

use crate::Result;

/// Mutes a service until then, or shortens or prolongs that; what was put off until its end moves with it. False when there
/// is no such service.
pub async fn put(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    service: ServiceId,
    until: DateTime<Utc>,
    by: Option<UserId>,
) -> Result<bool> {
    let before: Option<DateTime<Utc>> = sqlx::query_scalar(
        "select until from mutes where workspace_id = $1 and service_id = $2 for update",
    )
    .bind(workspace.0)
    .bind(service.0)
    .fetch_optional(&mut *conn)
    .await?;
    let done = sqlx::query(
        "insert into mutes (service_id, workspace_id, until, user_id)
         select id, workspace_id, $3, $4 from services where workspace_id = $1 and id = $2
         on conflict (service_id) do update set until = $3, user_id = $4",
    )
    .bind(workspace.0)
    .bind(service.0)
    .bind(until)
    .bind(by.map(|id| id.0))
    .execute(&mut *conn)
    .await?;
    if let Some(before) = before {
        let moved = (before, until);
        put_off(conn, workspace, service, moved).await?;
    }
    Ok(done.rows_affected() == 1)
}

/// Moves what waits for the one moment to the other.
async fn put_off(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    service: ServiceId,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
) -> Result<()> {
    sqlx::query(
        "update outbox set due_at = $4
         where workspace_id = $1 and service_id = $2 and due_at = $3 and message_id is null and dropped is null",
    )
    .bind(workspace.0)
    .bind(service.0)
    .bind(from)
    .bind(to)
    .execute(conn)
    .await?;
    Ok(())
}

/// Until when those of these services are muted that are.
pub async fn of(
    conn: &mut PgConnection,
    services: &[ServiceId],
    now: DateTime<Utc>,
) -> Result<HashMap<ServiceId, DateTime<Utc>>> {
    let rows: Vec<(uuid::Uuid, DateTime<Utc>)> = sqlx::query_as(
        "select service_id, until from mutes where service_id = any($1) and until > $2",
    )
    .bind(services.iter().map(|id| id.0).collect::<Vec<_>>())
    .bind(now)
    .fetch_all(conn)
    .await?;
    let rows = rows.into_iter();
    Ok(rows.map(|(id, until)| (ServiceId(id), until)).collect())
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
    let now = crate::services::now(conn).await?;
    put_off(conn, workspace, service, (until, now)).await?;
    crate::outbox::wake(conn).await?;
    Ok(true)
}

/// The mutes of a workspace that have not ended, each with who muted it, if that account is still there.
pub async fn list(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    now: DateTime<Utc>,
) -> Result<Vec<(ServiceId, DateTime<Utc>, Option<String>)>> {
    let rows: Vec<(uuid::Uuid, DateTime<Utc>, Option<String>)> = sqlx::query_as(
        "select m.service_id, m.until, u.name from mutes m left join users u on u.id = m.user_id
         where m.workspace_id = $1 and m.until > $2 order by m.until, m.service_id",
    )
    .bind(workspace.0)
    .bind(now)
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(id, until, by)| (ServiceId(id), until, by))
        .collect())
}
