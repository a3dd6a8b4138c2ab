//! `/api/system`: how the installation itself is, for its operators.

use axum::{Json, extract::State};
use chrono::{DateTime, TimeDelta, Utc};
use db::{system, workers};
use domain::headroom::{self, Spent};
use serde::{Deserialize as _, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    auth::Operator,
    problem::{Problem, ProblemBody},
    state::AppState,
};

/// A worker that was silent for longer looks at nothing.
const LIVE: TimeDelta = TimeDelta::seconds(6);

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(show_system))
}

/// How the installation is.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = System)]
struct SystemView {
    /// Version of the API
    #[schema(example = "0.1.0")]
    version: &'static str,
    workers: Vec<WorkerView>,
    database: DatabaseView,
    load: LoadView,
    /// Whether the status cache answers
    cache_reachable: bool,
}

/// A worker process.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Worker)]
struct WorkerView {
    id: Uuid,
    host: String,
    version: String,
    started_at: DateTime<Utc>,
    heartbeat_at: DateTime<Utc>,
    /// It looks right now
    live: bool,
    /// Its own figures: lateness, missed slots, spool and the like
    #[schema(value_type = Object)]
    figures: Value,
}

/// How large the database is.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Database)]
struct DatabaseView {
    /// Bytes
    size: i64,
    /// Bytes of checks with their indexes
    checks_size: i64,
    /// Days whose checks are kept, those made ahead included
    check_days: i64,
    /// Looks that the database refused and that were set aside
    refused_looks: i64,
}

/// What is asked of the workers.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Load)]
struct LoadView {
    /// Services that are not paused
    services: i64,
    /// Looks per second
    looks_per_second: f64,
    /// At least about so many more services at 60 s fit in before the live workers' threads are seven tenths busy, judged by
    /// their last minutes; null until they have made some hundred looks. Says nothing about what Postgres can take
    room_for_services: Option<u64>,
}

/// How the installation is: workers, lag, sizes. For operators only.
#[utoipa::path(get, path = "/api/system", tag = "system", responses(
    (status = 200, description = "Figures", body = SystemView),
    (status = 401, description = "Not signed in", body = ProblemBody),
    (status = 403, description = "You do not operate this installation", body = ProblemBody),
))]
async fn show_system(
    _operator: Operator,
    State(state): State<AppState>,
) -> Result<Json<SystemView>, Problem> {
    let mut conn = state.db.acquire().await?;
    let sizes = system::sizes(&mut conn).await?;
    let workers = workers::list(&mut conn).await?;
    // Heartbeats are by the database's clock.
    let now = db::services::now(&mut conn).await?;
    drop(conn);
    let is_live = |worker: &workers::Worker| (now - worker.heartbeat_at).abs() <= LIVE;
    let room_for_services = room(workers.iter().filter(|worker| is_live(worker)));
    let view = |worker: workers::Worker| WorkerView {
        live: is_live(&worker),
        id: worker.id.0,
        host: worker.host,
        version: worker.version,
        started_at: worker.started_at,
        heartbeat_at: worker.heartbeat_at,
        figures: worker.figures,
    };
    Ok(Json(SystemView {
        version: env!("CARGO_PKG_VERSION"),
        workers: workers.into_iter().map(view).collect(),
        database: DatabaseView {
            size: sizes.database_bytes,
            checks_size: sizes.checks_bytes,
            check_days: sizes.check_days,
            refused_looks: sizes.refused_looks,
        },
        load: LoadView {
            services: sizes.watched,
            looks_per_second: sizes.looks_per_second,
            room_for_services,
        },
        cache_reachable: state.status.is_reachable().await,
    }))
}

/// Services at 60 s for which the workers have room; none while none of them can tell.
fn room<'a>(workers: impl Iterator<Item = &'a workers::Worker>) -> Option<u64> {
    let spent = |worker: &workers::Worker| Spent::deserialize(worker.figures.get("spent")?).ok();
    let looks_per_second = workers
        .filter_map(|worker| spent(worker)?.room())
        .reduce(|sum, more| sum + more)?;
    Some(headroom::about(looks_per_second * 60.0))
}
