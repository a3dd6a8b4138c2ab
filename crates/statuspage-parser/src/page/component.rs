//! One thing that a vendor reports on.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Level, Said};

/// What stays the same when a component is renamed or moved: the provider's own id, or, where it publishes none,
/// `name:` with group path, name and an ordinal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ComponentKey(String);

impl ComponentKey {
    pub fn new(key: impl Into<String>) -> Self {
        Self(key.into())
    }

    /// The key of a component without an id of its own; `ordinal` counts from 1 among namesakes in the same group.
    pub(crate) fn from_name(group_path: &[String], name: &str, ordinal: usize) -> Self {
        let mut key = String::from("name:");
        for group in group_path {
            key.push_str(group);
            key.push('/');
        }
        key.push_str(name);
        if ordinal > 1 {
            key.push('#');
            key.push_str(&ordinal.to_string());
        }
        Self(key)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for ComponentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Component {
    pub key: ComponentKey,
    pub name: String,
    /// The group it belongs to, by key.
    pub parent: Option<ComponentKey>,
    /// Names of the groups around it, outermost first.
    pub group_path: Vec<String>,
    pub status: Said<Level>,
    /// A container whose level sums up others; never counted as a component of its own.
    pub is_group: bool,
    /// Published by the API although people do not see it on the page while all is well.
    pub hidden: bool,
    pub region: Option<String>,
    pub description: Option<String>,
    pub updated_at: Option<DateTime<Utc>>,
    pub position: Option<i64>,
}

impl Component {
    /// A component with the provider's id. An empty id is replaced by one made from path and name.
    pub(crate) fn new(id: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            key: ComponentKey(id.into()),
            name: name.into(),
            ..Self::default()
        }
    }
}
