//! One reading of a page: what it asks, and what becomes of what it is told.

use std::time::Duration;

use domain::failure::FailureCode;
use statuspage_parser::{Provider, Source, page::Level};
use statuspage_reader::Documents;
use test_support::{Mode, TlsMode, Upstream};

use crate::ground::{HEALTHY, SUMMARY, atlassian, given, now, reader};

fn with(status: u16, body: &str, headers: &[(&str, &str)]) -> Mode {
    Mode::Status {
        status,
        body: body.to_owned(),
        headers: headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
    }
}

#[tokio::test]
async fn not_modified_is_a_reading_as_fresh_as_any() {
    let upstream = Upstream::start();
    let tagged = Mode::Tagged {
        etag: "\"v1\"".to_owned(),
        body: HEALTHY.to_owned(),
    };
    upstream.set_for(SUMMARY, tagged);
    let (reader, source) = (reader(), given(&upstream, &[SUMMARY]));
    let first = reader
        .read(&source, &Documents::default(), now())
        .await
        .unwrap();
    let stored = serde_json::to_value(&first.documents).unwrap();
    let kept: Documents = serde_json::from_value(stored).unwrap();
    let second = reader.read(&source, &kept, now()).await.unwrap();
    assert_eq!(second.page, first.page);
    assert_eq!(second.documents, first.documents);
    assert_eq!(second.page.overall.meaning, Level::Operational);
    let asked = upstream.requests();
    assert_eq!(asked[0].header("if-none-match"), None);
    assert_eq!(asked[1].header("if-none-match"), Some("\"v1\""));
}

#[tokio::test]
async fn one_document_of_two_is_enough_and_the_other_is_asked_for_again() {
    let upstream = Upstream::start();
    upstream.set(Mode::status(404)).await;
    upstream.set_for(SUMMARY, Mode::body(HEALTHY));
    let (reader, source) = (reader(), atlassian(&upstream));
    let mut kept = Documents::default();
    for _ in 0..2 {
        let read = reader.read(&source, &kept, now()).await.unwrap();
        assert_eq!(read.page.leaves().count(), 1);
        kept = read.documents;
    }
    assert_eq!(upstream.requests().len(), 4);
}

#[tokio::test]
async fn retry_after_is_passed_on_and_bounded() {
    let upstream = Upstream::start();
    let date = [
        ("date", "Thu, 01 Oct 2026 10:00:00 GMT"),
        ("retry-after", "Thu, 01 Oct 2026 10:02:00 GMT"),
    ];
    let table = [
        (with(429, "", &[("retry-after", "120")]), Some(120)),
        (with(503, "", &date), Some(120)),
        (with(503, "", &[("retry-after", "99999999")]), Some(3_600)),
        (with(503, "", &[("retry-after", "soon")]), None),
    ];
    for (mode, seconds) in table {
        upstream.set(mode).await;
        let source = given(&upstream, &[SUMMARY]);
        let unread = reader()
            .read(&source, &Documents::default(), now())
            .await
            .unwrap_err();
        assert_eq!(unread.pause, seconds.map(Duration::from_secs));
        assert_eq!(
            (unread.code, unread.moved),
            (FailureCode::SourceUnavailable, false)
        );
    }
}

/// Instatus needs the summary; the list of components beside it is wanted.
#[tokio::test]
async fn what_a_page_can_do_without_holds_it_up_for_minutes_and_not_for_an_hour() {
    let upstream = Upstream::start();
    upstream
        .set(with(429, "", &[("retry-after", "3600")]))
        .await;
    let summary = r#"{"page":{"name":"Acme","url":"https://acme.example","status":"UP"}}"#;
    upstream.set_for("/summary.json", Mode::body(summary));
    let base = upstream.url("").parse().unwrap();
    let source = Source::new(Provider::find("instatus").unwrap(), base);
    let read = reader().read(&source, &Documents::default(), now()).await;
    assert_eq!(read.unwrap().pause, Some(Duration::from_mins(5)));
    assert_eq!(upstream.requests().len(), 2);
}

#[tokio::test]
async fn a_page_says_how_long_it_stays_fresh() {
    let upstream = Upstream::start();
    let table = [
        (vec![("cache-control", "public, max-age=60")], Some(60)),
        (
            vec![("cache-control", "max-age=60"), ("age", "20")],
            Some(40),
        ),
        (vec![("cache-control", "max-age=0, must-revalidate")], None),
        (vec![("cache-control", "no-cache, max-age=60")], None),
        (vec![("cache-control", "max-age=86400")], Some(300)),
    ];
    for (headers, seconds) in table {
        upstream.set(with(200, HEALTHY, &headers)).await;
        let source = given(&upstream, &[SUMMARY]);
        let read = reader()
            .read(&source, &Documents::default(), now())
            .await
            .unwrap();
        assert_eq!(read.pause, seconds.map(Duration::from_secs), "{headers:?}");
    }
}

#[tokio::test]
async fn what_is_no_page_is_invalid_and_may_have_moved() {
    let upstream = Upstream::start();
    let table = [
        (
            Mode::body("<html><title>Log in</title></html>"),
            FailureCode::SourceInvalid,
            true,
        ),
        (Mode::body("{}"), FailureCode::SourceInvalid, true),
        (Mode::body("[]"), FailureCode::SourceInvalid, true),
        (Mode::body(&HEALTHY[..40]), FailureCode::SourceInvalid, true),
        (Mode::status(404), FailureCode::SourceUnavailable, true),
        (Mode::status(500), FailureCode::SourceUnavailable, false),
        (Mode::Reset, FailureCode::SourceUnavailable, false),
    ];
    for (mode, code, moved) in table {
        upstream.set(mode.clone()).await;
        for source in [atlassian(&upstream), given(&upstream, &[SUMMARY])] {
            let unread = reader()
                .read(&source, &Documents::default(), now())
                .await
                .unwrap_err();
            assert_eq!((unread.code, unread.moved), (code, moved), "{mode:?}");
            assert!(!unread.reason.is_empty());
        }
    }
}

#[tokio::test]
async fn fifty_megabytes_are_refused_and_not_read_to_their_end() {
    let upstream = Upstream::start();
    upstream.set(Mode::Large { bytes: 50_000_000 }).await;
    let source = given(&upstream, &[SUMMARY]);
    let unread = reader()
        .read(&source, &Documents::default(), now())
        .await
        .unwrap_err();
    assert_eq!(unread.code, FailureCode::SourceInvalid);
    assert!(upstream.written() < 10_000_000, "{}", upstream.written());
}

#[tokio::test]
async fn a_redirect_to_an_address_that_is_not_public_is_refused() {
    let elsewhere = Upstream::bind("127.0.0.2:0".parse().unwrap(), TlsMode::Plain).unwrap();
    elsewhere.set(Mode::body(HEALTHY)).await;
    let upstream = Upstream::start();
    upstream.set(Mode::redirect(elsewhere.url(SUMMARY))).await;
    let source = given(&upstream, &[SUMMARY]);
    let unread = reader()
        .read(&source, &Documents::default(), now())
        .await
        .unwrap_err();
    assert_eq!(unread.code, FailureCode::SourceUnavailable);
    assert!(elsewhere.requests().is_empty() && elsewhere.connections() == 0);
}
