//! Pausing, resuming, looking now, and trying out before saving.

use chrono::TimeDelta;
use domain::{incident::Severity, verdict::Verdict};
use serde_json::{Value, json};
use sqlx::PgPool;
use test_support::Upstream;

use super::{add, path, shop};
use crate::{past::Past, world::World};

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn pausing_ends_the_incident_and_resuming_begins_anew(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    let person = world.operator().await;
    let service = add(&person, shop()).await;
    let past = Past::of(&pool, &service, world.state.clock.now()).await;
    past.look(Verdict::Down).await;
    let incident = past
        .incident(Severity::Down, (TimeDelta::minutes(6), None))
        .await;
    let paused = person
        .post(&format!("{}/pause", path(&service)), json!({}))
        .await
        .expect(200)
        .body;
    assert_eq!(paused["current_status"]["status"], "paused");
    assert_eq!(paused["active_incident"], Value::Null);
    assert_eq!(paused["revision"], 2);
    let ended = person
        .get(&format!("/api/incidents/{incident}"))
        .await
        .expect(200)
        .body;
    assert_eq!(ended["resolution"], "paused");
    assert!(ended["resolved_at"].is_string());
    let twice = person
        .post(&format!("{}/pause", path(&service)), json!({}))
        .await
        .expect(200)
        .body;
    assert_eq!(twice["revision"], 2);
    person
        .post(&format!("{}/check", path(&service)), json!({}))
        .await
        .expect(409);
    let resumed = person
        .post(&format!("{}/resume", path(&service)), json!({}))
        .await
        .expect(200)
        .body;
    assert_eq!(resumed["current_status"]["status"], "pending");
    assert_eq!(
        (&resumed["paused_at"], &resumed["revision"]),
        (&Value::Null, &json!(3))
    );
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn another_question_ends_the_incident_and_another_name_does_not(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    let person = world.operator().await;
    let service = add(&person, shop()).await;
    let past = Past::of(&pool, &service, world.state.clock.now()).await;
    past.look(Verdict::Down).await;
    let incident = past
        .incident(Severity::Down, (TimeDelta::minutes(6), None))
        .await;
    let renamed = person
        .put(&path(&service), json!({ "name": "B" }))
        .await
        .expect(200)
        .body;
    assert_eq!(renamed["active_incident"]["id"], incident.to_string());
    let asked = person
        .put(&path(&service), json!({ "expected_status": 503 }))
        .await
        .expect(200)
        .body;
    assert_eq!(asked["active_incident"], Value::Null);
    assert_eq!(asked["current_status"]["status"], "pending");
    let ended = person
        .get(&format!("/api/incidents/{incident}"))
        .await
        .expect(200)
        .body;
    assert_eq!(ended["resolution"], "config_changed");
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn looking_now_asks_the_worker_at_most_twenty_times_a_minute(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    let person = world.operator().await;
    let service = add(&person, shop()).await;
    sqlx::query("update services set look_at = null")
        .execute(&pool)
        .await
        .expect("written");
    let check = format!("{}/check", path(&service));
    person.post(&check, json!({})).await.expect(202);
    let asked: bool =
        sqlx::query_scalar("select look_at is not null and revision = 1 from services")
            .fetch_one(&pool)
            .await
            .expect("a row");
    assert!(asked);
    for _ in 1..20 {
        person.post(&check, json!({})).await.expect(202);
    }
    let refused = person.post(&check, json!({})).await.expect(429);
    assert!(
        refused
            .header("retry-after")
            .parse::<u64>()
            .expect("seconds")
            >= 1
    );
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_test_run_shows_everything_and_stores_nothing(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    let person = world.operator().await;
    let upstream = Upstream::start();
    let body = json!({ "url": upstream.url("/"), "expected_statuses": "200-299" });
    let run = person
        .post("/api/services/test", body)
        .await
        .expect(200)
        .body;
    assert_eq!(run["verdict"], "up", "{run}");
    assert_eq!(run["status_code"], 200);
    assert!(run["response_time"].as_u64() >= Some(1));
    assert!(
        run["sentence"]
            .as_str()
            .is_some_and(|text| text.starts_with("It answered 200 in "))
    );
    assert_eq!(run["observation"]["hops"].as_array().map(Vec::len), Some(1));
    let body = json!({ "url": upstream.url("/"), "expected_status": 418 });
    let run = person
        .post("/api/services/test", body)
        .await
        .expect(200)
        .body;
    assert_eq!(
        (&run["verdict"], &run["reason"]["code"]),
        (&json!("down"), &json!("unexpected_status"))
    );
    let count: i64 = sqlx::query_scalar("select count(*) from services")
        .fetch_one(&pool)
        .await
        .expect("a count");
    assert_eq!(count, 0);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_test_run_goes_by_the_name_that_workers_go_by(pool: PgPool) {
    let world = World::start(pool).await;
    let person = world.operator().await;
    let upstream = Upstream::start();
    let body = json!({ "url": upstream.url("/") });
    person.post("/api/services/test", body).await.expect(200);
    let name = format!(
        "PulseCheck/{} (+{})",
        env!("CARGO_PKG_VERSION"),
        probe::CONTACT
    );
    let requests = upstream.requests();
    assert_eq!(requests[0].header("user-agent"), Some(name.as_str()));
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_test_run_of_an_edit_sends_the_stored_header_values(pool: PgPool) {
    let world = World::start(pool).await;
    let person = world.operator().await;
    let upstream = Upstream::start();
    let mut body = json!({ "name": "a", "url": upstream.url("/") });
    body["headers"] = json!([{ "name": "X-Token", "value": "s3cret" }]);
    let service = add(&person, body).await;
    let edit = json!({ "service_id": service["id"], "headers": [{ "name": "X-Token" }], "timeout_ms": 2000 });
    let run = person
        .post("/api/services/test", edit)
        .await
        .expect(200)
        .body;
    assert_eq!(run["verdict"], "up", "{run}");
    assert!(!run.to_string().contains("s3cret"));
    let sent = upstream.requests();
    assert!(
        sent.iter()
            .any(|request| format!("{request:?}").contains("s3cret"))
    );
    let stranger = world.person("stranger@example.com").await;
    let foreign = json!({ "service_id": service["id"] });
    stranger
        .post("/api/services/test", foreign)
        .await
        .expect(422);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_test_run_reaches_no_forbidden_address(pool: PgPool) {
    let world = World::start(pool).await;
    let person = world.operator().await;
    let body = json!({ "url": "http://169.254.169.254/latest/meta-data" });
    let refused = person.post("/api/services/test", body).await.expect(422);
    assert!(refused.body["errors"]["url"].is_array());
}
