//! What a dashboard asks: groups with counts, windows into a list, filters that several routes share.

use chrono::TimeDelta;
use domain::{latency_hours::LatencyHours, verdict::Verdict};
use serde_json::{Value, json};
use sqlx::PgPool;

use super::{add, path, shop};
use crate::{
    browser::{Answer, Browser},
    past::Past,
    world::World,
};

async fn made(person: &Browser, name: &str, category: Option<&str>, tags: &[&str]) -> Value {
    let mut body = shop();
    body["name"] = json!(name);
    body["category"] = json!(category);
    body["tags"] = json!(tags);
    add(person, body).await
}

fn names(answer: &Answer) -> Vec<&str> {
    let list = answer.body.as_array().expect("a list");
    list.iter().filter_map(|one| one["name"].as_str()).collect()
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn groups_count_their_services_in_the_readers_order(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    let person = world.operator().await;
    let down = made(&person, "a", Some("Web"), &[]).await;
    made(&person, "b", Some("Web"), &["eu"]).await;
    made(&person, "c", Some("Api"), &["eu"]).await;
    made(&person, "d", None, &[]).await;
    made(&person, "e", Some("Zoo"), &[]).await;
    let past = Past::of(&pool, &down, world.state.clock.now()).await;
    past.look(Verdict::Down).await;
    let order = json!({ "category_order": ["Zoo", "Web"] });
    person.put("/api/me/preferences", order).await.expect(200);

    let all = person.get("/api/services/groups").await.expect(200);
    let heads: Vec<(&Value, &Value)> = all
        .body
        .as_array()
        .expect("a list")
        .iter()
        .map(|group| (&group["category"], &group["total"]))
        .collect();
    let expected = [
        (json!("Zoo"), 1),
        (json!("Web"), 2),
        (json!("Api"), 1),
        (Value::Null, 1),
    ];
    let expected: Vec<(Value, Value)> = expected
        .into_iter()
        .map(|(name, n)| (name, json!(n)))
        .collect();
    assert_eq!(
        heads,
        expected
            .iter()
            .map(|(name, n)| (name, n))
            .collect::<Vec<_>>()
    );
    assert_eq!(
        (
            &all.body[1]["counts"]["down"],
            &all.body[1]["counts"]["pending"]
        ),
        (&json!(1), &json!(1))
    );
    // A verdict that changes back, and a pause, are counted as they are.
    past.look(Verdict::Up).await;
    person
        .post(&format!("{}/pause", path(&down)), json!({}))
        .await
        .expect(200);
    let web = person
        .get("/api/services/groups?category=Web")
        .await
        .expect(200);
    assert_eq!(web.body[0]["counts"]["paused"], 1);
    assert_eq!(web.body[0]["counts"]["down"], 0);
    let eu = person.get("/api/services/groups?tag=eu").await.expect(200);
    assert_eq!(eu.body.as_array().map(Vec::len), Some(2));

    let first = person.get("/api/services/groups?limit=3").await.expect(200);
    assert_eq!(first.header("x-total-count"), "4");
    let next = first.header("link");
    let next = next
        .trim_start_matches('<')
        .split_once('>')
        .expect("a link")
        .0;
    let rest = person.get(next).await.expect(200);
    assert_eq!(rest.body.as_array().map(Vec::len), Some(1));
    assert_eq!(rest.header("link"), "");
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn windows_into_a_list_meet_without_gap_or_overlap(pool: PgPool) {
    let world = World::start(pool).await;
    let person = world.operator().await;
    for name in ["delta", "Alpha", "charlie", "bravo", "Echo"] {
        made(&person, name, Some("Web"), &[]).await;
    }
    made(&person, "elsewhere", None, &[]).await;
    let mut seen = Vec::new();
    for offset in [0, 2, 4, 6] {
        let address = format!("/api/services?category=Web&sort=name&limit=2&offset={offset}");
        let window = person.get(&address).await.expect(200);
        assert_eq!(window.header("x-total-count"), "5");
        seen.extend(names(&window).into_iter().map(str::to_owned));
    }
    assert_eq!(seen, ["Alpha", "bravo", "charlie", "delta", "Echo"]);
    let refused = person.get("/api/services?offset=-1").await.expect(422);
    assert!(refused.body["errors"]["offset"].is_array());
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn filters_mean_the_same_everywhere(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    let person = world.operator().await;
    let a = made(&person, "a", None, &["eu", "core"]).await;
    made(&person, "b", Some("Web"), &["eu-west"]).await;
    let c = made(&person, "c", Some("Web"), &["eu"]).await;
    Past::of(&pool, &a, world.state.clock.now())
        .await
        .look(Verdict::Down)
        .await;
    Past::of(&pool, &c, world.state.clock.now())
        .await
        .look(Verdict::Unknown)
        .await;
    for (query, filter, expected) in [
        ("tag=eu", json!({ "tag": "eu" }), vec!["a", "c"]),
        (
            "uncategorised=true",
            json!({ "uncategorised": true }),
            vec!["a"],
        ),
        (
            "status=down,unknown",
            json!({ "status": "down,unknown" }),
            vec!["a", "c"],
        ),
        (
            "status=pending&category=Web",
            json!({ "status": "pending", "category": "Web" }),
            vec!["b"],
        ),
    ] {
        let list = person
            .get(&format!("/api/services?sort=name&{query}"))
            .await
            .expect(200);
        assert_eq!(names(&list), expected, "{query}");
        let ask = json!({ "filter": filter, "action": "pause", "dry_run": true });
        let meant = person
            .post("/api/services/bulk", ask)
            .await
            .expect(200)
            .body;
        assert_eq!(meant["matched"], expected.len(), "{query}");
        let groups = person
            .get(&format!("/api/services/groups?{query}"))
            .await
            .expect(200)
            .body;
        let total: i64 = groups
            .as_array()
            .expect("groups")
            .iter()
            .filter_map(|group| group["total"].as_i64())
            .sum();
        assert_eq!(usize::try_from(total).ok(), Some(expected.len()), "{query}");
    }
    let refused = person
        .get("/api/services?status=up,dancing")
        .await
        .expect(422);
    assert!(refused.body["errors"]["status"].is_array());
    let ask = json!({ "filter": { "status": "dancing" }, "action": "pause" });
    let refused = person.post("/api/services/bulk", ask).await.expect(422);
    assert!(refused.body["errors"]["filter"].is_array());
    let tags = person.get("/api/services/tags").await.expect(200).body;
    assert_eq!(tags[0], json!({ "tag": "eu", "total": 2 }));
    assert_eq!(tags.as_array().map(Vec::len), Some(3));
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_list_carries_the_latency_of_the_last_day_hour_by_hour(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    let person = world.operator().await;
    let service = add(&person, shop()).await;
    assert_eq!(service["latency_24h"], json!([]));
    let now = world.state.clock.now();
    let mut hours = LatencyHours::default();
    hours.close(now - TimeDelta::hours(1), Some(81_001));
    hours.close(now - TimeDelta::hours(3), Some(40_000));
    sqlx::query("update service_health set latency_hours = $1")
        .bind(hours.encode())
        .execute(&pool)
        .await
        .expect("written");
    let list = person.get("/api/services").await.expect(200).body;
    let line = list[0]["latency_24h"].as_array().expect("a line").clone();
    assert_eq!(line.len(), 24);
    assert_eq!(line[21..], [json!(40), json!(null), json!(82)]);
}
