//! `PagerDuty` status pages: the data inside the page, or `/api/services` and `/api/posts`.

use std::collections::HashMap;

use serde_json::Value;

use super::{Adapter, Document};
use crate::{
    ParseError,
    body::{Body, json},
    draft::{newest_first, update},
    html::script,
    node::Node,
    page::{
        Affected, Component, ComponentKey, Impact, Incident, Level, LevelSource, LinkQuality,
        Maintenance, MaintenancePhase, Page, Phase, Said, Section,
    },
    words::Words,
};

pub(super) static ADAPTER: Adapter = Adapter {
    id: "pagerduty",
    name: "PagerDuty",
    documents: &[
        Document {
            name: "services",
            at: "{base}/api/services",
            required: true,
        },
        Document {
            name: "posts",
            at: "{base}/api/posts",
            required: true,
        },
    ],
    hosts: &[("status.pagerduty.com", "https://status.pagerduty.com")],
    probed: Some("services"),
    in_html: |html| {
        html.contains("global-status-headline")
            .then(|| "{base}".to_owned())
            .filter(|_| html.contains("pagerduty"))
    },
    recognises: |body| match body.html() {
        Some(html) => embedded(html).is_some(),
        None => body.json().is_some_and(|document| {
            is_services(document) || is_posts(document) || is_data(document)
        }),
    },
    read,
    ..Adapter::BLANK
};

/// Owners can define words of their own; those are unknown here.
const LEVELS: Words<Level> = &[
    ("allgood", Level::Operational),
    ("operational", Level::Operational),
    ("minor", Level::Degraded),
    ("partialoutage", Level::PartialOutage),
    ("major", Level::MajorOutage),
    ("outage", Level::MajorOutage),
    ("maintenance", Level::Maintenance),
];

const IMPACTS: Words<Impact> = &[
    ("allgood", Impact::None),
    ("minor", Impact::Minor),
    ("major", Impact::Critical),
    ("maintenance", Impact::Maintenance),
];

const PHASES: Words<Phase> = &[
    ("detected", Phase::Investigating),
    ("investigating", Phase::Investigating),
    ("identified", Phase::Identified),
    ("monitoring", Phase::Monitoring),
    ("resolved", Phase::Resolved),
];

fn is_services(document: Node<'_>) -> bool {
    let mut services = document.objects("services").peekable();
    services.peek().is_some() && services.all(|one| one.has("is_active") && one.has("id"))
}

fn is_posts(document: Node<'_>) -> bool {
    let mut posts = document.objects("posts").peekable();
    posts.peek().is_some() && posts.all(|one| one.has("current_post_severity_enum"))
}

fn is_data(document: Node<'_>) -> bool {
    document.get("summary").is_some_and(|summary| {
        summary.is_list("open_incidents") && summary.is_list("post_status_page_services")
    })
}

fn embedded(html: &str) -> Option<Value> {
    let data: Value = json(script(html, "data")?).ok()?;
    is_data(Node::new(&data)).then_some(data)
}

fn read(body: &Body, page: &mut Page) -> Result<(), ParseError> {
    page.levels = LevelSource::Incidents;
    if let Some(data) = body.html().and_then(embedded) {
        read_data(Node::new(&data), page);
        return Ok(());
    }
    let document = body.expect_json(ADAPTER.name)?;
    let empty = |list: &str| {
        body.document == Some(list)
            && document.is_list(list)
            && document.objects(list).next().is_none()
    };
    if is_data(document) {
        read_data(document, page);
    } else if is_services(document) || empty("services") {
        let active = document
            .objects("services")
            .filter(|one| one.flag("is_active") != Some(false));
        page.components = Section::of(active.filter_map(|node| service(node, page)).collect());
    } else if is_posts(document) || empty("posts") {
        let (windows, posts): (Vec<_>, Vec<_>) = document
            .objects("posts")
            .partition(|node| is_maintenance(*node));
        page.incidents = Section::of(posts.into_iter().map(|node| post(node, page)).collect());
        page.maintenances = Section::of(
            windows
                .into_iter()
                .map(|node| maintenance(node, page))
                .collect(),
        );
    } else {
        return Err(ParseError::WrongShape {
            provider: ADAPTER.name,
            expected: "`services`, `posts` or the data of its page",
        });
    }
    Ok(())
}

fn service(node: Node<'_>, page: &mut Page) -> Option<Component> {
    page.component(
        node.id("id"),
        node.text("display_name").or_else(|| node.text("name")),
    )
}

fn is_maintenance(node: Node<'_>) -> bool {
    node.text("post_type") == Some("maintenance")
        || node
            .at(&["current_post_severity_enum", "name"])
            .and_then(Node::as_str)
            == Some("maintenance")
}

fn post(node: Node<'_>, page: &mut Page) -> Incident {
    let mut incident = page.incident(node.id("id"), node.text("title"));
    let word = |key: &str| node.at(&[key, "name"]).and_then(Node::as_word);
    incident.impact = page.say(IMPACTS, word("current_post_severity_enum"), "post severity");
    incident.phase = page.say(PHASES, word("current_post_status_enum"), "post status");
    incident.started_at = page.time(node.get("starts_at").or_else(|| node.get("created_at")));
    incident.updated_at = page.time(node.get("updated_at"));
    incident.affected = affected(node);
    incident.link = LinkQuality::by_id(&incident.affected);
    incident
}

fn maintenance(node: Node<'_>, page: &mut Page) -> Maintenance {
    let mut maintenance = page.maintenance(node.id("id"), node.text("title"));
    maintenance.phase = Said::derived(MaintenancePhase::Unknown);
    maintenance.scheduled_for = page.time(node.get("starts_at"));
    maintenance.scheduled_until = page.time(node.get("ends_at"));
    maintenance.affected = affected(node);
    maintenance.link = LinkQuality::by_id(&maintenance.affected);
    maintenance
}

fn affected(node: Node<'_>) -> Vec<Affected> {
    let services = node.objects("incident_services").filter_map(|one| {
        Some(Affected {
            key: Some(ComponentKey::new(one.word("id")?)),
            name: one.string("name"),
            level: None,
        })
    });
    services.collect()
}

fn read_data(data: Node<'_>, page: &mut Page) {
    let Some(summary) = data.get("summary") else {
        return;
    };
    let settings = data.at(&["layout", "layout_settings"]);
    page.name = settings.and_then(|settings| settings.string("name"));
    page.headline = settings
        .and_then(|settings| settings.at(&["statusPage", "globalStatusHeadline"]))
        .and_then(Node::as_str)
        .map(str::to_owned);
    let services: Vec<Node<'_>> = summary.objects("post_status_page_services").collect();
    // Incidents name the business service behind a component, not the component.
    let keys: HashMap<&str, ComponentKey> = services
        .iter()
        .filter_map(|one| {
            Some((
                one.text("external_business_service_id")?,
                ComponentKey::new(one.word("id")?),
            ))
        })
        .collect();
    let mut components: Vec<Component> = services
        .iter()
        .filter(|one| one.flag("is_active") != Some(false))
        .filter_map(|node| service(*node, page))
        .collect();
    if let Some(settings) = settings {
        group(settings, &keys, &mut components, page);
    }
    page.components = Section::of(components);
    let incidents = summary
        .objects("open_incidents")
        .map(|node| open_incident(node, &keys, page));
    page.incidents = Section::of(incidents.collect());
    page.maintenances = Section::Unsupported;
}

fn group(
    settings: Node<'_>,
    keys: &HashMap<&str, ComponentKey>,
    components: &mut Vec<Component>,
    page: &mut Page,
) {
    for node in settings
        .objects("business_services")
        .filter(|one| one.is_true("grouping_element"))
    {
        let key = format!("group:{}", node.id("id"));
        let Some(mut group) = page.component(key, node.text("name")) else {
            continue;
        };
        group.is_group = true;
        let children = node
            .values("child_business_services")
            .filter_map(Node::as_str)
            .filter_map(|id| keys.get(id));
        let children: Vec<&ComponentKey> = children.collect();
        for component in components
            .iter_mut()
            .filter(|component| children.contains(&&component.key))
        {
            component.parent = Some(group.key.clone());
        }
        if !children.is_empty() {
            components.push(group);
        }
    }
}

fn open_incident(node: Node<'_>, keys: &HashMap<&str, ComponentKey>, page: &mut Page) -> Incident {
    let mut incident = page.incident(node.id("id"), node.text("title"));
    let newest = node
        .objects("updates")
        .max_by_key(|one| one.text("reported_at"));
    if let Some(newest) = newest {
        incident.phase = page.say(PHASES, newest.word("status"), "incident status");
        incident.impact = page.say(IMPACTS, newest.word("severity"), "incident severity");
        incident.affected = newest
            .objects("impacted_business_services")
            .map(|one| impacted(one, keys, page))
            .collect();
    }
    incident.link = LinkQuality::by_id(&incident.affected);
    let updates = node.objects("updates").map(|one| {
        let at = page.time(one.get("reported_at"));
        update(at, one.word("status"), one.text("message"))
    });
    incident.updates = newest_first(updates.collect());
    incident.started_at = incident.updates.iter().filter_map(|one| one.at).min();
    incident
}

fn impacted(node: Node<'_>, keys: &HashMap<&str, ComponentKey>, page: &mut Page) -> Affected {
    let id = node.text("business_service_id").unwrap_or_default();
    Affected {
        key: Some(
            keys.get(id)
                .cloned()
                .unwrap_or_else(|| ComponentKey::new(id)),
        )
        .filter(|key| !key.is_empty()),
        name: node.string("name"),
        level: node
            .word("severity")
            .map(|raw| page.say(LEVELS, Some(raw), "service severity")),
    }
}
