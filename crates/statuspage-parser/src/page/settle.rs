//! Draws the conclusions that no single document states: groups, keys, links, levels, contradictions.

mod groups;
mod links;

use std::collections::{HashMap, hash_map::Entry};

use chrono::{DateTime, TimeDelta, Utc};

use super::{Component, ComponentKey, Impact, Incident, Level, LevelSource, Page, Said};
use crate::{Warning, WarningKind};

/// An open incident about which nothing was said for this long is a leftover and decides nothing.
pub const STALE_AFTER: TimeDelta = TimeDelta::days(30);

impl Page {
    /// Completes a page whose documents have all been read. Without `now` no incident counts as stale.
    pub(crate) fn settle(&mut self, now: Option<DateTime<Utc>>) {
        self.mark_stale(now);
        groups::settle(self);
        links::settle(self);
        if self.levels == LevelSource::Incidents {
            self.take_levels_from_incidents(now);
        }
        self.roll_up_groups();
        self.settle_overall();
        self.note_contradictions();
    }

    /// Groups, paths and keys, as far as one document tells them: what is merged must have keys.
    pub(crate) fn settle_components(&mut self) {
        groups::settle(self);
    }

    fn mark_stale(&mut self, now: Option<DateTime<Utc>>) {
        let mut stale = Vec::new();
        for incident in self.incidents.items_mut() {
            let last_word = incident.last_word_at();
            incident.stale = incident.is_open()
                && now
                    .zip(last_word)
                    .is_some_and(|(now, at)| now - at > STALE_AFTER);
            if incident.stale {
                stale.push(incident.name.clone());
            }
        }
        for name in stale {
            self.warn(Warning::new(
                WarningKind::Stale,
                format!("open without news for over 30 days: {name}"),
            ));
        }
    }

    /// On a page that publishes only trouble, whatever no open incident names is operational, provided that the
    /// incidents could be read.
    fn take_levels_from_incidents(&mut self, now: Option<DateTime<Utc>>) {
        let base = if self.incidents.is_known() {
            Level::Operational
        } else {
            Level::Unknown
        };
        let mut claims: HashMap<ComponentKey, Said<Level>> = HashMap::new();
        for incident in self.incidents.iter().filter(|incident| incident.is_open()) {
            for (key, mut said) in claimed(incident) {
                if incident.stale {
                    said.meaning = Level::Unknown;
                }
                claim(&mut claims, key, said);
            }
        }
        for maintenance in &self.maintenances {
            if now.is_none_or(|now| maintenance.is_active(now)) && !maintenance.is_over() {
                for key in maintenance.affected.iter().filter_map(|a| a.key.clone()) {
                    let raw = maintenance.phase.raw.clone();
                    claim(
                        &mut claims,
                        key,
                        Said {
                            meaning: Level::Maintenance,
                            raw,
                        },
                    );
                }
            }
        }
        for component in self.components.items_mut() {
            component.status = claims.remove(&component.key).unwrap_or(Said::derived(base));
        }
    }

    /// A group without a word of its own is what its leaves are, and one with a word is never better than they are.
    fn roll_up_groups(&mut self) {
        let groups = self
            .components
            .iter()
            .filter(|component| component.is_group);
        let rolled: HashMap<ComponentKey, Level> = groups
            .map(|group| (group.key.clone(), Level::roll_up(self.levels_under(group))))
            .collect();
        for group in self.components.items_mut() {
            let Some(inside) = rolled.get(&group.key).copied() else {
                continue;
            };
            group.status.meaning = match group.status.raw {
                Some(_) => group.status.meaning.worse(inside),
                None => inside,
            };
        }
    }

    /// Levels of the leaves whose path leads through this group.
    fn levels_under(&self, group: &Component) -> Vec<Level> {
        let mut path = group.group_path.clone();
        path.push(group.name.clone());
        self.leaves()
            .filter(|leaf| leaf.group_path.starts_with(&path))
            .map(|leaf| leaf.status.meaning)
            .collect()
    }

    fn settle_overall(&mut self) {
        if self.overall.raw.is_some() || self.overall.meaning != Level::Unknown {
            return;
        }
        let listed = Level::roll_up(self.leaves().map(|leaf| leaf.status.meaning));
        let only_trouble = self.levels == LevelSource::Incidents && self.incidents.is_known();
        self.overall = Said::derived(if only_trouble {
            self.worst_of_incidents(listed)
        } else {
            listed
        });
    }

    /// On a page that publishes only trouble, no trouble is good news, and trouble without components is trouble.
    fn worst_of_incidents(&self, listed: Level) -> Level {
        let mut worst = Level::Operational;
        let mut doubtful = listed == Level::Unknown && self.leaves().next().is_some();
        for incident in self.open_incidents() {
            let weighty = !matches!(incident.impact.meaning, Impact::None | Impact::Maintenance);
            if weighty && incident.stale {
                doubtful = true;
            } else if weighty {
                worst = worst.worse(Level::Degraded);
            }
        }
        match (doubtful, worst, listed) {
            (true, Level::Operational, Level::Operational) => Level::Unknown,
            (true, Level::Operational, listed) => listed,
            (_, worst, listed) => worst.worse(listed),
        }
    }

    fn note_contradictions(&mut self) {
        let worst = self.leaves().fold(Level::Unknown, |worst, leaf| {
            worst.worse(leaf.status.meaning)
        });
        let (Some(said), Some(seen)) = (self.overall.meaning.severity(), worst.severity()) else {
            return;
        };
        let (said_fine, seen_fine) = (said < 2, seen < 2);
        if said_fine != seen_fine {
            self.warn(Warning::new(
                WarningKind::Contradiction,
                format!(
                    "the page as a whole is {}, its worst component {}",
                    self.overall.meaning.as_str(),
                    worst.as_str()
                ),
            ));
        }
    }
}

/// Keeps the worst that is said of a component.
fn claim(claims: &mut HashMap<ComponentKey, Said<Level>>, key: ComponentKey, said: Said<Level>) {
    match claims.entry(key) {
        Entry::Vacant(free) => {
            free.insert(said);
        }
        Entry::Occupied(mut known) => {
            let before = known.get().meaning;
            // Healthy in one incident and doubtful in another is doubtful.
            let doubt = before == Level::Operational && said.meaning == Level::Unknown;
            if doubt || before.worse(said.meaning) != before {
                known.insert(said);
            }
        }
    }
}

/// What an incident says of each component it names; where it says nothing of one, its impact does.
fn claimed(incident: &Incident) -> impl Iterator<Item = (ComponentKey, Said<Level>)> + '_ {
    let by_impact = match incident.impact.meaning {
        Impact::None => Level::Operational,
        Impact::Minor => Level::Degraded,
        Impact::Major => Level::PartialOutage,
        Impact::Critical => Level::MajorOutage,
        Impact::Maintenance => Level::Maintenance,
        Impact::Unknown => Level::Unknown,
    };
    incident.affected.iter().filter_map(move |one| {
        let said = one.level.clone().unwrap_or_else(|| Said {
            meaning: by_impact,
            raw: incident.impact.raw.clone(),
        });
        Some((one.key.clone()?, said))
    })
}
