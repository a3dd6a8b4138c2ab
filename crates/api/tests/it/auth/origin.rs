//! Which pages may write in the name of a signed-in browser, and what somebody under the wrong name is told.

use serde_json::json;
use sqlx::PgPool;

use crate::{
    browser::Browser,
    world::{PASSWORD, World, login},
};

async fn write(browser: &Browser) -> crate::browser::Answer {
    browser
        .put("/api/me/preferences", json!({ "theme": "dark" }))
        .await
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_page_of_another_site_cannot_write_and_no_page_at_all_cannot_either(pool: PgPool) {
    let world = World::start(pool).await;
    let mut ann = world.person("ann@example.com").await;
    write(&ann).await.expect(200);
    for foreign in [
        Some("https://evil.example"),
        Some("null"),
        Some("http://127.0.0.1:1"),
        None,
    ] {
        ann.origin = foreign.map(str::to_owned);
        let refused = write(&ann).await.expect(403);
        assert!(
            refused.body["type"]
                .as_str()
                .is_some_and(|kind| kind.ends_with("origin_mismatch"))
        );
    }
    // Reading needs no origin; browsers send none.
    ann.get("/api/me/preferences").await.expect(200);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn another_site_cannot_sign_a_visitor_in_and_a_script_without_cookies_can(pool: PgPool) {
    let world = World::start(pool).await;
    world.person("ann@example.com").await;
    let mut visitor = world.stranger();
    visitor.origin = Some("https://evil.example".to_owned());
    visitor
        .post("/api/auth/login", login("ann@example.com", PASSWORD))
        .await
        .expect(403);
    visitor.origin = None;
    visitor
        .post("/api/auth/login", login("ann@example.com", PASSWORD))
        .await
        .expect(200);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn the_address_of_the_machine_works_as_well_as_the_public_one(pool: PgPool) {
    let world = World::with(pool, |site| {
        site.public_url = "http://pulse.example".parse().expect("a URL");
    })
    .await;
    // Reached as http://127.0.0.1:port, which is not PUBLIC_URL.
    let mut ann = world.person("ann@example.com").await;
    write(&ann).await.expect(200);
    ann.origin = Some("http://pulse.example".to_owned());
    write(&ann).await.expect(200);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn http_where_https_is_set_is_told_what_to_set_instead_of_signing_in_for_nothing(
    pool: PgPool,
) {
    let world = World::with(pool, |site| {
        site.public_url = "https://pulse.example".parse().expect("a URL");
    })
    .await;
    let browser = world.stranger();
    let told = browser
        .post("/api/auth/login", login("ann@example.com", PASSWORD))
        .await
        .expect(403);
    assert!(
        told.detail().contains(&format!("PUBLIC_URL={}", world.url)),
        "{}",
        told.detail()
    );
    assert!(told.detail().contains("https://pulse.example"));
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_proxy_that_is_not_trusted_is_named_in_the_sentence(pool: PgPool) {
    let world = World::start(pool).await;
    let mut browser = world.stranger();
    browser.origin = Some("https://pulse.example".to_owned());
    browser.headers = vec![
        ("x-forwarded-proto", "https".to_owned()),
        ("x-forwarded-host", "pulse.example".to_owned()),
    ];
    let told = browser
        .post("/api/auth/login", login("ann@example.com", PASSWORD))
        .await
        .expect(403);
    assert!(
        told.detail().contains("PUBLIC_URL=https://pulse.example"),
        "{}",
        told.detail()
    );
    assert!(told.detail().contains("TRUSTED_PROXIES"));
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_trusted_proxy_speaks_for_host_scheme_and_address(pool: PgPool) {
    let world = World::with(pool, |site| {
        site.trusted_proxies = vec!["127.0.0.0/8".parse().expect("a network")];
    })
    .await;
    world.person("ann@example.com").await;
    let mut browser = world.stranger();
    browser.origin = Some("https://pulse.example".to_owned());
    browser.headers = vec![
        ("x-forwarded-proto", "https".to_owned()),
        ("x-forwarded-host", "pulse.example".to_owned()),
        ("x-forwarded-for", "6.6.6.6, 198.51.100.7".to_owned()),
    ];
    browser
        .post("/api/auth/login", login("ann@example.com", PASSWORD))
        .await
        .expect(200);
    let sessions = browser.get("/api/auth/sessions").await.expect(200).body;
    let addresses: Vec<_> = sessions
        .as_array()
        .expect("a list")
        .iter()
        .map(|s| s["address"].clone())
        .collect();
    assert!(addresses.contains(&json!("198.51.100.7")), "{addresses:?}");
}
