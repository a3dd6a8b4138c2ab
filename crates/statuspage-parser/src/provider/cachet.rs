//! Cachet 2: `/api/v1/*`, self-hosted, states as numbers.

use std::borrow::Cow;

use super::{Adapter, Document};
use crate::{
    ParseError, Warning, WarningKind,
    body::Body,
    draft::{newest_first, update},
    node::Node,
    page::{
        Affected, Component, ComponentKey, Impact, Incident, Level, LinkQuality, Maintenance,
        MaintenancePhase, Page, Phase, Section, Update,
    },
    words::Words,
};

pub(super) static ADAPTER: Adapter = Adapter {
    id: "cachet",
    name: "Cachet",
    documents: &[
        Document {
            name: "components",
            at: "{base}/api/v1/components?per_page=100",
            required: true,
        },
        Document {
            name: "groups",
            at: "{base}/api/v1/components/groups?per_page=100",
            required: false,
        },
        Document {
            name: "incidents",
            at: "{base}/api/v1/incidents?per_page=50&sort=id&order=desc",
            required: false,
        },
        Document {
            name: "schedules",
            at: "{base}/api/v1/schedules?per_page=50",
            required: false,
        },
    ],
    probed: Some("components"),
    recognises: |body| {
        body.json()
            .is_some_and(|document| is_paged(document) && list_of(document).is_some())
    },
    read,
    ..Adapter::BLANK
};

pub(super) const LEVELS: Words<Level> = &[
    ("0", Level::Unknown),
    ("1", Level::Operational),
    ("2", Level::Degraded),
    ("3", Level::PartialOutage),
    ("4", Level::MajorOutage),
    ("5", Level::Unknown),
    ("6", Level::Maintenance),
];

const IMPACTS: Words<Impact> = &[
    ("0", Impact::Unknown),
    ("1", Impact::None),
    ("2", Impact::Minor),
    ("3", Impact::Major),
    ("4", Impact::Critical),
];

pub(super) const PHASES: Words<Phase> = &[
    ("0", Phase::Unknown),
    ("1", Phase::Investigating),
    ("2", Phase::Identified),
    ("3", Phase::Monitoring),
    ("4", Phase::Resolved),
];

pub(super) const MAINTENANCE_PHASES: Words<MaintenancePhase> = &[
    ("0", MaintenancePhase::Scheduled),
    ("1", MaintenancePhase::InProgress),
    ("2", MaintenancePhase::Completed),
];

/// Which list this is, by keys that only its entries have.
fn list_of(document: Node<'_>) -> Option<&'static str> {
    let first = document.objects("data").next()?;
    if first.has("enabled_components") || first.has("collapsed") {
        Some("groups")
    } else if first.has("scheduled_at") {
        Some("schedules")
    } else if first.has("component_id") && first.has("message") {
        Some("incidents")
    } else if first.has("group_id") && first.has("status") {
        Some("components")
    } else {
        None
    }
}

fn is_paged(document: Node<'_>) -> bool {
    document.at(&["meta", "pagination"]).is_some() && document.is_list("data")
}

fn read(body: &Body, page: &mut Page) -> Result<(), ParseError> {
    let document = body.expect_json(ADAPTER.name)?;
    let empty = document.is_list("data") && document.objects("data").next().is_none();
    let list = list_of(document).or(body.document.filter(|_| empty));
    match list.filter(|_| is_paged(document)) {
        Some("components") => {
            page.components = Section::of(
                document
                    .objects("data")
                    .filter_map(|node| component(node, page))
                    .collect(),
            );
        }
        Some("groups") => {
            page.components = Section::of(
                document
                    .objects("data")
                    .filter_map(|node| group(node, page))
                    .collect(),
            );
        }
        Some("incidents") => {
            let visible = document
                .objects("data")
                .filter(|node| node.flag("visible") != Some(false));
            page.incidents = Section::of(visible.map(|node| incident(node, page)).collect());
        }
        Some("schedules") => {
            page.maintenances = Section::of(
                document
                    .objects("data")
                    .map(|node| maintenance(node, page))
                    .collect(),
            );
        }
        _ => {
            return Err(ParseError::WrongShape {
                provider: ADAPTER.name,
                expected: "`meta.pagination` and a list it knows",
            });
        }
    }
    follow_pages(document, list, page);
    Ok(())
}

/// Components must be complete; of the past, the first page is enough.
fn follow_pages(document: Node<'_>, list: Option<&str>, page: &mut Page) {
    let next = document
        .at(&["meta", "pagination", "links", "next_page"])
        .and_then(Node::as_str);
    match (next, list) {
        (Some(next), Some("components" | "groups")) => page.continues = Some(next.to_owned()),
        (Some(_), _) => page.warn(Warning::new(
            WarningKind::Truncated,
            "only the newest entries were read",
        )),
        _ => {}
    }
}

fn group_key(id: &str) -> ComponentKey {
    ComponentKey::new(format!("group:{id}"))
}

fn group(node: Node<'_>, page: &mut Page) -> Option<Component> {
    let mut group = page.component(group_key(&node.id("id")).as_str(), node.text("name"))?;
    group.is_group = true;
    group.position = node.integer("order");
    Some(group)
}

fn component(node: Node<'_>, page: &mut Page) -> Option<Component> {
    if node.flag("enabled") == Some(false) {
        return None;
    }
    let mut component = page.component(node.id("id"), node.text("name"))?;
    component.status = page.say(LEVELS, node.word("status"), "component status");
    component.parent = node
        .word("group_id")
        .filter(|id| id != "0")
        .map(|id| group_key(&id));
    component.description = node.string("description");
    component.updated_at = page.time(node.get("updated_at"));
    component.position = node.integer("order");
    Some(component)
}

/// `status` is the state in which it began; the latest is elsewhere.
fn incident(node: Node<'_>, page: &mut Page) -> Incident {
    let mut incident = page.incident(node.id("id"), node.text("name"));
    incident.phase = page.say(
        PHASES,
        node.any_word(&["latest_status", "status"]),
        "incident status",
    );
    if node.is_true("is_resolved") {
        incident.phase.meaning = Phase::Resolved;
    }
    incident.impact = page.say(IMPACTS, node.word("component_status"), "component status");
    incident.started_at = page.time(node.get("occurred_at").or_else(|| node.get("created_at")));
    incident.updated_at = page.time(node.get("updated_at"));
    incident.url = node.string("permalink");
    match node.word("component_id").filter(|id| id != "0") {
        Some(id) => {
            incident.affected = vec![Affected {
                key: Some(ComponentKey::new(id)),
                name: None,
                level: None,
            }];
            incident.link = LinkQuality::ById;
        }
        None => incident.link = LinkQuality::PageWide,
    }
    let first = update(incident.started_at, None, node.text("message"));
    let updates = node.objects("updates").map(|one| one_update(one, page));
    incident.updates = newest_first(updates.chain([first]).collect());
    incident
}

fn one_update(node: Node<'_>, page: &mut Page) -> Update {
    let at = page.time(node.get("created_at"));
    update(at, node.word("human_status"), node.text("message"))
}

/// `completed_at` may be set on one that is still to come: it repeats. The status decides.
fn maintenance(node: Node<'_>, page: &mut Page) -> Maintenance {
    let mut maintenance = page.maintenance(node.id("id"), node.text("name"));
    maintenance.phase = page.say(MAINTENANCE_PHASES, node.word("status"), "schedule status");
    maintenance.scheduled_for = page.time(node.get("scheduled_at"));
    let end = page.time(node.get("completed_at"));
    maintenance.scheduled_until =
        end.filter(|end| maintenance.scheduled_for.is_none_or(|start| start <= *end));
    maintenance.updated_at = page.time(node.get("updated_at"));
    maintenance.affected = node
        .objects("components")
        .filter_map(|one| {
            let id: Cow<'_, str> = one.any_word(&["component_id", "id"])?;
            Some(Affected {
                key: Some(ComponentKey::new(id)),
                name: one.string("name"),
                level: None,
            })
        })
        .collect();
    maintenance.link = LinkQuality::by_id(&maintenance.affected);
    maintenance.updates = vec![update(maintenance.updated_at, None, node.text("message"))];
    maintenance
}
