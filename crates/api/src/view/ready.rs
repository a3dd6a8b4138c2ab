//! An answer whose JSON is made, to be sent to as many as asked for it.

use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::problem::Problem;

/// Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Ready {
    headers: HeaderMap,
    body: Bytes,
}

impl Ready {
    /// # Errors
    ///
    /// When it cannot be JSON, which is a fault of ours.
    pub fn json(value: &impl Serialize) -> Result<Self, Problem> {
        let body = serde_json::to_vec(value).map_err(anyhow::Error::from)?;
        // Without the room that it grew into.
        Ok(Self::of(body.into_boxed_slice().into()))
    }

    /// Of JSON that is made.
    pub fn of(body: Bytes) -> Self {
        let json = HeaderValue::from_static("application/json");
        Self {
            headers: HeaderMap::from_iter([(header::CONTENT_TYPE, json)]),
            body,
        }
    }

    #[must_use]
    pub fn with(mut self, headers: HeaderMap) -> Self {
        self.headers.extend(headers);
        self
    }

    pub fn body(&self) -> &Bytes {
        &self.body
    }
}

impl IntoResponse for Ready {
    fn into_response(self) -> Response {
        (self.headers, self.body).into_response()
    }
}
