//! The OpenAPI document made from the handlers, and a page to read it on.

use utoipa::OpenApi as _;

use crate::routes;

#[derive(utoipa::OpenApi)]
#[openapi(info(
    title = "PulseCheck API",
    description = "Services, checks and incidents of one workspace. Sign in first: the two cookies authenticate every call. \
        Errors are problem documents (RFC 9457).",
    license(name = "MIT", identifier = "MIT")
))]
pub(crate) struct Document;

/// The document of every route.
pub fn openapi() -> utoipa::openapi::OpenApi {
    routes::router().split_for_parts().1
}

/// As it stands in `docs/openapi.json`.
pub fn document() -> String {
    openapi().to_pretty_json().unwrap_or_default()
}

pub(crate) fn base() -> utoipa::openapi::OpenApi {
    Document::openapi()
}
