//! A service that follows a vendor page, as it comes from the database.

use std::time::Duration;

use chrono::{DateTime, Utc};
use db::watched::Watched;
use domain::{
    health::Standing,
    id::{ServiceId, ServiceKey, WorkspaceId},
    vendor::VendorTarget,
};

/// Its configuration and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Following {
    pub(crate) key: ServiceKey,
    pub(crate) id: ServiceId,
    pub(crate) workspace: WorkspaceId,
    pub(crate) revision: i32,
    pub(crate) interval: Duration,
    pub(crate) standing: Standing,
    pub(crate) look_at: Option<DateTime<Utc>>,
    pub(crate) target: VendorTarget,
}

impl Following {
    pub(crate) fn new(watched: &Watched, target: VendorTarget) -> Self {
        Self {
            key: watched.key,
            id: watched.id,
            workspace: watched.workspace,
            revision: watched.revision,
            interval: watched.interval,
            standing: watched.standing,
            look_at: watched.look_at,
            target,
        }
    }
}
