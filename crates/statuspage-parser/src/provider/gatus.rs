//! Gatus: `/api/v1/endpoints/statuses`, a list of endpoints whose newest result stands last.

use super::{Adapter, Document};
use crate::{
    ParseError,
    body::Body,
    node::Node,
    page::{Component, ComponentKey, Level, Page, Said, Section},
};

pub(super) static ADAPTER: Adapter = Adapter {
    id: "gatus",
    name: "Gatus",
    documents: &[Document {
        name: "endpoints",
        at: "{base}/api/v1/endpoints/statuses",
        required: true,
    }],
    probed: Some("endpoints"),
    recognises: |body| body.json().is_some_and(is_statuses),
    read,
    ..Adapter::BLANK
};

fn is_statuses(document: Node<'_>) -> bool {
    let mut items = document.items().peekable();
    items.peek().is_some()
        && items.all(|one| one.has("key") && one.has("name") && one.has("results"))
}

fn read(body: &Body, page: &mut Page) -> Result<(), ParseError> {
    let document = body.expect_json(ADAPTER.name)?;
    if !is_statuses(document) {
        return Err(ParseError::WrongShape {
            provider: ADAPTER.name,
            expected: "a list of endpoints with results",
        });
    }
    let mut components: Vec<Component> = Vec::new();
    for node in document.items() {
        let Some(mut component) = page.component(node.id("key"), node.text("name")) else {
            continue;
        };
        if let Some(name) = node.text("group") {
            let key = ComponentKey::new(format!("group:{name}"));
            if !components.iter().any(|known| known.key == key) {
                let mut group = Component::new(key.as_str(), name);
                group.is_group = true;
                components.push(group);
            }
            component.parent = Some(key);
        }
        let last = node.objects("results").last();
        component.status = last
            .and_then(|one| one.flag("success"))
            .map_or_else(Said::default, judged);
        component.updated_at = page.time(last.and_then(|one| one.get("timestamp")));
        components.push(component);
    }
    page.components = Section::of(components);
    page.incidents = Section::Unsupported;
    page.maintenances = Section::Unsupported;
    Ok(())
}

fn judged(success: bool) -> Said<Level> {
    if success {
        Said::new(Level::Operational, "success")
    } else {
        Said::new(Level::MajorOutage, "failure")
    }
}
