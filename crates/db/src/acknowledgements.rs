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

/// Somebody takes incidents on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taking {
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

/// Takes open incidents on. Gives those of them that nobody had taken on before; those that are over or unknown are not.
pub async fn insert(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    incidents: &[IncidentId],
    taking: &Taking,
) -> Result<Vec<IncidentId>> {
    let taken: Vec<Uuid> = sqlx::query_scalar(
        "insert into acknowledgements (incident_id, workspace_id, user_id, by_name, note, at)
         select id, workspace_id, $3, $4, $5, $6 from incidents
         where workspace_id = $1 and id = any($2) and resolved_at is null order by id
         on conflict do nothing returning incident_id",
    )
    .bind(workspace.0)
    .bind(incidents.iter().map(|id| id.0).collect::<Vec<_>>())
    .bind(taking.user.map(|id| id.0))
    .bind(&taking.by)
    .bind(&taking.note)
    .bind(taking.at)
    .fetch_all(conn)
    .await?;
    Ok(taken.into_iter().map(IncidentId).collect())
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
