//! What each provider is asked, exactly, and what its success means.

use std::time::Duration;

use domain::{
    channel::{ChannelConfig, ChannelKind, PagerDuty},
    id::IncidentId,
    notice::message::{Kind, Subject},
};
use notify::Outcome;
use serde_json::{Value, json};
use test_support::{Mode, Request, Upstream};
use uuid::Uuid;

use crate::ground::{
    SEALED, TOKEN, channel, courier, digest, http_channels, message, now, slack_bot,
    with_sealed_links,
};

/// A request that a provider expects: the method, the path, some headers; and how it says yes.
struct Expected {
    channel: ChannelConfig,
    request: &'static str,
    headers: Vec<(&'static str, String)>,
    yes: Mode,
    id: Option<&'static str>,
}

#[expect(clippy::too_many_lines, reason = "a table")]
fn expected() -> Vec<Expected> {
    let json_type = || ("content-type", "application/json".to_owned());
    let of = |channel, request, yes, id| Expected {
        channel,
        request,
        headers: vec![json_type()],
        yes,
        id,
    };
    let bearer = |token: String| ("authorization", format!("Bearer {token}"));
    let mut all = vec![
        of(
            channel(ChannelKind::Webhook),
            "POST /in?a=b",
            Mode::ok(),
            None,
        ),
        of(
            channel(ChannelKind::Slack),
            "POST /services/T0/B0/s3cretsecret",
            Mode::body("ok"),
            None,
        ),
        of(
            slack_bot(),
            "POST /api/chat.postMessage",
            Mode::body(r#"{"ok":true,"channel":"C1","ts":"1503435956.000247"}"#),
            Some("1503435956.000247"),
        ),
        of(
            channel(ChannelKind::Discord),
            "POST /api/webhooks/1/s3cretsecret?wait=true&thread_id=12",
            Mode::body(r#"{"id":"1100"}"#),
            Some("1100"),
        ),
        of(
            channel(ChannelKind::Teams),
            "POST /workflows/1?sig=s3cretsecret",
            Mode::status(202),
            None,
        ),
        of(
            channel(ChannelKind::Telegram),
            "POST /bot123:s3cretsecret_aaaaaaaaa/sendMessage",
            Mode::body(r#"{"ok":true,"result":{"message_id":42}}"#),
            Some("42"),
        ),
        of(
            channel(ChannelKind::Mattermost),
            "POST /hooks/s3cretsecret",
            Mode::body("ok"),
            None,
        ),
        of(
            channel(ChannelKind::GoogleChat),
            "POST /v1/spaces/A/messages?key=k&token=s3cretsecret&messageReplyOption=REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD",
            Mode::body(r#"{"name":"spaces/A/messages/B"}"#),
            Some("spaces/A/messages/B"),
        ),
        of(
            channel(ChannelKind::Matrix),
            "PUT /base/_matrix/client/v3/rooms/!a%2Fb:example.org/send/m.room.message/sample-down",
            Mode::body(r#"{"event_id":"$e"}"#),
            Some("$e"),
        ),
        of(
            channel(ChannelKind::Ntfy),
            "POST /",
            Mode::body(r#"{"id":"n1"}"#),
            Some("n1"),
        ),
        of(
            channel(ChannelKind::Gotify),
            "POST /sub/message",
            Mode::body(r#"{"id":25}"#),
            Some("25"),
        ),
        of(
            channel(ChannelKind::Pushover),
            "POST /1/messages.json",
            Mode::body(r#"{"status":1,"request":"r1"}"#),
            Some("r1"),
        ),
        of(
            channel(ChannelKind::PagerDuty),
            "POST /v2/enqueue",
            Mode::Status {
                status: 202,
                body: r#"{"status":"success","dedup_key":"d1"}"#.to_owned(),
                headers: Vec::new(),
            },
            Some("d1"),
        ),
    ];
    all[2].headers.push(bearer(format!("xoxb-{TOKEN}")));
    all[8].headers.push(bearer(TOKEN.to_owned()));
    all[9].headers.push(bearer(format!("tk_{TOKEN}")));
    all[10].headers.push(("x-gotify-key", format!("A{TOKEN}")));
    all
}

#[tokio::test]
async fn every_provider_is_asked_as_it_expects_and_its_yes_is_understood() {
    let message = message(Kind::Down);
    for expected in expected() {
        let upstream = Upstream::start();
        upstream.set(expected.yes).await;
        let courier = courier(&upstream);
        let report = courier.send(&expected.channel, &message, &[], now()).await;
        let kind = expected.channel.kind();
        let id = expected.id.map(str::to_owned);
        assert_eq!(report.outcome, Outcome::Sent { id }, "{kind:?}");
        let requests = upstream.requests();
        let [request] = &requests[..] else {
            panic!("{kind:?}: {requests:?}")
        };
        assert_eq!(
            format!("{} {}", request.method, request.path),
            expected.request
        );
        for (name, value) in expected.headers {
            assert_eq!(
                request.header(name),
                Some(value.as_str()),
                "{kind:?} {name}"
            );
        }
        // The bytes are those of the preview, but for the secrets that a body has to carry.
        let preview = courier.preview(&expected.channel, &message, now()).unwrap();
        if !matches!(kind, ChannelKind::Pushover | ChannelKind::PagerDuty) {
            assert_eq!(preview.parts[0].body, request.body, "{kind:?}");
        }
        assert_eq!(report.transcript.len(), 1);
    }
}

#[tokio::test]
async fn secrets_in_bodies_are_sent_and_not_kept() {
    let upstream = Upstream::start();
    upstream
        .set(Mode::body(r#"{"status":1,"request":"r1"}"#))
        .await;
    for (kind, fields) in [
        (ChannelKind::Pushover, vec!["token", "user"]),
        (ChannelKind::PagerDuty, vec!["routing_key"]),
    ] {
        let sent = courier(&upstream)
            .send(&channel(kind), &message(Kind::Down), &[], now())
            .await;
        let body = body(upstream.requests().last().unwrap());
        let kept: Value = serde_json::from_str(&sent.transcript[0].sent).unwrap();
        for field in fields {
            assert!(body[field].as_str().unwrap().starts_with(TOKEN));
            assert_eq!(kept[field], "***");
        }
    }
}

#[tokio::test]
async fn every_number_gets_its_own_short_text() {
    let upstream = Upstream::start();
    upstream
        .set(Mode::Status {
            status: 201,
            body: r#"{"sid":"SM1","status":"queued"}"#.to_owned(),
            headers: Vec::new(),
        })
        .await;
    let sms = channel(ChannelKind::TwilioSms);
    let report = courier(&upstream)
        .send(&sms, &message(Kind::Down), &[], now())
        .await;
    assert_eq!(
        report.outcome,
        Outcome::Sent {
            id: Some("SM1".to_owned())
        }
    );
    assert_eq!(report.settled, ["+14155550111", "+14155550122"]);
    let requests = upstream.requests();
    assert_eq!(requests.len(), 2);
    let fields: Vec<(String, String)> = url::form_urlencoded::parse(requests[1].body.as_bytes())
        .into_owned()
        .collect();
    assert_eq!(fields[0], ("To".to_owned(), "+14155550122".to_owned()));
    assert_eq!(fields[1], ("From".to_owned(), "+14155550100".to_owned()));
    assert_eq!(
        fields[2].1,
        "Down: Example service. Status 503, expected 200. https://pulse.example.com/incidents/2?a=1&b=2"
    );
    let basic = requests[0].header("authorization").unwrap();
    assert!(basic.starts_with("Basic QUMwMTIz"));
    assert!(
        requests[0]
            .path
            .ends_with("/Accounts/AC0123456789abcdef0123456789abcdef/Messages.json")
    );
}

#[tokio::test]
async fn a_pager_opens_acknowledges_and_closes_one_incident() {
    let upstream = Upstream::start();
    upstream.set(Mode::status(202)).await;
    let courier = courier(&upstream);
    let pager = channel(ChannelKind::PagerDuty);
    for kind in [Kind::Down, Kind::Still, Kind::Acknowledged, Kind::Recovered] {
        courier.send(&pager, &message(kind), &[], now()).await;
    }
    let events: Vec<Value> = upstream.requests().iter().map(body).collect();
    let actions: Vec<_> = events
        .iter()
        .map(|event| event["event_action"].as_str().unwrap())
        .collect();
    assert_eq!(actions, ["trigger", "trigger", "acknowledge", "resolve"]);
    assert!(
        events
            .iter()
            .all(|event| event["dedup_key"] == events[0]["dedup_key"])
    );
    assert_eq!(events[0]["payload"]["severity"], "critical");

    // Of a digest each service is an event of its own, and what has recovered is closed.
    let report = courier.send(&pager, &digest(), &[], now()).await;
    let events: Vec<Value> = upstream.requests().iter().skip(4).map(body).collect();
    let told: Vec<_> = events
        .iter()
        .map(|event| {
            (
                event["event_action"].as_str().unwrap(),
                event["payload"]["severity"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("trigger", "critical"),
            ("trigger", "warning"),
            ("resolve", "info")
        ]
    );
    assert_eq!(report.settled.len(), 3);

    // A test opens an incident and closes it; maintenance wakes nobody.
    courier.send(&pager, &message(Kind::Test), &[], now()).await;
    courier
        .send(&pager, &message(Kind::MaintenanceStarted), &[], now())
        .await;
    let requests = upstream.requests();
    let last: Vec<_> = requests[7..]
        .iter()
        .map(|request| (request.path.as_str(), body(request)["event_action"].clone()))
        .collect();
    assert_eq!(
        last,
        [
            ("/v2/enqueue", json!("trigger")),
            ("/v2/enqueue", json!("resolve")),
            ("/v2/change/enqueue", Value::Null)
        ]
    );
}

#[tokio::test]
async fn a_pager_closes_that_a_service_flaps_when_it_has_settled_whatever_else_is_wrong() {
    let upstream = Upstream::start();
    upstream.set(Mode::status(202)).await;
    let courier = courier(&upstream);
    let pager = channel(ChannelKind::PagerDuty);
    let mut flaps = message(Kind::Flapping);
    flaps.subjects[0].incident = None;
    courier.send(&pager, &flaps, &[], now()).await;
    courier
        .send(&pager, &message(Kind::Settled), &[], now())
        .await;
    let events: Vec<Value> = upstream.requests().iter().map(body).collect();
    let told: Vec<_> = events
        .iter()
        .map(|event| {
            (
                event["event_action"].as_str().unwrap(),
                event["dedup_key"] == events[0]["dedup_key"],
            )
        })
        .collect();
    assert_eq!(told[..2], [("trigger", true), ("resolve", true)]);
    assert!(!told[2].1, "the incident has a key of its own");
}

#[tokio::test]
async fn what_is_settled_is_not_sent_again() {
    let upstream = Upstream::start();
    upstream.set(Mode::status(202)).await;
    let courier = courier(&upstream);
    let pager = channel(ChannelKind::PagerDuty);
    // The first event is taken, the second is not.
    upstream
        .set(Mode::Sequence {
            modes: vec![Mode::status(202), Mode::status(503), Mode::status(202)],
        })
        .await;
    let first = courier.send(&pager, &digest(), &[], now()).await;
    assert!(matches!(first.outcome, Outcome::Retry { .. }));
    assert_eq!(first.settled.len(), 1);
    let second = courier.send(&pager, &digest(), &first.settled, now()).await;
    assert!(matches!(second.outcome, Outcome::Sent { .. }));
    let keys: Vec<_> = upstream
        .requests()
        .iter()
        .map(|request| body(request)["dedup_key"].clone())
        .collect();
    // First, second (refused); second, third.
    assert_eq!(keys.len(), 4);
    assert_eq!(keys[1], keys[2]);
    assert_ne!(keys[0], keys[3]);
}

#[tokio::test]
async fn an_event_goes_to_the_region_of_its_account() {
    let ChannelConfig::PagerDuty(settings) = channel(ChannelKind::PagerDuty) else {
        panic!("it is one")
    };
    let eu = ChannelConfig::PagerDuty(PagerDuty {
        region: domain::channel::Region::Eu,
        ..settings
    });
    let courier = courier(&Upstream::start());
    let to = courier
        .preview(&eu, &message(Kind::Down), now())
        .unwrap()
        .parts[0]
        .to
        .clone();
    assert_eq!(to, "POST https://events.eu.pagerduty.com/v2/enqueue");
}

#[tokio::test]
async fn an_address_that_the_policy_closes_is_refused_for_good() {
    let courier = notify::Courier::new(crate::ground::egress(), crate::ground::public_url(), None);
    for url in [
        "http://169.254.169.254/latest",
        "http://10.0.0.1/",
        "http://[::1]:8080/",
    ] {
        let entered = json!({"url": url});
        let hook = ChannelConfig::parse(ChannelKind::Webhook, &entered, None).unwrap();
        let report = courier.send(&hook, &message(Kind::Down), &[], now()).await;
        let Outcome::Permanent { why } = report.outcome else {
            panic!("{url}: {report:?}")
        };
        assert!(why.contains("policy"), "{why}");
    }
}

#[tokio::test]
async fn no_secret_is_in_a_report_even_when_the_other_side_sends_it_back() {
    let upstream = Upstream::start();
    upstream.set(Mode::Echo).await;
    for channel in http_channels() {
        let courier = courier(&upstream);
        let report = courier
            .send(&channel, &message(Kind::Down), &[], now())
            .await;
        assert!(!report.transcript.is_empty());
        let shown = format!("{report:?}");
        assert!(!shown.contains(TOKEN), "{:?}: {shown}", channel.kind());
        let preview = courier.preview(&channel, &message(Kind::Down), now());
        assert!(!format!("{preview:?}").contains(TOKEN));
    }
}

#[tokio::test]
async fn links_that_work_without_signing_in_are_sent_and_not_kept() {
    let upstream = Upstream::start();
    let down = with_sealed_links(&[]);
    let mut carried = 0;
    for channel in http_channels() {
        let report = courier(&upstream).send(&channel, &down, &[], now()).await;
        carried += usize::from(upstream.requests().last().unwrap().body.contains(SEALED));
        assert!(!report.transcript.is_empty());
        let kept = format!("{report:?}");
        assert!(!kept.contains(SEALED), "{:?}: {kept}", channel.kind());
    }
    assert!(carried > 5, "{carried}");
}

#[tokio::test]
async fn a_pager_that_is_slow_with_each_event_gets_the_rest_with_the_next_attempt() {
    let upstream = Upstream::start();
    let taken = Box::new(Mode::status(202));
    let slow = Mode::Delay {
        ms: 500,
        then: taken,
    };
    upstream.set(slow).await;
    let patient = courier(&upstream);
    let hasty = patient.clone().within(Duration::from_secs(2));
    let pager = channel(ChannelKind::PagerDuty);
    let mut many = digest();
    let first = many.subjects[0].clone();
    many.subjects = (0..8)
        .map(|number| Subject {
            incident: Some(IncidentId(Uuid::from_u128(number))),
            ..first.clone()
        })
        .collect();
    let report = hasty.send(&pager, &many, &[], now()).await;
    assert!(
        matches!(report.outcome, Outcome::Retry { .. }),
        "{report:?}"
    );
    assert!((1..8).contains(&report.settled.len()), "{report:?}");
    assert_eq!(upstream.requests().len(), report.settled.len());
    upstream.set(Mode::status(202)).await;
    let report = patient.send(&pager, &many, &report.settled, now()).await;
    assert!(matches!(report.outcome, Outcome::Sent { .. }), "{report:?}");
    assert_eq!(upstream.requests().len(), 8, "each once");
}

pub(crate) fn body(request: &Request) -> Value {
    serde_json::from_str(&request.body).unwrap()
}
