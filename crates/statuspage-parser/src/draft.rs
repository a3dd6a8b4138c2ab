//! What adapters use to fill a page: words looked up, times read, oddities noted instead of guessed over.

use std::borrow::Cow;

use chrono::{DateTime, Utc};

use crate::{
    Warning, WarningKind,
    html::plain_text,
    instant,
    node::Node,
    page::{Affected, Component, Incident, Maintenance, Page, Said, Section, Update},
    words::{self, Words},
};

/// The newest updates of an incident that are kept.
const MAX_UPDATES: usize = 20;
/// Characters of an update that are kept.
const MAX_TEXT: usize = 2000;

impl Page {
    /// The meaning of a vendor's word; a word outside the list is unknown and noted.
    pub(crate) fn say<T: Copy + Default>(
        &mut self,
        words: Words<T>,
        raw: Option<Cow<'_, str>>,
        what: &str,
    ) -> Said<T> {
        let Some(raw) = raw else {
            return Said::default();
        };
        let meaning = words::find(words, &raw);
        if meaning.is_none() {
            self.warn(Warning::new(
                WarningKind::UnknownWord,
                format!("{what}: {raw}"),
            ));
        }
        Said {
            meaning: meaning.unwrap_or_default(),
            raw: Some(raw.into_owned()),
        }
    }

    /// A time of this page, in the page's zone where it carries none of its own.
    pub(crate) fn time(&mut self, node: Option<Node<'_>>) -> Option<DateTime<Utc>> {
        let read = instant::read(node?, self.time_zone.as_deref());
        self.admit(read)
    }

    pub(crate) fn time_of(&mut self, text: Option<&str>) -> Option<DateTime<Utc>> {
        let read = instant::parse(text?, self.time_zone.as_deref());
        self.admit(read)
    }

    fn admit(&mut self, read: Option<instant::Instant>) -> Option<DateTime<Utc>> {
        let instant = read?;
        if instant.assumed_utc {
            self.warn(Warning::new(
                WarningKind::AssumedUtc,
                "times without a zone were read as UTC",
            ));
        }
        Some(instant.at)
    }

    pub(crate) fn dropped(&mut self, what: impl Into<String>) {
        self.warn(Warning::new(WarningKind::Dropped, what));
    }

    /// A component of this page, or a note that one without a name was left out.
    pub(crate) fn component(
        &mut self,
        id: impl Into<String>,
        name: Option<&str>,
    ) -> Option<Component> {
        let component = name.map(|name| Component::new(id, name));
        if component.is_none() {
            self.dropped("a component without a name");
        }
        component
    }

    /// An incident; one without a title is kept and noted, because what is open matters more than what it is called.
    pub(crate) fn incident(&mut self, id: impl Into<String>, name: Option<&str>) -> Incident {
        let (id, name) = self.title(id.into(), name, "incident");
        Incident {
            id,
            name,
            ..Incident::default()
        }
    }

    pub(crate) fn maintenance(&mut self, id: impl Into<String>, name: Option<&str>) -> Maintenance {
        let (id, name) = self.title(id.into(), name, "maintenance");
        Maintenance {
            id,
            name,
            ..Maintenance::default()
        }
    }

    fn title(&mut self, id: String, name: Option<&str>, what: &str) -> (String, String) {
        let name = name.map_or_else(
            || {
                self.dropped(format!("the title of an {what} is missing"));
                format!("Untitled {what}")
            },
            plain_text,
        );
        (if id.is_empty() { name.clone() } else { id }, name)
    }
}

/// A section that is a list in the document, or why it cannot be read. Absent says nothing.
pub(crate) fn section<'a, T>(
    node: Node<'a>,
    key: &str,
    read: impl FnMut(Node<'a>) -> Option<T>,
) -> Section<T> {
    if !node.has(key) || node.get(key).is_none() {
        Section::NotAttempted
    } else if node.is_list(key) {
        Section::of(node.objects(key).filter_map(read).collect())
    } else {
        Section::Failed(format!("`{key}` is not a list"))
    }
}

pub(crate) fn update(
    at: Option<DateTime<Utc>>,
    phase: Option<Cow<'_, str>>,
    markup: Option<&str>,
) -> Update {
    let mut text = plain_text(markup.unwrap_or_default());
    if let Some((end, _)) = text.char_indices().nth(MAX_TEXT) {
        text.truncate(end);
        text.push('…');
    }
    Update {
        at,
        phase: words::owned(phase),
        text,
    }
}

/// Newest first, and not more than anybody reads.
pub(crate) fn newest_first(mut updates: Vec<Update>) -> Vec<Update> {
    updates.sort_by_key(|update| std::cmp::Reverse(update.at));
    updates.truncate(MAX_UPDATES);
    updates
}

pub(crate) fn affected_name(name: &str) -> Affected {
    Affected {
        key: None,
        name: Some(name.to_owned()),
        level: None,
    }
}
