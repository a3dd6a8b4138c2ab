//! Atlassian Statuspage, `/api/v2/*.json`, and the shape that many others copied from it.

use super::{Adapter, Document};
use crate::{
    ParseError, Warning, WarningKind,
    draft::{newest_first, section, update},
    node::Node,
    page::{Affected, Component, ComponentKey, Incident, LinkQuality, Maintenance, Page},
    words,
};

pub(super) static ADAPTER: Adapter = Adapter {
    id: "atlassian",
    name: "Atlassian Statuspage",
    documents: &[
        Document {
            name: "components",
            at: "{base}/api/v2/components.json",
            required: false,
        },
        Document {
            name: "summary",
            at: "{base}/api/v2/summary.json",
            required: false,
        },
    ],
    suffixes: &["statuspage.io", "status.atlassian.com"],
    probed: Some("summary"),
    in_html,
    recognises: |body| body.json().is_some_and(is_v2),
    read: |body, page| {
        let document = body.expect_json(ADAPTER.name)?;
        if !is_v2(document) {
            return Err(ParseError::WrongShape {
                provider: ADAPTER.name,
                expected: "an object with `page` and its lists",
            });
        }
        read_v2(document, page);
        Ok(())
    },
    ..Adapter::BLANK
};

/// The newest incidents that the API gives; older ones cannot be asked for.
const LIST_LIMIT: usize = 50;

fn in_html(html: &str) -> Option<String> {
    let marks = [
        "data-component-id=",
        "dka575ofm4ao0.cloudfront.net",
        "Powered by Statuspage",
    ];
    marks
        .iter()
        .any(|mark| html.contains(mark))
        .then(|| "{base}".to_owned())
}

/// `page` with an id and at least one of the lists or the indicator. A page's own `status` is not this family's.
pub(super) fn is_v2(document: Node<'_>) -> bool {
    let page = document
        .get("page")
        .filter(|page| page.is_object() && !page.has("status"));
    let lists = ["components", "incidents", "scheduled_maintenances"];
    page.is_some_and(|page| page.word("id").is_some())
        && (document.at(&["status", "indicator"]).is_some()
            || lists.iter().any(|list| document.has(list)))
}

/// Reads whichever of the family's documents this is.
pub(super) fn read_v2(document: Node<'_>, page: &mut Page) {
    if let Some(header) = document.get("page") {
        page.id = words::owned(header.word("id"));
        page.name = header.string("name");
        page.url = header.string("url");
        page.time_zone = header.string("time_zone");
        page.updated_at = page.time(header.get("updated_at"));
    }
    if let Some(status) = document.get("status") {
        page.overall = page.say(words::INDICATORS, status.word("indicator"), "indicator");
        page.headline = status.string("description");
    }
    page.components = section(document, "components", |node| component(node, page));
    page.incidents = section(document, "incidents", |node| Some(incident(node, page)));
    page.maintenances = section(document, "scheduled_maintenances", |node| {
        Some(maintenance(node, page))
    });
    let full = |count: usize| count >= LIST_LIMIT;
    if full(page.incidents.as_slice().len()) || full(page.maintenances.as_slice().len()) {
        page.warn(Warning::new(
            WarningKind::Truncated,
            "the page lists its newest 50 only",
        ));
    }
}

fn component(node: Node<'_>, page: &mut Page) -> Option<Component> {
    let mut component = page.component(node.id("id"), node.text("name"))?;
    component.is_group = node.is_true("group");
    component.parent = node.text("group_id").map(ComponentKey::new);
    component.status = page.say(words::LEVELS, node.word("status"), "component status");
    component.hidden = node.is_true("only_show_if_degraded");
    component.description = node.string("description");
    component.updated_at = page.time(node.get("updated_at"));
    component.position = node.integer("position");
    Some(component)
}

fn incident(node: Node<'_>, page: &mut Page) -> Incident {
    let mut incident = page.incident(node.id("id"), node.text("name"));
    incident.phase = page.say(words::PHASES, node.word("status"), "incident status");
    incident.impact = page.say(words::IMPACTS, node.word("impact"), "incident impact");
    incident.started_at = page.time(node.get("started_at").or_else(|| node.get("created_at")));
    incident.updated_at = page.time(node.get("updated_at"));
    incident.resolved_at = page.time(node.get("resolved_at"));
    incident.url = node.string("shortlink");
    (incident.affected, incident.link) = affected(node, page);
    incident.updates = updates(node, page);
    incident
}

fn maintenance(node: Node<'_>, page: &mut Page) -> Maintenance {
    let mut maintenance = page.maintenance(node.id("id"), node.text("name"));
    maintenance.phase = page.say(
        words::MAINTENANCE_PHASES,
        node.word("status"),
        "maintenance status",
    );
    maintenance.scheduled_for = page.time(node.get("scheduled_for"));
    maintenance.scheduled_until = page.time(node.get("scheduled_until"));
    maintenance.updated_at = page.time(node.get("updated_at"));
    maintenance.url = node.string("shortlink");
    (maintenance.affected, maintenance.link) = affected(node, page);
    maintenance.updates = updates(node, page);
    maintenance
}

fn updates(node: Node<'_>, page: &mut Page) -> Vec<crate::page::Update> {
    let updates = node.objects("incident_updates").map(|one| {
        let at = page.time(one.get("display_at").or_else(|| one.get("created_at")));
        update(at, one.word("status"), one.text("body"))
    });
    newest_first(updates.collect())
}

/// Joined by id: the names inside updates carry the group's name. Where the incident has no components of its own, the
/// newest update that names some speaks for it.
fn affected(node: Node<'_>, page: &mut Page) -> (Vec<Affected>, LinkQuality) {
    let listed: Vec<Affected> = node
        .objects("components")
        .filter(|one| !one.is_true("group"))
        .map(|one| named(one, "id", "status", page))
        .collect();
    let affected = if listed.is_empty() {
        node.objects("incident_updates")
            .find(|one| one.objects("affected_components").next().is_some())
            .map(|one| {
                one.objects("affected_components")
                    .map(|c| named(c, "code", "new_status", page))
                    .collect()
            })
            .unwrap_or_default()
    } else {
        listed
    };
    let link = LinkQuality::by_id(&affected);
    (affected, link)
}

fn named(node: Node<'_>, id: &str, status: &str, page: &mut Page) -> Affected {
    Affected {
        key: node.word(id).map(ComponentKey::new),
        name: node.string("name"),
        level: node
            .word(status)
            .map(|raw| page.say(words::LEVELS, Some(raw), "component status")),
    }
}
