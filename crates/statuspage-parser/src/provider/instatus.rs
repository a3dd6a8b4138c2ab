//! Instatus: `/summary.json`, `/v2/components.json`, and the data inside its pages.

use chrono::TimeDelta;
use serde_json::Value;

use super::{Adapter, Document};
use crate::{
    ParseError, Warning, WarningKind,
    body::Body,
    draft::{newest_first, section, update},
    html::Flight,
    node::Node,
    page::{
        Affected, Component, ComponentKey, Impact, Incident, Level, LinkQuality, Maintenance,
        MaintenancePhase, Page, Said, Section,
    },
    words::{self, Words},
};

pub(super) static ADAPTER: Adapter = Adapter {
    id: "instatus",
    name: "Instatus",
    documents: &[
        Document {
            name: "components",
            at: "{base}/v2/components.json",
            required: false,
        },
        Document {
            name: "summary",
            at: "{base}/summary.json",
            required: true,
        },
    ],
    suffixes: &["instatus.com"],
    probed: Some("summary"),
    in_html: |html| {
        html.contains("instatus.com/user-content")
            .then(|| "{base}".to_owned())
    },
    recognises: |body| match body.html() {
        Some(html) => {
            html.contains("instatus.com")
                && Flight::read(html)
                    .value("\"site\":")
                    .is_some_and(|v| is_site(Node::new(&v)))
        }
        None => body.json().is_some_and(|document| {
            is_summary(document) || is_components(document) || is_site_document(document)
        }),
    },
    read,
    ..Adapter::BLANK
};

const LEVELS: Words<Level> = &[
    ("operational", Level::Operational),
    ("undermaintenance", Level::Maintenance),
    ("degradedperformance", Level::Degraded),
    ("minoroutage", Level::Degraded),
    ("partialoutage", Level::PartialOutage),
    ("majoroutage", Level::MajorOutage),
];

const IMPACTS: Words<Impact> = &[
    ("operational", Impact::None),
    ("undermaintenance", Impact::Maintenance),
    ("degradedperformance", Impact::Minor),
    ("minoroutage", Impact::Minor),
    ("partialoutage", Impact::Major),
    ("majoroutage", Impact::Critical),
];

const MAINTENANCE_PHASES: Words<MaintenancePhase> = &[
    ("notstartedyet", MaintenancePhase::Scheduled),
    ("inprogress", MaintenancePhase::InProgress),
    ("verifying", MaintenancePhase::Verifying),
    ("completed", MaintenancePhase::Completed),
];

/// Groups deeper than this are left out; real ones nest three deep.
const MAX_DEPTH: usize = 8;

fn is_summary(document: Node<'_>) -> bool {
    let page = document.get("page");
    let shouted = page
        .and_then(|page| page.text("status"))
        .is_some_and(is_shouted);
    shouted && page.is_some_and(|page| page.has("name") && page.has("url"))
}

/// Its words are in capitals without separators, which tells its lists from those of the Statuspage family.
fn is_shouted(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|b| b.is_ascii_uppercase())
}

fn is_components(document: Node<'_>) -> bool {
    let mut components = document.objects("components").peekable();
    !document.has("page")
        && components.peek().is_some()
        && components.all(|one| one.has("id") && one.text("status").is_some_and(is_shouted))
}

fn is_site(site: Node<'_>) -> bool {
    site.is_list("components") && site.text("status").is_some_and(is_shouted)
}

fn is_site_document(document: Node<'_>) -> bool {
    document.get("site").is_some_and(is_site)
}

fn read(body: &Body, page: &mut Page) -> Result<(), ParseError> {
    if let Some(html) = body.html() {
        return read_embedded(html, page);
    }
    let document = body.expect_json(ADAPTER.name)?;
    if let Some(site) = document.get("site").filter(|site| is_site(*site)) {
        read_site(site, page);
        read_events(document, page);
    } else if is_summary(document) {
        read_summary(document, page);
        read_events(document, page);
    } else if is_components(document) || is_empty_list(body, document) {
        page.components = section(document, "components", |node| component(node, page));
    } else {
        return Err(ParseError::WrongShape {
            provider: ADAPTER.name,
            expected: "`page` with a status in capitals, or its components",
        });
    }
    Ok(())
}

fn is_empty_list(body: &Body, document: Node<'_>) -> bool {
    body.document == Some("components")
        && document.is_list("components")
        && document.objects("components").next().is_none()
}

fn read_embedded(html: &str, page: &mut Page) -> Result<(), ParseError> {
    let data = Flight::read(html);
    let Some(site) = data
        .value("\"site\":")
        .filter(|site| is_site(Node::new(site)))
    else {
        return Err(ParseError::Html {
            kind: crate::html::kind(html),
        });
    };
    read_site(Node::new(&site), page);
    let mut events = serde_json::Map::new();
    for list in ["activeIncidents", "activeMaintenances"] {
        if let Some(value) = data.value(&format!("\"{list}\":")) {
            events.insert(list.to_owned(), value);
        }
    }
    let events = Value::Object(events);
    read_events(Node::new(&events), page);
    Ok(())
}

fn read_summary(document: Node<'_>, page: &mut Page) {
    let Some(header) = document.get("page") else {
        return;
    };
    page.name = header.string("name");
    page.url = header.string("url");
    page.overall = overall(header.text("status"), page);
}

fn read_site(site: Node<'_>, page: &mut Page) {
    page.id = words::owned(site.word("id"));
    page.name = localized(site, "name");
    page.url = site
        .string("customDomain")
        .map(|host| format!("https://{host}"));
    page.overall = overall(
        site.text("mainStatus").or_else(|| site.text("status")),
        page,
    );
    let mut components = Vec::new();
    for node in site.objects("components") {
        collect(node, None, 0, &mut components, page);
    }
    page.components = Section::of(components);
}

/// `{ONE|SOME|ALL}` and what is the matter; an outage of some components is not one of the whole page.
fn overall(raw: Option<&str>, page: &mut Page) -> Said<Level> {
    let Some(raw) = raw else {
        return Said::default();
    };
    let (share, word) = ["ONE", "SOME", "ALL"]
        .iter()
        .find_map(|share| Some((*share, raw.strip_prefix(share)?)))
        .unwrap_or(("ALL", raw));
    let meaning = match word {
        "UP" => Some(Level::Operational),
        "HASISSUES" => Some(Level::Degraded),
        word => words::find(LEVELS, word),
    };
    let meaning = meaning.unwrap_or_else(|| {
        page.warn(Warning::new(
            WarningKind::UnknownWord,
            format!("page status: {raw}"),
        ));
        Level::Unknown
    });
    let partial = meaning == Level::MajorOutage && share != "ALL";
    Said::new(
        if partial {
            Level::PartialOutage
        } else {
            meaning
        },
        raw,
    )
}

/// Both sections are left out of the document when there is nothing to report.
fn read_events(document: Node<'_>, page: &mut Page) {
    page.incidents = or_none(section(document, "activeIncidents", |node| {
        Some(incident(node, page))
    }));
    page.maintenances = or_none(section(document, "activeMaintenances", |node| {
        Some(maintenance(node, page))
    }));
}

fn or_none<T>(section: Section<T>) -> Section<T> {
    if matches!(section, Section::NotAttempted) {
        Section::NoneReported
    } else {
        section
    }
}

fn localized(node: Node<'_>, key: &str) -> Option<String> {
    let value = node.get(key)?;
    value
        .as_str()
        .or_else(|| value.text("default"))
        .map(str::to_owned)
}

fn component(node: Node<'_>, page: &mut Page) -> Option<Component> {
    let mut component = page.component(node.id("id"), localized(node, "name").as_deref())?;
    component.status = page.say(LEVELS, node.word("status"), "component status");
    component.parent = node
        .get("group")
        .and_then(|group| group.word("id"))
        .map(ComponentKey::new);
    component.is_group = node.is_true("isParent");
    component.description = localized(node, "description");
    component.position = node.integer("order");
    Some(component)
}

fn collect(
    node: Node<'_>,
    parent: Option<&ComponentKey>,
    depth: usize,
    all: &mut Vec<Component>,
    page: &mut Page,
) {
    if node.has("archivedAt") && node.get("archivedAt").is_some() {
        return;
    }
    let Some(mut component) = component(node, page) else {
        return;
    };
    component.parent = component.parent.take().or_else(|| parent.cloned());
    let key = component.key.clone();
    all.push(component);
    if depth < MAX_DEPTH {
        for child in node.objects("children") {
            collect(child, Some(&key), depth + 1, all, page);
        }
    }
}

fn incident(node: Node<'_>, page: &mut Page) -> Incident {
    let mut incident = page.incident(node.id("id"), localized(node, "name").as_deref());
    incident.phase = page.say(words::PHASES, node.word("status"), "incident status");
    incident.impact = page.say(IMPACTS, node.word("impact"), "incident impact");
    incident.started_at = page.time(node.get("started"));
    incident.updated_at = page.time(node.get("updatedAt"));
    incident.resolved_at = page.time(node.get("resolved"));
    incident.url = node.string("url");
    (incident.affected, incident.link) = affected(node, page);
    let worst = incident
        .affected
        .iter()
        .filter_map(|one| Some(one.level.as_ref()?.meaning))
        .fold(Level::Unknown, Level::worse);
    // The impact can stay "operational" while the incident's own components are out.
    if incident.impact.meaning == Impact::None && worst.severity() > Some(1) {
        incident.impact.meaning = Impact::Minor;
    }
    incident.updates = updates(node, page);
    incident
}

fn maintenance(node: Node<'_>, page: &mut Page) -> Maintenance {
    let mut maintenance = page.maintenance(node.id("id"), localized(node, "name").as_deref());
    maintenance.phase = page.say(
        MAINTENANCE_PHASES,
        node.word("status"),
        "maintenance status",
    );
    maintenance.scheduled_for = page.time(node.get("start").or_else(|| node.get("started")));
    let minutes = node.integer("duration").and_then(TimeDelta::try_minutes);
    maintenance.scheduled_until = maintenance
        .scheduled_for
        .zip(minutes)
        .and_then(|(start, length)| start.checked_add_signed(length));
    maintenance.updated_at = page.time(node.get("updatedAt"));
    maintenance.url = node.string("url");
    (maintenance.affected, maintenance.link) = affected(node, page);
    maintenance.updates = updates(node, page);
    maintenance
}

fn affected(node: Node<'_>, page: &mut Page) -> (Vec<Affected>, LinkQuality) {
    let affected: Vec<Affected> = node
        .objects("components")
        .map(|one| Affected {
            key: one.word("id").map(ComponentKey::new),
            name: localized(one, "name"),
            level: one
                .word("status")
                .map(|raw| page.say(LEVELS, Some(raw), "component status")),
        })
        .collect();
    let link = LinkQuality::by_id(&affected);
    (affected, link)
}

fn updates(node: Node<'_>, page: &mut Page) -> Vec<crate::page::Update> {
    let updates = node.objects("updates").map(|one| {
        let at = page.time(one.get("started"));
        update(at, one.word("status"), localized(one, "message").as_deref())
    });
    newest_first(updates.collect())
}
