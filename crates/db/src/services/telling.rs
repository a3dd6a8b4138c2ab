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

/// What decides whether something that waits about a service is told now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Around {
    pub muted_until: Option<DateTime<Utc>>,
    /// A window of our own covers it until then.
    pub maintenance_until: Option<DateTime<Utc>>,
    /// Nobody can tell how it is, since then.
    pub unknown_since: Option<DateTime<Utc>>,
    pub flapping: bool,
    /// It depends on other services.
    pub has_needs: bool,
    /// It depends on parts of vendors' pages.
    pub has_dependencies: bool,
}

#[derive(FromRow)]
struct AroundRow {
    id: Uuid,
    muted_until: Option<DateTime<Utc>>,
    maintenance_until: Option<DateTime<Utc>>,
    unknown_since: Option<DateTime<Utc>>,
    flapping: bool,
    has_needs: bool,
    has_dependencies: bool,
}

/// How these services stand, as far as they exist.
pub async fn around(
    conn: &mut PgConnection,
    ids: &[ServiceId],
    now: DateTime<Utc>,
) -> Result<HashMap<ServiceId, Around>> {
    let rows: Vec<AroundRow> = sqlx::query_as(
        "select s.id, m.until as muted_until,
                case when s.maintenance_from <= $2 and s.maintenance_until > $2 then s.maintenance_until end
                    as maintenance_until,
                case when h.verdict = 4 and s.paused_at is null then h.since end as unknown_since,
                exists (select from flapping f where f.service_key = s.key) as flapping,
                exists (select from service_needs d where d.service_key = s.key) as has_needs,
                exists (select from service_dependencies d where d.service_key = s.key) as has_dependencies
         from services s
         left join service_health h on h.service_key = s.key
         left join mutes m on m.service_id = s.id and m.until > $2
         where s.id = any($1)",
    )
    .bind(ids.iter().map(|id| id.0).collect::<Vec<_>>())
    .bind(now)
    .fetch_all(conn)
    .await?;
    let around = |row: AroundRow| {
        let around = Around {
            muted_until: row.muted_until,
            maintenance_until: row.maintenance_until,
            unknown_since: row.unknown_since,
            flapping: row.flapping,
            has_needs: row.has_needs,
            has_dependencies: row.has_dependencies,
        };
        (ServiceId(row.id), around)
    };
    Ok(rows.into_iter().map(around).collect())
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
