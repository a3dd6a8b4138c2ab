//! Any RSS or Atom feed: notes of incidents, from which nothing is concluded by silence.

use super::{Adapter, Document};
use crate::{
    Warning, WarningKind,
    draft::update,
    feed::{Entry, Feed},
    html::{find_ignoring_case, plain_text},
    page::{Incident, LinkQuality, Page, Phase, Said, Section},
};

pub(super) static ADAPTER: Adapter = Adapter {
    id: "feed",
    name: "RSS or Atom feed",
    documents: &[Document {
        name: "feed",
        at: "{base}",
        required: true,
    }],
    recognises: |body| body.feed().is_some(),
    read: |body, page| {
        let feed = body.expect_feed(ADAPTER.name)?;
        read_notes(feed, page);
        Ok(())
    },
    ..Adapter::BLANK
};

/// Words that close an incident, in the languages that were met.
const CLOSING: &[&str] = &[
    "resolved",
    "completed",
    "complete",
    "ended",
    "fixed",
    "closed",
    "finished",
    "restored",
    "operating normally",
    "gelöst",
    "beendet",
    "behoben",
    "abgeschlossen",
    "résolu",
    "terminé",
    "resuelto",
    "risolto",
    "opgelost",
    "解決",
];

/// Words that say that an incident is open, and in which phase.
const OPEN: &[(&str, Phase)] = &[
    ("investigating", Phase::Investigating),
    ("untersuch", Phase::Investigating),
    ("identified", Phase::Identified),
    ("monitoring", Phase::Monitoring),
    ("watching", Phase::Monitoring),
    ("in progress", Phase::Identified),
    ("service impact", Phase::Investigating),
    ("ongoing", Phase::Investigating),
];

pub(super) fn read_notes(feed: &Feed, page: &mut Page) {
    page.name = Some(plain_text(&feed.title)).filter(|title| !title.is_empty());
    page.url.clone_from(&feed.link);
    page.updated_at = page.time_of(feed.updated.as_deref());
    page.components = Section::Unsupported;
    page.maintenances = Section::Unsupported;
    let mut notes: Vec<Incident> = Vec::new();
    for entry in &feed.entries {
        let note = note(entry, page);
        match notes.iter_mut().find(|known| is_same_event(known, &note)) {
            Some(known) => known.updates.extend(note.updates),
            None => notes.push(note),
        }
    }
    page.incidents = Section::of(notes);
    if feed.truncated {
        page.warn(Warning::new(
            WarningKind::Truncated,
            "the feed has more entries than are read",
        ));
    }
}

/// Some feeds publish each update as an item, whose id ends in the time: the newest stands for the event, the older
/// ones are its updates.
fn is_same_event(known: &Incident, note: &Incident) -> bool {
    let stem = |incident: &Incident| {
        let (stem, time) = incident.id.rsplit_once('_')?;
        (time.len() >= 9 && time.bytes().all(|b| b.is_ascii_digit()))
            .then(|| (stem.to_owned(), subject(&incident.name)))
    };
    stem(known).is_some_and(|known| Some(known) == stem(note))
}

/// A title without the state in front of it.
fn subject(title: &str) -> String {
    let after_state = title.split_once(": ").map_or(title, |(_, rest)| rest);
    after_state
        .rsplit(']')
        .next()
        .unwrap_or(after_state)
        .trim()
        .to_lowercase()
}

pub(super) fn note(entry: &Entry, page: &mut Page) -> Incident {
    let title = plain_text(&entry.title);
    let published = page.time_of(entry.published.as_deref());
    let updated = page.time_of(entry.updated.as_deref());
    let id = [&entry.id, entry.link.as_ref().unwrap_or(&entry.id)]
        .into_iter()
        .find(|id| !id.is_empty())
        .cloned();
    let id =
        id.unwrap_or_else(|| format!("{title} {}", entry.published.as_deref().unwrap_or_default()));
    let mut incident = page.incident(id, Some(title.as_str()).filter(|title| !title.is_empty()));
    incident.started_at = published.or(updated);
    incident.updated_at = updated.or(published);
    incident.url.clone_from(&entry.link);
    incident.phase = phase(&title, entry);
    incident.link = LinkQuality::None;
    incident.updates = vec![update(incident.updated_at, None, Some(&entry.content))];
    incident
}

/// The strongest signal decides: a bracketed word in the title, then a category, then the first bold words, then the
/// title itself. A closing word anywhere in one signal beats an open one in the same.
fn phase(title: &str, entry: &Entry) -> Said<Phase> {
    let bracketed = title
        .split(['[', ']'])
        .nth(1)
        .filter(|_| title.contains('['));
    let bold = first_bold(&entry.content);
    let categories = entry.categories.iter().map(String::as_str);
    let signals = bracketed
        .into_iter()
        .chain(categories)
        .chain(bold.as_deref())
        .chain([title]);
    for signal in signals {
        if let Some(phase) = word_in(signal) {
            return Said::new(phase, signal);
        }
    }
    Said::default()
}

fn word_in(signal: &str) -> Option<Phase> {
    let signal = signal.to_lowercase();
    if CLOSING.iter().any(|word| contains_word(&signal, word)) {
        return Some(Phase::Resolved);
    }
    OPEN.iter()
        .find(|(word, _)| contains_word(&signal, word))
        .map(|(_, phase)| *phase)
}

/// Whole words only: "completed" is not in "incompleted". A stem ("untersuch") may go on.
fn contains_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        let stem = word == "untersuch" || !word.is_ascii();
        !before.is_some_and(char::is_alphanumeric)
            && (stem || !after.is_some_and(char::is_alphanumeric))
    })
}

/// Statuspage and incident.io put the newest update's word first, in bold.
fn first_bold(content: &str) -> Option<String> {
    ["strong", "b", "h3"].iter().find_map(|tag| {
        let start = find_ignoring_case(content, &format!("<{tag}>"))? + tag.len() + 2;
        let rest = &content[start..];
        let text = &rest[..find_ignoring_case(rest, "</")?];
        Some(plain_text(text)).filter(|text| text.chars().count() <= 60)
    })
}

#[cfg(test)]
mod tests {
    use super::word_in;
    use crate::page::Phase;

    #[test]
    fn only_whole_words_open_or_close() {
        assert_eq!(word_in("[Gelöst] Störung"), Some(Phase::Resolved));
        assert_eq!(
            word_in("Service is operating normally: [RESOLVED] Packet loss"),
            Some(Phase::Resolved)
        );
        assert_eq!(word_in("Unresolved problem"), None);
        assert_eq!(word_in("Investigating errors"), Some(Phase::Investigating));
        assert_eq!(word_in("Degraded performance"), None);
    }
}
