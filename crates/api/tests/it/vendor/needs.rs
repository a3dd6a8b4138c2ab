//! What services of one's own depend on.

use serde_json::{Value, json};
use sqlx::PgPool;

use super::Page;
use crate::{
    services::{add, path, shop},
    world::World,
};

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_service_names_what_it_depends_on_and_sees_how_that_is(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    let person = world.operator().await;
    let page = Page::start().await;
    let found = page.discover(&person).await;
    let mut body = shop();
    body["depends_on"] = json!([
        { "api_urls": found["api_urls"], "component_name": "API" },
        { "api_urls": found["api_urls"], "component_key": "web-login" },
        { "api_urls": found["api_urls"], "component_key": "web-login" },
    ]);
    let service = add(&person, body).await;
    let shown = person.get(&path(&service)).await.expect(200).body;
    let needs = shown["depends_on"].as_array().expect("a list").clone();
    assert_eq!(needs.len(), 2, "{needs:?}");
    let api = &needs[0];
    assert_eq!(api["page_name"], "Acme");
    assert_eq!(api["component_key"], "api");
    assert_eq!(api["component_name"], "API");
    assert_eq!(api["status"], "operational");
    let renamed = person
        .put(&path(&service), json!({ "name": "B" }))
        .await
        .expect(200);
    assert_eq!(renamed.body["name"], "B");
    let shown = person.get(&path(&service)).await.expect(200).body;
    assert_eq!(
        shown["depends_on"],
        json!(needs),
        "what is not sent stays as it is"
    );
    let wish = json!({ "service_id": service["id"], "name": "Copy" });
    let copy = person.post("/api/services", wish).await.expect(201).body;
    let copied = person.get(&path(&copy)).await.expect(200).body;
    assert_eq!(
        copied["depends_on"],
        json!(needs),
        "a copy depends on the same"
    );
    let back: Vec<Value> = needs
        .iter()
        .map(|one| {
            json!({ "api_urls": one["api_urls"], "component_key": one["component_key"],
                    "component_name": one["component_name"] })
        })
        .collect();
    let edit = json!({ "depends_on": back });
    person.put(&path(&service), edit).await.expect(200);
    person
        .put(&path(&service), json!({ "depends_on": [] }))
        .await
        .expect(200);
    let shown = person.get(&path(&service)).await.expect(200).body;
    assert_eq!(shown["depends_on"], json!([]));
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn what_makes_no_sense_is_named_by_its_place(pool: PgPool) {
    let world = World::start(pool).await;
    let person = world.operator().await;
    let page = Page::start().await;
    let found = page.discover(&person).await;
    let mut body = shop();
    body["depends_on"] = json!([
        { "api_urls": found["api_urls"] },
        { "api_urls": found["api_urls"], "component_name": "Login" },
        { "api_urls": [] },
    ]);
    let refused = person.post("/api/services", body).await.expect(422).body;
    let reasons = refused["errors"]["depends_on"].to_string();
    assert!(
        reasons.contains("entry 2: names 2 components") && reasons.contains("entry 3:"),
        "{reasons}"
    );
    assert!(!reasons.contains("entry 1"), "{reasons}");
    let mut body = shop();
    body["depends_on"] = json!(vec![json!({ "api_urls": found["api_urls"] }); 11]);
    person.post("/api/services", body).await.expect(422);
    assert_eq!(person.get("/api/services").await.body, json!([]));
}
