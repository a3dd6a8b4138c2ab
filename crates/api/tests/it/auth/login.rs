//! E-mail and password.

use api::accounts;
use secrecy::ExposeSecret as _;
use serde_json::json;
use sqlx::PgPool;

use crate::world::{PASSWORD, World, login};

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_wrong_password_and_an_unknown_address_get_the_same_answer(pool: PgPool) {
    let world = World::start(pool).await;
    world.person("ann@example.com").await;
    let wrong = world
        .stranger()
        .post(
            "/api/auth/login",
            login("ann@example.com", "not my password"),
        )
        .await;
    let unknown = world
        .stranger()
        .post("/api/auth/login", login("bob@example.com", PASSWORD))
        .await;
    let (mut wrong, mut unknown) = (wrong.expect(401).body, unknown.expect(401).body);
    wrong["request_id"] = json!(null);
    unknown["request_id"] = json!(null);
    assert_eq!(wrong, unknown);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn the_address_may_be_written_in_any_case(pool: PgPool) {
    let world = World::start(pool).await;
    world.person("Ann@Example.com").await;
    let answer = world
        .stranger()
        .post("/api/auth/login", login(" aNN@example.COM ", PASSWORD))
        .await;
    assert_eq!(answer.expect(200).body["email"], "Ann@Example.com");
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn guessing_at_one_account_is_slowed_and_other_accounts_are_not(pool: PgPool) {
    let world = World::start(pool).await;
    world.person("bob@example.com").await;
    let mut attempts = 0;
    let slowed = loop {
        let guess = login("ANN@example.com", "a guess, surely");
        let answer = world.stranger().post("/api/auth/login", guess).await;
        if answer.status == 429 {
            break answer;
        }
        answer.expect(401);
        attempts += 1;
    };
    // A slow machine earns a few more while it is at it.
    assert!((10..20).contains(&attempts), "{attempts}");
    let wait: u64 = slowed.header("retry-after").parse().expect("seconds");
    assert!((1..=6).contains(&wait), "{wait}");
    world.sign_in("bob@example.com").await;
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn one_address_cannot_try_many_accounts(pool: PgPool) {
    let world = World::start(pool).await;
    let mut attempts = 0;
    let slowed = loop {
        // Empty passwords are refused before any work, and count all the same.
        let body = login(&format!("user{attempts}@example.com"), "");
        let answer = world.stranger().post("/api/auth/login", body).await;
        if answer.status == 429 {
            break answer;
        }
        answer.expect(422);
        attempts += 1;
    };
    assert!((30..60).contains(&attempts), "{attempts}");
    assert!(!slowed.header("retry-after").is_empty());
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_made_up_password_works_and_a_reset_ends_every_session(pool: PgPool) {
    let world = World::start(pool).await;
    let ann = world.person("ann@example.com").await;
    let reset =
        accounts::reset_password(&world.state.db, "ANN@example.com", None, &world.state.clock)
            .await
            .expect("reset");
    let password = reset.generated.expect("a password");
    ann.get("/api/auth/me").await.expect(401);
    world
        .stranger()
        .post("/api/auth/login", login("ann@example.com", PASSWORD))
        .await
        .expect(401);
    let again = world.stranger();
    again
        .post(
            "/api/auth/login",
            login("ann@example.com", password.expose_secret()),
        )
        .await
        .expect(200);
    let nobody =
        accounts::reset_password(&world.state.db, "bob@example.com", None, &world.state.clock);
    assert!(
        nobody
            .await
            .expect_err("refused")
            .to_string()
            .contains("bob@example.com")
    );
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn accounts_on_the_command_line_are_checked_like_all_others(pool: PgPool) {
    let world = World::start(pool).await;
    let add = |email: &str, password: Option<&str>| accounts::AddUser {
        email: email.to_owned(),
        name: "Somebody".to_owned(),
        operator: true,
        password: password.map(Into::into),
    };
    let (db, clock) = (&world.state.db, &world.state.clock);
    let wrong = accounts::add_user(db, add("nobody", Some("short")), clock)
        .await
        .expect_err("refused");
    let sentence = wrong.to_string();
    assert!(
        sentence.contains("email must") && sentence.contains("password must"),
        "{sentence}"
    );
    let added = accounts::add_user(db, add("ann@example.com", None), clock)
        .await
        .expect("added");
    assert!(added.generated.is_some() && added.user.is_operator);
    let twice = accounts::add_user(db, add("Ann@example.com", None), clock)
        .await
        .expect_err("refused");
    assert!(
        twice.to_string().contains("has an account already"),
        "{twice}"
    );
    assert_eq!(
        accounts::list_users(db).await.expect("listed"),
        [added.user]
    );
}
