//! The opinion on one look: up, degraded, down, unknown or maintenance, and why.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    failure::{Class, Detail, Failure, FailureCode, Phase},
    incident::Severity,
    observation::Observation,
    target::HttpTarget,
};

/// The opinion on one slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Up,
    Degraded,
    Down,
    /// We could not tell: no incident, no downtime, no uptime either.
    Unknown,
    Maintenance,
}

impl Verdict {
    /// Every verdict, in the order of its number.
    pub const ALL: [Self; 5] = [
        Self::Up,
        Self::Degraded,
        Self::Down,
        Self::Unknown,
        Self::Maintenance,
    ];

    /// The number that the database stores, 1 to 5.
    pub const fn number(self) -> i16 {
        self as i16 + 1
    }

    /// The verdict with this number, if there is one.
    pub const fn from_number(number: i16) -> Option<Self> {
        match number {
            1 => Some(Self::Up),
            2 => Some(Self::Degraded),
            3 => Some(Self::Down),
            4 => Some(Self::Unknown),
            5 => Some(Self::Maintenance),
            _ => None,
        }
    }

    /// How bad it is, when it is bad: only *degraded* and *down* may open an incident.
    pub const fn severity(self) -> Option<Severity> {
        match self {
            Self::Degraded => Some(Severity::Degraded),
            Self::Down => Some(Severity::Down),
            Self::Up | Self::Unknown | Self::Maintenance => None,
        }
    }

    /// The word used in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Degraded => "degraded",
            Self::Down => "down",
            Self::Unknown => "unknown",
            Self::Maintenance => "maintenance",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The word names no verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be up, degraded, down, unknown or maintenance")]
pub struct UnknownVerdict;

impl FromStr for Verdict {
    type Err = UnknownVerdict;

    fn from_str(word: &str) -> Result<Self, UnknownVerdict> {
        Self::ALL
            .into_iter()
            .find(|verdict| verdict.as_str() == word)
            .ok_or(UnknownVerdict)
    }
}

/// A verdict and its reason.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    pub verdict: Verdict,
    /// Always there unless the verdict is *up*.
    pub failure: Option<Failure>,
}

impl Judgement {
    /// The verdict that this failure means: its class decides.
    pub const fn of(failure: Failure) -> Self {
        let verdict = match failure.class() {
            Class::Target => Verdict::Down,
            Class::Advisory => Verdict::Degraded,
            Class::Ours => Verdict::Unknown,
        };
        Self {
            verdict,
            failure: Some(failure),
        }
    }

    /// Nothing was wrong.
    pub const fn up() -> Self {
        Self {
            verdict: Verdict::Up,
            failure: None,
        }
    }
}

/// Judges one look: first what ended it early, then its status, its assertions, its slowness.
pub fn judge(target: &HttpTarget, seen: &Observation) -> Judgement {
    if let Some(failure) = &seen.failure {
        return Judgement::of(failure.clone());
    }
    let hop = u8::try_from(seen.hops.len().saturating_sub(1)).unwrap_or(u8::MAX);
    let Some(status) = seen.status() else {
        return Judgement::of(Failure::bare(FailureCode::Other).at_hop(hop));
    };
    if !target.expected_statuses.contains(status) {
        let detail = Detail::Status {
            status,
            expected: target.expected_statuses.to_string(),
        };
        return Judgement::of(
            Failure::new(FailureCode::UnexpectedStatus, Phase::Ttfb, detail).at_hop(hop),
        );
    }
    if let Some(unmet) = &seen.unmet {
        return Judgement::of(unmet.clone());
    }
    if u128::from(seen.total_us) > target.degraded_threshold.as_micros() {
        let limit_ms = target
            .degraded_threshold
            .as_millis()
            .try_into()
            .unwrap_or(u32::MAX);
        let detail = Detail::Slow {
            took_ms: seen.total_ms(),
            limit_ms,
        };
        return Judgement::of(
            Failure::new(FailureCode::SlowResponse, Phase::Body, detail).at_hop(hop),
        );
    }
    Judgement::up()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observation::Hop;

    fn target() -> HttpTarget {
        HttpTarget::get("http://example.com/".parse().unwrap())
    }

    fn saw(status: u16, total_us: u32) -> Observation {
        Observation {
            hops: vec![Hop {
                status: Some(status),
                ..Hop::default()
            }],
            total_us,
            ..Observation::default()
        }
    }

    fn code(judgement: &Judgement) -> Option<FailureCode> {
        judgement.failure.as_ref().map(|failure| failure.code)
    }

    #[test]
    fn words_and_numbers_lead_back_to_their_verdict() {
        for verdict in Verdict::ALL {
            assert_eq!(Verdict::from_number(verdict.number()), Some(verdict));
            assert_eq!(verdict.as_str().parse(), Ok(verdict));
            assert_eq!(serde_json::to_value(verdict).unwrap(), verdict.as_str());
        }
    }

    #[test]
    fn the_class_of_a_failure_decides_the_verdict() {
        for failing in FailureCode::ALL {
            let seen = Observation::failed(Failure::bare(*failing));
            let expected = match failing.class() {
                Class::Target => Verdict::Down,
                Class::Advisory => Verdict::Degraded,
                Class::Ours => Verdict::Unknown,
            };
            assert_eq!(judge(&target(), &seen).verdict, expected, "{failing}");
        }
    }

    #[test]
    fn a_fast_expected_answer_is_up_and_carries_no_reason() {
        assert_eq!(judge(&target(), &saw(200, 1_000_000)), Judgement::up());
    }

    #[test]
    fn a_wrong_status_outranks_a_failed_assertion_and_slowness() {
        let mut seen = saw(503, 9_000_000);
        seen.unmet = Some(Failure::bare(FailureCode::AssertionFailed));
        let judgement = judge(&target(), &seen);
        assert_eq!(
            (judgement.verdict, code(&judgement)),
            (Verdict::Down, Some(FailureCode::UnexpectedStatus))
        );
        seen.hops[0].status = Some(200);
        assert_eq!(
            code(&judge(&target(), &seen)),
            Some(FailureCode::AssertionFailed)
        );
    }

    #[test]
    fn an_answer_slower_than_its_threshold_is_degraded() {
        let judgement = judge(&target(), &saw(200, 1_000_001));
        assert_eq!(
            (judgement.verdict, code(&judgement)),
            (Verdict::Degraded, Some(FailureCode::SlowResponse))
        );
    }
}
