//! `acknowledgements`: incidents that somebody has taken on.

use chrono::{DateTime, Utc};
use domain::id::{IncidentId, UserId, WorkspaceId};
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use crate::Result;

/// Who took an incident on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acknowledgement {
    pub incident: IncidentId,
    pub user: Option<UserId>,
    pub by: String,
    pub note: String,
    pub at: DateTime<Utc>,
}

#[derive(FromRow)]
struct Row {
    incident_id: Uuid,
    user_id: Option<Uuid>,
    by_name: String,
    note: String,
    at: DateTime<Utc>,
}

/// Takes an open incident on. False when somebody has done so before, or when it is over or unknown.
pub async fn insert(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    acknowledgement: &Acknowledgement,
) -> Result<bool> {
    let done = sqlx::query(
        "insert into acknowledgements (incident_id, workspace_id, user_id, by_name, note, at)
         select id, workspace_id, $3, $4, $5, $6 from incidents
         where workspace_id = $1 and id = $2 and resolved_at is null
         on conflict do nothing",
    )
    .bind(workspace.0)
    .bind(acknowledgement.incident.0)
    .bind(acknowledgement.user.map(|id| id.0))
    .bind(&acknowledgement.by)
    .bind(&acknowledgement.note)
    .bind(acknowledgement.at)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn find(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    incident: IncidentId,
) -> Result<Option<Acknowledgement>> {
    let row: Option<Row> = sqlx::query_as(
        "select incident_id, user_id, by_name, note, at from acknowledgements
         where workspace_id = $1 and incident_id = $2",
    )
    .bind(workspace.0)
    .bind(incident.0)
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Acknowledgement {
        incident: IncidentId(row.incident_id),
        user: row.user_id.map(UserId),
        by: row.by_name,
        note: row.note,
        at: row.at,
    }))
}
