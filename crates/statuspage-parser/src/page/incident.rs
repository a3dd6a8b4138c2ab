//! What a vendor says is wrong, or will be worked on.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{ComponentKey, Level, Said};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    Investigating,
    Identified,
    Monitoring,
    Resolved,
    Postmortem,
    #[default]
    Unknown,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MaintenancePhase {
    Scheduled,
    InProgress,
    Verifying,
    Completed,
    Cancelled,
    #[default]
    Unknown,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Impact {
    None,
    Minor,
    Major,
    Critical,
    Maintenance,
    #[default]
    Unknown,
}

/// How far the vendor tied an incident to components.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkQuality {
    ById,
    ByName,
    /// Said of the whole page.
    PageWide,
    /// The vendor did not say; nothing is guessed.
    #[default]
    None,
}

impl LinkQuality {
    /// Components named by id, if any.
    pub(crate) fn by_id(affected: &[Affected]) -> Self {
        if affected.is_empty() {
            Self::None
        } else {
            Self::ById
        }
    }

    /// Components named by name, if any.
    pub(crate) fn by_name(affected: &[Affected]) -> Self {
        if affected.is_empty() {
            Self::None
        } else {
            Self::ByName
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Affected {
    /// `None` where only a name is published and it fits no component, or several.
    pub key: Option<ComponentKey>,
    pub name: Option<String>,
    /// What the incident says of the component now.
    pub level: Option<Said<Level>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Update {
    pub at: Option<DateTime<Utc>>,
    /// The vendor's word for the phase at that time.
    pub phase: Option<String>,
    /// Plain text: markup removed.
    pub text: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Incident {
    pub id: String,
    pub name: String,
    pub phase: Said<Phase>,
    pub impact: Said<Impact>,
    pub started_at: Option<DateTime<Utc>>,
    pub updated_at: Option<DateTime<Utc>>,
    pub resolved_at: Option<DateTime<Utc>>,
    pub url: Option<String>,
    pub affected: Vec<Affected>,
    pub link: LinkQuality,
    /// Newest first.
    pub updates: Vec<Update>,
    /// Open, and not a word about it for longer than [`super::STALE_AFTER`].
    pub stale: bool,
}

impl Incident {
    /// Whether the vendor has not closed it. A phase that we do not know counts as open.
    pub fn is_open(&self) -> bool {
        self.resolved_at.is_none()
            && !matches!(self.phase.meaning, Phase::Resolved | Phase::Postmortem)
    }

    /// The last time that the vendor said anything about it.
    pub fn last_word_at(&self) -> Option<DateTime<Utc>> {
        let updates = self.updates.iter().filter_map(|update| update.at);
        updates.chain(self.updated_at).chain(self.started_at).max()
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Maintenance {
    pub id: String,
    pub name: String,
    pub phase: Said<MaintenancePhase>,
    pub scheduled_for: Option<DateTime<Utc>>,
    pub scheduled_until: Option<DateTime<Utc>>,
    pub updated_at: Option<DateTime<Utc>>,
    pub url: Option<String>,
    pub affected: Vec<Affected>,
    pub link: LinkQuality,
    /// Newest first.
    pub updates: Vec<Update>,
}

impl Maintenance {
    /// Whether it is under way: the vendor says so, or, where the vendor's phase says nothing, the window is open.
    pub fn is_active(&self, now: DateTime<Utc>) -> bool {
        match self.phase.meaning {
            MaintenancePhase::InProgress | MaintenancePhase::Verifying => true,
            MaintenancePhase::Unknown => {
                self.scheduled_for.is_some_and(|from| from <= now)
                    && self.scheduled_until.is_some_and(|until| now < until)
            }
            _ => false,
        }
    }

    pub fn is_over(&self) -> bool {
        matches!(
            self.phase.meaning,
            MaintenancePhase::Completed | MaintenancePhase::Cancelled
        )
    }
}
