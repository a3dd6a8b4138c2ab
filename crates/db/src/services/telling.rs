//! What a message says of a service beside what happened to it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::id::{ServiceId, ServiceKey, WorkspaceId};
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use crate::Result;

/// A service as messages name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub key: ServiceKey,
    pub id: ServiceId,
    pub name: String,
    pub category: Option<String>,
    /// Its URL, or the vendor's page and component.
    pub target: String,
    /// Nobody wants to hear of it before then.
    pub muted_until: Option<DateTime<Utc>>,
}

#[derive(FromRow)]
struct Row {
    key: i32,
    id: Uuid,
    name: String,
    category: Option<String>,
    target: String,
    muted_until: Option<DateTime<Utc>>,
}

/// These services, as far as they exist.
pub async fn named(conn: &mut PgConnection, keys: &[i32]) -> Result<Vec<Named>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select s.key, s.id, s.name, s.category,
                coalesce(s.url, concat_ws(' › ', p.name, s.target -> 'component' ->> 'name')) as target,
                m.until as muted_until
         from services s
         left join vendor_pages p on p.id = s.vendor_page_id
         left join mutes m on m.service_id = s.id and m.until > now()
         where s.key = any($1)",
    )
    .bind(keys)
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Named::from).collect())
}

/// All services of a workspace that are not paused, by name.
pub async fn of_workspace(conn: &mut PgConnection, workspace: WorkspaceId) -> Result<Vec<Named>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select s.key, s.id, s.name, s.category, coalesce(s.url, '') as target, m.until as muted_until
         from services s
         left join mutes m on m.service_id = s.id and m.until > now()
         where s.workspace_id = $1 and s.paused_at is null order by lower(s.name), s.id",
    )
    .bind(workspace.0)
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Named::from).collect())
}

/// Until when those of these services are in maintenance that are.
pub async fn in_maintenance(
    conn: &mut PgConnection,
    ids: &[ServiceId],
    now: DateTime<Utc>,
) -> Result<HashMap<ServiceId, DateTime<Utc>>> {
    let rows: Vec<(Uuid, DateTime<Utc>)> = sqlx::query_as(
        "select id, maintenance_until from services
         where id = any($1) and maintenance_from <= $2 and maintenance_until > $2",
    )
    .bind(ids.iter().map(|id| id.0).collect::<Vec<_>>())
    .bind(now)
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(id, until)| (ServiceId(id), until))
        .collect())
}

/// Those of these services of which nobody can tell how they are, and since when.
pub async fn unknown(
    conn: &mut PgConnection,
    ids: &[ServiceId],
) -> Result<HashMap<ServiceId, DateTime<Utc>>> {
    let rows: Vec<(Uuid, DateTime<Utc>)> = sqlx::query_as(
        "select s.id, h.since from services s join service_health h on h.service_key = s.key
         where s.id = any($1) and h.verdict = 4 and s.paused_at is null",
    )
    .bind(ids.iter().map(|id| id.0).collect::<Vec<_>>())
    .fetch_all(conn)
    .await?;
    let rows = rows.into_iter();
    Ok(rows.map(|(id, since)| (ServiceId(id), since)).collect())
}

/// The names of these services of a workspace.
pub async fn names(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    ids: &[ServiceId],
) -> Result<HashMap<ServiceId, String>> {
    let rows: Vec<(Uuid, String)> =
        sqlx::query_as("select id, name from services where workspace_id = $1 and id = any($2)")
            .bind(workspace.0)
            .bind(ids.iter().map(|id| id.0).collect::<Vec<_>>())
            .fetch_all(conn)
            .await?;
    Ok(rows
        .into_iter()
        .map(|(id, name)| (ServiceId(id), name))
        .collect())
}

impl From<Row> for Named {
    fn from(row: Row) -> Self {
        Self {
            key: ServiceKey(row.key),
            id: ServiceId(row.id),
            name: row.name,
            category: row.category,
            target: row.target,
            muted_until: row.muted_until,
        }
    }
}
