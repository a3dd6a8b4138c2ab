//! Workers that compose for one channel at once.

use sqlx::PgPool;

use super::*;
use crate::notices::courier::{Attempt, Courier};

async fn run(pool: &PgPool, statement: &'static str) {
    let done = sqlx::query(statement).execute(pool).await;
    done.expect("the database answers");
}

/// Something that is due for every channel.
async fn note(pool: &PgPool) {
    run(
        pool,
        r#"insert into outbox (workspace_id, channel_id, key, kind, occurred_at, due_at, created_at, subject)
           select workspace_id, id, gen_random_uuid()::text, 'certificate', now(), now() - interval '40 seconds',
                  now() - interval '40 seconds', '{"name": "Shop", "target": "", "state": "up", "since": "2030-01-01T00:00:00Z"}'
           from channels"#,
    )
    .await;
}

async fn messages(pool: &PgPool) -> i64 {
    let count = sqlx::query_scalar("select count(*) from messages");
    count.fetch_one(pool).await.expect("the database answers")
}

/// Telling, in a workspace without channels.
async fn parts(pool: &PgPool) -> Parts {
    run(
        pool,
        "insert into workspaces (id, name) values (gen_random_uuid(), 'Shop')",
    )
    .await;
    Parts {
        db: db::Db::from_pool(pool.clone()),
        id: None,
        keyring: Keyring::new("0123456789abcdef0123456789abcdef".into()).expect("long enough"),
        courier: Courier::scripted(|_, _, _| async { Attempt::refused(String::new()) }),
        public_url: "https://status.example/".parse().expect("a URL"),
    }
}

/// One that takes one message a minute.
async fn channel(pool: &PgPool) -> ChannelId {
    let id = sqlx::query_scalar(
        "insert into channels (id, workspace_id, name, kind, config, most_per_minute)
         select gen_random_uuid(), id, 'hook', 'webhook', '{}', 1 from workspaces returning id",
    )
    .fetch_one(pool)
    .await;
    ChannelId(id.expect("the database answers"))
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn workers_that_found_a_channel_ready_together_keep_it_to_its_rate(pool: PgPool) {
    let parts = parts(&pool).await;
    let channels = [channel(&pool).await];
    note(&pool).await;
    let (one, other) = tokio::join!(compose(&parts, &channels), compose(&parts, &channels));
    one.and(other).expect("the database answers");
    assert_eq!(messages(&pool).await, 1);
    // It has left, and a worker that had found the channel ready before comes with what fell due since.
    run(
        &pool,
        "update messages set outcome = 'sent', settled_at = now()",
    )
    .await;
    note(&pool).await;
    compose(&parts, &channels)
        .await
        .expect("the database answers");
    assert_eq!(messages(&pool).await, 1, "one in any minute");
    run(
        &pool,
        "update messages set created_at = created_at - interval '1 minute'",
    )
    .await;
    compose(&parts, &channels)
        .await
        .expect("the database answers");
    assert_eq!(messages(&pool).await, 2);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn what_does_not_fit_into_a_transaction_waits_for_the_next_one(pool: PgPool) {
    let parts = parts(&pool).await;
    let channels = [channel(&pool).await, channel(&pool).await];
    note(&pool).await;
    note(&pool).await;
    let waiting = async || {
        let sql = "select count(*) from outbox where message_id is null";
        let count: Result<i64, _> = sqlx::query_scalar(sql).fetch_one(&pool).await;
        count.expect("the database answers")
    };
    let all = compose_up_to(3, &parts, &channels).await;
    assert!(!all.expect("the database answers"));
    // Not one of the other channel's, which would be told in two halves.
    assert_eq!((messages(&pool).await, waiting().await), (1, 2));
    let all = compose_up_to(1, &parts, &channels).await;
    assert!(all.expect("the database answers"));
    assert_eq!((messages(&pool).await, waiting().await), (2, 0));
}
