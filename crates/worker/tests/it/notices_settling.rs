//! How messages end: what was refused or given up is told when it can be, and only whoever has a message says what became of it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use domain::{
    id::ChannelId,
    notice::message::Kind,
};
use sqlx::PgPool;
use worker::notices::courier::Told;

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
    reminded.remind = Some(std::time::Duration::from_hours(1));
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
