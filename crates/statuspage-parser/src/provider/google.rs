//! Google Cloud and Google Workspace: `incidents.json` of what is wrong, `products.json` of what there is.

use super::{Adapter, Document};
use crate::{
    ParseError,
    body::Body,
    draft::{newest_first, update},
    node::Node,
    page::{
        Affected, Component, ComponentKey, Impact, Incident, Level, LevelSource, LinkQuality, Page,
        Phase, Said, Section, Update,
    },
    words::{self, Words},
};

pub(super) static CLOUD: Adapter = Adapter {
    id: "google_cloud",
    name: "Google Cloud",
    documents: DOCUMENTS,
    hosts: &[("status.cloud.google.com", "https://status.cloud.google.com")],
    recognises: |body| {
        body.json().is_some_and(|document| {
            is_incidents(document) && !is_workspace(document) || is_products(document)
        })
    },
    read: |body, page| {
        page.name = Some("Google Cloud".to_owned());
        page.url = Some("https://status.cloud.google.com".to_owned());
        read(body, page)
    },
    ..Adapter::BLANK
};

pub(super) static WORKSPACE: Adapter = Adapter {
    id: "google_workspace",
    name: "Google Workspace",
    documents: DOCUMENTS,
    hosts: &[
        (
            "workspace.google.com",
            "https://www.google.com/appsstatus/dashboard",
        ),
        (
            "apps.google.com",
            "https://www.google.com/appsstatus/dashboard",
        ),
        (
            "www.google.com/appsstatus",
            "https://www.google.com/appsstatus/dashboard",
        ),
    ],
    recognises: |body| {
        body.json()
            .is_some_and(|document| is_incidents(document) && is_workspace(document))
    },
    read: |body, page| {
        page.name = Some("Google Workspace".to_owned());
        page.url = Some("https://www.google.com/appsstatus/dashboard".to_owned());
        read(body, page)
    },
    ..Adapter::BLANK
};

const DOCUMENTS: &[Document] = &[
    Document {
        name: "products",
        at: "{base}/products.json",
        required: false,
    },
    Document {
        name: "incidents",
        at: "{base}/incidents.json",
        required: true,
    },
];

const LEVELS: Words<Level> = &[
    ("serviceinformation", Level::Operational),
    ("servicedisruption", Level::PartialOutage),
    ("serviceoutage", Level::MajorOutage),
];

const IMPACTS: Words<Impact> = &[
    ("serviceinformation", Impact::None),
    ("servicedisruption", Impact::Major),
    ("serviceoutage", Impact::Critical),
];

fn is_incidents(document: Node<'_>) -> bool {
    let mut items = document.items().peekable();
    items.peek().is_some() && items.all(|one| one.has("external_desc") && one.has("begin"))
}

fn is_workspace(document: Node<'_>) -> bool {
    document.items().any(|one| {
        one.text("uri")
            .is_some_and(|uri| uri.contains("/appsstatus/"))
    })
}

fn is_products(document: Node<'_>) -> bool {
    let mut products = document.objects("products").peekable();
    products.peek().is_some() && products.all(|one| one.has("id") && one.has("title"))
}

fn read(body: &Body, page: &mut Page) -> Result<(), ParseError> {
    let document = body.expect_json(page.provider.name())?;
    page.levels = LevelSource::Incidents;
    if is_products(document) {
        page.components = Section::of(
            document
                .objects("products")
                .filter_map(|node| product(node, page))
                .collect(),
        );
        return Ok(());
    }
    let is_list = document.as_array().is_some();
    if !is_list || !(is_incidents(document) || document.items().next().is_none()) {
        return Err(ParseError::WrongShape {
            provider: page.provider.name(),
            expected: "a list of incidents, or `products`",
        });
    }
    page.incidents = Section::of(document.items().map(|node| incident(node, page)).collect());
    page.maintenances = Section::Unsupported;
    Ok(())
}

fn product(node: Node<'_>, page: &mut Page) -> Option<Component> {
    page.component(
        node.id("id"),
        node.text("current_title").or_else(|| node.text("title")),
    )
}

fn incident(node: Node<'_>, page: &mut Page) -> Incident {
    let mut incident = page.incident(node.id("id"), node.text("external_desc"));
    incident.started_at = page.time(node.get("begin"));
    incident.updated_at = page.time(node.get("modified"));
    incident.resolved_at = page.time(node.get("end"));
    let over = incident.resolved_at.is_some();
    incident.phase = Said {
        meaning: if over {
            Phase::Resolved
        } else {
            Phase::Unknown
        },
        raw: node
            .at(&["most_recent_update", "status"])
            .and_then(|one| words::owned(one.as_word())),
    };
    incident.impact = page.say(IMPACTS, node.word("status_impact"), "impact");
    incident.url = node.text("uri").map(|uri| absolute(uri, page));
    (incident.affected, incident.link) = affected(node, page);
    incident.updates = newest_first(
        node.objects("updates")
            .map(|one| one_update(one, page))
            .collect(),
    );
    incident
}

fn absolute(uri: &str, page: &Page) -> String {
    match &page.url {
        Some(base) if !uri.starts_with("http") => format!("{base}/{}", uri.trim_start_matches('/')),
        _ => uri.to_owned(),
    }
}

/// Products by id; an incident without a list names its service only.
fn affected(node: Node<'_>, page: &mut Page) -> (Vec<Affected>, LinkQuality) {
    let level = node
        .word("status_impact")
        .map(|raw| page.say(LEVELS, Some(raw), "impact"));
    let products: Vec<Affected> = node
        .objects("affected_products")
        .map(|one| Affected {
            key: one.word("id").map(ComponentKey::new),
            name: one.string("title"),
            level: level.clone(),
        })
        .collect();
    if !products.is_empty() {
        return (products, LinkQuality::ById);
    }
    let named: Vec<Affected> = node
        .string("service_name")
        .map(|name| Affected {
            key: None,
            name: Some(name),
            level,
        })
        .into_iter()
        .collect();
    let link = LinkQuality::by_name(&named);
    (named, link)
}

fn one_update(node: Node<'_>, page: &mut Page) -> Update {
    let at = page.time(node.get("when").or_else(|| node.get("created")));
    update(at, node.word("status"), node.text("text"))
}
