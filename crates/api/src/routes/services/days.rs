//! The days of one service: the segments of its bar, as far back as they are kept.

use axum::{Json, extract::State};
use chrono::{NaiveDate, TimeDelta};
use db::{rollups, services::listing};
use domain::{coverage::Spent, fields::Fields, id::ServiceId};
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
    view::day::{DayView, Span},
};

/// Thirteen months.
const MOST: i64 = 400;
/// Days that the service's own row holds.
const RECENT: usize = 30;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list_days))
}

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
struct DaysQuery {
    /// How many days, today included: 1–400, 90 if absent
    #[param(value_type = Option<u16>)]
    n: Option<String>,
}

/// UTC days of a service, oldest first, today included.
#[utoipa::path(get, path = "/api/services/{id}/days", tag = "services", params(("id" = Uuid, Path), DaysQuery), responses(
    (status = 200, description = "One entry per day", body = [DayView]),
    (status = 401, description = "Not signed in", body = ProblemBody),
    (status = 404, description = "Unknown or foreign", body = ProblemBody),
    (status = 422, description = "A parameter is wrong", body = ProblemBody),
))]
async fn list_days(
    member: Member<Viewer>,
    State(state): State<AppState>,
    Id(id): Id,
    Asked(asked): Asked<DaysQuery>,
) -> Result<Json<Vec<DayView>>, Problem> {
    let mut fields = Fields::default();
    let n = query::number(&mut fields, "n", asked.n.as_deref(), 1..=MOST, 90);
    fields.finish(())?;
    let now = state.clock.now();
    let today = now.date_naive();
    let mut conn = state.db.acquire().await?;
    let listed = listing::find(&mut conn, member.workspace(), ServiceId(id)).await?;
    let listed = listed.ok_or(Problem::NotFound)?;
    let key = listed.stored.service.key;
    let oldest_recent = today - TimeDelta::days(29);
    let from = today - TimeDelta::days(n - 1);
    let older = rollups::reading::days(&mut conn, key, from, oldest_recent).await?;
    drop(conn);
    let recent = listed.glance.days(now, RECENT);
    let span = Span {
        created_at: listed.stored.service.created_at,
        now,
    };
    let known = older
        .into_iter()
        .chain(recent)
        .collect::<std::collections::HashMap<NaiveDate, Spent>>();
    let day = |back| {
        let date = today - TimeDelta::days(back);
        let spent = known.get(&date).copied().unwrap_or_default();
        DayView::new(date, &spent, span)
    };
    Ok(Json((0..n).rev().map(day).collect()))
}
