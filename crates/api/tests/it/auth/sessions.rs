//! Refreshing, signing out, and where somebody is signed in.

use chrono::TimeDelta;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::{browser::Browser, world::World};

async fn refresh(browser: &Browser) -> u16 {
    browser
        .send(Method::POST, "/api/auth/refresh", None)
        .await
        .status
}

async fn logout(browser: &Browser) -> u16 {
    browser
        .send(Method::POST, "/api/auth/logout", None)
        .await
        .status
}

async fn is_signed_in(browser: &Browser) -> bool {
    browser.get("/api/auth/me").await.status == 200
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn five_tabs_that_refresh_at_once_get_the_same_successor_and_stay_signed_in(pool: PgPool) {
    let world = World::start(pool).await;
    let ann = world.person("ann@example.com").await;
    world.later(TimeDelta::hours(2));
    assert!(!is_signed_in(&ann).await);
    let tabs: Vec<_> = (0..5).map(|_| ann.copy()).collect();
    let statuses = join_all(tabs.iter().map(refresh)).await;
    assert_eq!(statuses, [200; 5]);
    let mut successors: Vec<_> = tabs.iter().map(|tab| tab.cookie("refresh_token")).collect();
    successors.dedup();
    assert_eq!(successors.len(), 1);
    assert_ne!(successors[0], ann.cookie("refresh_token"));
    for tab in &tabs {
        assert!(is_signed_in(tab).await);
    }
    world.later(TimeDelta::minutes(5));
    assert_eq!(refresh(&tabs[3]).await, 200);
    assert!(is_signed_in(&tabs[3]).await);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_refresh_token_that_comes_back_after_30_s_ends_the_session_for_thief_and_owner(
    pool: PgPool,
) {
    let world = World::start(pool).await;
    let ann = world.person("ann@example.com").await;
    let thief = ann.copy();
    assert_eq!(refresh(&ann).await, 200);
    world.later(TimeDelta::seconds(30));
    let slow = thief.copy();
    assert_eq!(refresh(&slow).await, 200);
    assert_eq!(slow.cookie("refresh_token"), ann.cookie("refresh_token"));
    world.later(TimeDelta::seconds(1));
    assert_eq!(refresh(&thief).await, 401);
    assert_eq!(thief.cookie("refresh_token"), None);
    assert!(!is_signed_in(&ann).await);
    assert_eq!(refresh(&ann).await, 401);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn an_old_generation_ends_the_session_even_within_30_s_of_the_newest(pool: PgPool) {
    let world = World::start(pool).await;
    let ann = world.person("ann@example.com").await;
    let old = ann.copy();
    assert_eq!(refresh(&ann).await, 200);
    world.later(TimeDelta::seconds(31));
    assert_eq!(refresh(&ann).await, 200);
    assert_eq!(refresh(&old).await, 401);
    assert!(!is_signed_in(&ann).await);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_tab_that_is_slower_than_two_others_stays_signed_in(pool: PgPool) {
    let world = World::start(pool).await;
    let ann = world.person("ann@example.com").await;
    world.later(TimeDelta::hours(2));
    let slow = ann.copy();
    assert_eq!(refresh(&ann).await, 200);
    let next = ann.copy();
    assert_eq!(refresh(&next).await, 200);
    assert_eq!(refresh(&slow).await, 200);
    for tab in [&ann, &next, &slow] {
        assert!(is_signed_in(tab).await);
        assert_eq!(tab.cookie("refresh_token"), ann.cookie("refresh_token"));
    }
    world.later(TimeDelta::seconds(31));
    assert_eq!(refresh(&next).await, 200);
    assert_ne!(next.cookie("refresh_token"), ann.cookie("refresh_token"));
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_session_lasts_seven_days_after_its_last_refresh(pool: PgPool) {
    let world = World::start(pool).await;
    let ann = world.person("ann@example.com").await;
    world.later(TimeDelta::days(7) - TimeDelta::seconds(1));
    assert_eq!(refresh(&ann).await, 200);
    world.later(TimeDelta::days(7));
    assert_eq!(refresh(&ann).await, 401);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn signing_out_counts_at_once_on_every_replica_and_for_copies_of_the_access_token(
    pool: PgPool,
) {
    let world = World::start(pool.clone()).await;
    let replica = World::with(pool, |site| {
        site.public_url = world.state.site.public_url.clone();
    })
    .await;
    let ann = world.person("ann@example.com").await;
    let copy = Browser::at(&replica.url).wearing(&ann);
    assert!(is_signed_in(&copy).await);
    assert_eq!(logout(&ann).await, 200);
    assert_eq!(
        (ann.cookie("access_token"), ann.cookie("refresh_token")),
        (None, None)
    );
    assert!(!is_signed_in(&copy).await);
    assert_eq!(refresh(&copy).await, 401);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn signing_out_works_with_an_expired_token_with_either_alone_and_with_none(pool: PgPool) {
    let world = World::start(pool).await;
    for (lost, hours) in [
        ("refresh_token", 0),
        ("refresh_token", 2),
        ("access_token", 2),
    ] {
        let email = format!("{lost}{hours}@example.com");
        let ann = world.person(&email).await;
        let copy = ann.copy();
        world.later(TimeDelta::hours(hours));
        ann.forget(lost);
        assert_eq!(logout(&ann).await, 200);
        assert_eq!(refresh(&copy).await, 401, "{lost} after {hours} h");
    }
    assert_eq!(logout(&world.stranger()).await, 200);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn open_streams_hear_that_their_session_ended(pool: PgPool) {
    use futures_util::StreamExt as _;
    let world = World::start(pool).await;
    let ann = world.person("ann@example.com").await;
    let mut heard = world.state.status.subscribe();
    let id = ann.get("/api/auth/sessions").await.expect(200).body[0]["id"].clone();
    assert_eq!(logout(&ann).await, 200);
    let ended = loop {
        if let Some(status_cache::Heard::SessionEnded(session)) = heard.next().await {
            break session;
        }
    };
    assert_eq!(json!(ended), id);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn people_see_their_own_sessions_and_end_one_or_all_others(pool: PgPool) {
    let world = World::start(pool).await;
    let desk = world.person("ann@example.com").await;
    let phone = world.sign_in("ann@example.com").await;
    let tablet = world.sign_in("ann@example.com").await;
    let bob = world.person("bob@example.com").await;
    let list = desk.get("/api/auth/sessions").await.expect(200).body;
    assert_eq!(list.as_array().map(Vec::len), Some(3));
    let own = own_id(&phone).await;
    let theirs = own_id(&bob).await;
    let foreign = desk
        .delete(&format!("/api/auth/sessions/{theirs}"))
        .await
        .expect(404)
        .body;
    let unknown = desk
        .delete("/api/auth/sessions/00000000-0000-0000-0000-000000000000")
        .await;
    assert_eq!(foreign["detail"], unknown.expect(404).body["detail"]);
    desk.delete("/api/auth/sessions/nonsense").await.expect(404);
    desk.delete(&format!("/api/auth/sessions/{own}"))
        .await
        .expect(204);
    assert!(!is_signed_in(&phone).await);
    assert!(is_signed_in(&tablet).await);
    desk.delete("/api/auth/sessions").await.expect(204);
    assert!(!is_signed_in(&tablet).await);
    assert!(is_signed_in(&desk).await && is_signed_in(&bob).await);
    desk.delete(&format!("/api/auth/sessions/{}", own_id(&desk).await))
        .await
        .expect(204);
    assert_eq!(desk.cookie("access_token"), None);
}

async fn own_id(browser: &Browser) -> String {
    let list = browser.get("/api/auth/sessions").await.expect(200).body;
    let own = list
        .as_array()
        .expect("a list")
        .iter()
        .find(|session| session["current"] == true);
    own.and_then(|own| own["id"].as_str())
        .map(str::to_owned)
        .expect("a current session")
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn what_has_run_out_is_cleared_away_and_nothing_else(pool: PgPool) {
    let world = World::start(pool).await;
    let ann = world.person("ann@example.com").await;
    let ended = world.sign_in("ann@example.com").await;
    assert_eq!(logout(&ended).await, 200);
    world.setup_token().await;
    let count = async |table: &str| -> i64 {
        let sql = sqlx::AssertSqlSafe(format!("select count(*) from {table}"));
        sqlx::query_scalar(sql)
            .fetch_one(world.state.db.pool())
            .await
            .expect("a number")
    };
    api::auth::housekeeping::sweep(&world.state)
        .await
        .expect("swept");
    assert_eq!(
        (count("sessions").await, count("setup_tokens").await),
        (2, 1)
    );
    world.later(TimeDelta::days(6));
    assert_eq!(refresh(&ann).await, 200);
    world.later(TimeDelta::days(6));
    api::auth::housekeeping::sweep(&world.state)
        .await
        .expect("swept");
    assert_eq!(
        (count("sessions").await, count("setup_tokens").await),
        (1, 1)
    );
    assert_eq!(refresh(&ann).await, 200);
    world.later(TimeDelta::days(30));
    api::auth::housekeeping::sweep(&world.state)
        .await
        .expect("swept");
    assert_eq!(
        (count("sessions").await, count("setup_tokens").await),
        (0, 0)
    );
    assert_eq!(
        ann.get("/api/auth/me").await.body["status"],
        Value::from(401)
    );
}
