//! The same change to many services.

use serde_json::json;
use sqlx::PgPool;

use super::{add, path, shop};
use crate::world::World;

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_dry_run_tells_what_a_real_one_then_does(pool: PgPool) {
    let world = World::start(pool).await;
    let person = world.operator().await;
    let mut other = shop();
    other["category"] = json!("Mail");
    let (a, b, c) = (
        add(&person, shop()).await,
        add(&person, shop()).await,
        add(&person, other).await,
    );
    let mut ask = json!({ "filter": { "category": "Web" }, "action": "pause", "dry_run": true });
    let dry = person
        .post("/api/services/bulk", ask.clone())
        .await
        .expect(200)
        .body;
    assert_eq!(dry["changed"], json!([a["id"], b["id"]]));
    // Nothing can be taken back yet, and no id is sent twice.
    assert_eq!(dry["before"], json!([]));
    assert_eq!(person.get(&path(&a)).await.body["paused_at"], json!(null));
    ask["dry_run"] = json!(false);
    let real = person
        .post("/api/services/bulk", ask.clone())
        .await
        .expect(200)
        .body;
    assert_eq!(real["changed"], dry["changed"]);
    assert_eq!(
        person.get(&path(&a)).await.body["current_status"]["status"],
        "paused"
    );
    assert_eq!(
        person.get(&path(&c)).await.body["current_status"]["status"],
        "pending"
    );
    let again = person
        .post("/api/services/bulk", ask)
        .await
        .expect(200)
        .body;
    assert_eq!(
        (&again["matched"], &again["changed"]),
        (&json!(2), &json!([]))
    );
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn category_tags_and_interval_change_and_ids_of_nobody_are_skipped(pool: PgPool) {
    let world = World::start(pool).await;
    let person = world.operator().await;
    let stranger = world.person("stranger@example.com").await;
    let service = add(&person, shop()).await;
    let foreign = add(&stranger, shop()).await;
    let ids = json!([service["id"], foreign["id"]]);
    for (action, field, value) in [
        ("category", "category", json!("New")),
        ("tags", "tags", json!(["a", "b"])),
        ("interval", "check_interval", json!(60)),
    ] {
        let ask = json!({ "ids": ids, "action": action, field: value });
        let done = person
            .post("/api/services/bulk", ask)
            .await
            .expect(200)
            .body;
        assert_eq!(done["changed"], json!([service["id"]]));
        assert_eq!(person.get(&path(&service)).await.body[field], value);
        assert_ne!(stranger.get(&path(&foreign)).await.body[field], value);
    }
    let ask = json!({ "ids": ids, "action": "delete" });
    person.post("/api/services/bulk", ask).await.expect(200);
    person.get(&path(&service)).await.expect(404);
    stranger.get(&path(&foreign)).await.expect(200);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn what_is_missing_or_wrong_is_named(pool: PgPool) {
    let world = World::start(pool).await;
    let person = world.operator().await;
    let (service, twin) = (add(&person, shop()).await, add(&person, shop()).await);
    let refused = person
        .post("/api/services/bulk", json!({ "action": "dance" }))
        .await
        .expect(422);
    let errors = refused.body["errors"].as_object().expect("errors");
    assert_eq!(errors.keys().collect::<Vec<_>>(), ["action", "ids"]);
    let ask =
        json!({ "ids": [service["id"], twin["id"]], "action": "interval", "check_interval": 1 });
    let done = person
        .post("/api/services/bulk", ask)
        .await
        .expect(200)
        .body;
    assert_eq!(done["changed"], json!([]));
    assert!(done["errors"][service["id"].as_str().expect("an id")].is_string());
    let refused = &done["refused"][0];
    assert_eq!(refused["ids"], json!([service["id"], twin["id"]]));
    let fields = refused["errors"].as_object().expect("fields");
    // Their timeout of ten seconds would be longer than the interval.
    assert_eq!(
        fields.keys().collect::<Vec<_>>(),
        ["check_interval", "timeout_ms"]
    );
    let reason = fields["check_interval"][0].as_str().expect("a reason");
    assert!(reason.starts_with("must be "), "{reason}");
    assert_eq!(person.get(&path(&service)).await.body["check_interval"], 30);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_preview_names_examples_and_the_answer_is_enough_to_take_it_back(pool: PgPool) {
    let world = World::start(pool).await;
    let person = world.operator().await;
    let mut mail = shop();
    mail["name"] = json!("Mail");
    mail["tags"] = json!(["eu", "core"]);
    let (shop, mail) = (add(&person, shop()).await, add(&person, mail).await);
    let mut ask = json!({
        "filter": {}, "action": "tags", "add_tags": ["core"], "remove_tags": ["eu"], "dry_run": true,
    });
    let dry = person
        .post("/api/services/bulk", ask.clone())
        .await
        .expect(200)
        .body;
    assert_eq!(
        dry["examples"],
        json!([
            { "id": shop["id"], "name": "Shop", "before": ["eu"], "after": ["core"] },
            { "id": mail["id"], "name": "Mail", "before": ["eu", "core"], "after": ["core"] },
        ])
    );
    assert_eq!(person.get(&path(&shop)).await.body["tags"], json!(["eu"]));
    ask["dry_run"] = json!(false);
    let done = person
        .post("/api/services/bulk", ask)
        .await
        .expect(200)
        .body;
    assert_eq!(person.get(&path(&mail)).await.body["tags"], json!(["core"]));
    for before in done["before"].as_array().expect("values") {
        let back = json!({ "ids": before["ids"], "action": "tags", "tags": before["value"] });
        person.post("/api/services/bulk", back).await.expect(200);
    }
    assert_eq!(person.get(&path(&shop)).await.body["tags"], json!(["eu"]));
    assert_eq!(
        person.get(&path(&mail)).await.body["tags"],
        json!(["eu", "core"])
    );
}
