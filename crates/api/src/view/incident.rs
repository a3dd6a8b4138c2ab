//! An incident as it is shown.

use chrono::{DateTime, Utc};
use db::incidents::reading::Incident;
use domain::incident::{IncidentEvent, Severity};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::reason::ReasonView;

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
    pub started_at: DateTime<Utc>,
    /// When the failure was confirmed
    pub opened_at: DateTime<Utc>,
    /// Null while it is open
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
}

/// Something that happened in an incident.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = IncidentEvent)]
pub struct IncidentEventView {
    pub at: DateTime<Utc>,
    /// `opened`, `severity_changed` or `resolved`
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
        }
    }
}

impl IncidentEventView {
    pub fn new(at: DateTime<Utc>, event: &IncidentEvent) -> Self {
        let empty = Self {
            at,
            kind: "opened",
            severity: None,
            severity_before: None,
            attempts: None,
            cause: None,
            resolution: None,
        };
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
            IncidentEvent::VendorSaid { .. } | IncidentEvent::DependencyFailing { .. } => empty,
            IncidentEvent::Resolved { resolution } => Self {
                kind: "resolved",
                resolution: Some(resolution.as_str()),
                ..empty
            },
        }
    }
}
