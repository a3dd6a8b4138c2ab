//! Upptime: `history/summary.json` in a GitHub repository.

use super::{Adapter, Document};
use crate::{
    ParseError,
    body::Body,
    node::Node,
    page::{Component, Level, Page, Section},
    words::Words,
};

pub(super) static ADAPTER: Adapter = Adapter {
    id: "upptime",
    name: "Upptime",
    documents: &[Document {
        name: "summary",
        at: "https://raw.githubusercontent.com/{path}/master/history/summary.json",
        required: true,
    }],
    suffixes: &["github.com"],
    in_html: |html| {
        repository(html)
            .filter(|_| html.contains("upptime"))
            .map(|path| format!("https://github.com/{path}"))
    },
    recognises: |body| body.json().is_some_and(is_summary),
    read,
    ..Adapter::BLANK
};

const LEVELS: Words<Level> = &[
    ("up", Level::Operational),
    ("degraded", Level::Degraded),
    ("down", Level::MajorOutage),
];

/// `owner/name`, from an address of one of the repository's files.
fn repository(html: &str) -> Option<String> {
    let (_, rest) = html.split_once("raw.githubusercontent.com/")?;
    let mut parts = rest.split(['/', '"', '\'', '`', ' ', '<']);
    let (owner, name) = (parts.next()?, parts.next()?);
    let plain = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
    };
    (plain(owner) && plain(name)).then(|| format!("{owner}/{name}"))
}

fn is_summary(document: Node<'_>) -> bool {
    let mut items = document.items().peekable();
    items.peek().is_some()
        && items.all(|one| one.has("slug") && one.has("status") && one.has("uptime"))
}

fn read(body: &Body, page: &mut Page) -> Result<(), ParseError> {
    let document = body.expect_json(ADAPTER.name)?;
    if !is_summary(document) {
        return Err(ParseError::WrongShape {
            provider: ADAPTER.name,
            expected: "a list of sites with `slug` and `uptime`",
        });
    }
    page.components = Section::of(
        document
            .items()
            .filter_map(|node| component(node, page))
            .collect(),
    );
    // Its incidents are issues of the repository.
    page.incidents = Section::Unsupported;
    page.maintenances = Section::Unsupported;
    Ok(())
}

fn component(node: Node<'_>, page: &mut Page) -> Option<Component> {
    let mut component = page.component(node.id("slug"), node.text("name"))?;
    component.status = page.say(LEVELS, node.word("status"), "site status");
    component.description = node.string("url");
    Some(component)
}
