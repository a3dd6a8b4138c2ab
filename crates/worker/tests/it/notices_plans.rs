//! What is asked of notices every few seconds, against a large database: nothing reads through what is long told.

use db::{PgConnection, messages};
use domain::notice::message::Kind;
use sqlx::PgPool;

use crate::ground::Ground;

/// How often a table (as a whole) or an index was read in this transaction.
async fn reads(conn: &mut PgConnection, of: &str) -> i64 {
    sqlx::query_scalar("select pg_stat_get_xact_numscans($1::regclass)")
        .bind(of)
        .fetch_one(conn)
        .await
        .expect("the database answers")
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn taking_messages_on_reads_nothing_that_is_settled(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let workspace = ground.workspace.0;
    ground
        .waiting(workspace, "slack", (50, 60), Kind::Down)
        .await;
    ground
        .run(
            "insert into messages (id, workspace_id, channel_id, kind, body, next_at, outcome, settled_at)
             select gen_random_uuid(), workspace_id, id, 'down', '{}', now(), 'sent', now()
             from channels, generate_series(1, 1000)",
        )
        .await;
    ground.run("analyze").await;
    let mut tx = ground.db.begin().await.expect("the database answers");
    let lease = std::time::Duration::from_mins(6);
    let claimed = messages::claim(&mut tx, None, 32, lease).await;
    assert_eq!(claimed.expect("the database answers").len(), 8);
    let next = messages::next_due(&mut tx, ground.now).await;
    assert!(next.expect("the database answers").is_some());
    assert_eq!(reads(&mut tx, "messages").await, 0, "read through");
    assert_eq!(
        reads(&mut tx, "messages_channel_idx").await,
        0,
        "all of a channel"
    );
}
