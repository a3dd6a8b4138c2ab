//! Sentences read well, tell the facts and never carry raw foreign text.

use super::*;

#[test]
fn every_code_has_a_sentence_of_its_own() {
    let mut seen = std::collections::HashSet::new();
    for code in Code::ALL {
        let sentence = Failure::bare(*code).sentence();
        assert!(
            sentence.ends_with('.') && sentence.len() > 15,
            "{code}: {sentence}"
        );
        assert!(!sentence.contains("  "), "{code}: {sentence}");
        assert!(seen.insert(sentence.clone()), "{code} repeats: {sentence}");
    }
}

#[test]
fn sentences_tell_the_facts() {
    let refused = Failure::new(
        Code::ConnectRefused,
        Phase::Tcp,
        Detail::Addresses {
            tried: vec![super::super::Attempt {
                address: "10.1.2.3:80".parse().unwrap(),
                code: Code::ConnectRefused,
            }],
            machine: None,
        },
    );
    assert_eq!(refused.sentence(), "10.1.2.3:80 refused the connection.");
    let status = Failure::new(
        Code::UnexpectedStatus,
        Phase::Ttfb,
        Detail::Status {
            status: 503,
            expected: "200".into(),
        },
    );
    assert_eq!(
        status.clone().at_hop(1).sentence(),
        "Status 503, expected 200, after 1 redirect."
    );
    let slow = Failure::new(
        Code::SlowResponse,
        Phase::Body,
        Detail::Slow {
            took_ms: 1234,
            limit_ms: 1000,
        },
    );
    assert_eq!(slow.sentence(), "Answered in 1.2 s; the limit is 1 s.");
}

#[test]
fn a_localhost_that_is_only_the_container_s_names_the_machine_around_it() {
    let refused = Failure::new(
        Code::ConnectRefused,
        Phase::Tcp,
        Detail::Addresses {
            tried: vec![super::super::Attempt {
                address: "127.0.0.1:3000".parse().unwrap(),
                code: Code::ConnectRefused,
            }],
            machine: Some("host.docker.internal".into()),
        },
    );
    assert_eq!(
        refused.sentence(),
        "127.0.0.1:3000 refused the connection. PulseCheck runs in a container, and localhost is that container; the machine \
         around it is called host.docker.internal."
    );
    let stored = serde_json::to_string(&refused).unwrap();
    assert_eq!(serde_json::from_str::<Failure>(&stored).unwrap(), refused);
    let before = r#"{"code":"connect_refused","phase":"tcp","hop":0,"detail":{"kind":"addresses","tried":[]}}"#;
    serde_json::from_str::<Failure>(before).expect("what older versions stored is still read");
}

#[test]
fn times_are_rounded_to_a_tenth_and_never_read_like_their_limit() {
    let said = |took_ms, limit_ms| {
        let detail = Detail::Slow { took_ms, limit_ms };
        Failure::new(Code::SlowResponse, Phase::Body, detail).sentence()
    };
    for (took_ms, words) in [
        (999, "999 ms"),
        (1_449, "1.4 s"),
        (1_450, "1.5 s"),
        (1_480, "1.5 s"),
        (1_960, "2 s"),
        (29_990, "30 s"),
    ] {
        let expected = format!("Answered in {words}; the limit is 80 ms.");
        assert_eq!(said(took_ms, 80), expected);
    }
    assert_eq!(
        said(1_004, 1_000),
        "Answered in 1004 ms; the limit is 1000 ms."
    );
}

#[test]
fn untrusted_text_is_cleaned_and_cut() {
    assert_eq!(clean("a\r\nb\u{202e}c\u{0}", 10), "a b c");
    assert_eq!(clean("abcdef", 3), "abc…");
    let failure = Failure::new(
        Code::RedirectInvalid,
        Phase::Ttfb,
        Detail::Location {
            location: "x\n".repeat(5000),
        },
    );
    let sentence = failure.sentence();
    assert!(sentence.chars().count() < 200 && !sentence.contains('\n'));
}
