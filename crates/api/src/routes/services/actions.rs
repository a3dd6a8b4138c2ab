//! Pausing, resuming, and looking now.

use axum::{Json, extract::State, http::StatusCode};
use domain::id::ServiceId;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    change::{self, Action, Actor},
    showing,
};
use crate::{
    input::path::Id,
    problem::{Problem, ProblemBody},
    state::AppState,
    view::service::ServiceView,
};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(pause_service))
        .routes(routes!(resume_service))
        .routes(routes!(check_service))
}

/// Stops looking at a service; an open incident ends. Pausing twice is pausing once.
#[utoipa::path(post, path = "/api/services/{id}/pause", tag = "services", params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The paused service", body = ServiceView),
    (status = 401, description = "Not signed in", body = ProblemBody),
    (status = 403, description = "Your role may not", body = ProblemBody),
    (status = 404, description = "Unknown or foreign", body = ProblemBody),
))]
async fn pause_service(
    actor: Actor,
    State(state): State<AppState>,
    Id(id): Id,
) -> Result<Json<ServiceView>, Problem> {
    done(&state, &actor, ServiceId(id), Action::Pause).await
}

/// Looks at a paused service again, at once.
#[utoipa::path(post, path = "/api/services/{id}/resume", tag = "services", params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The resumed service", body = ServiceView),
    (status = 401, description = "Not signed in", body = ProblemBody),
    (status = 403, description = "Your role may not", body = ProblemBody),
    (status = 404, description = "Unknown or foreign", body = ProblemBody),
))]
async fn resume_service(
    actor: Actor,
    State(state): State<AppState>,
    Id(id): Id,
) -> Result<Json<ServiceView>, Problem> {
    done(&state, &actor, ServiceId(id), Action::Resume).await
}

/// Asks for a look now. The answer comes with the next live event, usually within a second.
#[utoipa::path(post, path = "/api/services/{id}/check", tag = "services", params(("id" = Uuid, Path)), responses(
    (status = 202, description = "A look was asked for"),
    (status = 401, description = "Not signed in", body = ProblemBody),
    (status = 403, description = "Your role may not", body = ProblemBody),
    (status = 404, description = "Unknown or foreign", body = ProblemBody),
    (status = 409, description = "The service is paused", body = ProblemBody),
    (status = 429, description = "Asked too often", body = ProblemBody),
))]
async fn check_service(
    actor: Actor,
    State(state): State<AppState>,
    Id(id): Id,
) -> Result<StatusCode, Problem> {
    let _turn = state.pace.probe_turn(actor.user)?;
    change::apply(&state, &actor, ServiceId(id), Action::Look).await?;
    Ok(StatusCode::ACCEPTED)
}

async fn done(
    state: &AppState,
    actor: &Actor,
    id: ServiceId,
    action: Action,
) -> Result<Json<ServiceView>, Problem> {
    change::apply(state, actor, id, action).await?;
    showing::view(state, actor.workspace, id).await.map(Json)
}
