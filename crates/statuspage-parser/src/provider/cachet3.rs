//! Cachet 3: `/api/*`, JSON:API, states as `{human, value}`.

use super::{Adapter, Document, cachet};
use crate::{
    ParseError,
    body::Body,
    draft::update,
    node::Node,
    page::{Affected, Component, ComponentKey, Incident, LinkQuality, Maintenance, Page, Section},
};

pub(super) static ADAPTER: Adapter = Adapter {
    id: "cachet3",
    name: "Cachet 3",
    documents: &[
        Document {
            name: "components",
            at: "{base}/api/components?per_page=100&include=group",
            required: true,
        },
        Document {
            name: "incidents",
            at: "{base}/api/incidents?per_page=50&sort=-id&include=components",
            required: false,
        },
        Document {
            name: "schedules",
            at: "{base}/api/schedules?per_page=50&include=components",
            required: false,
        },
    ],
    probed: Some("components"),
    recognises: |body| {
        body.json()
            .is_some_and(|document| list_of(document).is_some())
    },
    read,
    ..Adapter::BLANK
};

fn list_of(document: Node<'_>) -> Option<&'static str> {
    let first = document.objects("data").next()?;
    first
        .at(&["attributes", "status", "value"])
        .or_else(|| first.at(&["attributes", "latest_status", "value"]))?;
    match first.text("type")? {
        "components" => Some("components"),
        "incidents" => Some("incidents"),
        "schedules" => Some("schedules"),
        _ => None,
    }
}

fn read(body: &Body, page: &mut Page) -> Result<(), ParseError> {
    let document = body.expect_json(ADAPTER.name)?;
    let empty = document.is_list("data") && document.objects("data").next().is_none();
    match list_of(document).or(body.document.filter(|_| empty)) {
        Some("components") => {
            let groups = document
                .objects("included")
                .filter_map(|node| group(node, page));
            let mut all: Vec<Component> = groups.collect();
            all.extend(
                document
                    .objects("data")
                    .filter_map(|node| component(node, page)),
            );
            page.components = Section::of(all);
            page.continues = document
                .at(&["links", "next"])
                .and_then(Node::as_str)
                .map(str::to_owned);
        }
        Some("incidents") => {
            page.incidents = Section::of(
                document
                    .objects("data")
                    .map(|node| incident(node, page))
                    .collect(),
            );
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
                expected: "`data` with statuses of `{human, value}`",
            });
        }
    }
    Ok(())
}

fn group_key(id: &str) -> ComponentKey {
    ComponentKey::new(format!("group:{id}"))
}

fn group(node: Node<'_>, page: &mut Page) -> Option<Component> {
    if !matches!(
        node.text("type"),
        Some("componentGroups" | "component-groups")
    ) {
        return None;
    }
    let mut group = page.component(
        group_key(&node.id("id")).as_str(),
        node.get("attributes")?.text("name"),
    )?;
    group.is_group = true;
    Some(group)
}

fn component(node: Node<'_>, page: &mut Page) -> Option<Component> {
    let attributes = node.get("attributes")?;
    if attributes.flag("enabled") == Some(false) {
        return None;
    }
    let mut component = page.component(node.id("id"), attributes.text("name"))?;
    let value = attributes.at(&["status", "value"]).and_then(Node::as_word);
    component.status = page.say(cachet::LEVELS, value, "component status");
    let group = node
        .at(&["relationships", "group", "data"])
        .and_then(|data| data.word("id"));
    component.parent = group.map(|id| group_key(&id));
    component.description = attributes.string("description");
    component.position = attributes.integer("order");
    Some(component)
}

fn incident(node: Node<'_>, page: &mut Page) -> Incident {
    let Some(attributes) = node.get("attributes") else {
        return page.incident(node.id("id"), None);
    };
    let mut incident = page.incident(node.id("id"), attributes.text("name"));
    let latest = attributes
        .at(&["latest_status", "value"])
        .or_else(|| attributes.at(&["status", "value"]));
    incident.phase = page.say(
        cachet::PHASES,
        latest.and_then(Node::as_word),
        "incident status",
    );
    incident.started_at =
        page.time(string_of(attributes, "occurred").or_else(|| string_of(attributes, "created")));
    incident.updated_at = page.time(string_of(attributes, "updated"));
    incident.affected = affected(node);
    incident.link = LinkQuality::by_id(&incident.affected);
    incident.updates = vec![update(
        incident.updated_at,
        None,
        attributes.text("message"),
    )];
    incident
}

fn maintenance(node: Node<'_>, page: &mut Page) -> Maintenance {
    let Some(attributes) = node.get("attributes") else {
        return page.maintenance(node.id("id"), None);
    };
    let mut maintenance = page.maintenance(node.id("id"), attributes.text("name"));
    let value = attributes.at(&["status", "value"]).and_then(Node::as_word);
    maintenance.phase = page.say(cachet::MAINTENANCE_PHASES, value, "schedule status");
    maintenance.scheduled_for = page.time(string_of(attributes, "scheduled"));
    maintenance.scheduled_until = page.time(string_of(attributes, "completed"));
    maintenance.affected = affected(node);
    maintenance.link = LinkQuality::by_id(&maintenance.affected);
    maintenance
}

/// Times come as `{human, string}`.
fn string_of<'a>(attributes: Node<'a>, key: &str) -> Option<Node<'a>> {
    attributes.at(&[key, "string"])
}

fn affected(node: Node<'_>) -> Vec<Affected> {
    let linked = node.at(&["relationships", "components"]);
    let ids = linked
        .into_iter()
        .flat_map(|linked| linked.objects("data"))
        .filter_map(|one| one.word("id"));
    ids.map(|id| Affected {
        key: Some(ComponentKey::new(id)),
        name: None,
        level: None,
    })
    .collect()
}
