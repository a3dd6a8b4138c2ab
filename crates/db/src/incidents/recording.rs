//! The batch's side of `incidents`: open, go on and end many at once, with their timelines.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::{
    failure::Failure,
    id::{IncidentId, ServiceKey, WorkspaceId},
    incident::{IncidentEvent, KeptLook, Resolution, Severity},
};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{Result, columns};

/// An incident that began with this batch, and may have ended with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Opening {
    pub id: IncidentId,
    pub service: ServiceKey,
    pub workspace: WorkspaceId,
    pub started_at: DateTime<Utc>,
    pub cause: Option<Failure>,
    pub first_failed: Option<KeptLook>,
    pub last_good: Option<KeptLook>,
}

/// How an incident stands after this batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Course {
    pub id: IncidentId,
    pub severity: Severity,
    pub worst: Severity,
    /// Looks of this batch that failed.
    pub failed: i32,
    /// When it ended by recovery.
    pub resolved_at: Option<DateTime<Utc>>,
}

/// One entry of a timeline.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub incident: IncidentId,
    pub at: DateTime<Utc>,
    pub event: IncidentEvent,
    /// What must not stand twice in the same timeline.
    pub mark: Option<String>,
}

/// Opens incidents. Where one is open already although the service's health did not know, that one goes on: it is
/// returned beside the id that is not to be used.
pub async fn open(
    conn: &mut PgConnection,
    openings: &[(&Opening, &Course)],
    now: DateTime<Utc>,
) -> Result<HashMap<IncidentId, IncidentId>> {
    let resolved = |course: &Course| course.resolved_at.map(|_| Resolution::Recovered.as_str());
    let made: Vec<Uuid> = sqlx::query_scalar(
        "insert into incidents (id, service_key, workspace_id, started_at, opened_at, resolved_at, resolution, severity,
                                worst, cause, checks_failed, first_failed, last_good)
         select id, service_key, workspace_id, started_at, $13, resolved_at, resolution, severity, worst, cause::jsonb,
                failed, first_failed::jsonb, last_good::jsonb
         from unnest($1::uuid[], $2::int[], $3::uuid[], $4::timestamptz[], $5::timestamptz[], $6::text[], $7::smallint[],
                     $8::smallint[], $9::text[], $10::int[], $11::text[], $12::text[])
              as u (id, service_key, workspace_id, started_at, resolved_at, resolution, severity, worst, cause, failed,
                    first_failed, last_good)
         on conflict (service_key) where resolved_at is null do nothing
         returning id",
    )
    .bind(column(openings, |(o, _)| o.id.0))
    .bind(column(openings, |(o, _)| o.service.0))
    .bind(column(openings, |(o, _)| o.workspace.0))
    .bind(column(openings, |(o, _)| o.started_at))
    .bind(column(openings, |(_, c)| c.resolved_at))
    .bind(column(openings, |(_, c)| resolved(c)))
    .bind(column(openings, |(_, c)| c.severity.number()))
    .bind(column(openings, |(_, c)| c.worst.number()))
    .bind(column(openings, |(o, _)| o.cause.as_ref().map(columns::json)))
    .bind(column(openings, |(_, c)| c.failed))
    .bind(column(openings, |(o, _)| {
        o.first_failed.as_ref().map(columns::json)
    }))
    .bind(column(openings, |(o, _)| {
        o.last_good.as_ref().map(columns::json)
    }))
    .bind(now)
    .fetch_all(&mut *conn)
    .await?;
    if made.len() == openings.len() {
        return Ok(HashMap::new());
    }
    let refused: Vec<&Opening> = openings
        .iter()
        .map(|(opening, _)| *opening)
        .filter(|opening| !made.contains(&opening.id.0))
        .collect();
    already_open(conn, &refused).await
}

async fn already_open(
    conn: &mut PgConnection,
    refused: &[&Opening],
) -> Result<HashMap<IncidentId, IncidentId>> {
    let keys: Vec<i32> = refused.iter().map(|opening| opening.service.0).collect();
    let open: Vec<(i32, Uuid)> = sqlx::query_as(
        "select service_key, id from incidents where service_key = any($1) and resolved_at is null",
    )
    .bind(keys)
    .fetch_all(conn)
    .await?;
    let open: HashMap<i32, Uuid> = open.into_iter().collect();
    Ok(refused
        .iter()
        .filter_map(|opening| {
            let id = open.get(&opening.service.0)?;
            Some((opening.id, IncidentId(*id)))
        })
        .collect())
}

/// Carries open incidents on, or ends them.
pub async fn go_on(conn: &mut PgConnection, courses: &[Course]) -> Result<()> {
    sqlx::query(
        "update incidents i
         set severity = u.severity, worst = greatest(i.worst, u.worst), checks_failed = i.checks_failed + u.failed,
             resolved_at = case when u.resolved_at is not null then greatest(u.resolved_at, i.started_at) end,
             resolution = case when u.resolved_at is not null then $6 end
         from unnest($1::uuid[], $2::smallint[], $3::smallint[], $4::int[], $5::timestamptz[])
              as u (id, severity, worst, failed, resolved_at)
         where i.id = u.id and i.resolved_at is null",
    )
    .bind(courses.iter().map(|c| c.id.0).collect::<Vec<_>>())
    .bind(courses.iter().map(|c| c.severity.number()).collect::<Vec<_>>())
    .bind(courses.iter().map(|c| c.worst.number()).collect::<Vec<_>>())
    .bind(courses.iter().map(|c| c.failed).collect::<Vec<_>>())
    .bind(courses.iter().map(|c| c.resolved_at).collect::<Vec<_>>())
    .bind(Resolution::Recovered.as_str())
    .execute(conn)
    .await?;
    Ok(())
}

/// Adds to timelines.
pub async fn tell(conn: &mut PgConnection, entries: &[&Entry]) -> Result<()> {
    sqlx::query(
        "insert into incident_events (incident_id, at, event, mark)
         select incident_id, at, event::jsonb, mark
         from unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::text[])
              with ordinality as u (incident_id, at, event, mark, n) order by n
         on conflict (incident_id, mark) where mark is not null do nothing",
    )
    .bind(entries.iter().map(|e| e.incident.0).collect::<Vec<_>>())
    .bind(entries.iter().map(|e| e.at).collect::<Vec<_>>())
    .bind(
        entries
            .iter()
            .map(|e| columns::json(&e.event))
            .collect::<Vec<_>>(),
    )
    .bind(
        entries
            .iter()
            .map(|e| e.mark.as_deref())
            .collect::<Vec<_>>(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

fn column<'a, T>(
    openings: &'a [(&'a Opening, &'a Course)],
    value: impl Fn(&(&'a Opening, &'a Course)) -> T,
) -> Vec<T> {
    openings.iter().map(value).collect()
}
