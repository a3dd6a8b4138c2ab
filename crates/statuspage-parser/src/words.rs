//! Allow-lists of vendors' words: what is not listed is not known.

use std::borrow::Cow;

use crate::page::{Impact, Level, MaintenancePhase, Phase};

/// Words in lower case without separators, and their meaning.
pub(crate) type Words<T> = &'static [(&'static str, T)];

/// Looks a word up, whatever its case and separators.
pub(crate) fn find<T: Copy>(words: Words<T>, raw: &str) -> Option<T> {
    words
        .iter()
        .find(|(word, _)| same(word, raw))
        .map(|(_, meaning)| *meaning)
}

fn same(word: &str, raw: &str) -> bool {
    let plain = raw
        .bytes()
        .filter(|b| !matches!(b, b'-' | b'_' | b' '))
        .map(|b| b.to_ascii_lowercase());
    plain.eq(word.bytes())
}

pub(crate) fn owned(raw: Option<Cow<'_, str>>) -> Option<String> {
    raw.map(Cow::into_owned)
}

pub(crate) const PHASES: Words<Phase> = &[
    ("investigating", Phase::Investigating),
    ("identified", Phase::Identified),
    ("monitoring", Phase::Monitoring),
    ("monitored", Phase::Monitoring),
    ("watching", Phase::Monitoring),
    ("resolved", Phase::Resolved),
    ("postmortem", Phase::Postmortem),
];

pub(crate) const IMPACTS: Words<Impact> = &[
    ("none", Impact::None),
    ("minor", Impact::Minor),
    ("major", Impact::Major),
    ("critical", Impact::Critical),
    ("maintenance", Impact::Maintenance),
];

pub(crate) const MAINTENANCE_PHASES: Words<MaintenancePhase> = &[
    ("scheduled", MaintenancePhase::Scheduled),
    ("inprogress", MaintenancePhase::InProgress),
    ("verifying", MaintenancePhase::Verifying),
    ("completed", MaintenancePhase::Completed),
    ("complete", MaintenancePhase::Completed),
    ("maintenancescheduled", MaintenancePhase::Scheduled),
    ("maintenanceinprogress", MaintenancePhase::InProgress),
    ("maintenancecomplete", MaintenancePhase::Completed),
    ("cancelled", MaintenancePhase::Cancelled),
    ("canceled", MaintenancePhase::Cancelled),
];

/// The words that the Statuspage family uses for a component.
pub(crate) const LEVELS: Words<Level> = &[
    ("operational", Level::Operational),
    ("degradedperformance", Level::Degraded),
    ("partialoutage", Level::PartialOutage),
    ("majoroutage", Level::MajorOutage),
    ("fulloutage", Level::MajorOutage),
    ("undermaintenance", Level::Maintenance),
];

/// The words that the Statuspage family uses for the page as a whole.
pub(crate) const INDICATORS: Words<Level> = &[
    ("none", Level::Operational),
    ("minor", Level::Degraded),
    ("major", Level::PartialOutage),
    ("critical", Level::MajorOutage),
    ("maintenance", Level::Maintenance),
];
