//! What vendors say, beside our own verdict.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    failure::{Detail, Failure, FailureCode, VendorFault},
    incident::{IncidentEvent, Severity},
    vendor::{Incident, Maintenance, Said, Update},
    verdict::Verdict,
};
use serde_json::{Value, json};
use sqlx::PgPool;
use test_support::Mode;

use super::Page;
use crate::{
    past::Past,
    services::{add, path, shop},
    world::World,
};

fn outage() -> Failure {
    let fault = VendorFault {
        page: "Acme".to_owned(),
        component: Some("API".to_owned()),
        ..VendorFault::default()
    };
    Failure {
        detail: Detail::Vendor(Box::new(fault)),
        ..Failure::bare(FailureCode::VendorMajorOutage)
    }
}

fn incident(id: &str, impact: &str, at: DateTime<Utc>) -> Incident {
    Incident {
        id: id.to_owned(),
        name: format!("Trouble {id}"),
        impact: impact.to_owned(),
        phase: "investigating".to_owned(),
        started_at: Some(at),
        url: Some(format!("https://acme.example/incidents/{id}")),
        updates: vec![Update {
            at: Some(at),
            phase: Some("investigating".to_owned()),
            text: "We are looking into it.".to_owned(),
        }],
    }
}

fn said(level: &str) -> Said {
    Said {
        page: "Acme".to_owned(),
        page_url: "https://acme.example/".to_owned(),
        component: Some("API".to_owned()),
        level: level.to_owned(),
        ..Said::default()
    }
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn the_gravest_incident_that_names_it_is_shown_in_the_vendors_words(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    let person = world.operator().await;
    let page = Page::start().await;
    let service = page.follow_api(&person).await;
    let now = world.state.clock.now();
    let past = Past::of(&pool, &service, now).await;
    let an_hour_ago = now - TimeDelta::hours(1);
    let window = Maintenance {
        id: "m1".to_owned(),
        name: "New disks".to_owned(),
        phase: "in_progress".to_owned(),
        scheduled_for: Some(an_hour_ago),
        active: true,
        ..Maintenance::default()
    };
    let coming = Maintenance {
        active: false,
        ..window.clone()
    };
    let words = Said {
        raw: Some("major_outage".to_owned()),
        incidents: vec![
            incident("1", "minor", now),
            incident("2", "critical", an_hour_ago),
            incident("3", "none", now),
        ],
        maintenances: vec![coming, window],
        ..said("major_outage")
    };
    past.said(Verdict::Down, Some(outage()), words).await;
    let ours = past
        .incident(Severity::Down, (TimeDelta::minutes(6), None))
        .await;
    let list = person.get("/api/services").await.expect(200).body;
    let shown = &list[0];
    assert_eq!(shown["current_status"]["status"], "down");
    assert_eq!(
        shown["current_status"]["reason"]["sentence"],
        "Acme reports a major outage of API."
    );
    assert_eq!(
        shown["active_incident"],
        json!({
            "id": ours, "name": "Trouble 2", "impact": "critical", "severity": "down",
            "started_at": an_hour_ago, "url": "https://acme.example/incidents/2",
        })
    );
    assert_eq!(shown["active_maintenance"]["name"], "New disks");
    assert_eq!(shown["active_maintenance"]["status"], "in_progress");
    assert_eq!(shown["vendor"]["status"], "major_outage");
    assert_eq!(shown["vendor"]["raw"], "major_outage");
    assert_eq!(
        shown["vendor"]["incidents"].as_array().map(Vec::len),
        Some(3)
    );
    assert_eq!(shown["vendor"]["incidents"][0]["updates"], json!([]));
    let detail = person.get(&path(&service)).await.expect(200).body;
    assert_eq!(
        detail["vendor"]["incidents"][0]["updates"][0]["text"],
        "We are looking into it."
    );
    assert_eq!(detail["latest"]["vendor"]["component_name"], "API");
    let paused = person
        .post(&format!("{}/pause", path(&service)), json!({}))
        .await
        .expect(200)
        .body;
    assert_eq!(paused["active_incident"], Value::Null);
    assert_eq!(paused["active_maintenance"], Value::Null);
}

/// Not every incident of a page belongs to every service that follows it.
#[sqlx::test(migrator = "db::MIGRATOR")]
async fn an_incident_that_names_no_component_is_never_the_active_one(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    let person = world.operator().await;
    let page = Page::start().await;
    let service = page.follow_api(&person).await;
    let now = world.state.clock.now();
    let past = Past::of(&pool, &service, now).await;
    let words = Said {
        notes: vec![incident("9", "critical", now)],
        ..said("operational")
    };
    past.said(Verdict::Up, None, words.clone()).await;
    for shown in [
        person.get("/api/services").await.expect(200).body[0].clone(),
        person.get(&path(&service)).await.expect(200).body,
    ] {
        assert_eq!(shown["active_incident"], Value::Null, "{shown}");
        assert_eq!(shown["vendor"]["notes"][0]["name"], "Trouble 9");
        assert_eq!(shown["vendor"]["incidents"], json!([]));
    }
    let words = Said {
        level: "major_outage".to_owned(),
        ..words
    };
    past.said(Verdict::Down, Some(outage()), words).await;
    let ours = past
        .incident(Severity::Down, (TimeDelta::minutes(6), None))
        .await;
    let shown = person.get(&path(&service)).await.expect(200).body;
    assert_eq!(shown["active_incident"]["id"], ours.to_string());
    assert_eq!(
        shown["active_incident"]["name"], "Acme reports a major outage of API.",
        "our own, in our own words"
    );
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_vendors_incident_without_one_of_ours_has_no_page_of_ours(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    let person = world.operator().await;
    let page = Page::start().await;
    let service = page.follow_api(&person).await;
    let now = world.state.clock.now();
    let past = Past::of(&pool, &service, now).await;
    let words = Said {
        incidents: vec![Incident {
            url: Some("javascript:alert(1)".to_owned()),
            ..incident("1", "none", now)
        }],
        ..said("operational")
    };
    past.said(Verdict::Up, None, words).await;
    let shown = person.get("/api/services").await.expect(200).body[0].clone();
    assert_eq!(shown["active_incident"]["id"], Value::Null);
    assert_eq!(shown["active_incident"]["severity"], Value::Null);
    assert_eq!(shown["active_incident"]["impact"], "none");
    assert_eq!(shown["active_incident"]["url"], "https://acme.example/");
    assert!(!shown.to_string().contains("javascript"), "{shown}");
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn the_age_of_the_last_reading_and_failures_since_are_told(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    let person = world.operator().await;
    let page = Page::start().await;
    page.follow_api(&person).await;
    sqlx::query("update vendor_pages set failures = 4")
        .execute(&pool)
        .await
        .expect("written");
    let shown = person.get("/api/services").await.expect(200).body[0].clone();
    assert_eq!(shown["vendor"]["failures"], 4);
    assert_eq!(shown["vendor"]["status"], "unknown", "not looked at yet");
    assert_eq!(shown["vendor"]["read_at"], json!(world.state.clock.now()));
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn an_incident_says_first_what_it_depends_on_and_what_the_vendor_wrote(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    let person = world.operator().await;
    let service = add(&person, shop()).await;
    let past = Past::of(&pool, &service, world.state.clock.now()).await;
    past.look(Verdict::Down).await;
    let incident = past
        .incident(Severity::Down, (TimeDelta::minutes(6), None))
        .await;
    let failing = |component: &str| IncidentEvent::DependencyFailing {
        page: "Stripe".to_owned(),
        component: Some(component.to_owned()),
        level: "major_outage".to_owned(),
        incident: Some("API errors".to_owned()),
        url: Some("https://stripe.example/1".to_owned()),
    };
    past.event(incident, &failing("API")).await;
    past.event(incident, &failing("Checkout")).await;
    let wrote = IncidentEvent::VendorSaid {
        incident: "API errors".to_owned(),
        phase: Some("identified".to_owned()),
        text: "We found the cause.".to_owned(),
        url: Some("javascript:alert(1)".to_owned()),
    };
    past.event(incident, &wrote).await;
    let sentence = "Stripe reports a major outage of API, on which this service depends.";
    let list = person.get("/api/incidents").await.expect(200).body;
    assert_eq!(list[0]["dependency"]["sentence"], sentence);
    let shown = person
        .get(&format!("/api/incidents/{incident}"))
        .await
        .expect(200)
        .body;
    assert_eq!(
        shown["dependency"],
        json!({
            "page_name": "Stripe", "component": "API", "level": "major_outage", "incident": "API errors",
            "url": "https://stripe.example/1", "sentence": sentence,
        })
    );
    let kinds: Vec<_> = shown["timeline"]
        .as_array()
        .expect("a timeline")
        .iter()
        .map(|event| event["kind"].as_str().expect("a word"))
        .collect();
    assert_eq!(
        kinds,
        [
            "opened",
            "dependency_failing",
            "dependency_failing",
            "vendor_said"
        ]
    );
    assert_eq!(shown["timeline"][2]["dependency"]["component"], "Checkout");
    assert_eq!(
        shown["timeline"][3]["vendor"],
        json!({ "incident": "API errors", "phase": "identified", "text": "We found the cause.", "url": null })
    );
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_test_run_reads_the_page_and_stores_nothing(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    let person = world.operator().await;
    let page = Page::start().await;
    let urls = json!([page.url("/api/v2/summary.json")]);
    let body = json!({ "monitor_type": "status_page", "user_defined_urls": urls, "component_name": "API" });
    let run = async |body: &Value| {
        let answer = person.post("/api/services/test", body.clone()).await;
        answer.expect(200).body
    };
    let up = run(&body).await;
    assert_eq!(up["verdict"], "up", "{up}");
    assert_eq!(up["sentence"], "Acme reports that API is operational.");
    assert_eq!(up["observation"]["vendor"]["component_name"], "API");
    page.publish(&[json!({
        "id": "i1", "name": "Slow answers", "status": "investigating", "impact": "major",
        "created_at": "2027-01-15T07:00:00Z", "incident_updates": [], "components": [{ "id": "api", "name": "API" }],
    })]);
    let degraded = run(&body).await;
    assert_eq!(degraded["verdict"], "degraded", "{degraded}");
    assert_eq!(
        degraded["sentence"],
        "Acme reports that API is degraded: Slow answers."
    );
    assert_eq!(
        degraded["observation"]["vendor"]["incidents"][0]["impact"],
        "major"
    );
    page.upstream
        .set_for("/api/v2/summary.json", Mode::status(500));
    let unread = run(&body).await;
    assert_eq!(unread["verdict"], "unknown", "{unread}");
    assert_eq!(unread["reason"]["code"], "source_unavailable");
    let kept: i64 = sqlx::query_scalar("select count(*) from vendor_pages")
        .fetch_one(&pool)
        .await
        .expect("counted");
    assert_eq!(kept, 0);
    page.publish(&[]);
    let service = page.follow_api(&person).await;
    let again = run(&json!({ "service_id": service["id"], "component_key": "web-login" })).await;
    assert_eq!(again["sentence"], "Acme reports that Login is operational.");
    let nowhere = json!({ "monitor_type": "status_page" });
    person.post("/api/services/test", nowhere).await.expect(422);
}
