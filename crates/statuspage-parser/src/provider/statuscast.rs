//! `StatusCast`: `/status.json`, `/components.json`, `/incidents.json`.

use super::{Adapter, Document};
use crate::{
    ParseError,
    body::Body,
    node::Node,
    page::{Component, ComponentKey, Impact, Incident, Level, LinkQuality, Page, Phase, Section},
    words::Words,
};

pub(super) static ADAPTER: Adapter = Adapter {
    id: "statuscast",
    name: "StatusCast",
    documents: &[
        Document {
            name: "components",
            at: "{base}/components.json",
            required: true,
        },
        Document {
            name: "status",
            at: "{base}/status.json",
            required: false,
        },
        Document {
            name: "incidents",
            at: "{base}/incidents.json",
            required: false,
        },
    ],
    hosts: &[
        ("www.fastlystatus.com", "https://www.fastlystatus.com"),
        ("status.8x8.com", "https://status.8x8.com"),
    ],
    suffixes: &["statuscast.com", "status.page"],
    probed: Some("components"),
    in_html: |html| {
        html.contains("status-list-component-status-text")
            .then(|| "{base}".to_owned())
    },
    recognises: |body| {
        body.json()
            .is_some_and(|document| list_of(document).is_some())
    },
    read,
    ..Adapter::BLANK
};

const LEVELS: Words<Level> = &[
    ("available", Level::Operational),
    ("informational", Level::Operational),
    ("monitored", Level::Degraded),
    ("degraded", Level::Degraded),
    ("identified", Level::Degraded),
    ("investigating", Level::Degraded),
    ("partialoutage", Level::PartialOutage),
    ("unavailable", Level::MajorOutage),
    ("maintenance", Level::Maintenance),
];

const IMPACTS: Words<Impact> = &[
    ("informational", Impact::None),
    ("degraded", Impact::Minor),
    ("performance", Impact::Minor),
    ("partialoutage", Impact::Major),
    ("outage", Impact::Critical),
    ("unavailable", Impact::Critical),
    ("maintenance", Impact::Maintenance),
];

const PHASES: Words<Phase> = &[
    ("inprogress", Phase::Investigating),
    ("investigating", Phase::Investigating),
    ("identified", Phase::Identified),
    ("monitored", Phase::Monitoring),
    ("monitoring", Phase::Monitoring),
    ("resolved", Phase::Resolved),
];

fn list_of(document: Node<'_>) -> Option<&'static str> {
    if document.has("Status") && document.has("StatusText") {
        return Some("status");
    }
    let first = document.items().next()?;
    if first.has("CurrentStatus") && first.has("Level") {
        Some("components")
    } else if first.has("IncidentType") && first.has("Title") {
        Some("incidents")
    } else {
        None
    }
}

fn read(body: &Body, page: &mut Page) -> Result<(), ParseError> {
    let document = body.expect_json(ADAPTER.name)?;
    let empty = document.as_array().is_some_and(<[_]>::is_empty);
    match list_of(document).or(body.document.filter(|_| empty)) {
        Some("status") => {
            page.overall = page.say(LEVELS, document.word("Status"), "page status");
            page.headline = document.string("StatusText");
        }
        Some("components") => page.components = Section::of(components(document, page)),
        Some("incidents") => {
            page.incidents =
                Section::of(document.items().map(|node| incident(node, page)).collect());
        }
        _ => {
            return Err(ParseError::WrongShape {
                provider: ADAPTER.name,
                expected: "`CurrentStatus`, `IncidentType` or `StatusText`",
            });
        }
    }
    Ok(())
}

/// A component belongs to the nearest one above it that stands a level higher.
fn components(document: Node<'_>, page: &mut Page) -> Vec<Component> {
    let mut above: Vec<(i64, ComponentKey)> = Vec::new();
    let mut components = Vec::new();
    for node in document.items() {
        let Some(mut component) = page.component(node.id("id"), node.text("text")) else {
            continue;
        };
        component.status = page.say(LEVELS, node.word("CurrentStatus"), "component status");
        let depth = node.integer("Level").unwrap_or(1);
        while above.last().is_some_and(|(other, _)| *other >= depth) {
            above.pop();
        }
        component.parent = above.last().map(|(_, key)| key.clone());
        above.push((depth, component.key.clone()));
        components.push(component);
    }
    components
}

fn incident(node: Node<'_>, page: &mut Page) -> Incident {
    let mut incident = page.incident(node.id("Id"), node.text("Title"));
    incident.phase = page.say(PHASES, node.word("Status"), "incident status");
    incident.impact = page.say(IMPACTS, node.word("IncidentType"), "incident type");
    incident.url = node.string("ShortUrl");
    incident.link = LinkQuality::None;
    incident
}
