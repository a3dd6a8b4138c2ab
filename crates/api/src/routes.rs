//! Every route, by resource.

mod health;

use utoipa_axum::router::OpenApiRouter;

use crate::{openapi, state::AppState};

/// All routes with their documentation.
pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(openapi::base()).merge(health::routes())
}
