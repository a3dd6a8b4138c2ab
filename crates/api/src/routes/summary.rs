//! `/api/summary`: the top of the dashboard in one small answer.

use axum::{extract::State, http::Uri};
use chrono::{DateTime, Utc};
use db::{
    channels,
    services::counting::{self, Worst},
};
use domain::{
    id::{ChannelId, WorkspaceId},
    uptime,
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    auth::{Member, Viewer},
    problem::{Problem, ProblemBody},
    state::AppState,
    view::{counts::StatusCounts, ready::Ready, words::ServiceStatus},
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
    /// The services that stand worst; null when none stands worse than up
    worst: Option<WorstView>,
    /// Channels that take no notices until somebody changes them or tests them with success, the one that stopped first first
    broken_channels: Vec<BrokenChannelView>,
    /// Percent over all services and the last 24 hours, floored; null when nothing was observed
    uptime_24h: Option<f64>,
    /// When the newest look of any service that is not paused began; up to ten seconds behind
    checked_at: Option<DateTime<Utc>>,
    /// The shortest interval of those, in seconds
    shortest_interval: Option<i32>,
    /// The server's clock
    now: DateTime<Utc>,
}

/// What the dashboard's sentence speaks of.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = SummaryWorst)]
struct WorstView {
    /// `down`, `degraded`, `unknown` or `maintenance`
    #[schema(value_type = ServiceStatus)]
    status: &'static str,
    /// Since when the first of them stands so: an outage since its incident began
    since: DateTime<Utc>,
    /// Of the only one; null when there are several
    name: Option<String>,
}

/// A channel that refused for good.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = BrokenChannel)]
struct BrokenChannelView {
    id: Uuid,
    name: String,
    since: DateTime<Utc>,
    reason: String,
}

/// The workspace in numbers: counts by status, uptime, open incidents.
#[utoipa::path(get, path = "/api/summary", tag = "services", responses(
    (status = 200, description = "Numbers", body = SummaryView),
    (status = 401, description = "Not signed in", body = ProblemBody),
))]
async fn show_summary(
    member: Member<Viewer>,
    State(state): State<AppState>,
    uri: Uri,
) -> Result<Ready, Problem> {
    let make = || summary(&state, member.workspace());
    state.together.ask(&member, &uri, make).await
}

async fn summary(state: &AppState, workspace: WorkspaceId) -> Result<Ready, Problem> {
    let now = state.clock.now();
    let pulse = state.pulses.of(&state.db, workspace, now).await?;
    let mut conn = state.db.acquire_to_read().await?;
    let overview = counting::overview(&mut conn, workspace).await?;
    let counts = overview.counts;
    let worst = if counts.has_trouble() {
        counting::worst(&mut conn, workspace).await?
    } else {
        None
    };
    let all_broken = channels::broken(&mut conn, workspace).await?;
    conn.pass_on();
    let broken = |(id, name, since, reason): (ChannelId, _, _, _)| BrokenChannelView {
        id: id.0,
        name,
        since,
        reason,
    };
    Ready::json(&SummaryView {
        total: counts.total,
        operational: counts.up,
        watched: counts.total - counts.paused,
        counts: counts.into(),
        open_incidents: overview.open_incidents,
        worst: worst.map(WorstView::from),
        broken_channels: all_broken.into_iter().map(broken).collect(),
        uptime_24h: uptime::uptime(&pulse.last_day),
        checked_at: pulse.checked_at,
        shortest_interval: pulse.shortest_interval_s,
        now,
    })
}

impl From<Worst> for WorstView {
    fn from(worst: Worst) -> Self {
        Self {
            status: worst.verdict.as_str(),
            since: worst.since,
            name: worst.name,
        }
    }
}
