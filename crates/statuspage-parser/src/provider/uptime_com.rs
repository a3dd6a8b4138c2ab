//! Uptime.com: the page's `/ajax`, an envelope around components that nest.

use super::{Adapter, Document};
use crate::{
    ParseError,
    body::Body,
    draft::{newest_first, update},
    node::Node,
    page::{
        Affected, Component, ComponentKey, Incident, Level, LinkQuality, Maintenance,
        MaintenancePhase, Page, Said, Section, Update,
    },
    words,
};

pub(super) static ADAPTER: Adapter = Adapter {
    id: "uptime_com",
    name: "Uptime.com",
    documents: &[Document {
        name: "ajax",
        at: "{base}/ajax",
        required: true,
    }],
    probed: Some("ajax"),
    in_html: |html| {
        html.contains("global_is_operational")
            .then(|| "{base}".to_owned())
    },
    recognises: |body| body.json().is_some_and(|document| data(document).is_some()),
    read,
    ..Adapter::BLANK
};

/// Deeper nesting is left out.
const MAX_DEPTH: usize = 8;

fn data(document: Node<'_>) -> Option<Node<'_>> {
    document
        .get("data")
        .filter(|data| data.has("global_is_operational") && data.is_list("components"))
}

fn read(body: &Body, page: &mut Page) -> Result<(), ParseError> {
    let Some(data) = data(body.expect_json(ADAPTER.name)?) else {
        return Err(ParseError::WrongShape {
            provider: ADAPTER.name,
            expected: "`data` with `global_is_operational`",
        });
    };
    page.id = words::owned(data.word("id"));
    page.name = data.string("name");
    page.url = data.string("public_url");
    // "Not operational" says nothing of how much: then the components do.
    if data.is_true("global_is_operational") {
        page.overall = Said::new(Level::Operational, "operational");
    }
    let mut components = Vec::new();
    for node in data.objects("components") {
        collect(node, None, 0, &mut components, page);
    }
    page.components = Section::of(components);
    page.incidents =
        crate::draft::section(data, "active_incidents", |node| Some(incident(node, page)));
    page.maintenances = crate::draft::section(data, "upcoming_maintenance", |node| {
        Some(maintenance(node, page))
    });
    Ok(())
}

fn collect(
    node: Node<'_>,
    parent: Option<&ComponentKey>,
    depth: usize,
    all: &mut Vec<Component>,
    page: &mut Page,
) {
    let Some(mut component) = page.component(node.id("id"), node.text("name")) else {
        return;
    };
    component.is_group = node.is_true("is_group");
    component.status = page.say(words::LEVELS, node.word("status"), "component status");
    component.parent = parent
        .cloned()
        .or_else(|| node.word("group").map(ComponentKey::new));
    component.description = node.string("description");
    component.updated_at = page.time(node.get("last_updated_at"));
    component.position = node.integer("sorting_weight");
    let key = component.key.clone();
    all.push(component);
    if depth < MAX_DEPTH {
        for child in node.objects("subcomponents") {
            collect(child, Some(&key), depth + 1, all, page);
        }
    }
}

fn incident(node: Node<'_>, page: &mut Page) -> Incident {
    let mut incident = page.incident(node.id("id"), node.text("name"));
    incident.phase = page.say(
        words::PHASES,
        node.any_word(&["latest_update_incident_state", "state"]),
        "incident state",
    );
    incident.started_at = page.time(node.get("starts_at"));
    incident.resolved_at = page.time(node.get("ends_at"));
    incident.affected = affected(node);
    incident.link = LinkQuality::by_id(&incident.affected);
    incident.updates = updates(node, page);
    incident
}

fn maintenance(node: Node<'_>, page: &mut Page) -> Maintenance {
    let mut maintenance = page.maintenance(node.id("id"), node.text("name"));
    maintenance.phase = Said::derived(MaintenancePhase::Unknown);
    maintenance.scheduled_for = page.time(node.get("starts_at"));
    maintenance.scheduled_until = page.time(node.get("ends_at"));
    maintenance.affected = affected(node);
    maintenance.link = LinkQuality::by_id(&maintenance.affected);
    maintenance.updates = updates(node, page);
    maintenance
}

fn affected(node: Node<'_>) -> Vec<Affected> {
    let listed = node.objects("affected_components").filter_map(|one| {
        let id = one
            .at(&["component", "id"])
            .and_then(Node::as_word)
            .or_else(|| one.any_word(&["component_id", "id"]))?;
        Some(Affected {
            key: Some(ComponentKey::new(id)),
            name: one.string("name"),
            level: None,
        })
    });
    listed.collect()
}

fn updates(node: Node<'_>, page: &mut Page) -> Vec<Update> {
    let updates = node.objects("updates").map(|one| {
        let at = page.time(one.get("updated_at").or_else(|| one.get("created_at")));
        update(at, one.word("incident_state"), one.text("description"))
    });
    newest_first(updates.collect())
}
