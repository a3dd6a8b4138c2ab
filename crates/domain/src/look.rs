//! One look at one service, finished: what the worker hands to the record.

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    failure::Failure,
    health::Seen,
    id::{ServiceId, ServiceKey, WorkspaceId},
    observation::Observation,
    verdict::Verdict,
};

/// A finished look. All its times are the database's.
#[derive(Clone, Debug)]
pub struct Look {
    pub service: ServiceKey,
    pub service_id: ServiceId,
    pub workspace: WorkspaceId,
    /// The configuration under which it ran; the record drops a look of another revision.
    pub revision: i32,
    /// Somebody asked for it, and waits for it.
    pub asked: bool,
    /// The instant it stands at; with the service the key of its check.
    pub slot: DateTime<Utc>,
    /// How long it speaks for, from its slot on: one step of the grid, longer when it covered further slots. In milliseconds.
    pub stands_for: TimeDelta,
    /// When the first attempt began to connect.
    pub started_at: DateTime<Utc>,
    pub verdict: Verdict,
    pub failure: Option<Failure>,
    /// 1–4.
    pub attempts: u8,
    /// The start of the first attempt that failed.
    pub first_failed_at: Option<DateTime<Utc>>,
    /// The start of the first of two good attempts in a row, when an incident was known to be open.
    pub recovered_at: Option<DateTime<Utc>>,
    /// What the attempt that stands for the look saw; none when no attempt was made (throttled, stalled).
    pub observation: Option<Box<Observation>>,
    /// What the first failing attempt saw, if another attempt stands for the look.
    pub first_failed: Option<Box<Observation>>,
}

impl Look {
    /// The part on which the rules of health decide.
    pub fn seen(&self) -> Seen {
        Seen {
            slot: self.slot,
            stands_for: self.stands_for,
            started_at: self.started_at,
            verdict: self.verdict,
            code: self.failure.as_ref().map(|failure| failure.code),
            first_failed_at: self.first_failed_at,
            recovered_at: self.recovered_at,
        }
    }
}
