//! A live event: something that a browser showing a workspace wants to know at once.

use domain::id::{ServiceId, WorkspaceId};
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use uuid::Uuid;

/// One thing that happened in one workspace.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LiveEvent {
    /// Names it on every replica, so that a browser can resume at any of them.
    pub id: Uuid,
    pub workspace: WorkspaceId,
    pub kind: EventKind,
    /// Whose status it is: a newer event of the same service makes it pointless.
    #[serde(default)]
    pub service: Option<ServiceId>,
    /// An object as browsers get it, written once; events of services have `service_id`, events of incidents `incident_id` too.
    pub data: Box<RawValue>,
}

impl LiveEvent {
    /// An event with a fresh id. `data` serializes to a JSON object. Where a service stands is told by `status`.
    pub fn new(workspace: WorkspaceId, kind: EventKind, data: impl Serialize) -> Self {
        Self {
            id: Uuid::now_v7(),
            workspace,
            kind,
            service: None,
            data: to_raw_value(&data).unwrap_or_else(|error| {
                tracing::error!(%error, ?kind, "an event has nothing to say");
                RawValue::NULL.to_owned()
            }),
        }
    }

    /// Where a service stands, with a fresh id.
    pub fn status(workspace: WorkspaceId, service: ServiceId, data: impl Serialize) -> Self {
        Self {
            service: Some(service),
            ..Self::new(workspace, EventKind::ServiceStatus, data)
        }
    }
}

impl PartialEq for LiveEvent {
    fn eq(&self, other: &Self) -> bool {
        let facts = |event: &Self| (event.id, event.workspace, event.kind, event.service);
        facts(self) == facts(other) && self.data.get() == other.data.get()
    }
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum EventKind {
    /// A look was recorded, or its first attempt failed (`checking_again`).
    #[serde(rename = "service.status")]
    ServiceStatus,
    /// A service was created, edited, paused, resumed or deleted.
    #[serde(rename = "service.changed")]
    ServiceChanged,
    #[serde(rename = "incident.opened")]
    IncidentOpened,
    #[serde(rename = "incident.changed")]
    IncidentChanged,
    #[serde(rename = "incident.resolved")]
    IncidentResolved,
}

impl EventKind {
    /// The name of the event in a stream.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ServiceStatus => "service.status",
            Self::ServiceChanged => "service.changed",
            Self::IncidentOpened => "incident.opened",
            Self::IncidentChanged => "incident.changed",
            Self::IncidentResolved => "incident.resolved",
        }
    }
}
