//! Why a document could not be read as a status page.

use crate::html::PageKind;

/// None of these says anything about the vendor: a page that cannot be read is unknown, never down and never up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    #[error("the answer is empty")]
    Empty,
    #[error("the answer is larger than {limit} bytes")]
    TooLarge { limit: usize },
    #[error("the answer holds more than {limit} values")]
    TooManyValues { limit: usize },
    #[error("the answer is nested too deeply")]
    TooDeep,
    #[error("the answer is not complete JSON: {reason}")]
    Json { reason: String },
    #[error("the answer is not well-formed XML: {reason}")]
    Xml { reason: String },
    #[error("the answer is {kind}, not status data")]
    Html { kind: PageKind },
    #[error("the answer is neither JSON nor a feed nor a page")]
    NotRecognised,
    #[error("the answer is data, in no shape that a status page is known to have")]
    UnknownShape,
    #[error("this is not what {provider} publishes: {expected}")]
    WrongShape {
        provider: &'static str,
        expected: &'static str,
    },
}
