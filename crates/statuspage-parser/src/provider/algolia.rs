//! Algolia: `/3/public/availability`, each product's days, of which the last is today.

use super::{Adapter, Document};
use crate::{
    ParseError,
    body::Body,
    node::Node,
    page::{Component, Level, Page, Section},
    words::Words,
};

pub(super) static ADAPTER: Adapter = Adapter {
    id: "algolia",
    name: "Algolia",
    documents: &[Document {
        name: "availability",
        at: "https://status.algolia.com/3/public/availability",
        required: true,
    }],
    hosts: &[("status.algolia.com", "https://status.algolia.com")],
    recognises: |body| body.json().is_some_and(is_availability),
    read,
    ..Adapter::BLANK
};

const LEVELS: Words<Level> = &[
    ("operational", Level::Operational),
    ("degradedperformance", Level::Degraded),
    ("partialoutage", Level::PartialOutage),
    ("majoroutage", Level::MajorOutage),
    ("undermaintenance", Level::Maintenance),
];

fn is_availability(document: Node<'_>) -> bool {
    document.as_object().is_some_and(|products| {
        !products.is_empty()
            && products
                .values()
                .map(Node::new)
                .all(|one| one.has("name") && one.is_list("uptime_days"))
    })
}

fn read(body: &Body, page: &mut Page) -> Result<(), ParseError> {
    let document = body.expect_json(ADAPTER.name)?;
    let Some(products) = document.as_object().filter(|_| is_availability(document)) else {
        return Err(ParseError::WrongShape {
            provider: ADAPTER.name,
            expected: "products with their `uptime_days`",
        });
    };
    page.name = Some("Algolia".to_owned());
    page.url = Some("https://status.algolia.com".to_owned());
    let components = products
        .iter()
        .filter_map(|(id, value)| component(id, Node::new(value), page));
    page.components = Section::of(components.collect());
    page.incidents = Section::Unsupported;
    page.maintenances = Section::Unsupported;
    Ok(())
}

fn component(id: &str, node: Node<'_>, page: &mut Page) -> Option<Component> {
    let mut component = page.component(id, node.text("name"))?;
    let today = node.objects("uptime_days").last();
    component.status = page.say(
        LEVELS,
        today.and_then(|day| day.word("status")),
        "product status",
    );
    Some(component)
}
