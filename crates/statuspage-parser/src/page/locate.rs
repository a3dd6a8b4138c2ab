//! Finding again the component that somebody chose.

use serde::{Deserialize, Serialize};

use super::{Component, ComponentKey, LevelSource, Page, Section};

/// How many look-alikes are offered for a component that is gone.
const SUGGESTIONS: usize = 5;

/// What is remembered of a component when it is chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selection {
    pub key: ComponentKey,
    pub group_path: Vec<String>,
    pub name: String,
}

/// What became of a chosen component. Only equality counts: a part of a name is never a match.
#[derive(Clone, Debug, PartialEq)]
pub enum Located<'a> {
    Found(&'a Component),
    /// Not listed on a page that lists only trouble.
    AbsentIsOperational,
    /// Several fit and only a person can say which.
    Ambiguous(Vec<&'a Component>),
    /// The page lists its components and this is not among them; these resemble it.
    Gone(Vec<&'a Component>),
    /// The page's components could not be read, for this reason.
    Unreadable(&'a str),
}

impl From<&Component> for Selection {
    fn from(component: &Component) -> Self {
        Self {
            key: component.key.clone(),
            group_path: component.group_path.clone(),
            name: component.name.clone(),
        }
    }
}

impl Page {
    /// By key, then by path and name, and by nothing else.
    pub fn locate(&self, selection: &Selection) -> Located<'_> {
        if let Some(found) = self.components.iter().find(|c| c.key == selection.key) {
            return Located::Found(found);
        }
        let same: Vec<&Component> = self
            .components
            .iter()
            .filter(|c| c.name == selection.name && c.group_path == selection.group_path)
            .collect();
        match (same.as_slice(), &self.components) {
            ([only], _) => Located::Found(only),
            ([_, _, ..], _) => Located::Ambiguous(same),
            ([], Section::Failed(reason)) => Located::Unreadable(reason),
            ([], Section::NotAttempted) => {
                Located::Unreadable("the list of components was not read")
            }
            ([], Section::Unsupported) => Located::Unreadable("this page publishes no components"),
            ([], _) if self.absent_is_operational() => Located::AbsentIsOperational,
            ([], _) => Located::Gone(self.resembling(&selection.name)),
        }
    }

    /// Absence means health only while the list of trouble itself was read.
    fn absent_is_operational(&self) -> bool {
        self.levels == LevelSource::Incidents && self.incidents.is_known()
    }

    fn resembling(&self, name: &str) -> Vec<&Component> {
        let wanted = name.to_lowercase();
        let mut scored: Vec<(usize, &Component)> = self
            .leaves()
            .filter_map(|c| Some((resemblance(&wanted, &c.name.to_lowercase())?, c)))
            .collect();
        scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        scored
            .into_iter()
            .take(SUGGESTIONS)
            .map(|(_, c)| c)
            .collect()
    }
}

/// Words in common, counted double when the whole names agree.
fn resemblance(wanted: &str, candidate: &str) -> Option<usize> {
    if wanted == candidate {
        return Some(usize::MAX);
    }
    let words: Vec<&str> = wanted
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .collect();
    let shared = candidate
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty() && words.contains(w))
        .count();
    (shared > 0).then_some(shared)
}
