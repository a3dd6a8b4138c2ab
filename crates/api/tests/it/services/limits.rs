//! Every limit names its field, and all wrong fields are named at once.

use serde_json::{Value, json};
use sqlx::PgPool;

use super::{add, path, shop};
use crate::world::World;

fn fields(body: &Value) -> Vec<&str> {
    let errors = body["errors"].as_object().expect("errors");
    errors.keys().map(String::as_str).collect()
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn all_wrong_fields_are_named_at_once(pool: PgPool) {
    let world = World::start(pool).await;
    let person = world.operator().await;
    let body = json!({
        "name": "", "url": "ftp://example.com", "category": "c".repeat(101), "tags": ["t".repeat(51)],
        "check_interval": 5, "retries": 3, "status_page_url": "nonsense", "expected_statuses": "abc",
        "timeout_ms": 99, "degraded_threshold_ms": 0, "method": "BREW", "headers": [{ "name": "Host", "value": "x" }],
        "assertions": [{ "kind": "body_contains", "text": "" }], "address_family": "5", "monitor_type": "carrier_pigeon",
    });
    let refused = person.post("/api/services", body).await.expect(422);
    assert_eq!(refused.header("content-type"), "application/problem+json");
    assert_eq!(
        fields(&refused.body),
        [
            "address_family",
            "assertions",
            "category",
            "check_interval",
            "degraded_threshold_ms",
            "expected_statuses",
            "headers",
            "method",
            "monitor_type",
            "name",
            "retries",
            "status_page_url",
            "tags",
            "timeout_ms",
            "url",
        ]
    );
    assert_eq!(refused.body["request_id"], refused.header("x-request-id"));
    assert_eq!(person.get("/api/services").await.body, json!([]));
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn fields_of_the_wrong_type_are_named_at_once(pool: PgPool) {
    let world = World::start(pool).await;
    let person = world.operator().await;
    let body =
        json!({ "name": 5, "url": ["x"], "check_interval": "often", "headers": [{ "name": 1 }] });
    let refused = person.post("/api/services", body).await.expect(422);
    assert_eq!(
        fields(&refused.body),
        ["check_interval", "headers", "name", "url"]
    );
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn fields_of_the_wrong_type_hide_no_others_that_are_wrong(pool: PgPool) {
    let world = World::start(pool).await;
    let person = world.operator().await;
    let service = add(&person, shop()).await;
    let body = json!({ "name": 5, "url": "ftp://example.com", "timeout_ms": "long", "retries": 3 });
    let new = person.post("/api/services", body.clone()).await.expect(422);
    let edit = person.put(&path(&service), body).await.expect(422);
    for refused in [new, edit] {
        assert_eq!(
            fields(&refused.body),
            ["name", "retries", "timeout_ms", "url"]
        );
        // What could not be read was not left out by whoever sent it.
        let name = refused.body["errors"]["name"].as_array().expect("reasons");
        assert_eq!(name.len(), 1, "{name:?}");
    }
    assert_eq!(person.get(&path(&service)).await.body["revision"], 1);
    let body = json!({ "url": 5, "method": "BREW", "monitor_type": "pigeon", "colour": "red" });
    let tried = person.post("/api/services/test", body).await.expect(422);
    assert_eq!(
        fields(&tried.body),
        ["colour", "method", "monitor_type", "url"]
    );
    let page = json!({ "monitor_type": "status_page", "status_page_api_urls": "https://a.example", "check_interval": 1 });
    let page = person.post("/api/services", page).await.expect(422);
    assert_eq!(
        fields(&page.body),
        ["check_interval", "name", "status_page_api_urls"]
    );
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn each_limit_stands_where_the_contract_says(pool: PgPool) {
    let world = World::start(pool).await;
    let person = world.operator().await;
    let cases = [
        ("name", json!("n".repeat(201)), json!("n".repeat(200))),
        (
            "url",
            json!("https://user:secret@example.com/"),
            json!("https://example.com/a"),
        ),
        (
            "url",
            json!(format!("https://example.com/{}", "a".repeat(2_048))),
            json!("http://example.com:8080/"),
        ),
        ("category", json!("c".repeat(101)), json!("c".repeat(100))),
        ("check_interval", json!(9), json!(10)),
        ("check_interval", json!(86_401), json!(86_400)),
        ("timeout_ms", json!(30_001), json!(29_000)),
        ("expected_status", json!(99), json!(100)),
        ("expected_status", json!(600), json!(599)),
        ("retries", json!(-1), json!(0)),
    ];
    for (field, wrong, right) in cases {
        let mut body = shop();
        body[field] = wrong;
        let refused = person.post("/api/services", body.clone()).await.expect(422);
        assert_eq!(fields(&refused.body), [field], "{body}");
        body[field] = right;
        if field == "check_interval" {
            body["timeout_ms"] = json!(5000);
        }
        person.post("/api/services", body).await.expect(201);
    }
    let slow = json!({ "name": "a", "url": "https://a.example", "check_interval": 10, "timeout_ms": 10_000 });
    assert_eq!(
        fields(&person.post("/api/services", slow).await.expect(422).body),
        ["timeout_ms"]
    );
    let flat = json!({ "name": "a", "url": "https://a.example", "timeout_ms": 500, "degraded_threshold_ms": 500 });
    assert_eq!(
        fields(&person.post("/api/services", flat).await.expect(422).body),
        ["degraded_threshold_ms"]
    );
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn an_edit_is_held_to_the_same_limits(pool: PgPool) {
    let world = World::start(pool).await;
    let person = world.operator().await;
    let service = add(&person, shop()).await;
    let edit = json!({ "timeout_ms": 50, "name": " ".repeat(3) });
    let refused = person.put(&path(&service), edit).await.expect(422);
    assert_eq!(fields(&refused.body), ["name", "timeout_ms"]);
    assert_eq!(person.get(&path(&service)).await.body["revision"], 1);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn forbidden_addresses_are_refused_when_they_are_saved(pool: PgPool) {
    let world = World::start(pool).await;
    let person = world.operator().await;
    for url in [
        "http://169.254.169.254/latest",
        "http://[fe80::1]/",
        "http://0x7f.1:6379/",
        "http://shop.example:25/",
    ] {
        let mut body = shop();
        body["url"] = json!(url);
        let refused = person.post("/api/services", body).await.expect(422);
        assert_eq!(fields(&refused.body), ["url"], "{url}");
    }
    let mut lan = shop();
    lan["url"] = json!("http://192.168.1.20:8080/");
    add(&person, lan).await;
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_workspace_holds_as_many_services_as_the_installation_allows(pool: PgPool) {
    let world = World::with(pool, |site| site.limits.services_per_workspace = Some(2)).await;
    let person = world.operator().await;
    add(&person, shop()).await;
    add(&person, shop()).await;
    let refused = person.post("/api/services", shop()).await.expect(422);
    assert_eq!(fields(&refused.body), ["workspace"]);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn bodies_that_are_no_json_too_large_or_of_another_type_are_told_apart(pool: PgPool) {
    let world = World::start(pool).await;
    let person = world.operator().await;
    let send = |kind: &'static str, body: String| person.raw("POST", "/api/services", kind, body);
    assert_eq!(
        send("application/json", "{\"name\":".to_owned())
            .await
            .status,
        400
    );
    assert_eq!(send("application/json", "[1]".to_owned()).await.status, 400);
    assert_eq!(send("text/plain", "{}".to_owned()).await.status, 415);
    let large = json!({ "name": "a".repeat(300_000) }).to_string();
    let refused = send("application/json", large).await.expect(413);
    assert_eq!(refused.header("content-type"), "application/problem+json");
    let exact = json!({ "name": "a".repeat(200_000) }).to_string();
    assert_eq!(
        send("application/json; charset=utf-8", exact).await.status,
        422
    );
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn parameters_of_one_service_are_held_to_their_limits_and_named(pool: PgPool) {
    let world = World::start(pool).await;
    let person = world.operator().await;
    let service = add(&person, shop()).await;
    let cases = [
        ("limit", "checks?limit=0", "checks?limit=1"),
        ("limit", "checks?limit=1001", "checks?limit=1000"),
        ("offset", "checks?offset=100001", "checks?offset=100000"),
        ("range", "latency?range=1y", "latency?range=90d"),
        ("n", "days?n=0", "days?n=1"),
        ("n", "days?n=401", "days?n=400"),
    ];
    for (field, wrong, right) in cases {
        let at = |question: &str| format!("{}/{question}", path(&service));
        let refused = person.get(&at(wrong)).await.expect(422);
        assert_eq!(fields(&refused.body), [field], "{wrong}");
        person.get(&at(right)).await.expect(200);
    }
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn wrong_parameters_of_lists_are_named_at_once(pool: PgPool) {
    let world = World::start(pool).await;
    let person = world.operator().await;
    let wrong = person
        .get("/api/services?limit=0&sort=random&status=fine&cursor=x")
        .await
        .expect(422);
    assert_eq!(fields(&wrong.body), ["cursor", "limit", "sort", "status"]);
    let wrong = person
        .get("/api/incidents?limit=1001&since=yesterday&type=bad&status=odd&service_id=7&offset=-1")
        .await
        .expect(422);
    assert_eq!(
        fields(&wrong.body),
        ["limit", "offset", "service_id", "since", "status", "type"]
    );
}
