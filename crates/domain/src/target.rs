//! What an HTTP service asks and expects: the part of its configuration that a look needs.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
    assertion::{self, Assertion},
    fields::Fields,
};

mod address;
mod header;
mod secrets;
mod status_set;

pub use address::{MAX_URL, is_askable, is_blocked_port, parse_url};
pub use header::{Header, MAX_HEADERS};
pub use secrets::TargetSecrets;
pub use status_set::{NotAStatusSet, StatusSet};

/// Longest request body, in bytes.
pub const MAX_BODY: usize = 64 * 1024;
/// Bounds of the total deadline, in milliseconds.
pub const TIMEOUT_MS: std::ops::RangeInclusive<u32> = 100..=30_000;
const DEFAULT_TIMEOUT_MS: u32 = 5_000;
const DEFAULT_THRESHOLD_MS: u32 = 1_000;
const DEFAULT_STATUS: u16 = 200;

/// The request method; HEAD falls back to GET where a server does not know it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    #[default]
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
    Options,
}

impl Method {
    const ALL: [Self; 7] = [
        Self::Get,
        Self::Head,
        Self::Post,
        Self::Put,
        Self::Patch,
        Self::Delete,
        Self::Options,
    ];

    /// The method as it stands in a request.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
            Self::Options => "OPTIONS",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Which addresses of a name are asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum AddressFamily {
    /// Both, whichever connects first.
    #[default]
    #[serde(rename = "auto")]
    Auto,
    #[serde(rename = "4")]
    V4,
    #[serde(rename = "6")]
    V6,
}

impl AddressFamily {
    /// The word used in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::V4 => "4",
            Self::V6 => "6",
        }
    }
}

/// A checked target: whatever has this type may be asked, as far as its address allows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HttpTarget {
    pub url: Url,
    #[serde(default)]
    pub method: Method,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<Header>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Statuses of the last response that count as up.
    pub expected_statuses: StatusSet,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assertions: Vec<Assertion>,
    /// Follow up to ten redirects; otherwise a redirect is an answer like any other.
    pub follow_redirects: bool,
    /// Judge the certificate; otherwise it is recorded only.
    pub tls_verify: bool,
    #[serde(default)]
    pub address_family: AddressFamily,
    /// Total deadline over all hops, 100 to 30,000 ms.
    #[serde(rename = "timeout_ms", with = "milliseconds")]
    pub timeout: Duration,
    /// A slower answer is degraded; below the timeout.
    #[serde(rename = "degraded_threshold_ms", with = "milliseconds")]
    pub degraded_threshold: Duration,
}

/// A target as somebody sent it; what is absent takes its default.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TargetDraft {
    pub url: String,
    pub method: Option<String>,
    pub headers: Vec<Header>,
    pub body: Option<String>,
    /// One status; `expected_statuses` wins where both are there.
    pub expected_status: Option<i64>,
    /// As in `200-299,401`.
    pub expected_statuses: Option<String>,
    pub assertions: Vec<Assertion>,
    pub follow_redirects: Option<bool>,
    pub tls_verify: Option<bool>,
    /// `auto`, `4` or `6`.
    pub address_family: Option<String>,
    pub timeout_ms: Option<i64>,
    pub degraded_threshold_ms: Option<i64>,
}

impl HttpTarget {
    /// A GET with every default, for an URL that is known to be usable.
    pub fn get(url: Url) -> Self {
        Self {
            url,
            method: Method::Get,
            headers: Vec::new(),
            body: None,
            expected_statuses: default_statuses(),
            assertions: Vec::new(),
            follow_redirects: true,
            tls_verify: true,
            address_family: AddressFamily::Auto,
            timeout: Duration::from_millis(DEFAULT_TIMEOUT_MS.into()),
            degraded_threshold: Duration::from_millis(DEFAULT_THRESHOLD_MS.into()),
        }
    }

    /// Checks a draft and names every wrong field at once.
    pub fn parse(draft: TargetDraft) -> Result<Self, Fields> {
        let mut fields = Fields::default();
        let url = or_name(address::parse_url(&draft.url), "url", &mut fields);
        let method = method(draft.method.as_deref(), &mut fields);
        let address_family = family(draft.address_family.as_deref(), &mut fields);
        let expected_statuses = statuses(&draft, &mut fields);
        for (field, reasons) in [
            ("headers", header::faults(&draft.headers)),
            ("assertions", assertion::faults(&draft.assertions)),
        ] {
            for reason in reasons {
                fields.push(field, reason);
            }
        }
        let body = draft.body.filter(|body| !body.is_empty());
        check_body(body.as_deref(), method, &mut fields);
        if method == Method::Head && draft.assertions.iter().any(Assertion::needs_body) {
            fields.push(
                "assertions",
                "must not look at the body when the method is HEAD",
            );
        }
        let (timeout, degraded_threshold) =
            times(draft.timeout_ms, draft.degraded_threshold_ms, &mut fields);
        // Without a usable URL there is nothing to finish with, and the reason has been noted.
        let Some(url) = url else { return Err(fields) };
        fields.finish(Self {
            url,
            method,
            headers: draft.headers,
            body,
            expected_statuses,
            assertions: draft.assertions,
            follow_redirects: draft.follow_redirects.unwrap_or(true),
            tls_verify: draft.tls_verify.unwrap_or(true),
            address_family,
            timeout,
            degraded_threshold,
        })
    }
}

fn default_statuses() -> StatusSet {
    StatusSet::one(DEFAULT_STATUS).expect("200 is a status")
}

fn or_name<T>(result: Result<T, impl fmt::Display>, field: &str, fields: &mut Fields) -> Option<T> {
    result
        .map_err(|reason| fields.push(field, reason.to_string()))
        .ok()
}

fn method(word: Option<&str>, fields: &mut Fields) -> Method {
    let Some(word) = word.filter(|word| !word.is_empty()) else {
        return Method::default();
    };
    let found = Method::ALL
        .into_iter()
        .find(|method| method.as_str().eq_ignore_ascii_case(word));
    found.unwrap_or_else(|| {
        fields.push(
            "method",
            "must be GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS",
        );
        Method::default()
    })
}

fn family(word: Option<&str>, fields: &mut Fields) -> AddressFamily {
    match word {
        None | Some("" | "auto") => AddressFamily::Auto,
        Some("4") => AddressFamily::V4,
        Some("6") => AddressFamily::V6,
        Some(_) => {
            fields.push("address_family", "must be auto, 4 or 6");
            AddressFamily::Auto
        }
    }
}

fn statuses(draft: &TargetDraft, fields: &mut Fields) -> StatusSet {
    let (field, set) = match (&draft.expected_statuses, draft.expected_status) {
        (Some(text), _) if !text.trim().is_empty() => ("expected_statuses", text.parse()),
        (_, Some(status)) => {
            let one = u16::try_from(status)
                .map_err(|_| NotAStatusSet)
                .and_then(StatusSet::one);
            let named = one.map_err(|_| fields.push("expected_status", "must be from 100 to 599"));
            return named.unwrap_or_else(|()| default_statuses());
        }
        _ => return default_statuses(),
    };
    or_name(set, field, fields).unwrap_or_else(default_statuses)
}

fn check_body(body: Option<&str>, method: Method, fields: &mut Fields) {
    let Some(body) = body else { return };
    if body.len() > MAX_BODY {
        fields.push("body", format!("must be at most {MAX_BODY} bytes"));
    }
    if matches!(method, Method::Get | Method::Head) {
        fields.push("body", "must be empty when the method is GET or HEAD");
    }
}

fn times(
    timeout: Option<i64>,
    threshold: Option<i64>,
    fields: &mut Fields,
) -> (Duration, Duration) {
    let in_bounds = |ms: i64| u32::try_from(ms).ok().filter(|ms| TIMEOUT_MS.contains(ms));
    let timeout_ms = match timeout {
        None => DEFAULT_TIMEOUT_MS,
        Some(ms) => in_bounds(ms).unwrap_or_else(|| {
            fields.push("timeout_ms", "must be from 100 to 30000");
            *TIMEOUT_MS.end()
        }),
    };
    // A default never makes an input wrong: below a short timeout it shrinks with it.
    let threshold_ms = match threshold {
        None => DEFAULT_THRESHOLD_MS.min(timeout_ms - timeout_ms / 5),
        Some(ms) => u32::try_from(ms)
            .ok()
            .filter(|ms| (1..timeout_ms).contains(ms))
            .unwrap_or_else(|| {
                fields.push(
                    "degraded_threshold_ms",
                    "must be at least 1 and below timeout_ms",
                );
                DEFAULT_THRESHOLD_MS
            }),
    };
    (
        Duration::from_millis(timeout_ms.into()),
        Duration::from_millis(threshold_ms.into()),
    )
}

/// Durations as whole milliseconds in JSON.
mod milliseconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        duration: &Duration,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(duration.as_millis().try_into().unwrap_or(u64::MAX))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_millis)
    }
}

#[cfg(test)]
mod tests;
