//! What a search asks for, and what it ends with.

use url::Url;

use super::{Advice, Evidence};
use crate::{Page, Source};

/// What to do next.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Fetch this with `GET`, without following redirects, and hand the outcome in.
    Ask(Url),
    Found(Box<Finding>),
    NotFound(Box<NotFound>),
}

/// A status page, and the reading that proves it. Other documents may say more: read [`Finding::source`].
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    pub source: Source,
    pub confidence: Confidence,
    pub page: Page,
    pub evidence: Vec<Evidence>,
}

/// What the provider was told by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    Host,
    Marker,
    Shape,
    Feed,
}

#[derive(Clone, Debug, PartialEq)]
pub struct NotFound {
    pub advice: Advice,
    pub evidence: Vec<Evidence>,
}
