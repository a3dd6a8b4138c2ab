//! Uptime Kuma: `/api/status-page/<slug>` for what there is, its heartbeat list for how it is.

use super::{Adapter, Document};
use crate::{
    ParseError,
    body::Body,
    draft::update,
    instant,
    node::Node,
    page::{
        Component, Impact, Incident, Level, LinkQuality, Maintenance, MaintenancePhase, Page,
        Section,
    },
    words::Words,
};

pub(super) static ADAPTER: Adapter = Adapter {
    id: "uptime_kuma",
    name: "Uptime Kuma",
    documents: &[
        Document {
            name: "page",
            at: "{origin}/api/status-page/{last}",
            required: true,
        },
        Document {
            name: "heartbeats",
            at: "{origin}/api/status-page/heartbeat/{last}",
            required: true,
        },
    ],
    probed: Some("page"),
    in_html: |html| {
        html.contains("preload-data")
            .then(|| "{base}".to_owned())
            .filter(|_| html.contains("Uptime Kuma"))
    },
    recognises: |body| {
        body.json()
            .is_some_and(|document| is_page(document) || is_heartbeats(document))
    },
    read,
    ..Adapter::BLANK
};

const BEATS: Words<Level> = &[
    ("0", Level::MajorOutage),
    ("1", Level::Operational),
    ("2", Level::Unknown),
    ("3", Level::Maintenance),
];

const IMPACTS: Words<Impact> = &[
    ("info", Impact::None),
    ("primary", Impact::None),
    ("light", Impact::None),
    ("dark", Impact::None),
    ("warning", Impact::Minor),
    ("danger", Impact::Major),
];

const MAINTENANCE_PHASES: Words<MaintenancePhase> = &[
    ("scheduled", MaintenancePhase::Scheduled),
    ("undermaintenance", MaintenancePhase::InProgress),
    ("ended", MaintenancePhase::Completed),
    ("inactive", MaintenancePhase::Cancelled),
];

fn is_page(document: Node<'_>) -> bool {
    document.at(&["config", "slug"]).is_some() && document.is_list("publicGroupList")
}

fn is_heartbeats(document: Node<'_>) -> bool {
    document.get("heartbeatList").is_some_and(Node::is_object)
}

fn read(body: &Body, page: &mut Page) -> Result<(), ParseError> {
    let document = body.expect_json(ADAPTER.name)?;
    if is_page(document) {
        read_page(document, page);
    } else if is_heartbeats(document) {
        read_heartbeats(document, page);
    } else {
        return Err(ParseError::WrongShape {
            provider: ADAPTER.name,
            expected: "`config` and `publicGroupList`, or `heartbeatList`",
        });
    }
    Ok(())
}

fn read_page(document: Node<'_>, page: &mut Page) {
    if let Some(config) = document.get("config") {
        page.name = config.string("title");
        page.headline = config.string("description");
        page.id = config.string("slug");
    }
    let mut components = Vec::new();
    for node in document.objects("publicGroupList") {
        let key = format!("group:{}", node.id("id"));
        let Some(mut group) = page.component(key, node.text("name")) else {
            continue;
        };
        group.is_group = true;
        group.position = node.integer("weight");
        let parent = group.key.clone();
        components.push(group);
        for monitor in node.objects("monitorList") {
            let Some(mut component) = page.component(monitor.id("id"), monitor.text("name")) else {
                continue;
            };
            component.parent = Some(parent.clone());
            components.push(component);
        }
    }
    page.components = Section::of(components);
    // One pinned note in older versions, a list of them in newer ones.
    let notes = document
        .objects("incidents")
        .chain(document.get("incident"));
    let pinned =
        notes.filter(|node| node.flag("pin") != Some(false) && node.flag("active") != Some(false));
    page.incidents = Section::of(pinned.map(|node| incident(node, page)).collect());
    page.maintenances = Section::of(
        document
            .objects("maintenanceList")
            .map(|node| maintenance(node, page))
            .collect(),
    );
}

/// A list without a beat says nothing yet.
fn read_heartbeats(document: Node<'_>, page: &mut Page) {
    let lists = document.get("heartbeatList").and_then(Node::as_object);
    let mut components = Vec::new();
    for (id, beats) in lists.into_iter().flatten() {
        let last = Node::new(beats).items().last();
        let mut component = Component::new(id.as_str(), id.as_str());
        component.status = page.say(
            BEATS,
            last.and_then(|beat| beat.word("status")),
            "heartbeat",
        );
        component.updated_at = page.time(last.and_then(|beat| beat.get("time")));
        components.push(component);
    }
    page.components = Section::of(components);
}

/// A note of the page's owner about everything on it.
fn incident(node: Node<'_>, page: &mut Page) -> Incident {
    let mut incident = page.incident(node.id("id"), node.text("title"));
    incident.impact = page.say(IMPACTS, node.word("style"), "incident style");
    incident.started_at = page.time(node.get("createdDate"));
    incident.updated_at = page.time(node.get("lastUpdatedDate"));
    incident.link = LinkQuality::PageWide;
    incident.updates = vec![update(
        incident.updated_at.or(incident.started_at),
        None,
        node.text("content"),
    )];
    incident
}

fn maintenance(node: Node<'_>, page: &mut Page) -> Maintenance {
    let mut maintenance = page.maintenance(node.id("id"), node.text("title"));
    maintenance.phase = page.say(
        MAINTENANCE_PHASES,
        node.word("status"),
        "maintenance status",
    );
    let zone = node.text("timezone");
    let slot = node.objects("timeslotList").next();
    let time = |key: &str| {
        slot.and_then(|slot| slot.get(key))
            .and_then(|one| instant::read(one, zone))
            .map(|read| read.at)
    };
    maintenance.scheduled_for = time("startDate");
    maintenance.scheduled_until = time("endDate");
    maintenance.link = LinkQuality::PageWide;
    maintenance.updates = vec![update(None, None, node.text("description"))];
    maintenance
}

#[cfg(test)]
mod tests {
    use super::{Body, Level, Page, read};
    use crate::{page::ComponentKey, provider::Provider};

    #[test]
    fn a_pending_beat_is_not_down() {
        let body = Body::read(br#"{"heartbeatList":{"7":[{"status":1},{"status":2}],"8":[]}}"#)
            .expect("JSON");
        let mut page = Page::new(Provider::find("uptime_kuma").expect("known"));
        read(&body, &mut page).expect("heartbeats");
        let levels: Vec<_> = page
            .components
            .iter()
            .map(|c| (c.key.clone(), c.status.meaning))
            .collect();
        assert_eq!(
            levels,
            [
                (ComponentKey::new("7"), Level::Unknown),
                (ComponentKey::new("8"), Level::Unknown)
            ]
        );
    }
}
