//! A check as it is shown.

use chrono::{DateTime, Utc};
use db::checks::reading::Check;
use domain::id::ServiceId;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{look::TimingsView, milliseconds, reason::ReasonView};

/// One look, recorded.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Check)]
pub struct CheckView {
    /// Derived from service and slot: the same each time it is asked for
    pub id: Uuid,
    pub service_id: Uuid,
    /// HTTP status of the last hop; null when there was none
    #[schema(example = 200)]
    pub status_code: Option<u16>,
    /// Milliseconds; null when there was no complete answer
    #[schema(example = 123)]
    pub response_time: Option<u32>,
    /// `up`, `degraded`, `down`, `unknown` or `maintenance`
    #[schema(value_type = super::words::CheckStatus)]
    pub status: &'static str,
    /// When the first attempt began
    pub checked_at: DateTime<Utc>,
    /// The instant it stands at
    pub slot_at: DateTime<Utc>,
    pub reason: Option<ReasonView>,
    /// Attempts made, 1–4; 0 when none was
    pub attempts: u8,
    /// When the first failing attempt began
    pub first_failed_at: Option<DateTime<Utc>>,
    /// Of the last hop
    pub timings: Option<TimingsView>,
}

impl CheckView {
    pub fn new(service: ServiceId, check: &Check) -> Self {
        Self {
            id: id(service, check.slot),
            service_id: service.0,
            status_code: check.status_code,
            response_time: check.total_us.map(milliseconds),
            status: check.verdict.as_str(),
            checked_at: check.started_at,
            slot_at: check.slot,
            reason: check.failure.as_ref().map(ReasonView::from),
            attempts: check.attempts,
            first_failed_at: check.first_failed_at,
            timings: check.timings.map(TimingsView::from),
        }
    }
}

/// A UUID (version 8) of the slot's milliseconds followed by the random end of the service's id.
fn id(service: ServiceId, slot: DateTime<Utc>) -> Uuid {
    let mut bytes = *service.0.as_bytes();
    let ms = slot.timestamp_millis().to_be_bytes();
    bytes[..6].copy_from_slice(&ms[2..]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_a_check_depends_on_service_and_slot_alone() {
        let (a, b) = (ServiceId(Uuid::from_u128(1)), ServiceId(Uuid::from_u128(2)));
        let slot = DateTime::UNIX_EPOCH + chrono::TimeDelta::milliseconds(1_800_000_000_123);
        assert_eq!(id(a, slot), id(a, slot));
        assert_ne!(id(a, slot), id(b, slot));
        assert_ne!(
            id(a, slot),
            id(a, slot + chrono::TimeDelta::milliseconds(1))
        );
    }
}
