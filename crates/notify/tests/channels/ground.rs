//! What the tests share: a courier who goes to this machine only, a channel of every kind, and messages.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    channel::{ChannelConfig, ChannelKind},
    notice::message::{Counts, Kind, Message, Subject},
    verdict::Verdict,
};
use egress::{Egress, Policy, Resolver, Tls};
use notify::{Courier, Endpoints};
use serde_json::{Value, json};
use test_support::Upstream;
use url::Url;
use uuid::Uuid;

pub(crate) const TOKEN: &str = "s3cretsecret";
/// In the token of every sealed link.
pub(crate) const SEALED: &str = "AbCdEf_0123456789";

pub(crate) fn now() -> DateTime<Utc> {
    "2026-10-01T10:00:20Z".parse().unwrap()
}

pub(crate) fn public_url() -> Url {
    "https://pulse.example.com/".parse().unwrap()
}

/// May ask 127.0.0.1 and nothing else outside the public internet.
pub(crate) fn egress() -> Arc<Egress> {
    let policy = Policy::shared().allowing(["127.0.0.1/32".parse().unwrap()]);
    let tls = Tls::new(Vec::new(), Arc::new(|| None)).unwrap();
    Arc::new(Egress::new(policy, Resolver::system(true), tls))
}

/// A courier for whom this server is every provider.
pub(crate) fn courier(upstream: &Upstream) -> Courier {
    let base: Url = upstream.url("/").parse().unwrap();
    let all = ChannelKind::ALL.iter().map(|kind| (*kind, base.clone()));
    Courier::new(egress(), public_url(), None).with_endpoints(Endpoints(all.collect()))
}

/// The same, who gives up soon.
pub(crate) fn hasty(upstream: &Upstream) -> Courier {
    courier(upstream).within(Duration::from_millis(300))
}

/// What a person would enter for this kind; every secret in it contains `TOKEN`.
pub(crate) fn entered(kind: ChannelKind) -> Value {
    let key32 = format!("{TOKEN}aaaaaaaaaaaaaaaaaaaa");
    let key30 = &key32[..30];
    match kind {
        ChannelKind::Email => json!({"recipients": ["ada@example.com"]}),
        ChannelKind::Webhook => json!({
            "url": "https://hooks.example.com/in?a=b",
            "headers": [{"name": "Authorization", "value": format!("Bearer {TOKEN}")}],
        }),
        ChannelKind::Slack => {
            json!({"webhook_url": format!("https://hooks.slack.com/services/T0/B0/{TOKEN}")})
        }
        ChannelKind::Discord => json!({
            "webhook_url": format!("https://discord.com/api/webhooks/1/{TOKEN}"), "thread_id": "12",
        }),
        ChannelKind::Teams => json!({
            "webhook_url": format!("https://prod-1.logic.azure.com/workflows/1?sig={TOKEN}"),
        }),
        ChannelKind::Telegram => json!({
            "bot_token": format!("123:{TOKEN}_aaaaaaaaa"), "chat_id": "-100123", "topic_id": 7,
        }),
        ChannelKind::Mattermost => json!({
            "webhook_url": format!("https://chat.example.com/hooks/{TOKEN}"), "channel": "ops",
        }),
        ChannelKind::GoogleChat => json!({
            "webhook_url": format!("https://chat.googleapis.com/v1/spaces/A/messages?key=k&token={TOKEN}"),
        }),
        ChannelKind::Matrix => json!({
            "homeserver_url": "https://matrix.example.org/base", "access_token": TOKEN, "room_id": "!a/b:example.org",
        }),
        ChannelKind::Ntfy => json!({"topic": "ops", "access_token": format!("tk_{TOKEN}")}),
        ChannelKind::Gotify => json!({
            "server_url": "https://push.example.org/sub/", "app_token": format!("A{TOKEN}"),
        }),
        ChannelKind::Pushover => json!({"app_token": key30, "user_key": key30, "device": "phone"}),
        ChannelKind::PagerDuty => json!({"routing_key": key32}),
        ChannelKind::TwilioSms => json!({
            "account_sid": "AC0123456789abcdef0123456789abcdef", "auth_token": TOKEN,
            "from": "+14155550100", "to": ["+14155550111", "+14155550122"],
        }),
    }
}

pub(crate) fn channel(kind: ChannelKind) -> ChannelConfig {
    ChannelConfig::parse(kind, &entered(kind), None).unwrap()
}

pub(crate) fn slack_bot() -> ChannelConfig {
    let entered = json!({"bot_token": format!("xoxb-{TOKEN}"), "channel": "#ops"});
    ChannelConfig::parse(ChannelKind::Slack, &entered, None).unwrap()
}

/// Every channel that speaks HTTP.
pub(crate) fn http_channels() -> Vec<ChannelConfig> {
    let kinds = ChannelKind::ALL.iter().copied();
    let kinds = kinds.filter(|kind| *kind != ChannelKind::Email);
    kinds.map(channel).chain([slack_bot()]).collect()
}

/// A message about one service with an incident.
pub(crate) fn message(kind: Kind) -> Message {
    let mut message = notify::sample(kind, "Home", &public_url(), now());
    for subject in &mut message.subjects {
        subject.service = Some(domain::id::ServiceId(Uuid::from_u128(1)));
        subject.incident = Some(domain::id::IncidentId(Uuid::from_u128(2)));
    }
    for link in [&mut message.links.open, &mut message.links.acknowledge] {
        let Some(url) = link else { continue };
        url.set_path("/incidents/2");
        url.set_query(Some("a=1&b=2"));
    }
    message
}

/// A message whose links work without signing in; the token of each contains `SEALED`.
pub(crate) fn with_sealed_links(readers: &[&str]) -> Message {
    let link = |page: &str, of: &str| {
        let mut link = public_url().join(page).unwrap();
        let token = format!("{SEALED}-{of}");
        link.query_pairs_mut().append_pair("token", &token);
        link
    };
    let mut message = message(Kind::Down);
    message.links.acknowledge = Some(link("acknowledge", "all"));
    let readers = readers.iter().zip(0..);
    message.links.unsubscribe = readers
        .map(|(reader, number)| {
            let number = format!("reader{number}");
            ((*reader).to_owned(), link("api/unsubscribe", &number))
        })
        .collect();
    message
}

/// A message about several services in different states.
pub(crate) fn digest() -> Message {
    let mut digest = message(Kind::Digest);
    digest.subjects.truncate(1);
    digest.subjects[0].said = None;
    digest.subjects[0].lasted = Some(Duration::from_secs(330));
    let first = digest.subjects[0].clone();
    let states = [Verdict::Degraded, Verdict::Up];
    for (number, state) in (3..).zip(states) {
        digest.subjects.push(Subject {
            name: format!("Service {number}"),
            incident: Some(domain::id::IncidentId(Uuid::from_u128(number))),
            state,
            cause: (state != Verdict::Up).then(|| "It answered after 2,310 ms.".to_owned()),
            since: now() - TimeDelta::seconds(60),
            ..first.clone()
        });
    }
    digest.common_cause = Some("All of them are on web-1.example.com.".to_owned());
    digest.more.down = 211;
    digest.late = Some(Duration::from_mins(12));
    digest
}

/// Five thousand services whose names are as long and as nasty as they may be.
pub(crate) fn storm() -> Message {
    let mut storm = digest();
    let mut nasty = storm.subjects[0].clone();
    nasty.name = nasty_name();
    nasty.cause = Some(nasty_name().repeat(20));
    storm.subjects = vec![nasty; 5_000];
    storm.more = Counts::default();
    storm.workspace = nasty_name();
    storm
}

/// 200 characters of markup in every idiom.
pub(crate) fn nasty_name() -> String {
    let markup = "<script>alert(1)</script> <!channel> @everyone @all <users/all> *b* _i_ ~s~ `c` [x](http://evil.example) &amp; \"q\" {{7*7}} 😀\r\nBcc: evil@example.com";
    markup.chars().cycle().take(200).collect()
}

/// The bodies that a courier would send, without secrets, as JSON where they are.
pub(crate) fn rendered(channel: &ChannelConfig, message: &Message) -> Vec<Value> {
    let courier = Courier::new(egress(), public_url(), None);
    let preview = courier.preview(channel, message, now()).unwrap();
    let parts = preview.parts.into_iter();
    parts
        .map(|part| serde_json::from_str(&part.body).unwrap_or(Value::String(part.body)))
        .collect()
}
