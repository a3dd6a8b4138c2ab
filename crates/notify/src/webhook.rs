//! A webhook: our JSON or the user's own template, signed as Standard Webhooks has it.

use aws_lc_rs::{
    hmac,
    rand::{SecureRandom as _, SystemRandom},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use domain::{
    channel::{Secret, Webhook, WebhookMethod},
    fields::Fields,
    notice::message::{Kind, Message},
    target::Method,
};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use serde_json::{Value, json};
use url::Url;

use crate::{
    Outcome,
    call::{Call, Idiom, Setting},
    rendering::cut,
    sample,
};

mod template;

const PREFIX: &str = "whsec_";

/// A new signing secret: `whsec_` and base64 of 32 random bytes. Fails only where the system has no randomness.
pub fn new_signing_secret() -> anyhow::Result<Secret> {
    let mut bytes = [0; 32];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| anyhow::anyhow!("the system gives no random bytes"))?;
    Ok(Secret::new(format!("{PREFIX}{}", STANDARD.encode(bytes))))
}

/// Tries the body template on a message of every kind.
pub(crate) fn check(webhook: &Webhook) -> Result<(), Fields> {
    let Ok(public_url) = Url::parse("https://pulsecheck.example/") else {
        return Ok(());
    };
    for kind in Kind::ALL {
        let message = sample::sample(kind, "Home", &public_url, DateTime::UNIX_EPOCH);
        body(webhook, &message).map_err(|why| Fields::one("body_template", why))?;
    }
    Ok(())
}

impl Idiom for Webhook {
    fn calls(&self, message: &Message, setting: Setting<'_>) -> Result<Vec<Call>, Outcome> {
        let body = body(self, message).map_err(Outcome::unfit)?;
        let timestamp = setting.now.timestamp();
        let mut headers = HeaderMap::new();
        for custom in &self.headers {
            let name = HeaderName::from_bytes(custom.name.as_bytes());
            let value = HeaderValue::from_bytes(custom.value.as_bytes());
            let (Ok(name), Ok(mut value)) = (name, value) else {
                return Err(format!("The header {} cannot be sent.", custom.name).into());
            };
            value.set_sensitive(true);
            headers.append(name, value);
        }
        let content_type = self.content_type.as_deref().unwrap_or("application/json");
        let signatures = signatures(self, message, (timestamp, &body), setting.now);
        for (name, value) in [
            (header::CONTENT_TYPE, content_type),
            (HeaderName::from_static("webhook-id"), message.key.as_str()),
            (
                HeaderName::from_static("webhook-timestamp"),
                timestamp.to_string().as_str(),
            ),
            (
                HeaderName::from_static("webhook-signature"),
                signatures.as_str(),
            ),
        ] {
            let value = HeaderValue::from_str(value);
            let value = value.map_err(|_| format!("The header {name} cannot be sent."))?;
            if !value.is_empty() {
                headers.insert(name, value);
            }
        }
        Ok(vec![Call {
            part: String::new(),
            method: match self.method {
                WebhookMethod::Post => Method::Post,
                WebhookMethod::Put => Method::Put,
                WebhookMethod::Patch => Method::Patch,
            },
            url: self.url.clone(),
            headers,
            body,
        }])
    }
}

/// One signature per secret that is alive, separated by spaces, as `v1,` and base64.
fn signatures(
    webhook: &Webhook,
    message: &Message,
    (timestamp, body): (i64, &str),
    now: DateTime<Utc>,
) -> String {
    let signed = format!("{}.{timestamp}.{body}", message.key);
    let sign = |secret: &Secret| {
        let encoded = secret.expose().strip_prefix(PREFIX)?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, &STANDARD.decode(encoded).ok()?);
        let tag = hmac::sign(&key, signed.as_bytes());
        Some(format!("v1,{}", STANDARD.encode(tag.as_ref())))
    };
    let all: Vec<String> = webhook.signing_at(now).filter_map(sign).collect();
    all.join(" ")
}

/// What is sent: the user's template, or our JSON.
fn body(webhook: &Webhook, message: &Message) -> Result<String, String> {
    let payload = payload(message);
    let Some(source) = &webhook.body_template else {
        return Ok(payload.to_string());
    };
    let body = template::render(source, &payload)?;
    let content_type = webhook
        .content_type
        .as_deref()
        .unwrap_or("application/json");
    if content_type.contains("json")
        && let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(&body)
    {
        return Err(format!(
            "The template does not make JSON ({error}); texts want the filter json, as in {{{{ headline|json }}}}."
        ));
    }
    Ok(body)
}

/// The event as receivers get it. Fields are added, never renamed or removed; every field is always there.
fn payload(message: &Message) -> Value {
    let services = message.subjects.iter().map(|subject| {
        json!({
            "id": subject.service,
            "incident_id": subject.incident,
            "name": subject.name,
            "target": subject.target,
            "category": subject.category,
            "state": subject.state,
            "worst": subject.worst,
            "cause": subject.cause,
            "since": subject.since,
            "lasted_ms": subject.lasted.map(|lasted| lasted.as_millis()),
            "latency_ms": subject.latency.map(|latency| latency.as_millis()),
            "certificate_days": subject.certificate_days,
            "vendor": subject.vendor.as_ref().map(|vendor| json!({
                "page": vendor.page,
                "incident": vendor.incident,
                "phase": vendor.phase,
                "text": vendor.text.as_deref().map(|text| cut(text, 2_000)),
                "url": vendor.url,
            })),
            "link": subject.link,
        })
    });
    json!({
        "type": format!("notice.{}", message.kind.as_str()),
        "timestamp": message.occurred_at,
        "data": {
            "key": message.key,
            "kind": message.kind,
            "workspace": message.workspace,
            "headline": message.headline(),
            "sentences": message.sentences(),
            "services": services.collect::<Vec<_>>(),
            "more": message.more,
            "affected": message.affected(),
            "common_cause": message.common_cause,
            "links": {
                "open": message.links.open,
                "acknowledge": message.links.acknowledge,
            },
            "late_ms": message.late.map(|late| late.as_millis()),
        },
    })
}
