//! Heroku: `https://status.heroku.com/api/v4/current-status`.

use super::{Adapter, Document};
use crate::{
    ParseError,
    body::Body,
    draft::{newest_first, section, update},
    node::Node,
    page::{
        Component, ComponentKey, Impact, Incident, Level, LinkQuality, Maintenance,
        MaintenancePhase, Page, Phase, Said,
    },
    words::Words,
};

pub(super) static ADAPTER: Adapter = Adapter {
    id: "heroku",
    name: "Heroku",
    documents: &[Document {
        name: "current",
        at: "https://status.heroku.com/api/v4/current-status",
        required: true,
    }],
    hosts: &[("status.heroku.com", "https://status.heroku.com")],
    recognises: |body| body.json().is_some_and(is_current),
    read,
    ..Adapter::BLANK
};

const LEVELS: Words<Level> = &[
    ("green", Level::Operational),
    ("yellow", Level::Degraded),
    ("red", Level::MajorOutage),
    ("blue", Level::Maintenance),
];

const IMPACTS: Words<Impact> = &[
    ("green", Impact::None),
    ("yellow", Impact::Minor),
    ("red", Impact::Critical),
    ("blue", Impact::Maintenance),
];

fn is_current(document: Node<'_>) -> bool {
    let mut systems = document.objects("status").peekable();
    systems.peek().is_some() && systems.all(|one| one.has("system") && one.has("status"))
}

fn read(body: &Body, page: &mut Page) -> Result<(), ParseError> {
    let document = body.expect_json(ADAPTER.name)?;
    if !is_current(document) {
        return Err(ParseError::WrongShape {
            provider: ADAPTER.name,
            expected: "`status` with its systems",
        });
    }
    page.name = Some("Heroku".to_owned());
    page.url = Some("https://status.heroku.com".to_owned());
    page.components = section(document, "status", |node| component(node, page));
    page.incidents = section(document, "incidents", |node| Some(incident(node, page)));
    page.maintenances = section(document, "scheduled", |node| Some(maintenance(node, page)));
    Ok(())
}

fn component(node: Node<'_>, page: &mut Page) -> Option<Component> {
    let name = node.text("system")?;
    let mut component =
        page.component(ComponentKey::from_name(&[], name, 1).as_str(), Some(name))?;
    component.status = page.say(LEVELS, node.word("status"), "system status");
    Some(component)
}

fn is_resolved(node: Node<'_>) -> bool {
    node.is_true("resolved") || node.text("state") == Some("resolved")
}

/// Incidents do not say which system they concern.
fn incident(node: Node<'_>, page: &mut Page) -> Incident {
    let mut incident = page.incident(node.id("id"), node.text("title"));
    let phase = if is_resolved(node) {
        Phase::Resolved
    } else {
        Phase::Unknown
    };
    incident.phase = Said {
        meaning: phase,
        raw: node.string("state"),
    };
    let newest = node
        .objects("updates")
        .max_by_key(|one| one.text("created_at"));
    incident.impact = page.say(
        IMPACTS,
        newest.and_then(|one| one.word("status_prod")),
        "production status",
    );
    incident.started_at = page.time(node.get("created_at"));
    incident.updated_at = page.time(node.get("updated_at"));
    incident.resolved_at = page.time(node.get("resolved_at"));
    incident.url = node.string("full_url");
    incident.link = LinkQuality::PageWide;
    incident.updates = updates(node, page);
    incident
}

/// The list also holds what is over.
fn maintenance(node: Node<'_>, page: &mut Page) -> Maintenance {
    let mut maintenance = page.maintenance(node.id("id"), node.text("title"));
    let phase = if is_resolved(node) {
        MaintenancePhase::Completed
    } else if node.is_true("upcoming") {
        MaintenancePhase::Scheduled
    } else {
        MaintenancePhase::InProgress
    };
    maintenance.phase = Said::derived(phase);
    maintenance.updated_at = page.time(node.get("updated_at"));
    maintenance.url = node.string("full_url");
    maintenance.link = LinkQuality::PageWide;
    maintenance.updates = updates(node, page);
    maintenance
}

fn updates(node: Node<'_>, page: &mut Page) -> Vec<crate::page::Update> {
    let updates = node.objects("updates").map(|one| {
        let at = page.time(one.get("created_at"));
        update(at, one.word("update_type"), one.text("contents"))
    });
    newest_first(updates.collect())
}
