//! openstatus: `/feed/json`, components and the reports on them.

use super::{Adapter, Document};
use crate::{
    ParseError,
    body::Body,
    draft::{newest_first, update},
    node::Node,
    page::{
        Affected, Component, ComponentKey, Impact, Incident, Level, LevelSource, LinkQuality,
        Maintenance, MaintenancePhase, Page, Phase, Said, Section, Update,
    },
    words::{self, Words},
};

pub(super) static ADAPTER: Adapter = Adapter {
    id: "openstatus",
    name: "openstatus",
    documents: &[Document {
        name: "feed",
        at: "{base}/feed/json",
        required: true,
    }],
    suffixes: &["openstatus.dev"],
    probed: Some("feed"),
    in_html: |html| {
        html.contains("openstatus.dev")
            .then(|| "{base}".to_owned())
            .filter(|_| html.contains("/feed/json"))
    },
    recognises: |body| body.json().is_some_and(is_feed),
    read,
    ..Adapter::BLANK
};

const LEVELS: Words<Level> = &[
    ("operational", Level::Operational),
    ("degradedperformance", Level::Degraded),
    ("degraded", Level::Degraded),
    ("partialoutage", Level::PartialOutage),
    ("majoroutage", Level::MajorOutage),
    ("undermaintenance", Level::Maintenance),
    ("maintenance", Level::Maintenance),
    ("incident", Level::Degraded),
    ("unknown", Level::Unknown),
];

fn is_feed(document: Node<'_>) -> bool {
    document.is_list("pageComponents") && document.is_list("statusReports")
}

fn read(body: &Body, page: &mut Page) -> Result<(), ParseError> {
    let document = body.expect_json(ADAPTER.name)?;
    if !is_feed(document) {
        return Err(ParseError::WrongShape {
            provider: ADAPTER.name,
            expected: "`pageComponents` and `statusReports`",
        });
    }
    page.name = document.string("title");
    page.headline = document.string("description");
    page.updated_at = page.time(document.get("updatedAt"));
    let mut components: Vec<Component> = document
        .objects("pageComponentGroups")
        .filter_map(|node| group(node, page))
        .collect();
    let listed: Vec<Component> = document
        .objects("pageComponents")
        .filter_map(|node| component(node, page))
        .collect();
    // Newer versions give each component its own level; in older ones only reports do.
    if listed.iter().all(|one| one.status.raw.is_none()) {
        page.levels = LevelSource::Incidents;
    }
    components.extend(listed);
    page.components = Section::of(components);
    page.incidents = Section::of(
        document
            .objects("statusReports")
            .map(|node| incident(node, page))
            .collect(),
    );
    page.maintenances = Section::of(
        document
            .objects("maintenances")
            .map(|node| maintenance(node, page))
            .collect(),
    );
    Ok(())
}

fn group_key(id: &str) -> ComponentKey {
    ComponentKey::new(format!("group:{id}"))
}

fn group(node: Node<'_>, page: &mut Page) -> Option<Component> {
    let mut group = page.component(group_key(&node.id("id")).as_str(), node.text("name"))?;
    group.is_group = true;
    Some(group)
}

fn component(node: Node<'_>, page: &mut Page) -> Option<Component> {
    let mut component = page.component(node.id("id"), node.text("name"))?;
    component.parent = node.word("groupId").map(|id| group_key(&id));
    component.description = node.string("description");
    component.position = node.integer("order");
    component.status = page.say(LEVELS, node.word("status"), "component status");
    Some(component)
}

/// Reports carry no severity: an open one means that something is degraded.
fn incident(node: Node<'_>, page: &mut Page) -> Incident {
    let mut incident = page.incident(node.id("id"), node.text("title"));
    incident.phase = page.say(words::PHASES, node.word("status"), "report status");
    let impact = if incident.phase.meaning == Phase::Monitoring {
        Impact::None
    } else {
        Impact::Minor
    };
    incident.impact = Said::derived(impact);
    let updates: Vec<Update> = node
        .objects("statusReportUpdates")
        .map(|one| one_update(one, page))
        .collect();
    incident.started_at = updates.iter().filter_map(|one| one.at).min();
    incident.updated_at = page.time(node.get("updatedAt"));
    incident.affected = affected(node);
    incident.link = LinkQuality::by_id(&incident.affected);
    incident.updates = newest_first(updates);
    incident
}

fn one_update(node: Node<'_>, page: &mut Page) -> Update {
    let at = page.time(node.get("date"));
    update(at, node.word("status"), node.text("message"))
}

fn maintenance(node: Node<'_>, page: &mut Page) -> Maintenance {
    let mut maintenance = page.maintenance(
        node.id("id"),
        node.text("name").or_else(|| node.text("title")),
    );
    maintenance.phase = Said::derived(MaintenancePhase::Unknown);
    maintenance.scheduled_for = page.time(node.get("from"));
    maintenance.scheduled_until = page.time(node.get("to"));
    maintenance.updated_at = page.time(node.get("updatedAt"));
    maintenance.affected = affected(node);
    maintenance.link = LinkQuality::by_id(&maintenance.affected);
    maintenance.updates = vec![update(maintenance.updated_at, None, node.text("message"))];
    maintenance
}

/// Ids, or objects that carry one.
fn affected(node: Node<'_>) -> Vec<Affected> {
    node.values("pageComponents")
        .filter_map(|one| {
            let id = one.as_word().or_else(|| one.word("id"))?;
            Some(Affected {
                key: Some(ComponentKey::new(id)),
                name: one.string("name"),
                level: None,
            })
        })
        .collect()
}
