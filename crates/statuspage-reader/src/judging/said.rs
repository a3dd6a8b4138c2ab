//! The vendor's words about what a service follows, cut to what is kept with a look.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    failure::clean,
    vendor::{Incident, Maintenance, Said, Update},
};
use statuspage_parser::{
    Page,
    page::{self, Affected, Component, Impact, LinkQuality, MaintenancePhase, Phase},
};
use url::Url;

/// Most incidents, and most maintenance windows, of one look.
const MOST: usize = 10;
/// Most updates of one incident.
const MOST_UPDATES: usize = 5;
/// Most incidents that name nothing.
const MOST_NOTES: usize = 5;
/// Characters of one update.
const LONGEST_TEXT: usize = 500;
/// Characters of a name or an address.
const LONGEST_NAME: usize = 300;
/// Maintenance further ahead is not news yet.
const SOON: TimeDelta = TimeDelta::days(7);

/// What is followed on a page.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Followed<'a> {
    Whole,
    Component(&'a Component),
    /// A component that is listed only while something is wrong with it.
    Absent,
}

/// The open incidents that name what is followed, worst first.
pub(crate) fn linked<'a>(page: &'a Page, followed: Followed<'_>) -> Vec<&'a page::Incident> {
    let mut linked: Vec<_> = page
        .open_incidents()
        .filter(|incident| names(page, &incident.affected, followed))
        .collect();
    linked.sort_by_key(|incident| (incident.stale, weight(incident.impact.meaning)));
    linked
}

/// Everything but the level.
pub(crate) fn said(
    page: &Page,
    (name, home): (&str, &str),
    followed: Followed<'_>,
    now: DateTime<Utc>,
) -> Said {
    let of_vendor = |one: &page::Incident| incident(one, home);
    let notes = page
        .open_incidents()
        .filter(|one| !matches!(followed, Followed::Whole) && names_nothing(one));
    let maintenances = page
        .maintenances
        .iter()
        .filter(|one| names(page, &one.affected, followed) && is_near(one, now));
    Said {
        page: cut(name, LONGEST_NAME),
        page_url: cut(home, LONGEST_NAME),
        incidents: linked(page, followed)
            .into_iter()
            .take(MOST)
            .map(of_vendor)
            .collect(),
        maintenances: maintenances
            .take(MOST)
            .map(|one| maintenance(one, home, now))
            .collect(),
        notes: notes.take(MOST_NOTES).map(of_vendor).collect(),
        ..Said::default()
    }
}

/// Whether something names what is followed: by key, never by a part of a name.
fn names(page: &Page, affected: &[Affected], followed: Followed<'_>) -> bool {
    let component = match followed {
        Followed::Whole => return true,
        Followed::Absent => return false,
        Followed::Component(component) => component,
    };
    let keys = || affected.iter().filter_map(|one| one.key.as_ref());
    if keys().any(|key| *key == component.key) {
        return true;
    }
    if !component.is_group {
        return false;
    }
    let mut path = component.group_path.clone();
    path.push(component.name.clone());
    page.leaves()
        .filter(|leaf| leaf.group_path.starts_with(&path))
        .any(|leaf| keys().any(|key| *key == leaf.key))
}

fn names_nothing(incident: &page::Incident) -> bool {
    matches!(incident.link, LinkQuality::None | LinkQuality::PageWide)
        || incident.affected.iter().all(|one| one.key.is_none())
}

fn is_near(maintenance: &page::Maintenance, now: DateTime<Utc>) -> bool {
    let soon = |from: DateTime<Utc>| from <= now + SOON;
    let past = |until: DateTime<Utc>| until <= now;
    maintenance.is_active(now)
        || (!maintenance.is_over()
            && maintenance.scheduled_for.is_some_and(soon)
            && !maintenance.scheduled_until.is_some_and(past))
}

fn incident(one: &page::Incident, home: &str) -> Incident {
    let updates = one.updates.iter().take(MOST_UPDATES);
    Incident {
        id: cut(&one.id, LONGEST_NAME),
        name: cut(&one.name, LONGEST_NAME),
        impact: impact(one.impact.meaning).to_owned(),
        phase: phase(one.phase.meaning).to_owned(),
        started_at: one.started_at,
        url: address(one.url.as_deref(), home),
        updates: updates
            .map(|update| Update {
                at: update.at,
                phase: update.phase.as_deref().map(|word| cut(word, LONGEST_NAME)),
                text: cut(&update.text, LONGEST_TEXT),
            })
            .collect(),
    }
}

fn maintenance(one: &page::Maintenance, home: &str, now: DateTime<Utc>) -> Maintenance {
    Maintenance {
        id: cut(&one.id, LONGEST_NAME),
        name: cut(&one.name, LONGEST_NAME),
        phase: maintenance_phase(one.phase.meaning).to_owned(),
        scheduled_for: one.scheduled_for,
        scheduled_until: one.scheduled_until,
        url: address(one.url.as_deref(), home),
        active: one.is_active(now),
    }
}

/// An address that a person may be sent to; vendors write some relative to their page.
fn address(url: Option<&str>, home: &str) -> Option<String> {
    let url = url?;
    let absolute = Url::parse(url)
        .or_else(|_| Url::parse(home)?.join(url))
        .ok()?;
    let fits = matches!(absolute.scheme(), "http" | "https") && absolute.as_str().len() <= 2_000;
    fits.then(|| absolute.into())
}

pub(super) fn cut(text: &str, longest: usize) -> String {
    // Room for the sign that something was cut off.
    clean(text, longest - 1)
}

fn weight(impact: Impact) -> u8 {
    match impact {
        Impact::Critical => 0,
        Impact::Major => 1,
        Impact::Minor => 2,
        Impact::Unknown => 3,
        Impact::Maintenance => 4,
        Impact::None => 5,
    }
}

fn impact(impact: Impact) -> &'static str {
    match impact {
        Impact::None => "none",
        Impact::Minor => "minor",
        Impact::Major => "major",
        Impact::Critical => "critical",
        Impact::Maintenance => "maintenance",
        Impact::Unknown => "unknown",
    }
}

fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Investigating => "investigating",
        Phase::Identified => "identified",
        Phase::Monitoring => "monitoring",
        Phase::Resolved => "resolved",
        Phase::Postmortem => "postmortem",
        Phase::Unknown => "unknown",
    }
}

fn maintenance_phase(phase: MaintenancePhase) -> &'static str {
    match phase {
        MaintenancePhase::Scheduled => "scheduled",
        MaintenancePhase::InProgress => "in_progress",
        MaintenancePhase::Verifying => "verifying",
        MaintenancePhase::Completed => "completed",
        MaintenancePhase::Cancelled => "cancelled",
        MaintenancePhase::Unknown => "unknown",
    }
}
