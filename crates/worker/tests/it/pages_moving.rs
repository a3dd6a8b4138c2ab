//! Pages that are found again elsewhere, and services that follow another page: everybody ends where the truth is read.

use db::vendor_pages::{self, Found};
use domain::verdict::Verdict;
use serde_json::json;
use sqlx::PgPool;
use statuspage_parser::{Provider, Source};
use test_support::Mode;

use crate::{
    pages_site::{Site, eager, page},
    stage::{Placed, Stage, eventually},
};

/// The page's people's address leads to another page from now on.
async fn leads_to(stage: &Stage, site: &Site, place: &str) {
    sqlx::query("update vendor_pages set home = $2 where id = $1")
        .bind(site.id.0)
        .bind(stage.upstream.url(place))
        .execute(&mut *stage.conn().await)
        .await
        .expect("the database answers");
}

/// Which page a service follows, by the row and by the configuration that the worker reads.
async fn follows(stage: &Stage, placed: Placed) -> (String, String, String) {
    sqlx::query_as(
        "select vendor_page_id::text, target ->> 'page', target -> 'urls' ->> 0 from services where key = $1",
    )
    .bind(placed.key.0)
    .fetch_one(&mut *stage.conn().await)
    .await
    .expect("the database answers")
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_page_that_went_where_another_is_read_takes_those_who_follow_it_along(pool: PgPool) {
    let stage = Stage::set(pool).await;
    stage.upstream.set(Mode::status(404)).await;
    let good = page(&[("api", "operational")]);
    let (old, new) = (
        Site::found(&stage, "old").await,
        Site::found(&stage, "new").await,
    );
    leads_to(&stage, &old, "/new").await;
    for site in [&old, &new] {
        site.says(&stage, &good);
    }
    let (moved, settled) = (
        old.follow(&stage, Some("api")).await,
        new.follow(&stage, Some("api")).await,
    );
    let worker = stage.worker(eager());
    for service in [moved, settled] {
        stage.seen(service, Verdict::Up).await;
    }
    old.does(&stage, Mode::status(404));
    stage.seen(moved, Verdict::Unknown).await;
    stage.seen(moved, Verdict::Up).await;
    let id = new.id.0.to_string();
    let (row, target, url) = follows(&stage, moved).await;
    assert_eq!((&row, &target), (&id, &id));
    assert!(url.contains("/new/"), "{url}");
    let asked = old.asked(&stage);
    new.says(&stage, &page(&[("api", "under_maintenance")]));
    for service in [moved, settled] {
        stage.seen(service, Verdict::Maintenance).await;
    }
    worker.stop().await;
    assert_eq!(old.asked(&stage), asked, "the old place is left alone");
    assert!(stage.incidents().await.is_empty());
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_service_that_follows_another_page_leaves_the_old_one_at_once(pool: PgPool) {
    let stage = Stage::set(pool).await;
    let (old, new) = (
        Site::given(&stage, "old").await,
        Site::given(&stage, "new").await,
    );
    old.says(&stage, &page(&[("api", "operational")]));
    new.says(&stage, &page(&[("api", "under_maintenance")]));
    let service = old.follow(&stage, Some("api")).await;
    let worker = stage.worker(eager());
    stage.seen(service, Verdict::Up).await;
    new.take_over(&stage, service, &old).await;
    stage.seen(service, Verdict::Maintenance).await;
    let (asked, seen) = (old.asked(&stage), stage.checks(service).await.len());
    stage.seen_times(service, seen + 4).await;
    worker.stop().await;
    assert_eq!(old.asked(&stage), asked);
    let checks = stage.checks(service).await.split_off(seen);
    assert!(
        checks.iter().all(|one| one.verdict == Verdict::Maintenance),
        "{checks:?}"
    );
    for pair in checks.windows(2) {
        let step = pair[1].slot - pair[0].slot;
        assert!(step.num_milliseconds() <= 1_001, "a gap: {checks:?}");
    }
}

/// Addresses that one person named must not decide how the page is read for everybody who finds it by a search.
#[sqlx::test(migrator = "db::MIGRATOR")]
async fn what_a_search_tells_takes_the_place_of_addresses_that_a_person_gave(pool: PgPool) {
    let stage = Stage::set(pool).await;
    let site = Site::given(&stage, "acme").await;
    site.says(&stage, &page(&[("api", "operational")]));
    let service = site.follow(&stage, Some("api")).await;
    let worker = stage.worker(eager());
    stage.seen(service, Verdict::Up).await;
    let components = "/acme/api/v2/components.json";
    assert_eq!(stage.asked(components), 0, "nobody named it");

    let base = stage.upstream.url("/acme").parse().expect("an address");
    let provider = Provider::find("atlassian").expect("known");
    let searched = Source::new(provider, base);
    let urls: Vec<String> = sqlx::query_scalar("select unnest(urls) from vendor_pages")
        .fetch_all(&mut *stage.conn().await)
        .await
        .expect("the database answers");
    let found = Found {
        source: &serde_json::to_value(&searched).expect("JSON"),
        urls: &urls,
        name: "Acme as it calls itself",
        home: "https://acme.example",
        page: &json!(null),
        parts: &json!({}),
        whole: false,
    };
    let mut conn = stage.conn().await;
    let now = db::services::now(&mut conn).await.expect("a time");
    let id = vendor_pages::keep(&mut conn, &found, now).await;
    assert_eq!(id.expect("kept"), site.id, "it is the same page");
    let kept = vendor_pages::find(&mut conn, site.id).await;
    let kept = kept.expect("the database answers").expect("kept");
    assert_eq!(kept.name, "Acme as it calls itself");
    assert!(
        kept.page.is_some_and(|page| !page.is_null()),
        "half a reading takes no whole one's place"
    );
    eventually("both documents", async || {
        (stage.asked(components) > 0).then_some(())
    })
    .await;
    let given = Found {
        source: &serde_json::to_value(Source {
            given: vec!["https://acme.example/x".parse().expect("an address")],
            ..searched
        })
        .expect("JSON"),
        name: "Mine",
        ..found
    };
    vendor_pages::keep(&mut conn, &given, now)
        .await
        .expect("kept");
    let kept = vendor_pages::find(&mut conn, site.id).await;
    let kept = kept.expect("the database answers").expect("kept");
    assert_eq!(
        (kept.name.as_str(), &kept.source["given"]),
        ("Acme as it calls itself", &json!([])),
        "what a person names changes nothing that was searched"
    );
    drop(conn);
    worker.stop().await;
    assert!(stage.incidents().await.is_empty());
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn pages_that_were_only_searched_for_are_bounded_in_age_and_number(pool: PgPool) {
    use std::time::Duration;
    let stage = Stage::set(pool).await;
    let names = ["a", "b", "c", "d"];
    for name in names {
        Site::given(&stage, name).await;
    }
    let followed = Site::given(&stage, "followed").await;
    followed.follow_quietly(&stage, None).await;
    let mut conn = stage.conn().await;
    sqlx::query("update vendor_pages set sought_at = now() - interval '2 days' where id = $1")
        .bind(followed.id.0)
        .execute(&mut *conn)
        .await
        .expect("the database answers");
    let day = Duration::from_hours(24);
    let mut forget = async |most| {
        let forgotten = vendor_pages::forget_unused(&mut conn, day, most).await;
        forgotten.expect("the database answers")
    };
    assert_eq!(forget(4).await, 0);
    assert_eq!(forget(3).await, 1, "the oldest beyond the number");
    sqlx::query("update vendor_pages set sought_at = now() - interval '25 hours'")
        .execute(&mut *conn)
        .await
        .expect("the database answers");
    let forgotten = vendor_pages::forget_unused(&mut conn, day, 100).await;
    assert_eq!(forgotten.expect("the database answers"), 3);
    let left = vendor_pages::find(&mut conn, followed.id).await;
    assert!(left.expect("the database answers").is_some());
}

/// No two characters of addresses, such as `:` and `/`, count as the same one, so that pages never meet.
#[sqlx::test(migrator = "db::MIGRATOR")]
async fn pages_are_told_apart_by_their_whole_addresses(pool: PgPool) {
    let stage = Stage::set(pool).await;
    let mut conn = stage.conn().await;
    let now = db::services::now(&mut conn).await.expect("a time");
    let sets = [
        vec!["https://a.example/b/c"],
        vec!["https://a.example/b_c"],
        vec!["https://a.example:443_b/c"],
        vec!["https://a.example/b", "https://a.example/c"],
        vec!["https://a.example/b/c", "https://a.example/c"],
    ];
    let mut ids = Vec::new();
    for urls in &sets {
        let urls: Vec<String> = urls.iter().map(ToString::to_string).collect();
        let found = Found {
            source: &json!({}),
            urls: &urls,
            name: "A",
            home: "https://a.example",
            page: &json!(null),
            parts: &json!({}),
            whole: true,
        };
        ids.push(
            vendor_pages::keep(&mut conn, &found, now)
                .await
                .expect("kept"),
        );
        let backwards: Vec<String> = urls.iter().rev().cloned().collect();
        let found = Found {
            urls: &backwards,
            ..found
        };
        let again = vendor_pages::keep(&mut conn, &found, now).await;
        assert_eq!(Some(&again.expect("kept")), ids.last(), "in any order");
    }
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), sets.len());
}
