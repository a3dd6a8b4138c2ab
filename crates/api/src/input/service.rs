//! What people send when they add, edit or try out a service.

use std::time::Duration;

use db::services::Stored;
use domain::{
    assertion::Assertion,
    failure::FailureCode,
    fields::Fields,
    service::{Limits, MonitorType, ServiceConfig},
    target::{Header, HttpTarget, TargetDraft, TargetSecrets},
};
use egress::Policy;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Patch, input};
use crate::view::service::AssertionSchema;

const DEFAULT_INTERVAL: Duration = Duration::from_secs(30);
const DEFAULT_RETRIES: u8 = 2;

/// A service as it is sent. When editing, what is absent stays as it is; null clears what may be empty.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
pub struct ServiceInput {
    /// 1–200 characters
    #[schema(example = "Shop")]
    pub name: Option<String>,
    /// `http_ping` (the default)
    #[schema(example = "http_ping")]
    pub monitor_type: Option<String>,
    /// http or https, without credentials, at most 2,048 characters
    #[schema(example = "https://shop.example.com/health")]
    pub url: Option<String>,
    /// For vendor pages
    #[schema(value_type = Option<Vec<String>>)]
    pub status_page_api_urls: Option<Value>,
    /// For vendor pages
    #[schema(value_type = Option<Vec<String>>)]
    pub user_defined_urls: Option<Value>,
    /// For vendor pages
    #[schema(value_type = Option<String>)]
    pub component_name: Option<Value>,
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
    /// Only for a test run: the service whose stored header values and body are meant where none are sent
    pub service_id: Option<Uuid>,
}

input!(ServiceInput {
    name,
    monitor_type,
    url,
    status_page_api_urls,
    user_defined_urls,
    component_name,
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
});

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
    pub fn config(
        &self,
        before: Option<(&Stored, &TargetSecrets)>,
        rules: Rules<'_>,
    ) -> Result<ServiceConfig, Fields> {
        let mut fields = Fields::default();
        self.check_kind(&mut fields);
        let old = before.as_ref().map(|(stored, _)| &stored.service.config);
        let old_target = before.as_ref().map(|(stored, secrets)| {
            let mut target = stored.service.config.target.clone();
            target.put_secrets((*secrets).clone());
            target
        });
        let target = self.target(old_target, rules.policy, &mut fields);
        // Without a usable target the other fields are checked all the same, beside one that is always right.
        let Some(target) = target.or_else(placeholder) else {
            return Err(fields);
        };
        let config = self.around(target, old, &mut fields);
        match (fields.take(config.check(rules.limits)), fields.is_empty()) {
            (Some(config), true) => Ok(config),
            _ => Err(fields),
        }
    }

    /// The target of a test run, in which a name does not matter.
    pub fn test_target(
        &self,
        before: Option<HttpTarget>,
        policy: &Policy,
    ) -> Result<HttpTarget, Fields> {
        let mut fields = Fields::default();
        self.check_kind(&mut fields);
        match (self.target(before, policy, &mut fields), fields.is_empty()) {
            (Some(target), true) => Ok(target),
            _ => Err(fields),
        }
    }

    fn check_kind(&self, fields: &mut Fields) {
        let kind = self.monitor_type.as_deref().filter(|kind| !kind.is_empty());
        if kind.is_some_and(|kind| MonitorType::parse(kind).is_none()) {
            fields.push("monitor_type", "must be http_ping");
        }
    }

    /// The whole configuration around a target.
    fn around(
        &self,
        target: HttpTarget,
        old: Option<&ServiceConfig>,
        fields: &mut Fields,
    ) -> ServiceConfig {
        let interval = self
            .check_interval
            .map(|seconds| u64::try_from(seconds).map_or(Duration::ZERO, Duration::from_secs));
        let retries = self
            .retries
            .map(|retries| u8::try_from(retries).unwrap_or(u8::MAX));
        ServiceConfig {
            name: match &self.name {
                Some(name) => name.trim().to_owned(),
                None => old.map(|old| old.name.clone()).unwrap_or_default(),
            },
            monitor_type: MonitorType::HttpPing,
            target,
            category: trimmed(&self.category).or(old.and_then(|old| old.category.clone())),
            tags: match &self.tags {
                None => old.map(|old| old.tags.clone()).unwrap_or_default(),
                Some(tags) => distinct(tags),
            },
            check_interval: interval
                .or_else(|| Some(old?.check_interval))
                .unwrap_or(DEFAULT_INTERVAL),
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

    fn target(
        &self,
        old: Option<HttpTarget>,
        policy: &Policy,
        fields: &mut Fields,
    ) -> Option<HttpTarget> {
        let stored = old.as_ref().map_or(&[][..], |old| &old.headers[..]);
        let headers = self.headers.as_ref();
        let headers = headers.map(|headers| with_values(headers, stored, fields));
        let mut draft = old.map(draft_of).unwrap_or_default();
        if self.expected_status.is_some() {
            draft.expected_statuses = None;
        }
        let draft = TargetDraft {
            url: match &self.url {
                Some(url) => url.trim().to_owned(),
                None => draft.url,
            },
            method: self.method.clone().or(draft.method),
            headers: headers.unwrap_or(draft.headers),
            body: self.body.clone().or(draft.body),
            expected_status: self.expected_status.or(draft.expected_status),
            expected_statuses: self.expected_statuses.clone().or(draft.expected_statuses),
            assertions: self.assertions.clone().unwrap_or(draft.assertions),
            follow_redirects: self.follow_redirects.or(draft.follow_redirects),
            tls_verify: self.tls_verify.or(draft.tls_verify),
            address_family: self.address_family.clone().or(draft.address_family),
            timeout_ms: self.timeout_ms.or(draft.timeout_ms),
            degraded_threshold_ms: self.degraded_threshold_ms.or(draft.degraded_threshold_ms),
        };
        let target = fields.take(HttpTarget::parse(draft))?;
        if let Err(code) = policy.check_url(&target.url) {
            fields.push("url", forbidden(code));
        }
        Some(target)
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

fn forbidden(code: FailureCode) -> &'static str {
    match code {
        FailureCode::BlockedPort => "must not use a port of mail, databases or the like",
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

/// Headers with the values that were sent, or else those that are stored under the same name.
fn with_values(sent: &[HeaderInput], stored: &[Header], fields: &mut Fields) -> Vec<Header> {
    let mut headers = Vec::with_capacity(sent.len());
    for (index, header) in sent.iter().enumerate() {
        let same = |old: &&Header| old.name.eq_ignore_ascii_case(&header.name);
        let old = || stored.iter().find(same).map(|old| old.value.clone());
        match header.value.clone().or_else(old) {
            Some(value) => headers.push(Header {
                name: header.name.clone(),
                value,
            }),
            None => fields.push("headers", format!("entry {}: must have a value", index + 1)),
        }
    }
    headers
}

fn draft_of(target: HttpTarget) -> TargetDraft {
    let ms = |duration: Duration| i64::try_from(duration.as_millis()).ok();
    TargetDraft {
        url: target.url.to_string(),
        method: Some(target.method.as_str().to_owned()),
        headers: target.headers,
        body: target.body,
        expected_status: None,
        expected_statuses: Some(target.expected_statuses.to_string()),
        assertions: target.assertions,
        follow_redirects: Some(target.follow_redirects),
        tls_verify: Some(target.tls_verify),
        address_family: Some(target.address_family.as_str().to_owned()),
        timeout_ms: ms(target.timeout),
        degraded_threshold_ms: ms(target.degraded_threshold),
    }
}

/// A target that is always right, to check other fields beside it.
fn placeholder() -> Option<HttpTarget> {
    let mut target = HttpTarget::get("http://localhost/".parse().ok()?);
    target.timeout = Duration::ZERO;
    Some(target)
}
