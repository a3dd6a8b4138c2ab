//! `/api/summary`: the top of the dashboard in one small answer.

use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use db::services::counting;
use domain::uptime;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::{Member, Viewer},
    problem::{Problem, ProblemBody},
    state::AppState,
};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(show_summary))
}

/// The workspace in numbers.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Summary)]
struct SummaryView {
    /// All services
    total: i64,
    /// Services by where they stand
    counts: StatusCounts,
    /// Services that are up, of those that are not paused: "X of Y operational"
    operational: i64,
    /// Services that are not paused
    watched: i64,
    open_incidents: i64,
    /// Percent over all services and the last 24 hours, floored; null when nothing was observed
    uptime_24h: Option<f64>,
    /// When the newest look of any service began
    checked_at: Option<DateTime<Utc>>,
    /// The server's clock
    now: DateTime<Utc>,
}

/// Services by where they stand.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct StatusCounts {
    up: i64,
    degraded: i64,
    down: i64,
    unknown: i64,
    maintenance: i64,
    paused: i64,
    pending: i64,
}

/// The workspace in numbers: counts by status, uptime, open incidents.
#[utoipa::path(get, path = "/api/summary", tag = "services", responses(
    (status = 200, description = "Numbers", body = SummaryView),
    (status = 401, description = "Not signed in", body = ProblemBody),
))]
async fn show_summary(
    member: Member<Viewer>,
    State(state): State<AppState>,
) -> Result<Json<SummaryView>, Problem> {
    let now = state.clock.now();
    let mut conn = state.db.acquire().await?;
    let counts = counting::by_status(&mut conn, member.workspace()).await?;
    let day = counting::last_day(&mut conn, member.workspace(), now).await?;
    Ok(Json(SummaryView {
        total: counts.total,
        counts: StatusCounts {
            up: counts.up,
            degraded: counts.degraded,
            down: counts.down,
            unknown: counts.unknown,
            maintenance: counts.maintenance,
            paused: counts.paused,
            pending: counts.pending,
        },
        operational: counts.up,
        watched: counts.total - counts.paused,
        open_incidents: counts.open_incidents,
        uptime_24h: uptime::uptime(&day),
        checked_at: counts.checked_at,
        now,
    }))
}
