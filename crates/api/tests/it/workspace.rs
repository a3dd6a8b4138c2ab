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
    sqlx::query("insert into workers (id, host, version, figures) values (gen_random_uuid(), 'a', '0.1.0', '{\"missed\": 0}')")
        .execute(&pool)
        .await
        .expect("written");
    let system = person.get("/api/system").await.expect(200).body;
    assert_eq!(
        (
            &system["workers"][0]["live"],
            &system["workers"][0]["figures"]["missed"]
        ),
        (&json!(true), &json!(0))
    );
    assert!(system["database"]["size"].as_i64() > Some(0));
}
