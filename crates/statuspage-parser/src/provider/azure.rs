//! Azure: a feed of what is open now; an empty one means that all is well.

use super::{Adapter, Document};
use crate::{
    ParseError,
    body::Body,
    draft::{affected_name, update},
    feed::{Entry, Feed, FeedKind},
    html::plain_text,
    page::{
        Component, ComponentKey, Impact, Incident, LevelSource, LinkQuality, Page, Phase, Said,
        Section,
    },
};

pub(super) static ADAPTER: Adapter = Adapter {
    id: "azure",
    name: "Azure",
    // The feed under status.azure.com is served per region and was seen empty during its own region's outage.
    documents: &[Document {
        name: "feed",
        at: "https://rssfeed.azure.status.microsoft/en-us/status/feed/",
        required: true,
    }],
    hosts: &[
        ("azure.status.microsoft", "https://azure.status.microsoft"),
        ("status.azure.com", "https://azure.status.microsoft"),
        (
            "rssfeed.azure.status.microsoft",
            "https://azure.status.microsoft",
        ),
    ],
    recognises: |body| body.feed().is_some_and(is_azure),
    read,
    ..Adapter::BLANK
};

/// Regions as the feed's categories name them; services appear when they are in trouble.
const REGIONS: &[&str] = &[
    "East US",
    "East US 2",
    "Central US",
    "North Central US",
    "South Central US",
    "West Central US",
    "West US",
    "West US 2",
    "West US 3",
    "Canada Central",
    "Canada East",
    "Brazil South",
    "North Europe",
    "West Europe",
    "UK South",
    "UK West",
    "France Central",
    "Germany West Central",
    "Switzerland North",
    "Norway East",
    "Sweden Central",
    "Italy North",
    "Poland Central",
    "Spain Central",
    "UAE North",
    "Qatar Central",
    "Israel Central",
    "South Africa North",
    "Central India",
    "South India",
    "West India",
    "East Asia",
    "Southeast Asia",
    "Japan East",
    "Japan West",
    "Korea Central",
    "Korea South",
    "Australia East",
    "Australia Southeast",
    "Australia Central",
];

fn is_azure(feed: &Feed) -> bool {
    feed.kind == FeedKind::Rss && feed.title == "Azure Status"
}

fn read(body: &Body, page: &mut Page) -> Result<(), ParseError> {
    let feed = body.expect_feed(ADAPTER.name)?;
    if !is_azure(feed) {
        return Err(ParseError::WrongShape {
            provider: ADAPTER.name,
            expected: "a feed titled `Azure Status`",
        });
    }
    page.name = Some("Azure".to_owned());
    page.url = Some("https://azure.status.microsoft/en-us/status".to_owned());
    page.updated_at = page.time_of(feed.updated.as_deref());
    page.levels = LevelSource::Incidents;
    page.components = Section::of(REGIONS.iter().map(|name| region(name)).collect());
    page.incidents = Section::of(
        feed.entries
            .iter()
            .map(|entry| incident(entry, page))
            .collect(),
    );
    page.maintenances = Section::Unsupported;
    Ok(())
}

fn region(name: &str) -> Component {
    Component {
        key: ComponentKey::from_name(&[], name, 1),
        name: name.to_owned(),
        region: Some(name.to_owned()),
        ..Component::default()
    }
}

/// The feed gives no severity: what it names is at least degraded.
fn incident(entry: &Entry, page: &mut Page) -> Incident {
    let mut incident = page.incident(entry.id.clone(), Some(entry.title.trim()));
    incident.phase = Said::derived(Phase::Investigating);
    incident.impact = Said::derived(Impact::Minor);
    incident.started_at = page.time_of(entry.published.as_deref());
    incident.url.clone_from(&page.url);
    incident.affected = entry
        .categories
        .iter()
        .map(|name| affected_name(&plain_text(name)))
        .collect();
    incident.link = if incident.affected.is_empty() {
        LinkQuality::PageWide
    } else {
        LinkQuality::ByName
    };
    incident.updates = vec![update(incident.started_at, None, Some(&entry.content))];
    incident
}
