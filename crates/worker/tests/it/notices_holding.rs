//! Notices of services that stand behind something in trouble: held, then told with since when, or not at all.
#![expect(clippy::unwrap_used, reason = "what helps tests fails by panicking")]

use db::service_needs;
use domain::{
    channel::ChannelKind,
    notice::message::{Kind, Message},
    verdict::Verdict,
};
use serde_json::json;
use sqlx::PgPool;
use test_support::Mode;

use crate::{
    ground::{Ground, Watched},
    notices_post::{Post, Teller},
    pages_needs::{needing, reading},
    pages_site::{Site, page},
    stage::{Stage, eventually},
};

/// Two services, named, of which the second stands behind the first.
async fn one_behind_the_other(ground: &Ground) -> [Watched; 2] {
    let services = [ground.service().await, ground.service().await];
    for (service, name) in services.iter().zip(["A", "B"]) {
        sqlx::query("update services set name = $2 where key = $1")
            .bind(service.key.0)
            .bind(name)
            .execute(ground.db.pool())
            .await
            .unwrap();
    }
    let [a, b] = services;
    let mut conn = ground.db.acquire().await.unwrap();
    service_needs::replace(&mut conn, ground.workspace, b.key, &[a.key])
        .await
        .unwrap();
    services
}

fn told(post: &Post) -> Vec<(Kind, String)> {
    let names = |message: &Message| {
        let names = message.subjects.iter().map(|one| one.name.as_str());
        names.collect::<Vec<_>>().join(" ")
    };
    post.carried()
        .iter()
        .map(|(_, message)| (message.kind, names(message)))
        .collect()
}

fn word(kind: Kind, name: &str) -> (Kind, String) {
    (kind, name.to_owned())
}

impl Ground {
    /// A fails and is told of; B fails, and its notice is held.
    async fn both_fail(&self, [a, b]: &[Watched; 2], post: &Post) {
        self.record([a.up(self.ago(400)), b.up(self.ago(400))])
            .await;
        self.record([a.down(self.ago(300))]).await;
        post.wait(1).await;
        self.a_while_later().await;
        self.record([b.down(self.ago(290))]).await;
        self.until("select exists (select 1 from outbox where held = 1 and due_at > now())")
            .await;
    }

    /// B fails while nobody has looked at A since; a look at A is asked for, and B's notice waits for it.
    async fn b_fails_before_a_was_seen(&self, [a, b]: [&Watched; 2]) {
        self.record([a.up(self.ago(40)), b.up(self.ago(40))]).await;
        self.record([b.down(self.ago(5))]).await;
        self.until(
            "select exists (select 1 from services where name = 'A' and look_at is not null)",
        )
        .await;
        self.until("select exists (select 1 from outbox where held > 0 and message_id is null)")
            .await;
    }

    /// A minute later for whatever is held.
    async fn held_for_a_minute(&self) {
        self.run(
            "update outbox set held_at = held_at - interval '1 minute', due_at = now()
             where message_id is null and dropped is null",
        )
        .await;
    }
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_service_behind_another_is_told_of_when_it_still_fails_after_that_one_is_well(
    pool: PgPool,
) {
    let ground = Ground::new(pool).await;
    let services = one_behind_the_other(&ground).await;
    let [a, b] = &services;
    ground.listener("ops", &[]).await;
    let post = Post::new();
    let teller = Teller::start(&ground.db, &post);
    ground.both_fail(&services, &post).await;
    // It is held for as long as the other one is down.
    ground.held_for_a_minute().await;
    ground
        .until("select exists (select 1 from outbox where held = 2 and due_at > now())")
        .await;
    assert_eq!(ground.count("incidents where resolved_at is null").await, 2);
    ground.record([a.recovered(ground.ago(100))]).await;
    post.wait(2).await;
    ground.a_while_later().await;
    ground.held_for_a_minute().await;
    post.wait(3).await;
    ground.all_is_told().await;
    ground.a_while_later().await;
    ground.record([b.recovered(ground.ago(30))]).await;
    post.wait(4).await;
    ground.all_is_told().await;
    teller.stop().await;
    assert_eq!(
        told(&post),
        [
            word(Kind::Down, "A"),
            word(Kind::Recovered, "A"),
            word(Kind::Down, "B"),
            word(Kind::Recovered, "B"),
        ]
    );
    let (_, message) = &post.carried()[2];
    let sentences = message.sentences().join("\n");
    let since = domain::notice::message::instant(ground.ago(290));
    assert!(
        sentences.contains(&format!("Since {since}.")),
        "{sentences}"
    );
    assert!(sentences.contains("held back"), "{sentences}");
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn of_a_service_that_recovers_with_what_it_stands_behind_nobody_is_told(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let services = one_behind_the_other(&ground).await;
    let [a, b] = &services;
    ground.listener("ops", &[]).await;
    let post = Post::new();
    let teller = Teller::start(&ground.db, &post);
    ground.both_fail(&services, &post).await;
    ground.record([a.recovered(ground.ago(120))]).await;
    post.wait(2).await;
    ground.a_while_later().await;
    ground.record([b.recovered(ground.ago(90))]).await;
    ground.held_for_a_minute().await;
    ground.all_is_told().await;
    teller.stop().await;
    assert_eq!(
        told(&post),
        [word(Kind::Down, "A"), word(Kind::Recovered, "A")]
    );
    let over = || Some("over_before".to_owned());
    assert_eq!(
        ground.noted().await[1..],
        [
            ("down".to_owned(), over()),
            ("recovered".to_owned(), None),
            ("recovered".to_owned(), over()),
        ]
    );
    assert_eq!(
        ground.count("checks where verdict = 3").await,
        2,
        "what was seen is kept"
    );
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn other_workspaces_and_trouble_behind_hold_nothing(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let [a, b] = one_behind_the_other(&ground).await;
    ground.listener("ops", &[]).await;
    let post = Post::new();
    let teller = Teller::start(&ground.db, &post);
    ground.record([b.down(ground.ago(300))]).await;
    post.wait(1).await;
    ground.a_while_later().await;
    ground.record([a.down(ground.ago(290))]).await;
    post.wait(2).await;
    ground.all_is_told().await;
    teller.stop().await;
    assert_eq!(told(&post), [word(Kind::Down, "B"), word(Kind::Down, "A")]);
    assert_eq!(ground.noted().await.len(), 2);
}

/// Three services: the last stands behind the second, and that one behind the first.
async fn a_chain(ground: &Ground) -> [Watched; 3] {
    let [a, b] = one_behind_the_other(ground).await;
    let c = ground.service().await;
    ground
        .run(&format!(
            "update services set name = 'C' where key = {}",
            c.key.0
        ))
        .await;
    let mut conn = ground.db.acquire().await.unwrap();
    service_needs::replace(&mut conn, ground.workspace, c.key, &[b.key])
        .await
        .unwrap();
    [a, b, c]
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn milder_trouble_holds_nothing_graver(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let [a, b] = one_behind_the_other(&ground).await;
    ground.listener("ops", &[]).await;
    let post = Post::new();
    let teller = Teller::start(&ground.db, &post);
    ground
        .record([a.up(ground.ago(400)), b.up(ground.ago(400))])
        .await;
    // The channel does not hear of what is only slow.
    ground
        .record([a.look(ground.ago(300), Verdict::Degraded)])
        .await;
    ground.record([b.down(ground.ago(290))]).await;
    post.wait(1).await;
    ground.all_is_told().await;
    teller.stop().await;
    assert_eq!(told(&post), [word(Kind::Down, "B")]);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn trouble_holds_whatever_stands_behind_it_through_others(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let [a, b, c] = a_chain(&ground).await;
    ground.listener("ops", &[]).await;
    let post = Post::new();
    let teller = Teller::start(&ground.db, &post);
    let up = [&a, &b, &c].map(|service| service.up(ground.ago(400)));
    ground.record(up).await;
    ground.record([a.down(ground.ago(300))]).await;
    post.wait(1).await;
    ground.a_while_later().await;
    ground.record([c.down(ground.ago(290))]).await;
    ground
        .until("select exists (select 1 from outbox where held = 1 and due_at > now())")
        .await;
    teller.stop().await;
    assert_eq!(told(&post), [word(Kind::Down, "A")]);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn planned_work_on_a_service_holds_what_stands_behind_it(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let [a, b] = one_behind_the_other(&ground).await;
    ground.listener("ops", &[]).await;
    ground
        .run(&format!(
            "update services set maintenance_from = now() - interval '10 minutes',
                    maintenance_until = now() + interval '1 hour' where key = {}",
            a.key.0
        ))
        .await;
    let post = Post::new();
    let teller = Teller::start(&ground.db, &post);
    ground.record([b.up(ground.ago(400))]).await;
    ground.record([b.down(ground.ago(290))]).await;
    ground
        .until("select exists (select 1 from outbox where held = 1 and due_at > now())")
        .await;
    teller.stop().await;
    assert_eq!(told(&post), []);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn what_a_failing_service_depends_on_is_looked_at_before_it_is_told_of(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let [a, b] = one_behind_the_other(&ground).await;
    ground.listener("ops", &[]).await;
    let post = Post::new();
    let teller = Teller::start(&ground.db, &post);
    ground.b_fails_before_a_was_seen([&a, &b]).await;
    assert_eq!(told(&post), []);
    // That look finds A down, too: it is told, and B waits for it.
    ground.record([a.down(ground.ago(1))]).await;
    post.wait(1).await;
    ground.a_while_later().await;
    ground
        .until("select bool_or(held_at is not null) from outbox")
        .await;
    assert_eq!(told(&post), [word(Kind::Down, "A")]);
    teller.stop().await;
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_service_whose_ground_is_well_is_told_of_once_that_was_looked_at(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let [a, b] = one_behind_the_other(&ground).await;
    ground.listener("ops", &[]).await;
    let post = Post::new();
    let teller = Teller::start(&ground.db, &post);
    ground.b_fails_before_a_was_seen([&a, &b]).await;
    ground.record([a.up(ground.ago(1))]).await;
    post.wait(1).await;
    teller.stop().await;
    assert_eq!(told(&post), [word(Kind::Down, "B")]);
    let (_, message) = &post.carried()[0];
    assert!(!message.sentences().join(" ").contains("held back"));
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_vendors_trouble_holds_the_first_notice_of_whoever_needs_it(pool: PgPool) {
    let mut stage = Stage::set(pool).await;
    let post = Post::new();
    stage.courier = post.courier();
    let hook = json!({ "url": "http://ops.test/" });
    stage.listener("ops", ChannelKind::Webhook, hook).await;
    let site = Site::given(&stage, "acme").await;
    site.says(&stage, &page(&[("api", "major_outage")]));
    let service = needing(&stage, &site).await;
    let worker = reading(&stage, &site).await;
    stage.upstream.set_for("/mine", Mode::status(503));
    eventually("its notice is held", async || {
        let held = "select exists (select 1 from outbox where held > 0 and message_id is null)";
        let held: bool = sqlx::query_scalar(held)
            .fetch_one(stage.db.pool())
            .await
            .unwrap();
        held.then_some(())
    })
    .await;
    assert!(post.carried().is_empty());
    site.says(&stage, &page(&[("api", "operational")]));
    eventually("it leaves after the vendor's trouble", async || {
        let later = "update outbox set due_at = now(), held_at = held_at - interval '1 minute'
                     where message_id is null and dropped is null and due_at > now()";
        sqlx::query(later).execute(stage.db.pool()).await.unwrap();
        (!post.carried().is_empty()).then_some(())
    })
    .await;
    worker.stop().await;
    let read: String = sqlx::query_scalar("select page::text from vendor_pages")
        .fetch_one(stage.db.pool())
        .await
        .unwrap();
    assert!(!read.contains("major_outage"), "{read}");
    assert_eq!(told(&post), [word(Kind::Down, "/mine")]);
    let last = stage.checks(service).await.pop();
    assert!(last.is_some_and(|check| check.verdict == Verdict::Down));
}
