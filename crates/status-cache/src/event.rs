//! A live event: something that a browser showing a workspace wants to know at once.

use domain::id::WorkspaceId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// One thing that happened in one workspace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LiveEvent {
    /// Names it on every replica, so that a browser can resume at any of them.
    pub id: Uuid,
    pub workspace: WorkspaceId,
    pub kind: EventKind,
    /// An object; events of services have `service_id`, events of incidents `incident_id` too.
    pub data: Value,
}

impl LiveEvent {
    /// An event with a fresh id.
    pub fn new(workspace: WorkspaceId, kind: EventKind, data: Value) -> Self {
        Self {
            id: Uuid::now_v7(),
            workspace,
            kind,
            data,
        }
    }

    /// The service it is about, if it is about one.
    pub fn service(&self) -> Option<&str> {
        self.data.get("service_id")?.as_str()
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
