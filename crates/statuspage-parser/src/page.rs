//! The one shape that every vendor's page is read into.

mod component;
mod effective;
mod incident;
mod level;
mod locate;
mod merge;
mod section;
mod settle;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use component::{Component, ComponentKey};
pub use effective::Effective;
pub use incident::{
    Affected, Impact, Incident, LinkQuality, Maintenance, MaintenancePhase, Phase, Update,
};
pub use level::{Level, Said};
pub use locate::{Located, Selection};
pub use section::Section;
pub use settle::STALE_AFTER;

use crate::{Provider, Warning};

/// What a vendor's page said, in our words, with theirs beside them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Page {
    pub provider: Provider,
    pub name: Option<String>,
    /// The address that the page gives for itself; it may be relative or outdated.
    pub url: Option<String>,
    pub id: Option<String>,
    /// The zone in which the page writes times without an offset.
    pub time_zone: Option<String>,
    pub updated_at: Option<DateTime<Utc>>,
    pub overall: Said<Level>,
    /// The page's own sentence about itself; free text in any language, never interpreted.
    pub headline: Option<String>,
    pub components: Section<Component>,
    pub incidents: Section<Incident>,
    pub maintenances: Section<Maintenance>,
    pub levels: LevelSource,
    pub warnings: Vec<Warning>,
    /// Where the rest of this list is published, absolute or relative to the document that was read.
    pub continues: Option<String>,
}

/// Where the level of a component comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LevelSource {
    /// Each component is published with its own level; one that is missing is gone.
    Components,
    /// Only trouble is published: a component is operational because no open incident names it.
    Incidents,
}

impl Page {
    /// An empty page, on which every section is still to be read.
    pub fn new(provider: Provider) -> Self {
        Self {
            provider,
            name: None,
            url: None,
            id: None,
            time_zone: None,
            updated_at: None,
            overall: Said::default(),
            headline: None,
            components: Section::NotAttempted,
            incidents: Section::NotAttempted,
            maintenances: Section::NotAttempted,
            levels: LevelSource::Components,
            warnings: Vec::new(),
            continues: None,
        }
    }

    /// The components that are not groups, in page order.
    pub fn leaves(&self) -> impl Iterator<Item = &Component> {
        self.components
            .iter()
            .filter(|component| !component.is_group)
    }

    pub fn open_incidents(&self) -> impl Iterator<Item = &Incident> {
        self.incidents.iter().filter(|incident| incident.is_open())
    }

    /// The maintenance windows that are under way now.
    pub fn active_maintenances(&self, now: DateTime<Utc>) -> impl Iterator<Item = &Maintenance> {
        self.maintenances
            .iter()
            .filter(move |maintenance| maintenance.is_active(now))
    }
}
