//! Tables of assertions and the responses that meet them.

use serde_json::json;

use super::*;

struct Answer<'a> {
    body: &'a [u8],
    complete: bool,
    headers: &'a [(&'a str, &'a str)],
}

impl Response for Answer<'_> {
    fn body(&self) -> &[u8] {
        self.body
    }

    fn complete(&self) -> bool {
        self.complete
    }

    fn any_header(&self, name: &str, visit: &mut dyn FnMut(&[u8]) -> bool) -> bool {
        self.headers
            .iter()
            .any(|(n, value)| n.eq_ignore_ascii_case(name) && visit(value.as_bytes()))
    }
}

fn assertion(json: serde_json::Value) -> Assertion {
    serde_json::from_value(json).unwrap()
}

fn unmet(json: serde_json::Value, answer: &Answer<'_>) -> Option<Outcome> {
    first_unmet(&[assertion(json)], answer).map(|(_, outcome)| outcome)
}

const ANSWER: Answer<'_> = Answer {
    body: br#"{"status":"ok","n":1.0,"nothing":null}"#,
    complete: true,
    headers: &[("X-Version", "2.1"), ("x-version", "3.0")],
};

#[test]
fn a_response_meets_what_it_says() {
    for holding in [
        json!({"kind": "body_contains", "text": "\"ok\""}),
        json!({"kind": "body_not_contains", "text": "HACKED"}),
        json!({"kind": "body_matches", "pattern": "{*ok*}"}),
        json!({"kind": "json_exists", "path": "nothing"}),
        json!({"kind": "json_equals", "path": "$.status", "value": "ok"}),
        json!({"kind": "json_equals", "path": "n", "value": 1}),
        json!({"kind": "header_equals", "name": "x-VERSION", "value": "3.0"}),
        json!({"kind": "header_contains", "name": "x-version", "text": "2."}),
    ] {
        assert_eq!(unmet(holding.clone(), &ANSWER), None, "{holding}");
    }
}

#[test]
fn what_is_missing_fails_with_what_was_found() {
    for (failing, found) in [
        (json!({"kind": "body_contains", "text": "canary"}), None),
        (json!({"kind": "body_not_contains", "text": "ok"}), None),
        (
            json!({"kind": "json_equals", "path": "status", "value": "down"}),
            Some("\"ok\""),
        ),
        (json!({"kind": "json_exists", "path": "gone"}), None),
        (
            json!({"kind": "header_equals", "name": "x-version", "value": "9"}),
            Some("2.1"),
        ),
        (
            json!({"kind": "header_contains", "name": "etag", "text": "x"}),
            None,
        ),
    ] {
        assert_eq!(
            unmet(failing.clone(), &ANSWER),
            Some(Outcome::Fails(found.map(Into::into))),
            "{failing}"
        );
    }
}

#[test]
fn a_body_cut_at_the_cap_decides_only_what_it_shows() {
    let cut = Answer {
        body: b"{\"status\":\"ok\", lots of",
        complete: false,
        headers: &[],
    };
    assert_eq!(
        unmet(json!({"kind": "body_contains", "text": "lots"}), &cut),
        None
    );
    assert_eq!(
        unmet(json!({"kind": "body_not_contains", "text": "lots"}), &cut),
        Some(Outcome::Fails(None))
    );
    for open in [
        json!({"kind": "body_contains", "text": "more"}),
        json!({"kind": "body_not_contains", "text": "more"}),
        json!({"kind": "json_exists", "path": "status"}),
    ] {
        assert_eq!(unmet(open, &cut), Some(Outcome::Undecided));
    }
}

#[test]
fn a_failed_assertion_outranks_an_undecided_one() {
    let cut = Answer {
        body: b"x",
        complete: false,
        headers: &[],
    };
    let both = [
        assertion(json!({"kind": "body_contains", "text": "more"})),
        assertion(json!({"kind": "header_equals", "name": "a", "value": "b"})),
    ];
    let (assertion, outcome) = first_unmet(&both, &cut).unwrap();
    assert_eq!((assertion, outcome), (&both[1], Outcome::Fails(None)));
}

#[test]
fn json_nested_without_end_is_not_json() {
    let deep = "[".repeat(100_000);
    let answer = Answer {
        body: deep.as_bytes(),
        complete: true,
        headers: &[],
    };
    let outcome = unmet(json!({"kind": "json_exists", "path": "a"}), &answer);
    assert_eq!(
        outcome,
        Some(Outcome::Fails(Some("a body that is not JSON".into())))
    );
}

#[test]
fn unusable_assertions_are_named_with_their_entry() {
    let list = [
        assertion(json!({"kind": "body_contains", "text": ""})),
        assertion(json!({"kind": "header_equals", "name": "a b", "value": ""})),
        assertion(json!({"kind": "body_contains", "text": "x".repeat(2000)})),
    ];
    let reasons = faults(&list);
    assert_eq!(reasons.len(), 3, "{reasons:?}");
    assert!(reasons[1].starts_with("entry 2: name"), "{reasons:?}");
}
