//! Auth0: the data inside its page, one entry for each region and environment.

use serde_json::Value;

use super::{Adapter, Document};
use crate::{
    ParseError,
    body::{Body, json},
    draft::update,
    html::script,
    node::Node,
    page::{Affected, Component, Impact, Incident, Level, LinkQuality, Page, Said, Section},
    words::{self, Words},
};

pub(super) static ADAPTER: Adapter = Adapter {
    id: "auth0",
    name: "Auth0",
    documents: &[Document {
        name: "page",
        at: "https://status.auth0.com/",
        required: true,
    }],
    hosts: &[("status.auth0.com", "https://status.auth0.com")],
    recognises: |body| match body.html() {
        Some(html) => embedded(html).is_some(),
        None => body
            .json()
            .is_some_and(|document| regions(document).is_some()),
    },
    read,
    ..Adapter::BLANK
};

const IMPACT_LEVELS: Words<Level> = &[
    ("none", Level::Operational),
    ("minor", Level::Degraded),
    ("major", Level::PartialOutage),
    ("critical", Level::MajorOutage),
    ("maintenance", Level::Maintenance),
];

fn embedded(html: &str) -> Option<Value> {
    let data: Value = json(script(html, "__NEXT_DATA__")?).ok()?;
    regions(Node::new(&data).get("props")?)?;
    Some(data)
}

/// The regions, if all of them are such.
fn regions(document: Node<'_>) -> Option<Vec<Node<'_>>> {
    let list = document.at(&["pageProps", "activeIncidents"])?.as_array()?;
    let regions: Vec<Node<'_>> = list.iter().map(Node::new).collect();
    let known = !regions.is_empty()
        && regions
            .iter()
            .all(|one| one.has("region") && one.has("response"));
    known.then_some(regions)
}

fn read(body: &Body, page: &mut Page) -> Result<(), ParseError> {
    if let Some(data) = body.html().and_then(embedded) {
        return read_regions(Node::new(&data).get("props").and_then(regions), page);
    }
    read_regions(regions(body.expect_json(ADAPTER.name)?), page)
}

fn read_regions(regions: Option<Vec<Node<'_>>>, page: &mut Page) -> Result<(), ParseError> {
    let Some(regions) = regions else {
        return Err(ParseError::WrongShape {
            provider: ADAPTER.name,
            expected: "`pageProps.activeIncidents` by region",
        });
    };
    page.name = Some("Auth0".to_owned());
    page.url = Some("https://status.auth0.com".to_owned());
    let (mut components, mut incidents) = (Vec::new(), Vec::new());
    for node in regions {
        let (region, environment) = (node.id("region"), node.id("environment"));
        let name = [region.as_str(), environment.as_str()]
            .into_iter()
            .filter(|part| !part.is_empty());
        let name = name.collect::<Vec<_>>().join(" ");
        let mut component = Component::new(format!("{region}/{environment}"), name);
        component.region = Some(region);
        component.status = Said::derived(Level::Operational);
        let listed = node
            .get("response")
            .filter(|response| response.is_list("incidents"));
        if listed.is_none() {
            component.status = Said::default();
        }
        for one in listed
            .into_iter()
            .flat_map(|response| response.objects("incidents"))
        {
            let said = level(one, page);
            if component.status.meaning.worse(said.meaning) != component.status.meaning
                || said.meaning == Level::Unknown
            {
                component.status = said.clone();
            }
            incidents.push(incident(one, &component, said, page));
        }
        components.push(component);
    }
    page.components = Section::of(components);
    page.incidents = Section::of(incidents);
    page.maintenances = Section::Unsupported;
    Ok(())
}

/// The status is a level in some entries and a phase in others: then the impact says how bad it is.
fn level(node: Node<'_>, page: &mut Page) -> Said<Level> {
    match node
        .word("status")
        .filter(|raw| words::find(words::LEVELS, raw).is_some())
    {
        Some(raw) => page.say(words::LEVELS, Some(raw), "incident status"),
        None => page.say(IMPACT_LEVELS, node.word("impact"), "incident impact"),
    }
}

fn incident(
    node: Node<'_>,
    component: &Component,
    level: Said<Level>,
    page: &mut Page,
) -> Incident {
    let mut incident = page.incident(
        format!("{}/{}", component.key, node.id("id")),
        node.text("name"),
    );
    let raw = node.word("status");
    if raw
        .as_ref()
        .is_some_and(|raw| words::find(words::LEVELS, raw).is_none())
    {
        incident.phase = page.say(words::PHASES, raw, "incident status");
    }
    incident.impact = page.say(words::IMPACTS, node.word("impact"), "incident impact");
    if incident.impact.raw.is_none() {
        incident.impact = Said::derived(Impact::Unknown);
    }
    incident.started_at = page.time(node.get("created_at"));
    incident.updated_at = page.time(node.get("updated_at"));
    incident.resolved_at = page.time(node.get("resolved_at"));
    incident.affected = vec![Affected {
        key: Some(component.key.clone()),
        name: Some(component.name.clone()),
        level: Some(level),
    }];
    incident.link = LinkQuality::ById;
    incident.updates = node
        .text("body")
        .map(|text| update(incident.updated_at, None, Some(text)))
        .into_iter()
        .collect();
    incident
}
