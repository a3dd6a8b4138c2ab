//! Checkly: `/api/status-page/<slug>/unresolved-incidents`, which lists only what is wrong.

use super::{Adapter, Document};
use crate::{
    ParseError,
    body::Body,
    draft::{newest_first, update},
    node::Node,
    page::{
        Affected, ComponentKey, Impact, Incident, LevelSource, LinkQuality, Maintenance,
        MaintenancePhase, Page, Phase, Said, Section, Update,
    },
    words::{self, Words},
};

pub(super) static ADAPTER: Adapter = Adapter {
    id: "checkly",
    name: "Checkly",
    documents: &[Document {
        name: "incidents",
        at: "{origin}/api/status-page/{last}/unresolved-incidents",
        required: true,
    }],
    hosts: &[("status.mistral.ai", "https://status.mistral.ai/mistral-ai")],
    recognises: |body| body.json().is_some_and(is_checkly),
    read,
    ..Adapter::BLANK
};

const IMPACTS: Words<Impact> = &[
    ("minor", Impact::Minor),
    ("medium", Impact::Major),
    ("major", Impact::Critical),
    ("maintenance", Impact::Maintenance),
];

fn is_checkly(document: Node<'_>) -> bool {
    let mut incidents = document.objects("incidents").peekable();
    incidents.peek().is_some()
        && incidents.all(|one| one.has("severity") && one.is_list("services"))
}

fn read(body: &Body, page: &mut Page) -> Result<(), ParseError> {
    let document = body.expect_json(ADAPTER.name)?;
    // An empty list is the all-clear; anything beside it is another vendor's document.
    let alone = document.as_object().is_some_and(|object| object.len() == 1);
    let clear =
        alone && document.is_list("incidents") && document.values("incidents").next().is_none();
    if !clear && !is_checkly(document) {
        return Err(ParseError::WrongShape {
            provider: ADAPTER.name,
            expected: "`incidents` with severities and services",
        });
    }
    page.levels = LevelSource::Incidents;
    page.components = Section::NoneReported;
    let is_maintenance = |node: &Node<'_>| node.text("severity") == Some("MAINTENANCE");
    let (windows, incidents): (Vec<_>, Vec<_>) =
        document.objects("incidents").partition(is_maintenance);
    page.incidents = Section::of(
        incidents
            .into_iter()
            .map(|node| incident(node, page))
            .collect(),
    );
    page.maintenances = Section::of(
        windows
            .into_iter()
            .map(|node| maintenance(node, page))
            .collect(),
    );
    if clear {
        page.overall = Said::derived(crate::page::Level::Operational);
    }
    Ok(())
}

fn incident(node: Node<'_>, page: &mut Page) -> Incident {
    let mut incident = page.incident(node.id("id"), node.text("name"));
    incident.phase = page.say(
        words::PHASES,
        node.word("lastUpdateStatus"),
        "incident status",
    );
    incident.impact = page.say(IMPACTS, node.word("severity"), "incident severity");
    incident.started_at = page.time(node.get("created_at"));
    incident.updated_at = page.time(node.get("updated_at"));
    incident.affected = affected(node);
    incident.link = LinkQuality::by_id(&incident.affected);
    if incident.phase.meaning == Phase::Resolved {
        incident.resolved_at = incident.updated_at;
    }
    incident.updates = updates(node, page);
    incident
}

fn maintenance(node: Node<'_>, page: &mut Page) -> Maintenance {
    let mut maintenance = page.maintenance(node.id("id"), node.text("name"));
    let over = node.text("lastUpdateStatus") == Some("RESOLVED");
    let phase = if over {
        MaintenancePhase::Completed
    } else {
        MaintenancePhase::InProgress
    };
    maintenance.phase = Said {
        meaning: phase,
        raw: node.string("lastUpdateStatus"),
    };
    maintenance.affected = affected(node);
    maintenance.link = LinkQuality::by_id(&maintenance.affected);
    maintenance.updates = updates(node, page);
    maintenance
}

fn affected(node: Node<'_>) -> Vec<Affected> {
    let services = node.objects("services").filter_map(|one| {
        Some(Affected {
            key: Some(ComponentKey::new(one.word("id")?)),
            name: one.string("name"),
            level: None,
        })
    });
    services.collect()
}

fn updates(node: Node<'_>, page: &mut Page) -> Vec<Update> {
    let updates = node.objects("incidentUpdates").map(|one| {
        let at = page.time(
            one.get("publicIncidentUpdateDate")
                .or_else(|| one.get("created_at")),
        );
        update(at, one.word("status"), one.text("description"))
    });
    newest_first(updates.collect())
}
