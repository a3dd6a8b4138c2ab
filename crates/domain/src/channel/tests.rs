//! What is accepted, what is refused with which name, and that no secret is ever shown.

use serde_json::{Value, json};

use super::*;

const SLACK: &str = "https://hooks.slack.com/services/T0/B0/s3cret";

/// A good configuration of every kind; every secret in it contains `s3cret`.
#[expect(clippy::too_many_lines, reason = "a table")]
fn good() -> Vec<(ChannelKind, Value)> {
    let key32 = "s3cretaaaaaaaaaaaaaaaaaaaaaaaaaa";
    let key30 = &key32[..30];
    vec![
        (
            ChannelKind::Email,
            json!({"recipients": ["ada@example.com", "Bo.B+x@exämple.org"]}),
        ),
        (
            ChannelKind::Webhook,
            json!({"url": "https://example.com/hook", "headers": [{"name": "Authorization", "value": "Bearer s3cret"}], "body_template": "{{ headline }}\n", "content_type": "text/plain"}),
        ),
        (ChannelKind::Slack, json!({"webhook_url": SLACK})),
        (
            ChannelKind::Slack,
            json!({"bot_token": "xoxb-s3cret", "channel": "#ops"}),
        ),
        (
            ChannelKind::Discord,
            json!({"webhook_url": "https://discord.com/api/webhooks/1/s3cret", "thread_id": "12"}),
        ),
        (
            ChannelKind::Teams,
            json!({"webhook_url": "https://prod-1.westeurope.logic.azure.com/workflows/s3cret?sig=s3cret"}),
        ),
        (
            ChannelKind::Telegram,
            json!({"bot_token": "123:s3cret_aaaaaaaaaaaaaaaa", "chat_id": "-100123", "topic_id": 7}),
        ),
        (
            ChannelKind::Mattermost,
            json!({"webhook_url": "http://chat.lan:8065/hooks/s3cret", "channel": "ops"}),
        ),
        (
            ChannelKind::GoogleChat,
            json!({"webhook_url": "https://chat.googleapis.com/v1/spaces/A/messages?key=k&token=s3cret"}),
        ),
        (
            ChannelKind::Matrix,
            json!({"homeserver_url": "https://matrix.example.org", "access_token": "s3cret", "room_id": "!abc:example.org"}),
        ),
        (
            ChannelKind::Ntfy,
            json!({"topic": "ops", "access_token": "tk_s3cret"}),
        ),
        (
            ChannelKind::Gotify,
            json!({"server_url": "https://push.example.org", "app_token": "As3cret"}),
        ),
        (
            ChannelKind::Pushover,
            json!({"app_token": key30, "user_key": key30, "device": "phone"}),
        ),
        (
            ChannelKind::PagerDuty,
            json!({"routing_key": key32, "region": "eu"}),
        ),
        (
            ChannelKind::TwilioSms,
            json!({"account_sid": "AC0123456789abcdef0123456789abcdef", "auth_token": "s3cret", "from": "+14155550100", "to": ["+49 (151) 2345-6789"]}),
        ),
    ]
}

fn parse(kind: ChannelKind, sent: &Value) -> Result<ChannelConfig, Fields> {
    ChannelConfig::parse(kind, sent, None)
}

#[test]
fn every_kind_is_read_stored_and_read_again() {
    let mut kinds: Vec<_> = good().iter().map(|(kind, _)| *kind).collect();
    kinds.dedup();
    assert_eq!(kinds, ChannelKind::ALL);
    for (kind, sent) in good() {
        let config = parse(kind, &sent).unwrap_or_else(|fields| panic!("{kind:?}: {fields:?}"));
        assert_eq!(ChannelKind::parse(kind.as_str()), Some(kind));
        let split = config.split().unwrap();
        assert_eq!(ChannelConfig::join(kind, split).unwrap(), config);
        assert!(!config.summary().is_empty() && !config.destination().is_empty());
    }
}

#[test]
fn a_secret_is_in_the_sealed_part_only() {
    for (kind, sent) in good() {
        let config = parse(kind, &sent).unwrap();
        let split = config.split().unwrap();
        for shown in [
            split.clear.to_string(),
            format!("{split:?}"),
            format!("{config:?}"),
            config.shown().unwrap().to_string(),
            config.summary(),
            config.destination(),
        ] {
            assert!(!shown.contains("s3cret"), "{kind:?}: {shown}");
        }
        assert_eq!(
            sent.to_string().contains("s3cret"),
            split.secrets.to_string().contains("s3cret"),
            "{kind:?}"
        );
    }
}

#[test]
fn what_is_shown_can_be_sent_back_and_changes_nothing() {
    for (kind, sent) in good() {
        let config = parse(kind, &sent).unwrap();
        let again = ChannelConfig::parse(kind, &config.shown().unwrap(), Some(&config));
        assert_eq!(again.unwrap(), config, "{kind:?}");
    }
}

#[test]
fn a_kept_secret_does_not_follow_to_another_destination() {
    let before = parse(
        ChannelKind::Webhook,
        &json!({"url": "https://example.com/a", "headers": [{"name": "X-Key", "value": "s3cret"}]}),
    )
    .unwrap();
    let moved = |url: &str| {
        let sent = json!({"url": url, "headers": [{"name": "x-key", "value": {"set": true}}]});
        ChannelConfig::parse(ChannelKind::Webhook, &sent, Some(&before))
    };
    assert!(moved("https://example.com/b").is_ok());
    let refused = moved("https://evil.example/a").unwrap_err();
    assert!(
        refused.0["headers"][0].contains("given again"),
        "{refused:?}"
    );
    let left_out = json!({"url": "https://evil.example/a"});
    assert!(ChannelConfig::parse(ChannelKind::Webhook, &left_out, Some(&before)).is_err());
    let emptied = json!({"url": "https://evil.example/a", "headers": []});
    assert!(ChannelConfig::parse(ChannelKind::Webhook, &emptied, Some(&before)).is_ok());

    let gotify = |url: &str| json!({"server_url": url});
    let with_token = json!({"server_url": "https://push.example.org", "app_token": "As3cret"});
    let before = parse(ChannelKind::Gotify, &with_token).unwrap();
    let kept = ChannelConfig::parse(
        ChannelKind::Gotify,
        &gotify("https://push.example.org/sub"),
        Some(&before),
    );
    assert!(kept.is_ok());
    let refused = ChannelConfig::parse(
        ChannelKind::Gotify,
        &gotify("http://push.example.org"),
        Some(&before),
    );
    assert!(refused.unwrap_err().0.contains_key("app_token"));
}

#[test]
fn an_optional_secret_can_be_removed() {
    let before = parse(
        ChannelKind::Ntfy,
        &json!({"topic": "ops", "access_token": "tk_s3cret"}),
    )
    .unwrap();
    let edited = ChannelConfig::parse(
        ChannelKind::Ntfy,
        &json!({"topic": "ops", "access_token": ""}),
        Some(&before),
    );
    let ChannelConfig::Ntfy(ntfy) = edited.unwrap() else {
        panic!("another kind")
    };
    assert_eq!(ntfy.access_token, None);
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn every_wrong_field_is_named() {
    for (kind, sent, wrong) in [
        (ChannelKind::Email, json!({}), vec!["recipients"]),
        (
            ChannelKind::Email,
            json!({"recipients": []}),
            vec!["recipients"],
        ),
        (
            ChannelKind::Email,
            json!({"recipients": vec!["a@example.com"; 10_000]}),
            vec!["recipients"],
        ),
        (
            ChannelKind::Email,
            json!({"recipients": ["a@example.com\r\nBcc: b@example.com"]}),
            vec!["recipients"],
        ),
        (
            ChannelKind::Webhook,
            json!({"url": "ftp://x", "method": "GET", "headers": [{"name": "Host", "value": "x"}], "nonsense": 1}),
            vec!["headers", "method", "nonsense", "url"],
        ),
        (
            ChannelKind::Webhook,
            json!({"url": "https://x.example", "headers": [{"name": "Webhook-Id", "value": "x"}, {"name": "X", "value": "a\r\nb: c"}, {"name": "Y"}], "content_type": "json"}),
            vec!["content_type", "headers"],
        ),
        (
            ChannelKind::Webhook,
            json!({"url": "https://x.example", "body_template": "x".repeat(MAX_TEMPLATE + 1)}),
            vec!["body_template"],
        ),
        (
            ChannelKind::Slack,
            json!({"webhook_url": "https://example.com/services/x"}),
            vec!["webhook_url"],
        ),
        (
            ChannelKind::Slack,
            json!({"webhook_url": "https://hooks.slack.com.evil.example/x"}),
            vec!["webhook_url"],
        ),
        (
            ChannelKind::Slack,
            json!({"bot_token": "abc"}),
            vec!["bot_token", "channel"],
        ),
        (
            ChannelKind::Discord,
            json!({"webhook_url": "http://discord.com/api/webhooks/1/a", "thread_id": "x"}),
            vec!["thread_id", "webhook_url"],
        ),
        (
            ChannelKind::Teams,
            json!({"webhook_url": 7}),
            vec!["webhook_url"],
        ),
        (
            ChannelKind::Telegram,
            json!({"bot_token": "x", "chat_id": "ops room", "topic_id": -1}),
            vec!["bot_token", "chat_id", "topic_id"],
        ),
        (
            ChannelKind::Mattermost,
            json!({"webhook_url": "nowhere"}),
            vec!["webhook_url"],
        ),
        (ChannelKind::GoogleChat, json!({}), vec!["webhook_url"]),
        (
            ChannelKind::Matrix,
            json!({"homeserver_url": "x", "room_id": "#ops:example.org"}),
            vec!["access_token", "homeserver_url", "room_id"],
        ),
        (
            ChannelKind::Ntfy,
            json!({"server_url": "x", "topic": "a/b"}),
            vec!["server_url", "topic"],
        ),
        (
            ChannelKind::Gotify,
            json!({"server_url": "https://u:p@push.example"}),
            vec!["app_token", "server_url"],
        ),
        (
            ChannelKind::Pushover,
            json!({"app_token": "short", "user_key": "", "device": "a b"}),
            vec!["app_token", "device", "user_key"],
        ),
        (
            ChannelKind::PagerDuty,
            json!({"routing_key": "x", "region": "moon"}),
            vec!["region", "routing_key"],
        ),
        (
            ChannelKind::TwilioSms,
            json!({"account_sid": "x", "from": "0151", "to": ["0151"]}),
            vec!["account_sid", "auth_token", "from", "to"],
        ),
        (
            ChannelKind::Slack,
            json!("text"),
            vec!["config", "webhook_url"],
        ),
    ] {
        let fields = parse(kind, &sent).expect_err("something is wrong");
        let named: Vec<_> = fields.0.keys().map(String::as_str).collect();
        assert_eq!(named, wrong, "{kind:?} {fields:?}");
    }
}

#[test]
fn addresses_are_what_can_stand_in_an_envelope() {
    for (typed, kept) in [
        ("ada@example.com", "ada@example.com"),
        ("a.b+c/d@EXAMPLE.com", "a.b+c/d@example.com"),
        ("o'neil@bücher.example", "o'neil@xn--bcher-kva.example"),
        ("root@localhost", "root@localhost"),
    ] {
        assert_eq!(parse_address(typed).as_deref(), Ok(kept));
    }
    for typed in [
        "",
        "a",
        "@example.com",
        "a@",
        "a b@example.com",
        "a@b@example.com",
        ".a@example.com",
        "a..b@example.com",
        "a@example..com",
        "a@-x.com",
        "a@192.0.2.1",
        "a@[192.0.2.1]",
        "\"a\"@example.com",
        "a@exa mple.com",
        "a@example.com>",
        "<a@example.com",
        "ä@example.com",
        "a\r\n@example.com",
        "a@example.com\r\nBcc: b@example.com",
    ] {
        assert!(parse_address(typed).is_err(), "{typed:?}");
    }
    assert!(parse_address(&format!("{}@example.com", "a".repeat(65))).is_err());
}

#[test]
fn an_old_signing_secret_signs_for_another_day() {
    let now = chrono::DateTime::UNIX_EPOCH;
    let sent = json!({"url": "https://example.com/"});
    let Ok(ChannelConfig::Webhook(mut webhook)) = parse(ChannelKind::Webhook, &sent) else {
        panic!("it is one")
    };
    let live = |webhook: &Webhook, hours| {
        let at = now + chrono::TimeDelta::hours(hours);
        let live = webhook
            .signing_at(at)
            .map(|secret| secret.expose().to_owned());
        live.collect::<Vec<_>>()
    };
    webhook.rotate(Secret::new("one"), now);
    assert_eq!(live(&webhook, 1_000), ["one"]);
    webhook.rotate(Secret::new("two"), now);
    assert_eq!(live(&webhook, 23), ["two", "one"]);
    assert_eq!(live(&webhook, 24), ["two"]);
    webhook.rotate(Secret::new("three"), now);
    assert_eq!(live(&webhook, 1), ["three", "two"]);
    // An edit keeps them, whatever is sent.
    let before = ChannelConfig::Webhook(webhook);
    let edited = ChannelConfig::parse(ChannelKind::Webhook, &sent, Some(&before)).unwrap();
    assert_eq!(edited, before);
}
