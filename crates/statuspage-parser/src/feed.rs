//! RSS and Atom, read into one list of entries.

use quick_xml::{
    Reader, XmlVersion,
    events::{BytesRef, BytesStart, Event},
};

use crate::ParseError;

/// Deeper nesting than any feed has.
const MAX_DEPTH: usize = 64;
/// More entries than any feed needs; the rest is left unread.
const MAX_ENTRIES: usize = 500;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FeedKind {
    Rss,
    Atom,
}

#[derive(Debug)]
pub(crate) struct Feed {
    pub(crate) kind: FeedKind,
    pub(crate) title: String,
    pub(crate) link: Option<String>,
    pub(crate) id: String,
    pub(crate) updated: Option<String>,
    pub(crate) entries: Vec<Entry>,
    pub(crate) truncated: bool,
}

/// One item of a feed; text as published, markup included.
#[derive(Debug, Default)]
pub(crate) struct Entry {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) link: Option<String>,
    pub(crate) published: Option<String>,
    pub(crate) updated: Option<String>,
    pub(crate) content: String,
    pub(crate) categories: Vec<String>,
}

impl Feed {
    /// Anything whose root is not that of a feed is refused: an error document is not "no incidents".
    pub(crate) fn read(text: &str) -> Result<Self, ParseError> {
        let mut reader = Reader::from_str(text);
        let config = reader.config_mut();
        config.allow_dangling_amp = true;
        config.expand_empty_elements = true;
        let mut walk = Walk::default();
        loop {
            let event = reader.read_event().map_err(|error| ParseError::Xml {
                reason: error.to_string(),
            })?;
            match event {
                Event::Start(tag) => walk.open(&tag)?,
                Event::End(_) => walk.close(),
                Event::Text(text) => walk.text.push_str(&text.xml10_content()),
                Event::CData(text) => walk.text.push_str(&text.xml10_content()),
                Event::GeneralRef(reference) => walk.reference(&reference),
                Event::Eof => break,
                _ => {}
            }
        }
        walk.finish()
    }
}

/// Where the reader is, and what it has collected.
#[derive(Default)]
struct Walk {
    path: Vec<String>,
    text: String,
    kind: Option<FeedKind>,
    title: String,
    link: Option<String>,
    id: String,
    updated: Option<String>,
    entries: Vec<Entry>,
    entry: Option<Entry>,
    truncated: bool,
}

impl Walk {
    fn open(&mut self, tag: &BytesStart<'_>) -> Result<(), ParseError> {
        if self.path.len() >= MAX_DEPTH {
            return Err(ParseError::TooDeep);
        }
        let local = tag.local_name();
        let name = local.into_inner().to_ascii_lowercase();
        if self.path.is_empty() && self.kind.is_none() {
            self.kind = match name.as_str() {
                "rss" | "rdf" => Some(FeedKind::Rss),
                "feed" => Some(FeedKind::Atom),
                _ => {
                    return Err(ParseError::Xml {
                        reason: format!("the root is <{name}>, not that of a feed"),
                    });
                }
            };
        }
        match name.as_str() {
            "item" | "entry" => self.entry = Some(Entry::default()),
            "link" => self.atom_link(tag),
            "category" => self.atom_category(tag),
            _ => {}
        }
        if self.at_field() {
            self.text.clear();
        }
        self.path.push(name);
        Ok(())
    }

    fn atom_link(&mut self, tag: &BytesStart<'_>) {
        let rel = attribute(tag, "rel");
        let Some(href) =
            attribute(tag, "href").filter(|_| rel.is_none_or(|rel| rel == "alternate"))
        else {
            return;
        };
        match &mut self.entry {
            Some(entry) => entry.link = entry.link.take().or(Some(href)),
            None => self.link = self.link.take().or(Some(href)),
        }
    }

    fn atom_category(&mut self, tag: &BytesStart<'_>) {
        if let (Some(entry), Some(term)) = (&mut self.entry, attribute(tag, "term")) {
            entry.categories.push(term);
        }
    }

    fn reference(&mut self, reference: &BytesRef<'_>) {
        if let Ok(Some(character)) = reference.resolve_char_ref() {
            self.text.push(character);
            return;
        }
        let name = reference.xml10_content();
        match crate::html::entity(&name) {
            Some(character) => self.text.push(character),
            None => self.text.push(' '),
        }
    }

    /// Whether an element that opens or has just closed here is a field, rather than markup inside one.
    fn at_field(&self) -> bool {
        let inside = self.path.last().map(String::as_str);
        matches!(
            inside,
            None | Some("rss" | "rdf" | "feed" | "channel" | "item" | "entry")
        )
    }

    fn close(&mut self) {
        let Some(name) = self.path.pop() else { return };
        if !self.at_field() {
            return;
        }
        let text = std::mem::take(&mut self.text);
        let text = text.trim();
        if matches!(name.as_str(), "item" | "entry") {
            if let Some(entry) = self.entry.take() {
                self.keep(entry);
            }
            return;
        }
        let parent = self.path.last().map_or("", String::as_str);
        match &mut self.entry {
            Some(entry) if matches!(parent, "item" | "entry") => fill(entry, &name, text),
            Some(_) => {}
            None => self.fill_header(&name, text),
        }
    }

    fn keep(&mut self, entry: Entry) {
        if self.entries.len() < MAX_ENTRIES {
            self.entries.push(entry);
        } else {
            self.truncated = true;
        }
    }

    fn fill_header(&mut self, name: &str, text: &str) {
        if !matches!(
            self.path.last().map(String::as_str),
            Some("channel" | "feed")
        ) || text.is_empty()
        {
            return;
        }
        match name {
            "title" => text.clone_into(&mut self.title),
            "link" => self.link = self.link.take().or_else(|| Some(text.to_owned())),
            "id" => text.clone_into(&mut self.id),
            "updated" | "lastbuilddate" | "pubdate" => self.updated = Some(text.to_owned()),
            _ => {}
        }
    }

    fn finish(self) -> Result<Feed, ParseError> {
        let unfinished = !self.path.is_empty();
        let kind = self
            .kind
            .filter(|_| !unfinished)
            .ok_or_else(|| ParseError::Xml {
                reason: if unfinished {
                    "it ends in the middle"
                } else {
                    "it has no root"
                }
                .to_owned(),
            })?;
        Ok(Feed {
            kind,
            title: self.title,
            link: self.link,
            id: self.id,
            updated: self.updated,
            entries: self.entries,
            truncated: self.truncated,
        })
    }
}

fn fill(entry: &mut Entry, name: &str, text: &str) {
    if text.is_empty() {
        return;
    }
    match name {
        "id" | "guid" => text.clone_into(&mut entry.id),
        "title" => text.clone_into(&mut entry.title),
        "link" => entry.link = entry.link.take().or_else(|| Some(text.to_owned())),
        "published" | "pubdate" | "date" => entry.published = Some(text.to_owned()),
        "updated" => entry.updated = Some(text.to_owned()),
        "content" | "encoded" => text.clone_into(&mut entry.content),
        "description" | "summary" if entry.content.is_empty() => {
            text.clone_into(&mut entry.content);
        }
        "category" => entry.categories.push(text.to_owned()),
        _ => {}
    }
}

fn attribute(tag: &BytesStart<'_>, wanted: &str) -> Option<String> {
    let found = tag
        .attributes()
        .with_checks(false)
        .flatten()
        .find(|a| a.key.0 == wanted)?;
    let value = found.normalized_value(XmlVersion::Implicit1_0).ok()?;
    Some(value.trim().to_owned()).filter(|value| !value.is_empty())
}
