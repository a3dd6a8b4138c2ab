//! incident.io: its page model (`/proxy/<host>`, also inside the page itself) and its copy of the Statuspage API.

use serde_json::Value;

use super::{Adapter, Document, atlassian};
use crate::{
    ParseError,
    body::Body,
    draft::{newest_first, section, update},
    html::Flight,
    node::Node,
    page::{
        Affected, Component, ComponentKey, Incident, Level, LinkQuality, Maintenance, Page, Said,
        Section,
    },
    words::{self, Words},
};

pub(super) static ADAPTER: Adapter = Adapter {
    id: "incident_io",
    name: "incident.io",
    documents: &[
        Document {
            name: "proxy",
            at: "{origin}/proxy/{host}",
            required: false,
        },
        Document {
            name: "summary",
            at: "{base}/api/v2/summary.json",
            required: false,
        },
    ],
    hosts: &[("status.openai.com", "https://status.openai.com")],
    in_html: |html| {
        (html.contains("self.__next_f") && html.contains("incident-io-status-page"))
            .then(|| "{base}".to_owned())
    },
    recognises,
    read,
    probed: Some("summary"),
    ..Adapter::BLANK
};

/// A word of its own for a component, beside those of the family.
const LEVELS: Words<Level> = words::LEVELS;

fn recognises(body: &Body) -> bool {
    if let Some(html) = body.html() {
        return html.contains("incident-io-status-page") && embedded(html).is_some();
    }
    body.json()
        .is_some_and(|document| model(document).is_some() || is_compatible(document))
}

/// Its pages have ids in the style of ULIDs; Statuspage's are shorter.
fn is_compatible(document: Node<'_>) -> bool {
    let id = document.at(&["page", "id"]).and_then(Node::as_str);
    atlassian::is_v2(document) && id.is_some_and(|id| id.len() == 26 && id.starts_with("01"))
}

fn embedded(html: &str) -> Option<Value> {
    Flight::read(html)
        .value("\"summary\":")
        .filter(|value| is_model(Node::new(value)))
}

fn model(document: Node<'_>) -> Option<Node<'_>> {
    document.get("summary").filter(|summary| is_model(*summary))
}

fn is_model(summary: Node<'_>) -> bool {
    summary.is_list("components")
        && summary.is_list("affected_components")
        && summary.get("structure").is_some()
}

fn read(body: &Body, page: &mut Page) -> Result<(), ParseError> {
    if let Some(summary) = body.html().and_then(embedded) {
        read_model(Node::new(&summary), page);
        return Ok(());
    }
    let document = body.expect_json(ADAPTER.name)?;
    if let Some(summary) = model(document) {
        read_model(summary, page);
    } else if atlassian::is_v2(document) {
        atlassian::read_v2(document, page);
    } else {
        return Err(ParseError::WrongShape {
            provider: ADAPTER.name,
            expected: "`summary` with its structure, or `page` and its lists",
        });
    }
    Ok(())
}

fn read_model(summary: Node<'_>, page: &mut Page) {
    page.id = words::owned(summary.word("id"));
    page.name = summary.string("name");
    page.url = summary.string("public_url");
    page.components = Section::of(components(summary, page));
    page.incidents = section(summary, "ongoing_incidents", |node| {
        Some(incident(node, page))
    });
    page.maintenances = section(summary, "scheduled_maintenances", |node| {
        Some(maintenance(node, page))
    });
}

/// What the page shows: the structure's visible entries. Only what is not operational is listed with a status.
fn components(summary: Node<'_>, page: &mut Page) -> Vec<Component> {
    let mut components = Vec::new();
    let items = summary
        .get("structure")
        .into_iter()
        .flat_map(|structure| structure.objects("items"));
    for (position, item) in items.enumerate() {
        let position = i64::try_from(position).ok();
        if let Some(group) = item.get("group").filter(|group| !group.is_true("hidden")) {
            let Some(mut container) = page.component(group.id("id"), group.text("name")) else {
                continue;
            };
            container.is_group = true;
            container.position = position;
            let parent = container.key.clone();
            components.push(container);
            for (within, node) in group.objects("components").enumerate() {
                components.extend(leaf(node, Some(&parent), i64::try_from(within).ok(), page));
            }
        } else if let Some(node) = item.get("component") {
            components.extend(leaf(node, None, position, page));
        }
    }
    for node in summary.objects("affected_components") {
        let id = node.id("component_id");
        let said = page.say(LEVELS, node.word("status"), "component status");
        for component in components
            .iter_mut()
            .filter(|component| component.key.as_str() == id)
        {
            component.status = said.clone();
        }
    }
    components
}

fn leaf(
    node: Node<'_>,
    parent: Option<&ComponentKey>,
    position: Option<i64>,
    page: &mut Page,
) -> Option<Component> {
    if node.is_true("hidden") {
        return None;
    }
    let mut component = page.component(node.id("component_id"), node.text("name"))?;
    component.parent = parent.cloned();
    component.position = position;
    component.description = node.string("description");
    component.status = Said::derived(Level::Operational);
    Some(component)
}

fn incident(node: Node<'_>, page: &mut Page) -> Incident {
    let mut incident = page.incident(node.id("id"), node.text("name"));
    incident.phase = page.say(words::PHASES, node.word("status"), "incident status");
    incident.started_at = page.time(node.get("published_at"));
    incident.affected = affected(node, page);
    incident.link = LinkQuality::by_id(&incident.affected);
    incident.impact = impact(&incident.affected);
    incident.updates = updates(node, page);
    incident
}

/// The page gives no impact of its own; the worst component that is not well again stands for it.
fn impact(affected: &[Affected]) -> Said<crate::page::Impact> {
    use crate::page::Impact;
    let worst = affected
        .iter()
        .filter_map(|one| Some(one.level.as_ref()?.meaning))
        .fold(Level::Unknown, Level::worse);
    Said::derived(match worst {
        Level::Operational => Impact::None,
        Level::Degraded => Impact::Minor,
        Level::PartialOutage => Impact::Major,
        Level::MajorOutage => Impact::Critical,
        Level::Maintenance => Impact::Maintenance,
        Level::NotMonitored | Level::Unknown => Impact::Unknown,
    })
}

fn maintenance(node: Node<'_>, page: &mut Page) -> Maintenance {
    let mut maintenance = page.maintenance(node.id("id"), node.text("name"));
    maintenance.phase = page.say(
        words::MAINTENANCE_PHASES,
        node.word("status"),
        "maintenance status",
    );
    maintenance.scheduled_for = page.time(
        node.get("maintenance_start_at")
            .or_else(|| node.get("published_at")),
    );
    maintenance.scheduled_until = page.time(node.get("maintenance_end_at"));
    maintenance.affected = affected(node, page);
    maintenance.link = LinkQuality::by_id(&maintenance.affected);
    maintenance.updates = updates(node, page);
    maintenance
}

/// `current_status` is the state now, `status` the worst it was.
fn affected(node: Node<'_>, page: &mut Page) -> Vec<Affected> {
    node.objects("affected_components")
        .filter_map(|one| {
            let raw = one.any_word(&["current_status", "status"]);
            Some(Affected {
                key: Some(ComponentKey::new(one.word("component_id")?)),
                name: None,
                level: raw.map(|raw| page.say(LEVELS, Some(raw), "component status")),
            })
        })
        .collect()
}

fn updates(node: Node<'_>, page: &mut Page) -> Vec<crate::page::Update> {
    let updates = node.objects("updates").map(|one| {
        let at = page.time(one.get("published_at"));
        update(at, one.word("to_status"), one.text("message_string"))
    });
    newest_first(updates.collect())
}
