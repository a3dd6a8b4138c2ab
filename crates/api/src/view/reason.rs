//! Why something is not up.

use domain::failure::Failure;
use serde::Serialize;
use utoipa::ToSchema;

/// Why something is not up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Reason)]
pub struct ReasonView {
    /// Stable word, such as `connect_refused`
    #[schema(example = "unexpected_status")]
    pub code: &'static str,
    /// The step of the look that was under way: dns, tcp, tls, send, ttfb or body
    #[schema(value_type = Option<super::words::Phase>)]
    pub phase: Option<&'static str>,
    /// What happened, as one plain sentence
    #[schema(example = "The server answered 503; expected is 200.")]
    pub sentence: String,
}

impl From<&Failure> for ReasonView {
    fn from(failure: &Failure) -> Self {
        Self {
            code: failure.code.as_str(),
            phase: failure.phase.map(domain::failure::Phase::as_str),
            sentence: failure.sentence(),
        }
    }
}

impl From<&domain::latest::Reason> for ReasonView {
    fn from(reason: &domain::latest::Reason) -> Self {
        Self {
            code: reason.code.as_str(),
            phase: reason.phase.map(domain::failure::Phase::as_str),
            sentence: reason.sentence.clone(),
        }
    }
}
