//! Live events as a browser hears them.

use std::time::Duration;

use chrono::TimeDelta;
use domain::id::WorkspaceId;
use serde_json::{Value, json};
use sqlx::PgPool;
use status_cache::LiveEvent;
use tokio::time::timeout;

use crate::{
    browser::{Browser, Stream},
    services::{add, path, shop},
    world::World,
};

const PATIENCE: Duration = Duration::from_secs(10);

async fn workspace(person: &Browser) -> WorkspaceId {
    let id = person.get("/api/workspace").await.expect(200).body["id"].clone();
    id.as_str().expect("an id").parse().expect("a UUID")
}

fn status(workspace: WorkspaceId, service: &Value, word: &str) -> LiveEvent {
    let data = json!({ "service_id": service["id"], "status": word });
    let service = serde_json::from_value(service["id"].clone()).expect("an id");
    LiveEvent::status(workspace, service, data)
}

async fn until(stream: &mut Stream, text: &str) -> String {
    timeout(PATIENCE, stream.until(text))
        .await
        .expect("in time")
        .expect("the stream goes on")
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_change_is_heard_by_its_workspace_and_by_no_other(pool: PgPool) {
    let world = World::start(pool).await;
    let person = world.operator().await;
    let mut listener = person.copy();
    listener
        .headers
        .push(("accept-encoding", "gzip, br".to_owned()));
    let stranger = world.person("stranger@example.com").await;
    let mut mine = listener.stream("/api/events", None).await;
    let mut foreign = stranger.stream("/api/events", None).await;
    assert_eq!(mine.header("content-type"), "text/event-stream");
    assert_eq!(mine.header("x-accel-buffering"), "no");
    assert_eq!(mine.header("content-encoding"), "");
    until(&mut mine, "retry:").await;
    let service = add(&person, shop()).await;
    let heard = until(&mut mine, "\n\n").await;
    assert!(heard.contains("event: service.changed"), "{heard}");
    assert!(heard.contains(service["id"].as_str().expect("an id")) && heard.contains("\nid: "));
    let own = add(&stranger, shop()).await;
    let heard = until(&mut foreign, own["id"].as_str().expect("an id")).await;
    assert!(
        !heard.contains(service["id"].as_str().expect("an id")),
        "{heard}"
    );
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_stream_resumes_after_its_last_event_or_is_told_to_read_again(pool: PgPool) {
    let world = World::start(pool).await;
    let person = world.operator().await;
    let workspace = workspace(&person).await;
    let service = add(&person, shop()).await;
    let mut stream = person.stream("/api/events", None).await;
    until(&mut stream, "retry:").await;
    let (first, second) = (
        status(workspace, &service, "down"),
        status(workspace, &service, "up"),
    );
    world
        .state
        .status
        .publish(std::slice::from_ref(&first))
        .await;
    until(&mut stream, &first.id.simple().to_string()).await;
    world
        .state
        .status
        .publish(std::slice::from_ref(&second))
        .await;
    until(&mut stream, &second.id.simple().to_string()).await;
    drop(stream);
    let last = first.id.simple().to_string();
    let mut resumed = person.stream("/api/events", Some(&last)).await;
    let heard = until(&mut resumed, &second.id.simple().to_string()).await;
    assert!(!heard.contains("resync"), "{heard}");
    let mut lost = person
        .stream("/api/events", Some("00000000000000000000000000000001"))
        .await;
    until(&mut lost, "event: resync").await;
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_stream_ends_with_its_session(pool: PgPool) {
    let world = World::start(pool).await;
    let person = world.operator().await;
    let other = world.sign_in("owner@example.com").await;
    let mut ending = person.stream("/api/events", None).await;
    let mut staying = other.stream("/api/events", None).await;
    until(&mut ending, "retry:").await;
    until(&mut staying, "retry:").await;
    person.post("/api/auth/logout", json!({})).await;
    timeout(PATIENCE, ending.end()).await.expect("it ends");
    let service = add(&other, shop()).await;
    until(&mut staying, &path(&service)["/api/services/".len()..]).await;
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_stream_tells_nothing_after_its_session_ran_out_and_goes_on_while_it_is_refreshed(
    pool: PgPool,
) {
    let world = World::start(pool).await;
    let idle = world.operator().await;
    let workspace = workspace(&idle).await;
    let service = add(&idle, shop()).await;
    let busy = world.sign_in("owner@example.com").await;
    let mut ending = idle.stream("/api/events", None).await;
    let mut staying = busy.stream("/api/events", None).await;
    until(&mut ending, "retry:").await;
    until(&mut staying, "retry:").await;
    world.later(TimeDelta::days(6));
    busy.post("/api/auth/refresh", json!({})).await.expect(200);
    world.later(TimeDelta::days(1));
    let told = status(workspace, &service, "down");
    world
        .state
        .status
        .publish(std::slice::from_ref(&told))
        .await;
    until(&mut staying, &told.id.simple().to_string()).await;
    let heard = timeout(PATIENCE, ending.until(&told.id.simple().to_string())).await;
    assert_eq!(heard.expect("it ends"), None);
}
