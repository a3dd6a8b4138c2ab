//! `OnlineOrNot`: `/v1/status_pages/<slug>/summary`, in an envelope.

use super::{Adapter, Document};
use crate::{
    ParseError,
    body::Body,
    draft::{newest_first, section, update},
    node::Node,
    page::{Component, Incident, Level, Maintenance, Page},
    words::{self, Words},
};

pub(super) static ADAPTER: Adapter = Adapter {
    id: "onlineornot",
    name: "OnlineOrNot",
    documents: &[Document {
        name: "summary",
        at: "https://api.onlineornot.com/v1/status_pages/{last}/summary",
        required: true,
    }],
    hosts: &[(
        "status.openrouter.ai",
        "https://onlineornot.com/status/openrouter",
    )],
    recognises: |body| {
        body.json()
            .is_some_and(|document| result(document).is_some())
    },
    read,
    ..Adapter::BLANK
};

const LEVELS: Words<Level> = &[
    ("operational", Level::Operational),
    ("up", Level::Operational),
    ("degraded", Level::Degraded),
    ("degradedperformance", Level::Degraded),
    ("partialoutage", Level::PartialOutage),
    ("majoroutage", Level::MajorOutage),
    ("down", Level::MajorOutage),
    ("maintenance", Level::Maintenance),
    ("undermaintenance", Level::Maintenance),
];

fn result(document: Node<'_>) -> Option<Node<'_>> {
    document.get("result").filter(|result| {
        result.is_list("components")
            && (result.has("active_incidents") || result.has("scheduled_maintenance"))
    })
}

fn read(body: &Body, page: &mut Page) -> Result<(), ParseError> {
    let Some(result) = result(body.expect_json(ADAPTER.name)?) else {
        return Err(ParseError::WrongShape {
            provider: ADAPTER.name,
            expected: "`result` with components and incidents",
        });
    };
    page.name = result.string("name");
    page.url = result.string("url");
    let status = result.get("status");
    let word = status.and_then(|one| {
        one.as_word()
            .or_else(|| one.any_word(&["indicator", "description"]))
    });
    // The sentence form is prose: only a word of the list is taken from it.
    page.overall = match word.as_deref() {
        Some(word) if words::find(LEVELS, word).is_some() => {
            page.say(LEVELS, Some(word.into()), "page status")
        }
        _ => crate::page::Said::default(),
    };
    page.headline = words::owned(word);
    page.components = section(result, "components", |node| component(node, page));
    page.incidents = section(result, "active_incidents", |node| {
        Some(incident(node, page))
    });
    page.maintenances = section(result, "scheduled_maintenance", |node| {
        Some(maintenance(node, page))
    });
    Ok(())
}

fn component(node: Node<'_>, page: &mut Page) -> Option<Component> {
    let mut component = page.component(node.id("id"), node.text("name"))?;
    component.status = page.say(LEVELS, node.word("status"), "component status");
    Some(component)
}

fn incident(node: Node<'_>, page: &mut Page) -> Incident {
    let mut incident = page.incident(
        node.id("id"),
        node.text("name").or_else(|| node.text("title")),
    );
    incident.phase = page.say(words::PHASES, node.word("status"), "incident status");
    incident.impact = page.say(words::IMPACTS, node.word("impact"), "incident impact");
    incident.started_at = page.time(node.get("started_at").or_else(|| node.get("created_at")));
    incident.updated_at = page.time(node.get("updated_at"));
    let updates = node.objects("updates").map(|one| {
        let at = page.time(one.get("created_at"));
        update(
            at,
            one.word("status"),
            one.text("description").or_else(|| one.text("body")),
        )
    });
    incident.updates = newest_first(updates.collect());
    incident
}

fn maintenance(node: Node<'_>, page: &mut Page) -> Maintenance {
    let mut maintenance = page.maintenance(
        node.id("id"),
        node.text("name").or_else(|| node.text("title")),
    );
    maintenance.phase = page.say(
        words::MAINTENANCE_PHASES,
        node.word("status"),
        "maintenance status",
    );
    maintenance.scheduled_for =
        page.time(node.get("scheduled_for").or_else(|| node.get("start_date")));
    maintenance.scheduled_until =
        page.time(node.get("scheduled_until").or_else(|| node.get("end_date")));
    maintenance
}
