//! Incidents: the list, its pages, and one in full.

use chrono::TimeDelta;
use domain::incident::Severity;
use sqlx::PgPool;

use crate::{
    past::Past,
    services::{add, shop},
    world::World,
};

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn incidents_are_listed_newest_first_and_narrowed(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    let person = world.operator().await;
    let (a, b) = (add(&person, shop()).await, add(&person, shop()).await);
    let now = world.state.clock.now();
    let past = Past::of(&pool, &a, now).await;
    let hours = TimeDelta::hours;
    let old = past
        .incident(Severity::Down, (hours(9), Some(hours(8))))
        .await;
    let mild = past
        .incident(Severity::Degraded, (hours(5), Some(hours(4))))
        .await;
    let open = Past::of(&pool, &b, now)
        .await
        .incident(Severity::Down, (hours(2), None))
        .await;
    let ids = |query: &str| {
        let address = format!("/api/incidents?{query}");
        let person = &person;
        async move {
            let list = person.get(&address).await.expect(200).body;
            let list = list.as_array().expect("a list").clone();
            list.into_iter()
                .map(|incident| incident["id"].as_str().expect("an id").to_owned())
                .collect::<Vec<String>>()
        }
    };
    let (old, mild, open) = (old.to_string(), mild.to_string(), open.to_string());
    assert_eq!(ids("").await, [open.as_str(), mild.as_str(), old.as_str()]);
    assert_eq!(ids("status=open").await, [open.as_str()]);
    assert_eq!(ids("status=resolved&type=downtime").await, [old.as_str()]);
    assert_eq!(ids("type=degraded").await, [mild.as_str()]);
    assert_eq!(
        ids(&format!("service_id={}", b["id"].as_str().expect("an id"))).await,
        [open.as_str()]
    );
    let since = (now - hours(6)).to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    assert_eq!(
        ids(&format!("since={since}")).await,
        [open.as_str(), mild.as_str()]
    );
    assert_eq!(ids(&format!("until={since}")).await, [old.as_str()]);
    assert_eq!(ids("limit=1&offset=1").await, [mild.as_str()]);
    let first = person.get("/api/incidents?limit=2").await.expect(200);
    assert_eq!(first.header("x-total-count"), "3");
    let link = first.header("link").trim_start_matches('<');
    let next = link.split_once('>').expect("a link").0;
    let second = person.get(next).await.expect(200);
    assert_eq!(second.body[0]["id"], old.as_str());
    assert_eq!(second.header("link"), "");
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn one_incident_has_its_timeline_its_evidence_and_its_checks(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    let person = world.operator().await;
    let service = add(&person, shop()).await;
    let past = Past::of(&pool, &service, world.state.clock.now()).await;
    past.checks(60).await;
    let span = (TimeDelta::minutes(30), Some(TimeDelta::minutes(20)));
    let id = past.incident(Severity::Down, span).await;
    let incident = person
        .get(&format!("/api/incidents/{id}"))
        .await
        .expect(200)
        .body;
    assert_eq!(incident["checks"].as_array().map(Vec::len), Some(11));
    assert!(incident["evidence"]["first_failed"]["hops"].is_array());
    insta::assert_json_snapshot!(incident, {
        ".id" => "[id]", ".service_id" => "[id]", ".checks" => "[checks]", ".evidence" => "[evidence]",
    });
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn an_incident_says_how_many_checks_it_does_not_show(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    let person = world.operator().await;
    let service = add(&person, shop()).await;
    let past = Past::of(&pool, &service, world.state.clock.now()).await;
    past.checks(2_000).await;
    for (minutes, total) in [(200, 200), (1_500, 1_000)] {
        let span = (TimeDelta::minutes(minutes), Some(TimeDelta::minutes(0)));
        let id = past.incident(Severity::Down, span).await;
        let path = format!("/api/incidents/{id}");
        let incident = person.get(&path).await.expect(200).body;
        assert_eq!(incident["checks"].as_array().map(Vec::len), Some(100));
        assert_eq!(incident["checks_total"], total, "{minutes}");
    }
}
