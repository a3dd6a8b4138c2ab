//! Where a service stands: its status, the incident that is open, the maintenance that is under way.

use chrono::{DateTime, Utc};
use db::health::reading::Glance;
use domain::{
    service::Service,
    vendor::{Incident, Maintenance, Said},
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::view::{
    incident::severity, milliseconds, reason::ReasonView, vendor::web_address, words,
};

/// Where a service stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CurrentStatus {
    /// `up`, `degraded`, `down`, `unknown`, `maintenance`, `paused`, or `pending` before the first look
    #[schema(value_type = words::ServiceStatus)]
    pub status: &'static str,
    /// Milliseconds of the newest look; null when there was no complete answer
    #[schema(example = 123)]
    pub response_time: Option<u32>,
    /// When the newest look began; null before the first
    pub checked_at: Option<DateTime<Utc>>,
    /// Since when the status has been the same
    pub since: DateTime<Utc>,
    /// HTTP status of the newest look
    pub status_code: Option<u16>,
    /// Why it is not up
    pub reason: Option<ReasonView>,
}

/// The incident that is open.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ActiveIncident {
    /// Of our incident; null when only the vendor has one
    pub id: Option<Uuid>,
    /// What happened, as a sentence; of a vendor's incident its title
    pub name: String,
    /// `minor` while degraded, `major` while down; of a vendor's incident the vendor's word
    #[schema(example = "major", value_type = words::VendorImpact)]
    pub impact: String,
    /// `degraded` or `down`; null when only the vendor has an incident
    #[schema(value_type = Option<words::Severity>)]
    pub severity: Option<&'static str>,
    /// The first failing look; of a vendor's incident when the vendor says that it began
    pub started_at: DateTime<Utc>,
    /// Its page in the web app, or the vendor's
    pub url: String,
}

/// Maintenance that is under way.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ActiveMaintenance {
    pub name: String,
    #[schema(value_type = words::VendorMaintenancePhase)]
    pub status: String,
    pub scheduled_for: Option<DateTime<Utc>>,
    pub scheduled_until: Option<DateTime<Utc>>,
    /// The vendor's page about it
    pub url: Option<String>,
}

impl CurrentStatus {
    pub(super) fn new(service: &Service, glance: &Glance) -> Self {
        let status = match (service.paused_at, glance.verdict) {
            (Some(_), _) => "paused",
            (None, None) => "pending",
            (None, Some(verdict)) => verdict.as_str(),
        };
        Self {
            status,
            response_time: glance.total_us.map(milliseconds),
            checked_at: glance.checked_at,
            since: service.paused_at.unwrap_or(glance.since),
            status_code: glance.status_code,
            reason: glance.reason.as_ref().map(ReasonView::from),
        }
    }
}

impl ActiveIncident {
    /// What the vendor says of an incident of its own comes first, because its title tells more than our verdict.
    pub(super) fn of(glance: &Glance, said: Option<&Said>, base: &url::Url) -> Option<Self> {
        let ours = Self::ours(glance, base);
        let worst = said
            .into_iter()
            .flat_map(|said| &said.incidents)
            .max_by_key(|incident| (gravity(&incident.impact), incident.started_at));
        match (said, worst) {
            (Some(said), Some(worst)) => Self::vendors(worst, said, (ours, glance)),
            _ => ours,
        }
    }

    fn ours(glance: &Glance, base: &url::Url) -> Option<Self> {
        let open = glance.incident?;
        let sentence = glance.reason.as_ref().map(|reason| reason.sentence.clone());
        let impact = match open.severity {
            domain::incident::Severity::Degraded => "minor",
            domain::incident::Severity::Down => "major",
        };
        Some(Self {
            id: Some(open.id.0),
            name: sentence.unwrap_or_else(|| "Recovering: one look was good.".to_owned()),
            impact: impact.to_owned(),
            severity: Some(severity(open.severity)),
            started_at: open.started_at,
            url: format!("{base}incidents/{}", open.id),
        })
    }

    fn vendors(
        worst: &Incident,
        said: &Said,
        (ours, glance): (Option<Self>, &Glance),
    ) -> Option<Self> {
        let page = worst.url.as_deref().and_then(web_address);
        let started_at = worst
            .started_at
            .or_else(|| Some(ours.as_ref()?.started_at))
            .or(glance.checked_at)?;
        Some(Self {
            id: ours.as_ref().and_then(|ours| ours.id),
            name: worst.name.clone(),
            impact: worst.impact.clone(),
            severity: ours.as_ref().and_then(|ours| ours.severity),
            started_at,
            url: page
                .or_else(|| web_address(&said.page_url))
                .or_else(|| Some(ours?.url))
                .unwrap_or_default(),
        })
    }
}

impl ActiveMaintenance {
    /// The one that is under way and began first.
    pub(super) fn of(said: Option<&Said>) -> Option<Self> {
        let under_way = said?.maintenances.iter().filter(|one| one.active);
        under_way
            .min_by_key(|one| one.scheduled_for)
            .map(Self::from)
    }
}

impl From<&Maintenance> for ActiveMaintenance {
    fn from(maintenance: &Maintenance) -> Self {
        Self {
            name: maintenance.name.clone(),
            status: maintenance.phase.clone(),
            scheduled_for: maintenance.scheduled_for,
            scheduled_until: maintenance.scheduled_until,
            url: maintenance.url.as_deref().and_then(web_address),
        }
    }
}

fn gravity(impact: &str) -> u8 {
    match impact {
        "critical" => 5,
        "major" => 4,
        "minor" => 3,
        "maintenance" => 2,
        "none" => 0,
        _ => 1,
    }
}
