//! Mail against a server that speaks SMTP: how letters arrive, and everything that may keep them from it.

use std::{sync::Arc, time::Duration};

use chrono::Utc;
use domain::{
    channel::{ChannelConfig, ChannelKind},
    notice::message::{Kind, Message},
};
use egress::{Egress, Policy, Resolver, Tls};
use notify::{Courier, Mail, MailConfig, Outcome, Report};
use runtime::faults::Faults;
use secrecy::SecretString;
use serde_json::json;
use test_support::{Authority, Flaw, Inbox, InboxReply, InboxTls, Issued};

use crate::ground::{SEALED, message, nasty_name, now, public_url, with_sealed_links};

const PASSWORD: &str = "pa55word-of-ours";

fn mail(inbox: &Inbox, security: &str, password: Option<&str>) -> Mail {
    let config = MailConfig {
        smtp_host: Some("127.0.0.1".to_owned()),
        smtp_port: Some(inbox.address().port()),
        smtp_security: Some(clap::ValueEnum::from_str(security, true).unwrap()),
        smtp_username: password.map(|_| "pulse".to_owned()),
        smtp_password: password.map(|password| SecretString::from(password.to_owned())),
        smtp_password_file: None,
        mail_from: Some("PulseCheck <pulse@example.com>".to_owned()),
    };
    let mut faults = Faults::default();
    let mail = config.read(&mut faults);
    assert_eq!(faults.to_string(), "");
    mail.unwrap()
}

/// Public addresses only: the operator's mail server is reached all the same.
fn courier(mail: Mail, authority: Option<&Authority>) -> Courier {
    let extra = authority.map(Authority::certificate).into_iter().collect();
    let tls = Tls::new(extra, Arc::new(|| None)).unwrap();
    let egress = Egress::new(Policy::shared(), Resolver::system(true), tls);
    Courier::new(Arc::new(egress), public_url(), Some(mail))
}

fn to(recipients: &[&str]) -> ChannelConfig {
    let entered = json!({"recipients": recipients});
    ChannelConfig::parse(ChannelKind::Email, &entered, None).unwrap()
}

async fn send(courier: &Courier, recipients: &[&str], message: &Message) -> Report {
    courier.send(&to(recipients), message, &[], now()).await
}

#[expect(
    clippy::disallowed_methods,
    reason = "certificates are judged by the machine's clock"
)]
fn issued(authority: &Authority) -> Issued {
    authority.issue(&["127.0.0.1"], Flaw::None, Utc::now())
}

#[tokio::test]
async fn everybody_gets_a_letter_of_their_own_in_text_and_html() {
    let inbox = Inbox::start().await;
    let courier = courier(mail(&inbox, "none", None), None);
    let mut down = message(Kind::Down);
    let unsubscribe = "https://pulse.example.com/u?t=ada&x=1".parse().unwrap();
    down.links
        .unsubscribe
        .insert("ada@example.com".to_owned(), unsubscribe);
    let report = send(&courier, &["ada@example.com", "bob@example.com"], &down).await;
    assert_eq!(
        report.outcome,
        Outcome::Sent {
            id: Some("2.0.0 kept".to_owned())
        }
    );
    assert_eq!(report.settled, ["ada@example.com", "bob@example.com"]);

    let letters = inbox.letters();
    assert_eq!(letters.len(), 2);
    assert_eq!(letters[0].from, "pulse@example.com");
    assert_eq!(letters[0].to, ["ada@example.com"]);
    let ada = letters[0].letter();
    assert_eq!(ada.subject, "Down: Example service");
    assert_eq!(
        ada.from,
        ("PulseCheck".to_owned(), "pulse@example.com".to_owned())
    );
    assert_eq!(ada.to, ["ada@example.com"]);
    assert!(ada.text.contains("Status 503, expected 200."));
    assert!(
        ada.text
            .contains("Acknowledge: https://pulse.example.com/incidents/2?a=1&b=2")
    );
    assert!(ada.html.contains("Down: Example service") && ada.html.contains("#db2f37"));
    assert!(
        ada.header("content-type")
            .unwrap()
            .starts_with("multipart/alternative")
    );
    assert_eq!(ada.header("auto-submitted"), Some("auto-generated"));
    assert_eq!(
        ada.header("list-unsubscribe"),
        Some("<https://pulse.example.com/u?t=ada&x=1>")
    );
    assert_eq!(
        ada.header("list-unsubscribe-post"),
        Some("List-Unsubscribe=One-Click")
    );
    let bob = letters[1].letter();
    assert_eq!(bob.header("list-unsubscribe"), None);
    assert!(!letters[1].source.contains("ada@"));

    // A repeat carries the same name, another recipient's letter another one; recovery joins the thread.
    assert_ne!(ada.header("message-id"), bob.header("message-id"));
    send(&courier, &["ada@example.com"], &down).await;
    send(&courier, &["ada@example.com"], &message(Kind::Recovered)).await;
    let letters = inbox.letters();
    assert_eq!(
        letters[2].letter().header("message-id"),
        ada.header("message-id")
    );
    let recovered = letters[3].letter();
    assert_ne!(recovered.header("message-id"), ada.header("message-id"));
    assert_eq!(recovered.header("references"), ada.header("references"));
}

#[tokio::test]
async fn nothing_is_said_before_the_connection_is_secure() {
    let authority = Authority::new("Test");
    for (tls, security) in [
        (InboxTls::Starttls(issued(&authority)), "starttls"),
        (InboxTls::Implicit(issued(&authority)), "tls"),
    ] {
        let inbox = Inbox::start_with(tls, Some(("pulse", PASSWORD))).await;
        let courier = courier(mail(&inbox, security, Some(PASSWORD)), Some(&authority));
        let report = send(&courier, &["ada@example.com"], &message(Kind::Down)).await;
        assert!(
            matches!(report.outcome, Outcome::Sent { .. }),
            "{security}: {report:?}"
        );
        let letters = inbox.letters();
        assert!(letters[0].is_secure);
        assert_eq!(letters[0].signed_in.as_deref(), Some("pulse"));
        let shown = format!("{report:?}");
        assert!(
            !shown.contains(PASSWORD) && !shown.contains("AHB1bHNl"),
            "{shown}"
        );
    }
}

#[tokio::test]
async fn a_server_that_cannot_prove_itself_gets_neither_password_nor_letter() {
    let (ours, other) = (Authority::new("Ours"), Authority::new("Another"));
    for (tls, security) in [
        (InboxTls::Starttls(issued(&other)), "starttls"),
        (InboxTls::Implicit(issued(&other)), "tls"),
        (InboxTls::None, "starttls"),
    ] {
        let inbox = Inbox::start_with(tls, Some(("pulse", PASSWORD))).await;
        let courier = courier(mail(&inbox, security, Some(PASSWORD)), Some(&ours));
        let report = send(&courier, &["ada@example.com"], &message(Kind::Down)).await;
        assert!(
            !matches!(report.outcome, Outcome::Sent { .. }),
            "{report:?}"
        );
        assert_eq!(inbox.letters(), []);
    }
}

#[tokio::test]
async fn no_for_now_and_no_for_ever_are_told_apart() {
    // Of a letter that is refused once its recipient was accepted, another one may be taken.
    for (at, reply, may_pass) in [
        ("GREETING", "421 4.3.2 busy", true),
        ("GREETING", "554 5.7.1 not you", true),
        ("EHLO", "550 5.7.1 not you", true),
        ("MAIL", "451 4.3.0 try later", true),
        ("MAIL", "553 5.1.8 no such sender", true),
        ("RCPT", "450 4.2.1 greylisted", true),
        ("RCPT", "550 5.1.1 no such user", false),
        ("DATA", "452 4.3.1 full", true),
        ("DATA", "554 5.6.0 not from there", false),
        ("END", "451 4.7.0 scanner away", true),
        ("END", "554 5.6.0 looks like spam", false),
    ] {
        let inbox = Inbox::start().await;
        inbox.answer(at, InboxReply::Say(reply.to_owned()));
        let courier = courier(mail(&inbox, "none", None), None);
        let report = send(&courier, &["ada@example.com"], &message(Kind::Down)).await;
        match &report.outcome {
            Outcome::Retry { why, .. } if may_pass => assert!(why.contains(&reply[4..]), "{why}"),
            Outcome::Permanent { why } if !may_pass && at == "RCPT" => {
                assert!(why.contains(&reply[4..]), "{why}");
            }
            Outcome::Unfit { why } if !may_pass && at != "RCPT" => {
                assert!(why.contains(&reply[4..]), "{why}");
            }
            other => panic!("{at} {reply}: {other:?}"),
        }
        assert_eq!(report.transcript[0].status, reply[..3].parse().ok());
    }
}

#[tokio::test]
async fn what_no_recipient_can_help_is_tried_again_and_asked_once() {
    let authority = Authority::new("Test");
    let two = ["ada@example.com", "bob@example.com"];
    for (tls, password, word) in [
        (InboxTls::Starttls(issued(&authority)), "another", "535"),
        (InboxTls::None, PASSWORD, "does not offer STARTTLS"),
    ] {
        let inbox = Inbox::start_with(tls, Some(("pulse", PASSWORD))).await;
        let mail = mail(&inbox, "starttls", Some(password));
        let report = send(&courier(mail, Some(&authority)), &two, &message(Kind::Down)).await;
        let Outcome::Retry { why, .. } = &report.outcome else {
            panic!("{word}: {report:?}")
        };
        assert!(why.contains(word), "{why}");
        assert_eq!(report.settled, [""; 0]);
        assert_eq!(inbox.connections(), 1);
    }
    let inbox = Inbox::start().await;
    inbox.answer("MAIL", InboxReply::Say("550 5.7.1 not you".to_owned()));
    let courier = courier(mail(&inbox, "none", None), None);
    let report = send(&courier, &two, &message(Kind::Down)).await;
    assert_eq!(report.settled, [""; 0]);
    assert_eq!(report.transcript.len(), 1, "{report:?}");
}

#[tokio::test]
async fn one_bad_address_keeps_nobody_else_from_hearing_and_a_retry_tells_nobody_twice() {
    let inbox = Inbox::start().await;
    let courier = courier(mail(&inbox, "none", None), None);
    inbox.answer(
        "RCPT bad@example.com",
        InboxReply::Say("550 5.1.1 no such user".to_owned()),
    );
    inbox.answer(
        "RCPT later@example.com",
        InboxReply::Say("450 4.2.1 greylisted".to_owned()),
    );
    let all = [
        "ada@example.com",
        "bad@example.com",
        "later@example.com",
        "zoe@example.com",
    ];
    let down = message(Kind::Down);
    let report = send(&courier, &all, &down).await;
    assert!(
        matches!(report.outcome, Outcome::Retry { .. }),
        "{report:?}"
    );
    assert_eq!(
        report.settled,
        ["ada@example.com", "bad@example.com", "zoe@example.com"]
    );
    assert_eq!(report.refused[0].recipient, "bad@example.com");

    inbox.accept_all();
    let report = courier.send(&to(&all), &down, &report.settled, now()).await;
    assert!(matches!(report.outcome, Outcome::Sent { .. }), "{report:?}");
    let heard: Vec<String> = inbox
        .letters()
        .into_iter()
        .flat_map(|letter| letter.to)
        .collect();
    assert_eq!(
        heard,
        ["ada@example.com", "zoe@example.com", "later@example.com"]
    );
}

#[tokio::test]
async fn a_full_channel_sends_every_letter_over_one_connection_and_ten_thousand_are_refused() {
    let addresses = |count: usize| -> Vec<String> {
        (0..count)
            .map(|number| format!("person{number}@example.com"))
            .collect()
    };
    let entered = json!({"recipients": addresses(10_000)});
    let fields = ChannelConfig::parse(ChannelKind::Email, &entered, None).unwrap_err();
    assert!(
        fields.0["recipients"][0].contains("20"),
        "{:?}",
        fields.0["recipients"]
    );

    let inbox = Inbox::start().await;
    let courier = courier(mail(&inbox, "none", None), None);
    let all = addresses(20);
    let named: Vec<&str> = all.iter().map(String::as_str).collect();
    let report = send(&courier, &named, &message(Kind::Down)).await;
    assert!(matches!(report.outcome, Outcome::Sent { .. }), "{report:?}");
    assert_eq!(report.settled, all);
    let letters = inbox.letters();
    let heard: Vec<&String> = letters.iter().flat_map(|letter| &letter.to).collect();
    assert_eq!(heard, all.iter().collect::<Vec<_>>());
    assert_eq!(inbox.connections(), 1);
}

#[tokio::test]
async fn a_mail_server_that_fails_on_the_wire_is_tried_again() {
    for (at, reply, word) in [
        ("GREETING", InboxReply::Hang, "did not finish within"),
        (
            "GREETING",
            InboxReply::Say("hello there".to_owned()),
            "no mail server",
        ),
        ("EHLO", InboxReply::Endless, "has no end"),
        ("RCPT", InboxReply::Close, "closed the connection"),
        ("END", InboxReply::Hang, "did not finish within"),
        ("END", InboxReply::Close, "closed the connection"),
    ] {
        let inbox = Inbox::start().await;
        inbox.answer(at, reply.clone());
        let hangs = reply == InboxReply::Hang;
        let patience = Duration::from_secs(if hangs { 1 } else { 60 });
        let courier = courier(mail(&inbox, "none", None), None).within(patience);
        let report = send(&courier, &["ada@example.com"], &message(Kind::Down)).await;
        let Outcome::Retry { why, .. } = &report.outcome else {
            panic!("{at} {reply:?}: {report:?}")
        };
        assert!(why.contains(word), "{at} {reply:?}: {why}");
        assert_eq!(report.settled, [""; 0]);
        assert!(report.transcript[0].received.len() <= 4_096);
    }
    let inbox = Inbox::start().await;
    let mail = mail(&inbox, "none", None);
    drop(inbox);
    let report = send(
        &courier(mail, None),
        &["ada@example.com"],
        &message(Kind::Down),
    )
    .await;
    assert!(
        matches!(report.outcome, Outcome::Retry { .. }),
        "{report:?}"
    );
}

#[tokio::test]
async fn a_server_that_is_slow_with_each_letter_gets_the_rest_with_the_next_attempt() {
    let inbox = Inbox::start().await;
    let each = InboxReply::Late(Duration::from_millis(500));
    inbox.answer("MAIL", each);
    let patient = courier(mail(&inbox, "none", None), None);
    let hasty = patient.clone().within(Duration::from_secs(2));
    let all: Vec<String> = (0..8)
        .map(|number| format!("person{number}@example.com"))
        .collect();
    let named: Vec<&str> = all.iter().map(String::as_str).collect();
    let down = message(Kind::Down);
    let report = send(&hasty, &named, &down).await;
    assert!(
        matches!(report.outcome, Outcome::Retry { .. }),
        "{report:?}"
    );
    let first = report.settled.len();
    assert!((1..all.len()).contains(&first), "{first}");

    inbox.accept_all();
    let report = patient
        .send(&to(&named), &down, &report.settled, now())
        .await;
    assert!(matches!(report.outcome, Outcome::Sent { .. }), "{report:?}");
    let heard: Vec<String> = inbox
        .letters()
        .into_iter()
        .flat_map(|letter| letter.to)
        .collect();
    assert_eq!(heard, all);
}

#[tokio::test]
async fn links_that_work_without_signing_in_are_sent_and_not_kept() {
    let inbox = Inbox::start().await;
    let courier = courier(mail(&inbox, "none", None), None);
    let down = with_sealed_links(&["ada@example.com", "bob@example.com"]);
    let report = send(&courier, &["ada@example.com", "bob@example.com"], &down).await;
    for letter in inbox.letters() {
        let text = letter.letter().text;
        assert_eq!(text.matches(SEALED).count(), 2, "{text}");
    }
    let kept = format!("{report:?}");
    assert_eq!(report.transcript.len(), 2);
    assert!(kept.contains("Acknowledge: ***"), "{kept}");
    assert!(!kept.contains(SEALED), "{kept}");
}

#[tokio::test]
async fn no_name_becomes_a_header_or_markup() {
    let inbox = Inbox::start().await;
    let courier = courier(mail(&inbox, "none", None), None);
    let mut nasty = message(Kind::Down);
    nasty.subjects[0].name = format!("A\r\nBcc: evil@example.com\r\n\r\n{}", nasty_name());
    nasty.subjects[0].cause = Some(".\r\n.\r\nMAIL FROM:<x@example.com>".to_owned());
    nasty.workspace = "Home\r\nX-Evil: 1".to_owned();
    nasty.key = "k\r\nX-Evil: 1".to_owned();
    send(&courier, &["ada@example.com"], &nasty).await;
    let letters = inbox.letters();
    assert_eq!(letters.len(), 1);
    let letter = letters[0].letter();
    assert!(
        letter
            .subject
            .starts_with("Down: A Bcc: evil@example.com <script>")
    );
    assert_eq!(letter.header("bcc"), None);
    assert_eq!(letter.header("x-evil"), None);
    assert!(!letter.html.contains("<script>") && letter.html.contains("&lt;script&gt;"));
}

/// Another worker may have one, and this one may get one.
#[tokio::test]
async fn mail_waits_for_a_mail_server_that_is_not_set_yet() {
    let courier = Courier::new(crate::ground::egress(), public_url(), None);
    let report = send(&courier, &["ada@example.com"], &message(Kind::Down)).await;
    assert!(
        matches!(&report.outcome, Outcome::Retry { after: None, why } if why.contains("SMTP_HOST")),
        "{report:?}"
    );
}
