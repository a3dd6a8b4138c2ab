//! `UptimeRobot`: `getMonitorList`, on its own domain or on the page's.

use super::{Adapter, Document};
use crate::{
    ParseError, Warning, WarningKind,
    body::Body,
    node::Node,
    page::{Component, Level, Page, Section},
    words::Words,
};

pub(super) static ADAPTER: Adapter = Adapter {
    id: "uptime_robot",
    name: "UptimeRobot",
    documents: &[Document {
        name: "monitors",
        at: "{origin}/api/getMonitorList/{last}",
        required: true,
    }],
    suffixes: &["stats.uptimerobot.com"],
    in_html: |html| page_key(html).map(|key| format!("{{origin}}/{key}")),
    recognises: |body| body.json().is_some_and(|document| list(document).is_some()),
    read,
    ..Adapter::BLANK
};

/// `black` is how a paused monitor is shown.
const LEVELS: Words<Level> = &[
    ("success", Level::Operational),
    ("danger", Level::MajorOutage),
    ("warning", Level::Degraded),
    ("paused", Level::NotMonitored),
    ("black", Level::NotMonitored),
];

fn page_key(html: &str) -> Option<&str> {
    let (_, rest) = html.split_once("/api/getMonitorList/")?;
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '-')?;
    Some(&rest[..end]).filter(|key| !key.is_empty())
}

/// The list, and the object around it.
fn list(document: Node<'_>) -> Option<(Node<'_>, &'static str)> {
    let (around, key) = match document.get("psp") {
        Some(page) if page.is_list("monitors") => (page, "monitors"),
        _ => (document, "data"),
    };
    let mut monitors = around.objects(key).peekable();
    let known = monitors.peek().is_some()
        && monitors.all(|one| one.has("monitorId") && one.has("statusClass"));
    known.then_some((around, key))
}

fn read(body: &Body, page: &mut Page) -> Result<(), ParseError> {
    let Some((around, key)) = list(body.expect_json(ADAPTER.name)?) else {
        return Err(ParseError::WrongShape {
            provider: ADAPTER.name,
            expected: "a list of monitors with `statusClass`",
        });
    };
    let components: Vec<Component> = around
        .objects(key)
        .filter_map(|node| component(node, page))
        .collect();
    let read = i64::try_from(components.len()).unwrap_or(i64::MAX);
    if around
        .integer("totalMonitors")
        .is_some_and(|total| total > read)
    {
        page.warn(Warning::new(
            WarningKind::Truncated,
            "the page has more monitors than its first list",
        ));
    }
    page.components = Section::of(components);
    page.incidents = Section::Unsupported;
    page.maintenances = Section::Unsupported;
    Ok(())
}

fn component(node: Node<'_>, page: &mut Page) -> Option<Component> {
    let mut component = page.component(node.id("monitorId"), node.text("name"))?;
    component.status = page.say(LEVELS, node.word("statusClass"), "monitor status");
    Some(component)
}
