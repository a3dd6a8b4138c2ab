//! Planned work: windows, the calendar, and what is near.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use crate::{notices::id, world::World};

/// Every Sunday night.
pub(crate) fn backups() -> Value {
    json!({
        "title": "Backups", "begins": "2026-01-04T02:00:00", "zone": "Europe/Berlin", "duration_s": 3_600,
        "rule": "FREQ=WEEKLY;BYDAY=SU",
    })
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn maintenance_is_planned_shown_and_in_the_calendar(pool: PgPool) {
    let world = World::start(pool).await;
    let person = world.operator().await;
    let made = person
        .post("/api/maintenance", backups())
        .await
        .expect(201)
        .body;
    assert!(made["next"]["from"].is_string(), "{made}");
    let path = format!("/api/maintenance/{}", id(&made));
    let wrong =
        json!({ "duration_s": 59, "rule": "FREQ=SECONDLY", "zone": "Mars", "categories": [] });
    let errors = person.put(&path, wrong).await.expect(422).body["errors"].clone();
    let named: Vec<&String> = errors.as_object().expect("fields").keys().collect();
    assert_eq!(named, ["categories", "duration_s", "rule", "zone"]);
    let changed = json!({ "title": "Night; long, \\ title", "categories": ["Shop"] });
    let changed = person.put(&path, changed).await.expect(200).body;
    assert_eq!(
        (&changed["rule"], &changed["categories"]),
        (&made["rule"], &json!(["Shop"]))
    );
    let link = person
        .get("/api/maintenance/calendar")
        .await
        .expect(200)
        .body;
    let link = link["url"].as_str().expect("a link").to_owned();
    let link = link.strip_prefix(&world.url).expect("ours").to_owned();
    let calendar = world.stranger().get(&link).await.expect(200);
    assert_eq!(
        calendar.header("content-type"),
        "text/calendar; charset=utf-8"
    );
    let text = calendar.body.as_str().expect("text").to_owned();
    assert!(
        text.contains("SUMMARY:Night\\; long\\, ") && text.matches("BEGIN:VEVENT").count() > 20
    );
    assert!(text.lines().all(|line| line.len() <= 75));
    world
        .stranger()
        .get("/api/maintenance/calendar.ics?token=x")
        .await
        .expect(404);
    person.delete(&path).await.expect(204);
    assert_eq!(
        person.get("/api/maintenance").await.expect(200).body,
        json!([])
    );
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_dashboard_hears_of_windows_that_are_near_and_counts_what_they_cover(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    let person = world.operator().await;
    let now: DateTime<Utc> = sqlx::query_scalar("select now()")
        .fetch_one(&pool)
        .await
        .unwrap();
    let at = |hours| {
        let begins = now + TimeDelta::hours(hours);
        json!(begins.format("%Y-%m-%dT%H:%M:%S").to_string())
    };
    let ids: Vec<_> = (0..900).map(|_| Uuid::now_v7()).collect();
    let categories = json!(["Shop", "Home", "Mail", "Search", "News"]);
    for (title, hours, more) in [
        ("Tonight", 9, json!({ "categories": categories })),
        ("Running", -1, json!({ "service_ids": ids })),
        ("In two days", 48, json!({})),
        ("Over", -3, json!({})),
        ("Tomorrow", 23, json!({})),
    ] {
        let mut window =
            json!({ "title": title, "begins": at(hours), "zone": "UTC", "duration_s": 7200 });
        for (field, value) in more.as_object().expect("fields") {
            window[field] = value.clone();
        }
        person.post("/api/maintenance", window).await.expect(201);
    }
    let soon = person.get("/api/maintenance/soon").await.expect(200);
    assert_eq!(soon.header("x-total-count"), "3");
    let said: Vec<_> = soon
        .body
        .as_array()
        .expect("windows")
        .iter()
        .map(|one| {
            json!([
                one["title"],
                one["categories"],
                one["more_categories"],
                one["services"]
            ])
        })
        .collect();
    let expected = json!([
        ["Running", null, 0, 900],
        ["Tonight", ["Shop", "Home", "Mail"], 2, null],
        ["Tomorrow", null, 0, null],
    ]);
    assert_eq!(json!(said), expected);
    for hours in 1..=20 {
        let window =
            json!({ "title": "One more", "begins": at(hours), "zone": "UTC", "duration_s": 7200 });
        person.post("/api/maintenance", window).await.expect(201);
    }
    let soon = person.get("/api/maintenance/soon").await.expect(200);
    assert_eq!(soon.body.as_array().map(Vec::len), Some(20));
    assert_eq!(soon.header("x-total-count"), "23");
    assert!(soon.body.to_string().len() < 8_000);
}
