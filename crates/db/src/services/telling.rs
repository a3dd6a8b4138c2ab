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
