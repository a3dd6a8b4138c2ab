//! Every route of the document, called by nobody and by somebody from another workspace: made from the document, so
//! that a new route cannot be forgotten.

use futures_util::future::join_all;
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    browser::{Answer, Browser},
    document::document,
    notices::Noticed,
    past::Past,
    services::{add, shop},
    world::World,
};

/// What works without a session, because it makes one, ends one, or tells nothing.
const OPEN: [&str; 14] = [
    "get /api/health",
    "get /api/auth/providers",
    "get /api/auth/github",
    "get /api/auth/github/callback",
    "get /api/auth/google",
    "get /api/auth/google/callback",
    "post /api/auth/setup",
    "post /api/auth/login",
    "post /api/auth/logout",
    "post /api/auth/refresh",
    // What they permit is sealed into what they are sent.
    "post /api/links",
    "post /api/unsubscribe",
    "get /api/unsubscribe",
    "get /api/maintenance/calendar.ics",
];

/// Method, path as documented, and the operation.
fn routes() -> Vec<(String, String, Value)> {
    let mut routes = Vec::new();
    for (path, item) in document()["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("methods") {
            routes.push((method.clone(), path.clone(), operation.clone()));
        }
    }
    routes
}

async fn call(person: &Browser, method: &str, path: &str) -> Answer {
    let body = matches!(method, "post" | "put").then(|| json!({}));
    person
        .send(method.to_uppercase().parse().expect("a method"), path, body)
        .await
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn nobody_gets_anything_but_the_way_in(pool: PgPool) {
    let world = World::start(pool).await;
    world.operator().await;
    let nobody = world.stranger();
    let mut asked = 0;
    for (method, path, _) in routes() {
        if OPEN.contains(&format!("{method} {path}").as_str()) {
            continue;
        }
        let path = path.replace("{id}", &Uuid::now_v7().to_string());
        let answer = call(&nobody, &method, &path).await;
        assert_eq!(answer.status, 401, "{method} {path}: {answer:?}");
        assert_eq!(
            answer.header("content-type"),
            "application/problem+json",
            "{method} {path}"
        );
        asked += 1;
    }
    assert!(asked > 20, "only {asked} routes were asked");
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn somebody_elses_id_and_no_such_id_are_the_same(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    let owner = world.operator().await;
    let service = add(&owner, shop()).await;
    let past = Past::of(&pool, &service, world.state.clock.now()).await;
    let incident = past
        .incident(
            domain::incident::Severity::Down,
            (chrono::TimeDelta::hours(1), None),
        )
        .await;
    let noticed = Noticed::of(&pool, &owner).await;
    let stranger = world.person("stranger@example.com").await;
    let mut asked = 0;
    for (method, path, _) in routes()
        .into_iter()
        .filter(|(_, path, _)| path.contains("{id}"))
    {
        let foreign = match path.split('/').nth(2) {
            Some("services") => service["id"].as_str().expect("an id").to_owned(),
            Some("incidents") => incident.to_string(),
            Some("channels") => noticed.channel.clone(),
            Some("notice-rules") => noticed.rule.clone(),
            Some("maintenance") => noticed.window.clone(),
            Some("deliveries") => noticed.delivery.clone(),
            Some("auth") => continue,
            other => panic!("{other:?} has no foreign example: add one"),
        };
        let on_foreign = call(&stranger, &method, &path.replace("{id}", &foreign)).await;
        let on_nothing = call(
            &stranger,
            &method,
            &path.replace("{id}", &Uuid::now_v7().to_string()),
        )
        .await;
        let on_nonsense = call(&stranger, &method, &path.replace("{id}", "nonsense")).await;
        for answer in [&on_foreign, &on_nothing, &on_nonsense] {
            assert_eq!(answer.status, 404, "{method} {path}: {answer:?}");
        }
        assert_eq!(
            without_id(on_foreign),
            without_id(on_nothing),
            "{method} {path}"
        );
        asked += 1;
    }
    assert!(asked >= 9, "only {asked} routes were asked");
    let untouched = owner.get("/api/services").await.expect(200).body;
    assert_eq!(untouched[0]["revision"], 1);
}

fn without_id(mut answer: Answer) -> Value {
    answer.body["request_id"] = Value::Null;
    answer.body
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn lists_of_a_stranger_are_empty(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    let owner = world.operator().await;
    let service = add(&owner, shop()).await;
    let past = Past::of(&pool, &service, world.state.clock.now()).await;
    past.incident(
        domain::incident::Severity::Down,
        (chrono::TimeDelta::hours(1), None),
    )
    .await;
    Noticed::of(&pool, &owner).await;
    let stranger = world.person("stranger@example.com").await;
    let id = service["id"].as_str().expect("an id");
    for (method, path, operation) in routes() {
        let content = &operation["responses"]["200"]["content"]["application/json"]["schema"];
        if method != "get"
            || path.contains('{')
            || content["type"] != "array"
            || path.starts_with("/api/auth")
            // The same for everybody.
            || path == "/api/catalogue"
        {
            continue;
        }
        let answer = stranger.get(&path).await.expect(200);
        assert_eq!(answer.body, json!([]), "{path}");
        let narrowed = stranger
            .get(&format!("{path}?service_id={id}&q=Shop"))
            .await
            .expect(200);
        assert_eq!(narrowed.body, json!([]), "{path}");
    }
    let summary = stranger.get("/api/summary").await.expect(200).body;
    assert_eq!(
        (&summary["total"], &summary["open_incidents"]),
        (&json!(0), &json!(0))
    );
    stranger.get("/api/system").await.expect(403);
    owner.get("/api/system").await.expect(200);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_viewer_reads_everything_and_changes_nothing(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    let person = world.operator().await;
    let service = add(&person, shop()).await;
    sqlx::query("update memberships set role = 1")
        .execute(&pool)
        .await
        .expect("written");
    for (method, path, _) in routes() {
        if path.starts_with("/api/auth")
            || path.starts_with("/api/me")
            || path == "/api/events"
            || OPEN.contains(&format!("{method} {path}").as_str())
        {
            continue;
        }
        let id = service["id"].as_str().expect("an id");
        let answer = call(&person, &method, &path.replace("{id}", id)).await;
        if method == "get" {
            let is_of_another_kind = path.contains("{id}") && !path.starts_with("/api/services/");
            let expected = if is_of_another_kind { 404 } else { 200 };
            assert_eq!(answer.status, expected, "{path}");
        } else {
            assert_eq!(answer.status, 403, "{method} {path}");
        }
    }
}

/// Those who ask the same at the same moment share an answer, within their workspace.
#[sqlx::test(migrator = "db::MIGRATOR")]
async fn people_who_ask_at_the_same_moment_see_their_own(pool: PgPool) {
    let world = World::start(pool).await;
    let (here, there) = (
        world.operator().await,
        world.person("stranger@example.com").await,
    );
    let service = add(&here, shop()).await;
    let chart = format!(
        "/api/services/{}/latency?range=30d",
        service["id"].as_str().expect("an id")
    );
    let ask = |path: &str| {
        let people = (0..12).map(|n| if n % 3 == 0 { &there } else { &here });
        let asking = people.map(|person| {
            let path = path.to_owned();
            async move { person.get(&path).await }
        });
        join_all(asking.collect::<Vec<_>>())
    };
    for _ in 0..5 {
        let (services, summaries, incidents, charts) = tokio::join!(
            ask("/api/services"),
            ask("/api/summary"),
            ask("/api/incidents"),
            ask(&chart)
        );
        for n in 0..12 {
            let is_owner = n % 3 != 0;
            let has = usize::from(is_owner);
            assert_eq!(services[n].body.as_array().unwrap().len(), has);
            assert_eq!(services[n].header("x-total-count"), has.to_string());
            assert_eq!(summaries[n].body["total"], has);
            assert_eq!(incidents[n].body, json!([]));
            assert_eq!(charts[n].status, if is_owner { 200 } else { 404 });
        }
    }
}
