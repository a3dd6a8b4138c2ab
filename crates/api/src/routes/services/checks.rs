//! The checks of one service, newest first.

use axum::extract::State;
use axum::http::Uri;
use chrono::DateTime;
use db::{
    checks::reading::{self, Wanted},
    services,
};
use domain::{fields::Fields, id::ServiceId, verdict::Verdict};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

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
        page::{Paged, next_link},
    },
};

/// Deeper pages are reached with a cursor, which costs the same everywhere.
const DEEPEST_OFFSET: i64 = 100_000;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list_checks))
}

/// Which checks.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
struct ChecksQuery {
    /// up, degraded, down, unknown or maintenance
    status: Option<String>,
    /// From then on
    #[param(value_type = Option<DateTime<Utc>>)]
    since: Option<String>,
    /// Before then
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

/// Checks of a service, newest first.
#[utoipa::path(get, path = "/api/services/{id}/checks", tag = "services", params(("id" = Uuid, Path), ChecksQuery), responses(
    (status = 200, description = "Checks; `Link` leads to the next page", body = [CheckView]),
    (status = 401, description = "Not signed in", body = ProblemBody),
    (status = 404, description = "Unknown or foreign", body = ProblemBody),
    (status = 422, description = "A parameter is wrong", body = ProblemBody),
))]
async fn list_checks(
    member: Member<Viewer>,
    State(state): State<AppState>,
    Id(id): Id,
    uri: Uri,
    Asked(asked): Asked<ChecksQuery>,
) -> Result<Paged<CheckView>, Problem> {
    let mut wanted = wanted(&asked)?;
    let id = ServiceId(id);
    let mut conn = state.db.acquire().await?;
    let stored = services::find(&mut conn, member.workspace(), id).await?;
    let key = stored.ok_or(Problem::NotFound)?.service.key;
    // One more than asked for tells whether there is a next page.
    wanted.limit += 1;
    let mut checks = reading::list(&mut conn, key, &wanted).await?;
    drop(conn);
    let limit = usize::try_from(wanted.limit - 1).unwrap_or(usize::MAX);
    let more = checks.len() > limit;
    checks.truncate(limit);
    let last = checks.last().filter(|_| more);
    let next = last.map(|last| next_link(&uri, &(last.slot.timestamp_micros(),)));
    Ok(Paged {
        items: checks
            .iter()
            .map(|check| CheckView::new(id, check))
            .collect(),
        total: None,
        next,
    })
}

fn wanted(asked: &ChecksQuery) -> Result<Wanted, Fields> {
    let mut fields = Fields::default();
    let words = Verdict::ALL.map(|verdict| (verdict.as_str(), verdict));
    let until = query::time(&mut fields, "until", asked.until.as_deref());
    let before = query::cursor::<(i64,)>(&mut fields, asked.cursor.as_deref());
    let before = before.and_then(|(micros,)| DateTime::from_timestamp_micros(micros));
    let wanted = Wanted {
        verdict: query::word(&mut fields, "status", asked.status.as_deref(), &words),
        since: query::time(&mut fields, "since", asked.since.as_deref()),
        until: until.into_iter().chain(before).min(),
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
