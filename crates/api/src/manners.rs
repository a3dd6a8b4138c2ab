//! What holds for every request whatever it asks: ids, logs, limits, headers, patience.

pub mod access_log;
pub mod client;
pub mod opening;
pub mod pace;
pub mod request_id;

use std::{any::Any, time::Duration};

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::{HeaderValue, header},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
};
use tower_http::{CompressionLevel, catch_panic::CatchPanicLayer, compression::CompressionLayer};

use crate::{auth::origin, problem::Problem, state::AppState};

/// Largest request body, in bytes.
pub const LARGEST_BODY: usize = 256 * 1024;
/// How long a request may take until its answer begins: a test run takes 30 s at worst.
const LONGEST_REQUEST: Duration = Duration::from_secs(40);

/// Wraps every route in the manners of the house; the outermost comes last.
pub(crate) fn wrap(routes: Router, state: &AppState) -> Router {
    access_log::begin();
    routes
        .layer(middleware::from_fn_with_state(
            state.clone(),
            origin::require_own_page,
        ))
        .layer(middleware::from_fn_with_state(
            state.opening.clone(),
            opening::hold_off,
        ))
        .layer(middleware::from_fn_with_state(
            state.clone(),
            pace::limit_requests,
        ))
        .layer(middleware::from_fn(give_up))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(CompressionLayer::new().quality(CompressionLevel::Precise(4)))
        .layer(middleware::from_fn(harden))
        .layer(middleware::from_fn(access_log::note))
        .layer(middleware::from_fn_with_state(
            state.clone(),
            client::identify,
        ))
        .layer(middleware::from_fn(request_id::give))
}

async fn give_up(request: Request, next: Next) -> Response {
    tokio::time::timeout(LONGEST_REQUEST, next.run(request))
        .await
        .unwrap_or_else(|_| Problem::TimedOut.into_response())
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the layer asks for this signature"
)]
fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let words = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied());
    let words = words.unwrap_or("no words").to_owned();
    Problem::Internal(anyhow::anyhow!("a handler panicked: {words}")).into_response()
}

/// Headers that keep browsers from guessing, framing, caching and leaking.
async fn harden(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ),
    ] {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, routing::get};
    use tower::ServiceExt as _;

    use super::*;

    #[tokio::test]
    async fn a_panic_is_a_problem_that_tells_nothing() {
        let app: Router = Router::new()
            .route("/", get(async || -> Response { panic!("hunter2") }))
            .layer(CatchPanicLayer::custom(panicked));
        let answer = app.oneshot(Request::new(Body::empty())).await.unwrap();
        assert_eq!(answer.status(), 500);
        let body = axum::body::to_bytes(answer.into_body(), 10_000)
            .await
            .unwrap();
        let body = String::from_utf8(body.to_vec()).unwrap();
        assert!(body.contains("Internal fault") && !body.contains("hunter2"));
    }
}
