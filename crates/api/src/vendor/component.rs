//! Choosing a component of a page: by its key or by its whole name, never by a part of it.

use domain::{failure::clean, vendor::Component};
use statuspage_parser::{
    Page,
    page::{self, ComponentKey, Located, Selection},
};

/// Most candidates that a sentence names.
const MOST_NAMED: usize = 8;
/// Of the name of a component, in characters.
const LONGEST_NAME: usize = 120;

/// What somebody wants of a page; neither means the page as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wish<'a> {
    pub key: Option<&'a str>,
    pub name: Option<&'a str>,
}

/// Why a wish fits no component: the field that is wrong, and what is wrong with it.
pub type Misfit = (&'static str, String);

/// The component that is meant, or none for the page as a whole. The key wins over the name.
pub fn choose(page: &Page, wish: Wish<'_>) -> Result<Option<Component>, Misfit> {
    match wish {
        Wish { key: Some(key), .. } => by_key(page, key).map(Some),
        Wish {
            name: Some(name), ..
        } => by_name(page, name).map(Some),
        Wish { .. } => Ok(None),
    }
}

fn by_key(page: &Page, key: &str) -> Result<Component, Misfit> {
    let mut all = page.components.iter();
    let found = all.find(|component| component.key.as_str() == key);
    found.map(remembered).ok_or_else(|| {
        let all: Vec<_> = page.leaves().collect();
        let reason = format!("is no component of this page{}", listed(&all));
        ("component_key", reason)
    })
}

fn by_name(page: &Page, name: &str) -> Result<Component, Misfit> {
    let same: Vec<_> = page
        .leaves()
        .filter(|component| component.name == name)
        .collect();
    let reason = match same.as_slice() {
        [only] => return Ok(remembered(only)),
        [] => {
            let similar = similar(page, name);
            format!("is no component of this page{}", listed(&similar))
        }
        several => {
            let places: Vec<String> = several.iter().copied().map(place).collect();
            format!(
                "names {} components: {}; send component_key to say which",
                several.len(),
                places.join(", ")
            )
        }
    };
    Err(("component_name", reason))
}

/// Those that resemble the name, or else all.
fn similar<'a>(page: &'a Page, name: &str) -> Vec<&'a page::Component> {
    let selection = Selection {
        key: ComponentKey::default(),
        group_path: Vec::new(),
        name: name.to_owned(),
    };
    match page.locate(&selection) {
        Located::Gone(similar) if !similar.is_empty() => similar,
        _ => page.leaves().collect(),
    }
}

fn listed(all: &[&page::Component]) -> String {
    if all.is_empty() {
        return ", which lists none".to_owned();
    }
    let names: Vec<String> = all
        .iter()
        .take(MOST_NAMED)
        .map(|component| place(component))
        .collect();
    let more = match all.len().saturating_sub(MOST_NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("; it has {}{more}", names.join(", "))
}

/// “Name (Group › Subgroup, key)”, as far as there is any.
fn place(component: &page::Component) -> String {
    let name = clean(&component.name, LONGEST_NAME);
    if component.group_path.is_empty() {
        return format!("“{name}” ({})", component.key);
    }
    let path = clean(&component.group_path.join(" › "), LONGEST_NAME);
    format!("“{name}” in {path} ({})", component.key)
}

fn remembered(component: &page::Component) -> Component {
    Component {
        key: component.key.to_string(),
        name: component.name.clone(),
        group_path: component.group_path.clone(),
    }
}
