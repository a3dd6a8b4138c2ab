//! One page, many who follow it: one fetch, one worker, cheap requests, and a memory that survives restarts.

use std::time::Duration;

use domain::verdict::Verdict;
use sqlx::PgPool;
use test_support::Mode;

use crate::{
    pages_site::{Site, eager, page},
    stage::{Stage, brisk, eventually},
};

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn s05_two_hundred_services_cost_one_fetch_per_poll(pool: PgPool) {
    let stage = Stage::set(pool).await;
    let site = Site::given(&stage, "acme").await;
    site.says(&stage, &page(&[("api", "operational")]));
    let mut services = Vec::new();
    for _ in 0..200 {
        services.push(site.follow_quietly(&stage, Some("api")).await);
    }
    let worker = stage.worker(eager());
    eventually("three looks at each", async || {
        for service in &services {
            if stage.checks(*service).await.len() < 3 {
                return None;
            }
        }
        Some(())
    })
    .await;
    worker.stop().await;
    let checks = stage.checks(services[0]).await;
    assert!(
        site.asked(&stage) <= checks.len() + 1,
        "{} fetches for {} polls",
        site.asked(&stage),
        checks.len()
    );
    for service in &services[1..] {
        let others = stage.checks(*service).await;
        assert_eq!(others.last().unwrap().slot, checks.last().unwrap().slot);
    }
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn two_workers_read_a_page_once(pool: PgPool) {
    let stage = Stage::set(pool).await;
    let workers = [stage.worker(eager()), stage.worker(eager())];
    eventually("both live", async || {
        (stage.live().await.len() == 2).then_some(())
    })
    .await;
    // Both have to have read of each other before there is anything to read.
    tokio::time::sleep(brisk().heartbeat * 3).await;
    let mut followed = Vec::new();
    for name in ["a", "b", "c", "d"] {
        let site = Site::given(&stage, name).await;
        site.says(&stage, &page(&[("api", "operational")]));
        let service = site.follow(&stage, Some("api")).await;
        followed.push((site, service));
    }
    for (_, service) in &followed {
        stage.seen_times(*service, 4).await;
    }
    for worker in workers {
        worker.stop().await;
    }
    for (site, service) in &followed {
        let (asked, polls) = (site.asked(&stage), stage.checks(*service).await.len());
        assert!(asked <= polls + 1, "{asked} fetches for {polls} polls");
    }
}

/// Where nothing has changed, the full body is not fetched again, not even after a restart.
#[sqlx::test(migrator = "db::MIGRATOR")]
async fn s11_a_restart_asks_as_cheaply_as_before_and_knows_what_was_read(pool: PgPool) {
    let stage = Stage::set(pool).await;
    let site = Site::given(&stage, "acme").await;
    let tagged = Mode::Tagged {
        etag: "\"v1\"".to_owned(),
        body: page(&[("api", "operational")]).to_string(),
    };
    site.does(&stage, tagged);
    let service = site.follow(&stage, Some("api")).await;
    let worker = stage.worker(eager());
    stage.seen_times(service, 2).await;
    worker.stop().await;
    let before = stage.upstream.requests();
    assert_eq!(before[0].header("if-none-match"), None);
    let checks = stage.checks(service).await.len();
    let worker = stage.worker(eager());
    stage.seen_times(service, checks + 2).await;
    worker.stop().await;
    let requests = stage.upstream.requests();
    assert!(requests.len() > before.len());
    for request in &requests[1..] {
        assert_eq!(
            request.header("if-none-match"),
            Some("\"v1\""),
            "{request:?}"
        );
    }
    let checks = stage.checks(service).await;
    assert!(
        checks.iter().all(|check| check.verdict == Verdict::Up),
        "{checks:?}"
    );
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_restart_into_a_page_that_is_away_still_knows_its_last_word(pool: PgPool) {
    let stage = Stage::set(pool).await;
    let site = Site::given(&stage, "acme").await;
    site.says(&stage, &page(&[("api", "operational")]));
    let service = site.follow(&stage, Some("api")).await;
    let slow = worker::pace::Pace {
        page: Duration::from_secs(3),
        ..eager()
    };
    let worker = stage.worker(slow);
    stage.seen(service, Verdict::Up).await;
    worker.stop().await;
    site.does(&stage, Mode::status(500));
    let asked = site.asked(&stage);
    let checks = stage.checks(service).await.len();
    let worker = stage.worker(slow);
    let checks = stage.seen_times(service, checks + 1).await;
    worker.stop().await;
    assert!(site.asked(&stage) > asked, "it was asked again");
    assert_eq!(checks.last().unwrap().verdict, Verdict::Up);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_page_that_says_how_long_it_stays_fresh_is_not_asked_sooner(pool: PgPool) {
    let stage = Stage::set(pool).await;
    let site = Site::given(&stage, "acme").await;
    let fresh = Mode::Status {
        status: 200,
        body: page(&[("api", "operational")]).to_string(),
        headers: vec![("cache-control".to_owned(), "public, max-age=300".to_owned())],
    };
    site.does(&stage, fresh);
    let service = site.follow(&stage, Some("api")).await;
    let worker = stage.worker(eager());
    let checks = stage.seen_times(service, 4).await;
    worker.stop().await;
    assert!(checks.iter().all(|check| check.verdict == Verdict::Up));
    assert_eq!(site.asked(&stage), 1);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_page_that_has_moved_is_found_again_from_its_home(pool: PgPool) {
    let stage = Stage::set(pool).await;
    stage.upstream.set(Mode::status(404)).await;
    let site = Site::found(&stage, "old").await;
    site.says(&stage, &page(&[("api", "operational")]));
    let service = site.follow(&stage, Some("api")).await;
    let worker = stage.worker(eager());
    stage.seen(service, Verdict::Up).await;
    sqlx::query("update vendor_pages set home = $1")
        .bind(stage.upstream.url("/new"))
        .execute(&mut *stage.conn().await)
        .await
        .expect("the database answers");
    worker.stop().await;
    site.does(&stage, Mode::status(404));
    let there = page(&[("api", "operational")]).to_string();
    stage
        .upstream
        .set_for("/new/api/v2/summary.json", Mode::body(&there));
    let worker = stage.worker(eager());
    stage.seen(service, Verdict::Unknown).await;
    stage.seen(service, Verdict::Up).await;
    worker.stop().await;
    let urls: Vec<String> = sqlx::query_scalar("select urls[1] from vendor_pages")
        .fetch_all(&mut *stage.conn().await)
        .await
        .expect("the database answers");
    assert!(urls[0].contains("/new/"), "{urls:?}");
    assert!(stage.incidents().await.is_empty());
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_reading_under_way_is_finished_and_recorded_at_shutdown(pool: PgPool) {
    let stage = Stage::set(pool).await;
    let site = Site::given(&stage, "acme").await;
    let slow = Mode::body(&page(&[("api", "operational")]).to_string()).after(300);
    site.does(&stage, slow);
    let service = site.follow(&stage, Some("api")).await;
    let worker = stage.worker(eager());
    eventually("a request", async || {
        (site.asked(&stage) == 1).then_some(())
    })
    .await;
    worker.stop().await;
    let checks = stage.checks(service).await;
    assert_eq!(checks.len(), 1);
    assert_eq!(checks[0].verdict, Verdict::Up);
}

/// What is followed can be changed.
#[sqlx::test(migrator = "db::MIGRATOR")]
async fn an_edited_service_follows_its_new_component_at_once(pool: PgPool) {
    let stage = Stage::set(pool).await;
    let site = Site::given(&stage, "acme").await;
    site.says(
        &stage,
        &page(&[("api", "operational"), ("web", "under_maintenance")]),
    );
    let service = site.follow(&stage, Some("api")).await;
    let worker = stage.worker(eager());
    stage.seen(service, Verdict::Up).await;
    site.change(&stage, service, Some("web")).await;
    stage.seen(service, Verdict::Maintenance).await;
    worker.stop().await;
}
