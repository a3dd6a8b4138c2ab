//! Every way of not taking a message: what passes is tried again, what does not is refused with a sentence.

use std::time::Duration;

use domain::{
    channel::{ChannelConfig, ChannelKind},
    notice::message::Kind,
};
use notify::{Outcome, Report};
use test_support::{Mode, Upstream};
use tokio::task::JoinSet;

use crate::ground::{channel, courier, hasty, http_channels, message, now, slack_bot};

fn answer(status: u16, body: &str) -> Mode {
    Mode::Status {
        status,
        body: body.to_owned(),
        headers: Vec::new(),
    }
}

fn retry_after(report: &Report) -> Option<Duration> {
    match &report.outcome {
        Outcome::Retry { after, .. } => *after,
        other => panic!("it is to be tried again: {other:?}"),
    }
}

#[tokio::test]
async fn statuses_mean_the_same_for_every_channel() {
    let upstream = Upstream::start();
    for channel in http_channels() {
        let kind = channel.kind();
        let courier = courier(&upstream);
        for (status, passes) in [
            (500, true),
            (502, true),
            (503, true),
            (408, true),
            (429, true),
            (401, false),
            (403, false),
            (404, false),
            (410, false),
            (302, false),
        ] {
            upstream.set(Mode::status(status)).await;
            let report = courier
                .send(&channel, &message(Kind::Down), &[], now())
                .await;
            match report.outcome {
                Outcome::Retry { why, .. } if passes => {
                    assert!(why.contains(&status.to_string()), "{kind:?} {why}");
                }
                Outcome::Permanent { why } if !passes => assert!(!why.is_empty()),
                other => panic!("{kind:?} {status}: {other:?}"),
            }
            assert_eq!(report.transcript[0].status, Some(status));
        }
    }
}

#[tokio::test]
async fn a_wait_that_is_asked_for_is_handed_on() {
    let upstream = Upstream::start();
    for (header, wait) in [
        ("7", Some(7)),
        ("Thu, 01 Oct 2026 10:01:20 GMT", Some(60)),
        ("Thu, 01 Oct 2020 10:01:20 GMT", None),
        ("999999999", Some(86_400)),
        ("Thu, 01 Oct 2037 10:01:20 GMT", Some(86_400)),
        ("soon", None),
        ("-5", None),
    ] {
        upstream
            .set(Mode::Status {
                status: 429,
                body: String::new(),
                headers: vec![("Retry-After".to_owned(), header.to_owned())],
            })
            .await;
        let hook = channel(ChannelKind::Webhook);
        let report = courier(&upstream)
            .send(&hook, &message(Kind::Down), &[], now())
            .await;
        assert_eq!(
            retry_after(&report),
            wait.map(Duration::from_secs),
            "{header}"
        );
    }
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a table")]
async fn each_providers_own_words_are_understood() {
    let passes = |seconds: Option<f64>| (true, seconds);
    let never = (false, None);
    let of = channel;
    let upstream = Upstream::start();
    for (channel, status, body, (may_pass, wait), word) in [
        (
            slack_bot(),
            200,
            r#"{"ok":false,"error":"invalid_auth"}"#,
            never,
            "invalid_auth",
        ),
        (
            slack_bot(),
            200,
            r#"{"ok":false,"error":"channel_not_found"}"#,
            never,
            "channel_not_found",
        ),
        (
            slack_bot(),
            200,
            r#"{"ok":false,"error":"ratelimited"}"#,
            passes(None),
            "ratelimited",
        ),
        (
            slack_bot(),
            200,
            "<html>proxy</html>",
            passes(None),
            "cannot be read",
        ),
        (
            of(ChannelKind::Slack),
            404,
            "no_service",
            never,
            "no_service",
        ),
        (
            of(ChannelKind::Slack),
            400,
            "user_not_found",
            never,
            "user_not_found",
        ),
        (
            of(ChannelKind::Discord),
            429,
            r#"{"message":"You are being rate limited.","retry_after":1.5}"#,
            passes(Some(1.5)),
            "rate limited",
        ),
        (
            of(ChannelKind::Discord),
            404,
            r#"{"message":"Unknown Webhook","code":10015}"#,
            never,
            "Unknown Webhook",
        ),
        (
            of(ChannelKind::Discord),
            400,
            r#"{"message":"Webhooks posted to forum channels must have a thread_name or thread_id","code":220001}"#,
            never,
            "forum",
        ),
        (
            of(ChannelKind::Mattermost),
            400,
            r#"{"id":"web.incoming_webhook.invalid.app_error","message":"Invalid webhook."}"#,
            never,
            "Invalid webhook",
        ),
        (
            of(ChannelKind::Telegram),
            400,
            r#"{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}"#,
            never,
            "chat not found",
        ),
        (
            of(ChannelKind::Ntfy),
            400,
            r#"{"code":40009,"http":400,"error":"invalid request: topic invalid"}"#,
            never,
            "topic invalid",
        ),
        (
            of(ChannelKind::Teams),
            400,
            r#"{"error":{"code":"WorkflowTriggerIsNotEnabled","message":"the trigger is not enabled"}}"#,
            never,
            "not enabled",
        ),
        (
            of(ChannelKind::GoogleChat),
            400,
            r#"{"error":{"status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}"#,
            never,
            "API_KEY_INVALID",
        ),
        (
            of(ChannelKind::Teams),
            200,
            "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429",
            passes(None),
            "429",
        ),
        (
            of(ChannelKind::Teams),
            200,
            "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 403",
            never,
            "403",
        ),
        (
            of(ChannelKind::Telegram),
            429,
            r#"{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 5","parameters":{"retry_after":5}}"#,
            passes(Some(5.0)),
            "Too Many",
        ),
        (
            of(ChannelKind::Telegram),
            401,
            r#"{"ok":false,"error_code":401,"description":"Unauthorized"}"#,
            never,
            "token",
        ),
        (
            of(ChannelKind::Telegram),
            403,
            r#"{"ok":false,"error_code":403,"description":"Forbidden: bot was kicked"}"#,
            never,
            "kicked",
        ),
        (
            of(ChannelKind::Telegram),
            400,
            r#"{"ok":false,"error_code":400,"description":"group chat was upgraded","parameters":{"migrate_to_chat_id":-1005}}"#,
            never,
            "-1005",
        ),
        (
            of(ChannelKind::Telegram),
            200,
            r#"{"ok":false,"error_code":500,"description":"Internal"}"#,
            passes(None),
            "Internal",
        ),
        (
            of(ChannelKind::Telegram),
            200,
            "nonsense",
            passes(None),
            "cannot be read",
        ),
        (
            of(ChannelKind::Matrix),
            429,
            r#"{"errcode":"M_LIMIT_EXCEEDED","error":"Too fast","retry_after_ms":2500}"#,
            passes(Some(2.5)),
            "Too fast",
        ),
        (
            of(ChannelKind::Matrix),
            401,
            r#"{"errcode":"M_UNKNOWN_TOKEN","error":"Unknown token"}"#,
            never,
            "M_UNKNOWN_TOKEN",
        ),
        (
            of(ChannelKind::Matrix),
            200,
            "{}",
            passes(None),
            "cannot be read",
        ),
        (
            of(ChannelKind::GoogleChat),
            429,
            r#"{"error":{"status":"RESOURCE_EXHAUSTED"}}"#,
            passes(None),
            "EXHAUSTED",
        ),
        (
            of(ChannelKind::Ntfy),
            403,
            r#"{"code":40301,"error":"forbidden"}"#,
            never,
            "forbidden",
        ),
        (
            of(ChannelKind::Gotify),
            401,
            r#"{"error":"Unauthorized","errorDescription":"you need to provide a valid access token"}"#,
            never,
            "valid access token",
        ),
        (
            of(ChannelKind::Pushover),
            400,
            r#"{"status":0,"errors":["application token is invalid"]}"#,
            never,
            "token is invalid",
        ),
        (
            of(ChannelKind::Pushover),
            200,
            r#"{"status":0,"errors":["user key is invalid"]}"#,
            never,
            "user key",
        ),
        (
            of(ChannelKind::Pushover),
            200,
            "",
            passes(None),
            "cannot be read",
        ),
        (
            of(ChannelKind::PagerDuty),
            400,
            r#"{"status":"invalid event","errors":["'routing_key' is invalid"]}"#,
            never,
            "invalid event",
        ),
        (
            of(ChannelKind::TwilioSms),
            400,
            r#"{"code":21211,"message":"The 'To' number is not valid","status":400}"#,
            never,
            "21211",
        ),
        (
            of(ChannelKind::TwilioSms),
            401,
            r#"{"code":20003,"message":"Authenticate","status":401}"#,
            never,
            "Authenticate",
        ),
        (
            of(ChannelKind::TwilioSms),
            400,
            r#"{"code":21611,"message":"This 'From' number has exceeded the maximum number of queued messages","status":400}"#,
            passes(None),
            "21611",
        ),
        (
            of(ChannelKind::TwilioSms),
            201,
            "{}",
            passes(None),
            "cannot be read",
        ),
    ] {
        upstream.set(answer(status, body)).await;
        let report = courier(&upstream)
            .send(&channel, &message(Kind::Down), &[], now())
            .await;
        let kind = channel.kind();
        match &report.outcome {
            Outcome::Retry { after, why } if may_pass => {
                assert_eq!(*after, wait.map(Duration::from_secs_f64), "{kind:?} {body}");
                assert!(why.contains(word), "{kind:?}: {why}");
            }
            Outcome::Permanent { why } if !may_pass => {
                assert!(why.contains(word), "{kind:?}: {why}");
            }
            other => panic!("{kind:?} {body}: {other:?}"),
        }
    }
}

/// What is refused is this message: nothing is said about the next one.
async fn refuses_this_message(channel: &ChannelConfig, status: u16, body: &str) {
    let upstream = Upstream::start();
    upstream.set(answer(status, body)).await;
    let report = courier(&upstream)
        .send(channel, &message(Kind::Down), &[], now())
        .await;
    let kind = channel.kind();
    let Outcome::Unfit { why } = &report.outcome else {
        panic!("{kind:?} {status} {body}: {:?}", report.outcome)
    };
    assert!(!why.is_empty());
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a table")]
async fn a_refusal_of_what_one_message_says_is_none_of_the_channel() {
    for channel in http_channels() {
        if channel.kind() != ChannelKind::TwilioSms && channel.kind() != ChannelKind::Telegram {
            refuses_this_message(&channel, 400, "").await;
            refuses_this_message(&channel, 422, "").await;
        }
        if channel.kind() != ChannelKind::Telegram {
            refuses_this_message(&channel, 413, "").await;
        }
    }
    let telegram = |code: u16, description: &str| {
        format!(r#"{{"ok":false,"error_code":{code},"description":"{description}"}}"#)
    };
    let of = channel;
    for (channel, status, body) in [
        (
            slack_bot(),
            200,
            r#"{"ok":false,"error":"msg_too_long"}"#.to_owned(),
        ),
        (of(ChannelKind::Slack), 400, "invalid_payload".to_owned()),
        (
            of(ChannelKind::Discord),
            400,
            r#"{"message":"Invalid Form Body","code":50035}"#.to_owned(),
        ),
        (
            of(ChannelKind::Telegram),
            400,
            telegram(400, "Bad Request: can't parse entities"),
        ),
        (
            of(ChannelKind::Telegram),
            413,
            telegram(413, "Request Entity Too Large"),
        ),
        (
            of(ChannelKind::Teams),
            200,
            "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 413".to_owned(),
        ),
        (
            of(ChannelKind::Matrix),
            413,
            r#"{"errcode":"M_TOO_LARGE","error":"event too large"}"#.to_owned(),
        ),
        (
            of(ChannelKind::Pushover),
            400,
            r#"{"status":0,"errors":["message cannot be blank"]}"#.to_owned(),
        ),
        (
            of(ChannelKind::PagerDuty),
            400,
            r#"{"status":"invalid event","errors":["'payload.summary' is missing or blank"]}"#.to_owned(),
        ),
        (
            of(ChannelKind::TwilioSms),
            400,
            r#"{"code":21617,"message":"The concatenated message body exceeds the 1600 character limit","status":400}"#.to_owned(),
        ),
    ] {
        refuses_this_message(&channel, status, &body).await;
    }
}

#[tokio::test]
async fn one_bad_number_does_not_keep_the_other_from_hearing() {
    let upstream = Upstream::start();
    upstream
        .set(Mode::Sequence {
            modes: vec![
                answer(400, r#"{"code":21211,"message":"not valid"}"#),
                answer(201, r#"{"sid":"SM1"}"#),
            ],
        })
        .await;
    let sms = channel(ChannelKind::TwilioSms);
    let report = courier(&upstream)
        .send(&sms, &message(Kind::Down), &[], now())
        .await;
    assert!(matches!(report.outcome, Outcome::Sent { .. }), "{report:?}");
    assert_eq!(report.refused[0].recipient, "+14155550111");
    assert_eq!(report.settled.len(), 2);
}

#[tokio::test]
async fn a_server_that_fails_on_the_wire_is_tried_again() {
    for mode in [
        Mode::Refuse,
        Mode::Reset,
        Mode::Close,
        Mode::HalfHead,
        Mode::Hang,
        Mode::Deaf,
        Mode::DripHead { ms: 20 },
        Mode::LargeHead { bytes: 4_000_000 },
    ] {
        let upstream = Upstream::start();
        upstream.set(mode.clone()).await;
        for kind in [ChannelKind::Webhook, ChannelKind::Telegram] {
            let report = hasty(&upstream)
                .send(&channel(kind), &message(Kind::Down), &[], now())
                .await;
            assert!(
                matches!(report.outcome, Outcome::Retry { .. }),
                "{mode:?}: {report:?}"
            );
            assert_eq!(report.settled, [""; 0]);
            assert_eq!(report.transcript.len(), 1);
        }
    }
}

#[tokio::test]
async fn a_yes_counts_however_its_body_goes_on() {
    let mut all = JoinSet::new();
    for mode in [
        Mode::Endless,
        Mode::StallBody,
        Mode::DripBody { ms: 20 },
        Mode::Truncate,
        Mode::ResetBody,
        Mode::Large { bytes: 5_000_000 },
    ] {
        all.spawn(async move {
            let upstream = Upstream::start();
            upstream.set(mode.clone()).await;
            // Long enough for the head on a machine that is busy.
            let courier = courier(&upstream).within(Duration::from_secs(5));
            let (hook, bot) = (channel(ChannelKind::Webhook), slack_bot());
            let down = message(Kind::Down);
            let (hook, bot) = tokio::join!(
                courier.send(&hook, &down, &[], now()),
                courier.send(&bot, &down, &[], now())
            );
            assert_eq!(hook.outcome, Outcome::Sent { id: None }, "{mode:?}");
            assert!(hook.transcript[0].received.len() <= 2_048);
            // Where the body has to say yes, nobody knows.
            assert!(
                matches!(bot.outcome, Outcome::Retry { .. }),
                "{mode:?}: {bot:?}"
            );
        });
    }
    while let Some(done) = all.join_next().await {
        done.unwrap();
    }
}
