//! Rows of lists, each made once for all who ask for it.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use db::services::listing::{Place, Version};
use domain::id::ServiceKey;
use moka::sync::Cache;
use serde_json::value::RawValue;

/// Uptime goes on between two looks: a row is counted anew after so long.
const COUNTS_FOR: Duration = Duration::from_secs(5);
/// Bytes of JSON: some ten thousand rows.
const ROOM: u64 = 32 * 1024 * 1024;

/// What was shown last of each service, as long as there is room; cloning is cheap.
#[derive(Clone)]
pub struct Rows(Cache<ServiceKey, Row>);

#[derive(Clone)]
struct Row {
    version: Version,
    made_at: DateTime<Utc>,
    json: Arc<RawValue>,
}

impl Rows {
    /// The row as it was made, if nothing in it has changed since.
    pub(crate) fn find(&self, place: &Place, now: DateTime<Utc>) -> Option<Arc<RawValue>> {
        let row = self.0.get(&place.key)?;
        let age = (now - row.made_at).to_std().ok()?;
        (row.version == place.version && age < COUNTS_FOR).then_some(row.json)
    }

    pub(crate) fn keep(&self, place: &Place, made_at: DateTime<Utc>, json: Arc<RawValue>) {
        let version = place.version;
        let row = Row {
            version,
            made_at,
            json,
        };
        self.0.insert(place.key, row);
    }
}

impl Default for Rows {
    fn default() -> Self {
        let weigh = |_: &_, row: &Row| u32::try_from(row.json.get().len()).unwrap_or(u32::MAX);
        Self(Cache::builder().weigher(weigh).max_capacity(ROOM).build())
    }
}
