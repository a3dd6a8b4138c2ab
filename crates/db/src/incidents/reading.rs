//! Incidents of a workspace, newest first, and one with its timeline and evidence.

use chrono::{DateTime, Utc};
use domain::{
    failure::Failure,
    id::{IncidentId, ServiceId, ServiceKey, WorkspaceId},
    incident::{IncidentEvent, KeptLook, Severity},
};
use serde_json::Value;
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;

use crate::{Error, Result};

/// An incident as lists show it.
#[derive(Clone, Debug, PartialEq)]
pub struct Incident {
    pub id: IncidentId,
    pub service: ServiceId,
    pub service_key: ServiceKey,
    pub service_name: String,
    /// The first failing look.
    pub started_at: DateTime<Utc>,
    pub opened_at: DateTime<Utc>,
    pub resolved_at: Option<DateTime<Utc>>,
    /// Why it is over (`domain::incident::Resolution`).
    pub resolution: Option<String>,
    pub severity: Severity,
    pub worst: Severity,
    pub cause: Option<Failure>,
    pub checks_failed: i32,
    /// The first thing that the service depends on and that was seen failing (`IncidentEvent::DependencyFailing`).
    pub dependency: Option<IncidentEvent>,
}

/// What is kept beside an incident.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evidence {
    pub first_failed: Option<KeptLook>,
    pub last_good: Option<KeptLook>,
}

/// Which incidents.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    pub service: Option<ServiceId>,
    /// As bad as this at its worst.
    pub worst: Option<Severity>,
    /// Open ones, or ended ones.
    pub open: Option<bool>,
    /// That began then or later.
    pub since: Option<DateTime<Utc>>,
    /// That began before.
    pub until: Option<DateTime<Utc>>,
    /// After this one in the order of the list.
    pub after: Option<(DateTime<Utc>, IncidentId)>,
    pub offset: i64,
    pub limit: i64,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    service_id: Uuid,
    service_key: i32,
    service_name: String,
    started_at: DateTime<Utc>,
    opened_at: DateTime<Utc>,
    resolved_at: Option<DateTime<Utc>>,
    resolution: Option<String>,
    severity: i16,
    worst: i16,
    cause: Option<Value>,
    checks_failed: i32,
    dependency: Option<Value>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select i.id, s.id as service_id, i.service_key, s.name as service_name, i.started_at, i.opened_at,
                    i.resolved_at, i.resolution, i.severity, i.worst, i.cause, i.checks_failed,
                    (select e.event from incident_events e
                     where e.incident_id = i.id and e.event ->> 'kind' = 'dependency_failing'
                     order by e.at, e.id limit 1) as dependency
             from incidents i join services s on s.key = i.service_key ",
            $rest
        )
    };
}

/// Incidents of a workspace, the newest first.
pub async fn list(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    wanted: &Wanted,
) -> Result<Vec<Incident>> {
    let mut query = QueryBuilder::new(select!(""));
    narrow(&mut query, workspace, wanted);
    if let Some((at, id)) = wanted.after {
        query.push(" and (i.started_at, i.id) < (").push_bind(at);
        query.push(", ").push_bind(id.0).push(")");
    }
    query.push(" order by i.started_at desc, i.id desc offset ");
    query.push_bind(wanted.offset);
    query.push(" limit ").push_bind(wanted.limit);
    let rows: Vec<Row> = query.build_query_as().fetch_all(conn).await?;
    rows.into_iter().map(Incident::try_from).collect()
}

/// How many incidents there are of that kind, whatever the page.
pub async fn count(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    wanted: &Wanted,
) -> Result<i64> {
    let mut query = QueryBuilder::new("select count(*) from incidents i");
    narrow(&mut query, workspace, wanted);
    Ok(query.build_query_scalar().fetch_one(conn).await?)
}

/// Only what is asked for is said: a plan that has to fit any wish reads and sorts all incidents of the workspace.
fn narrow(query: &mut QueryBuilder<Postgres>, workspace: WorkspaceId, wanted: &Wanted) {
    query
        .push(" where i.workspace_id = ")
        .push_bind(workspace.0);
    if let Some(service) = wanted.service {
        query.push(" and i.service_key = (select key from services where id = ");
        query.push_bind(service.0).push(")");
    }
    if let Some(worst) = wanted.worst {
        query.push(" and i.worst = ").push_bind(worst.number());
    }
    match wanted.open {
        Some(true) => _ = query.push(" and i.resolved_at is null"),
        Some(false) => _ = query.push(" and i.resolved_at is not null"),
        None => {}
    }
    if let Some(since) = wanted.since {
        query.push(" and i.started_at >= ").push_bind(since);
    }
    if let Some(until) = wanted.until {
        query.push(" and i.started_at < ").push_bind(until);
    }
}

pub async fn find(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    id: IncidentId,
) -> Result<Option<Incident>> {
    let row: Option<Row> = sqlx::query_as(select!("where i.workspace_id = $1 and i.id = $2"))
        .bind(workspace.0)
        .bind(id.0)
        .fetch_optional(conn)
        .await?;
    row.map(Incident::try_from).transpose()
}

/// What happened in an incident, oldest first. Events that a newer version wrote are left out.
pub async fn timeline(
    conn: &mut PgConnection,
    id: IncidentId,
) -> Result<Vec<(DateTime<Utc>, IncidentEvent)>> {
    let rows: Vec<(DateTime<Utc>, Value)> = sqlx::query_as(
        "select at, event from incident_events where incident_id = $1 order by at, id",
    )
    .bind(id.0)
    .fetch_all(conn)
    .await?;
    let read = |(at, event)| Some((at, serde_json::from_value(event).ok()?));
    Ok(rows.into_iter().filter_map(read).collect())
}

/// The looks that were kept whole.
pub async fn evidence(conn: &mut PgConnection, id: IncidentId) -> Result<Evidence> {
    let row: Option<(Option<Value>, Option<Value>)> =
        sqlx::query_as("select first_failed, last_good from incidents where id = $1")
            .bind(id.0)
            .fetch_optional(conn)
            .await?;
    let (first_failed, last_good) = row.unwrap_or_default();
    let read = |value: Option<Value>| value.and_then(|value| serde_json::from_value(value).ok());
    Ok(Evidence {
        first_failed: read(first_failed),
        last_good: read(last_good),
    })
}

impl TryFrom<Row> for Incident {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let severity = |number| {
            Severity::from_number(number).ok_or_else(|| Error::Corrupt {
                table: "incidents",
                reason: format!("incident {}: {number} is no severity", row.id),
            })
        };
        Ok(Self {
            severity: severity(row.severity)?,
            worst: severity(row.worst)?,
            id: IncidentId(row.id),
            service: ServiceId(row.service_id),
            service_key: ServiceKey(row.service_key),
            service_name: row.service_name,
            started_at: row.started_at,
            opened_at: row.opened_at,
            resolved_at: row.resolved_at,
            resolution: row.resolution,
            // A failure that a newer version wrote is shown without its cause.
            cause: row
                .cause
                .and_then(|cause| serde_json::from_value(cause).ok()),
            checks_failed: row.checks_failed,
            dependency: row
                .dependency
                .and_then(|event| serde_json::from_value(event).ok()),
        })
    }
}
