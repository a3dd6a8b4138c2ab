//! Services of other people: which part of a vendor page a service follows, and what the vendor said of it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{id::VendorPageId, incident::Severity};

/// What a service of kind `status_page` follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VendorTarget {
    pub page: VendorPageId,
    /// None: the page as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<Component>,
    /// What a partial outage counts as.
    #[serde(default = "down")]
    pub partial_outage_is: Severity,
    /// The addresses that are read, as they were chosen.
    pub urls: Vec<Url>,
    /// A person named the addresses; otherwise discovery found them.
    #[serde(default)]
    pub user_defined: bool,
}

/// What is remembered of a component when it is chosen: it is found again by its key, then by path and name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Component {
    pub key: String,
    pub name: String,
    /// Names of the groups around it, outermost first.
    #[serde(default)]
    pub group_path: Vec<String>,
}

/// What a vendor says of what a service follows. Kept with the look that read it; everything in it is the vendor's word,
/// cut to a bearable length.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// As the page calls itself.
    pub page: String,
    /// The page for people.
    pub page_url: String,
    /// None for the page as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<String>,
    /// `operational`, `degraded`, `partial_outage`, `major_outage`, `maintenance`, `not_monitored` or `unknown`.
    pub level: String,
    /// The vendor's own word for it, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<String>,
    /// Open incidents that name what is followed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub incidents: Vec<Incident>,
    /// Maintenance of what is followed: under way or to come.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub maintenances: Vec<Maintenance>,
    /// Open incidents that name no component: shown, never judged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Incident>,
    /// What the component may be called now, when it is gone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suggestions: Vec<String>,
}

/// An incident of the vendor's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    pub id: String,
    pub name: String,
    /// `none`, `minor`, `major`, `critical`, `maintenance` or `unknown`.
    pub impact: String,
    /// `investigating`, `identified`, `monitoring`, `resolved`, `postmortem` or `unknown`.
    pub phase: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Newest first, a few.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub updates: Vec<Update>,
}

/// One thing that the vendor wrote about an incident.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Update {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<String>,
    /// Plain text.
    pub text: String,
}

/// A maintenance window of the vendor's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Maintenance {
    pub id: String,
    pub name: String,
    /// `scheduled`, `in_progress`, `verifying`, `completed`, `cancelled` or `unknown`.
    pub phase: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheduled_for: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheduled_until: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Under way when it was read.
    pub active: bool,
}

const fn down() -> Severity {
    Severity::Down
}
