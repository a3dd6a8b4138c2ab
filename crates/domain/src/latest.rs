//! The latest look of a service as it is kept beside its health: what it saw rarely changes, its timings always do.

use std::io::{self, Write};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    failure::{Failure, FailureCode, Phase},
    incident::KeptLook,
    look::Look,
    observation::{Certificate, Hop, Observation},
    packed,
    vendor::Said,
};

/// Why the latest look did not find the service up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    pub code: FailureCode,
    #[serde(default)]
    pub phase: Option<Phase>,
    /// One plain English sentence.
    pub sentence: String,
}

/// What the latest look saw (`service_health.look`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LatestLook {
    pub checked_at: DateTime<Utc>,
    pub reason: Option<Reason>,
    pub hops: Vec<Hop>,
    pub total_us: u32,
    pub certificate: Option<Certificate>,
    pub advisories: Vec<Failure>,
    /// Of a vendor page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vendor: Option<Box<Said>>,
}

impl From<&Failure> for Reason {
    fn from(failure: &Failure) -> Self {
        Self {
            code: failure.code,
            phase: failure.phase,
            sentence: failure.sentence(),
        }
    }
}

impl LatestLook {
    pub fn of(look: &Look) -> Self {
        let seen = look.observation.as_deref();
        Self {
            checked_at: look.started_at,
            reason: look.failure.as_ref().map(Reason::from),
            hops: seen.map_or_else(Vec::new, |seen| seen.hops.clone()),
            total_us: seen.map_or(0, |seen| seen.total_us),
            certificate: seen.and_then(|seen| seen.certificate.clone()),
            advisories: seen.map_or_else(Vec::new, |seen| seen.advisories.clone()),
            vendor: seen.and_then(|seen| seen.vendor.clone()),
        }
    }

    /// The stored look with the time and timings of the newest look that saw the same.
    #[must_use]
    pub fn refreshed(mut self, checked_at: DateTime<Utc>, total_us: u32, timings: &[u8]) -> Self {
        if packed::restore_hops(&mut self.hops, timings) {
            self.checked_at = checked_at;
            self.total_us = total_us;
        }
        self
    }

    /// As the evidence of an incident.
    pub fn kept(self) -> KeptLook {
        KeptLook {
            at: self.checked_at,
            observation: Observation {
                hops: self.hops,
                total_us: self.total_us,
                certificate: self.certificate,
                advisories: self.advisories,
                vendor: self.vendor,
                ..Observation::default()
            },
        }
    }
}

/// A number that stays the same while a service's looks see the same, whatever time they take. Stable for ever,
/// because it is stored.
pub fn digest(look: &Look) -> i64 {
    let seen = look.observation.as_deref();
    let hops = seen.map_or(&[][..], |seen| &seen.hops);
    let hops: Vec<_> = hops
        .iter()
        .map(|hop| (&hop.url, hop.remote, hop.http_version, hop.status))
        .collect();
    let facts = (
        look.failure.as_ref().map(Reason::from),
        hops,
        seen.and_then(|seen| seen.certificate.as_ref()),
        seen.map(|seen| &seen.advisories),
    );
    let mut hash = Fnv(0xcbf2_9ce4_8422_2325);
    // Writing into a number cannot fail, and all of the facts have string keys.
    let _ = serde_json::to_writer(&mut hash, &facts);
    // Only where there is one, so that what was stored before there were any stays true.
    if let Some(vendor) = seen.and_then(|seen| seen.vendor.as_deref()) {
        let _ = serde_json::to_writer(&mut hash, vendor);
    }
    hash.0.cast_signed()
}

/// FNV-1a of 64 bits.
struct Fnv(u64);

impl Write for Fnv {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use uuid::Uuid;

    use super::*;
    use crate::{
        id::{ServiceId, ServiceKey, WorkspaceId},
        observation::Timings,
        verdict::Verdict,
    };

    fn look(ttfb_us: u32, status: u16) -> Look {
        Look {
            service: ServiceKey(1),
            service_id: ServiceId(Uuid::nil()),
            workspace: WorkspaceId(Uuid::nil()),
            revision: 1,
            asked: false,
            slot: DateTime::UNIX_EPOCH,
            stands_for: TimeDelta::seconds(30),
            started_at: DateTime::UNIX_EPOCH + TimeDelta::microseconds(ttfb_us.into()),
            verdict: Verdict::Up,
            failure: None,
            attempts: 1,
            first_failed_at: None,
            recovered_at: None,
            observation: Some(Box::new(Observation {
                hops: vec![Hop {
                    status: Some(status),
                    timings: Timings {
                        ttfb_us,
                        ..Timings::default()
                    },
                    ..Hop::default()
                }],
                total_us: ttfb_us,
                ..Observation::default()
            })),
            first_failed: None,
        }
    }

    #[test]
    fn a_slower_answer_is_the_same_and_another_status_is_not() {
        assert_eq!(digest(&look(5, 200)), digest(&look(7, 200)));
        assert_ne!(digest(&look(5, 200)), digest(&look(5, 204)));
    }

    #[test]
    fn a_stored_look_and_newer_timings_make_the_newer_look() {
        let newer = look(70, 200);
        let timings = packed::hops(&newer.observation.as_ref().unwrap().hops);
        let stored = LatestLook::of(&look(5, 200));
        let refreshed = stored.clone().refreshed(newer.started_at, 70, &timings);
        assert_eq!(refreshed, LatestLook::of(&newer));
        assert_eq!(
            stored.clone().refreshed(newer.started_at, 70, &[]),
            stored,
            "timings of another number of hops belong to another look"
        );
    }
}
