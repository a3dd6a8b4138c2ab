//! Anybody's own JSON: a list of components with a name and a status in the words most people use.

use super::{Adapter, atlassian};
use crate::{
    ParseError, Warning, WarningKind,
    body::Body,
    node::Node,
    page::{Level, Page},
    words::{self, Words},
};

pub(super) static ADAPTER: Adapter = Adapter {
    id: "own_json",
    name: "Own JSON",
    documents: &[super::Document {
        name: "document",
        at: "{base}",
        required: true,
    }],
    recognises: |body| {
        body.json()
            .is_some_and(|document| unwrapped(document).is_some())
    },
    read,
    ..Adapter::BLANK
};

/// Plain words beside those of the Statuspage family.
const LEVELS: Words<Level> = &[
    ("up", Level::Operational),
    ("ok", Level::Operational),
    ("healthy", Level::Operational),
    ("degraded", Level::Degraded),
    ("warning", Level::Degraded),
    ("partial", Level::PartialOutage),
    ("down", Level::MajorOutage),
    ("outage", Level::MajorOutage),
    ("critical", Level::MajorOutage),
    ("maintenance", Level::Maintenance),
    ("notmonitored", Level::NotMonitored),
    ("paused", Level::NotMonitored),
];

/// The object with the list, which may stand in an envelope.
fn unwrapped(document: Node<'_>) -> Option<Node<'_>> {
    ["result", "data", "summary"]
        .into_iter()
        .filter_map(|envelope| document.get(envelope))
        .chain([document])
        .find(|inner| is_list(*inner))
}

fn is_list(document: Node<'_>) -> bool {
    let mut components = document.objects("components").peekable();
    components.peek().is_some()
        && components.all(|one| one.text("name").is_some() && one.has("status"))
}

fn read(body: &Body, page: &mut Page) -> Result<(), ParseError> {
    let Some(document) = unwrapped(body.expect_json(ADAPTER.name)?) else {
        return Err(ParseError::WrongShape {
            provider: ADAPTER.name,
            expected: "`components` with a name and a status each",
        });
    };
    atlassian::read_v2(document, page);
    let unknown = page
        .components
        .items_mut()
        .iter_mut()
        .filter(|one| one.status.meaning == Level::Unknown);
    for component in unknown {
        let plain = component
            .status
            .raw
            .as_deref()
            .and_then(|raw| words::find(LEVELS, raw));
        component.status.meaning = plain.unwrap_or_default();
    }
    page.warnings.retain(|warning| !is_plain(warning));
    Ok(())
}

/// A word that the family does not know, and that is plain enough.
fn is_plain(warning: &Warning) -> bool {
    let word = warning.detail.strip_prefix("component status: ");
    warning.kind == WarningKind::UnknownWord
        && word.is_some_and(|word| words::find(LEVELS, word).is_some())
}
