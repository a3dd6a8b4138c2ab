//! `service_dependencies`: the parts of vendor pages that services of one's own depend on.

use chrono::{DateTime, Utc};
use domain::{
    id::{IncidentId, ServiceId, ServiceKey, VendorPageId, WorkspaceId},
    incident::Severity,
    vendor::Component,
};
use sqlx::{FromRow, PgConnection, types::Json};
use uuid::Uuid;

use crate::{Result, columns};

/// One part of a page, or the page as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needed {
    pub page: VendorPageId,
    /// None for the page as a whole.
    pub component: Option<Component>,
}

/// What one service needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    pub service: ServiceKey,
    pub needed: Needed,
}

/// A service that needs something of a page, and its open incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suffering {
    pub incident: IncidentId,
    pub service: ServiceId,
    pub workspace: WorkspaceId,
    pub severity: Severity,
    pub started_at: DateTime<Utc>,
    /// None for the page as a whole.
    pub component: Option<Component>,
}

impl Needed {
    /// What tells parts of one page apart; empty for the page as a whole.
    pub fn component_key(&self) -> &str {
        self.component
            .as_ref()
            .map_or("", |component| component.key.as_str())
    }
}

#[derive(FromRow)]
struct Row {
    service_key: i32,
    vendor_page_id: Uuid,
    component: Option<Json<Component>>,
}

#[derive(FromRow)]
struct SufferingRow {
    incident: Uuid,
    service: Uuid,
    workspace_id: Uuid,
    severity: i16,
    started_at: DateTime<Utc>,
    component: Option<Json<Component>>,
}

/// Makes these everything that the service depends on. A service of another workspace is left alone.
pub async fn replace(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    service: ServiceKey,
    needed: &[Needed],
) -> Result<()> {
    sqlx::query(
        "delete from service_dependencies d using services s
         where d.service_key = $2 and s.key = d.service_key and s.workspace_id = $1",
    )
    .bind(workspace.0)
    .bind(service.0)
    .execute(&mut *conn)
    .await?;
    if needed.is_empty() {
        return Ok(());
    }
    let component = |one: &Needed| one.component.as_ref().map(columns::json);
    sqlx::query(
        "insert into service_dependencies (service_key, vendor_page_id, component, component_key)
         select s.key, u.page, u.component::jsonb, u.component_key
         from services s, unnest($3::uuid[], $4::text[], $5::text[]) as u (page, component, component_key)
         where s.key = $2 and s.workspace_id = $1
         on conflict do nothing",
    )
    .bind(workspace.0)
    .bind(service.0)
    .bind(needed.iter().map(|one| one.page.0).collect::<Vec<_>>())
    .bind(needed.iter().map(component).collect::<Vec<_>>())
    .bind(needed.iter().map(Needed::component_key).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    Ok(())
}

/// What these services depend on, in order of service, page and component.
pub async fn list(conn: &mut PgConnection, services: &[ServiceKey]) -> Result<Vec<Dependency>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select service_key, vendor_page_id, component from service_dependencies where service_key = any($1)
         order by service_key, vendor_page_id, component_key",
    )
    .bind(services.iter().map(|key| key.0).collect::<Vec<_>>())
    .fetch_all(conn)
    .await?;
    let dependency = |row: Row| Dependency {
        service: ServiceKey(row.service_key),
        needed: Needed {
            page: VendorPageId(row.vendor_page_id),
            component: row.component.map(|component| component.0),
        },
    };
    Ok(rows.into_iter().map(dependency).collect())
}

#[derive(FromRow)]
struct NeededRow {
    id: Uuid,
    vendor_page_id: Uuid,
    component: Option<Json<Component>>,
}

/// What these services depend on.
pub async fn of(
    conn: &mut PgConnection,
    services: &[ServiceId],
) -> Result<Vec<(ServiceId, Needed)>> {
    let rows: Vec<NeededRow> = sqlx::query_as(
        "select s.id, d.vendor_page_id, d.component
         from services s join service_dependencies d on d.service_key = s.key where s.id = any($1)",
    )
    .bind(services.iter().map(|id| id.0).collect::<Vec<_>>())
    .fetch_all(conn)
    .await?;
    let needed = |row: NeededRow| {
        let needed = Needed {
            page: VendorPageId(row.vendor_page_id),
            component: row.component.map(|component| component.0),
        };
        (ServiceId(row.id), needed)
    };
    Ok(rows.into_iter().map(needed).collect())
}

/// The pages of these shards that services which are not paused depend on.
pub async fn pages(conn: &mut PgConnection, shards: &[i16]) -> Result<Vec<VendorPageId>> {
    let ids: Vec<Uuid> = sqlx::query_scalar(
        "select p.id from vendor_pages p
         where p.shard = any($1) and exists (
             select 1 from service_dependencies d join services s on s.key = d.service_key
             where d.vendor_page_id = p.id and s.paused_at is null)",
    )
    .bind(shards)
    .fetch_all(conn)
    .await?;
    Ok(ids.into_iter().map(VendorPageId).collect())
}

/// The services that need something of this page and whose incident is open, as long as its timeline has no entry whose
/// mark is `mark` and the component's key.
pub async fn suffering(
    conn: &mut PgConnection,
    page: VendorPageId,
    mark: &str,
) -> Result<Vec<Suffering>> {
    let rows: Vec<SufferingRow> = sqlx::query_as(
        "select i.id as incident, s.id as service, s.workspace_id, i.severity, i.started_at, d.component
         from service_dependencies d
         join services s on s.key = d.service_key
         join incidents i on i.service_key = s.key and i.resolved_at is null
         where d.vendor_page_id = $1 and not exists (
             select 1 from incident_events e where e.incident_id = i.id and e.mark = $2 || d.component_key)",
    )
    .bind(page.0)
    .bind(mark)
    .fetch_all(conn)
    .await?;
    let suffering = |row: SufferingRow| Suffering {
        incident: IncidentId(row.incident),
        service: ServiceId(row.service),
        workspace: WorkspaceId(row.workspace_id),
        severity: Severity::from_number(row.severity).unwrap_or(Severity::Down),
        started_at: row.started_at,
        component: row.component.map(|component| component.0),
    };
    Ok(rows.into_iter().map(suffering).collect())
}
