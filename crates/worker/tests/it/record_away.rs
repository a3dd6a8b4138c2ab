//! Postgres goes away in every way it can: looks wait in order, and none is lost or written twice.

use std::{net::SocketAddr, time::Duration};

use chrono::{DateTime, Utc};
use db::Db;
use sqlx::{PgPool, postgres::PgPoolOptions};
use test_support::Switch;
use tokio_util::sync::CancellationToken;
use worker::record::Settings;

use crate::ground::{Ground, recorder};

/// The test's database behind a wire that can be cut.
async fn behind_a_switch(pool: &PgPool) -> (Switch, Db) {
    let options = pool.connect_options();
    let host = options.get_host().replace("localhost", "127.0.0.1");
    let target: SocketAddr = format!("{host}:{}", options.get_port())
        .parse()
        .expect("the database answers");
    let switch = Switch::to(target).await;
    let options = options
        .as_ref()
        .clone()
        .host("127.0.0.1")
        .port(switch.address().port());
    let pool = PgPoolOptions::new().connect_lazy_with(options);
    (switch, Db::from_pool(pool))
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn looks_wait_in_order_while_postgres_is_away_and_none_is_lost(pool: PgPool) {
    let (switch, db) = behind_a_switch(&pool).await;
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    let (looks, recorder, mut heard) = recorder(&db, Settings::default());
    let test = async {
        looks.send(service.up(ground.ago(600))).unwrap();
        heard.recv().await.unwrap();
        switch.cut();
        for n in (6..20).rev() {
            looks.send(service.down(ground.ago(n * 30 - 15))).unwrap();
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        looks.send(service.recovered(ground.ago(120))).unwrap();
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(ground.count("checks").await, 1);
        switch.restore();
        looks.send(service.up(ground.ago(90))).unwrap();
        loop {
            let batch = heard.recv().await.unwrap();
            if batch[0].1.last.unwrap().0 == ground.ago(90) {
                break;
            }
        }
        drop(looks);
    };
    let (done, ()) = tokio::join!(recorder.run(CancellationToken::new()), test);
    done.unwrap();
    assert_eq!(ground.count("checks").await, 17);
    let (started, resolved): (DateTime<Utc>, Option<DateTime<Utc>>) =
        sqlx::query_as("select started_at, resolved_at from incidents")
            .fetch_one(ground.db.pool())
            .await
            .unwrap();
    assert_eq!((started - ground.ago(19 * 30 - 15)).num_milliseconds(), 20);
    assert_eq!((resolved.unwrap() - ground.ago(120)).num_milliseconds(), 20);
    assert_eq!(ground.count("incidents where checks_failed = 14").await, 1);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_connection_killed_between_insert_and_commit_leaves_nothing_and_loses_nothing(
    pool: PgPool,
) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    let mut blocker = ground.db.begin().await.unwrap();
    sqlx::query("lock table incidents in exclusive mode")
        .execute(&mut *blocker)
        .await
        .unwrap();
    let (looks, recorder, _heard) = recorder(&ground.db, Settings::default());
    let test = async {
        looks.send(service.down(ground.ago(30))).unwrap();
        drop(looks);
        // The checks are inserted by then, the incident is not.
        ground
            .until("select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like 'insert into incidents%')")
            .await;
        assert_eq!(ground.count("checks").await, 0);
        ground
            .run("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like 'insert into incidents%'")
            .await;
        ground
            .until("select not exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like 'insert into incidents%')")
            .await;
        assert_eq!(ground.count("checks").await, 0);
        assert_eq!(
            ground
                .count("service_health where last_slot is not null")
                .await,
            0
        );
        blocker.rollback().await.unwrap();
    };
    let (done, ()) = tokio::join!(recorder.run(CancellationToken::new()), test);
    done.unwrap();
    assert_eq!(ground.count("checks").await, 1);
    assert_eq!(ground.count("incidents").await, 1);
    assert_eq!(ground.count("incident_events").await, 1);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn while_a_disk_is_full_looks_wait_and_none_is_set_aside(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let services = ground.services(3).await;
    for statement in [
        "create table disk as select true as is_full",
        // It counts on where a transaction is taken back.
        "create sequence attempts",
        "create function find_room() returns trigger language plpgsql as $$ begin
             perform nextval('attempts');
             if (select is_full from disk) then raise exception 'No space left on device' using errcode = '53100'; end if;
             return null;
         end $$",
        "create trigger find_room before insert on checks for each statement execute function find_room()",
    ] {
        ground.run(statement).await;
    }
    let (looks, recorder, _heard) = recorder(&ground.db, Settings::default());
    let test = async {
        for service in &services {
            looks.send(service.up(ground.ago(90))).unwrap();
            looks.send(service.down(ground.ago(60))).unwrap();
        }
        ground.until("select last_value >= 3 from attempts").await;
        assert_eq!(ground.count("checks").await, 0);
        ground.run("update disk set is_full = false").await;
        drop(looks);
    };
    let (done, ()) = tokio::join!(recorder.run(CancellationToken::new()), test);
    done.unwrap();
    assert_eq!(ground.count("checks").await, 6);
    assert_eq!(ground.count("incidents").await, 3);
    assert_eq!(ground.count("refused_looks").await, 0);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn the_end_gives_up_after_a_while_and_does_not_hang(pool: PgPool) {
    let (switch, db) = behind_a_switch(&pool).await;
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    switch.cut();
    let settings = Settings {
        goodbye: Duration::from_millis(300),
        ..Settings::default()
    };
    let (looks, recorder, _heard) = recorder(&db, settings);
    looks.send(service.up(ground.ago(30))).unwrap();
    drop(looks);
    let stop = CancellationToken::new();
    stop.cancel();
    tokio::time::timeout(Duration::from_secs(10), recorder.run(stop))
        .await
        .expect("it ends")
        .unwrap();
    assert_eq!(ground.count("checks").await, 0);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn somebody_who_does_not_end_cannot_keep_the_record_from_ending(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    let settings = Settings {
        longest_goodbye: Duration::from_millis(300),
        ..Settings::default()
    };
    let (looks, recorder, _heard) = recorder(&ground.db, settings);
    looks.send(service.up(ground.ago(30))).unwrap();
    let stop = CancellationToken::new();
    stop.cancel();
    tokio::time::timeout(Duration::from_secs(10), recorder.run(stop))
        .await
        .expect("it ends")
        .unwrap();
    drop(looks);
    assert_eq!(ground.count("checks").await, 1);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn the_end_records_everything_that_was_finished(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let services = ground.services(50).await;
    let settings = Settings {
        batch: 7,
        largest_batch: 7,
        ..Settings::default()
    };
    let (looks, recorder, _heard) = recorder(&ground.db, settings);
    let stop = CancellationToken::new();
    for n in (0..20).rev() {
        for service in &services {
            looks.send(service.up(ground.ago(n * 30))).unwrap();
        }
    }
    stop.cancel();
    drop(looks);
    recorder.run(stop).await.unwrap();
    assert_eq!(ground.count("checks").await, 1_000);
}
