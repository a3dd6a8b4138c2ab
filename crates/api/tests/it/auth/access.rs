//! What it takes to be let in, and which cookies carry it.

use chrono::TimeDelta;
use reqwest::Method;
use sqlx::PgPool;

use crate::world::{PASSWORD, World, login};

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn an_access_token_is_good_for_an_hour(pool: PgPool) {
    let world = World::start(pool).await;
    let ann = world.person("ann@example.com").await;
    world.later(TimeDelta::minutes(59));
    ann.get("/api/auth/me").await.expect(200);
    world.later(TimeDelta::minutes(1));
    ann.get("/api/auth/me").await.expect(401);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_refresh_token_is_no_access_token_and_garbage_is_neither(pool: PgPool) {
    let world = World::start(pool).await;
    let ann = world.person("ann@example.com").await;
    let refresh = ann.cookie("refresh_token").expect("a cookie");
    for token in [refresh.as_str(), "garbage", "a.b.c"] {
        let mut stranger = world.stranger();
        stranger.headers = vec![(
            "cookie",
            format!("access_token={token}; refresh_token={token}x"),
        )];
        stranger.get("/api/auth/me").await.expect(401);
        stranger
            .send(Method::POST, "/api/auth/refresh", None)
            .await
            .expect(401);
    }
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn cookies_carry_the_port_on_localhost_and_plain_names_are_read_too(pool: PgPool) {
    let world = World::start(pool).await;
    let ann = world.person("ann@example.com").await;
    let port = world.url.rsplit(':').next().expect("a port");
    let access = ann
        .cookie(&format!("access_token_{port}"))
        .expect("a cookie with the port");
    let mut plain = world.stranger();
    plain.headers = vec![("cookie", format!("access_token={access}"))];
    plain.get("/api/auth/me").await.expect(200);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn cookies_are_secure_where_the_public_address_is_https(pool: PgPool) {
    let world = World::with(pool, |site| {
        site.public_url = "https://pulse.example".parse().expect("a URL");
    })
    .await;
    let mut ann = world.stranger();
    ann.origin = Some("https://pulse.example".to_owned());
    let token = world.setup_token().await;
    let answer = ann
        .post(
            "/api/auth/setup",
            crate::world::setup(&token, "ann@example.com"),
        )
        .await
        .expect(201);
    let lines: Vec<_> = answer
        .headers
        .get_all("set-cookie")
        .iter()
        .map(|line| line.to_str().expect("text"))
        .collect();
    assert_eq!(lines.len(), 2);
    assert!(lines[0].starts_with("access_token=") && lines[0].contains("; Path=/;"));
    assert!(lines[1].starts_with("refresh_token=") && lines[1].contains("; Path=/api/auth;"));
    assert!(
        lines
            .iter()
            .all(|line| line.ends_with("; HttpOnly; SameSite=Lax; Secure")),
        "{lines:?}"
    );
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn no_password_or_token_stands_in_an_answer_or_in_the_database(pool: PgPool) {
    let world = World::start(pool).await;
    let ann = world.person("ann@example.com").await;
    let setup = world.setup_token().await;
    let wrong = world
        .stranger()
        .post(
            "/api/auth/login",
            login("ann@example.com", "hunter2 hunter2"),
        )
        .await;
    assert!(!wrong.body.to_string().contains("hunter2"));
    let tokens = ["access_token", "refresh_token"].map(|name| ann.cookie(name).expect("a cookie"));
    let rows: Vec<String> = sqlx::query_scalar(
        "select row_to_json(t)::text from sessions t union all select row_to_json(t)::text from users t
         union all select row_to_json(t)::text from password_credentials t
         union all select row_to_json(t)::text from setup_tokens t
         union all select row_to_json(t)::text from audit_log t",
    )
    .fetch_all(world.state.db.pool())
    .await
    .expect("rows");
    let dump = rows.join("\n");
    for secret in [PASSWORD, &setup, &tokens[0], &tokens[1]] {
        assert!(!dump.contains(secret), "{dump}");
    }
}
