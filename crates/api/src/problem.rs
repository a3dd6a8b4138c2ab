//! Errors as RFC 9457 `application/problem+json`: one enum, one shape.

use std::{collections::BTreeMap, time::Duration};

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::fields::Fields;
use serde::Serialize;
use utoipa::ToSchema;

use crate::manners::request_id;

mod kind;

pub(crate) use kind::{About, Kind};

/// Everything that a request can be refused with.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// 400: not what this route reads at all.
    #[error("{0}")]
    Malformed(String),
    /// 401
    #[error("Sign in first.")]
    Unauthorized,
    /// 401: a sign-in that failed; whether the account exists is not told.
    #[error("The e-mail address or the password is wrong.")]
    WrongCredentials,
    /// 403: a page under a name that this installation does not know; the sentence says what to set.
    #[error("{0}")]
    OriginMismatch(String),
    /// 403: the sentence says who may.
    #[error("{0}")]
    Forbidden(&'static str),
    /// 404: no such thing, or somebody else's; nobody can tell which.
    #[error("There is nothing here under this id or address.")]
    NotFound,
    /// 405
    #[error("This address does not know that method.")]
    MethodNotAllowed,
    /// 409
    #[error("{0}")]
    Conflict(&'static str),
    /// 412: the resource was changed since the caller read it.
    #[error("It was changed since you read it. Read it again, then repeat your change.")]
    PreconditionFailed,
    /// 413
    #[error("The request is too large: at most {0} bytes.")]
    TooLarge(usize),
    /// 415
    #[error("Send the body as application/json.")]
    UnsupportedMediaType,
    /// 422: every wrong field at once.
    #[error("Some fields are not valid.")]
    Invalid(#[from] Fields),
    /// 429
    #[error("Too many requests. Try again in {} s.", .0.as_secs().max(1))]
    TooMany(Duration),
    /// 500: the caller learns nothing but the id under which the log has it.
    #[error("An unexpected fault of ours. It is in the log under this request id.")]
    Internal(#[source] anyhow::Error),
    /// 503: Postgres is away.
    #[error("The database cannot be reached right now. Nothing was changed; try again in {} s.", RETRY_AFTER.as_secs())]
    Unavailable,
    /// 503: it took longer than a request may take.
    #[error("This took too long and was given up.")]
    TimedOut,
}

/// After how long it is worth asking again while Postgres is away.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// The body of every error.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// Where this kind of problem is described.
    #[serde(rename = "type")]
    #[schema(example = "/api/docs#invalid")]
    pub kind: String,
    /// The kind in a few words, the same each time.
    #[schema(example = "Not valid")]
    pub title: &'static str,
    /// The HTTP status.
    #[schema(example = 422)]
    pub status: u16,
    /// What happened and what can be done, as a sentence.
    pub detail: String,
    /// Reasons by field name; each reads on after the name ("must be at most …").
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub errors: BTreeMap<String, Vec<String>>,
    /// Names this request in the log.
    pub request_id: String,
}

impl Problem {
    /// A single wrong field.
    pub fn field(field: &str, reason: impl Into<String>) -> Self {
        Self::Invalid(Fields::one(field, reason))
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.kind().about().status
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Malformed(_) => Kind::Malformed,
            Self::Unauthorized => Kind::Unauthorized,
            Self::WrongCredentials => Kind::WrongCredentials,
            Self::OriginMismatch(_) => Kind::OriginMismatch,
            Self::Forbidden(_) => Kind::Forbidden,
            Self::NotFound => Kind::NotFound,
            Self::MethodNotAllowed => Kind::MethodNotAllowed,
            Self::Conflict(_) => Kind::Conflict,
            Self::PreconditionFailed => Kind::PreconditionFailed,
            Self::TooLarge(_) => Kind::TooLarge,
            Self::UnsupportedMediaType => Kind::UnsupportedMediaType,
            Self::Invalid(_) => Kind::Invalid,
            Self::TooMany(_) => Kind::TooMany,
            Self::Internal(_) => Kind::Internal,
            Self::Unavailable => Kind::Unavailable,
            Self::TimedOut => Kind::TimedOut,
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::TooMany(wait) => Some(*wait),
            Self::Unavailable | Self::TimedOut => Some(RETRY_AFTER),
            _ => None,
        }
    }
}

impl From<db::Error> for Problem {
    fn from(error: db::Error) -> Self {
        match error {
            db::Error::Taken(field) => Self::field(field, "is already taken"),
            error if error.is_unavailable() => {
                tracing::warn!(%error, "Postgres is away");
                Self::Unavailable
            }
            error if error.is_conflict() => {
                Self::Conflict("Somebody else changed the same thing at this moment. Try again.")
            }
            error => Self::Internal(error.into()),
        }
    }
}

impl From<anyhow::Error> for Problem {
    fn from(error: anyhow::Error) -> Self {
        match error.downcast::<db::Error>() {
            Ok(error) => error.into(),
            Err(error) => Self::Internal(error),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        if let Self::Internal(error) = &self {
            tracing::error!(
                error = format!("{error:#}"),
                "A request failed by our fault"
            );
        }
        let About {
            name,
            status,
            title,
            ..
        } = self.kind().about();
        let retry_after = self.retry_after();
        let detail = self.to_string();
        let body = ProblemBody {
            kind: format!("/api/docs#{name}"),
            title,
            status: status.as_u16(),
            detail,
            errors: match self {
                Self::Invalid(Fields(errors)) => errors,
                _ => BTreeMap::new(),
            },
            request_id: request_id::current(),
        };
        let mut response = (status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(wait) = retry_after {
            headers.insert(
                header::RETRY_AFTER,
                HeaderValue::from(wait.as_secs().max(1)),
            );
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_went_wrong_inside_stays_inside() {
        let problem = Problem::Internal(anyhow::anyhow!("password=hunter2"));
        assert!(!problem.to_string().contains("hunter2"));
        assert_eq!(problem.status(), 500);
    }

    #[test]
    fn waiting_is_told_in_whole_seconds_and_never_as_zero() {
        let response = Problem::TooMany(Duration::from_millis(20)).into_response();
        assert_eq!(response.headers()["retry-after"], "1");
    }
}
