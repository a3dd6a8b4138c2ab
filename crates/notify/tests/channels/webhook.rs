//! Webhooks: signatures that another implementation verifies, templates, and the headers of the user.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::TimeDelta;
use domain::{
    channel::{ChannelConfig, ChannelKind, Webhook},
    notice::message::Kind,
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use notify::{Outcome, new_signing_secret};
use serde_json::{Value, json};
use sha2::Sha256;
use test_support::{Request, Upstream};

use crate::{
    ground::{courier, message, now},
    http::body,
};

fn webhook(entered: &Value) -> Webhook {
    match ChannelConfig::parse(ChannelKind::Webhook, entered, None) {
        Ok(ChannelConfig::Webhook(webhook)) => webhook,
        other => panic!("{other:?}"),
    }
}

/// Whether one of the signatures of a request is the one that this secret makes.
fn is_signed(request: &Request, secret: &str) -> bool {
    let header = |name| request.header(name).unwrap();
    let content = format!(
        "{}.{}.{}",
        header("webhook-id"),
        header("webhook-timestamp"),
        request.body
    );
    let key = STANDARD
        .decode(secret.strip_prefix("whsec_").unwrap())
        .unwrap();
    assert_eq!(key.len(), 32);
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(content.as_bytes());
    let expected = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    header("webhook-signature")
        .split(' ')
        .any(|signature| signature == expected)
}

#[tokio::test]
async fn every_live_secret_signs_and_no_other() {
    let upstream = Upstream::start();
    let mut hook = webhook(&json!({"url": "https://example.com/"}));
    let secrets = [(); 3].map(|()| new_signing_secret().unwrap());
    for secret in &secrets {
        hook.rotate(secret.clone(), now());
    }
    let channel = ChannelConfig::Webhook(hook);
    let later = now() + TimeDelta::hours(25);
    for at in [now(), later] {
        courier(&upstream)
            .send(&channel, &message(Kind::Down), &[], at)
            .await;
    }
    let requests = upstream.requests();
    let signed = |request| {
        secrets
            .each_ref()
            .map(|secret| is_signed(request, secret.expose()))
    };
    assert_eq!(signed(&requests[0]), [false, true, true]);
    assert_eq!(signed(&requests[1]), [false, false, true]);
    assert_eq!(requests[0].header("webhook-id"), Some("sample-down"));
    assert_eq!(
        requests[0].header("webhook-timestamp"),
        Some(now().timestamp().to_string().as_str())
    );
    let mut forged = requests[1].clone();
    forged.body.push(' ');
    assert_eq!(signed(&forged), [false; 3]);
}

#[tokio::test]
async fn without_a_secret_nothing_is_signed() {
    let upstream = Upstream::start();
    let channel = ChannelConfig::Webhook(webhook(&json!({"url": "https://example.com/"})));
    courier(&upstream)
        .send(&channel, &message(Kind::Down), &[], now())
        .await;
    assert_eq!(upstream.requests()[0].header("webhook-signature"), None);
    assert_eq!(
        upstream.requests()[0].header("webhook-id"),
        Some("sample-down")
    );
}

#[tokio::test]
async fn headers_and_template_are_the_users() {
    let upstream = Upstream::start();
    let channel = ChannelConfig::Webhook(webhook(&json!({
        "url": "https://example.com/", "method": "PUT",
        "headers": [{"name": "X-Team", "value": "ops"}, {"name": "User-Agent", "value": "mine"}],
        "body_template": "{\"text\": {{ headline|json }}, \"of\": \"{% if services %}{{ services[0].state }}{% endif %}\"}",
        "content_type": "application/vnd.acme+json",
    })));
    notify::check(&channel).unwrap();
    courier(&upstream)
        .send(&channel, &message(Kind::Down), &[], now())
        .await;
    let request = &upstream.requests()[0];
    assert_eq!(request.method, "PUT");
    assert_eq!(
        body(request),
        json!({"text": "Down: Example service", "of": "down"})
    );
    for (name, value) in [
        ("x-team", "ops"),
        ("user-agent", "mine"),
        ("content-type", "application/vnd.acme+json"),
    ] {
        assert_eq!(request.header(name), Some(value));
    }
}

#[tokio::test]
async fn a_template_that_fails_is_told_when_it_is_stored_and_sends_nothing() {
    let upstream = Upstream::start();
    for (template, word) in [
        ("{{ headline", "line 1"),
        ("{\"a\": {{ headline }}}", "JSON"),
        ("{{ nothing_such|json }}", "does not exist"),
        ("{% set a = 1 %}", "set"),
    ] {
        let entered = json!({"url": "https://example.com/", "body_template": template});
        let channel = ChannelConfig::Webhook(webhook(&entered));
        let fields = notify::check(&channel).unwrap_err();
        assert!(fields.0["body_template"][0].contains(word), "{fields:?}");
        let report = courier(&upstream)
            .send(&channel, &message(Kind::Down), &[], now())
            .await;
        assert!(matches!(report.outcome, Outcome::Unfit { .. }));
    }
    assert_eq!(upstream.requests().len(), 0);
}
