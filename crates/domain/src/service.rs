//! What a workspace asks us to watch: its configuration and the limits on it.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
    fields::Fields,
    id::{ServiceId, ServiceKey, WorkspaceId},
    target::HttpTarget,
    vendor::VendorTarget,
};

/// How a service is looked at. Further kinds join here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MonitorType {
    /// From outside, over HTTP.
    HttpPing,
    /// By what its vendor publishes.
    StatusPage,
}

impl MonitorType {
    const ALL: [Self; 2] = [Self::HttpPing, Self::StatusPage];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::HttpPing => "http_ping",
            Self::StatusPage => "status_page",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// What is looked at: the part of a configuration that is stored as JSON beside its `monitor_type`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Target {
    Http(Box<HttpTarget>),
    Vendor(VendorTarget),
}

impl Target {
    /// Reads what was stored for a service of this kind.
    pub fn read(kind: MonitorType, stored: serde_json::Value) -> Result<Self, serde_json::Error> {
        Ok(match kind {
            MonitorType::HttpPing => Self::Http(serde_json::from_value(stored)?),
            MonitorType::StatusPage => Self::Vendor(serde_json::from_value(stored)?),
        })
    }

    pub fn kind(&self) -> MonitorType {
        match self {
            Self::Http(_) => MonitorType::HttpPing,
            Self::Vendor(_) => MonitorType::StatusPage,
        }
    }

    pub fn http(&self) -> Option<&HttpTarget> {
        match self {
            Self::Http(target) => Some(target),
            Self::Vendor(_) => None,
        }
    }

    pub fn http_mut(&mut self) -> Option<&mut HttpTarget> {
        match self {
            Self::Http(target) => Some(target),
            Self::Vendor(_) => None,
        }
    }

    pub fn vendor(&self) -> Option<&VendorTarget> {
        match self {
            Self::Http(_) => None,
            Self::Vendor(target) => Some(target),
        }
    }
}

impl From<HttpTarget> for Target {
    fn from(target: HttpTarget) -> Self {
        Self::Http(Box::new(target))
    }
}

/// The limits on services that are settings of the installation: the shortest and the longest interval, and how many a
/// workspace may have. All others, such as lengths and timeouts, are the same everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Default 10 s, 30 s where sign-up is open.
    pub shortest_interval: Duration,
    /// Default 24 h.
    pub longest_interval: Duration,
    /// Default 50 where sign-up is open, none otherwise.
    pub services_per_workspace: Option<u32>,
}

impl Limits {
    /// For an installation that one household or company has for itself.
    pub const SINGLE_TENANT: Self = Self {
        shortest_interval: Duration::from_secs(10),
        longest_interval: Duration::from_hours(24),
        services_per_workspace: None,
    };

    /// For an installation where anybody may sign up.
    pub const SHARED: Self = Self {
        shortest_interval: Duration::from_secs(30),
        longest_interval: Duration::from_hours(24),
        services_per_workspace: Some(50),
    };
}

/// The checked configuration of a service, as a person wrote it.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceConfig {
    /// 1–200 characters.
    pub name: String,
    pub target: Target,
    /// At most 100 characters.
    pub category: Option<String>,
    /// At most 20 of at most 50 characters each, without repeats.
    pub tags: Vec<String>,
    /// Whole seconds.
    pub check_interval: Duration,
    /// How often a failure is tried again within its look, 0–2.
    pub retries: u8,
    /// Where the vendor publishes its own status; only shown.
    pub status_page_url: Option<Url>,
}

/// A service as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    pub id: ServiceId,
    pub key: ServiceKey,
    pub workspace: WorkspaceId,
    pub config: ServiceConfig,
    /// Rises on every edit, pause and resume.
    pub revision: i32,
    pub paused_at: Option<DateTime<Utc>>,
    /// A look outside the grid was asked for at this time.
    pub look_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl ServiceConfig {
    /// Every rule that needs more than one field, or the installation's limits; the target has checked itself.
    pub fn check(self, limits: &Limits) -> Result<Self, Fields> {
        let mut fields = Fields::default();
        text(&mut fields, "name", &self.name, 1..=200);
        if let Some(category) = &self.category {
            text(&mut fields, "category", category, 1..=100);
        }
        if self.tags.len() > 20 {
            fields.push("tags", "must be at most 20");
        }
        for tag in &self.tags {
            text(&mut fields, "tags", tag, 1..=50);
        }
        let (shortest, longest) = (limits.shortest_interval, limits.longest_interval);
        if self.check_interval < shortest || self.check_interval > longest {
            fields.push(
                "check_interval",
                format!(
                    "must be from {} to {} seconds",
                    shortest.as_secs(),
                    longest.as_secs()
                ),
            );
        }
        let timeout = self.target.http().map(|target| target.timeout);
        if timeout.is_some_and(|timeout| timeout >= self.check_interval) {
            fields.push("timeout_ms", "must be below the check interval");
        }
        if self.retries > 2 {
            fields.push("retries", "must be 0, 1 or 2");
        }
        if let Some(url) = &self.status_page_url
            && (!matches!(url.scheme(), "http" | "https") || url.as_str().len() > 2048)
        {
            fields.push(
                "status_page_url",
                "must be an http or https URL of at most 2,048 characters",
            );
        }
        fields.finish(self)
    }

    /// Whether `other` asks the same question, so that an open incident may go on.
    pub fn asks_the_same(&self, other: &Self) -> bool {
        self.target == other.target
    }
}

/// Length in characters, and no control characters.
fn text(fields: &mut Fields, field: &str, value: &str, length: std::ops::RangeInclusive<usize>) {
    if !length.contains(&value.chars().count()) {
        fields.push(
            field,
            format!(
                "must be {} to {} characters long",
                length.start(),
                length.end()
            ),
        );
    }
    if value.chars().any(char::is_control) {
        fields.push(field, "must not contain control characters");
    }
    if value.trim() != value {
        fields.push(field, "must not begin or end with a space");
    }
}
