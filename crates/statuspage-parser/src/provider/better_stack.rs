//! Better Stack (Better Uptime): `/index.json`, JSON:API.

use std::collections::HashMap;

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
    id: "better_stack",
    name: "Better Stack",
    documents: &[Document {
        name: "index",
        at: "{origin}/index.json",
        required: true,
    }],
    hosts: &[("status.betterstack.com", "https://status.betterstack.com")],
    suffixes: &["betteruptime.com"],
    probed: Some("index"),
    in_html: |html| {
        let marks = [
            "text-statuspage-",
            "betterstack.com/fonts/",
            "betteruptime.com/assets",
        ];
        marks
            .iter()
            .any(|mark| html.contains(mark))
            .then(|| "{base}".to_owned())
    },
    recognises: |body| body.json().is_some_and(is_status_page),
    read,
    ..Adapter::BLANK
};

const LEVELS: Words<Level> = &[
    ("operational", Level::Operational),
    ("resolved", Level::Operational),
    ("degraded", Level::Degraded),
    ("downtime", Level::MajorOutage),
    ("maintenance", Level::Maintenance),
    ("notmonitored", Level::NotMonitored),
];

const IMPACTS: Words<Impact> = &[
    ("operational", Impact::None),
    ("resolved", Impact::None),
    ("degraded", Impact::Minor),
    ("downtime", Impact::Major),
    ("maintenance", Impact::Maintenance),
];

fn is_status_page(document: Node<'_>) -> bool {
    document.at(&["data", "type"]).and_then(Node::as_str) == Some("status_page")
}

type Updates<'a> = HashMap<String, Node<'a>>;

fn read(body: &Body, page: &mut Page) -> Result<(), ParseError> {
    let document = body.expect_json(ADAPTER.name)?;
    let attributes = document
        .at(&["data", "attributes"])
        .filter(|_| is_status_page(document));
    let Some(attributes) = attributes else {
        return Err(ParseError::WrongShape {
            provider: ADAPTER.name,
            expected: "`data` of type `status_page`",
        });
    };
    page.id = document
        .get("data")
        .and_then(|data| words::owned(data.word("id")));
    page.name = attributes.string("company_name");
    page.url = attributes
        .string("custom_domain")
        .map(|host| format!("https://{host}"));
    page.time_zone = attributes.string("timezone");
    page.updated_at = page.time(attributes.get("updated_at"));
    page.overall = page.say(LEVELS, attributes.word("aggregate_state"), "page state");
    page.headline = attributes.string("announcement");
    read_included(document, page);
    Ok(())
}

fn read_included(document: Node<'_>, page: &mut Page) {
    if !document.is_list("included") {
        let reason = "`included` is not a list".to_owned();
        page.components = Section::Failed(reason.clone());
        page.incidents = Section::Failed(reason);
        return;
    }
    let of_kind = |kind: &'static str| {
        document
            .objects("included")
            .filter(move |one| one.text("type") == Some(kind))
    };
    let updates: Updates<'_> = of_kind("status_update")
        .map(|one| (one.id("id"), one))
        .collect();
    let mut components = Vec::new();
    for node in of_kind("status_page_section") {
        components.extend(group(node, page));
    }
    for node in of_kind("status_page_resource") {
        components.extend(component(node, page));
    }
    let (mut incidents, mut maintenances) = (Vec::new(), Vec::new());
    for node in of_kind("status_report") {
        let Some(attributes) = node.get("attributes") else {
            continue;
        };
        if attributes.text("report_type") == Some("maintenance") {
            maintenances.push(maintenance(node, attributes, &updates, page));
        } else {
            incidents.push(incident(node, attributes, &updates, page));
        }
    }
    page.components = Section::of(components);
    page.incidents = Section::of(incidents);
    page.maintenances = Section::of(maintenances);
}

fn section_key(id: &str) -> ComponentKey {
    ComponentKey::new(format!("section:{id}"))
}

fn group(node: Node<'_>, page: &mut Page) -> Option<Component> {
    let attributes = node.get("attributes")?;
    // A section without a name only draws a line; its resources are ungrouped.
    let name = attributes.text("name")?;
    let mut group = page.component(section_key(&node.id("id")).as_str(), Some(name))?;
    group.is_group = true;
    group.position = attributes.integer("position");
    Some(group)
}

fn component(node: Node<'_>, page: &mut Page) -> Option<Component> {
    let attributes = node.get("attributes")?;
    let mut component = page.component(node.id("id"), attributes.text("public_name"))?;
    component.parent = attributes
        .word("status_page_section_id")
        .map(|id| section_key(&id));
    component.status = page.say(LEVELS, attributes.word("status"), "component status");
    component.description = attributes.string("explanation");
    component.position = attributes.integer("position");
    Some(component)
}

fn incident(
    node: Node<'_>,
    attributes: Node<'_>,
    updates: &Updates<'_>,
    page: &mut Page,
) -> Incident {
    let mut incident = page.incident(node.id("id"), attributes.text("title"));
    let state = attributes.word("aggregate_state");
    let resolved = matches!(state.as_deref(), Some("resolved" | "operational"));
    incident.impact = page.say(IMPACTS, state.clone(), "report state");
    incident.phase = Said {
        meaning: if resolved {
            Phase::Resolved
        } else {
            Phase::Unknown
        },
        raw: words::owned(state),
    };
    incident.started_at = page.time(attributes.get("starts_at"));
    // Null on resolved reports too: the state above decides first.
    incident.resolved_at = page.time(attributes.get("ends_at"));
    incident.affected = affected(attributes, page);
    incident.link = LinkQuality::by_id(&incident.affected);
    incident.updates = updates_of(node, updates, page);
    incident
}

fn maintenance(
    node: Node<'_>,
    attributes: Node<'_>,
    updates: &Updates<'_>,
    page: &mut Page,
) -> Maintenance {
    let mut maintenance = page.maintenance(node.id("id"), attributes.text("title"));
    let state = attributes.word("aggregate_state");
    let over = matches!(state.as_deref(), Some("resolved" | "operational"));
    // "maintenance" is also the state of one that is still to come: the window decides.
    maintenance.phase = Said {
        meaning: if over {
            MaintenancePhase::Completed
        } else {
            MaintenancePhase::Unknown
        },
        raw: words::owned(state),
    };
    maintenance.scheduled_for = page.time(attributes.get("starts_at"));
    maintenance.scheduled_until = page.time(attributes.get("ends_at"));
    maintenance.affected = affected(attributes, page);
    maintenance.link = LinkQuality::by_id(&maintenance.affected);
    maintenance.updates = updates_of(node, updates, page);
    maintenance
}

fn affected(attributes: Node<'_>, page: &mut Page) -> Vec<Affected> {
    attributes
        .objects("affected_resources")
        .filter_map(|one| {
            Some(Affected {
                key: Some(ComponentKey::new(one.word("status_page_resource_id")?)),
                name: None,
                level: one
                    .word("status")
                    .map(|raw| page.say(LEVELS, Some(raw), "resource status")),
            })
        })
        .collect()
}

fn updates_of(node: Node<'_>, updates: &Updates<'_>, page: &mut Page) -> Vec<Update> {
    let linked = node.at(&["relationships", "status_updates"]);
    let found = linked
        .into_iter()
        .flat_map(|linked| linked.objects("data"))
        .filter_map(|reference| {
            let attributes = updates.get(&reference.id("id"))?.get("attributes")?;
            let at = page.time(attributes.get("published_at"));
            Some(update(at, None, attributes.text("message")))
        });
    newest_first(found.collect())
}
