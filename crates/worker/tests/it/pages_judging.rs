//! What a vendor's page means for those who follow it, from its bytes to the record.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use db::{checks::reading::Check, incidents};
use domain::{
    failure::FailureCode,
    incident::{IncidentEvent, Severity},
    verdict::Verdict,
};
use serde_json::json;
use sqlx::PgPool;
use test_support::Mode;

use crate::{
    pages_site::{Site, eager, page, with_incident},
    stage::{Stage, eventually},
};

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn s01_a_page_on_which_all_is_operational_is_up(pool: PgPool) {
    let stage = Stage::set(pool).await;
    let site = Site::found(&stage, "acme").await;
    site.says(
        &stage,
        &page(&[("api", "operational"), ("web", "operational")]),
    );
    let (part, whole) = (
        site.follow(&stage, Some("api")).await,
        site.follow(&stage, None).await,
    );
    let worker = stage.worker(eager());
    let checks = stage.seen_times(part, 3).await;
    assert!(checks.iter().all(|check| check.verdict == Verdict::Up));
    stage.seen(whole, Verdict::Up).await;
    worker.stop().await;
    let said = stage.said(part).await;
    assert_eq!(
        (said.level.as_str(), said.component.as_deref()),
        ("operational", Some("API"))
    );
    assert!(stage.incidents().await.is_empty());
    let stands = stage.stands(part).await;
    for pair in stands.windows(2) {
        assert!(pair[0].0 + pair[0].1 >= pair[1].0, "a gap: {stands:?}");
    }
}

/// Trouble of a component opens an incident of ours although the page has a list of incidents and the vendor has posted none.
#[sqlx::test(migrator = "db::MIGRATOR")]
async fn s02_degraded_and_back_is_one_incident_of_ours(pool: PgPool) {
    let stage = Stage::set(pool).await;
    let site = Site::found(&stage, "acme").await;
    site.says(&stage, &page(&[("api", "operational")]));
    let service = site.follow(&stage, Some("api")).await;
    let worker = stage.worker(eager());
    stage.seen(service, Verdict::Up).await;
    site.says(&stage, &page(&[("api", "degraded_performance")]));
    let bad = stage.seen(service, Verdict::Degraded).await;
    assert_eq!(
        bad.failure.map(|failure| failure.code),
        Some(FailureCode::VendorDegraded)
    );
    site.says(&stage, &page(&[("api", "operational")]));
    let incident = stage.over().await;
    worker.stop().await;
    assert_eq!(
        (incident.worst, incident.service),
        (Severity::Degraded, service.id)
    );
    let checks = stage.checks(service).await;
    let first = checks
        .iter()
        .find(|check| check.verdict == Verdict::Degraded)
        .unwrap();
    assert_eq!(first.attempts, 2, "confirmed by a second reading");
    let in_ms = |time: DateTime<Utc>| time.timestamp_millis();
    assert_eq!(in_ms(incident.started_at), in_ms(first.started_at));
    let back = checks
        .iter()
        .find(|check| check.slot > first.slot && check.verdict == Verdict::Up);
    let back = back.unwrap();
    assert_eq!(
        incident.resolved_at.map(in_ms),
        Some(in_ms(back.started_at)),
        "the first good reading ends it"
    );
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn bad_news_that_a_second_reading_does_not_confirm_opens_nothing(pool: PgPool) {
    let stage = Stage::set(pool).await;
    let site = Site::given(&stage, "acme").await;
    let good = Mode::body(&page(&[("api", "operational")]).to_string());
    let bad = Mode::body(&page(&[("api", "major_outage")]).to_string());
    site.does(
        &stage,
        Mode::Sequence {
            modes: vec![good.clone(), bad, good],
        },
    );
    let service = site.follow(&stage, Some("api")).await;
    let worker = stage.worker(eager());
    let checks = stage.seen_times(service, 4).await;
    worker.stop().await;
    assert!(
        checks.iter().all(|check| check.verdict == Verdict::Up),
        "{checks:?}"
    );
    let doubted: Vec<&Check> = checks.iter().filter(|check| check.attempts == 2).collect();
    assert!(
        doubted.len() == 1 && doubted[0].first_failed_at.is_some(),
        "{checks:?}"
    );
    assert!(stage.incidents().await.is_empty());
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn s03_an_outage_with_the_vendors_incident_is_told_at_once_and_in_its_words(pool: PgPool) {
    let stage = Stage::set(pool).await;
    let site = Site::found(&stage, "acme").await;
    site.says(&stage, &page(&[("api", "operational")]));
    let service = site.follow(&stage, Some("api")).await;
    let worker = stage.worker(eager());
    stage.seen(service, Verdict::Up).await;
    let bad = with_incident(page(&[("api", "major_outage")]), Some("api"), "critical");
    site.says(&stage, &bad);
    let down = stage.seen(service, Verdict::Down).await;
    let mut more = bad.clone();
    let update =
        json!({"status": "identified", "body": "A cable.", "created_at": "2099-01-01T00:05:00Z"});
    more["incidents"][0]["incident_updates"]
        .as_array_mut()
        .unwrap()
        .insert(0, update);
    site.says(&stage, &more);
    let incident = stage.incidents().await.pop().unwrap();
    let said = eventually("both updates", async || {
        let timeline = stage.timeline(incident.id).await;
        let said = timeline.into_iter().filter_map(|(_, event)| match event {
            IncidentEvent::VendorSaid {
                incident,
                text,
                url,
                ..
            } => Some((incident, text, url)),
            _ => None,
        });
        let said: Vec<_> = said.collect();
        (said.len() >= 2).then_some(said)
    })
    .await;
    site.says(&stage, &page(&[("api", "operational")]));
    stage.over().await;
    worker.stop().await;
    let url = Some("https://status.acme.example/i1".to_owned());
    assert_eq!(
        said,
        [
            (
                "Requests fail".to_owned(),
                "We look into it.".to_owned(),
                url.clone()
            ),
            ("Requests fail".to_owned(), "A cable.".to_owned(), url),
        ]
    );
    let checks = stage.checks(service).await;
    let first = checks
        .iter()
        .find(|check| check.verdict == Verdict::Down)
        .unwrap();
    assert_eq!(
        first.attempts, 1,
        "the vendor's own incident needs no second reading"
    );
    assert!(down.failure.unwrap().sentence().contains("Requests fail"));
    let evidence = incidents::reading::evidence(&mut *stage.conn().await, incident.id)
        .await
        .unwrap();
    let kept = evidence.first_failed.unwrap().observation.vendor.unwrap();
    assert_eq!(
        kept.incidents[0].started_at,
        Some("2099-01-01T00:00:00Z".parse().unwrap())
    );
    assert!(evidence.last_good.is_some());
    let words = stage.timeline(incident.id).await;
    let vendor = words
        .iter()
        .filter(|(_, event)| matches!(event, IncidentEvent::VendorSaid { .. }));
    assert_eq!(vendor.count(), 2, "each update stands once: {words:?}");
}

/// A page that cannot be fetched or read says nothing of its components, so they are not down.
#[sqlx::test(migrator = "db::MIGRATOR")]
async fn s04_a_page_that_cannot_be_read_is_unknown_after_three_polls_and_never_down(pool: PgPool) {
    let stage = Stage::set(pool).await;
    let good = page(&[("api", "operational")]).to_string();
    let cut = good[..good.len() / 2].to_owned();
    let troubles = [
        ("failing", Mode::status(500), FailureCode::SourceUnavailable),
        ("absent", Mode::status(404), FailureCode::SourceUnavailable),
        ("closing", Mode::Close, FailureCode::SourceUnavailable),
        ("silent", Mode::Hang, FailureCode::SourceUnavailable),
        (
            "html",
            Mode::body("<html><title>Log in</title></html>"),
            FailureCode::SourceInvalid,
        ),
        ("cut", Mode::body(&cut), FailureCode::SourceInvalid),
    ];
    let mut followed = Vec::new();
    for (name, mode, code) in troubles {
        let site = Site::given(&stage, name).await;
        site.does(&stage, Mode::body(&good));
        let service = site.follow_quietly(&stage, Some("api")).await;
        followed.push((site, service, mode, code));
    }
    let worker = stage.worker(eager());
    for (site, service, mode, _) in &followed {
        stage.seen(*service, Verdict::Up).await;
        site.does(&stage, mode.clone());
    }
    for (site, service, _, code) in &followed {
        let unknown = stage.seen(*service, Verdict::Unknown).await;
        assert_eq!(
            unknown.failure.map(|failure| failure.code),
            Some(*code),
            "{}",
            site.name
        );
        let checks = stage.checks(*service).await;
        let good = checks
            .iter()
            .rev()
            .find(|check| check.verdict == Verdict::Up)
            .unwrap();
        let first = checks
            .iter()
            .find(|check| check.verdict == Verdict::Unknown)
            .unwrap();
        assert!(
            first.slot - good.slot <= TimeDelta::milliseconds(2_100),
            "{}: {checks:?}",
            site.name
        );
        site.does(
            &stage,
            Mode::body(&page(&[("api", "operational")]).to_string()),
        );
    }
    for (_, service, ..) in &followed {
        stage.seen(*service, Verdict::Up).await;
    }
    worker.stop().await;
    assert!(stage.incidents().await.is_empty());
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn the_last_word_stands_for_two_polls_that_fail(pool: PgPool) {
    let stage = Stage::set(pool).await;
    let site = Site::given(&stage, "acme").await;
    let good = Mode::body(&page(&[("api", "operational")]).to_string());
    let trouble = Mode::status(503);
    let modes = vec![good.clone(), trouble.clone(), trouble, good];
    site.does(&stage, Mode::Sequence { modes });
    let service = site.follow(&stage, Some("api")).await;
    let worker = stage.worker(eager());
    let checks = stage.seen_times(service, 5).await;
    worker.stop().await;
    assert!(
        checks.iter().all(|check| check.verdict == Verdict::Up),
        "{checks:?}"
    );
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn s07_a_word_that_nobody_knows_is_unknown_and_shown(pool: PgPool) {
    let stage = Stage::set(pool).await;
    let site = Site::found(&stage, "acme").await;
    site.says(&stage, &page(&[("api", "investigating_hamster")]));
    let service = site.follow(&stage, Some("api")).await;
    let worker = stage.worker(eager());
    let check = stage.seen(service, Verdict::Unknown).await;
    worker.stop().await;
    let failure = check.failure.unwrap();
    assert_eq!(failure.code, FailureCode::SourceUnknownStatus);
    assert!(failure.sentence().contains("investigating_hamster"));
    assert_eq!(
        stage.said(service).await.raw.as_deref(),
        Some("investigating_hamster")
    );
    assert!(stage.incidents().await.is_empty());
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn s08_a_component_is_followed_by_its_id_and_is_unknown_once_it_is_gone(pool: PgPool) {
    let stage = Stage::set(pool).await;
    let site = Site::found(&stage, "acme").await;
    site.says(
        &stage,
        &page(&[("api", "operational"), ("web", "operational")]),
    );
    let service = site.follow(&stage, Some("api")).await;
    let worker = stage.worker(eager());
    stage.seen(service, Verdict::Up).await;
    let mut renamed = page(&[("api", "operational")]);
    renamed["components"][0]["name"] = json!("Application Interface");
    site.says(&stage, &renamed);
    eventually("the new name", async || {
        let said = stage.said(service).await;
        (said.component.as_deref() == Some("Application Interface")).then_some(())
    })
    .await;
    assert_eq!(
        stage.checks(service).await.pop().unwrap().verdict,
        Verdict::Up
    );
    site.says(&stage, &page(&[("api2", "major_outage")]));
    let gone = stage.seen(service, Verdict::Unknown).await;
    worker.stop().await;
    assert_eq!(gone.failure.unwrap().code, FailureCode::ComponentMissing);
    assert!(stage.incidents().await.is_empty());
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn s09_maintenance_is_maintenance_and_no_incident(pool: PgPool) {
    let stage = Stage::set(pool).await;
    let site = Site::found(&stage, "acme").await;
    let mut at_work = page(&[("api", "under_maintenance")]);
    at_work["scheduled_maintenances"] = json!([{
        "id": "m1", "name": "New disks", "status": "in_progress",
        "scheduled_for": "2020-01-01T00:00:00Z", "scheduled_until": "2099-01-01T00:00:00Z",
        "components": [{"id": "api", "name": "API"}],
    }]);
    site.says(&stage, &at_work);
    let service = site.follow(&stage, Some("api")).await;
    let worker = stage.worker(eager());
    stage.seen(service, Verdict::Maintenance).await;
    worker.stop().await;
    let said = stage.said(service).await;
    assert!(said.maintenances[0].active && said.maintenances[0].name == "New disks");
    assert!(stage.incidents().await.is_empty());
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn s10_monstrous_documents_are_refused_and_harm_nobody(pool: PgPool) {
    let stage = Stage::set(pool).await;
    let large = Site::given(&stage, "large").await;
    large.does(&stage, Mode::Large { bytes: 50_000_000 });
    let deep = Site::given(&stage, "deep").await;
    let nested = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    deep.does(&stage, Mode::body(&nested));
    let services = [
        large.follow(&stage, Some("api")).await,
        deep.follow(&stage, Some("api")).await,
    ];
    let worker = stage.worker(eager());
    for service in services {
        let check = stage.seen(service, Verdict::Unknown).await;
        assert_eq!(check.failure.unwrap().code, FailureCode::SourceInvalid);
    }
    worker.stop().await;
    assert!(
        stage.upstream.written() < 20_000_000,
        "it is not read to its end"
    );
    assert!(stage.incidents().await.is_empty());
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn s13_an_incident_that_names_nothing_is_a_note_and_no_verdict(pool: PgPool) {
    let stage = Stage::set(pool).await;
    let site = Site::found(&stage, "acme").await;
    site.says(
        &stage,
        &with_incident(page(&[("api", "operational")]), None, "critical"),
    );
    let quiet = Site::found(&stage, "quiet").await;
    quiet.says(
        &stage,
        &with_incident(page(&[("api", "operational")]), Some("api"), "none"),
    );
    let (noted, named) = (
        site.follow(&stage, Some("api")).await,
        quiet.follow(&stage, Some("api")).await,
    );
    let worker = stage.worker(eager());
    stage.seen_times(noted, 2).await;
    stage.seen_times(named, 2).await;
    worker.stop().await;
    for service in [noted, named] {
        let checks = stage.checks(service).await;
        assert!(
            checks.iter().all(|check| check.verdict == Verdict::Up),
            "{checks:?}"
        );
    }
    let said = stage.said(noted).await;
    assert!(said.incidents.is_empty() && said.notes[0].name == "Requests fail");
    assert_eq!(stage.said(named).await.incidents[0].name, "Requests fail");
    assert!(stage.incidents().await.is_empty());
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn whoever_asks_now_is_answered_by_what_was_read_a_moment_ago(pool: PgPool) {
    let stage = Stage::set(pool).await;
    let site = Site::given(&stage, "acme").await;
    site.says(
        &stage,
        &page(&[("api", "operational"), ("web", "operational")]),
    );
    let first = site.follow(&stage, Some("api")).await;
    let pace = worker::pace::Pace {
        page: Duration::from_hours(1),
        ..eager()
    };
    let worker = stage.worker(pace);
    stage.seen(first, Verdict::Up).await;
    let second = site.follow(&stage, Some("web")).await;
    let check = stage.seen(second, Verdict::Up).await;
    worker.stop().await;
    assert!(
        check.started_at - check.slot < TimeDelta::seconds(2),
        "{check:?}"
    );
    assert_eq!(site.asked(&stage), 1);
}
