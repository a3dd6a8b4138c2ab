//! The documents of a page as they were read last, with what makes asking for them again cheap.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use statuspage_parser::Part;
use url::Url;

/// By address. Stored beside the page, so that a restart asks as cheaply as before.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Documents(pub(crate) BTreeMap<Url, Document>);

/// One document that was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Document {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
    pub part: Part,
}

impl Documents {
    /// Whether the document at this address was read.
    pub fn contains(&self, url: &Url) -> bool {
        self.0.contains_key(url)
    }

    pub(crate) fn get(&self, url: &Url) -> Option<&Document> {
        self.0.get(url)
    }

    pub(crate) fn keep(&mut self, url: Url, document: Document) {
        self.0.insert(url, document);
    }
}
