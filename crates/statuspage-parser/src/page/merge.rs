//! Two documents of one page made into one.

use std::collections::{HashMap, HashSet};

use super::{Component, ComponentKey, Incident, Level, LevelSource, Page, Section};

impl Page {
    /// Takes from `other`, a less authoritative document of the same page, what this one lacks. Where both list
    /// components, this one decides which there are, and `other` fills their blanks; groups are taken from both.
    pub(crate) fn complete_with(&mut self, other: Self) {
        self.fill_header(&other);
        let Self {
            components,
            incidents,
            maintenances,
            warnings,
            continues,
            levels,
            ..
        } = other;
        if levels == LevelSource::Incidents {
            self.levels = levels;
        }
        match (&mut self.components, components) {
            (Section::Available(mine), Section::Available(theirs)) => fill_components(mine, theirs),
            (mine, theirs) if theirs.weight() > mine.weight() => *mine = theirs,
            _ => {}
        }
        match (&mut self.incidents, incidents) {
            (Section::Available(mine), Section::Available(theirs)) => add_incidents(mine, theirs),
            (mine, theirs) if theirs.weight() > mine.weight() => *mine = theirs,
            _ => {}
        }
        match (&mut self.maintenances, maintenances) {
            (Section::Available(mine), Section::Available(theirs)) => {
                for maintenance in theirs {
                    if !mine.iter().any(|m| m.id == maintenance.id) {
                        mine.push(maintenance);
                    }
                }
            }
            (mine, theirs) if theirs.weight() > mine.weight() => *mine = theirs,
            _ => {}
        }
        for warning in warnings {
            self.warn(warning);
        }
        self.continues = self.continues.take().or(continues);
    }

    /// Joins a document that stands beside this one: what either lists is listed.
    pub(crate) fn join(&mut self, mut other: Self) {
        let theirs = other.components.take();
        let mut mine = self.components.take();
        let known: HashSet<ComponentKey> = mine.iter().map(|one| one.key.clone()).collect();
        let (same, new): (Vec<_>, Vec<_>) =
            theirs.into_iter().partition(|one| known.contains(&one.key));
        fill_components(&mut mine, same);
        mine.extend(new);
        if !mine.is_empty() {
            self.components = Section::Available(mine);
        }
        self.complete_with(other);
    }

    /// Appends the next part of a list that is published in parts.
    pub(crate) fn append(&mut self, next: Self) {
        self.continues = None;
        self.join(next);
    }

    fn fill_header(&mut self, other: &Self) {
        fn fill<T: Clone>(mine: &mut Option<T>, theirs: Option<&T>) {
            if mine.is_none() {
                *mine = theirs.cloned();
            }
        }
        fill(&mut self.name, other.name.as_ref());
        fill(&mut self.url, other.url.as_ref());
        fill(&mut self.id, other.id.as_ref());
        fill(&mut self.time_zone, other.time_zone.as_ref());
        fill(&mut self.headline, other.headline.as_ref());
        self.updated_at = self.updated_at.max(other.updated_at);
        if self.overall.raw.is_none() && other.overall.raw.is_some() {
            self.overall = other.overall.clone();
        }
    }
}

fn fill_components(mine: &mut Vec<Component>, theirs: Vec<Component>) {
    let places: HashMap<ComponentKey, usize> = mine
        .iter()
        .enumerate()
        .map(|(at, c)| (c.key.clone(), at))
        .collect();
    for component in theirs {
        match places.get(&component.key) {
            Some(&at) => fill_component(&mut mine[at], component),
            None if component.is_group => mine.push(component),
            None => {}
        }
    }
}

fn fill_component(mine: &mut Component, theirs: Component) {
    if mine.status.raw.is_none() && theirs.status.meaning != Level::Unknown {
        mine.status = theirs.status;
    } else if mine.status.raw.is_none() {
        mine.status.raw = theirs.status.raw;
    }
    mine.parent = mine.parent.take().or(theirs.parent);
    mine.region = mine.region.take().or(theirs.region);
    mine.description = mine.description.take().or(theirs.description);
    mine.updated_at = mine.updated_at.max(theirs.updated_at);
    mine.position = mine.position.or(theirs.position);
    mine.is_group |= theirs.is_group;
}

/// The same incident in two documents is one; the one that knows its components is kept.
fn add_incidents(mine: &mut Vec<Incident>, theirs: Vec<Incident>) {
    for incident in theirs {
        match mine.iter_mut().find(|known| known.id == incident.id) {
            Some(known) if known.affected.is_empty() && !incident.affected.is_empty() => {
                *known = incident;
            }
            Some(_) => {}
            None => mine.push(incident),
        }
    }
}
