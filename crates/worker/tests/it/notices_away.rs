//! What happens while Postgres is away is told afterwards, as what it was.

use std::{sync::Arc, time::Duration};

use domain::{channel::ChannelKind, notice::message::Kind};
use serde_json::json;
use sqlx::PgPool;
use test_support::Mode;

use tokio::sync::Notify;
use worker::notices::courier::{Attempt, Courier, Told};

use crate::{
    notices_post::Post,
    stage::{Away, Stage, brisk, eventually},
};

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn p03_an_outage_while_postgres_is_away_is_one_closed_incident_and_one_late_message(
    pool: PgPool,
) {
    let mut stage = Stage::set(pool).await;
    let post = Post::new();
    stage.courier = post.courier();
    let hook = json!({ "url": "http://ops.test/" });
    stage.listener("ops", ChannelKind::Webhook, hook).await;
    let service = stage.add(&stage.config("/", 1)).await;
    let worker = stage.worker(brisk());
    eventually("a look", async || stage.checks(service).await.pop()).await;
    let now = async || db::services::now(&mut *stage.conn().await).await.unwrap();
    let before = now().await;
    let away = Away::begin(&stage).await;
    stage.upstream.set(Mode::status(503)).await;
    let asked = stage.asked("/");
    eventually("a failing look and more", async || {
        (stage.asked("/") >= asked + 5).then_some(())
    })
    .await;
    stage.upstream.set(Mode::ok()).await;
    let asked = stage.asked("/");
    // Long enough for what began to be late.
    eventually("a dozen looks at the healthy one", async || {
        (stage.asked("/") >= asked + 13).then_some(())
    })
    .await;
    away.end().await;
    let back = now().await;
    post.wait(1).await;
    let newest = stage.checks(service).await.pop().unwrap().slot;
    eventually("a further look", async || {
        let last = stage.checks(service).await.pop()?;
        (last.slot > newest).then_some(())
    })
    .await;
    worker.stop().await;
    let incidents = stage.incidents().await;
    assert_eq!(incidents.len(), 1);
    let incident = &incidents[0];
    let resolved_at = incident.resolved_at.unwrap();
    assert!(incident.started_at > before && incident.started_at < resolved_at);
    assert!(back - resolved_at > chrono::TimeDelta::seconds(10));
    assert_eq!(post.kinds(), [Kind::Recovered]);
    let (_, message) = post.carried().remove(0);
    assert!(
        message
            .late
            .is_some_and(|late| late >= Duration::from_secs(10))
    );
    let lasted = (resolved_at - incident.started_at).to_std().unwrap();
    let said = message.subjects[0].lasted.unwrap();
    assert!(said.abs_diff(lasted) < Duration::from_millis(2));
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn what_was_sent_while_postgres_went_away_is_settled_when_it_is_back(pool: PgPool) {
    let mut stage = Stage::set(pool).await;
    let (arrived, taken) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let receiver = (arrived.clone(), taken.clone());
    stage.courier = Courier::scripted(move |_, _, _| {
        let (arrived, taken) = receiver.clone();
        async move {
            arrived.notify_one();
            taken.notified().await;
            Attempt {
                told: Told::Sent { id: None },
                is_about_channel: true,
                done_with: Vec::new(),
                transcript: json!({}),
            }
        }
    });
    let hook = json!({ "url": "http://ops.test/" });
    stage.listener("ops", ChannelKind::Webhook, hook).await;
    stage.upstream.set(Mode::status(503)).await;
    stage.add(&stage.config("/", 1)).await;
    let worker = stage.worker(brisk());
    let patience = Duration::from_mins(1);
    let message = tokio::time::timeout(patience, arrived.notified()).await;
    message.expect("a message is carried");
    let away = Away::begin(&stage).await;
    taken.notify_one();
    // The looks go on, and none of them is written.
    let asked = stage.asked("/");
    eventually("a few more looks", async || {
        (stage.asked("/") >= asked + 3).then_some(())
    })
    .await;
    away.end().await;
    // Long before the claim on it ends.
    eventually("it is settled", async || {
        let settled = "select 1 from messages where outcome = 'sent' and attempts = 1";
        let conn = &mut *stage.conn().await;
        sqlx::query(settled).fetch_optional(conn).await.unwrap()
    })
    .await;
    worker.stop().await;
}
