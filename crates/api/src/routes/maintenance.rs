//! `/api/maintenance`: windows in which trouble is expected, and their calendar.

use std::{fmt::Write as _, time::Duration};

use axum::{
    Json,
    extract::{Query, State},
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use db::{audit, maintenance_windows, services};
use domain::{
    fields::Fields,
    id::{ServiceId, WindowId},
    maintenance::{Covers, Span, Window},
    notice::link::{CONTEXT, Permit},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    auth::{Editor, Member, Viewer},
    input::{Patch, Strict, input, path::Id},
    manners::client::Client,
    problem::{Problem, ProblemBody},
    state::AppState,
};

/// How far the calendar reaches.
const AHEAD: TimeDelta = TimeDelta::days(180);
/// Occurrences of one window in the calendar.
const MOST_OCCURRENCES: u16 = 200;

mod soon;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .merge(soon::routes())
        .routes(routes!(list_maintenance, create_maintenance))
        .routes(routes!(update_maintenance, delete_maintenance))
        .routes(routes!(show_calendar_link))
        .routes(routes!(show_calendar))
}

/// A window in which trouble is expected: checks go on, nobody is told, and uptime leaves the time out.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = MaintenanceWindow)]
struct WindowView {
    id: Uuid,
    title: String,
    /// The first occurrence, on a clock on the wall of `zone`
    begins: NaiveDateTime,
    /// `Europe/Berlin`
    zone: String,
    /// Seconds, 60–604800
    duration_s: u64,
    /// RFC 5545, as in `FREQ=WEEKLY;BYDAY=SU`; null for once
    rule: Option<String>,
    /// Null together with `service_ids` for all services
    categories: Option<Vec<String>>,
    service_ids: Option<Vec<Uuid>>,
    /// It is under way
    active: bool,
    /// The occurrence that is under way or comes next; null when there is none any more
    next: Option<SpanView>,
}

/// One occurrence.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = MaintenanceSpan)]
struct SpanView {
    from: DateTime<Utc>,
    until: DateTime<Utc>,
}

/// What can be said of a window.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
struct MaintenanceInput {
    /// 1–200 characters
    title: Option<String>,
    /// `2026-12-06T02:00:00`
    #[schema(value_type = Option<String>)]
    begins: Option<NaiveDateTime>,
    /// `Europe/Berlin`
    zone: Option<String>,
    /// 60–604800
    duration_s: Option<u64>,
    /// Daily or rarer; null for once
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    rule: Patch<String>,
    /// Null for all services, unless `service_ids` names some
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>)]
    categories: Patch<Vec<String>>,
    /// Not together with `categories`
    #[serde(default)]
    #[schema(value_type = Option<Vec<Uuid>>)]
    service_ids: Patch<Vec<Uuid>>,
}

input!(MaintenanceInput {
    title,
    begins,
    zone,
    duration_s,
    rule,
    categories,
    service_ids
});

/// Where the calendar is.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CalendarLink)]
struct CalendarLinkView {
    /// For calendar programs: whoever has it may read the windows
    url: String,
}

/// The link of a calendar.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
struct CalendarQuery {
    /// Out of the link
    token: String,
}

/// Windows of the workspace, in the order in which they were made.
#[utoipa::path(get, path = "/api/maintenance", tag = "maintenance", responses(
    (status = 200, description = "Windows", body = [WindowView]),
    (status = 401, description = "Not signed in", body = ProblemBody),
))]
async fn list_maintenance(
    member: Member<Viewer>,
    State(state): State<AppState>,
) -> Result<Json<Vec<WindowView>>, Problem> {
    let mut conn = state.db.acquire().await?;
    let now = services::now(&mut conn).await?;
    let found = maintenance_windows::list(&mut conn, member.workspace()).await?;
    Ok(Json(
        found
            .iter()
            .map(|window| WindowView::new(window, now))
            .collect(),
    ))
}

/// Adds a window.
#[utoipa::path(post, path = "/api/maintenance", tag = "maintenance", request_body = MaintenanceInput, responses(
    (status = 201, description = "The new window", body = WindowView),
    (status = 401, description = "Not signed in", body = ProblemBody),
    (status = 403, description = "Your role may not", body = ProblemBody),
    (status = 422, description = "Every wrong field", body = ProblemBody),
))]
async fn create_maintenance(
    member: Member<Editor>,
    State(state): State<AppState>,
    client: Client,
    Strict(input): Strict<MaintenanceInput>,
) -> Result<(StatusCode, Json<WindowView>), Problem> {
    let window = check(input, None)?;
    let mut tx = state.db.begin().await?;
    let there = maintenance_windows::list(&mut tx, member.workspace()).await?;
    if i64::try_from(there.len()).unwrap_or(i64::MAX) >= maintenance_windows::MOST {
        let reason = format!(
            "has {} windows, which is the most there may be",
            there.len()
        );
        return Err(Problem::field("workspace", reason));
    }
    let view = store(tx, &member, &client, ("maintenance.created", &window)).await?;
    Ok((StatusCode::CREATED, Json(view)))
}

/// Changes a window: the fields that are sent.
#[utoipa::path(put, path = "/api/maintenance/{id}", tag = "maintenance", params(("id" = Uuid, Path)), request_body = MaintenanceInput, responses(
    (status = 200, description = "The changed window", body = WindowView),
    (status = 401, description = "Not signed in", body = ProblemBody),
    (status = 403, description = "Your role may not", body = ProblemBody),
    (status = 404, description = "Unknown or foreign", body = ProblemBody),
    (status = 422, description = "Every wrong field", body = ProblemBody),
))]
async fn update_maintenance(
    member: Member<Editor>,
    State(state): State<AppState>,
    client: Client,
    Id(id): Id,
    Strict(input): Strict<MaintenanceInput>,
) -> Result<Json<WindowView>, Problem> {
    let mut tx = state.db.begin().await?;
    let before = maintenance_windows::find(&mut tx, member.workspace(), WindowId(id)).await?;
    let before = before.ok_or(Problem::NotFound)?;
    let window = check(input, Some(before))?;
    let view = store(tx, &member, &client, ("maintenance.updated", &window)).await?;
    Ok(Json(view))
}

/// Deletes a window. One that is under way ends.
#[utoipa::path(delete, path = "/api/maintenance/{id}", tag = "maintenance", params(("id" = Uuid, Path)), responses(
    (status = 204, description = "It is gone"),
    (status = 401, description = "Not signed in", body = ProblemBody),
    (status = 403, description = "Your role may not", body = ProblemBody),
    (status = 404, description = "Unknown or foreign", body = ProblemBody),
))]
async fn delete_maintenance(
    member: Member<Editor>,
    State(state): State<AppState>,
    client: Client,
    Id(id): Id,
) -> Result<StatusCode, Problem> {
    let id = WindowId(id);
    let mut tx = state.db.begin().await?;
    if !maintenance_windows::delete(&mut tx, member.workspace(), id).await? {
        return Err(Problem::NotFound);
    }
    let now = services::now(&mut tx).await?;
    maintenance_windows::cover(&mut tx, member.workspace(), now).await?;
    note(&mut tx, &member, &client, ("maintenance.deleted", id)).await?;
    tx.commit().await.map_err(db::Error::from)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Where calendar programs find the windows.
#[utoipa::path(get, path = "/api/maintenance/calendar", tag = "maintenance", responses(
    (status = 200, description = "The link", body = CalendarLinkView),
    (status = 401, description = "Not signed in", body = ProblemBody),
))]
async fn show_calendar_link(
    member: Member<Viewer>,
    State(state): State<AppState>,
) -> Result<Json<CalendarLinkView>, Problem> {
    let permit = Permit::Calendar {
        workspace: member.workspace(),
    };
    let plain = serde_json::to_vec(&permit).map_err(anyhow::Error::from)?;
    let token = state
        .keyring
        .seal_text(CONTEXT, &plain)
        .map_err(anyhow::Error::from)?;
    let mut url = state.site.public_url.clone();
    url.set_path("/api/maintenance/calendar.ics");
    url.query_pairs_mut().append_pair("token", &token);
    Ok(Json(CalendarLinkView { url: url.into() }))
}

/// The windows of the next half year as a calendar (RFC 5545), for whoever has the link.
#[utoipa::path(get, path = "/api/maintenance/calendar.ics", tag = "maintenance", params(CalendarQuery), responses(
    (status = 200, description = "A calendar", body = String, content_type = "text/calendar"),
    (status = 404, description = "The link is of another installation", body = ProblemBody),
))]
async fn show_calendar(
    State(state): State<AppState>,
    Query(query): Query<CalendarQuery>,
) -> Result<Response, Problem> {
    let plain = state.keyring.open_text(CONTEXT, &query.token);
    let plain = plain.map_err(|_| Problem::NotFound)?;
    let Ok(Permit::Calendar { workspace }) = serde_json::from_slice(&plain) else {
        return Err(Problem::NotFound);
    };
    let mut conn = state.db.acquire().await?;
    let now = services::now(&mut conn).await?;
    let windows = maintenance_windows::list(&mut conn, workspace).await?;
    let kind = [(header::CONTENT_TYPE, "text/calendar; charset=utf-8")];
    Ok((kind, calendar(&windows, now)).into_response())
}

/// Occurrences are written out in UTC, so that no program has to know our zones.
fn calendar(windows: &[Window], now: DateTime<Utc>) -> String {
    let mut text = String::from(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//PulseCheck//Maintenance//EN\r\nCALSCALE:GREGORIAN\r\n",
    );
    let stamp = |at: DateTime<Utc>| at.format("%Y%m%dT%H%M%SZ").to_string();
    let since = now - TimeDelta::days(30);
    for window in windows {
        for Span { from, until } in window.occurrences(since, now + AHEAD, MOST_OCCURRENCES) {
            // Writing into a text cannot fail.
            let _ = write!(
                text,
                "BEGIN:VEVENT\r\nUID:{}-{}\r\nDTSTAMP:{}\r\nDTSTART:{}\r\nDTEND:{}\r\nSUMMARY:{}\r\nEND:VEVENT\r\n",
                window.id,
                from.timestamp(),
                stamp(now),
                stamp(from),
                stamp(until),
                folded(&escaped(&window.title)),
            );
        }
    }
    text.push_str("END:VCALENDAR\r\n");
    text
}

/// RFC 5545, 3.3.11.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace(';', "\\;")
        .replace(',', "\\,")
        .replace(['\r', '\n'], " ")
}

/// RFC 5545, 3.1: lines of at most 75 bytes.
fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut length = "SUMMARY:".len();
    for c in text.chars() {
        if length + c.len_utf8() > 73 {
            folded.push_str("\r\n ");
            length = 1;
        }
        length += c.len_utf8();
        folded.push(c);
    }
    folded
}

fn check(input: MaintenanceInput, before: Option<Window>) -> Result<Window, Fields> {
    let mut fields = Fields::default();
    let is_new = before.is_none();
    let mut need = |given: bool, field: &str| {
        if is_new && !given {
            fields.push(field, "must be given");
        }
    };
    need(input.title.is_some(), "title");
    need(input.begins.is_some(), "begins");
    need(input.zone.is_some(), "zone");
    need(input.duration_s.is_some(), "duration_s");
    let mut window = before.unwrap_or_else(|| Window {
        id: WindowId(Uuid::now_v7()),
        title: "?".to_owned(),
        begins: NaiveDateTime::default(),
        zone: Tz::UTC,
        duration: Duration::from_hours(1),
        rule: None,
        covers: Covers::All,
    });
    if let Some(title) = &input.title {
        title.trim().clone_into(&mut window.title);
    }
    window.begins = input.begins.unwrap_or(window.begins);
    if let Some(zone) = &input.zone {
        match zone.parse() {
            Ok(zone) => window.zone = zone,
            Err(_) => fields.push("zone", "must name a time zone such as Europe/Berlin"),
        }
    }
    window.duration = input
        .duration_s
        .map_or(window.duration, Duration::from_secs);
    window.rule = input
        .rule
        .or(window.rule)
        .map(|rule| rule.trim().to_owned());
    window.covers = covers(
        input.categories,
        input.service_ids,
        window.covers,
        &mut fields,
    );
    if let Err(wrong) = window.check() {
        fields.merge(wrong);
    }
    fields.finish(window)
}

fn covers(
    categories: Patch<Vec<String>>,
    services: Patch<Vec<Uuid>>,
    before: Covers,
    fields: &mut Fields,
) -> Covers {
    match (categories, services) {
        (Patch::Set(_), Patch::Set(_)) => {
            fields.push("service_ids", "must not be given together with categories");
            before
        }
        (Patch::Set(names), _) => {
            let names = names.iter().map(|name| name.trim().to_owned());
            Covers::Categories(names.collect())
        }
        (_, Patch::Set(ids)) => Covers::Services(ids.into_iter().map(ServiceId).collect()),
        (Patch::Keep, Patch::Keep) => before,
        (Patch::Keep, Patch::Clear) if matches!(before, Covers::Categories(_)) => before,
        (Patch::Clear, Patch::Keep) if matches!(before, Covers::Services(_)) => before,
        (Patch::Clear | Patch::Keep, Patch::Clear | Patch::Keep) => Covers::All,
    }
}

async fn store(
    mut tx: db::Tx,
    member: &Member<Editor>,
    client: &Client,
    (action, window): (&str, &Window),
) -> Result<WindowView, Problem> {
    maintenance_windows::put(&mut tx, member.workspace(), window).await?;
    let now = services::now(&mut tx).await?;
    maintenance_windows::cover(&mut tx, member.workspace(), now).await?;
    note(&mut tx, member, client, (action, window.id)).await?;
    tx.commit().await.map_err(db::Error::from)?;
    Ok(WindowView::new(window, now))
}

async fn note(
    tx: &mut db::Tx,
    member: &Member<Editor>,
    client: &Client,
    (action, id): (&str, WindowId),
) -> Result<(), Problem> {
    let now = services::now(tx).await?;
    let entry = audit::Entry {
        workspace: Some(member.workspace()),
        user: Some(member.user().id),
        action,
        subject: id.to_string(),
        detail: json!({}),
        address: client.address.to_string(),
    };
    Ok(audit::insert(tx, &entry, now).await?)
}

impl WindowView {
    fn new(window: &Window, now: DateTime<Utc>) -> Self {
        let next = window.current_or_next(now);
        let (categories, service_ids) = match &window.covers {
            Covers::All => (None, None),
            Covers::Categories(names) => (Some(names.clone()), None),
            Covers::Services(ids) => (None, Some(ids.iter().map(|id| id.0).collect())),
        };
        Self {
            id: window.id.0,
            title: window.title.clone(),
            begins: window.begins,
            zone: window.zone.name().to_owned(),
            duration_s: window.duration.as_secs(),
            rule: window.rule.clone(),
            categories,
            service_ids,
            active: next.is_some_and(|span| span.contains(now)),
            next: next.map(|span| SpanView {
                from: span.from,
                until: span.until,
            }),
        }
    }
}
