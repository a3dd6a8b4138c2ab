//! xAI: a feed of past and present incidents, whose titles name the component in brackets.

use super::{Adapter, Document, feed};
use crate::{
    ParseError,
    body::Body,
    draft::affected_name,
    feed::{Entry, Feed},
    page::{Impact, Incident, LevelSource, LinkQuality, Page, Phase, Section},
    words::{self, Words},
};

pub(super) static ADAPTER: Adapter = Adapter {
    id: "xai",
    name: "xAI",
    documents: &[Document {
        name: "feed",
        at: "https://status.x.ai/feed.xml",
        required: true,
    }],
    hosts: &[("status.x.ai", "https://status.x.ai")],
    recognises: |body| body.feed().is_some_and(is_xai),
    read,
    ..Adapter::BLANK
};

const IMPACTS: Words<Impact> = &[
    ("available", Impact::None),
    ("degraded", Impact::Minor),
    ("unavailable", Impact::Critical),
];

fn is_xai(feed: &Feed) -> bool {
    feed.title == "xAI System Status"
}

/// The feed keeps its history, so an empty one is a broken one.
fn read(body: &Body, page: &mut Page) -> Result<(), ParseError> {
    let notes = body.expect_feed(ADAPTER.name)?;
    if !is_xai(notes) || notes.entries.is_empty() {
        return Err(ParseError::WrongShape {
            provider: ADAPTER.name,
            expected: "a feed with its history",
        });
    }
    feed::read_notes(notes, page);
    page.levels = LevelSource::Incidents;
    page.incidents = Section::of(
        notes
            .entries
            .iter()
            .map(|entry| incident(entry, page))
            .collect(),
    );
    Ok(())
}

fn incident(entry: &Entry, page: &mut Page) -> Incident {
    let mut incident = feed::note(entry, page);
    let phase = entry
        .categories
        .iter()
        .find_map(|word| words::find(words::PHASES, word).map(|phase| (phase, word)));
    let impact = entry
        .categories
        .iter()
        .find_map(|word| words::find(IMPACTS, word).map(|impact| (impact, word)));
    if let Some((phase, word)) = phase {
        incident.phase = crate::page::Said::new(phase, word);
    }
    if let Some((impact, word)) = impact {
        incident.impact = crate::page::Said::new(impact, word);
    }
    let named = entry
        .title
        .trim()
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'));
    incident.affected = named
        .map(|(name, _)| affected_name(name.trim()))
        .into_iter()
        .collect();
    incident.link = LinkQuality::by_name(&incident.affected);
    if incident.phase.meaning == Phase::Resolved {
        incident.resolved_at = incident.updated_at;
    }
    incident
}
