//! What goes wrong easily when pages of vendors are followed for long, and must not: incidents that never end, pages that hold
//! up others, addresses that nobody reads, pauses that are not kept.

use domain::{failure::FailureCode, verdict::Verdict};
use sqlx::PgPool;
use test_support::Mode;

use crate::{
    pages_site::{Site, eager, page, with_incident},
    stage::{Stage, eventually},
};

/// Trouble of the page, then the vendor's incident, then health: nothing stays open.
#[sqlx::test(migrator = "db::MIGRATOR")]
async fn s06_no_incident_is_stuck_after_a_page_was_away(pool: PgPool) {
    let stage = Stage::set(pool).await;
    let site = Site::given(&stage, "acme").await;
    site.does(&stage, Mode::status(500));
    let service = site.follow(&stage, Some("api")).await;
    let worker = stage.worker(eager());
    let check = stage.seen(service, Verdict::Unknown).await;
    assert_eq!(check.failure.unwrap().code, FailureCode::SourceUnavailable);
    let bad = with_incident(page(&[("api", "major_outage")]), Some("api"), "critical");
    site.says(&stage, &bad);
    stage.seen(service, Verdict::Down).await;
    site.says(&stage, &page(&[("api", "operational")]));
    stage.over().await;
    let verdicts = stage
        .checks(service)
        .await
        .into_iter()
        .map(|check| check.verdict);
    let mut verdicts: Vec<Verdict> = verdicts.collect();
    verdicts.dedup();
    assert_eq!(verdicts, [Verdict::Unknown, Verdict::Down, Verdict::Up]);
    worker.stop().await;
}

/// An incident of the vendor's does not stand on for ever once its list is missing.
#[sqlx::test(migrator = "db::MIGRATOR")]
async fn what_the_vendor_no_longer_lists_is_no_longer_shown(pool: PgPool) {
    let stage = Stage::set(pool).await;
    let site = Site::given(&stage, "acme").await;
    let good = page(&[("api", "operational")]);
    site.says(&stage, &with_incident(good.clone(), Some("api"), "none"));
    let service = site.follow(&stage, Some("api")).await;
    let worker = stage.worker(eager());
    stage.seen(service, Verdict::Up).await;
    assert_eq!(stage.said(service).await.incidents.len(), 1);
    let mut without = good;
    without.as_object_mut().unwrap().remove("incidents");
    site.says(&stage, &without);
    eventually("no incident", async || {
        stage.said(service).await.incidents.is_empty().then_some(())
    })
    .await;
    worker.stop().await;
}

/// Trouble with one page keeps neither other pages nor HTTP services waiting.
#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_broken_page_delays_no_other(pool: PgPool) {
    let stage = Stage::set(pool).await;
    let broken = Site::given(&stage, "broken").await;
    broken.does(&stage, Mode::Hang);
    let odd = Site::given(&stage, "odd").await;
    odd.does(&stage, Mode::body("[[[[{\"page\":"));
    for site in [&broken, &odd] {
        site.follow_quietly(&stage, Some("api")).await;
    }
    let site = Site::given(&stage, "acme").await;
    site.says(&stage, &page(&[("api", "operational")]));
    let service = site.follow_quietly(&stage, Some("api")).await;
    let http = stage.add_quietly(&stage.config("/", 1)).await;
    let worker = stage.worker(eager());
    for one in [service, http] {
        let checks = stage.seen_times(one, 5).await;
        for pair in checks[1..].windows(2) {
            let step = (pair[1].slot - pair[0].slot).num_milliseconds();
            assert!(step <= 1_001, "no slot was missed: {checks:?}");
        }
    }
    drop(worker);
}

/// Services whose addresses a person gave are polled like all others.
#[sqlx::test(migrator = "db::MIGRATOR")]
async fn addresses_that_a_person_gave_are_read(pool: PgPool) {
    let stage = Stage::set(pool).await;
    let site = Site::given(&stage, "own").await;
    site.says(&stage, &page(&[("api", "operational")]));
    let service = site.follow(&stage, Some("api")).await;
    let worker = stage.worker(eager());
    stage.seen_times(service, 2).await;
    assert!(site.asked(&stage) >= 2);
    worker.stop().await;
}

/// `Retry-After` is heeded. What else makes asking cheap stands in `pages_sharing`.
#[sqlx::test(migrator = "db::MIGRATOR")]
async fn s11_a_page_that_wants_a_pause_gets_it_and_services_stay_up(pool: PgPool) {
    let stage = Stage::set(pool).await;
    let site = Site::given(&stage, "acme").await;
    let good = page(&[("api", "operational")]).to_string();
    let wait = Mode::Status {
        status: 429,
        body: String::new(),
        headers: vec![("retry-after".to_owned(), "2".to_owned())],
    };
    let modes = vec![Mode::body(&good), wait, Mode::body(&good)];
    site.does(&stage, Mode::Sequence { modes });
    let service = site.follow(&stage, Some("api")).await;
    let worker = stage.worker(eager());
    eventually("three readings", async || {
        (site.asked(&stage) >= 3).then_some(())
    })
    .await;
    worker.stop().await;
    let requests = stage.upstream.requests();
    let gap = requests[2].at - requests[1].at;
    assert!(gap.num_milliseconds() >= 2_000, "{gap}");
    let checks = stage.checks(service).await;
    assert!(
        checks.iter().all(|check| check.verdict == Verdict::Up),
        "{checks:?}"
    );
    assert!(
        checks.len() >= 3,
        "slots go on while the page rests: {checks:?}"
    );
}

/// Maintenance does not count as degraded.
#[sqlx::test(migrator = "db::MIGRATOR")]
async fn maintenance_neither_opens_nor_ends_an_incident(pool: PgPool) {
    let stage = Stage::set(pool).await;
    let site = Site::given(&stage, "acme").await;
    site.says(
        &stage,
        &with_incident(page(&[("api", "major_outage")]), Some("api"), "critical"),
    );
    let service = site.follow(&stage, Some("api")).await;
    let worker = stage.worker(eager());
    stage.seen(service, Verdict::Down).await;
    site.says(&stage, &page(&[("api", "under_maintenance")]));
    stage.seen(service, Verdict::Maintenance).await;
    assert!(stage.incidents().await[0].resolved_at.is_none());
    site.says(&stage, &page(&[("api", "operational")]));
    stage.over().await;
    worker.stop().await;
}
