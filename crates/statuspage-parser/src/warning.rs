//! What a reader should know about a page that was read with reservations.

use serde::{Deserialize, Serialize};

use crate::page::Page;

/// More than this many say nothing new.
const MAX_WARNINGS: usize = 40;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WarningKind {
    /// A word outside the provider's vocabulary; what it describes is unknown.
    UnknownWord,
    /// An entry that could not be read was left out, or a field of it.
    Dropped,
    Duplicate,
    /// The page disagrees with itself.
    Contradiction,
    /// A time without a zone was read as UTC.
    AssumedUtc,
    /// The list is longer than what was read.
    Truncated,
    Stale,
    /// A part has another shape than this provider publishes.
    WrongShape,
    /// Bytes that do not fit the encoding were replaced.
    Encoding,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    pub kind: WarningKind,
    pub detail: String,
}

impl Warning {
    pub fn new(kind: WarningKind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            detail: detail.into(),
        }
    }
}

impl Page {
    /// Keeps a warning once.
    pub(crate) fn warn(&mut self, warning: Warning) {
        if self.warnings.len() < MAX_WARNINGS && !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }
}
