//! Until the database has a schema that fits, the API is there but shut: it says so at once where it would have to wait.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};

use crate::problem::Problem;

/// Whether requests are answered; open from the start unless it is shut. Cloning shares it.
#[derive(Clone, Debug, Default)]
pub struct Opening {
    is_shut: Arc<AtomicBool>,
}

impl Opening {
    /// From here on every request but the one for health is told to come again.
    pub fn shut(&self) {
        self.is_shut.store(true, Ordering::Relaxed);
    }

    /// From here on requests are answered.
    pub fn open(&self) {
        self.is_shut.store(false, Ordering::Relaxed);
    }

    /// Whether requests are told to come again.
    pub fn is_shut(&self) -> bool {
        self.is_shut.load(Ordering::Relaxed)
    }
}

/// Answers 503 while shut. Health is exempt: it says itself what is missing.
pub(super) async fn hold_off(
    State(opening): State<Opening>,
    request: Request,
    next: Next,
) -> Response {
    if opening.is_shut() && request.uri().path() != "/api/health" {
        return Problem::Unavailable.into_response();
    }
    next.run(request).await
}
