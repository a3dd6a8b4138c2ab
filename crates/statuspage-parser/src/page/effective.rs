//! The level that counts: what is published of a component, and the floor that its incidents set.

use super::{Component, Impact, Incident, Level, LevelSource, Page, Phase};

/// A component's level after its open incidents were heard.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effective<'a> {
    pub level: Level,
    pub published: Level,
    /// The incident that made it worse than published.
    pub floor: Option<&'a Incident>,
}

impl Page {
    /// Vendors open incidents and leave the component green. An open incident that names the component by id and has
    /// weight makes it at least degraded; one that is being monitored, without impact or stale does not.
    pub fn effective(&self, component: &Component) -> Effective<'_> {
        let published = component.status.meaning;
        // Where levels come from incidents they are heard already.
        let better = self.levels == LevelSource::Components
            && published.severity() < Level::Degraded.severity();
        let floor = better
            .then(|| {
                self.open_incidents()
                    .find(|incident| sets_floor(incident, component))
            })
            .flatten();
        Effective {
            level: floor.map_or(published, |_| published.worse(Level::Degraded)),
            published,
            floor,
        }
    }
}

fn sets_floor(incident: &Incident, component: &Component) -> bool {
    let weighty = matches!(
        incident.impact.meaning,
        Impact::Minor | Impact::Major | Impact::Critical
    );
    weighty
        && !incident.stale
        && incident.phase.meaning != Phase::Monitoring
        && incident.affected.iter().any(|affected| {
            affected.key.as_ref() == Some(&component.key)
                && affected.level.as_ref().map(|said| said.meaning) != Some(Level::Operational)
        })
}
