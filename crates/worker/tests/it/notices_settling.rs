//! How messages end: what was refused or given up is told when it can be, and only whoever has a message says what became of it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use db::messages::{self, Claimed, Outcome};
use domain::{
    id::{ChannelId, MessageId, WorkerId},
    notice::message::Kind,
};
use serde_json::json;
use sqlx::PgPool;
use tokio::sync::Notify;
use uuid::Uuid;
use worker::notices::courier::{Attempt, Courier, Told};

use crate::{
    ground::Ground,
    notices_post::{Post, Teller, wish},
    stage::eventually,
};

/// Refuses everything until it is told that it is well.
fn sickly(why: fn() -> Told) -> (Post, Arc<AtomicBool>) {
    let is_well = Arc::new(AtomicBool::new(false));
    let asked = is_well.clone();
    let post = Post::answering(move |_, _| {
        Some(if asked.load(Ordering::Relaxed) {
            Told::Sent { id: None }
        } else {
            why()
        })
    });
    (post, is_well)
}

impl Ground {
    /// A person changes a channel: its refusal is forgotten.
    async fn repair(&self, channel: ChannelId) {
        let id = channel.0;
        self.run(&format!(
            "update channels set broken_at = null, broken_reason = null, revision = revision + 1 where id = '{id}'"
        ))
        .await;
        self.run("select pg_notify('notices', '')").await;
    }
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn what_a_channel_refused_is_told_once_it_is_repaired_if_it_lasts(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let (lasting, passing) = (ground.service().await, ground.service().await);
    let channel = ground.channel("ops").await;
    ground.rule(channel, wish(&[])).await;
    let (post, is_well) = sickly(|| Told::Refused {
        why: "Wrong token.".to_owned(),
    });
    let teller = Teller::start(&ground.db, &post);
    let looks = [lasting.down(ground.ago(600)), passing.down(ground.ago(600))];
    ground.record(looks).await;
    ground
        .until("select count(*) = 1 from channels where broken_at is not null")
        .await;
    ground.record([passing.recovered(ground.ago(570))]).await;
    ground.a_while_later().await;
    is_well.store(true, Ordering::Relaxed);
    ground.repair(channel).await;
    ground.all_is_told().await;
    teller.stop().await;
    assert_eq!(post.kinds(), [Kind::Down, Kind::Recovered, Kind::Down]);
    let carried = post.carried();
    assert_eq!(carried[2].1.subjects.len(), 1, "the one that lasts");
    assert!(carried[1].1.late.is_some() && carried[2].1.late.is_some());
    assert_eq!(ground.ledger().await, ["refused", "sent", "sent"]);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn what_was_tried_for_a_day_is_told_anew_while_it_lasts_and_reminded_of(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    let channel = ground.channel("ops").await;
    let mut reminded = wish(&[]);
    reminded.remind = Some(Duration::from_hours(1));
    ground.rule(channel, reminded).await;
    let (post, is_well) = sickly(|| Told::Retry {
        after: None,
        why: "Busy.".to_owned(),
    });
    let teller = Teller::start(&ground.db, &post);
    ground.record([service.down(ground.ago(60))]).await;
    post.wait(1).await;
    eventually("it is put off", async || {
        (ground.ledger().await == ["retry"]).then_some(())
    })
    .await;
    is_well.store(true, Ordering::Relaxed);
    ground
        .run("update messages set give_up_at = now() - interval '1 second', created_at = now() - interval '1 day'")
        .await;
    post.wait(2).await;
    ground.all_is_told().await;
    teller.stop().await;
    assert_eq!(post.kinds(), [Kind::Down, Kind::Down]);
    assert_eq!(ground.count("messages where outcome = 'given_up'").await, 1);
    assert_eq!(ground.count("outbox where kind = 'still'").await, 1);
}

/// Takes on what is due, as this worker; where silence says something, that of others for ten seconds.
async fn claim(ground: &Ground, by: WorkerId, silence: Option<Duration>) -> Vec<Claimed> {
    let mut conn = ground.db.acquire().await.expect("the database answers");
    let lease = Duration::from_mins(6);
    let claimed = messages::claim(&mut conn, Some(by), 32, lease, silence).await;
    claimed.expect("the database answers")
}

const SILENCE: Option<Duration> = Some(Duration::from_secs(10));

async fn one_waits(pool: PgPool) -> Ground {
    let ground = Ground::new(pool).await;
    let workspace = ground.workspace.0;
    ground
        .waiting(workspace, "slack", (1, 60), Kind::Down)
        .await;
    ground
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn only_whoever_took_a_message_on_last_says_what_became_of_it(pool: PgPool) {
    let ground = one_waits(pool).await;
    let (a, b) = (WorkerId(Uuid::now_v7()), WorkerId(Uuid::now_v7()));
    let now = ground.now;
    let slow = claim(&ground, a, None).await.remove(0);
    let lapses = "update messages set claimed_until = now() - interval '1 second'";
    ground.run(lapses).await;
    let other = claim(&ground, b, None).await.remove(0);
    let mut conn = ground.db.acquire().await.expect("the database answers");
    let freed = messages::put_off(&mut conn, &slow, now, &[]).await;
    assert!(!freed.expect("the database answers"));
    let refused = messages::finish(&mut conn, &slow, Outcome::Refused, now).await;
    assert!(!refused.expect("the database answers"));
    assert_eq!(claim(&ground, a, None).await, [], "the other one sends it");
    let sent = messages::finish(&mut conn, &other, Outcome::Sent, now).await;
    assert!(sent.expect("the database answers"));
    // The same worker may have taken it on twice.
    for late in [&slow, &other] {
        let refused = messages::finish(&mut conn, late, Outcome::Refused, now).await;
        assert!(!refused.expect("the database answers"));
    }
    assert_eq!(ground.count("messages where outcome = 'sent'").await, 1);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_worker_that_lost_a_message_to_another_breaks_no_channel(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    ground.listener("ops", &[]).await;
    let (arrived, answer) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let receiver = (arrived.clone(), answer.clone());
    let slow = Courier::scripted(move |_, _, _| {
        let (arrived, answer) = receiver.clone();
        async move {
            arrived.notify_one();
            answer.notified().await;
            Attempt {
                told: Told::Refused {
                    why: "Wrong token.".to_owned(),
                },
                is_about_channel: true,
                done_with: Vec::new(),
                transcript: json!({}),
            }
        }
    });
    let teller = Teller::by(&ground.db, slow);
    ground.record([service.down(ground.ago(60))]).await;
    arrived.notified().await;
    ground
        .run("update messages set attempts = attempts + 1, claimed_by = gen_random_uuid()")
        .await;
    answer.notify_one();
    eventually("the attempt is in the ledger", async || {
        (ground.ledger().await == ["refused"]).then_some(())
    })
    .await;
    teller.stop().await;
    assert_eq!(ground.count("messages where outcome is null").await, 1);
    assert_eq!(ground.count("channels where broken_at is null").await, 1);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn after_postgres_was_away_nobody_sends_what_is_under_way(pool: PgPool) {
    let ground = one_waits(pool).await;
    let (a, b) = (WorkerId(Uuid::now_v7()), WorkerId(Uuid::now_v7()));
    ground
        .run(&format!(
            "insert into workers (id, host, version, started_at, heartbeat_at, figures)
             select id, 'h', '1', now(), now() - interval '1 minute', '{{}}' from unnest(array['{}', '{}']::uuid[]) id",
            a.0, b.0
        ))
        .await;
    assert_eq!(claim(&ground, a, SILENCE).await.len(), 1);
    assert_eq!(claim(&ground, a, SILENCE).await, [], "its own");
    assert_eq!(claim(&ground, b, None).await, [], "silence says nothing");
    assert_eq!(claim(&ground, b, SILENCE).await.len(), 1);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_message_that_cannot_be_read_holds_nobody_up_and_is_put_into_words_anew(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    ground.listener("ops", &[]).await;
    let post = Post::new();
    ground.record([service.down(ground.ago(60))]).await;
    ground
        .run(
            "with made as (
                 insert into messages (id, workspace_id, channel_id, kind, body, next_at)
                 select gen_random_uuid(), workspace_id, id, 'down', '{\"kind\": \"of tomorrow\"}', now() from channels
                 returning id)
             update outbox set message_id = made.id from made",
        )
        .await;
    ground.a_while_later().await;
    let workspace = ground.workspace.0;
    ground.waiting(workspace, "slack", (1, 0), Kind::Down).await;
    let claimed = claim(&ground, WorkerId(Uuid::now_v7()), None).await;
    assert_eq!(claimed.len(), 1, "that of the other channel");
    let mut conn = ground.db.acquire().await.expect("the database answers");
    let sent = messages::finish(&mut conn, &claimed[0], Outcome::Sent, ground.now).await;
    assert!(sent.expect("the database answers"));
    let teller = Teller::start(&ground.db, &post);
    post.wait(1).await;
    ground.all_is_told().await;
    teller.stop().await;
    assert_eq!(post.kinds(), [Kind::Down]);
    assert_eq!(ground.ledger().await, ["refused", "sent"]);
    let words = "deliveries where detail like '%cannot be read: unknown variant%'";
    assert_eq!(ground.count(words).await, 1);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn what_is_sent_once_more_holds_up_nothing_that_is_new(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    ground.listener("ops", &[]).await;
    let post = Post::answering(|before, _| {
        Some(match before {
            1 => Told::Retry {
                after: Some(Duration::from_hours(5)),
                why: "Busy.".to_owned(),
            },
            _ => Told::Sent { id: None },
        })
    });
    let teller = Teller::start(&ground.db, &post);
    ground.record([service.down(ground.ago(60))]).await;
    ground.all_is_told().await;
    ground.a_while_later().await;
    let mut conn = ground.db.acquire().await.expect("the database answers");
    let id = sqlx::query_scalar("select id from messages")
        .fetch_one(&mut *conn)
        .await
        .expect("the database answers");
    let now = db::services::now(&mut conn).await.expect("the time");
    let again = messages::resend(&mut conn, ground.workspace, MessageId(id), now).await;
    assert!(again.expect("the database answers"));
    ground.run("select pg_notify('notices', '')").await;
    post.wait(2).await;
    ground.record([service.recovered(ground.ago(30))]).await;
    post.wait(3).await;
    teller.stop().await;
    assert_eq!(post.kinds(), [Kind::Down, Kind::Down, Kind::Recovered]);
}
