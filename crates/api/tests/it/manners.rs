//! What holds for every answer.

use serde_json::json;
use sqlx::PgPool;

use crate::{
    services::{add, shop},
    world::World,
};

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn every_answer_has_an_id_and_tells_browsers_not_to_guess_frame_or_keep_it(pool: PgPool) {
    let world = World::start(pool).await;
    let nobody = world.stranger();
    for address in ["/api/health", "/api/services", "/api/nothing", "/elsewhere"] {
        let answer = nobody.get(address).await;
        assert_eq!(answer.header("x-request-id").len(), 32, "{address}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("x-frame-options"), "DENY");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert!(
            answer
                .header("content-security-policy")
                .contains("default-src 'none'")
        );
        assert_eq!(answer.header("access-control-allow-origin"), "");
    }
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn an_unknown_address_and_an_unknown_method_are_problems_too(pool: PgPool) {
    let world = World::start(pool).await;
    let nobody = world.stranger();
    let missing = nobody.get("/api/nothing").await.expect(404);
    assert_eq!(missing.header("content-type"), "application/problem+json");
    let odd = nobody.put("/api/health", json!({})).await.expect(405);
    assert_eq!(odd.header("content-type"), "application/problem+json");
    let twice = world
        .operator()
        .await
        .get("/api/services?limit=1&limit=2")
        .await
        .expect(400);
    assert_eq!(twice.header("content-type"), "application/problem+json");
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn one_address_asks_no_more_than_the_installation_allows(pool: PgPool) {
    let world = World::with(pool, |site| site.rates.requests_per_minute = 2).await;
    let nobody = world.stranger();
    for _ in 0..10 {
        nobody.get("/api/services").await.expect(401);
    }
    let refused = nobody.get("/api/services").await.expect(429);
    assert!(
        refused
            .header("retry-after")
            .parse::<u64>()
            .is_ok_and(|seconds| seconds > 0)
    );
    // Whoever watches the API itself is not counted.
    nobody.get("/api/health").await.expect(200);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn one_person_asks_no_more_than_the_installation_allows_wherever_they_are(pool: PgPool) {
    let world = World::with(pool, |site| site.rates.requests_per_minute = 2).await;
    let person = world.operator().await;
    person.get("/api/services").await.expect(200);
    person.get("/api/summary").await.expect(200);
    person.get("/api/services").await.expect(429);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn lists_are_compressed_for_those_who_ask(pool: PgPool) {
    let world = World::start(pool).await;
    let mut person = world.operator().await;
    add(&person, shop()).await;
    person.headers.push(("accept-encoding", "gzip".to_owned()));
    assert_eq!(
        person.get("/api/services").await.header("content-encoding"),
        "gzip"
    );
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn the_contract_is_served_for_programs_and_for_people(pool: PgPool) {
    let world = World::start(pool).await;
    let nobody = world.stranger();
    let document = nobody.get("/api/openapi.json").await.expect(200).body;
    assert_eq!(document, crate::document::document());
    let page = nobody.get("/api/docs").await.expect(200);
    assert!(page.header("content-type").starts_with("text/html"));
    let html = page.body.as_str().expect("a page");
    assert!(html.contains("<code>GET /api/services/{id}/latency</code>"));
    // Nothing on it is fetched from elsewhere, and it runs nothing.
    assert!(!html.contains("src=") && !html.contains("<script") && !html.contains("@import"));
}
