//! The search for a page at an address that somebody pasted.

use test_support::{Mode, Upstream};

use crate::ground::{HEALTHY, SUMMARY, now, reader};

#[tokio::test]
async fn a_page_is_found_and_read_whole() {
    let upstream = Upstream::start();
    upstream.set(Mode::status(404)).await;
    upstream.set_for("/", Mode::body("<html><title>Acme</title></html>"));
    upstream.set_for(SUMMARY, Mode::body(HEALTHY));
    let found = reader()
        .discover(&upstream.url("/"), now())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.source.provider.id(), "atlassian");
    assert_eq!(found.page.name.as_deref(), Some("Acme"));
    assert_eq!(found.page.leaves().count(), 1);
    assert!(!found.evidence.is_empty());
}

#[tokio::test]
async fn where_nothing_is_published_the_evidence_says_what_was_asked() {
    let upstream = Upstream::start();
    upstream.set(Mode::status(404)).await;
    let nothing = reader()
        .discover(&upstream.url("/"), now())
        .await
        .unwrap()
        .unwrap_err();
    assert!(nothing.evidence.len() > 3, "{:?}", nothing.evidence);
    assert!(
        reader()
            .discover("not an address at all", now())
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_private_address_is_never_asked() {
    let upstream =
        Upstream::bind("127.0.0.2:0".parse().unwrap(), test_support::TlsMode::Plain).unwrap();
    upstream.set(Mode::body(HEALTHY)).await;
    let found = reader().discover(&upstream.url(SUMMARY), now()).await;
    assert!(!matches!(found, Ok(Ok(_))), "{found:?}");
    assert_eq!(upstream.connections(), 0);
}
