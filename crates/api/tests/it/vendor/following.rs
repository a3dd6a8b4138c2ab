//! Which page a service follows, and which part of it: when it is added, and when it is edited.

use std::time::Duration;

use serde_json::{Value, json};
use sqlx::PgPool;
use test_support::Mode;

use super::{Page, following};
use crate::{
    services::{add, path, shop},
    world::World,
};

fn errors(body: &Value, field: &str) -> String {
    body["errors"][field].to_string()
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_component_is_followed_by_its_key_or_by_its_whole_name(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    let person = world.operator().await;
    let page = Page::start().await;
    let found = page.discover(&person).await;
    let asked = page.upstream.requests().len();
    let by_key = add(
        &person,
        following(&found, &json!({ "component_key": "web-login" })),
    )
    .await;
    assert_eq!(by_key["component_name"], "Login");
    assert_eq!(by_key["component_key"], "web-login");
    assert_eq!(by_key["vendor"]["component"]["group_path"], json!(["Web"]));
    let by_name = add(
        &person,
        following(&found, &json!({ "component_name": "API" })),
    )
    .await;
    assert_eq!(by_name["component_key"], "api");
    assert_eq!(
        page.upstream.requests().len(),
        asked,
        "a page that was found is not read again"
    );
    assert_eq!(by_name["url"], Value::Null);
    assert_eq!(by_name["monitor_type"], "status_page");
    assert_eq!(by_name["check_interval"], 60);
    assert_eq!(by_name["partial_outage_is"], "down");
    assert_eq!(by_name["status_page_api_urls"], found["api_urls"]);
    assert_eq!(by_name["user_defined_urls"], Value::Null);
    assert_eq!(by_name["vendor"]["page_name"], "Acme");
    assert_eq!(by_name["vendor"]["provider"]["id"], "atlassian");
    assert_eq!(by_name["vendor"]["failures"], 0);
    assert!(by_name["vendor"]["read_at"].is_string());
    let shards: Vec<(i16, i16)> = sqlx::query_as(
        "select s.shard, p.shard from services s join vendor_pages p on p.id = s.vendor_page_id",
    )
    .fetch_all(&pool)
    .await
    .expect("services");
    assert_eq!(shards.len(), 2);
    assert!(shards.iter().all(|(service, page)| service == page));
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_name_that_fits_several_components_or_none_is_refused_with_candidates(pool: PgPool) {
    let world = World::start(pool).await;
    let person = world.operator().await;
    let page = Page::start().await;
    let found = page.discover(&person).await;
    let several = following(&found, &json!({ "component_name": "Login" }));
    let refused = person.post("/api/services", several).await.expect(422).body;
    let reason = errors(&refused, "component_name");
    for word in [
        "names 2 components",
        "in Web (web-login)",
        "in Mobile (mobile-login)",
        "component_key",
    ] {
        assert!(reason.contains(word), "{word}: {reason}");
    }
    // A part of a name, or another case, is another name.
    for name in ["AP", "api", "Log"] {
        let body = following(&found, &json!({ "component_name": name }));
        let refused = person.post("/api/services", body).await.expect(422).body;
        let reason = errors(&refused, "component_name");
        assert!(
            reason.contains("no component of this page") && reason.contains("API"),
            "{reason}"
        );
    }
    let body = following(&found, &json!({ "component_key": "gone", "name": "" }));
    let refused = person.post("/api/services", body).await.expect(422).body;
    assert!(refused["errors"]["component_key"].is_array(), "{refused}");
    assert!(
        refused["errors"]["name"].is_array(),
        "all wrong fields at once: {refused}"
    );
    assert_eq!(person.get("/api/services").await.body, json!([]));
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn exactly_one_list_of_addresses_is_sent(pool: PgPool) {
    let world = World::start(pool).await;
    let person = world.operator().await;
    let page = Page::start().await;
    let urls = json!([page.url("/api/v2/summary.json")]);
    let neither = json!({ "name": "a", "monitor_type": "status_page", "status_page_api_urls": [],
                          "user_defined_urls": null, "component_name": "" });
    let refused = person.post("/api/services", neither).await.expect(422).body;
    assert!(
        refused["errors"]["status_page_api_urls"].is_array(),
        "{refused}"
    );
    let both = json!({ "name": "a", "monitor_type": "status_page", "status_page_api_urls": urls,
                       "user_defined_urls": urls });
    let refused = person.post("/api/services", both).await.expect(422).body;
    assert!(
        refused["errors"]["user_defined_urls"].is_array(),
        "{refused}"
    );
    let nothing_there = json!({ "name": "a", "monitor_type": "status_page",
                                "user_defined_urls": [page.url("/nothing.json")] });
    let refused = person
        .post("/api/services", nothing_there)
        .await
        .expect(422)
        .body;
    assert!(
        errors(&refused, "user_defined_urls").contains("could not be read"),
        "{refused}"
    );
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn addresses_that_nobody_searched_are_read_and_fields_of_http_do_not_matter(pool: PgPool) {
    let world = World::start(pool).await;
    let person = world.operator().await;
    let page = Page::start().await;
    let urls = json!([page.url("/api/v2/summary.json")]);
    // As an existing client sends it: every field of its form, empty where it does not apply.
    let body = json!({
        "name": "Acme", "monitor_type": "status_page", "url": "", "status_page_api_urls": [""],
        "user_defined_urls": urls, "component_name": "", "category": "", "check_interval": 60, "timeout_ms": 5,
        "degraded_threshold_ms": 900_000, "expected_status": 0, "method": "BREW", "status_page_url": page.url("/"),
    });
    let service = add(&person, body).await;
    assert_eq!(service["component_name"], Value::Null, "{service}");
    assert_eq!(
        service["vendor"]["component"],
        Value::Null,
        "the page as a whole"
    );
    assert_eq!(service["user_defined_urls"], urls);
    assert_eq!(service["status_page_url"], page.url("/"));
    assert_eq!(
        (&service["timeout_ms"], &service["expected_status"]),
        (&json!(5000), &json!(200))
    );
    let short = following(
        &json!({ "api_urls": urls }),
        &json!({ "check_interval": 59 }),
    );
    let refused = person.post("/api/services", short).await.expect(422).body;
    assert!(errors(&refused, "check_interval").contains("60"));
}

/// What is followed can be changed without losing the service.
#[sqlx::test(migrator = "db::MIGRATOR")]
async fn component_and_addresses_can_be_changed(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    let person = world.operator().await;
    let page = Page::start().await;
    let service = page.follow_api(&person).await;
    let at = path(&service);
    let edit = json!({ "component_key": "mobile-login", "partial_outage_is": "degraded", "check_interval": 120 });
    let edited = person.put(&at, edit).await.expect(200).body;
    assert_eq!(edited["component_key"], "mobile-login");
    assert_eq!(edited["component_name"], "Login");
    assert_eq!(edited["partial_outage_is"], "degraded");
    assert_eq!(edited["check_interval"], 120);
    let edited = person
        .put(&at, json!({ "component_name": "API" }))
        .await
        .expect(200)
        .body;
    assert_eq!(edited["component_key"], "api");
    let other = Page::start().await;
    let mut listener = world.state.db.listener().await.expect("a listener");
    listener
        .listen(db::watched::CHANNEL)
        .await
        .expect("listening");
    let edit = json!({ "user_defined_urls": [other.url("/api/v2/summary.json")], "component_name": "API" });
    let edited = person.put(&at, edit).await.expect(200).body;
    assert_eq!(edited["status_page_api_urls"], Value::Null);
    assert_eq!(
        edited["user_defined_urls"],
        json!([other.url("/api/v2/summary.json")])
    );
    assert_eq!(edited["partial_outage_is"], "degraded");
    let mut told = Vec::new();
    for _ in 0..2 {
        let soon = Duration::from_secs(20);
        let heard = tokio::time::timeout(soon, listener.recv()).await;
        let notification = heard.expect("both are told").expect("told");
        let (shard, _) = db::watched::parse_payload(notification.payload()).expect("a payload");
        told.push(shard);
    }
    let mut shards: Vec<i16> = sqlx::query_scalar("select shard from vendor_pages order by shard")
        .fetch_all(&pool)
        .await
        .expect("pages");
    told.sort_unstable();
    shards.sort_unstable();
    let told: Vec<i16> = told
        .into_iter()
        .map(|shard| shard.try_into().expect("small"))
        .collect();
    assert_eq!(told, shards, "the old page's owner and the new one's");
    let whole = person
        .put(&at, json!({ "component_key": null }))
        .await
        .expect(200)
        .body;
    assert_eq!(whole["component_name"], Value::Null);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn sending_back_what_was_shown_changes_nothing_even_when_the_component_is_gone(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    let person = world.operator().await;
    let page = Page::start().await;
    let service = page.follow_api(&person).await;
    let empty = json!({ "page": { "id": "x" }, "components": [], "incidents": [], "status": { "indicator": "none" } });
    for path in ["/api/v2/summary.json", "/api/v2/components.json"] {
        page.upstream.set_for(path, Mode::body(&empty.to_string()));
    }
    page.discover(&person).await;
    let edit = json!({
        "name": "Renamed", "status_page_api_urls": service["status_page_api_urls"], "user_defined_urls": [],
        "component_name": "API", "monitor_type": "status_page",
    });
    let edited = person.put(&path(&service), edit).await.expect(200).body;
    assert_eq!(edited["name"], "Renamed");
    assert_eq!(edited["component_key"], "api");
    assert_eq!(
        edited["vendor"]["component"],
        service["vendor"]["component"]
    );
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_service_stays_of_its_kind(pool: PgPool) {
    let world = World::start(pool).await;
    let person = world.operator().await;
    let page = Page::start().await;
    let theirs = page.follow_api(&person).await;
    let ours = add(&person, shop()).await;
    let edit = json!({ "monitor_type": "http_ping", "url": "https://example.com" });
    let refused = person.put(&path(&theirs), edit).await.expect(422).body;
    assert!(refused["errors"]["monitor_type"].is_array());
    let edit = json!({ "monitor_type": "status_page", "status_page_api_urls": theirs["status_page_api_urls"] });
    let refused = person.put(&path(&ours), edit).await.expect(422).body;
    assert!(refused["errors"]["monitor_type"].is_array());
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_page_is_shared_and_its_services_are_not(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    let person = world.operator().await;
    let page = Page::start().await;
    let service = page.follow_api(&person).await;
    let stranger = world.person("stranger@example.com").await;
    for (method, path) in [("GET", path(&service)), ("PUT", path(&service))] {
        let body = (method == "PUT").then(|| json!({ "component_key": "web-login" }));
        let method = method.parse().expect("a method");
        stranger.send(method, &path, body).await.expect(404);
    }
    assert_eq!(stranger.get("/api/services").await.body, json!([]));
    let own = page.follow_api(&stranger).await;
    assert_ne!(own["id"], service["id"]);
    let pages: i64 = sqlx::query_scalar("select count(distinct vendor_page_id) from services")
        .fetch_one(&pool)
        .await
        .expect("counted");
    assert_eq!(pages, 1);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn everything_that_can_be_done_to_services_can_be_done_to_these(pool: PgPool) {
    let world = World::start(pool).await;
    let person = world.operator().await;
    let page = Page::start().await;
    let service = page.follow_api(&person).await;
    add(&person, shop()).await;
    let at = path(&service);
    let only = person
        .get("/api/services?monitor_type=status_page&q=acm")
        .await
        .expect(200)
        .body;
    assert_eq!(only.as_array().map(Vec::len), Some(1));
    person
        .post(&format!("{at}/check"), json!({}))
        .await
        .expect(202);
    let paused = person
        .post(&format!("{at}/pause"), json!({}))
        .await
        .expect(200)
        .body;
    assert_eq!(paused["current_status"]["status"], "paused");
    assert_eq!(paused["vendor"]["page_name"], "Acme");
    person
        .post(&format!("{at}/resume"), json!({}))
        .await
        .expect(200);
    for end in ["checks", "latency", "days"] {
        person.get(&format!("{at}/{end}")).await.expect(200);
    }
    let bulk = json!({ "filter": {}, "action": "interval", "check_interval": 30 });
    let done = person
        .post("/api/services/bulk", bulk)
        .await
        .expect(200)
        .body;
    let id = service["id"].as_str().expect("an id");
    assert!(
        done["errors"][id]
            .as_str()
            .is_some_and(|reason| reason.contains("60")),
        "{done}"
    );
    let bulk = json!({ "filter": { "monitor_type": "status_page" }, "action": "category", "category": "Vendors" });
    let done = person
        .post("/api/services/bulk", bulk)
        .await
        .expect(200)
        .body;
    assert_eq!(done["changed"], json!([id]));
    let shown = person.get(&at).await.expect(200).body;
    assert_eq!(
        (&shown["category"], &shown["component_key"]),
        (&json!("Vendors"), &json!("api"))
    );
    person.delete(&at).await.expect(204);
    person.get(&at).await.expect(404);
}
