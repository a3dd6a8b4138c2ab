//! Apple's system status, for customers and for developers: a list of services, each with its events.

use super::{Adapter, Document};
use crate::{
    ParseError,
    body::Body,
    draft::update,
    node::Node,
    page::{
        Affected, Component, ComponentKey, Impact, Incident, Level, LinkQuality, Maintenance,
        MaintenancePhase, Page, Phase, Said, Section,
    },
    words::Words,
};

pub(super) static ADAPTER: Adapter = Adapter {
    id: "apple",
    name: "Apple",
    documents: &[Document {
        name: "status",
        at: "{base}/system_status_en_US.js",
        required: true,
    }],
    hosts: &[
        (
            "www.apple.com/support/systemstatus",
            "https://www.apple.com/support/systemstatus/data",
        ),
        (
            "developer.apple.com/system-status",
            "https://www.apple.com/support/systemstatus/data/developer",
        ),
    ],
    recognises: |body| body.json().is_some_and(is_status),
    read,
    ..Adapter::BLANK
};

const LEVELS: Words<Level> = &[
    ("available", Level::Operational),
    ("performance", Level::Degraded),
    ("issue", Level::PartialOutage),
    ("outage", Level::MajorOutage),
    ("maintenance", Level::Maintenance),
];

const IMPACTS: Words<Impact> = &[
    ("available", Impact::None),
    ("performance", Impact::Minor),
    ("issue", Impact::Major),
    ("outage", Impact::Critical),
    ("maintenance", Impact::Maintenance),
];

const PHASES: Words<Phase> = &[
    ("ongoing", Phase::Investigating),
    ("upcoming", Phase::Unknown),
    ("resolved", Phase::Resolved),
    ("completed", Phase::Resolved),
];

const MAINTENANCE_PHASES: Words<MaintenancePhase> = &[
    ("upcoming", MaintenancePhase::Scheduled),
    ("ongoing", MaintenancePhase::InProgress),
    ("resolved", MaintenancePhase::Completed),
    ("completed", MaintenancePhase::Completed),
];

fn is_status(document: Node<'_>) -> bool {
    let mut services = document.objects("services").peekable();
    services.peek().is_some() && services.all(|one| one.has("serviceName") && one.is_list("events"))
}

fn read(body: &Body, page: &mut Page) -> Result<(), ParseError> {
    let document = body.expect_json(ADAPTER.name)?;
    if !is_status(document) {
        return Err(ParseError::WrongShape {
            provider: ADAPTER.name,
            expected: "`services` with their events",
        });
    }
    page.name = Some("Apple".to_owned());
    let (mut components, mut incidents, mut maintenances) = (Vec::new(), Vec::new(), Vec::new());
    for service in document.objects("services") {
        let Some(component) = component(service, page) else {
            continue;
        };
        for event in service.objects("events") {
            if event.text("statusType") == Some("Maintenance") {
                maintenances.push(maintenance(event, &component, page));
            } else {
                incidents.push(incident(event, &component, page));
            }
        }
        components.push(component);
    }
    page.components = Section::of(components);
    page.incidents = Section::of(incidents);
    page.maintenances = Section::of(maintenances);
    Ok(())
}

/// Only what is ongoing counts; everything else on the list is past or to come.
fn component(service: Node<'_>, page: &mut Page) -> Option<Component> {
    let name = service.text("serviceName")?;
    let mut component =
        page.component(ComponentKey::from_name(&[], name, 1).as_str(), Some(name))?;
    component.status = Said::derived(Level::Operational);
    for event in service
        .objects("events")
        .filter(|event| event.text("eventStatus") == Some("ongoing"))
    {
        let said = page.say(LEVELS, event.word("statusType"), "event type");
        let worse = component.status.meaning.worse(said.meaning) != component.status.meaning;
        if worse || component.status.raw.is_none() {
            component.status = said;
        }
    }
    Some(component)
}

/// The same message can concern several services, each with its own entry.
fn event_id(event: Node<'_>, component: &Component) -> String {
    format!("{}/{}", event.id("messageId"), component.name)
}

fn affected(component: &Component) -> Vec<Affected> {
    vec![Affected {
        key: Some(component.key.clone()),
        name: Some(component.name.clone()),
        level: None,
    }]
}

fn incident(event: Node<'_>, component: &Component, page: &mut Page) -> Incident {
    let title = event.text("message").unwrap_or("Service problem");
    let mut incident = page.incident(event_id(event, component), Some(title));
    incident.phase = page.say(PHASES, event.word("eventStatus"), "event status");
    incident.impact = page.say(IMPACTS, event.word("statusType"), "event type");
    incident.started_at = page.time(
        event
            .get("epochStartDate")
            .or_else(|| event.get("startDate")),
    );
    incident.resolved_at = page.time(event.get("epochEndDate").or_else(|| event.get("endDate")));
    incident.updated_at = page.time(event.get("datePosted"));
    incident.affected = affected(component);
    incident.link = LinkQuality::ById;
    let text = event.text("usersAffected");
    incident.updates = text
        .map(|text| update(incident.updated_at, event.word("eventStatus"), Some(text)))
        .into_iter()
        .collect();
    incident
}

fn maintenance(event: Node<'_>, component: &Component, page: &mut Page) -> Maintenance {
    let title = event.text("message").unwrap_or("Maintenance");
    let mut maintenance = page.maintenance(event_id(event, component), Some(title));
    maintenance.phase = page.say(
        MAINTENANCE_PHASES,
        event.word("eventStatus"),
        "event status",
    );
    maintenance.scheduled_for = page.time(
        event
            .get("epochStartDate")
            .or_else(|| event.get("startDate")),
    );
    maintenance.scheduled_until =
        page.time(event.get("epochEndDate").or_else(|| event.get("endDate")));
    maintenance.affected = affected(component);
    maintenance.link = LinkQuality::ById;
    maintenance
}
