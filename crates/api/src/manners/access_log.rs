//! One span and one line per request, and its figures.

use axum::{
    extract::{MatchedPath, Request},
    middleware::Next,
    response::Response,
};
use runtime::metrics::{REQUEST_SECONDS, REQUESTS};
use tokio::time::Instant;
use tracing::Instrument as _;

use super::request_id;

/// Begins to count. A counter that never moved would be missing, and nobody could tell an idle API from none.
pub(super) fn begin() {
    metrics::counter!(REQUESTS, "route" => "/api/health", "status" => "200").increment(0);
}

/// Notes method, route (never the whole address, which may hold secrets), status and time.
pub(super) async fn note(request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "unmatched".to_owned(), |path| path.as_str().to_owned());
    let span = tracing::info_span!("request", id = request_id::current(), %method, route);
    let started = Instant::now();
    let response = next.run(request).instrument(span.clone()).await;
    let seconds = started.elapsed().as_secs_f64();
    let status = response.status().as_u16();
    span.in_scope(|| {
        if status >= 500 {
            tracing::warn!(status, seconds, "answered");
        } else {
            tracing::debug!(status, seconds, "answered");
        }
    });
    metrics::counter!(REQUESTS, "route" => route.clone(), "status" => status.to_string())
        .increment(1);
    metrics::histogram!(REQUEST_SECONDS, "route" => route).record(seconds);
    response
}
