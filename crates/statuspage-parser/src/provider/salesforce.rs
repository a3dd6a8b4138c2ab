//! Salesforce Trust: `https://api.status.salesforce.com/v1/instances/status/preview`, one entry per instance.

use std::collections::BTreeMap;

use super::{Adapter, Document};
use crate::{
    ParseError,
    body::Body,
    node::Node,
    page::{
        Affected, Component, ComponentKey, Impact, Incident, Level, LinkQuality, Maintenance,
        MaintenancePhase, Page, Phase, Said, Section,
    },
    words::{self, Words},
};

pub(super) static ADAPTER: Adapter = Adapter {
    id: "salesforce",
    name: "Salesforce",
    documents: &[Document {
        name: "instances",
        at: "https://api.status.salesforce.com/v1/instances/status/preview",
        required: true,
    }],
    hosts: &[
        ("status.salesforce.com", "https://status.salesforce.com"),
        ("trust.salesforce.com", "https://status.salesforce.com"),
    ],
    recognises: |body| body.json().is_some_and(is_instances),
    read,
    ..Adapter::BLANK
};

const LEVELS: Words<Level> = &[
    ("ok", Level::Operational),
    ("informationalcore", Level::Operational),
    ("informationalnoncore", Level::Operational),
    ("maintenancecore", Level::Maintenance),
    ("maintenancenoncore", Level::Maintenance),
    ("minorincidentcore", Level::Degraded),
    ("minorincidentnoncore", Level::Degraded),
    ("majorincidentcore", Level::MajorOutage),
    ("majorincidentnoncore", Level::PartialOutage),
];

fn is_instances(document: Node<'_>) -> bool {
    let mut items = document.items().peekable();
    items.peek().is_some()
        && items.all(|one| one.has("key") && one.has("status") && one.has("Incidents"))
}

fn read(body: &Body, page: &mut Page) -> Result<(), ParseError> {
    let document = body.expect_json(ADAPTER.name)?;
    if !is_instances(document) {
        return Err(ParseError::WrongShape {
            provider: ADAPTER.name,
            expected: "a list of instances",
        });
    }
    page.name = Some("Salesforce".to_owned());
    page.url = Some("https://status.salesforce.com".to_owned());
    // One incident is repeated at each instance that it concerns.
    let (mut incidents, mut maintenances) = (BTreeMap::new(), BTreeMap::new());
    let mut components = Vec::new();
    for node in document.items() {
        let Some(component) = component(node, page) else {
            continue;
        };
        for one in node.objects("Incidents") {
            let known = incidents
                .entry(one.id("id"))
                .or_insert_with(|| incident(one, page));
            known.affected.push(affected(&component));
        }
        for one in node.objects("Maintenances") {
            let known = maintenances
                .entry(one.id("id"))
                .or_insert_with(|| maintenance(one, page));
            known.affected.push(affected(&component));
        }
        components.push(component);
    }
    page.components = Section::of(components);
    page.incidents = Section::of(incidents.into_values().collect());
    page.maintenances = Section::of(maintenances.into_values().collect());
    Ok(())
}

fn component(node: Node<'_>, page: &mut Page) -> Option<Component> {
    let name = node.text("key");
    let mut component = page.component(node.id("key"), name)?;
    component.status = page.say(LEVELS, node.word("status"), "instance status");
    component.region = node.string("location");
    component.hidden = node.flag("isActive") == Some(false);
    Some(component)
}

fn affected(component: &Component) -> Affected {
    Affected {
        key: Some(ComponentKey::new(component.key.as_str())),
        name: Some(component.name.clone()),
        level: None,
    }
}

/// Open while one of its impacts has no end.
fn incident(node: Node<'_>, page: &mut Page) -> Incident {
    let impacts: Vec<Node<'_>> = node.objects("IncidentImpacts").collect();
    let newest = impacts.iter().max_by_key(|one| one.text("startTime"));
    let title = newest
        .and_then(|one| one.text("type"))
        .map_or_else(|| "Incident".to_owned(), spaced);
    let mut incident = page.incident(node.id("id"), Some(&title));
    let ends: Vec<_> = impacts
        .iter()
        .map(|one| page.time(one.get("endTime")))
        .collect();
    incident.impact = page.say(
        words::IMPACTS,
        newest.and_then(|one| one.word("severity")),
        "incident severity",
    );
    incident.started_at = impacts
        .iter()
        .filter_map(|one| page.time(one.get("startTime")))
        .min();
    incident.updated_at = page.time(node.get("updatedAt"));
    let over = !ends.is_empty() && ends.iter().all(Option::is_some);
    incident.resolved_at = ends.into_iter().flatten().max().filter(|_| over);
    incident.phase = Said::derived(if over {
        Phase::Resolved
    } else {
        Phase::Unknown
    });
    incident.link = LinkQuality::ById;
    if incident.impact.raw.is_none() {
        incident.impact = Said::derived(Impact::Unknown);
    }
    incident
}

fn maintenance(node: Node<'_>, page: &mut Page) -> Maintenance {
    let mut maintenance =
        page.maintenance(node.id("id"), node.text("name").or(Some("Maintenance")));
    maintenance.phase = Said::derived(MaintenancePhase::Unknown);
    maintenance.scheduled_for = page.time(node.get("plannedStartTime"));
    maintenance.scheduled_until = page.time(node.get("plannedEndTime"));
    maintenance.updated_at = page.time(node.get("updatedAt"));
    maintenance.link = LinkQuality::ById;
    maintenance
}

/// `performanceDegradation` as words.
fn spaced(camel: &str) -> String {
    let mut words = String::new();
    for (at, character) in camel.chars().enumerate() {
        if at == 0 {
            words.extend(character.to_uppercase());
        } else if character.is_ascii_uppercase() {
            words.push(' ');
            words.push(character.to_ascii_lowercase());
        } else {
            words.push(character);
        }
    }
    words
}
