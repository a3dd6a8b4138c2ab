//! A worker that is not run, a database that is away, and a database whose clock is set.
#![expect(clippy::unwrap_used, reason = "what helps tests fails by panicking")]

use std::time::Duration;

use chrono::TimeDelta;
use db::Db;
use domain::{failure::FailureCode, verdict::Verdict};
use sqlx::{AssertSqlSafe, PgPool, postgres::PgPoolOptions};
use test_support::Mode;
use worker::{clock::DatabaseClock, config::Looking, pace::Pace};

use crate::stage::{Away, Stage, brisk, eventually};

/// Keeps the only thread of the runtime busy, as if the process were stopped.
fn stand_still(time: Duration) {
    std::thread::sleep(time);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_worker_that_stood_still_voids_its_looks_and_reads_who_looks_before_it_goes_on(
    pool: PgPool,
) {
    let stage = Stage::set(pool).await;
    let mut config = stage.config("/", 30);
    config.target.http_mut().unwrap().timeout = Duration::from_secs(1);
    stage.upstream.set(Mode::Hang).await;
    let service = stage.add(&config).await;
    let worker = stage.worker(Pace {
        stall: Duration::from_millis(1_200),
        ..brisk()
    });
    eventually("a request", async || (stage.asked("/") == 1).then_some(())).await;
    // Everything here runs on one thread: the timeout passes while nobody runs.
    stand_still(Duration::from_secs(3));
    stage.upstream.set(Mode::ok()).await;
    let check = eventually("a look", async || stage.checks(service).await.pop()).await;
    assert_eq!(check.verdict, Verdict::Unknown, "{check:?}");
    assert_eq!(
        check.failure.map(|failure| failure.code),
        Some(FailureCode::InternalResource)
    );
    let workspace = stage.workspace;
    stage
        .change(service, async |conn| {
            db::services::look_now(conn, workspace, service.id).await
        })
        .await;
    eventually("looks go on", async || {
        let newest = stage.checks(service).await.pop()?;
        (newest.verdict == Verdict::Up).then_some(())
    })
    .await;
    assert!(stage.incidents().await.is_empty());
    worker.stop().await;
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn looking_goes_on_while_postgres_is_away_and_is_recorded_afterwards(pool: PgPool) {
    let stage = Stage::set(pool).await;
    let service = stage.add(&stage.config("/", 1)).await;
    let worker = stage.worker(brisk());
    eventually("a look", async || stage.checks(service).await.pop()).await;
    let away = Away::begin(&stage).await;
    let before = stage.asked("/");
    eventually("looks meanwhile", async || {
        (stage.asked("/") >= before + 4).then_some(())
    })
    .await;
    away.end().await;
    let last = stage.asked("/");
    let checks = eventually("all recorded", async || {
        let checks = stage.checks(service).await;
        (checks.len() > last).then_some(checks)
    })
    .await;
    for pair in checks[1..].windows(2) {
        assert_eq!(
            pair[1].slot - pair[0].slot,
            TimeDelta::seconds(1),
            "no slot was lost"
        );
        assert!(pair[1].started_at - pair[1].slot < TimeDelta::milliseconds(500));
    }
    assert!(stage.incidents().await.is_empty());
    worker.stop().await;
}

/// A database whose clock is ours to set.
async fn with_a_clock(pool: PgPool) -> PgPool {
    let options = (*pool.connect_options()).clone();
    let database = options.get_database().unwrap().to_owned();
    let set_path =
        format!("alter database \"{database}\" set search_path = public, set_clock, pg_catalog");
    for sql in [
        "create schema set_clock",
        "create table set_clock.ahead (by interval not null)",
        "insert into set_clock.ahead values ('0')",
        "create function set_clock.clock_timestamp() returns timestamptz language sql
         as 'select pg_catalog.clock_timestamp() + by from set_clock.ahead'",
        "create function set_clock.now() returns timestamptz language sql
         as 'select pg_catalog.now() + by from set_clock.ahead'",
        &set_path,
    ] {
        sqlx::query(AssertSqlSafe(sql))
            .execute(&pool)
            .await
            .unwrap();
    }
    pool.close().await;
    PgPoolOptions::new().connect_with(options).await.unwrap()
}

async fn set_clock(db: &Db, ahead: &str) {
    sqlx::query("update set_clock.ahead set by = $1::interval")
        .bind(ahead)
        .execute(db.pool())
        .await
        .unwrap();
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_database_clock_set_an_hour_back_raises_the_alarm_and_marks_nothing(pool: PgPool) {
    let stage = Stage::set(with_a_clock(pool).await).await;
    let service = stage.add(&stage.config("/", 1)).await;
    let worker = stage.worker(brisk());
    eventually("two looks", async || {
        (stage.checks(service).await.len() >= 2).then_some(())
    })
    .await;
    set_clock(&stage.db, "-1 hour").await;
    let alarm = eventually("an alarm", async || {
        let worker = stage.live().await.pop()?;
        worker.figures["clock_jump_ms"].as_i64()
    })
    .await;
    assert!((alarm + 3_600_000).abs() < 1_000, "{alarm}");
    let before = stage.asked("/");
    eventually("looking goes on", async || {
        (stage.asked("/") >= before + 3).then_some(())
    })
    .await;
    set_clock(&stage.db, "0").await;
    eventually("the end of the alarm", async || {
        let worker = stage.live().await.pop()?;
        worker.figures["clock_jump_ms"].is_null().then_some(())
    })
    .await;
    let recorded = stage.checks(service).await.len();
    eventually("looks are recorded", async || {
        (stage.checks(service).await.len() > recorded + 2).then_some(())
    })
    .await;
    let checks = stage.checks(service).await;
    assert!(checks.iter().all(|check| check.verdict == Verdict::Up));
    assert!(stage.incidents().await.is_empty());
    worker.stop().await;
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_database_clock_that_stays_an_hour_back_is_followed_and_incidents_go_on_by_it(
    pool: PgPool,
) {
    let stage = Stage::set(with_a_clock(pool).await).await;
    let mut config = stage.config("/", 1);
    config.retries = 0;
    let service = stage.add(&config).await;
    let clock = DatabaseClock::believing_after(Duration::from_secs(2));
    let worker = stage.worker_by(clock, brisk(), Looking::default());
    let newest = async || stage.checks(service).await.pop();
    let before = eventually("a look", newest).await;
    set_clock(&stage.db, "-1 hour").await;
    let hour_back = |slot| before.slot - slot > TimeDelta::minutes(50);
    let oldest = async || {
        let first = stage.checks(service).await.into_iter().next()?;
        hour_back(first.slot).then_some(first)
    };
    let first = eventually("looks by the clock as it is now", oldest).await;
    assert_eq!(first.verdict, Verdict::Up);
    stage.upstream.set(Mode::status(503)).await;
    let incident = eventually("an incident", async || stage.incidents().await.pop()).await;
    assert!(hour_back(incident.started_at), "{incident:?}");
    stage.upstream.set(Mode::ok()).await;
    eventually("its end", async || {
        stage.incidents().await.pop()?.resolved_at.map(drop)
    })
    .await;
    // No slot stands twice, and nothing was called down because of the clock.
    let checks = stage.checks(service).await;
    assert!(checks.windows(2).all(|pair| pair[0].slot < pair[1].slot));
    assert_eq!(stage.incidents().await.len(), 1);
    worker.stop().await;
}
