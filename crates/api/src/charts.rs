//! Charts whose points span an hour and more, each made once for all who ask for it.

use std::time::Duration;

use axum::body::Bytes;
use chrono::TimeDelta;
use domain::id::ServiceKey;
use moka::sync::Cache;

/// What a look can add to such a point is not seen: a chart is made anew after so long.
const STANDS_FOR: Duration = Duration::from_secs(10);
/// Bytes of JSON: some seven hundred charts.
const ROOM: u64 = 16 * 1024 * 1024;

/// The charts that were shown last, by service and length, as long as there is room; cloning is cheap.
#[derive(Clone)]
pub struct Charts(Cache<(ServiceKey, TimeDelta), Bytes>);

impl Charts {
    pub(crate) fn find(&self, service: ServiceKey, length: TimeDelta) -> Option<Bytes> {
        self.0.get(&(service, length))
    }

    pub(crate) fn keep(&self, service: ServiceKey, length: TimeDelta, json: Bytes) {
        self.0.insert((service, length), json);
    }
}

impl Default for Charts {
    fn default() -> Self {
        let weigh = |_: &_, json: &Bytes| u32::try_from(json.len()).unwrap_or(u32::MAX);
        let charts = Cache::builder().weigher(weigh).max_capacity(ROOM);
        Self(charts.time_to_live(STANDS_FOR).build())
    }
}
