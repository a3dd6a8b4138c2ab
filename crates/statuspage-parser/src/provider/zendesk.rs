//! Zendesk: `/api/ssp/{services,incidents}.json`, JSON:API; at most ten requests a minute.

use std::{collections::HashMap, time::Duration};

use super::{Adapter, Document};
use crate::{
    ParseError,
    body::Body,
    draft::{newest_first, update},
    node::Node,
    page::{
        Affected, Component, ComponentKey, Incident, Level, LevelSource, LinkQuality, Page, Phase,
        Said, Section,
    },
    words,
};

pub(super) static ADAPTER: Adapter = Adapter {
    id: "zendesk",
    name: "Zendesk",
    documents: &[
        Document {
            name: "services",
            at: "https://status.zendesk.com/api/ssp/services.json",
            required: false,
        },
        Document {
            name: "incidents",
            at: "https://status.zendesk.com/api/ssp/incidents.json",
            required: true,
        },
    ],
    hosts: &[("status.zendesk.com", "https://status.zendesk.com")],
    pause: Duration::from_secs(6),
    recognises: |body| body.json().is_some_and(|document| kind(document).is_some()),
    read,
    ..Adapter::BLANK
};

fn kind(document: Node<'_>) -> Option<&'static str> {
    let first = document.objects("data").next()?;
    match first.text("type")? {
        "incident" if first.get("attributes")?.has("resolvedAt") => Some("incidents"),
        "service" if first.get("attributes")?.has("name") => Some("services"),
        _ => None,
    }
}

fn read(body: &Body, page: &mut Page) -> Result<(), ParseError> {
    let document = body.expect_json(ADAPTER.name)?;
    let empty = document.is_list("data") && document.objects("data").next().is_none();
    page.name = Some("Zendesk".to_owned());
    page.url = Some("https://status.zendesk.com".to_owned());
    page.levels = LevelSource::Incidents;
    match kind(document).or(body.document.filter(|_| empty)) {
        Some("services") => {
            page.components = Section::of(
                document
                    .objects("data")
                    .filter_map(|node| service(node, page))
                    .collect(),
            );
        }
        Some("incidents") => read_incidents(document, page),
        _ => {
            return Err(ParseError::WrongShape {
                provider: ADAPTER.name,
                expected: "`data` of incidents or services",
            });
        }
    }
    Ok(())
}

fn service(node: Node<'_>, page: &mut Page) -> Option<Component> {
    page.component(node.id("id"), node.get("attributes")?.text("name"))
}

fn read_incidents(document: Node<'_>, page: &mut Page) {
    let included: HashMap<String, Node<'_>> = document
        .objects("included")
        .map(|one| (format!("{}/{}", one.id("type"), one.id("id")), one))
        .collect();
    let incidents = document
        .objects("data")
        .filter_map(|node| incident(node, &included, page));
    page.incidents = Section::of(incidents.collect());
    page.maintenances = Section::Unsupported;
}

fn related<'a>(
    node: Node<'a>,
    list: &'static str,
    included: &'a HashMap<String, Node<'a>>,
) -> impl Iterator<Item = Node<'a>> {
    let references = node
        .at(&["relationships", list])
        .into_iter()
        .flat_map(|one| one.objects("data"));
    references.filter_map(|one| {
        included
            .get(&format!("{}/{}", one.id("type"), one.id("id")))?
            .get("attributes")
    })
}

fn incident(
    node: Node<'_>,
    included: &HashMap<String, Node<'_>>,
    page: &mut Page,
) -> Option<Incident> {
    let attributes = node.get("attributes")?;
    let mut incident = page.incident(node.id("id"), attributes.text("name"));
    incident.impact = page.say(words::IMPACTS, attributes.word("impact"), "incident impact");
    incident.phase = page.say(words::PHASES, attributes.word("status"), "incident status");
    incident.started_at = page.time(attributes.get("startedAt"));
    incident.resolved_at = page.time(attributes.get("resolvedAt"));
    if incident.resolved_at.is_some() {
        incident.phase.meaning = Phase::Resolved;
    }
    incident.affected = related(node, "incidentServices", included)
        .filter_map(affected)
        .collect();
    incident.link = LinkQuality::by_id(&incident.affected);
    let updates = related(node, "incidentUpdates", included).map(|one| {
        let at = page.time(one.get("createdAt"));
        update(at, None, one.text("description"))
    });
    incident.updates = newest_first(updates.collect());
    Some(incident)
}

fn affected(attributes: Node<'_>) -> Option<Affected> {
    let level = if attributes.get("resolvedAt").is_some() {
        Some(Level::Operational)
    } else if attributes.is_true("outage") {
        Some(Level::MajorOutage)
    } else if attributes.is_true("degradation") {
        Some(Level::Degraded)
    } else {
        None
    };
    Some(Affected {
        key: Some(ComponentKey::new(attributes.word("serviceId")?)),
        name: attributes.string("serviceName"),
        level: level.map(Said::derived),
    })
}
