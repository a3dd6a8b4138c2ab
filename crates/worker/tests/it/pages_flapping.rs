//! A component that will not settle. What is recorded alternates and ends; who is told how often is another matter.

use domain::verdict::Verdict;
use sqlx::PgPool;
use test_support::Mode;

use crate::{
    pages_site::{Site, eager, page, with_incident},
    stage::Stage,
};

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn s12_a_component_that_flaps_opens_one_incident_at_a_time_and_leaves_none_open(
    pool: PgPool,
) {
    let stage = Stage::set(pool).await;
    let site = Site::given(&stage, "acme").await;
    let good = page(&[("api", "operational")]);
    let bad = with_incident(page(&[("api", "major_outage")]), Some("api"), "critical");
    site.says(&stage, &good);
    let service = site.follow(&stage, Some("api")).await;
    let worker = stage.worker(eager());
    stage.seen(service, Verdict::Up).await;
    for turn in 1..=4 {
        site.says(&stage, &bad);
        stage.seen(service, Verdict::Down).await;
        let open = stage.incidents().await;
        let open = open.iter().filter(|one| one.resolved_at.is_none());
        assert_eq!(open.count(), 1, "turn {turn}");
        site.says(&stage, &good);
        stage.seen(service, Verdict::Up).await;
    }
    worker.stop().await;
    let mut incidents = stage.incidents().await;
    incidents.sort_by_key(|one| one.started_at);
    assert_eq!(incidents.len(), 4);
    for one in &incidents {
        assert!(one.resolved_at.is_some_and(|end| end >= one.started_at));
    }
    for pair in incidents.windows(2) {
        assert!(pair[0].resolved_at <= Some(pair[1].started_at), "{pair:?}");
    }
}

/// A page that says something else each time it is asked, as one behind two caches does, is never believed.
#[sqlx::test(migrator = "db::MIGRATOR")]
async fn s12_a_page_of_two_minds_opens_nothing(pool: PgPool) {
    let stage = Stage::set(pool).await;
    let site = Site::given(&stage, "acme").await;
    let good = Mode::body(&page(&[("api", "operational")]).to_string());
    let bad = Mode::body(&page(&[("api", "major_outage")]).to_string());
    let modes = [good, bad].into_iter().cycle().take(60).collect();
    site.does(&stage, Mode::Sequence { modes });
    let service = site.follow(&stage, Some("api")).await;
    let worker = stage.worker(eager());
    let checks = stage.seen_times(service, 8).await;
    worker.stop().await;
    assert!(
        checks.iter().all(|check| check.verdict == Verdict::Up),
        "{checks:?}"
    );
    assert!(checks.iter().any(|check| check.attempts == 2));
    assert!(stage.incidents().await.is_empty());
}
