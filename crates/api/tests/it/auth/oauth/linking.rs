//! Another way into an existing account: only with its owner's consent.

use chrono::TimeDelta;

use super::*;

/// Links `name` from the account page of a signed-in browser.
async fn link(browser: &mut Browser, name: &str) -> Answer {
    browser.headers = vec![("sec-fetch-site", "same-origin".to_owned())];
    let there = browser
        .get(&format!("/api/auth/{name}?link=1&return_to=/account"))
        .await;
    browser.headers.clear();
    let back = browser.get(there.location()).await;
    browser.get(back.location()).await
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn the_same_address_through_another_provider_is_a_stranger_until_its_owner_links_it(
    pool: PgPool,
) {
    let (world, _provider) = world(pool, SignUp::Open).await;
    let mut browser = world.stranger();
    come_back(&browser, "google").await;
    let me = browser.get("/api/auth/me").await.expect(200).body;
    assert_error(
        &come_back(&world.stranger(), "github").await,
        "account_exists",
    );
    assert_eq!(link(&mut browser, "github").await.location(), "/account");
    let other = world.stranger();
    come_back(&other, "github").await;
    assert_eq!(
        other.get("/api/auth/me").await.expect(200).body["id"],
        me["id"]
    );
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_local_account_is_not_taken_over_by_its_address_and_can_be_linked(pool: PgPool) {
    let (world, _provider) = world(pool, SignUp::Open).await;
    let mut owner = world.person("ann@example.com").await;
    for name in BOTH {
        assert_error(&come_back(&world.stranger(), name).await, "account_exists");
        assert_eq!(link(&mut owner, name).await.location(), "/account");
        // Linking twice changes nothing.
        assert_eq!(link(&mut owner, name).await.location(), "/account");
    }
    let me = owner.get("/api/auth/me").await.expect(200).body;
    assert_eq!(me["identities"].as_array().map(Vec::len), Some(2));
    assert_eq!(me["has_password"], true);
    owner
        .delete("/api/auth/identities/github")
        .await
        .expect(204);
    owner
        .delete("/api/auth/identities/github")
        .await
        .expect(404);
    assert_error(
        &come_back(&world.stranger(), "github").await,
        "account_exists",
    );
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn linking_begins_on_our_page_by_somebody_signed_in_and_ends_in_the_same_session(
    pool: PgPool,
) {
    let (world, _provider) = world(pool, SignUp::Open).await;
    let mut owner = world.person("owner@example.com").await;
    for foreign in ["cross-site", "same-site", "none"] {
        owner.headers = vec![("sec-fetch-site", foreign.to_owned())];
        assert_error(&owner.get("/api/auth/github?link=1").await, "link_origin");
    }
    owner.headers = vec![("referer", "https://evil.example/".to_owned())];
    assert_error(&owner.get("/api/auth/github?link=1").await, "link_origin");
    owner.headers = vec![("referer", format!("{}/account", world.url))];
    let there = owner.get("/api/auth/github?link=1").await;
    let back = owner.get(there.location()).await;
    // Signed out in between, or somebody else meanwhile.
    let (gone, other) = (owner.copy(), owner.copy());
    gone.forget("access_token");
    assert_error(&gone.get(back.location()).await, "link_sign_in");
    let there = owner.get("/api/auth/github?link=1").await;
    let back = owner.get(there.location()).await;
    let bob = world.person("bob@example.com").await;
    other.forget("access_token");
    let flow = owner.cookie("oauth_flow").expect("a cookie");
    let mut mixed = world.stranger().wearing(&bob);
    let port = world.url.rsplit(':').next().expect("a port");
    mixed.headers = vec![("cookie", format!("oauth_flow_{port}={flow}"))];
    assert_error(&mixed.get(back.location()).await, "link_sign_in");
    let mut nobody = world.stranger();
    nobody.headers = vec![("sec-fetch-site", "same-origin".to_owned())];
    assert_error(&nobody.get("/api/auth/github?link=1").await, "link_sign_in");
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_provider_account_belongs_to_one_person_here(pool: PgPool) {
    let (world, _provider) = world(pool, SignUp::Open).await;
    come_back(&world.stranger(), "github").await;
    let mut bob = world.person("bob@example.com").await;
    assert_error(&link(&mut bob, "github").await, "linked_elsewhere");
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn the_last_way_to_sign_in_stays_and_a_first_password_needs_a_fresh_sign_in(pool: PgPool) {
    let (world, _provider) = world(pool, SignUp::Open).await;
    let browser = world.stranger();
    come_back(&browser, "github").await;
    browser
        .delete("/api/auth/identities/github")
        .await
        .expect(409);
    let first = serde_json::json!({ "new_password": "an entirely new password" });
    world.later(TimeDelta::minutes(6));
    browser
        .put("/api/auth/password", first.clone())
        .await
        .expect(403);
    come_back(&browser, "github").await;
    browser.put("/api/auth/password", first).await.expect(204);
    browser
        .delete("/api/auth/identities/github")
        .await
        .expect(204);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn two_providers_that_are_taken_away_at_once_do_not_both_go(pool: PgPool) {
    let (world, _provider) = world(pool, SignUp::Open).await;
    let mut browser = world.stranger();
    come_back(&browser, "github").await;
    link(&mut browser, "google").await;
    // Whoever holds the person's row holds both back until they have begun.
    let mut tx = world.state.db.begin().await.expect("begun");
    let me = browser.get("/api/auth/me").await.body["id"].clone();
    let me: uuid::Uuid = serde_json::from_value(me).expect("an id");
    db::users::lock(&mut tx, domain::id::UserId(me))
        .await
        .expect("locked");
    let waiting = async {
        wait_for_locked(&world, 2).await;
        tx.rollback().await.expect("let go");
    };
    let (github, google, ()) = tokio::join!(
        browser.delete("/api/auth/identities/github"),
        browser.delete("/api/auth/identities/google"),
        waiting
    );
    let mut statuses = [github.status, google.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 409]);
    let me = browser.get("/api/auth/me").await;
    assert_eq!(me.body["identities"].as_array().map(Vec::len), Some(1));
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_provider_vouches_for_an_address_and_only_for_that_one(pool: PgPool) {
    let (world, provider) = world(pool.clone(), SignUp::Open).await;
    let verified = async |browser: &Browser| {
        let me = browser.get("/api/auth/me").await.expect(200).body;
        me["email_verified"] == true
    };
    let mut local = world.person("bob@example.com").await;
    assert!(!verified(&local).await);
    // Ann's provider says nothing about Bob's address.
    assert_eq!(link(&mut local, "github").await.location(), "/account");
    assert!(!verified(&local).await);
    let mut bob = ann();
    (bob.subject, bob.email) = (4712, "BOB@example.com".to_owned());
    provider.sign_in_as(bob);
    assert_eq!(link(&mut local, "google").await.location(), "/account");
    assert!(verified(&local).await);
    let mut carol = ann();
    (carol.subject, carol.email) = (4713, "carol@example.com".to_owned());
    provider.sign_in_as(carol);
    let newcomer = world.stranger();
    come_back(&newcomer, "google").await;
    assert!(verified(&newcomer).await);
}
