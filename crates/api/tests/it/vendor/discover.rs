//! Searching for a status page, and reading addresses that somebody named.

use std::sync::Arc;

use serde_json::{Value, json};
use sqlx::PgPool;
use statuspage_parser::catalogue::Catalogue;
use test_support::{Mode, Upstream};

use super::Page;
use crate::world::World;

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_page_is_found_with_its_components_and_kept_for_whoever_follows_it(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    let person = world.operator().await;
    let page = Page::start().await;
    page.publish(&[json!({
        "id": "i1", "name": "Slow answers", "status": "investigating", "impact": "minor",
        "created_at": "2027-01-15T07:00:00Z", "components": [], "incident_updates": [],
        "shortlink": "https://stspg.example/i1",
    })]);
    let found = page.discover(&person).await;
    assert_eq!(found["provider"]["id"], "atlassian", "{found}");
    assert_eq!(
        found["page"],
        json!({ "name": "Acme", "url": page.url("/") })
    );
    let urls = found["api_urls"].as_array().expect("addresses");
    for path in ["/api/v2/summary.json", "/api/v2/components.json"] {
        assert!(urls.contains(&json!(page.url(path))), "{urls:?}");
    }
    let components = found["components"].as_array().expect("components");
    let names: Vec<_> = components
        .iter()
        .map(|one| (one["key"].as_str(), one["group_name"].as_str()))
        .collect();
    assert_eq!(
        names,
        [
            (Some("api"), None),
            (Some("web-login"), Some("Web")),
            (Some("mobile-login"), Some("Mobile"))
        ]
    );
    assert_eq!(components[1]["group_path"], json!(["Web"]));
    assert_eq!(components[0]["status"], "operational");
    assert_eq!(found["open_incidents"][0]["name"], "Slow answers");
    assert_eq!(found["open_incidents"][0]["impact"], "minor");
    assert_eq!(found["advice"], Value::Null);
    let kept: i64 = sqlx::query_scalar("select count(*) from vendor_pages where page is not null")
        .fetch_one(&pool)
        .await
        .expect("counted");
    assert_eq!(kept, 1);
    page.discover(&person).await;
    let kept: i64 = sqlx::query_scalar("select count(*) from vendor_pages")
        .fetch_one(&pool)
        .await
        .expect("counted");
    assert_eq!(kept, 1, "the same page is kept once");
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn where_nothing_is_found_it_says_what_was_tried_and_what_can_be_done(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    let person = world.operator().await;
    let upstream = Upstream::start();
    upstream.set(Mode::status(404)).await;
    let html = "<html><head><title>Shop</title></head><body>Welcome</body></html>";
    upstream.set_for("/", Mode::body(html));
    let body = json!({ "url": upstream.url("/") });
    let found = person
        .post("/api/services/discover", body)
        .await
        .expect(200)
        .body;
    assert_eq!(
        (&found["api_urls"], &found["components"]),
        (&json!([]), &json!([]))
    );
    assert_eq!(found["advice"]["code"], "enter_data_address", "{found}");
    let sentence = found["advice"]["sentence"].as_str().expect("a sentence");
    assert!(sentence.ends_with('.'), "{sentence}");
    let evidence = found["evidence"].as_array().expect("evidence");
    assert!(evidence.len() > 3, "{evidence:?}");
    assert!(
        evidence.iter().any(|one| one["outcome"] == "nothing there"
            && one["url"] == upstream.url("/api/v2/summary.json")),
        "{evidence:?}"
    );
    assert_eq!(found["provider"], Value::Null);
    let kept: i64 = sqlx::query_scalar("select count(*) from vendor_pages")
        .fetch_one(&pool)
        .await
        .expect("counted");
    assert_eq!(kept, 0);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn what_is_no_address_is_refused(pool: PgPool) {
    let world = World::start(pool).await;
    let person = world.operator().await;
    for url in [
        "",
        "ftp://example.com",
        "http://me:secret@example.com",
        "not an address",
    ] {
        let answer = person
            .post("/api/services/discover", json!({ "url": url }))
            .await
            .expect(422);
        assert!(answer.body["errors"]["url"].is_array(), "{url}: {answer:?}");
    }
    person
        .post("/api/services/discover", json!({}))
        .await
        .expect(422);
    for urls in [json!([]), json!([""]), json!(["ftp://example.com"])] {
        let answer = person
            .post("/api/services/validate-url", json!({ "urls": urls }))
            .await
            .expect(422);
        assert!(
            answer.body["errors"]["urls"].is_array(),
            "{urls}: {answer:?}"
        );
    }
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn private_addresses_are_closed_where_strangers_may_sign_up(pool: PgPool) {
    let world = World::shared(pool).await;
    let person = world.operator().await;
    let page = Page::start().await;
    let private = page.url("/");
    let answer = person
        .post("/api/services/discover", json!({ "url": private }))
        .await
        .expect(422);
    assert!(answer.body["errors"]["url"].is_array(), "{answer:?}");
    let urls = json!([page.url("/api/v2/summary.json")]);
    let answer = person
        .post("/api/services/validate-url", json!({ "urls": urls }))
        .await
        .expect(422);
    assert!(answer.body["errors"]["urls"].is_array(), "{answer:?}");
    let body = json!({ "name": "a", "monitor_type": "status_page", "user_defined_urls": urls });
    let answer = person.post("/api/services", body).await.expect(422);
    assert!(
        answer.body["errors"]["user_defined_urls"].is_array(),
        "{answer:?}"
    );
    // A name that leads there is only seen through when it is resolved.
    let named = page.upstream.url_as("localhost", "/");
    let found = person
        .post("/api/services/discover", json!({ "url": named }))
        .await
        .expect(200)
        .body;
    assert_eq!(found["api_urls"], json!([]));
    assert_eq!(found["advice"]["code"], "unreachable", "{found}");
    assert!(page.upstream.requests().is_empty());
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn validating_keeps_what_contributed_and_says_why_the_rest_did_not(pool: PgPool) {
    let world = World::start(pool).await;
    let person = world.operator().await;
    let page = Page::start().await;
    let good = page.url("/status/own.json");
    let own = json!({ "components": [{ "name": "Till", "status": "down" }] });
    page.upstream
        .set_for("/status/own.json", Mode::body(&own.to_string()));
    let missing = page.url("/status/missing.json");
    let body = json!({ "urls": [missing, good] });
    let found = person
        .post("/api/services/validate-url", body)
        .await
        .expect(200)
        .body;
    assert_eq!(found["api_urls"], json!([good]), "{found}");
    assert_eq!(found["components"][0]["name"], "Till");
    assert_eq!(found["components"][0]["status"], "major_outage");
    assert_eq!(found["evidence"][0]["url"], missing);
    assert!(
        found["evidence"][0]["outcome"]
            .as_str()
            .is_some_and(|text| text.contains("404"))
    );
    let body = json!({ "name": "Till", "monitor_type": "status_page", "user_defined_urls": [good], "component_name": "Till" });
    let service = person.post("/api/services", body).await.expect(201).body;
    assert_eq!(service["user_defined_urls"], json!([good]));
    assert_eq!(service["status_page_api_urls"], Value::Null);
    let nothing = person
        .post("/api/services/validate-url", json!({ "urls": [missing] }))
        .await
        .expect(200)
        .body;
    assert_eq!(nothing["api_urls"], json!([]));
    assert_eq!(nothing["advice"]["code"], "enter_data_address");
    assert_eq!(nothing["evidence"][0]["url"], missing);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn the_catalogue_is_searched_by_words_and_by_hosts(pool: PgPool) {
    let world = World::start(pool).await;
    let person = world.operator().await;
    let found = person
        .get("/api/catalogue?q=claude&limit=3")
        .await
        .expect(200)
        .body;
    assert_eq!(found[0]["name"], "Claude", "{found}");
    assert!(
        found[0]["status_page"]
            .as_str()
            .is_some_and(|url| url.starts_with("https://"))
    );
    let found = person
        .get("/api/catalogue?host=api.github.com")
        .await
        .expect(200)
        .body;
    assert_eq!(found[0]["name"], "GitHub", "{found}");
    assert_eq!(found.as_array().map(Vec::len), Some(1));
    let nothing = person
        .get("/api/catalogue?host=shop.example.com")
        .await
        .expect(200)
        .body;
    assert_eq!(nothing, json!([]));
    assert_eq!(
        person.get("/api/catalogue").await.expect(200).body,
        json!([])
    );
    person
        .get("/api/catalogue?q=a&limit=1000")
        .await
        .expect(422);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn what_an_installation_adds_to_the_catalogue_leads_to_its_page(pool: PgPool) {
    let page = Page::start().await;
    let added = json!([{ "name": "Till", "home": "http://till.lan", "status": page.url("/"), "aliases": ["cash desk"] }]);
    let catalogue = Catalogue::with_additions(&added.to_string()).expect("right");
    let world = World::with(pool, |site| site.catalogue = Arc::new(catalogue)).await;
    let person = world.operator().await;
    let found = person.get("/api/catalogue?q=cash").await.expect(200).body;
    assert_eq!(found[0]["name"], "Till", "{found}");
    assert_eq!(found[0]["status_page"], page.url("/"));
    let by_host = person.get("/api/catalogue?host=till.lan").await;
    assert_eq!(by_host.expect(200).body[0]["name"], "Till");
    // Nothing answers there, but whose it is is known.
    let body = json!({ "url": "http://till.lan" });
    let found = person.post("/api/services/discover", body).await;
    let found = found.expect(200).body;
    assert_eq!(found["page"]["name"], "Acme", "{found}");
}

/// Everybody who follows a page sees its address: what else stood in a pasted one stays with whoever pasted it.
#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_pasted_address_is_kept_without_what_may_be_secret(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    let person = world.operator().await;
    let page = Page::start().await;
    let nameless = json!({
        "page": { "id": "p1", "name": "Acme" }, "status": { "indicator": "none" }, "incidents": [],
        "components": [{ "id": "api", "name": "API", "status": "operational" }],
    });
    let nameless = Mode::body(&nameless.to_string());
    for path in ["/api/v2/summary.json", "/api/v2/components.json"] {
        page.upstream.set_for(path, nameless.clone());
    }
    let body = json!({ "url": page.url("/?token=secret#secret") });
    let found = person.post("/api/services/discover", body).await;
    let found = found.expect(200).body;
    assert_eq!(found["page"]["url"], page.url("/"), "{found}");
    let kept: Vec<String> = sqlx::query_scalar("select vendor_pages::text from vendor_pages")
        .fetch_all(&pool)
        .await
        .expect("read");
    assert!(kept.len() == 1 && !kept[0].contains("secret"), "{kept:?}");
}
