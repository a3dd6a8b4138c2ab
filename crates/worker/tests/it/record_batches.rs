//! Batches: when they are written, what is in them afterwards, and that two recorders never disagree.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use domain::{latest::LatestLook, look::Look, verdict::Verdict};
use futures_util::StreamExt as _;
use sqlx::PgPool;
use status_cache::{EventKind, Heard, StatusCache};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use worker::record::{Parts, Recorder, Settings};

use crate::ground::{Ground, record, recorder};

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_look_becomes_a_check_and_the_standing_of_its_service(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    ground
        .record([service.up(ground.ago(60)), service.up(ground.ago(30))])
        .await;
    assert_eq!(ground.count("checks where total_us = 12300 and status_code = 200 and late_ms = 20 and verdict = 1 and code = 0 and phase = '0' and attempts = '1' and detail = '' and phases <> ''").await, 2);
    let (slot, verdict, look): (DateTime<Utc>, i16, sqlx::types::Json<LatestLook>) =
        sqlx::query_as("select last_slot, verdict, look from service_health")
            .fetch_one(ground.db.pool())
            .await
            .unwrap();
    assert_eq!((slot, verdict), (ground.ago(30), Verdict::Up.number()));
    assert_eq!(look.0.hops[0].timings.ttfb_us, 12_000);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn news_is_written_at_once_and_routine_waits_for_company(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    let settings = Settings {
        window: Duration::from_hours(1),
        ..Settings::default()
    };
    let (looks, recorder, mut heard) = recorder(&ground.db, settings);
    let test = async {
        looks.send(service.up(ground.ago(90))).unwrap();
        let first = heard.recv().await.unwrap();
        assert_eq!(first.len(), 1, "a first look is news");
        looks.send(service.up(ground.ago(60))).unwrap();
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert!(
            heard.try_recv().is_err(),
            "a good look after a good look is none"
        );
        looks.send(service.down(ground.ago(30))).unwrap();
        let news = heard.recv().await.unwrap();
        assert_eq!(news[0].1.verdict, Some(Verdict::Down));
        assert_eq!(ground.count("checks").await, 3);
        let asked = |slot| Look {
            asked: true,
            ..service.down(slot)
        };
        looks.send(asked(ground.ago(10))).unwrap();
        let answer = heard.recv().await.unwrap();
        assert_eq!(answer.len(), 1, "somebody waits for it");
        drop(looks);
    };
    let (done, ()) = tokio::join!(recorder.run(CancellationToken::new()), test);
    done.unwrap();
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn what_waits_for_a_slow_disk_is_written_in_a_few_large_batches(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let services = ground.services(60).await;
    ground
        .run("create table batches (at timestamptz default now())")
        .await;
    ground
        .run("create function note() returns trigger language plpgsql as 'begin insert into batches default values; return null; end'")
        .await;
    ground
        .run("create trigger note before insert on checks for each statement execute function note()")
        .await;
    let looks = (0..200).rev().flat_map(|n| {
        services
            .iter()
            .map(move |service| (service, TimeDelta::seconds(30 * n)))
    });
    ground
        .record(looks.map(|(service, before)| service.up(ground.now - before)))
        .await;
    assert_eq!(ground.count("checks").await, 12_000);
    // Of 1,000, 2,000 and 4,000, and the rest.
    assert_eq!(ground.count("batches").await, 4);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn replaying_a_batch_changes_nothing(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let (a, b) = (ground.service().await, ground.service().await);
    let looks = || {
        vec![
            a.up(ground.ago(120)),
            b.down(ground.ago(110)),
            a.down(ground.ago(90)),
            b.recovered(ground.ago(80)),
            a.down(ground.ago(60)),
        ]
    };
    ground.record(looks()).await;
    let before = ground.everything().await;
    ground.record(looks()).await;
    ground.record(looks().into_iter().rev()).await;
    assert_eq!(ground.everything().await, before);
    assert_eq!(ground.count("incidents").await, 2);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn two_recorders_write_no_slot_twice_and_open_no_second_incident(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let services = ground.services(20).await;
    let looks = || {
        let rounds = (0..30)
            .rev()
            .flat_map(|n| services.iter().map(move |s| (n, s)));
        rounds.map(|(n, service)| match n % 5 {
            0 | 1 => service.down(ground.ago(n * 30)),
            2 => service.recovered(ground.ago(n * 30)),
            _ => service.up(ground.ago(n * 30)),
        })
    };
    tokio::join!(record(&ground.db, looks()), record(&ground.db, looks()));
    assert_eq!(ground.count("checks").await, 600);
    assert_eq!(ground.count("incidents").await, 20 * 6);
    assert_eq!(
        ground.count("incidents where resolved_at is null").await,
        20
    );
    assert_eq!(ground.count("incidents where checks_failed <> 2").await, 0);
    assert_eq!(ground.count("incident_events").await, 20 * 11);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_locked_health_row_keeps_only_its_own_service_waiting(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let (locked, free) = (ground.service().await, ground.service().await);
    let mut editor = ground.db.begin().await.unwrap();
    assert!(db::health::lock(&mut editor, locked.key).await.unwrap());
    let (looks, recorder, mut heard) = recorder(&ground.db, Settings::default());
    let test = async {
        for n in (1..=4).rev() {
            looks.send(locked.up(ground.ago(n * 30))).unwrap();
            looks.send(free.up(ground.ago(n * 30))).unwrap();
            loop {
                let batch = heard.recv().await.unwrap();
                assert!(batch.iter().all(|(key, _)| *key == free.key));
                if !batch.is_empty() {
                    break;
                }
            }
        }
        editor.commit().await.unwrap();
        let released = heard.recv().await.unwrap();
        assert_eq!(released[0].0, locked.key);
        assert_eq!(released[0].1.last.unwrap().0, ground.ago(30));
        drop(looks);
    };
    let (done, ()) = tokio::join!(recorder.run(CancellationToken::new()), test);
    done.unwrap();
    assert_eq!(ground.count("checks").await, 8);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn nothing_is_recorded_while_it_is_unknown_who_looks(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    let (known, may_record) = watch::channel(false);
    let parts = Parts {
        db: ground.db.clone(),
        cache: StatusCache::in_memory(),
        may_record,
        standings: Vec::new(),
    };
    let (looks, recorder) = Recorder::new(parts, Settings::default());
    looks.send(service.up(ground.ago(30))).unwrap();
    drop(looks);
    let progress = recorder.progress();
    let test = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(ground.count("checks").await, 0);
        tokio::time::sleep(Duration::from_millis(700)).await;
        assert!(
            progress.age() < Duration::from_millis(700),
            "it waits, it is not stuck"
        );
        known.send(true).unwrap();
    };
    let (done, ()) = tokio::join!(recorder.run(CancellationToken::new()), test);
    done.unwrap();
    assert_eq!(ground.count("checks").await, 1);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn the_cache_and_its_listeners_hear_after_the_commit(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    let cache = StatusCache::in_memory();
    let mut listener = cache.subscribe();
    let parts = Parts {
        db: ground.db.clone(),
        cache: cache.clone(),
        may_record: watch::channel(true).1,
        standings: Vec::new(),
    };
    let (looks, recorder) = Recorder::new(parts, Settings::default());
    looks.send(service.down(ground.ago(30))).unwrap();
    drop(looks);
    recorder.run(CancellationToken::new()).await.unwrap();
    let entry = cache.get(service.id).await.unwrap();
    assert_eq!(
        (entry.status, entry.response_time),
        (Verdict::Down, Some(13))
    );
    assert_eq!(
        entry.checked_at,
        ground.ago(30) + TimeDelta::milliseconds(20)
    );
    let mut kinds = Vec::new();
    for _ in 0..2 {
        if let Some(Heard::Event(event)) = listener.next().await {
            kinds.push(event.kind);
        }
    }
    assert_eq!(kinds, [EventKind::IncidentOpened, EventKind::ServiceStatus]);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn what_a_look_saw_is_written_again_only_when_it_differs(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    ground.record([service.up(ground.ago(90))]).await;
    // Would be replaced if it were written again.
    ground
        .run("update service_health set look = jsonb_set(look, '{certificate}', 'true')")
        .await;
    let mut slower = service.up(ground.ago(60));
    let seen = slower.observation.as_mut().unwrap();
    seen.hops[0].timings.ttfb_us = 99_000;
    seen.total_us = 99_300;
    ground.record([slower]).await;
    assert_eq!(
        ground
            .count("service_health where look->'certificate' = 'true' and last_total_us = 99300")
            .await,
        1
    );
    ground.record([service.down(ground.ago(30))]).await;
    assert_eq!(
        ground
            .count("service_health where look->'certificate' = 'true'")
            .await,
        0
    );
    assert_eq!(
        ground
            .count("service_health where look->'reason'->>'code' = 'unexpected_status'")
            .await,
        1
    );
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn news_is_safe_on_disk_before_it_is_told_and_routine_need_not_be(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    for statement in [
        "do $$ begin execute format('alter database %I set synchronous_commit = on', current_database()); end $$",
        "create table commits (id bigserial primary key, mode text)",
        "create function note() returns trigger language plpgsql as
             $$ begin insert into commits (mode) values (current_setting('synchronous_commit')); return null; end $$",
        "create constraint trigger note after update on service_health deferrable initially deferred
             for each row execute function note()",
    ] {
        ground.run(statement).await;
    }
    ground.record([service.up(ground.ago(120))]).await;
    ground.record([service.up(ground.ago(90))]).await;
    ground.record([service.down(ground.ago(60))]).await;
    ground.record([service.down(ground.ago(30))]).await;
    let modes: Vec<String> = sqlx::query_scalar("select mode from commits order by id")
        .fetch_all(ground.db.pool())
        .await
        .unwrap();
    assert_eq!(modes, ["on", "off", "on", "off"]);
}
