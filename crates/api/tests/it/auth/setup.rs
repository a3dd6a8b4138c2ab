//! The first account: made by whoever holds the set-up link, once.

use api::accounts::{self, SETUP_LINK_LIFE};
use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::json;
use sqlx::PgPool;

use crate::world::{World, setup};

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn the_first_account_operates_the_installation_and_owns_a_workspace(pool: PgPool) {
    let world = World::start(pool).await;
    let providers = world
        .stranger()
        .get("/api/auth/providers")
        .await
        .expect(200)
        .body;
    assert_eq!(
        providers,
        json!({ "local": true, "google": false, "github": false, "setup_required": true })
    );
    let owner = world.operator().await;
    let me = owner.get("/api/auth/me").await.expect(200).body;
    assert_eq!(me["email"], "owner@example.com");
    assert_eq!(me["auth_provider"], "local");
    assert_eq!(me["is_operator"], true);
    assert_eq!(me["role"], "owner");
    assert_eq!(me["workspaces"][0]["personal"], true);
    let providers = world
        .stranger()
        .get("/api/auth/providers")
        .await
        .expect(200)
        .body;
    assert_eq!(providers["setup_required"], false);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn of_many_racers_with_set_up_links_exactly_one_wins(pool: PgPool) {
    let world = World::start(pool).await;
    // Three have links of their own, three share one.
    let mut tokens = vec![world.setup_token().await; 3];
    for _ in 0..3 {
        tokens.push(world.setup_token().await);
    }
    let race = tokens.iter().enumerate().map(|(racer, token)| {
        let browser = world.stranger();
        let body = setup(token, &format!("racer{racer}@example.com"));
        async move { browser.post("/api/auth/setup", body).await.status }
    });
    let mut results = join_all(race).await;
    results.sort_unstable();
    assert_eq!(results, [201, 409, 409, 409, 409, 409]);
    let users = accounts::list_users(&world.state.db).await.expect("users");
    assert_eq!(users.len(), 1);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn set_up_closes_after_the_first_operator(pool: PgPool) {
    let world = World::start(pool).await;
    let spare = world.setup_token().await;
    world.operator().await;
    let late = world
        .stranger()
        .post("/api/auth/setup", setup(&spare, "late@example.com"))
        .await;
    assert!(late.expect(409).detail().contains("Sign in instead"));
    let public_url = &world.state.site.public_url;
    let link = accounts::setup_link(&world.state.db, public_url, &world.state.clock).await;
    assert!(link.expect("asked").is_none());
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_made_up_or_old_link_makes_nobody_an_operator(pool: PgPool) {
    let world = World::start(pool).await;
    let old = world.setup_token().await;
    let made_up = world
        .stranger()
        .post("/api/auth/setup", setup("made-up", "a@example.com"))
        .await;
    assert!(made_up.expect(422).body["errors"]["setup_token"].is_array());
    world.later(SETUP_LINK_LIFE + TimeDelta::seconds(1));
    let too_old = world
        .stranger()
        .post("/api/auth/setup", setup(&old, "a@example.com"))
        .await;
    assert!(too_old.expect(422).body["errors"]["setup_token"].is_array());
    assert!(
        accounts::list_users(&world.state.db)
            .await
            .expect("users")
            .is_empty()
    );
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn every_wrong_field_of_the_first_account_is_named_at_once(pool: PgPool) {
    let world = World::start(pool).await;
    let body = json!({ "email": "nobody", "password": "short", "colour": "red" });
    let answer = world
        .stranger()
        .post("/api/auth/setup", body)
        .await
        .expect(422);
    let errors = answer.body["errors"].as_object().expect("errors");
    assert_eq!(errors.keys().collect::<Vec<_>>(), ["colour"]);
    let body = json!({ "email": "nobody", "password": "short" });
    let answer = world
        .stranger()
        .post("/api/auth/setup", body)
        .await
        .expect(422);
    let errors = answer.body["errors"].as_object().expect("errors");
    assert_eq!(
        errors.keys().collect::<Vec<_>>(),
        ["email", "name", "password", "setup_token"]
    );
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_refused_account_does_not_spend_the_link(pool: PgPool) {
    let world = World::start(pool).await;
    world.person("ann@example.com").await;
    let token = world.setup_token().await;
    let taken = world
        .stranger()
        .post("/api/auth/setup", setup(&token, "ANN@example.com"))
        .await;
    assert!(taken.expect(422).body["errors"]["email"].is_array());
    let again = world
        .stranger()
        .post("/api/auth/setup", setup(&token, "owner@example.com"))
        .await;
    again.expect(201);
}
