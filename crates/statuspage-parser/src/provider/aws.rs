//! AWS: `https://health.aws.amazon.com/public/currentevents`, the events that are open now.

mod regions;

use std::{borrow::Cow, collections::HashSet};

use super::{Adapter, Document};
use crate::{
    ParseError,
    body::Body,
    draft::{newest_first, update},
    node::Node,
    page::{
        Affected, Component, ComponentKey, Impact, Incident, Level, LevelSource, LinkQuality, Page,
        Phase, Said, Section,
    },
    words::Words,
};
use regions::{GLOBAL_SERVICES, REGIONAL_SERVICES, REGIONS};

pub(super) static ADAPTER: Adapter = Adapter {
    id: "aws",
    name: "AWS",
    documents: &[Document {
        name: "events",
        at: "https://health.aws.amazon.com/public/currentevents",
        required: true,
    }],
    hosts: &[
        ("health.aws.amazon.com", "https://health.aws.amazon.com"),
        ("status.aws.amazon.com", "https://health.aws.amazon.com"),
    ],
    recognises: |body| {
        body.json()
            .is_some_and(|document| events(document).is_some_and(|mut list| list.next().is_some()))
    },
    read,
    ..Adapter::BLANK
};

/// Severities, published as numbers or as strings of them.
const LEVELS: Words<Level> = &[
    ("0", Level::Operational),
    ("1", Level::Operational),
    ("2", Level::Degraded),
    ("3", Level::MajorOutage),
];

const IMPACTS: Words<Impact> = &[
    ("0", Impact::None),
    ("1", Impact::None),
    ("2", Impact::Minor),
    ("3", Impact::Critical),
];

/// The events of either form of the document, if all of them are events.
fn events(document: Node<'_>) -> Option<impl Iterator<Item = Node<'_>>> {
    let list = if document.as_array().is_some() {
        document
    } else {
        document.get("current")?
    };
    let all_events = list
        .as_array()?
        .iter()
        .map(Node::new)
        .all(|one| one.has("arn") && one.has("event_log"));
    all_events.then(|| list.items())
}

fn read(body: &Body, page: &mut Page) -> Result<(), ParseError> {
    let document = body.expect_json(ADAPTER.name)?;
    let Some(events) = events(document) else {
        return Err(ParseError::WrongShape {
            provider: ADAPTER.name,
            expected: "a list of events",
        });
    };
    page.name = Some("AWS".to_owned());
    page.url = Some("https://health.aws.amazon.com/health/status".to_owned());
    page.levels = LevelSource::Incidents;
    let incidents: Vec<Incident> = events.map(|node| incident(node, page)).collect();
    let mut components = known_components();
    list_the_affected(&incidents, &mut components);
    page.components = Section::of(components);
    page.incidents = Section::of(incidents);
    page.maintenances = Section::Unsupported;
    Ok(())
}

/// The document names only what is in trouble; what can be chosen on a quiet day are the regions and what most people
/// use of them.
fn known_components() -> Vec<Component> {
    let mut components: Vec<Component> = GLOBAL_SERVICES
        .iter()
        .map(|(slug, name)| Component::new(*slug, *name))
        .collect();
    for (code, place) in REGIONS {
        let mut region = Component::new(region_key(code), format!("{place} ({code})"));
        region.is_group = true;
        region.region = Some((*code).to_owned());
        components.push(region);
        for (slug, name) in REGIONAL_SERVICES {
            let mut service = Component::new(format!("{slug}-{code}"), *name);
            service.parent = Some(ComponentKey::new(region_key(code)));
            service.region = Some((*code).to_owned());
            components.push(service);
        }
    }
    components
}

/// Services in trouble beyond those that are always listed, each under its region.
fn list_the_affected(incidents: &[Incident], components: &mut Vec<Component>) {
    let mut known: HashSet<ComponentKey> = components.iter().map(|one| one.key.clone()).collect();
    for affected in incidents.iter().flat_map(|incident| &incident.affected) {
        let (Some(key), Some(name)) = (&affected.key, &affected.name) else {
            continue;
        };
        if known.insert(key.clone()) {
            let mut component = Component::new(key.as_str(), name.as_str());
            let code = REGIONS
                .iter()
                .find(|(code, _)| key.as_str().ends_with(code));
            component.region = code.map(|(code, _)| (*code).to_owned());
            component.parent = code.map(|(code, _)| ComponentKey::new(region_key(code)));
            components.push(component);
        }
    }
}

fn region_key(code: &str) -> String {
    format!("region:{code}")
}

fn incident(node: Node<'_>, page: &mut Page) -> Incident {
    let code = node
        .text("arn")
        .and_then(|arn| arn.split(':').nth(4))
        .unwrap_or_default();
    let title = node.text("summary").unwrap_or("Operational issue");
    let service = node.text("service_name").unwrap_or_default();
    let place = node.text("region_name").unwrap_or(code);
    let title = [title, service, place]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" · ");
    let mut incident = page.incident(node.id("arn"), Some(&title));
    let status = node.word("status");
    incident.phase = Said {
        meaning: if status.as_deref() == Some("0") {
            Phase::Resolved
        } else {
            Phase::Unknown
        },
        raw: None,
    };
    incident.impact = page.say(IMPACTS, status, "event status");
    incident.started_at = page.time(node.get("date"));
    let log = node.objects("event_log").map(|one| {
        let at = page.time(one.get("timestamp"));
        update(at, None::<Cow<'_, str>>, one.text("message"))
    });
    incident.updates = newest_first(log.collect());
    incident.url.clone_from(&page.url);
    incident.affected = affected(node, page);
    incident.link = LinkQuality::by_id(&incident.affected);
    incident
}

fn affected(node: Node<'_>, page: &mut Page) -> Vec<Affected> {
    let services = node.get("impacted_services").and_then(Node::as_object);
    let mut affected: Vec<Affected> = services
        .into_iter()
        .flatten()
        .map(|(slug, value)| {
            let service = Node::new(value);
            Affected {
                key: Some(ComponentKey::new(slug)),
                name: service.string("service_name"),
                level: Some(page.say(LEVELS, service.word("current"), "service status")),
            }
        })
        .collect();
    // An event of a single service lists no impacted ones.
    if let (true, Some(slug)) = (affected.is_empty(), node.text("service")) {
        affected.push(Affected {
            key: Some(ComponentKey::new(slug)),
            name: node.string("service_name"),
            level: Some(page.say(LEVELS, node.word("status"), "event status")),
        });
    }
    affected
}
