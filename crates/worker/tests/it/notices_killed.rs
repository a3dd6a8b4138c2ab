//! The program `worker`, killed by the system between an event and whoever is told of it.
#![expect(clippy::unwrap_used, reason = "what helps tests fails by panicking")]

use chrono::{DateTime, TimeDelta, Utc};
use domain::channel::ChannelKind;
use serde_json::json;
use sqlx::{AssertSqlSafe, PgPool};
use test_support::{Mode, Signal, Upstream};

use crate::{
    notices_whole::posted,
    programs::Program,
    stage::{Stage, eventually},
};

/// A stage with a service that is down, and somebody who hears of it.
async fn sick(pool: PgPool) -> (Stage, Upstream) {
    let stage = Stage::set(pool).await;
    let receiver = Upstream::start();
    let hook = json!({ "url": receiver.url("/in") });
    stage.listener("hook", ChannelKind::Webhook, hook).await;
    stage.upstream.set_for("/sick", Mode::status(503));
    stage.add_quietly(&stage.config("/sick", 1)).await;
    (stage, receiver)
}

async fn count(stage: &Stage, from: &str) -> i64 {
    sqlx::query_scalar(AssertSqlSafe(format!("select count(*) from {from}")))
        .fetch_one(stage.db.pool())
        .await
        .unwrap()
}

/// The attempts in the ledger, once there are so many.
async fn settled(stage: &Stage, count: usize) -> Vec<(String, DateTime<Utc>)> {
    eventually("the ledger", async || {
        let all: Vec<(String, DateTime<Utc>)> =
            sqlx::query_as("select outcome, at from deliveries order by at, id")
                .fetch_all(stage.db.pool())
                .await
                .unwrap();
        assert!(all.len() <= count, "{all:?}");
        (all.len() == count).then_some(all)
    })
    .await
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_worker_killed_between_sending_and_settling_is_followed_by_the_same_message(
    pool: PgPool,
) {
    let (stage, receiver) = sick(pool).await;
    // The message arrives, and whoever sent it never learns that.
    receiver.set_for("/in", Mode::Hang);
    let first = Program::start(&stage, &[], &[]);
    eventually("the message", async || {
        (posted(&receiver).len() == 1).then_some(())
    })
    .await;
    first.signal(Signal::KILL);
    drop(first);
    assert_eq!(count(&stage, "messages where outcome is null").await, 1);
    assert_eq!(count(&stage, "deliveries").await, 0);
    receiver.set_for("/in", Mode::ok());
    let second = Program::start(&stage, &[], &[]);
    let ledger = settled(&stage, 2).await;
    second.signal(Signal::KILL);
    drop(second);
    let outcomes: Vec<&str> = ledger.iter().map(|(outcome, _)| outcome.as_str()).collect();
    assert_eq!(outcomes, ["interrupted", "sent"], "every attempt is in it");
    let bodies = posted(&receiver);
    assert_eq!(bodies.len(), 2);
    assert!(!bodies[0].0.is_empty(), "it has a key");
    assert_eq!(bodies[0], bodies[1]);
    assert_eq!(count(&stage, "outbox").await, 1);
    assert_eq!(count(&stage, "messages where outcome = 'sent'").await, 1);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn w02_a_worker_killed_between_an_incident_and_its_notice_is_followed_by_one_notice(
    pool: PgPool,
) {
    let (stage, receiver) = sick(pool).await;
    // Nobody can take the channel up while somebody else has it.
    let mut holding = stage.db.begin().await.unwrap();
    sqlx::query("select from channels for no key update")
        .execute(&mut *holding)
        .await
        .unwrap();
    let first = Program::start(&stage, &[], &[]);
    eventually("the incident", async || stage.incidents().await.pop()).await;
    first.signal(Signal::KILL);
    drop(first);
    assert_eq!(count(&stage, "outbox where message_id is null").await, 1);
    assert_eq!(count(&stage, "messages").await, 0);
    holding.rollback().await.unwrap();
    let started = db::services::now(&mut *stage.conn().await).await.unwrap();
    let second = Program::start(&stage, &[], &[]);
    let (outcome, at) = settled(&stage, 1).await.remove(0);
    second.signal(Signal::KILL);
    drop(second);
    assert_eq!(outcome, "sent");
    assert!(at - started <= TimeDelta::seconds(10), "{}", at - started);
    assert_eq!(posted(&receiver).len(), 1);
    assert_eq!(stage.incidents().await.len(), 1);
    let open = "incidents where resolved_at is null and cause ->> 'code' = 'unexpected_status'";
    assert_eq!(count(&stage, open).await, 1);
}
