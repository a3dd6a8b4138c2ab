//! Which components are groups, what path leads to each, and a key for those that have none.

use std::collections::{HashMap, HashSet};

use super::super::{Component, ComponentKey, Page, Section};
use crate::{Warning, WarningKind};

/// Deeper nesting than any page has, and an end to parents that form a ring.
const MAX_DEPTH: usize = 8;

pub(super) fn settle(page: &mut Page) {
    let mut components = page.components.take();
    if components.is_empty() {
        return;
    }
    for name in drop_doubles(&mut components) {
        page.warn(Warning::new(
            WarningKind::Duplicate,
            format!("two components with the id of {name}"),
        ));
    }
    mark_groups(&mut components);
    trace_paths(&mut components);
    give_keys(&mut components);
    page.components = Section::Available(components);
}

/// The same id twice is the same component: the first stands.
fn drop_doubles(components: &mut Vec<Component>) -> Vec<String> {
    let mut seen = HashSet::new();
    let mut dropped = Vec::new();
    components.retain(|component| {
        let fresh = component.key.is_empty() || seen.insert(component.key.clone());
        if !fresh {
            dropped.push(component.name.clone());
        }
        fresh
    });
    dropped
}

/// Whatever another component names as its parent is a group, also where nothing else says so.
fn mark_groups(components: &mut [Component]) {
    let parents: HashSet<ComponentKey> = components
        .iter()
        .filter_map(|component| component.parent.clone())
        .collect();
    for component in components {
        component.is_group |= !component.key.is_empty() && parents.contains(&component.key);
    }
}

fn trace_paths(components: &mut [Component]) {
    let known: HashMap<ComponentKey, (String, Option<ComponentKey>)> = components
        .iter()
        .filter(|component| component.is_group)
        .map(|c| (c.key.clone(), (c.name.clone(), c.parent.clone())))
        .collect();
    for component in components {
        let Some(first) = component
            .parent
            .clone()
            .filter(|key| known.contains_key(key))
        else {
            continue;
        };
        let mut path = Vec::new();
        let mut next = Some(first);
        while let Some((name, parent)) = next.as_ref().and_then(|key| known.get(key)) {
            path.push(name.clone());
            next.clone_from(parent);
            if path.len() == MAX_DEPTH {
                break;
            }
        }
        path.reverse();
        component.group_path = path;
    }
}

fn give_keys(components: &mut [Component]) {
    let mut counts: HashMap<(Vec<String>, String), usize> = HashMap::new();
    for component in components
        .iter_mut()
        .filter(|component| component.key.is_empty())
    {
        let ordinal = counts
            .entry((component.group_path.clone(), component.name.clone()))
            .and_modify(|n| *n += 1)
            .or_insert(1);
        component.key = ComponentKey::from_name(&component.group_path, &component.name, *ordinal);
    }
}
