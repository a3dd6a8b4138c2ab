//! `mutes`: services of which nobody wants to hear for a while.

use chrono::{DateTime, Utc};
use domain::{
    id::{ServiceId, UserId, WorkspaceId},
    notice::{
        message::{Kind, Subject},
        plan::{Promise, topic},
    },
};
use sqlx::{FromRow, PgConnection, types::Json};

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

#[derive(FromRow)]
struct Waiting {
    id: i64,
    kind: String,
    occurred_at: DateTime<Utc>,
    due_at: DateTime<Utc>,
    subject: Json<Subject>,
    promise: Json<Promise>,
}

/// Moves what a mute kept back until the one moment to the other; not into quiet hours, nor before its delay is over.
async fn put_off(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    service: ServiceId,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
) -> Result<()> {
    let waiting: Vec<Waiting> = sqlx::query_as(
        "select id, kind, occurred_at, due_at, subject, promise from outbox
         where workspace_id = $1 and service_id = $2 and due_at >= $3 and message_id is null and dropped is null",
    )
    .persistent(false)
    .bind(workspace.0)
    .bind(service.0)
    .bind(from)
    .fetch_all(&mut *conn)
    .await?;
    let now = crate::services::now(conn).await?;
    let moved: Vec<(i64, DateTime<Utc>)> = waiting
        .into_iter()
        .filter_map(|one| {
            let kind = Kind::parse(&one.kind)?;
            let topic = topic(kind, &one.subject)?;
            // A reminder has a time of its own.
            if kind == Kind::Still && one.due_at != from {
                return None;
            }
            let span = (one.subject.since, one.occurred_at);
            Some((one.id, one.promise.due_after_mute(topic, span, to, now)))
        })
        .collect();
    if moved.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "update outbox o set due_at = u.due_at from unnest($1::bigint[], $2::timestamptz[]) as u (id, due_at)
         where o.id = u.id and o.message_id is null and o.dropped is null",
    )
    .persistent(false)
    .bind(moved.iter().map(|(id, _)| *id).collect::<Vec<_>>())
    .bind(moved.iter().map(|(_, due_at)| *due_at).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    Ok(())
}

/// What was put off until the end of a mute is told, as soon as its delay and quiet hours let it.
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
