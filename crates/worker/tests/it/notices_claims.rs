//! Which messages are taken on, how many at once and for whom, and that composing them holds nobody up.

use std::time::Duration;

use db::messages::{self, Claimed, Outcome};
use domain::notice::message::Kind;
use sqlx::{AssertSqlSafe, PgPool};
use uuid::Uuid;

use crate::ground::Ground;

const LEASE: Duration = Duration::from_mins(6);

/// Another workspace.
async fn workspace(ground: &Ground) -> Uuid {
    let id = Uuid::now_v7();
    ground
        .run(&format!(
            "insert into workspaces (id, name) values ('{id}', 'Another')"
        ))
        .await;
    id
}

impl Ground {
    /// So many channels, each with a message that has been due for so long.
    pub(crate) async fn waiting(
        &self,
        workspace: Uuid,
        kind: &str,
        (count, seconds): (u32, u32),
        message: Kind,
    ) {
        let url = "https://status.example/".parse().expect("a URL");
        let body = notify::sample(message, "Home", &url, self.now);
        let statement = format!(
            "with made as (
                 insert into channels (id, workspace_id, name, kind, config)
                 select gen_random_uuid(), '{workspace}', 'C', '{kind}', '{{}}' from generate_series(1, {count})
                 returning id, workspace_id)
             insert into messages (id, workspace_id, channel_id, kind, body, next_at)
             select gen_random_uuid(), workspace_id, id, '{}', $1::jsonb, now() - interval '{seconds} seconds' from made",
            message.as_str()
        );
        sqlx::query(AssertSqlSafe(statement))
            .bind(serde_json::to_string(&body).expect("JSON"))
            .execute(self.db.pool())
            .await
            .expect("the database answers");
    }

    async fn claim(&self) -> Vec<Claimed> {
        let mut conn = self.db.acquire().await.expect("the database answers");
        let claimed = messages::claim(&mut conn, None, 32, LEASE, None).await;
        claimed.expect("the database answers")
    }

    async fn settle(&self, claimed: &Claimed) {
        let mut conn = self.db.acquire().await.expect("the database answers");
        let settled = messages::settle(&mut conn, claimed.id, Outcome::Sent, self.now).await;
        settled.expect("the database answers");
    }
}

/// How many of these are of this workspace.
fn of(workspace: Uuid, claimed: &[Claimed]) -> usize {
    let of = |one: &&Claimed| one.workspace.0 == workspace;
    claimed.iter().filter(of).count()
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_fresh_message_is_taken_on_beside_a_hundred_of_another_workspace(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let crowd = ground.workspace.0;
    ground.waiting(crowd, "email", (100, 600), Kind::Down).await;
    let claimed = ground.claim().await;
    assert_eq!(claimed.len(), 8, "a quarter of what one worker sends");
    let other = workspace(&ground).await;
    ground.waiting(other, "slack", (1, 0), Kind::Down).await;
    ground.waiting(other, "email", (1, 0), Kind::Down).await;
    let fresh = ground.claim().await;
    assert_eq!((fresh.len(), of(other, &fresh)), (2, 2));
    // As one leaves, the next one is taken on; a test is the next one, for which somebody waits.
    ground.waiting(crowd, "slack", (1, 0), Kind::Test).await;
    assert_eq!(ground.claim().await, []);
    ground.settle(&claimed[0]).await;
    let next = ground.claim().await;
    assert_eq!((next.len(), of(crowd, &next)), (1, 1));
    assert_eq!(next[0].message.kind, Kind::Test);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_mail_server_that_is_slow_leaves_room_for_everything_else(pool: PgPool) {
    let ground = Ground::new(pool).await;
    for _ in 0..4 {
        let another = workspace(&ground).await;
        ground
            .waiting(another, "email", (10, 600), Kind::Down)
            .await;
    }
    let claimed = ground.claim().await;
    assert_eq!(claimed.len(), 16);
    let other = workspace(&ground).await;
    ground.waiting(other, "slack", (1, 0), Kind::Down).await;
    let fresh = ground.claim().await;
    assert_eq!((fresh.len(), of(other, &fresh)), (1, 1));
    ground.settle(&claimed[0]).await;
    assert_eq!(ground.claim().await.len(), 1);
    // Whoever sends them may have died.
    ground
        .run(
            "update messages set claimed_until = now() - interval '1 second' where outcome is null",
        )
        .await;
    assert_eq!(ground.claim().await.len(), 17);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn workers_that_ask_together_take_on_each_message_once(pool: PgPool) {
    let ground = Ground::new(pool).await;
    for _ in 0..10 {
        let another = workspace(&ground).await;
        ground.waiting(another, "slack", (8, 600), Kind::Down).await;
    }
    let (a, b, c) = tokio::join!(ground.claim(), ground.claim(), ground.claim());
    let mut all: Vec<Uuid> = [a, b, c].concat().iter().map(|one| one.id.0).collect();
    let count = all.len();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), count);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn whoever_notes_something_does_not_wait_for_whoever_composes(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let channel = ground.channel("hook").await;
    let mut composing = ground.db.begin().await.expect("the database answers");
    let lock = db::outbox::gathering::lock(&mut composing, &[channel]).await;
    assert_eq!(lock.expect("the database answers"), [channel]);
    let mut noting = ground.db.begin().await.expect("the database answers");
    for statement in [
        "set local lock_timeout = '2s'",
        "insert into outbox (workspace_id, channel_id, key, kind, occurred_at, due_at, subject)
         select workspace_id, id, 'k', 'down', now(), now(), '{}' from channels",
    ] {
        let done = sqlx::query(statement).execute(&mut *noting).await;
        done.expect("it does not wait");
    }
    // Of those who compose there is still one at a time.
    let lock = db::outbox::gathering::lock(&mut noting, &[channel]).await;
    assert_eq!(lock.expect("the database answers"), []);
}
