//! Every route, by resource.

mod answering;
mod auth;
mod catalogue;
mod channels;
mod deliveries;
mod docs;
mod events;
mod health;
mod incidents;
mod maintenance;
mod me;
mod notice_rules;
mod services;
mod summary;
mod system;
mod workspace;

use utoipa_axum::router::OpenApiRouter;

use crate::{openapi, state::AppState};

/// All routes with their documentation.
pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(openapi::base())
        .merge(health::routes())
        .merge(services::routes())
        .merge(catalogue::routes())
        .merge(summary::routes())
        .merge(incidents::routes())
        .merge(channels::routes())
        .merge(notice_rules::routes())
        .merge(deliveries::routes())
        .merge(answering::routes())
        .merge(maintenance::routes())
        .merge(workspace::routes())
        .merge(events::routes())
        .merge(system::routes())
        .merge(docs::routes())
        .merge(auth::routes())
        .merge(me::routes())
}
