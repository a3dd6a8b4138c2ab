//! Adding, reading, editing and deleting services.

mod behind;
mod bulk;
mod conditions;
mod grouped;
mod limits;
mod look;
mod reading;
mod secrets;

use serde_json::{Value, json};
use sqlx::PgPool;

use crate::{browser::Browser, world::World};

/// What a person types first.
pub(crate) fn shop() -> Value {
    json!({ "name": "Shop", "url": "https://shop.example.com/health", "category": "Web", "tags": ["eu"] })
}

/// Adds a service and gives back what the answer said.
pub(crate) async fn add(person: &Browser, body: Value) -> Value {
    person.post("/api/services", body).await.expect(201).body
}

pub(crate) fn path(service: &Value) -> String {
    format!("/api/services/{}", service["id"].as_str().expect("an id"))
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_new_service_has_the_shape_that_existing_clients_know(pool: PgPool) {
    let world = World::start(pool).await;
    let person = world.operator().await;
    let answer = person.post("/api/services", shop()).await.expect(201);
    assert_eq!(answer.header("location"), path(&answer.body));
    assert_eq!(answer.header("etag"), "\"1\"");
    insta::assert_json_snapshot!(answer.body, {
        ".id" => "[id]", ".created_at" => "[time]", ".updated_at" => "[time]", ".current_status.since" => "[time]",
        ".uptime_30d_bar[].date" => "[date]",
    });
    let detail = person.get(&path(&answer.body)).await.expect(200);
    insta::assert_json_snapshot!(detail.body["uptime"]);
    let list = person.get("/api/services").await.expect(200);
    assert_eq!(list.body, json!([answer.body]));
    assert_eq!(list.header("x-total-count"), "1");
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_new_service_is_to_be_looked_at_at_once_and_its_worker_is_told(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    let mut listener = world.state.db.listener().await.expect("a listener");
    listener
        .listen(db::watched::CHANNEL)
        .await
        .expect("listening");
    let person = world.operator().await;
    let service = add(&person, shop()).await;
    let told = listener.recv().await.expect("told");
    let (shard, key) = db::watched::parse_payload(told.payload()).expect("a payload");
    let mut conn = world.state.db.acquire().await.expect("a connection");
    let watched = db::watched::find(&mut conn, &[key])
        .await
        .expect("read")
        .remove(0);
    assert_eq!(
        watched.id.to_string(),
        service["id"].as_str().expect("an id")
    );
    assert_eq!((watched.shard, watched.revision), (shard, 1));
    assert!(watched.look_at.is_some());
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn an_edit_changes_what_was_sent_and_nothing_else(pool: PgPool) {
    let world = World::start(pool).await;
    let person = world.operator().await;
    let before = add(&person, shop()).await;
    let edit = json!({ "name": "Big shop", "timeout_ms": 3000, "category": null });
    let after = person.put(&path(&before), edit).await.expect(200).body;
    assert_eq!(after["name"], "Big shop");
    assert_eq!(after["timeout_ms"], 3000);
    assert_eq!(after["category"], Value::Null);
    assert_eq!(after["revision"], 2);
    for field in [
        "url",
        "tags",
        "check_interval",
        "expected_status",
        "retries",
        "created_at",
    ] {
        assert_eq!(after[field], before[field], "{field}");
    }
    let read = person.get(&path(&before)).await.expect(200).body;
    assert_eq!(read["name"], "Big shop");
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_service_that_is_deleted_is_gone(pool: PgPool) {
    let world = World::start(pool).await;
    let person = world.operator().await;
    let service = add(&person, shop()).await;
    person.delete(&path(&service)).await.expect(204);
    person.get(&path(&service)).await.expect(404);
    person.delete(&path(&service)).await.expect(404);
    assert_eq!(
        person.get("/api/services").await.expect(200).body,
        json!([])
    );
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn existing_clients_may_send_fields_that_we_do_not_know(pool: PgPool) {
    let world = World::start(pool).await;
    let person = world.operator().await;
    let mut body = shop();
    body["favourite_colour"] = json!("green");
    body["status_page_api_urls"] = json!([]);
    body["user_defined_urls"] = Value::Null;
    body["component_name"] = json!("");
    let service = add(&person, body).await;
    let edit = json!({ "favourite_colour": "blue" });
    person.put(&path(&service), edit).await.expect(200);
    let strict = json!({ "url": "https://a.example", "favourite_colour": "green" });
    let refused = person.post("/api/services/test", strict).await.expect(422);
    assert!(refused.body["errors"]["favourite_colour"].is_array());
}
