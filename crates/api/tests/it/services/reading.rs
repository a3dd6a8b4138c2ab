//! Lists, pages, charts: from one row per service and from sums, never from history.

use chrono::TimeDelta;
use domain::{
    coverage::{Spent, Stand, Tally, hour_start},
    incident::Severity,
    recent::Recent,
    verdict::Verdict,
};
use serde_json::{Value, json};
use sqlx::PgPool;

use super::{add, path, shop};
use crate::{
    browser::{Answer, Browser},
    past::Past,
    world::World,
};

async fn named(person: &Browser, name: &str) -> Value {
    let mut body = shop();
    body["name"] = json!(name);
    add(person, body).await
}

fn names(answer: &Answer) -> Vec<&str> {
    let list = answer.body.as_array().expect("a list");
    list.iter()
        .filter_map(|service| service["name"].as_str())
        .collect()
}

fn next(answer: &Answer) -> Option<String> {
    let link = answer.header("link").strip_prefix('<')?;
    Some(link.split_once(">; rel=\"next\"")?.0.to_owned())
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn pages_hold_every_service_once_in_every_order(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    let person = world.operator().await;
    for name in ["delta", "Alpha", "charlie", "bravo", "Äther"] {
        let service = named(&person, name).await;
        if name == "charlie" {
            let now = world.state.clock.now();
            Past::of(&pool, &service, now)
                .await
                .look(Verdict::Down)
                .await;
        }
    }
    for (sort, expected) in [
        ("created", ["charlie", "delta", "Alpha", "bravo", "Äther"]),
        ("name", ["Alpha", "bravo", "charlie", "delta", "Äther"]),
        ("status", ["charlie", "Alpha", "bravo", "delta", "Äther"]),
        ("category", ["Alpha", "bravo", "charlie", "delta", "Äther"]),
    ] {
        let mut seen: Vec<String> = Vec::new();
        let mut at = Some(format!("/api/services?sort={sort}&limit=2"));
        while let Some(address) = at {
            let page = person.get(&address).await.expect(200);
            assert_eq!(page.header("x-total-count"), "5");
            seen.extend(names(&page).into_iter().map(str::to_owned));
            at = next(&page);
        }
        assert_eq!(seen, expected, "{sort}");
    }
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn filters_narrow_and_quotes_are_only_text(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    let person = world.operator().await;
    let (a, _) = (
        named(&person, "100% 'Shop'").await,
        named(&person, "Mail").await,
    );
    let now = world.state.clock.now();
    Past::of(&pool, &a, now).await.look(Verdict::Down).await;
    for (query, expected) in [
        ("q=100%25%20'shop", vec!["100% 'Shop'"]),
        ("q=%25", vec!["100% 'Shop'"]),
        ("q=shop.example.com", vec!["100% 'Shop'", "Mail"]),
        ("status=down", vec!["100% 'Shop'"]),
        ("status=pending", vec!["Mail"]),
        ("status=paused", vec![]),
        (
            "category=Web&monitor_type=http_ping",
            vec!["100% 'Shop'", "Mail"],
        ),
        ("category=web", vec![]),
        ("monitor_type=status_page", vec![]),
    ] {
        let answer = person
            .get(&format!("/api/services?{query}"))
            .await
            .expect(200);
        assert_eq!(names(&answer), expected, "{query}");
    }
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn what_was_recorded_is_shown(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    let person = world.operator().await;
    let service = add(&person, shop()).await;
    let past = Past::of(&pool, &service, world.state.clock.now()).await;
    past.month(TimeDelta::minutes(6)).await;
    past.look(Verdict::Down).await;
    let incident = past
        .incident(Severity::Down, (TimeDelta::minutes(6), None))
        .await;
    let detail = person.get(&path(&service)).await.expect(200).body;
    let status = &detail["current_status"];
    assert_eq!(
        (&status["status"], &status["response_time"]),
        (&json!("down"), &json!(124))
    );
    assert_eq!(status["reason"]["code"], "unexpected_status");
    assert_eq!(detail["active_incident"]["id"], incident.to_string());
    assert_eq!(detail["active_incident"]["impact"], "major");
    assert_eq!(detail["latest"]["hops"][0]["status"], 503);
    let bar = detail["uptime_30d_bar"].as_array().expect("a bar");
    assert_eq!(bar.len(), 30);
    assert_eq!(
        (&bar[28]["status"], &bar[28]["uptime"]),
        (&json!("up"), &json!(100.0))
    );
    assert_eq!(
        (&bar[29]["status"], &bar[29]["down_s"]),
        (&json!("down"), &json!(360))
    );
    let uptime = &detail["uptime"];
    // 23 closed hours, six minutes of them down.
    assert_eq!(uptime["uptime_24h"], 99.56);
    assert_eq!(detail["uptime_24h"], 99.56);
    assert!(
        uptime["uptime_7d"].as_f64() > Some(99.9) && uptime["uptime_7d"].as_f64() < Some(100.0)
    );
    assert!(uptime["uptime_30d"].as_f64() > uptime["uptime_7d"].as_f64());
    let summary = person.get("/api/summary").await.expect(200).body;
    assert_eq!(
        (&summary["counts"]["down"], &summary["open_incidents"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(summary["uptime_24h"], 99.56);
    let days = person
        .get(&format!("{}/days?n=60", path(&service)))
        .await
        .expect(200)
        .body;
    let days = days.as_array().expect("days");
    assert_eq!(days.len(), 60);
    assert_eq!(
        (&days[59]["down_s"], &days[0]["status"]),
        (&json!(360), &json!("none"))
    );
    let chart = person
        .get(&format!("{}/latency?range=30d", path(&service)))
        .await
        .expect(200)
        .body;
    let chart = chart.as_array().expect("points");
    assert_eq!(chart.len(), 240);
    assert_eq!(
        chart
            .iter()
            .map(|point| point["down"].as_i64().unwrap_or(0))
            .sum::<i64>(),
        360
    );
    assert!((90..110).contains(&chart[100]["p50"].as_i64().expect("a latency")));
}

/// Seconds up and down, and milliseconds of half of the looks.
fn seen(point: &Value) -> [Option<i64>; 3] {
    ["up", "down", "p50"].map(|name| point[name].as_i64())
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_chart_of_hours_goes_on_to_now_and_counts_no_hour_twice(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    // Half past.
    let into = world.state.clock.now().timestamp().rem_euclid(3600) / 60;
    world.later(TimeDelta::minutes((90 - into) % 60));
    let person = world.operator().await;
    let now = world.state.clock.now();
    let hour = hour_start(now);
    let expected = |stands: &[Stand], from, to| {
        let spent = Tally::of(stands, from, to).spent;
        [Some(spent.up_ms / 1000), Some(spent.down_ms / 1000)]
    };
    // None, the one before the running one, and two more while workers are behind.
    for open in [0, 1, 3] {
        let service = named(&person, "Shop").await;
        let past = Past::of(&pool, &service, now).await;
        past.month(TimeDelta::minutes(6)).await;
        past.checks(240).await;
        past.counted(240).await;
        if open > 0 {
            let mut recent = Recent::new(now - TimeDelta::days(31));
            recent.close(hour - TimeDelta::hours(open + 1), Spent::default(), None);
            sqlx::query("update service_health set recent = $2 where service_key = $1")
                .bind(past.key)
                .bind(recent.encode())
                .execute(&pool)
                .await
                .expect("written");
        }
        let address = format!("{}/latency?range=7d", path(&service));
        let chart = person.get(&address).await.expect(200).body;
        let [.., third, second, before, running] = &chart.as_array().expect("points")[..] else {
            panic!("too short: {chart}");
        };
        let stands = past.stands(240);
        assert_eq!(seen(running)[..2], expected(&stands, hour, now));
        let latency = seen(running)[2].expect("looks of this hour");
        assert!((47..=53).contains(&latency), "{latency}");
        let latency = seen(before)[2].expect("looks of the hour before");
        if open == 0 {
            assert_eq!(
                seen(before)[..2],
                [Some(3_240), Some(360)],
                "as it was summed"
            );
            assert!((93..=107).contains(&latency), "{latency}");
        } else {
            assert_eq!(
                seen(before)[..2],
                expected(&stands, hour - TimeDelta::hours(1), hour)
            );
            assert!((47..=53).contains(&latency), "{latency}");
        }
        for (back, point) in [(2, second), (3, third)] {
            let from = hour - TimeDelta::hours(back);
            if open < back {
                assert_eq!(seen(point)[..2], [Some(3_600), Some(0)]);
            } else {
                assert_eq!(
                    seen(point)[..2],
                    expected(&stands, from, from + TimeDelta::hours(1))
                );
                let latency = seen(point)[2].expect("looks");
                assert!((47..=53).contains(&latency), "{latency}");
            }
        }
    }
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn the_summary_says_since_when_the_worst_stands_so(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    let person = world.operator().await;
    let now = world.state.clock.now();
    let mut pasts = Vec::new();
    for name in ["Shop", "Mail", "Search"] {
        let service = named(&person, name).await;
        pasts.push(Past::of(&pool, &service, now).await);
    }
    let [shop, mail, search] = &pasts[..] else {
        panic!("three services");
    };
    let worst = async || {
        let answer = person.get("/api/summary").await.expect(200);
        answer.body["worst"].clone()
    };
    let at = |minutes| json!(now - TimeDelta::minutes(minutes));
    assert_eq!(worst().await, json!(null));
    for past in &pasts {
        past.look(Verdict::Maintenance).await;
    }
    search.since(TimeDelta::minutes(7)).await;
    let several = json!({ "status": "maintenance", "since": at(7), "name": null });
    assert_eq!(worst().await, several);

    // An outage began with its incident, before the look that confirmed it.
    mail.look(Verdict::Down).await;
    let from = (TimeDelta::minutes(40), None);
    mail.incident(Severity::Down, from).await;
    let only = json!({ "status": "down", "since": at(40), "name": "Mail" });
    assert_eq!(worst().await, only);
    shop.look(Verdict::Down).await;
    shop.since(TimeDelta::minutes(50)).await;
    let both = json!({ "status": "down", "since": at(50), "name": null });
    assert_eq!(worst().await, both);

    sqlx::query("update services set paused_at = now() where key = any($1)")
        .bind(vec![shop.key, mail.key])
        .execute(&pool)
        .await
        .expect("written");
    let left = json!({ "status": "maintenance", "since": at(7), "name": "Search" });
    assert_eq!(worst().await, left);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_row_that_was_shown_before_shows_what_happened_since(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    let person = world.operator().await;
    let mut service = named(&person, "Shop").await;
    let first = |answer: Answer| answer.expect(200).body[0].clone();
    let past = Past::of(&pool, &service, world.state.clock.now()).await;
    past.month(TimeDelta::minutes(6)).await;
    past.look(Verdict::Up).await;
    let up = first(person.get("/api/services").await);
    assert_eq!(up["current_status"]["status"], "up");
    let again = first(person.get("/api/services").await);
    assert_eq!(again, up);

    past.look(Verdict::Down).await;
    let down = first(person.get("/api/services").await);
    assert_eq!(down["current_status"]["status"], "down");

    service["name"] = json!("Another shop");
    person
        .put(&path(&service), service.clone())
        .await
        .expect(200);
    let renamed = first(person.get("/api/services").await);
    assert_eq!(renamed["name"], "Another shop");

    // Nothing is written meanwhile, and yet the day goes on.
    world.later(TimeDelta::minutes(10));
    let later = first(person.get("/api/services").await);
    assert_ne!(later["coverage_24h"], renamed["coverage_24h"]);

    person.delete(&path(&service)).await.expect(204);
    let none = person.get("/api/services").await.expect(200);
    assert_eq!(names(&none), Vec::<&str>::new());
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn lists_numbers_and_charts_do_not_touch_raw_checks(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    let person = world.operator().await;
    let service = add(&person, shop()).await;
    let past = Past::of(&pool, &service, world.state.clock.now()).await;
    past.month(TimeDelta::zero()).await;
    past.look(Verdict::Up).await;
    past.incident(
        Severity::Down,
        (TimeDelta::hours(5), Some(TimeDelta::hours(4))),
    )
    .await;
    // What is not there cannot be read.
    sqlx::query("drop table checks cascade")
        .execute(&pool)
        .await
        .expect("dropped");
    let one = path(&service);
    for address in [
        "/api/services?limit=50",
        "/api/services?sort=status&q=shop",
        "/api/summary",
        "/api/incidents",
        "/api/workspace",
        &one,
        &format!("{one}/days?n=90"),
    ] {
        person.get(address).await.expect(200);
    }
    person.get(&format!("{one}/checks")).await.expect(500);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn checks_are_paged_newest_first_by_cursor_and_by_offset(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    let person = world.operator().await;
    let service = add(&person, shop()).await;
    let past = Past::of(&pool, &service, world.state.clock.now()).await;
    past.checks(25).await;
    let base = format!("{}/checks", path(&service));
    let mut seen: Vec<String> = Vec::new();
    let mut at = Some(format!("{base}?limit=10"));
    while let Some(address) = at {
        let page = person.get(&address).await.expect(200);
        let times = page.body.as_array().expect("checks");
        seen.extend(
            times
                .iter()
                .map(|check| check["slot_at"].as_str().expect("a time").to_owned()),
        );
        at = next(&page);
    }
    assert_eq!(seen.len(), 25);
    assert!(seen.is_sorted_by(|a, b| a > b));
    let offset = person
        .get(&format!("{base}?limit=1&offset=24"))
        .await
        .expect(200)
        .body;
    assert_eq!(offset[0]["slot_at"], seen[24].as_str());
    let down = person
        .get(&format!("{base}?status=down"))
        .await
        .expect(200)
        .body;
    assert_eq!(down.as_array().map(Vec::len), Some(2));
    insta::assert_json_snapshot!(down[0], { ".id" => "[id]", ".service_id" => "[id]" });
    let since = world.state.clock.now() - TimeDelta::minutes(5);
    let since = since.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let newest = person
        .get(&format!("{base}?since={since}"))
        .await
        .expect(200)
        .body;
    assert_eq!(newest.as_array().map(Vec::len), Some(5));
    let again = person.get(&format!("{base}?limit=1")).await.body;
    assert_eq!(again[0]["id"], newest[0]["id"]);
    let chart = person
        .get(&format!("{}/latency", path(&service)))
        .await
        .expect(200)
        .body;
    let chart = chart.as_array().expect("points");
    assert_eq!(chart.len(), 288);
    assert_eq!(
        chart
            .iter()
            .map(|point| point["down"].as_i64().unwrap_or(0))
            .sum::<i64>(),
        120
    );
    assert_eq!(chart[0]["p50"], Value::Null);
}
