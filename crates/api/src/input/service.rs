//! What people send when they add, edit or try out a service.

use std::time::Duration;

use db::services::Stored;
use domain::{
    assertion::Assertion,
    failure::FailureCode,
    fields::Fields,
    service::{Limits, MonitorType, ServiceConfig, Target},
    target::{HttpTarget, TargetSecrets},
    vendor::VendorTarget,
};
use egress::Policy;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Patch, input};
use crate::view::service::AssertionSchema;

mod http;
pub mod vendor;

const DEFAULT_INTERVAL: Duration = Duration::from_secs(30);
const DEFAULT_RETRIES: u8 = 2;

/// A service as it is sent. When editing, what is absent stays as it is; null clears what may be empty.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
pub struct ServiceInput {
    /// 1–200 characters
    #[schema(example = "Shop")]
    pub name: Option<String>,
    /// `http_ping` (the default) or `status_page`; it stays as it is chosen
    #[schema(example = "http_ping")]
    pub monitor_type: Option<String>,
    /// http or https, without credentials, at most 2,048 characters
    #[schema(example = "https://shop.example.com/health")]
    pub url: Option<String>,
    /// Where a vendor's page is read, as `discover` found it; either these or `user_defined_urls`
    pub status_page_api_urls: Option<Vec<String>>,
    /// The same, given by a person and proved by `validate-url`
    pub user_defined_urls: Option<Vec<String>>,
    /// The component of a vendor's page, by its whole name. Neither name nor key: the page as a whole
    #[schema(example = "API")]
    pub component_name: Option<String>,
    /// The component exactly, as `discover` names it; wins over the name. Null for the page as a whole
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub component_key: Patch<String>,
    /// What a partial outage of a vendor's counts as: `down` (the default) or `degraded`
    #[schema(example = "down")]
    pub partial_outage_is: Option<String>,
    /// Parts of vendor pages that an `http_ping` service depends on: all of them, at most 10
    pub depends_on: Option<Vec<DependencyInput>>,
    /// Other services of the workspace that it depends on: all of them, at most 10, and none that depends on it. While one
    /// of them is in trouble, its own first notice waits
    pub depends_on_services: Option<Vec<Uuid>>,
    /// At most 100 characters; null or empty for none
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub category: Patch<String>,
    /// At most 20 of at most 50 characters each
    pub tags: Option<Vec<String>>,
    /// Seconds
    #[schema(example = 30)]
    pub check_interval: Option<i64>,
    /// 0–2
    #[schema(example = 2)]
    pub retries: Option<i64>,
    /// Where the vendor publishes its own status; null or empty for none
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub status_page_url: Patch<String>,
    /// 100–599; `expected_statuses` wins where both are sent
    #[schema(example = 200)]
    pub expected_status: Option<i64>,
    /// As in `200-299,401`
    #[schema(example = "200-299")]
    pub expected_statuses: Option<String>,
    /// 100–30,000 and below the interval
    #[schema(example = 5000)]
    pub timeout_ms: Option<i64>,
    /// Below `timeout_ms`
    #[schema(example = 1000)]
    pub degraded_threshold_ms: Option<i64>,
    /// GET (the default), HEAD, POST, PUT, PATCH, DELETE or OPTIONS
    #[schema(example = "GET")]
    pub method: Option<String>,
    /// All request headers. One without a value keeps the value that is stored under its name
    pub headers: Option<Vec<HeaderInput>>,
    /// Request body, at most 64 KiB; null or empty for none
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub body: Patch<String>,
    /// What must hold of the response, at most 20
    #[schema(value_type = Option<Vec<AssertionSchema>>)]
    pub assertions: Option<Vec<Assertion>>,
    /// Default true
    pub follow_redirects: Option<bool>,
    /// Default true
    pub tls_verify: Option<bool>,
    /// `auto` (the default), `4` or `6`
    #[schema(example = "auto")]
    pub address_family: Option<String>,
    /// Only for a new service and a test run. What is not sent is as in this service, whose stored header values and body
    /// nobody is shown
    pub service_id: Option<Uuid>,
    /// Fields that were sent and could not be read: they are named with whatever is wrong with the others.
    #[serde(skip)]
    #[schema(ignore)]
    pub unread: Fields,
}

input!(ServiceInput {
    name,
    monitor_type,
    url,
    status_page_api_urls,
    user_defined_urls,
    component_name,
    component_key,
    partial_outage_is,
    depends_on,
    depends_on_services,
    category,
    tags,
    check_interval,
    retries,
    status_page_url,
    expected_status,
    expected_statuses,
    timeout_ms,
    degraded_threshold_ms,
    method,
    headers,
    body,
    assertions,
    follow_redirects,
    tls_verify,
    address_family,
    service_id,
}
fn without(self, unread: Fields) -> Result<Self, Fields> {
    Ok(Self { unread, ..self })
});

/// A part of a vendor's page that a service depends on. Neither key nor name: the page as a whole.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DependencyInput {
    /// Where the page is read, as `discover` found it
    pub api_urls: Vec<String>,
    /// Wins over the name
    #[serde(default)]
    pub component_key: Option<String>,
    #[serde(default)]
    pub component_name: Option<String>,
}

/// A request header.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HeaderInput {
    #[schema(example = "Authorization")]
    pub name: String,
    /// Write-only; absent or null keeps the stored one
    #[serde(default)]
    pub value: Option<String>,
}

impl std::fmt::Debug for HeaderInput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: ***", self.name)
    }
}

/// What the installation allows.
#[derive(Clone, Copy)]
pub struct Rules<'a> {
    pub limits: &'a Limits,
    pub policy: &'a Policy,
}

impl ServiceInput {
    /// The configuration of a new service, or of `before` with its secrets after an edit; else every wrong field.
    /// `chosen` is what a service of somebody else's follows; none means what it followed before.
    pub fn config(
        &self,
        before: Option<(&Stored, &TargetSecrets)>,
        chosen: Result<Option<VendorTarget>, Fields>,
        rules: Rules<'_>,
    ) -> Result<ServiceConfig, Fields> {
        let mut fields = Fields::default();
        let old = before.map(|(stored, _)| &stored.service.config);
        let kind = self.kind(old, &mut fields);
        let chosen = fields.take(chosen).flatten();
        let target = match kind {
            MonitorType::HttpPing => {
                let old = before.and_then(|(stored, secrets)| http::with_secrets(stored, secrets));
                self.http_target(old, rules.policy, &mut fields)
                    .map(Target::from)
            }
            MonitorType::StatusPage => {
                let old = old.and_then(|old| old.target.vendor().cloned());
                chosen.or(old).map(Target::Vendor)
            }
        };
        // Without a usable target the other fields are checked all the same, beside one that is always right.
        let target = target.or_else(|| match kind {
            MonitorType::HttpPing => http::placeholder().map(Target::from),
            MonitorType::StatusPage => Some(Target::Vendor(vendor::placeholder())),
        });
        let Some(target) = target else {
            return Err(fields);
        };
        let config = self.around(target, old, &mut fields);
        let limits = limits(kind, rules.limits);
        let config = fields.take(config.check(&limits));
        self.judged(config, fields)
    }

    /// The target of a test run, in which a name does not matter, beside fields that are wrong already.
    pub fn test_target(
        &self,
        before: Option<HttpTarget>,
        policy: &Policy,
        mut fields: Fields,
    ) -> Result<HttpTarget, Fields> {
        let target = self.http_target(before, policy, &mut fields);
        self.judged(target, fields)
    }

    /// What was made of the input, unless something is wrong with it or could not be read.
    pub fn judged<T>(&self, made: Option<T>, mut fields: Fields) -> Result<T, Fields> {
        fields.replace(self.unread.clone());
        match (made, fields.is_empty()) {
            (Some(made), true) => Ok(made),
            _ => Err(fields),
        }
    }

    /// Which kind of service this is about: it is chosen once and stays.
    pub fn kind(&self, old: Option<&ServiceConfig>, fields: &mut Fields) -> MonitorType {
        let sent = self.monitor_type.as_deref().filter(|kind| !kind.is_empty());
        let kind = sent.and_then(MonitorType::parse);
        if sent.is_some() && kind.is_none() {
            fields.push("monitor_type", "must be http_ping or status_page");
        }
        let Some(old) = old.map(|old| old.target.kind()) else {
            return kind.unwrap_or(MonitorType::HttpPing);
        };
        if kind.is_some_and(|kind| kind != old) {
            let reason = format!("is {} and stays so; add another service", old.as_str());
            fields.push("monitor_type", reason);
        }
        old
    }

    /// The whole configuration around a target.
    fn around(
        &self,
        target: Target,
        old: Option<&ServiceConfig>,
        fields: &mut Fields,
    ) -> ServiceConfig {
        let interval = self
            .check_interval
            .map(|seconds| u64::try_from(seconds).map_or(Duration::ZERO, Duration::from_secs));
        let retries = self
            .retries
            .filter(|_| target.http().is_some())
            .map(|retries| u8::try_from(retries).unwrap_or(u8::MAX));
        let usual_interval = match target.kind() {
            MonitorType::HttpPing => DEFAULT_INTERVAL,
            MonitorType::StatusPage => vendor::SHORTEST_INTERVAL,
        };
        ServiceConfig {
            name: match &self.name {
                Some(name) => name.trim().to_owned(),
                None => old.map(|old| old.name.clone()).unwrap_or_default(),
            },
            target,
            category: trimmed(&self.category).or(old.and_then(|old| old.category.clone())),
            tags: match &self.tags {
                None => old.map(|old| old.tags.clone()).unwrap_or_default(),
                Some(tags) => distinct(tags),
            },
            check_interval: interval
                .or_else(|| Some(old?.check_interval))
                .unwrap_or(usual_interval),
            retries: retries
                .or_else(|| Some(old?.retries))
                .unwrap_or(DEFAULT_RETRIES),
            status_page_url: match trimmed(&self.status_page_url) {
                Patch::Keep => old.and_then(|old| old.status_page_url.clone()),
                Patch::Clear => None,
                Patch::Set(text) => {
                    let url = text.parse();
                    url.map_err(|_| fields.push("status_page_url", "must be an http or https URL"))
                        .ok()
                }
            },
        }
    }
}

/// A page is not read more often than once a minute, whoever follows it.
fn limits(kind: MonitorType, limits: &Limits) -> Limits {
    match kind {
        MonitorType::HttpPing => *limits,
        MonitorType::StatusPage => Limits {
            shortest_interval: limits.shortest_interval.max(vendor::SHORTEST_INTERVAL),
            ..*limits
        },
    }
}

/// Without spaces around it; an empty text clears like null.
fn trimmed(patch: &Patch<String>) -> Patch<String> {
    match patch {
        Patch::Set(text) if text.trim().is_empty() => Patch::Clear,
        Patch::Set(text) => Patch::Set(text.trim().to_owned()),
        other => other.clone(),
    }
}

pub(crate) fn forbidden(code: FailureCode) -> &'static str {
    match code {
        FailureCode::BlockedPort => {
            "must use a port that this installation asks, and none of mail, databases or the like; an operator opens ports with \
             ALLOW_PORTS, and with ONLY_PORTS where that is set"
        }
        FailureCode::BlockedAddress => {
            "must not be an address that this installation keeps closed; an operator opens networks with ALLOW_CIDRS"
        }
        _ => "must be an http or https URL",
    }
}

/// Trimmed and without repeats, in the order in which they were sent.
fn distinct(tags: &[String]) -> Vec<String> {
    let mut kept: Vec<String> = Vec::with_capacity(tags.len());
    for tag in tags.iter().map(|tag| tag.trim()) {
        if !kept.iter().any(|other| other == tag) {
            kept.push(tag.to_owned());
        }
    }
    kept
}
