//! Readings of several documents: what is missing, unchanged, continued or contradicting.

use std::collections::HashMap;

use chrono::TimeDelta;
use statuspage_parser::{
    Answer, Page, Part, Provider, Reading, ReadingError, Source, WarningKind,
    page::{Level, Located, Phase, Section, Selection},
};
use url::Url;

use crate::rendering::now;

const COMPONENTS: &str = r#"{"page":{"id":"p","name":"Harbour"},"components":[{"id":"c1","name":"API","status":"operational"}]}"#;
const SUMMARY: &str = r#"{"page":{"id":"p","name":"Harbour"},"status":{"indicator":"none"},"components":[{"id":"c1","name":"API","status":"operational"}],"incidents":[],"scheduled_maintenances":[]}"#;

fn source(provider: &str) -> Source {
    let base = Url::parse("https://status.example.com").expect("a URL");
    Source::new(Provider::find(provider).expect("known"), base)
}

/// Reads a source whose documents are these; what is not among them answers with 500.
fn read(source: &Source, documents: &[(&str, &str)]) -> Result<Page, ReadingError> {
    let documents: HashMap<&str, &str> = documents.iter().copied().collect();
    let mut reading = Reading::new(source);
    while let Some(request) = reading.pending().first().cloned() {
        let key = request
            .url
            .as_str()
            .trim_start_matches("https://status.example.com");
        let answer = documents
            .get(key)
            .map_or(Answer::Failed("status 500".to_owned()), |text| {
                Answer::Body(text.as_bytes())
            });
        drop(reading.answer(&request, answer));
    }
    reading.finish(now())
}

#[test]
fn components_come_from_one_document_and_incidents_from_the_other() {
    let urls: Vec<String> = source("atlassian")
        .requests()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        urls,
        [
            "https://status.example.com/api/v2/components.json",
            "https://status.example.com/api/v2/summary.json"
        ]
    );
    let page = read(
        &source("atlassian"),
        &[
            ("/api/v2/components.json", COMPONENTS),
            ("/api/v2/summary.json", SUMMARY),
        ],
    );
    let page = page.expect("a page");
    assert_eq!(
        (page.components.as_slice().len(), page.incidents),
        (1, Section::NoneReported)
    );
}

#[test]
fn a_failed_summary_is_not_a_page_without_incidents() {
    let page = read(
        &source("atlassian"),
        &[("/api/v2/components.json", COMPONENTS)],
    )
    .expect("a page");
    assert!(matches!(page.incidents, Section::Failed(reason) if reason.contains("status 500")));
    assert_eq!(page.overall.meaning, Level::Operational);
}

#[test]
fn nothing_read_is_an_error_and_never_a_level() {
    assert!(matches!(
        read(&source("atlassian"), &[]),
        Err(ReadingError::Missing { .. })
    ));
    assert!(
        matches!(read(&source("uptime_kuma"), &[]), Err(ReadingError::Missing { document, .. }) if document == "page")
    );
}

#[test]
fn an_unchanged_document_keeps_what_it_said() {
    let source = source("atlassian");
    let mut first = Reading::new(&source);
    let requests = first.pending().to_vec();
    let kept: Part = first
        .answer(&requests[0], Answer::Body(COMPONENTS.as_bytes()))
        .expect("a part");
    let stored = serde_json::to_string(&kept).expect("JSON");

    let mut second = Reading::new(&source);
    let kept = serde_json::from_str(&stored).expect("a part");
    second
        .answer(&requests[0], Answer::Unchanged(kept))
        .expect("a part");
    second
        .answer(&requests[1], Answer::Body(SUMMARY.as_bytes()))
        .expect("a part");
    let page = second.finish(now()).expect("a page");
    assert_eq!(page.leaves().count(), 1);
    assert_eq!(page.incidents, Section::NoneReported);
}

#[test]
fn a_list_in_parts_is_read_to_its_end_and_not_elsewhere() {
    let part = |id: u32, next: &str| {
        format!(
            r#"{{"meta":{{"pagination":{{"total":2,"links":{{"next_page":{next}}}}}}},"data":[{{"id":{id},"name":"C{id}","status":1,"group_id":0}}]}}"#
        )
    };
    let (one, two) = (
        part(
            1,
            r#""https://status.example.com/api/v1/components?page=2""#,
        ),
        part(2, r#""https://elsewhere.example/x""#),
    );
    let page = read(
        &source("cachet"),
        &[
            ("/api/v1/components?per_page=100", &one),
            ("/api/v1/components?page=2", &two),
        ],
    );
    assert_eq!(page.expect("a page").leaves().count(), 2);
}

#[test]
fn trouble_that_nobody_spoke_of_for_months_decides_nothing() {
    let event = r#"[{"date":"1790841600","arn":"arn:aws:health:eu-west-1::event/1","region_name":"Ireland","status":"3","service":"s3-eu-west-1","service_name":"S3","summary":"Errors","event_log":[{"message":"Looking.","status":1,"timestamp":1790841600}],"impacted_services":{"s3-eu-west-1":{"service_name":"S3","current":"3","max":"3"}}}]"#;
    let aws = source("aws");
    let level = |days: i64| {
        let mut reading = Reading::new(&aws);
        let request = reading.pending()[0].clone();
        reading
            .answer(&request, Answer::Body(event.as_bytes()))
            .expect("a part");
        let page = reading
            .finish(now() + TimeDelta::days(days))
            .expect("a page");
        let found = page
            .components
            .iter()
            .find(|one| one.key.as_str() == "s3-eu-west-1")
            .expect("listed");
        (
            found.status.meaning,
            page.warnings
                .iter()
                .any(|warning| warning.kind == WarningKind::Stale),
        )
    };
    assert_eq!(level(1), (Level::MajorOutage, false));
    assert_eq!(level(90), (Level::Unknown, true));
}

#[test]
fn products_are_not_healthy_while_the_incidents_cannot_be_read() {
    let products = r#"{"products":[{"title":"Compute","id":"p1"}]}"#;
    let quiet = r#"[{"id":"i","begin":"2026-09-01T00:00:00Z","end":"2026-09-02T00:00:00Z","external_desc":"Old","status_impact":"SERVICE_OUTAGE","affected_products":[{"id":"p1","title":"Compute"}]}]"#;
    assert!(read(&source("google_cloud"), &[("/products.json", products)]).is_err());
    let page = read(
        &source("google_cloud"),
        &[("/products.json", products), ("/incidents.json", quiet)],
    )
    .expect("a page");
    let chosen = Selection::from(page.leaves().next().expect("a product"));
    assert!(
        matches!(page.locate(&chosen), Located::Found(one) if one.status.meaning == Level::Operational)
    );
}

#[test]
fn contradictions_are_kept_and_told() {
    let document = r#"{"page":{"id":"p"},"status":{"indicator":"major"},"components":[{"id":"c1","name":"API","status":"operational"},{"id":"c2","name":"Web","status":"operational"}],"incidents":[{"id":"i","name":"Down","status":"investigating","impact":"critical","created_at":"2026-10-01T09:00:00Z","components":[{"id":"c1","name":"API","status":"major_outage"}]}],"scheduled_maintenances":[]}"#;
    let page = read(&source("atlassian"), &[("/api/v2/summary.json", document)]).expect("a page");
    let levels: Vec<_> = page.leaves().map(|one| page.effective(one).level).collect();
    assert_eq!(
        levels,
        [Level::Degraded, Level::Operational],
        "the named component is at least degraded, the other is not"
    );
    assert!(
        page.warnings
            .iter()
            .any(|warning| warning.kind == WarningKind::Contradiction)
    );
}

#[test]
fn an_incident_being_watched_or_without_impact_sets_no_floor() {
    let with = |status: &str, impact: &str, now: &str| {
        let document = format!(
            r#"{{"page":{{"id":"p"}},"status":{{"indicator":"none"}},"components":[{{"id":"c1","name":"API","status":"operational"}}],"incidents":[{{"id":"i","name":"x","status":"{status}","impact":"{impact}","created_at":"2026-10-01T09:00:00Z","components":[{{"id":"c1","name":"API","status":"{now}"}}]}}]}}"#
        );
        let page =
            read(&source("atlassian"), &[("/api/v2/summary.json", &document)]).expect("a page");
        page.leaves()
            .map(|one| page.effective(one).level)
            .next()
            .expect("a component")
    };
    assert_eq!(
        with("investigating", "minor", "major_outage"),
        Level::Degraded
    );
    assert_eq!(
        with("monitoring", "major", "major_outage"),
        Level::Operational
    );
    assert_eq!(
        with("investigating", "none", "major_outage"),
        Level::Operational
    );
    assert_eq!(
        with("investigating", "major", "operational"),
        Level::Operational,
        "the component has recovered"
    );
}

#[test]
fn a_phase_without_a_known_word_is_open() {
    let document = r#"{"page":{"id":"p"},"status":{"indicator":"none"},"incidents":[{"id":"i","name":"x","status":"pondering","impact":"major"}]}"#;
    let page = read(&source("atlassian"), &[("/api/v2/summary.json", document)]).expect("a page");
    let incident = page.open_incidents().next().expect("open");
    assert_eq!(
        (incident.phase.meaning, incident.phase.raw.as_deref()),
        (Phase::Unknown, Some("pondering"))
    );
}

#[test]
fn addresses_that_a_person_gave_stand_beside_each_other() {
    let url = |path: &str| Url::parse(&format!("https://status.example.com{path}")).expect("a URL");
    let given = Source {
        given: vec![url("/shop.json"), url("/mail.json")],
        ..source("own_json")
    };
    let shop = r#"{"components":[{"name":"Shop","status":"up"},{"name":"Till","status":"down"}]}"#;
    let mail =
        r#"{"components":[{"name":"Mail","status":"degraded"},{"name":"Till","status":"up"}]}"#;
    let page = read(&given, &[("/shop.json", shop), ("/mail.json", mail)]).expect("a page");
    let levels: Vec<_> = page
        .leaves()
        .map(|one| (one.name.as_str(), one.status.meaning))
        .collect();
    let expected = [
        ("Shop", Level::Operational),
        ("Till", Level::MajorOutage),
        ("Mail", Level::Degraded),
    ];
    assert_eq!(levels, expected);
    let page = read(&given, &[("/mail.json", mail)]).expect("a page");
    assert_eq!(page.leaves().count(), 2, "one address of two is a reading");
}
