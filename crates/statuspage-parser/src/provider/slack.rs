//! Slack: `https://slack-status.com/api/v2.0.0/current`, which lists only what is wrong.

use super::{Adapter, Document};
use crate::{
    ParseError,
    body::Body,
    draft::{affected_name, newest_first, update},
    node::Node,
    page::{
        Component, ComponentKey, Impact, Incident, Level, LevelSource, LinkQuality, Maintenance,
        MaintenancePhase, Page, Phase, Section,
    },
    words::Words,
};

pub(super) static ADAPTER: Adapter = Adapter {
    id: "slack",
    name: "Slack",
    documents: &[Document {
        name: "current",
        at: "https://slack-status.com/api/v2.0.0/current",
        required: true,
    }],
    hosts: &[
        ("slack-status.com", "https://slack-status.com"),
        ("status.slack.com", "https://slack-status.com"),
    ],
    recognises: |body| {
        body.json()
            .is_some_and(|document| is_current(document) || is_history(document))
    },
    read,
    ..Adapter::BLANK
};

/// What Slack reports on; only those in trouble are in the document, by name.
const SERVICES: &[&str] = &[
    "Login/SSO",
    "Messaging",
    "Huddles",
    "Canvases",
    "Connections",
    "Files",
    "Notifications",
    "Search",
    "Apps/Integrations/APIs",
    "Workspace/Org Administration",
    "Workflows",
    "Lists",
];

const OVERALL: Words<Level> = &[("ok", Level::Operational), ("active", Level::Degraded)];
const PHASES: Words<Phase> = &[
    ("active", Phase::Investigating),
    ("resolved", Phase::Resolved),
    ("completed", Phase::Resolved),
    ("cancelled", Phase::Resolved),
];
const IMPACTS: Words<Impact> = &[
    ("notice", Impact::None),
    ("incident", Impact::Minor),
    ("outage", Impact::Critical),
    ("maintenance", Impact::Maintenance),
];
const MAINTENANCE_PHASES: Words<MaintenancePhase> = &[
    ("active", MaintenancePhase::InProgress),
    ("scheduled", MaintenancePhase::Scheduled),
    ("completed", MaintenancePhase::Completed),
    ("resolved", MaintenancePhase::Completed),
    ("cancelled", MaintenancePhase::Cancelled),
];

fn is_current(document: Node<'_>) -> bool {
    document.has("status") && document.is_list("active_incidents")
}

fn is_history(document: Node<'_>) -> bool {
    let mut items = document.items().peekable();
    items.peek().is_some() && items.all(|one| one.is_list("services") && one.is_list("notes"))
}

fn read(body: &Body, page: &mut Page) -> Result<(), ParseError> {
    let document = body.expect_json(ADAPTER.name)?;
    let entries: Vec<Node<'_>> = if is_current(document) {
        page.overall = page.say(OVERALL, document.word("status"), "page status");
        page.updated_at = page.time(document.get("date_updated"));
        document.objects("active_incidents").collect()
    } else if is_history(document) {
        document.items().collect()
    } else {
        return Err(ParseError::WrongShape {
            provider: ADAPTER.name,
            expected: "`status` and `active_incidents`",
        });
    };
    page.name = Some("Slack".to_owned());
    page.url = Some("https://slack-status.com".to_owned());
    page.levels = LevelSource::Incidents;
    page.components = Section::of(SERVICES.iter().map(|name| service(name)).collect());
    let (maintenances, incidents): (Vec<Node<'_>>, Vec<Node<'_>>) = entries
        .into_iter()
        .partition(|node| node.text("type") == Some("maintenance"));
    page.incidents = Section::of(
        incidents
            .into_iter()
            .map(|node| incident(node, page))
            .collect(),
    );
    page.maintenances = Section::of(
        maintenances
            .into_iter()
            .map(|node| maintenance(node, page))
            .collect(),
    );
    Ok(())
}

fn service(name: &str) -> Component {
    Component {
        key: ComponentKey::from_name(&[], name, 1),
        name: name.to_owned(),
        ..Component::default()
    }
}

fn incident(node: Node<'_>, page: &mut Page) -> Incident {
    let mut incident = page.incident(node.id("id"), node.text("title"));
    incident.phase = page.say(PHASES, node.word("status"), "incident status");
    incident.impact = page.say(IMPACTS, node.word("type"), "incident type");
    incident.started_at = page.time(node.get("date_created"));
    incident.updated_at = page.time(node.get("date_updated"));
    incident.url = node.string("url");
    incident.affected = node
        .values("services")
        .filter_map(Node::as_str)
        .map(affected_name)
        .collect();
    incident.link = LinkQuality::by_name(&incident.affected);
    incident.updates = notes(node, page);
    incident
}

fn maintenance(node: Node<'_>, page: &mut Page) -> Maintenance {
    let mut maintenance = page.maintenance(node.id("id"), node.text("title"));
    maintenance.phase = page.say(
        MAINTENANCE_PHASES,
        node.word("status"),
        "maintenance status",
    );
    maintenance.updated_at = page.time(node.get("date_updated"));
    maintenance.url = node.string("url");
    maintenance.affected = node
        .values("services")
        .filter_map(Node::as_str)
        .map(affected_name)
        .collect();
    maintenance.updates = notes(node, page);
    maintenance
}

fn notes(node: Node<'_>, page: &mut Page) -> Vec<crate::page::Update> {
    let notes = node.objects("notes").map(|one| {
        let at = page.time(one.get("date_created"));
        update(at, None::<std::borrow::Cow<'_, str>>, one.text("body"))
    });
    newest_first(notes.collect())
}
