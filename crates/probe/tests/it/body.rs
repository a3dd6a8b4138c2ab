//! Bodies: truncated, compressed, endless, and what assertions make of them.

use std::time::Duration;

use domain::{
    assertion::{Assertion, Pattern},
    failure::{Detail, FailureCode},
    target::{Header, HttpTarget, Method},
    verdict::Verdict,
};
use test_support::{Mode, Upstream};

use crate::lab::{Lab, Look, target};

fn contains(text: &str) -> Vec<Assertion> {
    vec![Assertion::BodyContains { text: text.into() }]
}

async fn look(mode: Mode, change: impl FnOnce(&mut HttpTarget)) -> Look {
    let (lab, upstream) = (Lab::new().await, Upstream::start());
    upstream.set(mode).await;
    let mut target = target(&upstream.url("/"));
    change(&mut target);
    lab.look(&target).await
}

#[tokio::test]
async fn a_truncated_body_is_body_truncated() {
    let look_ = look(Mode::Truncate, |_| {}).await;
    look_.failed(FailureCode::BodyTruncated);
    assert_eq!(
        look_.failure().detail,
        Detail::Bytes {
            received: 3,
            announced: Some(100)
        }
    );
    look(Mode::CutChunk, |_| {})
        .await
        .failed(FailureCode::BodyTruncated);
    look(Mode::NoLastChunk, |_| {})
        .await
        .failed(FailureCode::BodyTruncated);
}

#[tokio::test]
async fn a_status_outside_the_set_is_unexpected_status() {
    for status in [503, 404, 401] {
        let seen = look(Mode::status(status), |_| {}).await;
        seen.failed(FailureCode::UnexpectedStatus);
        assert_eq!(seen.sentence(), format!("Status {status}, expected 200."));
        let evidence = seen.seen.evidence.unwrap();
        assert!(
            evidence
                .headers
                .iter()
                .any(|(name, _)| name == "content-length"),
            "{evidence:?}"
        );
        assert_eq!(evidence.body, format!("status {status}"));
    }
    look(Mode::status(401), |target| {
        target.expected_statuses = "200-299,401".parse().unwrap();
    })
    .await
    .is_up();
}

#[tokio::test]
async fn evidence_never_holds_cookies_or_more_than_a_kilobyte() {
    let headers = vec![
        ("set-cookie".into(), "session=secret".into()),
        ("server".into(), "x".into()),
    ];
    let seen = look(
        Mode::Status {
            status: 500,
            body: "y".repeat(5000),
            headers,
        },
        |_| {},
    )
    .await;
    let evidence = seen.seen.evidence.unwrap();
    assert_eq!(evidence.body.len(), 1024);
    assert!(!format!("{evidence:?}").contains("secret"));
}

#[tokio::test]
async fn a_slow_answer_is_slow_response_and_degraded() {
    let seen = look(Mode::ok().after(300), |target| {
        target.degraded_threshold = Duration::from_millis(200);
    })
    .await;
    seen.failed(FailureCode::SlowResponse);
    assert_eq!(seen.judgement.verdict, Verdict::Degraded);
}

#[tokio::test]
async fn an_unmet_assertion_is_assertion_failed_and_named() {
    for (body, assertions, named) in [
        (
            "error establishing a database connection",
            contains("canary"),
            "canary",
        ),
        ("", contains("canary"), "canary"),
        (
            "you were HACKED",
            vec![Assertion::BodyNotContains {
                text: "HACKED".into(),
            }],
            "HACKED",
        ),
        (
            "abc",
            vec![Assertion::BodyMatches {
                pattern: Pattern::new("x*"),
            }],
            "x*",
        ),
        (
            "{\"a\":1}",
            vec![Assertion::JsonEquals {
                path: "a".to_owned().try_into().unwrap(),
                value: 2.into(),
            }],
            "found 1",
        ),
        (
            "ok",
            vec![Assertion::HeaderEquals {
                name: "x-version".into(),
                value: "2".into(),
            }],
            "x-version",
        ),
    ] {
        let seen = look(Mode::body(body), |target| target.assertions = assertions).await;
        seen.failed(FailureCode::AssertionFailed);
        assert!(seen.sentence().contains(named), "{}", seen.sentence());
        assert!(seen.seen.evidence.is_some());
    }
    look(Mode::body("a canary sings"), |target| {
        target.assertions = contains("canary");
    })
    .await
    .is_up();
}

#[tokio::test]
async fn compressed_bodies_are_decoded_for_assertions() {
    for coding in ["gzip", "deflate", "raw-deflate", "br", "zstd"] {
        let mode = Mode::Compressed {
            coding: coding.into(),
            body: "a canary sings".into(),
        };
        let seen = look(mode, |target| target.assertions = contains("canary")).await;
        assert_eq!(seen.code(), None, "{coding}: {:?}", seen.seen);
    }
}

#[tokio::test]
async fn a_corrupt_body_is_body_decode_only_if_it_matters() {
    look(Mode::CorruptGzip, |target| {
        target.assertions = contains("canary");
    })
    .await
    .failed(FailureCode::BodyDecode);
    look(Mode::CorruptGzip, |_| {}).await.is_up();
}

#[tokio::test]
async fn a_body_beyond_the_cap_is_body_too_large_only_if_undecided() {
    for mode in [Mode::Endless, Mode::Large { bytes: 100_000_000 }] {
        let (lab, upstream) = (Lab::new().await, Upstream::start());
        upstream.set(mode).await;
        let mut target = target(&upstream.url("/"));
        let seen = lab.look(&target).await;
        seen.is_up();
        assert!(
            seen.seen.hops[0].bytes <= 1024 * 1024 + 64 * 1024,
            "{:?}",
            seen.seen
        );
        target.assertions = contains("canary");
        lab.look(&target).await.failed(FailureCode::BodyTooLarge);
        target.assertions = contains("xxx");
        lab.look(&target).await.is_up();
    }
}

#[tokio::test]
async fn head_falls_back_to_get_where_it_is_not_known() {
    for status in [405, 501] {
        look(Mode::NoHead { status }, |target| {
            target.method = Method::Head;
        })
        .await
        .is_up();
    }
    look(Mode::ok(), |target| target.method = Method::Head)
        .await
        .is_up();
    look(Mode::NoHead { status: 404 }, |target| {
        target.method = Method::Head;
    })
    .await
    .failed(FailureCode::UnexpectedStatus);
}

#[tokio::test]
async fn a_stored_header_that_cannot_be_sent_is_invalid_header() {
    let header = |name: &str, value: &str| {
        vec![Header {
            name: name.into(),
            value: value.into(),
        }]
    };
    for headers in [
        header("host", "x"),
        header("x", "a\r\nb: c"),
        header("a b", "c"),
        header("transfer-encoding", "chunked"),
    ] {
        look(Mode::ok(), |target| target.headers = headers)
            .await
            .failed(FailureCode::InvalidHeader);
    }
}
