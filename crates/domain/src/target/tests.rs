//! What a draft may hold, and that every wrong field is named at once.

use super::*;

fn draft() -> TargetDraft {
    TargetDraft {
        url: "https://example.com/health".into(),
        ..TargetDraft::default()
    }
}

fn refused(draft: TargetDraft) -> Vec<String> {
    HttpTarget::parse(draft)
        .unwrap_err()
        .0
        .into_keys()
        .collect()
}

#[test]
fn a_url_alone_is_a_target_with_defaults() {
    let target = HttpTarget::parse(draft()).unwrap();
    assert_eq!(
        target,
        HttpTarget::get("https://example.com/health".parse().unwrap())
    );
    assert!(target.tls_verify && target.follow_redirects);
    assert_eq!(
        (target.timeout, target.degraded_threshold),
        (Duration::from_secs(5), Duration::from_secs(1))
    );
}

#[test]
fn all_wrong_fields_are_named_at_once() {
    let wrong = TargetDraft {
        url: "ftp://example.com/".into(),
        method: Some("BREW".into()),
        headers: vec![Header {
            name: "Host".into(),
            value: "x".into(),
        }],
        body: Some("x".repeat(MAX_BODY + 1)),
        expected_statuses: Some("20".into()),
        assertions: vec![Assertion::BodyContains {
            text: String::new(),
        }],
        address_family: Some("5".into()),
        timeout_ms: Some(99),
        degraded_threshold_ms: Some(-1),
        ..TargetDraft::default()
    };
    assert_eq!(
        refused(wrong),
        [
            "address_family",
            "assertions",
            "body",
            "degraded_threshold_ms",
            "expected_statuses",
            "headers",
            "method",
            "timeout_ms",
            "url"
        ]
    );
}

#[test]
fn times_have_bounds() {
    for timeout in [99, 30_001, -1, i64::MAX] {
        assert_eq!(
            refused(TargetDraft {
                timeout_ms: Some(timeout),
                ..draft()
            }),
            ["timeout_ms"]
        );
    }
    let equal = TargetDraft {
        timeout_ms: Some(2_000),
        degraded_threshold_ms: Some(2_000),
        ..draft()
    };
    assert_eq!(refused(equal), ["degraded_threshold_ms"]);
    let short = HttpTarget::parse(TargetDraft {
        timeout_ms: Some(100),
        ..draft()
    })
    .unwrap();
    assert!(short.degraded_threshold < short.timeout);
}

#[test]
fn one_status_or_a_set_may_be_expected() {
    let one = HttpTarget::parse(TargetDraft {
        expected_status: Some(204),
        ..draft()
    })
    .unwrap();
    assert_eq!(one.expected_statuses.single(), Some(204));
    let both = TargetDraft {
        expected_status: Some(204),
        expected_statuses: Some("2xx".into()),
        ..draft()
    };
    assert_eq!(
        HttpTarget::parse(both)
            .unwrap()
            .expected_statuses
            .to_string(),
        "200-299"
    );
    assert_eq!(
        refused(TargetDraft {
            expected_status: Some(600),
            ..draft()
        }),
        ["expected_status"]
    );
}

#[test]
fn a_get_has_no_body_and_a_head_is_not_judged_by_one() {
    assert_eq!(
        refused(TargetDraft {
            body: Some("x".into()),
            ..draft()
        }),
        ["body"]
    );
    assert!(
        HttpTarget::parse(TargetDraft {
            body: Some("x".into()),
            method: Some("post".into()),
            ..draft()
        })
        .is_ok()
    );
    let head = TargetDraft {
        method: Some("HEAD".into()),
        assertions: vec![Assertion::BodyContains { text: "x".into() }],
        ..draft()
    };
    assert_eq!(refused(head), ["assertions"]);
}

#[test]
fn a_target_survives_json() {
    let target = HttpTarget::parse(TargetDraft {
        method: Some("POST".into()),
        headers: vec![Header {
            name: "X-A".into(),
            value: "b".into(),
        }],
        body: Some("{}".into()),
        expected_statuses: Some("200-299,401".into()),
        assertions: vec![Assertion::BodyContains { text: "ok".into() }],
        address_family: Some("6".into()),
        ..draft()
    })
    .unwrap();
    let json = serde_json::to_value(&target).unwrap();
    assert_eq!(json["expected_statuses"], "200-299,401");
    assert_eq!(json["timeout_ms"], 5_000);
    assert_eq!(serde_json::from_value::<HttpTarget>(json).unwrap(), target);
}
