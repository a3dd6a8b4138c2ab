//! Header values go in and never come out; a body comes out for those who may edit it.

use db::memberships::Role;
use serde_json::{Value, json};
use sqlx::PgPool;

use super::{add, path, shop};
use crate::world::World;

fn with_secrets() -> Value {
    let mut body = shop();
    body["method"] = json!("POST");
    body["body"] = json!("body-s3cret");
    body["headers"] = json!([{ "name": "Authorization", "value": "Bearer s3cret" }, { "name": "X-Plain", "value": "v4lue" }]);
    body
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn header_values_never_come_back_and_lie_nowhere_in_clear(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    let person = world.operator().await;
    let service = add(&person, with_secrets()).await;
    let edited = person
        .put(&path(&service), json!({ "name": "B" }))
        .await
        .expect(200)
        .body;
    let detail = person.get(&path(&service)).await.expect(200).body;
    let list = person.get("/api/services").await.expect(200).body;
    for answer in [&service, &edited, &detail, &list] {
        let text = answer.to_string();
        assert!(
            !text.contains("Bearer") && !text.contains("v4lue"),
            "{text}"
        );
        assert!(text.contains("Authorization"));
    }
    assert_eq!(detail["body"], "body-s3cret");
    assert!(!list.to_string().contains("body-s3cret"));
    let stored: String = sqlx::query_scalar("select s::text from services s")
        .fetch_one(&pool)
        .await
        .expect("a row");
    assert!(
        !stored.contains("s3cret") && !stored.contains("v4lue"),
        "{stored}"
    );
    let audit: Vec<String> = sqlx::query_scalar("select a::text from audit_log a")
        .fetch_all(&pool)
        .await
        .expect("rows");
    assert!(!audit.join("\n").contains("s3cret"));
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_body_is_shown_to_those_who_may_edit_it_and_to_no_viewer(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    let person = world.operator().await;
    let service = add(&person, with_secrets()).await;
    let shown_to = async |role: Role| {
        sqlx::query("update memberships set role = $1")
            .bind(role as i16)
            .execute(&pool)
            .await
            .expect("written");
        person.get(&path(&service)).await.expect(200).body
    };
    for role in [Role::Owner, Role::Editor] {
        assert_eq!(shown_to(role).await["body"], "body-s3cret", "{role:?}");
    }
    let detail = shown_to(Role::Viewer).await;
    assert_eq!(detail.get("body"), Some(&Value::Null));
    assert!(!detail.to_string().contains("s3cret"), "{detail}");
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_header_without_a_value_keeps_the_one_that_is_stored(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    let person = world.operator().await;
    let service = add(&person, with_secrets()).await;
    let edit =
        json!({ "headers": [{ "name": "authorization" }, { "name": "X-New", "value": "fresh" }] });
    person.put(&path(&service), edit).await.expect(200);
    let (id, sealed): (uuid::Uuid, Vec<u8>) = sqlx::query_as("select id, secrets from services")
        .fetch_one(&pool)
        .await
        .expect("a row");
    let plain = world
        .state
        .keyring
        .open(&id.to_string(), &sealed)
        .expect("opens");
    let secrets: Value = serde_json::from_slice(&plain).expect("JSON");
    assert_eq!(
        secrets,
        json!({ "headers": ["Bearer s3cret", "fresh"], "body": "body-s3cret" })
    );
    let unknown = json!({ "headers": [{ "name": "X-Unknown" }] });
    let refused = person.put(&path(&service), unknown).await.expect(422);
    assert!(refused.body["errors"]["headers"].is_array());
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_copy_has_the_hidden_values_of_its_original_and_changes_nothing_there(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    let person = world.operator().await;
    let original = add(&person, with_secrets()).await;
    let before = person.get(&path(&original)).await.expect(200).body;
    let wish = json!({
        "service_id": original["id"], "name": "Copy",
        "headers": [{ "name": "Authorization" }, { "name": "X-Plain", "value": "0ther" }],
    });
    let copy = person.post("/api/services", wish).await.expect(201).body;
    assert_ne!(copy["id"], original["id"]);
    for same in ["url", "method", "timeout_ms", "check_interval", "category"] {
        assert_eq!(copy[same], original[same], "{same}");
    }
    let (id, sealed): (uuid::Uuid, Vec<u8>) =
        sqlx::query_as("select id, secrets from services where name = 'Copy'")
            .fetch_one(&pool)
            .await
            .expect("a row");
    let plain = world
        .state
        .keyring
        .open(&id.to_string(), &sealed)
        .expect("opens with the id of the copy");
    let secrets: Value = serde_json::from_slice(&plain).expect("JSON");
    assert_eq!(
        secrets,
        json!({ "headers": ["Bearer s3cret", "0ther"], "body": "body-s3cret" })
    );
    let after = person.get(&path(&original)).await.expect(200).body;
    assert_eq!(after["updated_at"], before["updated_at"]);
    assert_eq!(after["body"], before["body"]);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn nobody_copies_a_service_of_somebody_else(pool: PgPool) {
    let world = World::start(pool).await;
    let person = world.operator().await;
    let original = add(&person, with_secrets()).await;
    let stranger = world.person("eve@example.com").await;
    let wish =
        json!({ "service_id": original["id"], "name": "Mine", "url": "https://eve.example.com" });
    let refused = stranger.post("/api/services", wish).await.expect(422);
    assert_eq!(
        refused.body["errors"]["service_id"],
        json!(["is not a service of yours"])
    );
    let there = stranger.get("/api/services").await.expect(200).body;
    assert_eq!(there, json!([]));
}
