//! One's own account: password, preferences, erasing it all.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::json;
use sqlx::PgPool;

use crate::world::{PASSWORD, World, login};

const NEW: &str = "an entirely new password";

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_new_password_replaces_the_old_one_and_ends_all_other_sessions(pool: PgPool) {
    let world = World::start(pool).await;
    let desk = world.person("ann@example.com").await;
    let phone = world.sign_in("ann@example.com").await;
    let change = json!({ "current_password": PASSWORD, "new_password": NEW });
    desk.put("/api/auth/password", change).await.expect(204);
    desk.get("/api/auth/me").await.expect(200);
    phone.get("/api/auth/me").await.expect(401);
    world
        .stranger()
        .post("/api/auth/login", login("ann@example.com", PASSWORD))
        .await
        .expect(401);
    world
        .stranger()
        .post("/api/auth/login", login("ann@example.com", NEW))
        .await
        .expect(200);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_new_password_needs_the_old_one_and_both_faults_are_named(pool: PgPool) {
    let world = World::start(pool).await;
    let ann = world.person("ann@example.com").await;
    let change = json!({ "current_password": "something else", "new_password": "short" });
    let answer = ann.put("/api/auth/password", change).await.expect(422);
    let errors = answer.body["errors"].as_object().expect("errors");
    assert_eq!(
        errors.keys().collect::<Vec<_>>(),
        ["current_password", "new_password"]
    );
    ann.put("/api/auth/password", json!({ "new_password": NEW }))
        .await
        .expect(422);
    world.sign_in("ann@example.com").await;
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn erasing_an_account_takes_its_workspace_and_services_along_and_nobody_elses(pool: PgPool) {
    let world = World::start(pool).await;
    let (ann, bob) = (
        world.person("ann@example.com").await,
        world.person("bob@example.com").await,
    );
    for browser in [&ann, &bob] {
        let me = browser.get("/api/auth/me").await.expect(200).body;
        insert_service(&world, me["workspaces"][0]["id"].as_str().expect("an id")).await;
    }
    let gone = ann.delete("/api/auth/me").await.expect(204);
    assert!(gone.header("set-cookie").contains("Max-Age=0"));
    ann.get("/api/auth/me").await.expect(401);
    world
        .stranger()
        .post("/api/auth/login", login("ann@example.com", PASSWORD))
        .await
        .expect(401);
    bob.get("/api/auth/me").await.expect(200);
    let left: Vec<(i64, i64, i64)> = sqlx::query_as(
        "select (select count(*) from users), (select count(*) from workspaces), (select count(*) from services)",
    )
    .fetch_all(world.state.db.pool())
    .await
    .expect("numbers");
    assert_eq!(left, [(1, 1, 1)]);
    let erased: i64 =
        sqlx::query_scalar("select count(*) from audit_log where action = 'account.erased'")
            .fetch_one(world.state.db.pool())
            .await
            .expect("a number");
    assert_eq!(erased, 1);
}

async fn insert_service(world: &World, workspace: &str) {
    sqlx::query(
        "insert into services (id, workspace_id, name, monitor_type, url, target, check_interval_s, shard)
         values (gen_random_uuid(), $1::uuid, 'One', 'http_ping', 'http://one.example', '{}', 30, 0)",
    )
    .bind(workspace)
    .execute(world.state.db.pool())
    .await
    .expect("inserted");
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn erasing_needs_a_fresh_sign_in_or_the_password(pool: PgPool) {
    let world = World::start(pool).await;
    let ann = world.person("ann@example.com").await;
    world.later(TimeDelta::minutes(5) + TimeDelta::seconds(1));
    let asked = ann.delete("/api/auth/me").await.expect(422);
    assert!(asked.body["errors"]["password"].is_array());
    let wrong = json!({ "password": "something else" });
    ann.send(Method::DELETE, "/api/auth/me", Some(wrong))
        .await
        .expect(422);
    ann.get("/api/auth/me").await.expect(200);
    let right = json!({ "password": PASSWORD });
    ann.send(Method::DELETE, "/api/auth/me", Some(right))
        .await
        .expect(204);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn preferences_are_ones_own_and_keep_what_was_not_sent(pool: PgPool) {
    let world = World::start(pool).await;
    let (ann, bob) = (
        world.person("ann@example.com").await,
        world.person("bob@example.com").await,
    );
    ann.put(
        "/api/me/preferences",
        json!({ "theme": "dark", "category_order": ["B", "A"] }),
    )
    .await
    .expect(200);
    let kept = ann
        .put("/api/me/preferences", json!({ "density": "compact" }))
        .await
        .expect(200)
        .body;
    assert_eq!(
        kept,
        json!({
            "theme": "dark", "density": "compact", "category_order": ["B", "A"],
            "weekly_report": false, "report_day": "monday", "report_zone": null,
        })
    );
    let other = bob.get("/api/me/preferences").await.expect(200).body;
    assert_eq!(
        other,
        json!({
            "theme": "system", "density": "comfortable", "category_order": [],
            "weekly_report": false, "report_day": "monday", "report_zone": null,
        })
    );
    let wrong = ann
        .put(
            "/api/me/preferences",
            json!({ "theme": "pink", "colour": 1 }),
        )
        .await
        .expect(422);
    let errors = wrong.body["errors"].as_object().expect("errors");
    assert_eq!(errors.keys().collect::<Vec<_>>(), ["colour", "theme"]);
}
