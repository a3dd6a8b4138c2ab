//! WEDOS status.online: `/en/json/incidents.json`, incidents without components.

use super::{Adapter, Document};
use crate::{
    ParseError,
    body::Body,
    node::Node,
    page::{Incident, LevelSource, LinkQuality, Page, Phase, Section},
    words::Words,
};

pub(super) static ADAPTER: Adapter = Adapter {
    id: "wedos",
    name: "WEDOS status.online",
    documents: &[Document {
        name: "incidents",
        at: "{base}/en/json/incidents.json",
        required: true,
    }],
    suffixes: &["status.online"],
    recognises: |body| body.json().is_some_and(is_incidents),
    read,
    ..Adapter::BLANK
};

const PHASES: Words<Phase> = &[
    ("active", Phase::Investigating),
    ("resolved", Phase::Resolved),
];

fn is_incidents(document: Node<'_>) -> bool {
    let mut incidents = document.objects("incidents").peekable();
    let alone = document.as_object().is_some_and(|object| object.len() == 1);
    alone
        && incidents.peek().is_some()
        && incidents.all(|one| one.has("status") && one.has("started_at"))
}

fn read(body: &Body, page: &mut Page) -> Result<(), ParseError> {
    let document = body.expect_json(ADAPTER.name)?;
    let empty = body.document == Some("incidents")
        && document.is_list("incidents")
        && document.values("incidents").next().is_none();
    if !empty && !is_incidents(document) {
        return Err(ParseError::WrongShape {
            provider: ADAPTER.name,
            expected: "`incidents` alone",
        });
    }
    page.levels = LevelSource::Incidents;
    page.components = Section::Unsupported;
    page.maintenances = Section::Unsupported;
    page.incidents = Section::of(
        document
            .objects("incidents")
            .map(|node| incident(node, page))
            .collect(),
    );
    Ok(())
}

fn incident(node: Node<'_>, page: &mut Page) -> Incident {
    let mut incident = page.incident(node.id("id"), node.text("name"));
    incident.phase = page.say(PHASES, node.word("status"), "incident status");
    incident.started_at = page.time(node.get("started_at"));
    incident.updated_at = page.time(node.get("updated_at"));
    incident.resolved_at = page.time(node.get("resolved_at"));
    incident.url = node.string("url");
    incident.link = LinkQuality::PageWide;
    incident
}
