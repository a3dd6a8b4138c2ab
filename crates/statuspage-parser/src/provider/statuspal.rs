//! Statuspal: one central API, `/api/v2/status_pages/<subdomain>/summary`.

use super::{Adapter, Document};
use crate::{
    ParseError,
    body::Body,
    draft::{newest_first, update},
    node::Node,
    page::{
        Affected, Component, ComponentKey, Impact, Incident, Level, LinkQuality, Maintenance,
        MaintenancePhase, Page, Phase, Said, Section, Update,
    },
    words::{self, Words},
};

pub(super) static ADAPTER: Adapter = Adapter {
    id: "statuspal",
    name: "Statuspal",
    documents: &[Document {
        name: "summary",
        at: "https://{domain}/api/v2/status_pages/{label}/summary",
        required: true,
    }],
    suffixes: &["statuspal.io", "statuspal.eu"],
    recognises: |body| body.json().is_some_and(is_summary),
    read,
    ..Adapter::BLANK
};

/// Owners can define words of their own; those are unknown here.
const LEVELS: Words<Level> = &[
    ("major", Level::MajorOutage),
    ("minor", Level::Degraded),
    ("scheduled", Level::Maintenance),
];

const IMPACTS: Words<Impact> = &[
    ("major", Impact::Critical),
    ("minor", Impact::Minor),
    ("scheduled", Impact::Maintenance),
];

fn is_summary(document: Node<'_>) -> bool {
    document.get("status_page").is_some_and(Node::is_object) && document.is_list("services")
}

fn read(body: &Body, page: &mut Page) -> Result<(), ParseError> {
    let document = body.expect_json(ADAPTER.name)?;
    let Some(header) = document.get("status_page").filter(|_| is_summary(document)) else {
        return Err(ParseError::WrongShape {
            provider: ADAPTER.name,
            expected: "`status_page` and `services`",
        });
    };
    page.name = header.string("name");
    page.url = header.string("url");
    page.time_zone = header.string("time_zone");
    page.overall = level(header, page);
    let services = document
        .objects("services")
        .filter_map(|node| component(node, page));
    page.components = Section::of(services.collect());
    page.incidents =
        crate::draft::section(document, "incidents", |node| Some(incident(node, page)));
    let windows = document
        .objects("maintenances")
        .map(|node| (node, MaintenancePhase::InProgress));
    let later = document
        .objects("upcoming_maintenances")
        .map(|node| (node, MaintenancePhase::Scheduled));
    page.maintenances = Section::of(
        windows
            .chain(later)
            .map(|(node, phase)| maintenance(node, phase, page))
            .collect(),
    );
    Ok(())
}

/// No current incident means that all is well, provided that the field is there to say so.
fn level(node: Node<'_>, page: &mut Page) -> Said<Level> {
    match node.word("current_incident_type") {
        None if node.has("current_incident_type") => Said::new(Level::Operational, "null"),
        raw => page.say(LEVELS, raw, "incident type"),
    }
}

fn component(node: Node<'_>, page: &mut Page) -> Option<Component> {
    let mut component = page.component(node.id("id"), node.text("name"))?;
    component.status = level(node, page);
    component.parent = node.word("parent_id").map(ComponentKey::new);
    component.description = node.string("description");
    component.position = node.integer("order");
    Some(component)
}

fn incident(node: Node<'_>, page: &mut Page) -> Incident {
    let mut incident = page.incident(node.id("id"), node.text("title"));
    incident.impact = page.say(IMPACTS, node.word("type"), "incident type");
    incident.started_at = page.time(node.get("starts_at"));
    incident.resolved_at = page.time(node.get("ends_at"));
    let over = incident.resolved_at.is_some();
    incident.phase = Said::derived(if over {
        Phase::Resolved
    } else {
        Phase::Unknown
    });
    incident.url = node.string("url");
    incident.affected = affected(node);
    incident.link = LinkQuality::by_id(&incident.affected);
    incident.updates = updates(node, page);
    incident
}

fn maintenance(node: Node<'_>, phase: MaintenancePhase, page: &mut Page) -> Maintenance {
    let mut maintenance = page.maintenance(node.id("id"), node.text("title"));
    maintenance.phase = Said::derived(phase);
    maintenance.scheduled_for = page.time(node.get("starts_at"));
    maintenance.scheduled_until = page.time(node.get("ends_at"));
    maintenance.url = node.string("url");
    maintenance.affected = affected(node);
    maintenance.link = LinkQuality::by_id(&maintenance.affected);
    maintenance.updates = updates(node, page);
    maintenance
}

fn affected(node: Node<'_>) -> Vec<Affected> {
    let services = node.values("services").filter_map(|one| {
        let id = one.as_word().or_else(|| one.word("id"))?;
        Some(Affected {
            key: Some(ComponentKey::new(id)),
            name: one.string("name"),
            level: None,
        })
    });
    services.collect()
}

fn updates(node: Node<'_>, page: &mut Page) -> Vec<Update> {
    let updates = node.objects("updates").map(|one| {
        let at = page.time(one.get("posted_at").or_else(|| one.get("inserted_at")));
        update(
            at,
            words::owned(one.word("type")).map(Into::into),
            one.text("description"),
        )
    });
    newest_first(updates.collect())
}
