//! Sorry™: `/api/v1/{components,notices,status}`.

use super::{Adapter, Document};
use crate::{
    ParseError,
    body::Body,
    draft::update,
    node::Node,
    page::{Component, ComponentKey, Incident, Level, LinkQuality, Page, Phase, Said, Section},
    words::Words,
};

pub(super) static ADAPTER: Adapter = Adapter {
    id: "sorry",
    name: "Sorry™",
    documents: &[
        Document {
            name: "status",
            at: "{base}/api/v1/status",
            required: false,
        },
        Document {
            name: "components",
            at: "{base}/api/v1/components",
            required: true,
        },
        Document {
            name: "notices",
            at: "{base}/api/v1/notices",
            required: false,
        },
    ],
    hosts: &[
        ("status.postmarkapp.com", "https://status.postmarkapp.com"),
        ("status.pipedrive.com", "https://status.pipedrive.com"),
    ],
    probed: Some("components"),
    recognises: |body| {
        body.json()
            .is_some_and(|document| list_of(document).is_some())
    },
    read,
    ..Adapter::BLANK
};

const LEVELS: Words<Level> = &[
    ("operational", Level::Operational),
    ("degraded", Level::Degraded),
    ("partiallydegraded", Level::PartialOutage),
    ("outage", Level::MajorOutage),
    ("undermaintenance", Level::Maintenance),
];

fn list_of(document: Node<'_>) -> Option<&'static str> {
    let first = |list: &str| document.objects(list).next();
    if document.at(&["page", "state"]).is_some() {
        Some("status")
    } else if first("components").is_some_and(|one| one.has("state") && one.has("name")) {
        Some("components")
    } else if first("notices").is_some_and(|one| one.has("subject") && one.has("ended_at")) {
        Some("notices")
    } else {
        None
    }
}

fn read(body: &Body, page: &mut Page) -> Result<(), ParseError> {
    let document = body.expect_json(ADAPTER.name)?;
    let empty = ["components", "notices"]
        .into_iter()
        .find(|list| document.is_list(list));
    match list_of(document).or(empty.filter(|list| body.document == Some(list))) {
        Some("status") => {
            let header = document.get("page");
            page.overall = page.say(
                LEVELS,
                header.and_then(|one| one.word("state")),
                "page state",
            );
            page.headline = header.and_then(|one| one.string("state_text"));
        }
        Some("components") => {
            page.components = Section::of(
                document
                    .objects("components")
                    .filter_map(|node| component(node, page))
                    .collect(),
            );
        }
        Some("notices") => {
            page.incidents = Section::of(
                document
                    .objects("notices")
                    .map(|node| incident(node, page))
                    .collect(),
            );
        }
        _ => {
            return Err(ParseError::WrongShape {
                provider: ADAPTER.name,
                expected: "`page.state`, `components` or `notices`",
            });
        }
    }
    Ok(())
}

fn component(node: Node<'_>, page: &mut Page) -> Option<Component> {
    let mut component = page.component(node.id("id"), node.text("name"))?;
    component.status = page.say(LEVELS, node.word("state"), "component state");
    component.parent = node.word("parent_id").map(ComponentKey::new);
    Some(component)
}

/// Open until it has an end.
fn incident(node: Node<'_>, page: &mut Page) -> Incident {
    let id = node.any_word(&["id", "url"]).unwrap_or_default();
    let mut incident = page.incident(id, node.text("subject"));
    incident.started_at = page.time(node.get("began_at").or_else(|| node.get("created_at")));
    incident.resolved_at = page.time(node.get("ended_at"));
    let ended = node.get("ended_at").is_some();
    incident.phase = Said::derived(if ended {
        Phase::Resolved
    } else {
        Phase::Unknown
    });
    incident.url = node.string("url");
    incident.link = LinkQuality::None;
    incident.updates = node
        .text("synopsis")
        .map(|text| update(incident.started_at, None, Some(text)))
        .into_iter()
        .collect();
    incident
}
