//! Ties incidents and maintenance to components where the vendor did, and nowhere else.

use std::collections::HashMap;

use super::super::{Affected, Component, ComponentKey, LevelSource, LinkQuality, Page, Section};

pub(super) fn settle(page: &mut Page) {
    if page.levels == LevelSource::Incidents {
        list_the_affected(page);
    }
    let names = unambiguous_names(&page.components);
    for incident in page.incidents.items_mut() {
        resolve(&mut incident.affected, &names);
        incident.link = quality(incident.link, &incident.affected);
    }
    for maintenance in page.maintenances.items_mut() {
        resolve(&mut maintenance.affected, &names);
        maintenance.link = quality(maintenance.link, &maintenance.affected);
    }
}

/// A page that publishes only trouble lists a component by naming it in an open incident.
fn list_the_affected(page: &mut Page) {
    let mut components = page.components.take();
    let incidents = page
        .incidents
        .iter()
        .filter(|i| i.is_open())
        .map(|i| &i.affected);
    let windows = page
        .maintenances
        .iter()
        .filter(|m| !m.is_over())
        .map(|m| &m.affected);
    for affected in incidents.chain(windows).flatten() {
        let known = components.iter().any(|c| {
            affected.key.as_ref().map_or_else(
                || Some(&c.name) == affected.name.as_ref(),
                |key| c.key == *key,
            )
        });
        if let (false, Some(name)) = (known, affected.name.as_ref()) {
            let key = affected
                .key
                .clone()
                .unwrap_or_else(|| ComponentKey::from_name(&[], name, 1));
            components.push(Component {
                key,
                name: name.clone(),
                ..Component::default()
            });
        }
    }
    if !components.is_empty() {
        page.components = Section::Available(components);
    }
}

/// Names that exactly one leaf carries.
fn unambiguous_names(components: &Section<Component>) -> HashMap<String, ComponentKey> {
    let mut counts: HashMap<&str, (usize, &ComponentKey)> = HashMap::new();
    for component in components.iter().filter(|component| !component.is_group) {
        counts
            .entry(&component.name)
            .or_insert((0, &component.key))
            .0 += 1;
    }
    counts
        .into_iter()
        .filter(|(_, (count, _))| *count == 1)
        .map(|(name, (_, key))| (name.to_owned(), key.clone()))
        .collect()
}

fn resolve(affected: &mut [Affected], names: &HashMap<String, ComponentKey>) {
    for one in affected.iter_mut().filter(|one| one.key.is_none()) {
        one.key = one.name.as_ref().and_then(|name| names.get(name)).cloned();
    }
}

/// What the adapter found out stands; otherwise names were published, or nothing was.
fn quality(said: LinkQuality, affected: &[Affected]) -> LinkQuality {
    match said {
        LinkQuality::None if !affected.is_empty() => LinkQuality::ByName,
        said => said,
    }
}
