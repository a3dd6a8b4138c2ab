//! A span in which a service was not up.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{failure::Failure, observation::Observation};

/// How bad it is. Ordered: degraded is milder than down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Degraded,
    Down,
}

impl Severity {
    /// The number under which it is stored.
    pub fn number(self) -> i16 {
        match self {
            Self::Degraded => 1,
            Self::Down => 2,
        }
    }

    pub fn from_number(number: i16) -> Option<Self> {
        match number {
            1 => Some(Self::Degraded),
            2 => Some(Self::Down),
            _ => None,
        }
    }

    /// The word existing clients know: `degraded` or `downtime`.
    pub fn incident_type(self) -> &'static str {
        match self {
            Self::Degraded => "degraded",
            Self::Down => "downtime",
        }
    }
}

/// Why an incident is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resolution {
    /// Two good attempts in a row.
    Recovered,
    /// Somebody paused the service.
    Paused,
    /// The service now asks another question.
    ConfigChanged,
    /// The service was deleted.
    Deleted,
}

impl Resolution {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Recovered => "recovered",
            Self::Paused => "paused",
            Self::ConfigChanged => "config_changed",
            Self::Deleted => "deleted",
        }
    }
}

/// What happened, for the timeline (`incident_events.event`, tagged JSON).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum IncidentEvent {
    /// The incident exists from here on.
    Opened {
        severity: Severity,
        cause: Option<Failure>,
        attempts: u8,
    },
    /// It became worse or milder.
    SeverityChanged {
        from: Severity,
        to: Severity,
        cause: Option<Failure>,
    },
    /// The vendor wrote something about its own incident.
    VendorSaid {
        incident: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        phase: Option<String>,
        text: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        url: Option<String>,
    },
    /// Something that the service depends on is not operational, by its vendor's own word.
    DependencyFailing {
        page: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        component: Option<String>,
        /// As in `vendor::Said::level`.
        level: String,
        /// The title of the vendor's incident, if it names one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        incident: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        url: Option<String>,
    },
    /// Somebody has taken it on.
    Acknowledged {
        by: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// It is over.
    Resolved { resolution: Resolution },
}

/// One look kept whole, beside the incident it opened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeptLook {
    pub at: DateTime<Utc>,
    pub observation: Observation,
}
