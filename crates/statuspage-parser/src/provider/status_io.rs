//! Status.io: `https://api.status.io/1.0/status/<page id>`.

use std::time::Duration;

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
    id: "status_io",
    name: "Status.io",
    documents: &[Document {
        name: "status",
        at: "https://api.status.io/1.0/status/{last}",
        required: true,
    }],
    hosts: &[
        (
            "status.gitlab.com",
            "https://status.io/pages/5b36dc6502d06804c08349f7",
        ),
        (
            "www.dockerstatus.com",
            "https://status.io/pages/533c6539221ae15e3f000031",
        ),
        (
            "dockerstatus.com",
            "https://status.io/pages/533c6539221ae15e3f000031",
        ),
    ],
    suffixes: &["status.io"],
    in_html: |html| page_id(html).map(|id| format!("https://status.io/pages/{id}")),
    // Requests at the same time get the connection blocked.
    pause: Duration::from_secs(1),
    recognises: |body| {
        body.json()
            .is_some_and(|document| result(document).is_some())
    },
    read,
    ..Adapter::BLANK
};

/// Codes of states; a security event is trouble without an outage.
const LEVELS: Words<Level> = &[
    ("100", Level::Operational),
    ("200", Level::Maintenance),
    ("300", Level::Degraded),
    ("400", Level::PartialOutage),
    ("500", Level::MajorOutage),
    ("600", Level::Degraded),
];

const IMPACTS: Words<Impact> = &[
    ("100", Impact::None),
    ("200", Impact::Maintenance),
    ("300", Impact::Minor),
    ("400", Impact::Major),
    ("500", Impact::Critical),
    ("600", Impact::Minor),
];

const PHASES: Words<Phase> = &[
    ("100", Phase::Investigating),
    ("200", Phase::Identified),
    ("300", Phase::Monitoring),
    ("400", Phase::Resolved),
];

/// The page's id, which its own host does not show in the address.
fn page_id(html: &str) -> Option<&str> {
    html.match_indices("/pages/").find_map(|(at, mark)| {
        let rest = &html[at + mark.len()..];
        let rest = rest.split_once('/').map_or(rest, |(kind, rest)| {
            if matches!(kind, "history" | "incident" | "maintenance") {
                rest
            } else {
                &html[at + mark.len()..]
            }
        });
        let id = rest.get(..24)?;
        let ends = !rest[24..].starts_with(|c: char| c.is_ascii_alphanumeric());
        (ends && id.bytes().all(|b| b.is_ascii_hexdigit())).then_some(id)
    })
}

fn result(document: Node<'_>) -> Option<Node<'_>> {
    let result = document.get("result")?;
    (result.get("status_overall").is_some() && result.is_list("status")).then_some(result)
}

fn read(body: &Body, page: &mut Page) -> Result<(), ParseError> {
    let Some(result) = result(body.expect_json(ADAPTER.name)?) else {
        return Err(ParseError::WrongShape {
            provider: ADAPTER.name,
            expected: "`result` with `status_overall` and `status`",
        });
    };
    if let Some(overall) = result.get("status_overall") {
        page.overall = state(overall, page);
        page.headline = overall.string("status");
        page.updated_at = page.time(overall.get("updated"));
    }
    let mut components = Vec::new();
    for node in result.objects("status") {
        read_component(node, &mut components, page);
    }
    page.components = Section::of(components);
    page.incidents = if result.is_list("incidents") {
        Section::of(
            result
                .objects("incidents")
                .map(|node| incident(node, page))
                .collect(),
        )
    } else {
        Section::Unsupported
    };
    read_maintenance(result, page);
    Ok(())
}

/// The code is the meaning, the word what people see.
fn state(node: Node<'_>, page: &mut Page) -> Said<Level> {
    let said = page.say(LEVELS, node.word("status_code"), "status code");
    Said {
        meaning: said.meaning,
        raw: node.string("status").or(said.raw),
    }
}

fn place(component: &str, container: &str) -> ComponentKey {
    ComponentKey::new(format!("{component}/{container}"))
}

/// A component in several places is a group of them.
fn read_component(node: Node<'_>, components: &mut Vec<Component>, page: &mut Page) {
    let id = node.id("id");
    let Some(mut component) = page.component(id.as_str(), node.text("name")) else {
        return;
    };
    component.status = state(node, page);
    component.updated_at = page.time(node.get("updated"));
    let places: Vec<Node<'_>> = node.objects("containers").collect();
    if let [only] = places.as_slice() {
        component.region = only.string("name");
    }
    let parent = component.key.clone();
    components.push(component);
    if places.len() < 2 {
        return;
    }
    for container in places {
        let key = place(&id, &container.id("id"));
        let Some(mut leaf) = page.component(key.as_str(), container.text("name")) else {
            continue;
        };
        leaf.parent = Some(parent.clone());
        leaf.region.clone_from(&container.string("name"));
        leaf.status = state(container, page);
        components.push(leaf);
    }
}

fn incident(node: Node<'_>, page: &mut Page) -> Incident {
    let mut incident = page.incident(node.id("_id"), node.text("name"));
    let newest = newest(node);
    incident.phase = page.say(
        PHASES,
        newest.and_then(|one| one.word("state")),
        "incident state",
    );
    incident.impact = page.say(
        IMPACTS,
        newest.and_then(|one| one.word("status")),
        "incident status",
    );
    incident.started_at = page.time(node.get("datetime_open"));
    incident.resolved_at = page.time(node.get("datetime_resolved"));
    incident.affected = affected(node);
    incident.link = LinkQuality::by_id(&incident.affected);
    incident.updates = updates(node, page);
    incident
}

fn newest(node: Node<'_>) -> Option<Node<'_>> {
    node.objects("messages")
        .max_by_key(|one| one.text("datetime"))
}

fn read_maintenance(result: Node<'_>, page: &mut Page) {
    let Some(lists) = result.get("maintenance") else {
        page.maintenances = Section::Unsupported;
        return;
    };
    let mut all = Vec::new();
    for (list, phase) in [
        ("active", MaintenancePhase::InProgress),
        ("upcoming", MaintenancePhase::Scheduled),
    ] {
        for node in lists.objects(list) {
            let mut maintenance: Maintenance = page.maintenance(node.id("_id"), node.text("name"));
            maintenance.phase = Said::new(phase, list);
            maintenance.scheduled_for = page.time(node.get("datetime_planned_start"));
            maintenance.scheduled_until = page.time(node.get("datetime_planned_end"));
            maintenance.affected = affected(node);
            maintenance.link = LinkQuality::by_id(&maintenance.affected);
            maintenance.updates = updates(node, page);
            all.push(maintenance);
        }
    }
    page.maintenances = Section::of(all);
}

/// Each component, and each of its places that the incident names.
fn affected(node: Node<'_>) -> Vec<Affected> {
    let mut affected = Vec::new();
    for component in node.objects("components_affected") {
        let id = component.id("_id");
        affected.push(Affected {
            key: Some(ComponentKey::new(id.as_str())),
            name: component.string("name"),
            level: None,
        });
        for container in node.objects("containers_affected") {
            affected.push(Affected {
                key: Some(place(&id, &container.id("_id"))),
                name: container.string("name"),
                level: None,
            });
        }
    }
    affected
}

fn updates(node: Node<'_>, page: &mut Page) -> Vec<Update> {
    let updates = node.objects("messages").map(|one| {
        let at = page.time(one.get("datetime"));
        let phase = one
            .word("state")
            .and_then(|raw| words::find(PHASES, &raw))
            .map(|phase| format!("{phase:?}").to_lowercase());
        update(at, phase.map(Into::into), one.text("details"))
    });
    newest_first(updates.collect())
}
