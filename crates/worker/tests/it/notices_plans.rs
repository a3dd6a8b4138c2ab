//! What is asked of notices every few seconds, against a large database: nothing reads through what is long told.

use chrono::TimeDelta;
use db::{
    PgConnection, deliveries, messages,
    outbox::watching::{known_again, settled, unknown},
};
use domain::{
    id::{DeliveryId, ServiceKey},
    notice::{message::Kind, rule::Topic},
};
use sqlx::PgPool;
use uuid::Uuid;

use crate::{ground::Ground, notices_post::wish};

/// How often a table (as a whole) or an index was read by this connection so far; in a transaction it only grows.
async fn reads(conn: &mut PgConnection, of: &str) -> i64 {
    sqlx::query_scalar("select pg_stat_get_xact_numscans($1::regclass)")
        .bind(of)
        .fetch_one(conn)
        .await
        .expect("the database answers")
}

/// Two thousand services, five of which nobody could tell anything of for twenty minutes, and a past of notices.
async fn seeded(pool: PgPool) -> Ground {
    let ground = Ground::new(pool).await;
    let workspace = ground.workspace;
    let channel = ground.channel("hook").await;
    ground.rule(channel, wish(&[Topic::Unknown])).await;
    for statement in [
        format!(
            "insert into services (id, workspace_id, name, monitor_type, url, target, check_interval_s, shard)
             select gen_random_uuid(), '{workspace}', 'S', 'http_ping', 'http://s.test/', '{{}}', 30, n % 4096
             from generate_series(1, 2000) n"
        ),
        "insert into service_health (service_key, workspace_id, since, verdict, recent)
         select key, workspace_id, now() - interval '20 minutes', case when key % 400 = 0 then 4 else 1 end,
                decode(repeat('00', 1088), 'hex')
         from services"
            .to_owned(),
        format!(
            "insert into outbox (workspace_id, channel_id, key, kind, service_id, occurred_at, due_at, subject, dropped, created_at)
             select '{workspace}', '{}', k.kind || n || '-' || s.key, k.kind, s.id, now() - n * interval '1 hour',
                    now() - n * interval '1 hour', '{{}}', 'no_use', now() - n * interval '1 hour'
             from services s, generate_series(1, 20) n, (values ('down'), ('recovered')) k (kind)",
            channel.0
        ),
        "update outbox set kind = case when id % 2 = 0 then 'unknown_long' else 'flapping' end where id % 200 < 2".to_owned(),
        "analyze".to_owned(),
    ] {
        ground.run(&statement).await;
    }
    ground
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn what_tells_itself_with_time_finds_what_it_told_by_kind(pool: PgPool) {
    let ground = seeded(pool).await;
    let mut tx = ground.db.begin().await.expect("the database answers");
    let (since, oldest) = (
        ground.now - TimeDelta::minutes(15),
        ground.now - TimeDelta::days(1),
    );
    let before = reads(&mut tx, "outbox").await;
    let observed = unknown(&mut tx, since, oldest).await;
    assert_eq!(observed.expect("the database answers").len(), 5);
    known_again(&mut tx, ground.now)
        .await
        .expect("the database answers");
    settled(&mut tx, &[(ServiceKey(7), oldest)])
        .await
        .expect("the database answers");
    assert_eq!(reads(&mut tx, "outbox").await, before, "read through");
    for index in ["outbox_unknown_idx", "outbox_flapping_idx"] {
        assert!(reads(&mut tx, index).await > 0, "{index}");
    }
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
    let tables = ["messages", "messages_channel_idx"];
    let before = [
        reads(&mut tx, tables[0]).await,
        reads(&mut tx, tables[1]).await,
    ];
    let lease = std::time::Duration::from_mins(6);
    let claimed = messages::claim(&mut tx, None, 32, lease, None).await;
    assert_eq!(claimed.expect("the database answers").len(), 8);
    let next = messages::next_due(&mut tx, ground.now).await;
    assert!(next.expect("the database answers").is_some());
    let after = [
        reads(&mut tx, tables[0]).await,
        reads(&mut tx, tables[1]).await,
    ];
    assert_eq!(after, before, "all messages, or all of a channel");
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_list_of_attempts_reads_no_transcript(pool: PgPool) {
    let ground = Ground::new(pool).await;
    ground
        .waiting(ground.workspace.0, "slack", (1, 60), Kind::Down)
        .await;
    let id = Uuid::now_v7();
    // Long, and of a kind that cannot be pressed, so that it lies apart from its row.
    ground
        .run(&format!(
            "insert into deliveries (id, workspace_id, channel_id, message_id, at, outcome, took_ms, transcript)
             select '{id}', workspace_id, channel_id, id, now(), 'sent', 1,
                    (select to_jsonb(string_agg(gen_random_uuid()::text, '')) from generate_series(1, 5000))
             from messages"
        ))
        .await;
    let apart: String = sqlx::query_scalar(
        "select indexrelid::regclass::text from pg_index
         where indrelid = (select reltoastrelid from pg_class where oid = 'deliveries'::regclass)",
    )
    .fetch_one(ground.db.pool())
    .await
    .expect("the database answers");
    let mut tx = ground.db.begin().await.expect("the database answers");
    let wanted = deliveries::Wanted {
        limit: 50,
        ..deliveries::Wanted::default()
    };
    let before = reads(&mut tx, &apart).await;
    let listed = deliveries::list(&mut tx, ground.workspace, &wanted).await;
    assert_eq!(listed.expect("the database answers").len(), 1);
    assert_eq!(reads(&mut tx, &apart).await, before);
    let one = deliveries::find(&mut tx, ground.workspace, DeliveryId(id)).await;
    let one = one.expect("the database answers").expect("an attempt");
    assert!(
        one.transcript
            .as_str()
            .is_some_and(|text| text.len() > 100_000)
    );
    assert_eq!(reads(&mut tx, &apart).await, before + 1);
}
