//! What is remembered of a service's newest look.

use chrono::{DateTime, Utc};
use domain::{
    failure::{FailureCode, Phase},
    id::ServiceId,
    verdict::Verdict,
};
use serde::{Deserialize, Serialize};

/// The value under `service:{id}:status`, as JSON. Fields may be added, never renamed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StatusEntry {
    pub status: Verdict,
    /// Whole milliseconds of the newest look; null when there was no complete answer.
    pub response_time: Option<u32>,
    /// When the newest look began.
    pub checked_at: DateTime<Utc>,
    /// Since when the status has been the same.
    #[serde(default)]
    pub since: Option<DateTime<Utc>>,
    /// Why it is not up.
    #[serde(default)]
    pub reason: Option<Reason>,
}

/// Why a service is not up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    pub code: FailureCode,
    #[serde(default)]
    pub phase: Option<Phase>,
    /// One plain English sentence.
    pub sentence: String,
}

pub(crate) fn key(service: ServiceId) -> String {
    format!("service:{service}:status")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_entry_has_the_three_fields_that_existing_readers_know() {
        let entry = StatusEntry {
            status: Verdict::Up,
            response_time: Some(12),
            checked_at: DateTime::UNIX_EPOCH,
            since: None,
            reason: None,
        };
        let json = serde_json::to_value(&entry).expect("JSON");
        assert_eq!(json["status"], "up");
        assert_eq!(json["response_time"], 12);
        assert_eq!(json["checked_at"], "1970-01-01T00:00:00Z");
        assert_eq!(
            key(ServiceId(uuid::Uuid::nil())),
            "service:00000000-0000-0000-0000-000000000000:status"
        );
    }
}
