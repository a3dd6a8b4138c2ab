//! `/api/incidents`: spans in which a service was not up.

use axum::{Json, extract::State, http::Uri};
use chrono::{DateTime, TimeDelta};
use db::{
    PgConnection,
    checks::reading as checks,
    incidents::reading::{self, Incident, Wanted},
};
use domain::{
    fields::Fields,
    id::{IncidentId, ServiceId, WorkspaceId},
    incident::Severity,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    auth::{Member, Viewer},
    input::{
        path::Id,
        query::{self, Asked},
    },
    problem::{Problem, ProblemBody},
    state::AppState,
    view::{
        check::CheckView,
        incident::{IncidentEventView, IncidentView},
        look::ObservationView,
        page::{Paged, next_link},
        ready::Ready,
    },
};

const DEEPEST_OFFSET: i64 = 100_000;
/// How many affected checks are shown.
const MOST_CHECKS: i64 = 100;
/// How many of them are counted.
const MOST_COUNTED: i64 = 1_000;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_incidents))
        .routes(routes!(show_incident))
}

/// Which incidents.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
struct IncidentsQuery {
    /// Of this service only
    #[param(value_type = Option<Uuid>)]
    service_id: Option<String>,
    /// `downtime` or `degraded`
    r#type: Option<String>,
    /// `open` or `resolved`
    status: Option<String>,
    /// Begun then or later
    #[param(value_type = Option<DateTime<Utc>>)]
    since: Option<String>,
    /// Begun before then
    #[param(value_type = Option<DateTime<Utc>>)]
    until: Option<String>,
    /// 1–1000, 100 if absent
    #[param(value_type = Option<u16>)]
    limit: Option<String>,
    /// How many to leave out
    #[param(value_type = Option<u32>)]
    offset: Option<String>,
    /// From the `Link` header of the page before
    cursor: Option<String>,
}

/// An incident with everything that is known of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = IncidentDetail)]
struct IncidentDetailView {
    #[serde(flatten)]
    incident: IncidentView,
    /// What happened, oldest first
    timeline: Vec<IncidentEventView>,
    evidence: IncidentEvidence,
    /// Checks while it lasted, newest first, at most 100
    checks: Vec<CheckView>,
    /// How many of them are kept; 1000 means that or more
    checks_total: i64,
}

/// Looks that were kept whole.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct IncidentEvidence {
    /// The first failing one
    first_failed: Option<ObservationView>,
    /// The last good one before it
    last_good: Option<ObservationView>,
}

/// Incidents of the workspace, newest first.
#[utoipa::path(get, path = "/api/incidents", tag = "incidents", params(IncidentsQuery), responses(
    (status = 200, description = "Incidents; `Link` and `X-Total-Count` tell of further pages", body = [IncidentView]),
    (status = 401, description = "Not signed in", body = ProblemBody),
    (status = 422, description = "A parameter is wrong", body = ProblemBody),
))]
async fn list_incidents(
    member: Member<Viewer>,
    State(state): State<AppState>,
    uri: Uri,
    Asked(asked): Asked<IncidentsQuery>,
) -> Result<Ready, Problem> {
    let wanted = wanted(&asked)?;
    let make = || page(&state, member.workspace(), wanted, &uri);
    state.together.ask(&member, &uri, make).await
}

async fn page(
    state: &AppState,
    workspace: WorkspaceId,
    mut wanted: Wanted,
    uri: &Uri,
) -> Result<Ready, Problem> {
    let limit = wanted.limit;
    wanted.limit += 1;
    let mut conn = state.db.acquire_for(wanted.reads_little()).await?;
    let (mut found, total) = reading::list(&mut conn, workspace, &wanted).await?;
    conn.pass_on();
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = found.len() > limit;
    found.truncate(limit);
    let last = found.last().filter(|_| more);
    let next = last.map(|last| next_link(uri, &(last.started_at.timestamp_micros(), last.id.0)));
    let now = state.clock.now();
    let view = |incident| IncidentView::new(incident, now);
    let page = Paged {
        items: found.into_iter().map(view).collect::<Vec<_>>(),
        total: Some(total),
        next,
    };
    page.ready()
}

/// One incident with its timeline, its evidence and the checks it covers.
#[utoipa::path(get, path = "/api/incidents/{id}", tag = "incidents", params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The incident", body = IncidentDetailView),
    (status = 401, description = "Not signed in", body = ProblemBody),
    (status = 404, description = "Unknown or foreign", body = ProblemBody),
))]
async fn show_incident(
    member: Member<Viewer>,
    State(state): State<AppState>,
    Id(id): Id,
) -> Result<Json<IncidentDetailView>, Problem> {
    let id = IncidentId(id);
    let mut conn = state.db.acquire().await?;
    let incident = reading::find(&mut conn, member.workspace(), id).await?;
    let incident = incident.ok_or(Problem::NotFound)?;
    let timeline = reading::timeline(&mut conn, id).await?;
    let evidence = reading::evidence(&mut conn, id).await?;
    let (checks, checks_total) = affected(&mut conn, &incident).await?;
    drop(conn);
    let event = |(at, event): &(_, _)| IncidentEventView::new(*at, event);
    Ok(Json(IncidentDetailView {
        timeline: timeline.iter().map(event).collect(),
        evidence: IncidentEvidence {
            first_failed: evidence.first_failed.as_ref().map(ObservationView::from),
            last_good: evidence.last_good.as_ref().map(ObservationView::from),
        },
        checks,
        checks_total,
        incident: IncidentView::new(incident, state.clock.now()),
    }))
}

/// The newest checks while an incident lasted, and how many there are.
async fn affected(
    conn: &mut PgConnection,
    incident: &Incident,
) -> Result<(Vec<CheckView>, i64), Problem> {
    let wanted = checks::Wanted {
        // The look that failed first stands at a slot shortly before it began.
        since: Some(incident.started_at - TimeDelta::minutes(1)),
        until: incident
            .resolved_at
            .map(|at| at + TimeDelta::milliseconds(1)),
        limit: MOST_CHECKS,
        ..checks::Wanted::default()
    };
    let is_within = |check: &checks::Check| {
        check.first_failed_at.unwrap_or(check.started_at) >= incident.started_at
    };
    let mut found = checks::list(conn, incident.service_key, &wanted).await?;
    let first_slots = checks::Wanted {
        until: Some(incident.started_at),
        ..wanted.clone()
    };
    let before = checks::list(conn, incident.service_key, &first_slots).await?;
    let before = before.iter().filter(|check| !is_within(check)).count();
    let before = i64::try_from(before).unwrap_or(0);
    let all = checks::Wanted {
        limit: MOST_COUNTED + before,
        ..wanted
    };
    let total = checks::count(conn, incident.service_key, &all).await? - before;
    found.retain(is_within);
    let views = found
        .iter()
        .map(|check| CheckView::new(incident.service, check));
    Ok((views.collect(), total))
}

fn wanted(asked: &IncidentsQuery) -> Result<Wanted, Fields> {
    let mut fields = Fields::default();
    let id = asked.service_id.as_deref();
    let id = query::parsed::<Uuid>(&mut fields, "service_id", id, "must be the id of a service");
    let types = [
        ("downtime", Severity::Down),
        ("degraded", Severity::Degraded),
    ];
    let after = query::cursor::<(i64, Uuid)>(&mut fields, asked.cursor.as_deref());
    let words = [("open", true), ("resolved", false)];
    let wanted = Wanted {
        service: id.map(ServiceId),
        worst: query::word(&mut fields, "type", asked.r#type.as_deref(), &types),
        open: query::word(&mut fields, "status", asked.status.as_deref(), &words),
        since: query::time(&mut fields, "since", asked.since.as_deref()),
        until: query::time(&mut fields, "until", asked.until.as_deref()),
        after: after.and_then(|(micros, id)| {
            Some((DateTime::from_timestamp_micros(micros)?, IncidentId(id)))
        }),
        limit: query::number(&mut fields, "limit", asked.limit.as_deref(), 1..=1_000, 100),
        offset: query::number(
            &mut fields,
            "offset",
            asked.offset.as_deref(),
            0..=DEEPEST_OFFSET,
            0,
        ),
    };
    fields.finish(wanted)
}
