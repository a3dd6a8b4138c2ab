//! A signed request to an address of the user's, as Standard Webhooks has it (<https://www.standardwebhooks.com>).

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use super::{Input, Secret, Settings, input};
use crate::target::{Header, MAX_HEADERS};

/// Longest body template, in bytes.
pub const MAX_TEMPLATE: usize = 16 * 1024;
/// How long an old signing secret signs beside its successor.
const OVERLAP: TimeDelta = TimeDelta::hours(24);
/// Headers that carry the signature, which nobody else may set.
const OURS: [&str; 4] = [
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
    "content-type",
];

/// How the request is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum WebhookMethod {
    #[default]
    Post,
    Put,
    Patch,
}

/// Where a webhook goes and what it carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Webhook {
    /// Shown to whoever sees the channel: secrets belong into headers.
    pub url: Url,
    #[serde(default)]
    pub method: WebhookMethod,
    /// At most 32; their values are secrets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<Header>,
    /// Instead of our JSON: a template in the language of Jinja, at most 16 KiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_template: Option<String>,
    /// Of what the template makes; `application/json` without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// Made by us, the newest first; all that have not ended sign.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signing_secrets: Vec<SigningSecret>,
}

/// What a receiver checks signatures with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SigningSecret {
    /// `whsec_` and base64 of 32 bytes.
    pub secret: Secret,
    /// When it stops signing, once a successor exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
}

impl Webhook {
    /// Puts a new signing secret first; the one before signs beside it for another day, older ones end now.
    ///
    /// `secret` is shown to the person once: `whsec_` and base64 of 32 random bytes.
    pub fn rotate(&mut self, secret: Secret, now: DateTime<Utc>) {
        self.signing_secrets.truncate(1);
        for old in &mut self.signing_secrets {
            old.until = Some(now + OVERLAP);
        }
        self.signing_secrets.insert(
            0,
            SigningSecret {
                secret,
                until: None,
            },
        );
    }

    /// The secrets that sign at `now`, the newest first.
    pub fn signing_at(&self, now: DateTime<Utc>) -> impl Iterator<Item = &Secret> {
        let live = move |secret: &&SigningSecret| secret.until.is_none_or(|until| now < until);
        self.signing_secrets
            .iter()
            .filter(live)
            .map(|signing| &signing.secret)
    }
}

impl Settings for Webhook {
    const SECRETS: &'static [&'static str] = &["headers", "signing_secrets"];

    fn parse(input: &mut Input<'_>) -> Option<Self> {
        let url = input.url("url");
        let method = match input.optional("method", 10).as_deref() {
            None | Some("POST") => WebhookMethod::Post,
            Some("PUT") => WebhookMethod::Put,
            Some("PATCH") => WebhookMethod::Patch,
            Some(_) => {
                input.wrong("method", "must be POST, PUT or PATCH");
                WebhookMethod::Post
            }
        };
        let headers = headers(input);
        let body_template = template(input);
        let content_type = input.optional("content_type", 100);
        if let Some(content_type) = &content_type {
            let is_type = content_type.is_ascii()
                && content_type.split_once('/').is_some_and(|(kind, rest)| {
                    !kind.is_empty() && !rest.is_empty() && !kind.contains(' ')
                });
            if !is_type {
                input.wrong("content_type", "must be a media type such as text/plain");
            }
        }
        // They are made by us and change by rotation only.
        let _ = input.value("signing_secrets");
        let signing_secrets = input
            .before("signing_secrets")
            .and_then(|kept| serde_json::from_value(kept.clone()).ok())
            .unwrap_or_default();
        input.done(Self {
            url: url?,
            method,
            headers,
            body_template,
            content_type,
            signing_secrets,
        })
    }

    fn destination(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    fn summary(&self) -> String {
        self.url.host_str().unwrap_or_default().to_owned()
    }
}

fn headers(input: &mut Input<'_>) -> Vec<Header> {
    let old: Vec<Header> = input
        .before("headers")
        .and_then(|kept| serde_json::from_value(kept.clone()).ok())
        .unwrap_or_default();
    let entries = match input.value("headers") {
        None => {
            if !old.is_empty() {
                input.keep("headers");
            }
            return old;
        }
        Some(Value::Array(entries)) if entries.len() <= MAX_HEADERS => entries,
        Some(Value::Array(_)) => {
            input.wrong("headers", format!("must be at most {MAX_HEADERS}"));
            return Vec::new();
        }
        Some(_) => {
            input.wrong("headers", "must be a list of names and values");
            return Vec::new();
        }
    };
    let mut headers = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        match header(entry, &old) {
            Ok((header, kept)) => {
                if kept {
                    input.keep("headers");
                }
                headers.push(header);
            }
            Err(reason) => input.wrong("headers", format!("entry {}: {reason}", index + 1)),
        }
    }
    headers
}

/// One header, and whether its value was taken from before.
fn header(entry: &Value, old: &[Header]) -> Result<(Header, bool), String> {
    let name = entry
        .get("name")
        .and_then(Value::as_str)
        .map(str::trim)
        .ok_or("must have a name")?;
    let kept = entry
        .get("value")
        .is_none_or(|value| *value == input::set());
    let value = if kept {
        old.iter()
            .find(|header| header.name.eq_ignore_ascii_case(name))
            .map(|header| header.value.clone())
    } else {
        entry
            .get("value")
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    let header = Header {
        name: name.to_owned(),
        value: value.ok_or("must have a value")?,
    };
    if OURS.contains(&name.to_ascii_lowercase().as_str()) {
        return Err(format!("{name} cannot be set"));
    }
    header.fault().map_or(Ok((header, kept)), Err)
}

fn template(input: &mut Input<'_>) -> Option<String> {
    let Some(text) = input.value("body_template")?.as_str() else {
        input.wrong("body_template", "must be a text");
        return None;
    };
    if text.trim().is_empty() {
        return None;
    }
    if text.len() > MAX_TEMPLATE {
        input.wrong(
            "body_template",
            format!("must be at most {MAX_TEMPLATE} bytes"),
        );
        return None;
    }
    Some(text.to_owned())
}
