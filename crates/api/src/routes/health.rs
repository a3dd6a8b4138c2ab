//! `/api/health`: for load balancers and people who wonder.

use axum::{Json, extract::State, http::StatusCode, response::IntoResponse};
use db::schema;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(show_health))
}

/// Whether the API can work.
#[derive(Serialize, ToSchema)]
struct HealthView {
    /// `ok`, or `degraded` while something is missing
    #[schema(example = "ok")]
    status: &'static str,
    /// Always `pulsecheck-api`
    #[schema(example = "pulsecheck-api")]
    service: &'static str,
    /// What cannot be reached
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    missing: Vec<&'static str>,
}

/// Whether the API can work; needs no authentication.
#[utoipa::path(get, path = "/api/health", tag = "health", responses(
    (status = 200, description = "Everything is there", body = HealthView),
    (status = 503, description = "The database cannot be reached", body = HealthView),
))]
async fn show_health(State(state): State<AppState>) -> impl IntoResponse {
    let view = |status, missing| {
        Json(HealthView {
            status,
            service: "pulsecheck-api",
            missing,
        })
    };
    // A database that answers but has another schema is as good as none.
    if state.opening.is_shut() || schema::ping(&state.db).await.is_err() {
        return (
            StatusCode::SERVICE_UNAVAILABLE,
            view("degraded", vec!["database"]),
        );
    }
    (StatusCode::OK, view("ok", vec![]))
}
