//! An incident as it is shown.

use chrono::{DateTime, Utc};
use db::incidents::reading::Incident;
use domain::{
    failure::clean,
    incident::{IncidentEvent, Severity},
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{moment, reason::ReasonView, vendor::web_address};

/// Of what a vendor calls things, in characters.
const LONGEST_NAME: usize = 120;

/// A span in which a service was not up.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Incident)]
pub struct IncidentView {
    pub id: Uuid,
    pub service_id: Uuid,
    pub service_name: String,
    /// `downtime` or `degraded`, at its worst
    #[serde(rename = "type")]
    #[schema(value_type = super::words::IncidentType)]
    pub kind: &'static str,
    /// The first failing look
    #[serde(serialize_with = "moment::serialize")]
    pub started_at: DateTime<Utc>,
    /// When the failure was confirmed
    #[serde(serialize_with = "moment::serialize")]
    pub opened_at: DateTime<Utc>,
    /// Null while it is open
    #[serde(serialize_with = "moment::serialize_option")]
    pub resolved_at: Option<DateTime<Utc>>,
    /// Seconds from its start to its end, or until now
    pub duration_s: i64,
    /// Why it is over: `recovered`, `paused`, `config_changed` or `deleted`
    #[schema(value_type = Option<super::words::Resolution>)]
    pub resolution: Option<String>,
    /// `degraded` or `down`: now, or at the end
    #[schema(value_type = super::words::Severity)]
    pub severity: &'static str,
    /// `degraded` or `down`: at its worst
    #[schema(value_type = super::words::Severity)]
    pub worst_severity: &'static str,
    /// Why it was opened
    pub cause: Option<ReasonView>,
    /// Looks that failed, the first included
    #[schema(example = 3)]
    pub checks_failed: i32,
    /// Something that the service depends on and that was not operational meanwhile; the first that was noticed
    pub dependency: Option<FailingDependencyView>,
}

/// Something that a service depends on and that is not operational, by its vendor's own word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = FailingDependency)]
pub struct FailingDependencyView {
    /// As the page calls itself
    #[schema(example = "Stripe")]
    pub page_name: String,
    /// Null for the page as a whole
    pub component: Option<String>,
    #[schema(value_type = super::words::VendorLevel)]
    pub level: String,
    /// The title of the vendor's incident, if it names one
    pub incident: Option<String>,
    pub url: Option<String>,
    #[schema(example = "Stripe reports a major outage of API, on which this service depends.")]
    pub sentence: String,
}

/// What a vendor wrote about its own incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = VendorStatement)]
pub struct VendorStatementView {
    /// The title of the vendor's incident
    pub incident: String,
    /// The vendor's word for how far it is
    pub phase: Option<String>,
    /// Plain text
    pub text: String,
    pub url: Option<String>,
}

/// Something that happened in an incident.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = IncidentEvent)]
pub struct IncidentEventView {
    pub at: DateTime<Utc>,
    /// `opened`, `severity_changed`, `vendor_said`, `dependency_failing`, `acknowledged` or `resolved`
    #[schema(value_type = super::words::IncidentEventKind)]
    pub kind: &'static str,
    /// `degraded` or `down`, from here on
    #[schema(value_type = Option<super::words::Severity>)]
    pub severity: Option<&'static str>,
    /// `degraded` or `down`, until here
    #[schema(value_type = Option<super::words::Severity>)]
    pub severity_before: Option<&'static str>,
    /// Attempts that confirmed it
    pub attempts: Option<u8>,
    pub cause: Option<ReasonView>,
    #[schema(value_type = Option<super::words::Resolution>)]
    pub resolution: Option<&'static str>,
    /// Of `vendor_said`
    pub vendor: Option<VendorStatementView>,
    /// Of `dependency_failing`
    pub dependency: Option<FailingDependencyView>,
    /// Of `acknowledged`: who, and in whose words
    pub by: Option<String>,
    pub note: Option<String>,
}

pub(crate) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Degraded => "degraded",
        Severity::Down => "down",
    }
}

impl IncidentView {
    pub fn new(incident: Incident, now: DateTime<Utc>) -> Self {
        let end = incident.resolved_at.unwrap_or(now);
        Self {
            id: incident.id.0,
            service_id: incident.service.0,
            service_name: incident.service_name,
            kind: incident.worst.incident_type(),
            started_at: incident.started_at,
            opened_at: incident.opened_at,
            resolved_at: incident.resolved_at,
            duration_s: (end - incident.started_at).num_seconds().max(0),
            resolution: incident.resolution,
            severity: severity(incident.severity),
            worst_severity: severity(incident.worst),
            cause: incident.cause.as_ref().map(ReasonView::from),
            checks_failed: incident.checks_failed,
            dependency: incident
                .dependency
                .as_ref()
                .and_then(FailingDependencyView::of),
        }
    }
}

impl IncidentEventView {
    fn empty(at: DateTime<Utc>) -> Self {
        Self {
            at,
            kind: "opened",
            severity: None,
            severity_before: None,
            attempts: None,
            cause: None,
            resolution: None,
            vendor: None,
            dependency: None,
            by: None,
            note: None,
        }
    }

    pub fn new(at: DateTime<Utc>, event: &IncidentEvent) -> Self {
        let empty = Self::empty(at);
        match event {
            IncidentEvent::Opened {
                severity: now,
                cause,
                attempts,
            } => Self {
                severity: Some(severity(*now)),
                attempts: Some(*attempts),
                cause: cause.as_ref().map(ReasonView::from),
                ..empty
            },
            IncidentEvent::SeverityChanged { from, to, cause } => Self {
                kind: "severity_changed",
                severity: Some(severity(*to)),
                severity_before: Some(severity(*from)),
                cause: cause.as_ref().map(ReasonView::from),
                ..empty
            },
            IncidentEvent::VendorSaid {
                incident,
                phase,
                text,
                url,
            } => Self {
                kind: "vendor_said",
                vendor: Some(VendorStatementView {
                    incident: incident.clone(),
                    phase: phase.clone(),
                    text: text.clone(),
                    url: url.as_deref().and_then(web_address),
                }),
                ..empty
            },
            IncidentEvent::DependencyFailing { .. } => Self {
                kind: "dependency_failing",
                dependency: FailingDependencyView::of(event),
                ..empty
            },
            IncidentEvent::Acknowledged { by, note } => Self {
                kind: "acknowledged",
                by: Some(by.clone()),
                note: note.clone(),
                ..empty
            },
            IncidentEvent::Resolved { resolution } => Self {
                kind: "resolved",
                resolution: Some(resolution.as_str()),
                ..empty
            },
        }
    }
}

impl FailingDependencyView {
    /// None for every other event.
    pub fn of(event: &IncidentEvent) -> Option<Self> {
        let IncidentEvent::DependencyFailing {
            page,
            component,
            level,
            incident,
            url,
        } = event
        else {
            return None;
        };
        let what = component.as_deref().unwrap_or("the page as a whole");
        let (page_name, what) = (clean(page, LONGEST_NAME), clean(what, LONGEST_NAME));
        let trouble = match level.as_str() {
            "major_outage" => format!("a major outage of {what}"),
            "partial_outage" => format!("a partial outage of {what}"),
            "maintenance" => format!("maintenance of {what}"),
            "degraded" => format!("degraded performance of {what}"),
            _ => format!("trouble with {what}"),
        };
        Some(Self {
            sentence: format!("{page_name} reports {trouble}, on which this service depends."),
            page_name,
            component: component.clone(),
            level: level.clone(),
            incident: incident.clone(),
            url: url.as_deref().and_then(web_address),
        })
    }
}
