//! What messages say, as tables.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::*;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::seconds(seconds)
}

fn subject(name: &str, state: Verdict) -> Subject {
    Subject {
        service: None,
        incident: None,
        name: name.to_owned(),
        target: "https://example.com/".to_owned(),
        category: None,
        state,
        worst: Some(Severity::Down),
        cause: (state != Verdict::Up).then(|| "No answer within 5 s.".to_owned()),
        since: at(7),
        lasted: Some(Duration::from_secs(330)),
        latency: Some(Duration::from_millis(120)),
        certificate_days: Some(7),
        vendor: None,
        link: None,
        said: None,
    }
}

fn message(kind: Kind, subjects: Vec<Subject>) -> Message {
    Message {
        key: "k".to_owned(),
        kind,
        workspace: "Home".to_owned(),
        subjects,
        more: Counts::default(),
        common_cause: None,
        notes: Vec::new(),
        links: Links::default(),
        occurred_at: at(20),
        late: None,
    }
}

#[test]
fn spans_are_said_in_two_units() {
    for (seconds, said) in [
        (1, "1 s"),
        (60, "1 min"),
        (330, "5 min 30 s"),
        (7_500, "2 h 5 min"),
        (86_400, "1 d"),
        (273_600, "3 d 4 h"),
    ] {
        assert_eq!(span(Duration::from_secs(seconds)), said);
    }
    assert_eq!(span(Duration::from_millis(120)), "120 ms");
}

#[test]
fn one_service_is_named_in_the_headline() {
    let down = || subject("Payments API", Verdict::Down);
    let up = || subject("Payments API", Verdict::Up);
    let lasting = Subject {
        lasted: None,
        ..down()
    };
    for (kind, subject, said) in [
        (Kind::Down, lasting, "Down: Payments API"),
        (Kind::Down, down(), "Was down for 5 min 30 s: Payments API"),
        (
            Kind::Recovered,
            up(),
            "Recovered: Payments API, after 5 min 30 s",
        ),
        (
            Kind::Still,
            down(),
            "Still down after 5 min 30 s: Payments API",
        ),
        (
            Kind::Acknowledged,
            down(),
            "Acknowledged: Payments API is down",
        ),
        (
            Kind::Certificate,
            up(),
            "The certificate of Payments API expires in 7 days",
        ),
        (
            Kind::Flapping,
            down(),
            "Flapping: Payments API goes up and down",
        ),
        (Kind::Settled, up(), "Settled: Payments API is up"),
        (Kind::Digest, down(), "Down: Payments API"),
    ] {
        assert_eq!(message(kind, vec![subject]).headline(), said);
    }
}

#[test]
fn many_are_named_or_counted() {
    let names = ["A", "B", "C", "D"].map(|name| subject(name, Verdict::Down));
    let mut storm = message(Kind::Down, names.to_vec());
    storm.more.down = 4_996;
    storm.common_cause = Some("All of them are on db-1.example.com".to_owned());
    storm.late = Some(Duration::from_mins(12));
    assert_eq!(
        storm.headline(),
        "5000 services down: A, B, C and 4997 more"
    );
    let lines = storm.sentences();
    assert_eq!(lines[0], "All of them are on db-1.example.com.");
    // Whatever is cut off at the end, this is not.
    assert_eq!(
        lines[1],
        "This message is 12 min late: it happened at 2024-10-04 00:00:20 UTC."
    );
    assert_eq!(
        lines[2],
        "A is down: No answer within 5 s. Since 2024-10-04 00:00:07 UTC."
    );
    assert_eq!(lines[6], "And 4996 more, all down.");
    let mixed = [
        subject("A", Verdict::Down),
        subject("B", Verdict::Degraded),
        subject("C", Verdict::Up),
    ];
    let mixed = message(Kind::Digest, mixed.to_vec());
    assert_eq!(mixed.headline(), "1 down, 1 degraded, 1 up: A, B, C");
    assert_eq!(mixed.sentences()[2], "C is up again after 5 min 30 s.");
}

#[test]
fn a_digest_says_of_each_what_is_to_be_said_of_it() {
    let rows = [
        (
            Kind::Certificate,
            Verdict::Up,
            "The certificate of A expires in 7 days.",
        ),
        (
            Kind::Certificate,
            Verdict::Down,
            "The certificate of A expires in 7 days.",
        ),
        (
            Kind::Flapping,
            Verdict::Down,
            "A is flapping: it goes up and down.",
        ),
        (Kind::Settled, Verdict::Up, "A has settled and is up."),
        (
            Kind::UnknownOver,
            Verdict::Up,
            "A is seen again after 5 min 30 s: it is up.",
        ),
        (
            Kind::Recovered,
            Verdict::Up,
            "A is up again after 5 min 30 s.",
        ),
        (
            Kind::DeliveryFailed,
            Verdict::Unknown,
            "A does not take notices: No answer within 5 s.",
        ),
        (
            Kind::Still,
            Verdict::Down,
            "A is still down: No answer within 5 s. Since 2024-10-04 00:00:07 UTC.",
        ),
        (
            Kind::Down,
            Verdict::Down,
            "A is down: No answer within 5 s. Since 2024-10-04 00:00:07 UTC.",
        ),
    ];
    for (kind, state, said) in rows {
        let of = |kind, name, state| Subject {
            said: Some(kind),
            ..subject(name, state)
        };
        let other = of(Kind::Down, "B", Verdict::Down);
        let digest = message(Kind::Digest, vec![of(kind, "A", state), other]);
        assert_eq!(digest.sentences()[0], said, "{kind:?}");
    }
}

#[test]
fn a_digest_counts_what_it_says_and_names_nobody_twice() {
    let of = |kind, name, state| Subject {
        said: Some(kind),
        ..subject(name, state)
    };
    let several = [
        of(Kind::Down, "A", Verdict::Down),
        of(Kind::Certificate, "A", Verdict::Down),
        of(Kind::Flapping, "B", Verdict::Up),
        of(Kind::Recovered, "C", Verdict::Up),
        of(Kind::Recovered, "D", Verdict::Up),
    ];
    let digest = message(Kind::Digest, several.to_vec());
    assert_eq!(
        digest.headline(),
        "1 down, 1 flapping, 2 up, 1 with a certificate that ends: A, B, C and 1 more"
    );
    let alone = |kind, state| message(Kind::Digest, vec![of(kind, "A", state)]);
    let certificate = alone(Kind::Certificate, Verdict::Up);
    assert_eq!(
        certificate.headline(),
        "The certificate of A expires in 7 days"
    );
    let flapping = alone(Kind::Flapping, Verdict::Up);
    assert_eq!(flapping.headline(), "Flapping: A goes up and down");
}

fn update(name: &str, text: &str) -> Subject {
    Subject {
        vendor: Some(VendorWords {
            page: "Stripe".to_owned(),
            incident: Some("API errors".to_owned()),
            phase: Some("identified".to_owned()),
            text: Some(text.to_owned()),
            url: None,
        }),
        ..subject(name, Verdict::Degraded)
    }
}

#[test]
fn what_a_vendor_wrote_of_several_services_is_said_once_and_first() {
    let both = vec![update("A", "We found it."), update("B", "We found it.")];
    let both = message(Kind::VendorUpdate, both);
    assert_eq!(both.headline(), "Stripe: API errors (2 services): A, B");
    assert_eq!(
        both.sentences(),
        [
            "Stripe writes (identified): We found it.",
            "A is degraded: No answer within 5 s. Since 2024-10-04 00:00:07 UTC.",
            "B is degraded: No answer within 5 s. Since 2024-10-04 00:00:07 UTC.",
        ]
    );
    let different = vec![update("A", "We found it."), update("B", "It is over.")];
    let different = message(Kind::VendorUpdate, different).sentences();
    assert!(different[0].ends_with("UTC. Stripe writes (identified): We found it."));
    assert!(different[1].ends_with("UTC. Stripe writes (identified): It is over."));
    // In a digest it stands with its service.
    let mut said = update("A", "We found it.");
    said.said = Some(Kind::VendorUpdate);
    let digest = message(Kind::Digest, vec![said, subject("B", Verdict::Down)]);
    assert!(digest.sentences()[0].ends_with("We found it."));
}

#[test]
fn channels_that_take_nothing_are_no_services() {
    let channel = |name| Subject {
        target: "Slack".to_owned(),
        ..subject(name, Verdict::Unknown)
    };
    let both = message(Kind::DeliveryFailed, vec![channel("#ops"), channel("#dev")]);
    assert_eq!(
        both.headline(),
        "2 channels do not take notices: #ops, #dev"
    );
    assert_eq!(
        both.sentences()[0],
        "#ops does not take notices: No answer within 5 s."
    );
}

#[test]
fn one_service_is_told_in_full() {
    let mut recovered = message(Kind::Recovered, vec![subject("A", Verdict::Up)]);
    recovered.notes.push("Acknowledged by Ada".to_owned());
    assert_eq!(
        recovered.sentences(),
        [
            "Acknowledged by Ada.",
            "It was down for 5 min 30 s, from 2024-10-04 00:00:07 UTC.",
            "It answers within 120 ms."
        ]
    );
    let mut vendor = subject("Stripe", Verdict::Degraded);
    vendor.vendor = Some(VendorWords {
        page: "Stripe".to_owned(),
        incident: Some("Elevated errors".to_owned()),
        phase: Some("identified".to_owned()),
        text: Some("We found it.".to_owned()),
        url: None,
    });
    let update = message(Kind::VendorUpdate, vec![vendor]);
    assert_eq!(update.headline(), "Stripe: Elevated errors");
    assert_eq!(
        update.sentences()[1],
        "Stripe writes (identified): We found it."
    );
}

#[test]
fn no_text_from_outside_breaks_a_line_or_grows_beyond_bounds() {
    let mut nasty = subject("A\r\nBcc: b@example.com\u{202e}\u{0}", Verdict::Down);
    nasty.cause = Some(format!("x\n{}", "y".repeat(100_000)));
    let several = message(Kind::Down, vec![nasty.clone(), nasty.clone()]);
    for message in [message(Kind::Down, vec![nasty]), several] {
        assert!(message.headline().chars().count() <= 200);
        for line in message.sentences().iter().chain([&message.headline()]) {
            assert!(!line.chars().any(char::is_control) && !line.contains('\u{202e}'));
            assert!(line.chars().count() < 800);
        }
    }
}

#[test]
fn a_stored_message_is_read_again() {
    let mut message = message(Kind::Still, vec![subject("A", Verdict::Down)]);
    message.late = Some(Duration::from_secs(3));
    message.links.unsubscribe.insert(
        "a@example.com".to_owned(),
        "https://example.com/u".parse().unwrap(),
    );
    let json = serde_json::to_value(&message).unwrap();
    assert_eq!(json["late_ms"], 3_000);
    assert_eq!(json["subjects"][0]["lasted_ms"], 330_000);
    assert_eq!(serde_json::from_value::<Message>(json).unwrap(), message);
    for kind in Kind::ALL {
        assert_eq!(Kind::parse(kind.as_str()), Some(kind));
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
    }
}
