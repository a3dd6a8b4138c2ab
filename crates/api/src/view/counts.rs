//! How many services stand where.

use db::services::counting::Counts;
use serde::Serialize;
use utoipa::ToSchema;

/// Services by where they stand.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StatusCounts {
    up: i64,
    degraded: i64,
    down: i64,
    unknown: i64,
    maintenance: i64,
    paused: i64,
    pending: i64,
}

impl From<Counts> for StatusCounts {
    fn from(counts: Counts) -> Self {
        Self {
            up: counts.up,
            degraded: counts.degraded,
            down: counts.down,
            unknown: counts.unknown,
            maintenance: counts.maintenance,
            paused: counts.paused,
            pending: counts.pending,
        }
    }
}
