//! The workspace and the installation.

use serde_json::json;
use sqlx::PgPool;

use crate::world::World;

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_workspace_is_renamed_by_its_owner(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    let person = world.operator().await;
    let renamed = person
        .put("/api/workspace", json!({ "name": " Ops " }))
        .await
        .expect(200)
        .body;
    assert_eq!(
        (&renamed["name"], &renamed["role"]),
        (&json!("Ops"), &json!("owner"))
    );
    assert_eq!(renamed["limits"]["min_check_interval"], 10);
    let refused = person
        .put("/api/workspace", json!({ "name": "", "colour": "red" }))
        .await
        .expect(422);
    assert!(refused.body["errors"]["colour"].is_array());
    sqlx::query("update memberships set role = 2")
        .execute(&pool)
        .await
        .expect("written");
    person
        .put("/api/workspace", json!({ "name": "Mine" }))
        .await
        .expect(403);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn operators_see_workers_and_sizes(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    let person = world.operator().await;
    worker(&pool, json!({ "missed": 0 })).await;
    let system = person.get("/api/system").await.expect(200).body;
    assert_eq!(
        (
            &system["workers"][0]["live"],
            &system["workers"][0]["figures"]["missed"]
        ),
        (&json!(true), &json!(0))
    );
    assert!(system["database"]["size"].as_i64() > Some(0));
    assert_eq!(system["load"]["room_for_services"], json!(null));
}

async fn worker(pool: &PgPool, figures: serde_json::Value) {
    sqlx::query(
        "insert into workers (id, host, version, figures) values (gen_random_uuid(), 'a', '0.1.0', $1)",
    )
    .bind(figures)
    .execute(pool)
    .await
    .expect("written");
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn the_room_that_is_left_is_that_of_the_live_workers(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    let person = world.operator().await;
    let spent = json!({ "over_ms": 100_000, "busy_ms": 1_000, "threads": 1, "looks": 1_000 });
    worker(&pool, json!({ "spent": spent })).await;
    sqlx::query("update workers set heartbeat_at = now() - interval '1 minute'")
        .execute(&pool)
        .await
        .expect("written");
    worker(&pool, json!({ "spent": spent })).await;
    worker(&pool, json!({ "spent": "of another version" })).await;
    let system = person.get("/api/system").await.expect(200).body;
    assert_eq!(system["load"]["room_for_services"], 41_000);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn retention_is_what_the_newest_worker_keeps(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    let person = world.operator().await;
    let read = async || person.get("/api/workspace").await.expect(200).body["retention"].clone();
    assert_eq!(
        read().await,
        json!({ "checks_days": null, "hours_days": 396 })
    );
    worker(&pool, json!({ "checks_days": 30 })).await;
    worker(&pool, json!({ "checks_days": 90 })).await;
    assert_eq!(read().await["checks_days"], 90);
}
