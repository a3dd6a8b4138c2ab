//! From a configured service to looks in the record.

use std::time::Duration;

use chrono::TimeDelta;
use db::{checks::reading::Check, health, incidents, services};
use domain::{failure::FailureCode, service::ServiceConfig, target::HttpTarget, verdict::Verdict};
use futures_util::StreamExt as _;
use sqlx::PgPool;
use status_cache::{EventKind, Heard};
use test_support::Mode;
use worker::config::Looking;

use crate::stage::{Stage, brisk, draft, eventually};

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_new_service_is_looked_at_within_a_second(pool: PgPool) {
    let stage = Stage::set(pool).await;
    let first = stage.add(&stage.config("/before", 60)).await;
    let worker = stage.worker(brisk());
    eventually("the first look", async || stage.checks(first).await.pop()).await;
    let service = stage.add(&stage.config("/new", 3_600)).await;
    let check = eventually("a look", async || stage.checks(service).await.pop()).await;
    assert_eq!(check.verdict, Verdict::Up);
    assert!(
        check.started_at - check.slot < TimeDelta::seconds(1),
        "{check:?}"
    );
    assert_eq!(stage.asked("/new"), 1);
    worker.stop().await;
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_lost_notification_loses_nothing(pool: PgPool) {
    let stage = Stage::set(pool).await;
    let gone = stage.add(&stage.config("/gone", 1)).await;
    let worker = stage.worker(worker::pace::Pace {
        compare: Duration::from_millis(300),
        ..brisk()
    });
    eventually("a look", async || stage.checks(gone).await.pop()).await;
    let added = stage.add_quietly(&stage.config("/quiet", 3_600)).await;
    let mut conn = stage.conn().await;
    services::delete(&mut conn, stage.workspace, gone.id)
        .await
        .unwrap();
    eventually("the added one", async || stage.checks(added).await.pop()).await;
    let count = eventually("the end of the deleted one", async || {
        let before = stage.asked("/gone");
        tokio::time::sleep(Duration::from_millis(2_500)).await;
        (stage.asked("/gone") == before).then_some(before)
    })
    .await;
    assert!(count > 0);
    worker.stop().await;
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn slots_are_looked_at_once_each_and_on_time(pool: PgPool) {
    let stage = Stage::set(pool).await;
    let service = stage.add(&stage.config("/", 1)).await;
    let worker = stage.worker(brisk());
    let checks = eventually("six looks", async || {
        let checks = stage.checks(service).await;
        (checks.len() >= 6).then_some(checks)
    })
    .await;
    worker.stop().await;
    // The first one was asked for; the others stand on the grid.
    for pair in checks[1..].windows(2) {
        assert_eq!(pair[1].slot - pair[0].slot, TimeDelta::seconds(1));
        assert!(pair[1].started_at - pair[1].slot < TimeDelta::milliseconds(500));
    }
    assert!(
        checks
            .iter()
            .all(|check| check.verdict == Verdict::Up && check.attempts == 1)
    );
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_failure_is_confirmed_by_two_more_attempts_before_an_incident_opens(pool: PgPool) {
    let stage = Stage::set(pool).await;
    stage.upstream.set(Mode::status(503)).await;
    let mut events = stage.cache.subscribe();
    let service = stage.add(&stage.config("/", 2)).await;
    let worker = stage.worker(brisk());
    let incident = eventually("an incident", async || stage.incidents().await.pop()).await;
    let check = stage.checks(service).await.remove(0);
    assert_eq!((check.verdict, check.attempts), (Verdict::Down, 3));
    // Waits of I/5 and I/2.
    assert!(incident.opened_at - incident.started_at >= TimeDelta::milliseconds(1_400));
    assert!(
        (incident.started_at - check.started_at)
            .num_milliseconds()
            .abs()
            <= 1
    );
    let first = events.next().await.unwrap();
    let Heard::Event(event) = first else {
        panic!("{first:?}")
    };
    assert_eq!(event.kind, EventKind::ServiceStatus);
    let data: serde_json::Value = serde_json::from_str(event.data.get()).unwrap();
    assert_eq!(data["suspect"], true);
    assert_eq!(data["status"], "pending");
    worker.stop().await;
}

/// As the API adds a service when nothing but an address is given.
fn by_default(stage: &Stage) -> ServiceConfig {
    ServiceConfig {
        target: HttpTarget::get(stage.upstream.url("/").parse().expect("a URL")).into(),
        ..stage.config("/", 30)
    }
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn an_incident_is_open_twelve_seconds_after_the_first_503_at_most(pool: PgPool) {
    let stage = Stage::set(pool).await;
    stage.upstream.set(Mode::status(503)).await;
    stage.add(&by_default(&stage)).await;
    let worker = stage.worker(brisk());
    let incident = eventually("an incident", async || stage.incidents().await.pop()).await;
    worker.stop().await;
    let took = incident.opened_at - incident.started_at;
    // Waits of 2 and 8 s.
    assert!(took >= TimeDelta::seconds(10), "{took}");
    assert!(took <= TimeDelta::seconds(12), "{took}");
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn an_incident_is_open_27_s_after_the_first_look_that_timed_out_began_at_most(pool: PgPool) {
    let stage = Stage::set(pool).await;
    stage.upstream.set(Mode::Hang).await;
    let service = stage.add(&by_default(&stage)).await;
    let worker = stage.worker(brisk());
    let incident = eventually("an incident", async || stage.incidents().await.pop()).await;
    worker.stop().await;
    let check = stage.checks(service).await.remove(0);
    assert_eq!((check.verdict, check.attempts), (Verdict::Down, 3));
    let took = incident.opened_at - check.started_at;
    // Three attempts of 5 s, with waits of 2 and 8 s.
    assert!(took >= TimeDelta::seconds(25), "{took}");
    assert!(took <= TimeDelta::seconds(27), "{took}");
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn one_failing_attempt_is_a_blip_and_no_incident(pool: PgPool) {
    let stage = Stage::set(pool).await;
    let modes = vec![Mode::status(503), Mode::ok()];
    stage.upstream.set(Mode::Sequence { modes }).await;
    let service = stage.add(&stage.config("/", 3_600)).await;
    let worker = stage.worker(brisk());
    let check = eventually("a look", async || stage.checks(service).await.pop()).await;
    assert_eq!((check.verdict, check.attempts), (Verdict::Up, 2));
    assert!(check.first_failed_at.is_some() && stage.incidents().await.is_empty());
    worker.stop().await;
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn two_good_attempts_of_one_slot_resolve_an_incident(pool: PgPool) {
    let stage = Stage::set(pool).await;
    stage.upstream.set(Mode::status(503)).await;
    let service = stage.add(&stage.config("/", 1)).await;
    let worker = stage.worker(brisk());
    eventually("an incident", async || stage.incidents().await.pop()).await;
    stage.upstream.set(Mode::ok()).await;
    let incident = eventually("its end", async || {
        let incident = stage.incidents().await.pop()?;
        incident.resolved_at.is_some().then_some(incident)
    })
    .await;
    assert_eq!(incident.resolution.as_deref(), Some("recovered"));
    let checks = stage.checks(service).await;
    let recovery = checks
        .iter()
        .find(|check| check.verdict == Verdict::Up)
        .unwrap();
    assert_eq!(recovery.attempts, 2);
    worker.stop().await;
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn l02_a_single_good_answer_during_an_outage_ends_nothing(pool: PgPool) {
    let stage = Stage::set(pool).await;
    let mut modes = vec![Mode::status(503); 6];
    modes.extend([Mode::ok(), Mode::status(503)]);
    stage.upstream.set(Mode::Sequence { modes }).await;
    let service = stage.add(&stage.config("/", 1)).await;
    let worker = stage.worker(brisk());
    eventually("looks after the good answer", async || {
        (stage.asked("/") >= 12).then_some(())
    })
    .await;
    worker.stop().await;
    let incidents = stage.incidents().await;
    assert_eq!(incidents.len(), 1);
    assert_eq!(incidents[0].resolved_at, None);
    let checks = stage.checks(service).await;
    // The good answer was seen, and asked for once more.
    assert!(checks.iter().any(|check| check.attempts == 2), "{checks:?}");
    assert!(checks.iter().all(|check| check.verdict == Verdict::Down));
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn slots_that_fall_due_during_a_look_are_covered_by_it(pool: PgPool) {
    let stage = Stage::set(pool).await;
    let mut config = stage.config("/", 1);
    config.target.http_mut().unwrap().timeout = Duration::from_millis(900);
    stage.upstream.set(Mode::Hang).await;
    let service = stage.add(&config).await;
    let worker = stage.worker(brisk());
    let checks = eventually("two looks", async || {
        let checks = stage.checks(service).await;
        (checks.len() >= 3).then_some(checks)
    })
    .await;
    worker.stop().await;
    // Three attempts of 900 ms with waits of 200 and 500 ms last 3.4 s.
    let covering = stage.stands(service).await;
    assert_eq!((checks[0].verdict, checks[0].attempts), (Verdict::Down, 3));
    assert!(
        covering[0].1 > TimeDelta::milliseconds(3_400),
        "{covering:?}"
    );
    for pair in covering.windows(2) {
        let gap = pair[1].0 - (pair[0].0 + pair[0].1);
        assert!(
            gap <= TimeDelta::zero() && gap > TimeDelta::milliseconds(-1),
            "{covering:?}"
        );
    }
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_paused_or_edited_service_is_dropped_at_once(pool: PgPool) {
    let stage = Stage::set(pool).await;
    let (paused, edited) = (stage.config("/paused", 1), stage.config("/edited", 1));
    let (paused, edited) = (stage.add(&paused).await, stage.add(&edited).await);
    let worker = stage.worker(brisk());
    eventually("looks", async || {
        let both = (
            stage.checks(paused).await.pop(),
            stage.checks(edited).await.pop(),
        );
        both.0.zip(both.1)
    })
    .await;
    let workspace = stage.workspace;
    stage
        .change(paused, async |conn| {
            services::pause(conn, workspace, paused.id).await
        })
        .await;
    let other = stage.config("/other", 1);
    stage
        .change(edited, async |conn| {
            services::update(conn, workspace, &draft(edited.id, &other)).await?;
            let now = services::now(conn).await?;
            health::reset(conn, edited.key, now).await
        })
        .await;
    eventually("the new address", async || {
        (stage.asked("/other") > 2).then_some(())
    })
    .await;
    let (paused_before, edited_before) = (stage.asked("/paused"), stage.asked("/edited"));
    eventually("more of the new address", async || {
        (stage.asked("/other") > 5).then_some(())
    })
    .await;
    assert_eq!(stage.asked("/paused"), paused_before);
    assert_eq!(stage.asked("/edited"), edited_before);
    worker.stop().await;
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_look_asked_for_happens_outside_the_grid(pool: PgPool) {
    let stage = Stage::set(pool).await;
    let service = stage.add(&stage.config("/", 3_600)).await;
    let worker = stage.worker(brisk());
    eventually("the first look", async || stage.checks(service).await.pop()).await;
    let workspace = stage.workspace;
    stage
        .change(service, async |conn| {
            services::look_now(conn, workspace, service.id).await
        })
        .await;
    let checks = eventually("a second look", async || {
        let checks = stage.checks(service).await;
        (checks.len() == 2).then_some(checks)
    })
    .await;
    assert!(checks[1].started_at - checks[1].slot < TimeDelta::seconds(1));
    worker.stop().await;
    assert_eq!(stage.asked("/"), 2);
    assert_eq!(
        incidents::reading::count(
            &mut *stage.conn().await,
            workspace,
            &incidents::reading::Wanted::default()
        )
        .await
        .unwrap(),
        0
    );
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_look_under_way_is_finished_and_recorded_at_shutdown(pool: PgPool) {
    let stage = Stage::set(pool).await;
    stage.upstream.set(Mode::ok().after(300)).await;
    let service = stage.add(&stage.config("/", 3_600)).await;
    let worker = stage.worker(brisk());
    eventually("a request", async || (stage.asked("/") == 1).then_some(())).await;
    worker.stop().await;
    assert_eq!(stage.checks(service).await.len(), 1);
    assert!(stage.live().await.is_empty(), "the heartbeat was withdrawn");
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn hanging_targets_delay_no_healthy_one(pool: PgPool) {
    let stage = Stage::set(pool).await;
    stage.upstream.set_for("/hangs", Mode::Hang);
    for _ in 0..40 {
        stage.add_quietly(&stage.config("/hangs", 1)).await;
    }
    let healthy = stage.add_quietly(&stage.config("/", 1)).await;
    // As many as hang would fill this many places for ever.
    let narrow = Looking {
        max_in_flight: 10,
        ..Looking::default()
    };
    let worker = stage.worker_with(brisk(), narrow);
    eventually("ten slots in a row", async || {
        let checks = stage.checks(healthy).await;
        let newest = &checks[checks.len().checked_sub(10)?..];
        let follows = |pair: &[Check]| pair[1].slot - pair[0].slot == TimeDelta::seconds(1);
        let all_up = newest.iter().all(|check| check.verdict == Verdict::Up);
        (all_up && newest.windows(2).all(follows)).then_some(())
    })
    .await;
    worker.stop().await;
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_slot_that_our_own_limits_held_back_for_too_long_is_unknown(pool: PgPool) {
    let stage = Stage::set(pool).await;
    stage.upstream.set(Mode::ok().after(300)).await;
    let mut services = Vec::new();
    for n in 0..6 {
        services.push(stage.add_quietly(&stage.config(&format!("/{n}"), 1)).await);
    }
    let narrow = Looking {
        max_in_flight: 1,
        ..Looking::default()
    };
    let worker = stage.worker_with(brisk(), narrow);
    let throttled = eventually("a look that was held back", async || {
        for service in &services {
            let unknown = |check: &Check| check.verdict == Verdict::Unknown;
            if let Some(check) = stage.checks(*service).await.into_iter().find(unknown) {
                return check.failure;
            }
        }
        None
    })
    .await;
    assert_eq!(throttled.code, FailureCode::Throttled);
    assert!(stage.incidents().await.is_empty());
    worker.stop().await;
}
