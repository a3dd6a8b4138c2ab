//! `/api/services`: what a workspace watches.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use db::services::listing::{self, After, Filter, Slice, Sort};
use domain::{
    fields::Fields,
    id::{ServiceId, WorkspaceId},
};
use serde::Deserialize;
use serde_json::value::RawValue;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    auth::{Editor, Member, Viewer},
    input::{
        Lenient,
        path::Id,
        query::{self, Asked},
        service::ServiceInput,
    },
    problem::{Problem, ProblemBody},
    state::AppState,
    view::{
        page::{Paged, next_link},
        ready::Ready,
        service::{ServiceDetail, ServiceView},
    },
};

mod actions;
mod behind;
mod bulk;
mod change;
mod checks;
mod days;
mod discover;
mod filter;
mod following;
mod groups;
mod latency;
mod maintenances;
mod needs;
mod secrets;
mod showing;
mod test_run;

use change::Actor;
use filter::FilterQuery;

/// Most services of one answer; also how many there are without a limit.
const MOST: u16 = 1_000;
/// The furthest that a list may be entered without a cursor.
const FURTHEST: u32 = 1_000_000;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_services, create_service))
        .routes(routes!(show_service, update_service, delete_service))
        .merge(actions::routes())
        .merge(bulk::routes())
        .merge(groups::routes())
        .merge(maintenances::routes())
        .merge(discover::routes())
        .merge(test_run::routes())
        .merge(checks::routes())
        .merge(latency::routes())
        .merge(days::routes())
}

/// In which order, and which part of it.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
struct ListQuery {
    /// created (the default), name, category, or status (what needs attention first)
    sort: Option<String>,
    /// 1–1000; without it up to 1000
    #[param(value_type = Option<u16>)]
    limit: Option<String>,
    /// Leaves out so many from the beginning; at most 1,000,000
    #[param(value_type = Option<u32>)]
    offset: Option<String>,
    /// From the `Link` header of the page before; instead of `offset`
    cursor: Option<String>,
}

const SORT_WORDS: [(&str, Sort); 4] = [
    ("created", Sort::Created),
    ("name", Sort::Name),
    ("category", Sort::Category),
    ("status", Sort::Status),
];

/// Services of the workspace with where they stand.
#[utoipa::path(get, path = "/api/services", tag = "services", params(FilterQuery, ListQuery), responses(
    (status = 200, description = "Services; `Link` and `X-Total-Count` tell of further pages", body = [ServiceView]),
    (status = 401, description = "Not signed in", body = ProblemBody),
    (status = 422, description = "A parameter is wrong", body = ProblemBody),
))]
async fn list_services(
    member: Member<Viewer>,
    State(state): State<AppState>,
    uri: Uri,
    Asked(filter): Asked<FilterQuery>,
    Asked(asked): Asked<ListQuery>,
) -> Result<Ready, Problem> {
    let mut fields = Fields::default();
    let filter = filter.read(&mut fields);
    let sort = query::word(&mut fields, "sort", asked.sort.as_deref(), &SORT_WORDS);
    let sort = sort.unwrap_or_default();
    let limit = query::number(&mut fields, "limit", asked.limit.as_deref(), 1..=MOST, MOST);
    let offset = asked.offset.as_deref();
    let offset = query::number(&mut fields, "offset", offset, 0..=FURTHEST, 0);
    let cursor = query::cursor::<(String, Uuid)>(&mut fields, asked.cursor.as_deref());
    let after = cursor.map(|(key, id)| After {
        key,
        id: ServiceId(id),
    });
    fields.finish(())?;

    let slice = Slice {
        offset: if after.is_some() { 0 } else { offset },
        after: after.as_ref(),
        limit,
    };
    let make = || page(&state, member.workspace(), &filter, (sort, slice), &uri);
    state.together.ask(&member, &uri, make).await
}

async fn page(
    state: &AppState,
    workspace: WorkspaceId,
    filter: &Filter,
    (sort, slice): (Sort, Slice<'_>),
    uri: &Uri,
) -> Result<Ready, Problem> {
    let reads_little = listing::reads_little(filter, slice);
    let mut conn = state.db.acquire_for(reads_little).await?;
    let found = listing::page(&mut conn, workspace, filter, sort, slice).await?;
    let is_all = slice.after.is_none() && slice.offset == 0 && found.next.is_none();
    let total = if is_all {
        i64::try_from(found.places.len()).unwrap_or(i64::MAX)
    } else {
        listing::count(&mut conn, workspace, filter).await?
    };
    let rows = showing::rows(state, &mut conn, &found.places).await?;
    conn.pass_on();
    let page = Paged {
        items: rows.iter().map(AsRef::as_ref).collect::<Vec<&RawValue>>(),
        total: Some(total),
        next: found
            .next
            .map(|after| next_link(uri, &(after.key, after.id.0))),
    };
    page.ready()
}

/// Watches a new service, and looks at it at once.
#[utoipa::path(post, path = "/api/services", tag = "services", request_body = ServiceInput, responses(
    (status = 201, description = "The new service", body = ServiceView),
    (status = 401, description = "Not signed in", body = ProblemBody),
    (status = 403, description = "Your role may not", body = ProblemBody),
    (status = 422, description = "Every wrong field", body = ProblemBody),
))]
async fn create_service(
    actor: Actor,
    State(state): State<AppState>,
    Lenient(input): Lenient<ServiceInput>,
) -> Result<Response, Problem> {
    let id = change::create(&state, &actor, &input).await?;
    let view = showing::view(&state, actor.workspace, id).await?;
    let location = HeaderValue::from_str(&format!("/api/services/{id}"));
    let mut response = (StatusCode::CREATED, showing::tagged(view)).into_response();
    if let Ok(location) = location {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

/// One service with its uptime and its newest look.
#[utoipa::path(get, path = "/api/services/{id}", tag = "services", params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The service; `ETag` names its configuration", body = ServiceDetail),
    (status = 401, description = "Not signed in", body = ProblemBody),
    (status = 404, description = "Unknown or foreign", body = ProblemBody),
))]
async fn show_service(
    member: Member<Viewer>,
    State(state): State<AppState>,
    Id(id): Id,
) -> Result<impl IntoResponse, Problem> {
    let now = state.clock.now();
    let mut conn = state.db.acquire_to_read().await?;
    let whole = listing::find_whole(&mut conn, member.workspace(), ServiceId(id)).await?;
    let whole = whole.ok_or(Problem::NotFound)?;
    let listed = &whole.listed;
    let key = listed.stored.service.key;
    let uptime = showing::uptimes(&mut conn, listed, now).await?;
    let (mut depends_on, mut depends_on_services) = (Vec::new(), Vec::new());
    if whole.needs_pages {
        depends_on = needs::views(&mut conn, key).await?;
    }
    if whole.needs_services {
        depends_on_services = behind::views(&mut conn, key).await?;
    }
    let pages = showing::pages(&mut conn, [listed]).await?;
    conn.pass_on();
    let body = member
        .is_at_least::<Editor>()
        .then(|| secrets::open(&state.keyring, &listed.stored).body)
        .flatten();
    let etag = showing::etag(listed.stored.service.revision);
    let detail = ServiceDetail {
        service: ServiceView::in_full(listed, showing::scene(&state, &pages)),
        uptime,
        body,
        latest: whole.latest.map(Into::into),
        depends_on,
        depends_on_services,
    };
    Ok(([(header::ETAG, etag)], Json(detail)))
}

/// Changes the fields that are sent. With `If-Match` only if nobody changed the service meanwhile.
#[utoipa::path(put, path = "/api/services/{id}", tag = "services", params(
    ("id" = Uuid, Path),
    ("If-Match" = Option<String>, Header, description = "The `ETag` that was read"),
), request_body = ServiceInput, responses(
    (status = 200, description = "The changed service", body = ServiceView),
    (status = 401, description = "Not signed in", body = ProblemBody),
    (status = 403, description = "Your role may not", body = ProblemBody),
    (status = 404, description = "Unknown or foreign", body = ProblemBody),
    (status = 412, description = "Changed since it was read", body = ProblemBody),
    (status = 422, description = "Every wrong field", body = ProblemBody),
))]
async fn update_service(
    actor: Actor,
    State(state): State<AppState>,
    Id(id): Id,
    headers: HeaderMap,
    Lenient(input): Lenient<ServiceInput>,
) -> Result<Response, Problem> {
    let id = ServiceId(id);
    let condition = headers.get(header::IF_MATCH);
    let matches = |revision| condition.is_none_or(|condition| is_match(condition, revision));
    change::update(&state, &actor, id, &input, matches).await?;
    let view = showing::view(&state, actor.workspace, id).await?;
    Ok(showing::tagged(view).into_response())
}

/// Stops watching a service and forgets its history.
#[utoipa::path(delete, path = "/api/services/{id}", tag = "services", params(("id" = Uuid, Path)), responses(
    (status = 204, description = "It is gone"),
    (status = 401, description = "Not signed in", body = ProblemBody),
    (status = 403, description = "Your role may not", body = ProblemBody),
    (status = 404, description = "Unknown or foreign", body = ProblemBody),
))]
async fn delete_service(
    actor: Actor,
    State(state): State<AppState>,
    Id(id): Id,
) -> Result<StatusCode, Problem> {
    change::apply(&state, &actor, ServiceId(id), change::Action::Delete).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `If-Match` is a list of tags, or `*`.
fn is_match(condition: &HeaderValue, revision: i32) -> bool {
    let text = condition.to_str().unwrap_or_default();
    let wanted = showing::etag(revision);
    text.split(',')
        .map(str::trim)
        .any(|tag| tag == "*" || tag == wanted)
}
