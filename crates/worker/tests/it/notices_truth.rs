//! What is told is so when it is told: nothing that is over as if it lasted, nothing of which nobody wants to hear, and nothing
//! kept back that somebody should have heard.
#![expect(clippy::unwrap_used, reason = "what helps tests fails by panicking")]

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    notice::{
        message::Kind,
        rule::{Topic, Wish},
    },
    verdict::Verdict,
};
use sqlx::PgPool;

use crate::{
    ground::{Ground, Watched},
    notices_post::{Post, Teller},
    stage::eventually,
};

fn only(topics: &[Topic]) -> Wish {
    Wish {
        topics: topics.iter().copied().collect(),
        ..Wish::default()
    }
}

async fn mute(ground: &Ground, service: &Watched, until: DateTime<Utc>) {
    let mut conn = ground.db.acquire().await.unwrap();
    assert!(
        db::mutes::put(&mut conn, ground.workspace, service.id, until, None)
            .await
            .unwrap()
    );
}

/// Of what waits for later: what kind it is and when.
async fn waiting(ground: &Ground) -> Vec<(String, DateTime<Utc>)> {
    sqlx::query_as(
        "select kind, due_at from outbox where message_id is null and dropped is null order by id",
    )
    .fetch_all(ground.db.pool())
    .await
    .unwrap()
}

/// Tells everything that is due.
async fn tell(ground: &Ground, post: &Post) {
    ground.a_while_later().await;
    let teller = Teller::start(&ground.db, post);
    ground.all_is_told().await;
    teller.stop().await;
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn an_outage_that_we_told_too_late_is_told_to_who_wants_no_ends(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    let channel = ground.channel("ops").await;
    ground.rule(channel, only(&[Topic::Down])).await;
    ground
        .record([
            service.up(ground.ago(3_600)),
            service.down(ground.ago(3_000)),
        ])
        .await;
    ground.record([service.recovered(ground.ago(1_200))]).await;
    let post = Post::new();
    tell(&ground, &post).await;
    assert_eq!(post.kinds(), [Kind::Down]);
    let (_, message) = post.carried().remove(0);
    assert_eq!(message.subjects[0].lasted, Some(Duration::from_mins(30)));
    assert_eq!(message.notes, ["It is over by now."]);
    assert!(message.late.is_some());
    assert_eq!(message.headline(), "Was down for 30 min: S");
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn what_goes_down_twice_in_one_incident_is_told_twice(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    ground.listener("ops", &[Topic::Degraded]).await;
    let post = Post::new();
    ground.record([service.up(ground.ago(300))]).await;
    let told = [
        (270, Verdict::Down),
        (210, Verdict::Degraded),
        (180, Verdict::Degraded),
        (120, Verdict::Down),
        (90, Verdict::Down),
    ];
    for (ago, verdict) in told {
        ground
            .record([service.look(ground.ago(ago), verdict)])
            .await;
        tell(&ground, &post).await;
    }
    assert_eq!(post.kinds(), [Kind::Down, Kind::Degraded, Kind::Down]);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn what_became_milder_before_its_delay_was_over_is_not_said_to_be_down(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    let channel = ground.channel("patient").await;
    let patient = Wish {
        delay: Duration::from_mins(10),
        ..Wish::default()
    };
    ground.rule(channel, patient).await;
    ground
        .record([service.up(ground.ago(120)), service.down(ground.ago(90))])
        .await;
    for ago in [60, 30] {
        let look = service.look(ground.ago(ago), Verdict::Degraded);
        ground.record([look]).await;
    }
    assert_eq!(ground.count("incidents where severity = 1").await, 1);
    ground.run("update outbox set due_at = now()").await;
    let post = Post::new();
    tell(&ground, &post).await;
    assert_eq!(post.kinds(), []);
    assert_eq!(
        ground.noted().await,
        [("down".to_owned(), Some("outdated".to_owned()))]
    );
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_mute_keeps_back_what_was_noted_before_it_and_moves_it_with_its_end(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    let channel = ground.channel("ops").await;
    let wish = Wish {
        remind: Some(Duration::from_mins(30)),
        ..Wish::default()
    };
    ground.rule(channel, wish).await;
    let post = Post::new();
    ground.record([service.down(ground.ago(30))]).await;
    tell(&ground, &post).await;
    let (first, second) = (
        ground.now + TimeDelta::hours(2),
        ground.now + TimeDelta::hours(9),
    );
    mute(&ground, &service, first).await;
    ground.run("update outbox set due_at = now()").await;
    tell(&ground, &post).await;
    assert_eq!(post.kinds(), [Kind::Down]);
    assert_eq!(waiting(&ground).await, [("still".to_owned(), first)]);
    mute(&ground, &service, second).await;
    assert_eq!(waiting(&ground).await, [("still".to_owned(), second)]);
    let mut conn = ground.db.acquire().await.unwrap();
    db::mutes::end(&mut conn, ground.workspace, service.id)
        .await
        .unwrap();
    drop(conn);
    tell(&ground, &post).await;
    assert_eq!(post.kinds(), [Kind::Down, Kind::Still]);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn that_nobody_could_tell_is_not_told_once_somebody_can(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let [gone, still] = [ground.service().await, ground.service().await];
    ground.listener("ops", &[Topic::Unknown]).await;
    for service in [&gone, &still] {
        let unknown = service.look(ground.ago(1_200), Verdict::Unknown);
        ground.record([unknown]).await;
    }
    // Noted while another message keeps the channel busy.
    ground
        .run(
            "insert into messages (id, workspace_id, channel_id, kind, body, next_at)
             select gen_random_uuid(), workspace_id, id, 'test', '{}', now() + interval '1 hour' from channels",
        )
        .await;
    let post = Post::new();
    let teller = Teller::start(&ground.db, &post);
    ground
        .until("select count(*) = 2 from outbox where kind = 'unknown_long'")
        .await;
    teller.stop().await;
    ground.record([gone.up(ground.ago(60))]).await;
    ground.run("delete from messages").await;
    tell(&ground, &post).await;
    let carried = post.carried();
    let [(_, message)] = &carried[..] else {
        panic!("{:?}", post.kinds());
    };
    assert_eq!(message.kind, Kind::UnknownLong);
    let named: Vec<_> = message.subjects.iter().map(|one| one.service).collect();
    assert_eq!(named, [Some(still.id)]);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn whoever_did_not_hear_that_a_service_flaps_hears_that_it_stayed_down(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    ground.listener("early", &[]).await;
    let post = Post::new();
    for n in 0..6 {
        let slot = ground.ago(300 - n * 20);
        ground.record([service.down(slot)]).await;
        if n < 5 {
            ground
                .record([service.recovered(slot + TimeDelta::seconds(10))])
                .await;
        }
        if n == 4 {
            ground.listener("late", &[]).await;
        }
    }
    tell(&ground, &post).await;
    assert_eq!(ground.count("incidents where resolved_at is null").await, 1);
    let heard = |to: &str, kind: Kind| {
        let carried = post.carried();
        let to = format!("{to}.test");
        carried
            .iter()
            .filter(|(at, message)| *at == to && message.kind == kind)
            .count()
    };
    assert_eq!(heard("late", Kind::Down), 0, "{:?}", post.kinds());
    ground.a_while_later().await;
    ground
        .run("update flapping set changed_at = now() - interval '11 minutes'")
        .await;
    let teller = Teller::start(&ground.db, &post);
    eventually("both hear how it stands", async || {
        (heard("early", Kind::Settled) == 1 && heard("late", Kind::Down) == 1).then_some(())
    })
    .await;
    ground.all_is_told().await;
    teller.stop().await;
    assert_eq!(heard("late", Kind::Settled), 0);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_channel_that_cannot_be_read_keeps_no_other_from_hearing(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    ground.listener("newer", &[]).await;
    ground.listener("ops", &[]).await;
    ground.record([service.down(ground.ago(30))]).await;
    // As a newer version would write it.
    ground
        .run(
            "update outbox set promise = '{\"quiet\": {\"lets_through\": [\"a topic of tomorrow\"]}}'
             where channel_id = (select id from channels where name = 'newer')",
        )
        .await;
    let post = Post::new();
    let teller = Teller::start(&ground.db, &post);
    post.wait(1).await;
    teller.stop().await;
    assert_eq!(post.carried()[0].0, "ops.test");
}
