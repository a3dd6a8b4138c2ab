//! Every wrong field of one input at once, each with its reasons.

use std::collections::BTreeMap;

use serde::Serialize;

/// Reasons by field name; empty means that the input holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{} field(s) are not valid", .0.len())]
#[serde(transparent)]
pub struct Fields(pub BTreeMap<String, Vec<String>>);

impl Fields {
    /// A single wrong field.
    pub fn one(field: &str, reason: impl Into<String>) -> Self {
        let mut fields = Self::default();
        fields.push(field, reason);
        fields
    }

    /// Adds a reason; a reason that starts with "must" reads best after the field's name.
    pub fn push(&mut self, field: &str, reason: impl Into<String>) {
        self.0
            .entry(field.to_owned())
            .or_default()
            .push(reason.into());
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes over the reasons of another input.
    pub fn merge(&mut self, other: Self) {
        for (field, mut reasons) in other.0 {
            self.0.entry(field).or_default().append(&mut reasons);
        }
    }

    /// Takes over the reasons of another input, instead of those that were found for the same fields.
    pub fn replace(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Unwraps `result`, keeping its reasons here when it failed.
    pub fn take<T>(&mut self, result: Result<T, Self>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(other) => {
                self.merge(other);
                None
            }
        }
    }

    /// `value` when nothing was wrong, else all reasons.
    pub fn finish<T>(self, value: T) -> Result<T, Self> {
        if self.is_empty() {
            Ok(value)
        } else {
            Err(self)
        }
    }
}
