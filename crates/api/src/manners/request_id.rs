//! A name for every request: in the answer, in every problem and in the log.

use axum::{extract::Request, http::HeaderValue, middleware::Next, response::Response};
use uuid::Uuid;

tokio::task_local! {
    static CURRENT: Uuid;
}

/// The id of the request that this task answers; empty outside of one.
pub fn current() -> String {
    CURRENT
        .try_with(|id| id.simple().to_string())
        .unwrap_or_default()
}

/// Gives the request its id and tells it in `X-Request-Id`. Ids of callers are not taken over: they could forge the log.
pub(super) async fn give(request: Request, next: Next) -> Response {
    let id = Uuid::now_v7();
    let mut response = CURRENT.scope(id, next.run(request)).await;
    if let Ok(value) = HeaderValue::from_str(&id.simple().to_string()) {
        response.headers_mut().insert("x-request-id", value);
    }
    response
}
