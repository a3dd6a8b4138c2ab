//! Tables of what pages mean.

use domain::id::VendorPageId;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;

const NAMED: Named<'_> = Named {
    name: "Acme",
    home: "https://status.acme.example",
};

fn now() -> DateTime<Utc> {
    "2026-10-01T10:00:00Z".parse().unwrap()
}

/// A page of the Statuspage family with these components and further lists.
fn page(components: &Value, lists: &Value) -> Page {
    let mut document = json!({
        "page": {"id": "p", "name": "Acme"},
        "components": components,
        "incidents": [],
        "scheduled_maintenances": [],
    });
    for (name, list) in lists.as_object().unwrap() {
        document[name] = list.clone();
    }
    statuspage_parser::parse_any(document.to_string().as_bytes()).unwrap()
}

fn api(status: &str) -> Value {
    json!([{"id": "api", "name": "API", "status": status}])
}

fn incident(components: &Value, impact: &str, status: &str) -> Value {
    json!({"incidents": [{
        "id": "i", "name": "Requests fail", "impact": impact, "status": status, "components": components,
        "started_at": "2026-10-01T09:00:00Z", "shortlink": "/i",
        "incident_updates": (0..9).map(|n| json!({
            "status": "investigating", "body": "x".repeat(2_000), "created_at": format!("2026-10-01T09:0{n}:00Z"),
        })).collect::<Vec<_>>(),
    }]})
}

fn target(key: &str) -> VendorTarget {
    VendorTarget {
        page: VendorPageId(Uuid::nil()),
        component: Some(vendor::Component {
            key: key.to_owned(),
            name: "API".to_owned(),
            group_path: Vec::new(),
        }),
        partial_outage_is: Severity::Down,
        urls: Vec::new(),
        user_defined: false,
    }
}

fn judged(page: &Page, target: &VendorTarget) -> Judgement {
    judge(page, NAMED, target, now())
}

fn code(judgement: &Judgement) -> Option<FailureCode> {
    judgement.failure.as_ref().map(|failure| failure.code)
}

#[test]
fn tables_of_levels() {
    use FailureCode as Code;
    let table = [
        ("operational", Verdict::Up, None),
        (
            "degraded_performance",
            Verdict::Degraded,
            Some(Code::VendorDegraded),
        ),
        (
            "partial_outage",
            Verdict::Down,
            Some(Code::VendorPartialOutage),
        ),
        ("major_outage", Verdict::Down, Some(Code::VendorMajorOutage)),
        (
            "under_maintenance",
            Verdict::Maintenance,
            Some(Code::VendorMaintenance),
        ),
        ("hamster", Verdict::Unknown, Some(Code::SourceUnknownStatus)),
        ("", Verdict::Unknown, Some(Code::SourceUnknownStatus)),
    ];
    for (word, verdict, expected) in table {
        let judgement = judged(&page(&api(word), &json!({})), &target("api"));
        assert_eq!(
            (judgement.verdict, code(&judgement)),
            (verdict, expected),
            "{word}"
        );
        assert!(!judgement.linked && judgement.said.is_some(), "{word}");
    }
}

#[test]
fn a_partial_outage_is_what_its_owner_wants_it_to_be() {
    let page = page(&api("partial_outage"), &json!({}));
    let mild = VendorTarget {
        partial_outage_is: Severity::Degraded,
        ..target("api")
    };
    let judgement = judged(&page, &mild);
    assert_eq!(judgement.verdict, Verdict::Degraded);
    assert_eq!(code(&judgement), Some(FailureCode::VendorPartialOutage));
}

#[test]
fn only_what_names_the_component_counts() {
    let own = json!([{"id": "api", "name": "API"}]);
    let other = json!([{"id": "web", "name": "Web"}]);
    let components = json!([
        {"id": "api", "name": "API", "status": "operational"},
        {"id": "web", "name": "Web", "status": "operational"},
    ]);
    // (whom it names, impact, phase, verdict, listed, noted)
    let table = [
        (&own, "major", "investigating", Verdict::Degraded, 1, 0),
        (&own, "none", "investigating", Verdict::Up, 1, 0),
        (&own, "major", "monitoring", Verdict::Up, 1, 0),
        (&own, "major", "resolved", Verdict::Up, 0, 0),
        (&other, "critical", "investigating", Verdict::Up, 0, 0),
        (&json!([]), "critical", "investigating", Verdict::Up, 0, 1),
    ];
    for (named, impact, phase, verdict, listed, noted) in table {
        let page = page(&components, &incident(named, impact, phase));
        let judgement = judged(&page, &target("api"));
        let said = judgement.said.unwrap();
        let row = format!("{named} {impact} {phase}");
        assert_eq!(judgement.verdict, verdict, "{row}");
        assert_eq!(
            (said.incidents.len(), said.notes.len()),
            (listed, noted),
            "{row}"
        );
        assert_eq!(judgement.linked, listed == 1, "{row}");
    }
}

#[test]
fn the_vendors_words_are_bounded_and_its_addresses_are_addresses() {
    let own = json!([{"id": "api", "name": "API"}]);
    let page = page(
        &api("major_outage"),
        &incident(&own, "major", "investigating"),
    );
    let said = judged(&page, &target("api")).said.unwrap();
    let incident = &said.incidents[0];
    assert_eq!(incident.updates.len(), 5);
    assert!(
        incident
            .updates
            .iter()
            .all(|update| update.text.chars().count() <= 500)
    );
    assert_eq!(
        incident.url.as_deref(),
        Some("https://status.acme.example/i")
    );
    let latest = incident.updates[0].at.unwrap();
    assert_eq!(
        latest,
        "2026-10-01T09:08:00Z".parse::<DateTime<Utc>>().unwrap()
    );
}

#[test]
fn maintenance_is_listed_from_a_week_before_and_sets_no_verdict() {
    let own = json!([{"id": "api", "name": "API"}]);
    let window = |name: &str, status: &str, from: &str, named: &Value| {
        json!({"id": name, "name": name, "status": status, "scheduled_for": from,
            "scheduled_until": "2026-12-01T00:00:00Z", "components": named})
    };
    let lists = json!({"scheduled_maintenances": [
        window("now", "in_progress", "2026-10-01T09:00:00Z", &own),
        window("soon", "scheduled", "2026-10-05T00:00:00Z", &own),
        window("far", "scheduled", "2026-10-20T00:00:00Z", &own),
        window("over", "completed", "2026-10-01T08:00:00Z", &own),
        window("other", "in_progress", "2026-10-01T09:00:00Z", &json!([{"id": "web", "name": "Web"}])),
    ]});
    let judgement = judged(&page(&api("operational"), &lists), &target("api"));
    let listed: Vec<(String, bool)> = judgement
        .said
        .unwrap()
        .maintenances
        .into_iter()
        .map(|one| (one.name, one.active))
        .collect();
    assert_eq!(
        listed,
        [("now".to_owned(), true), ("soon".to_owned(), false)]
    );
    assert_eq!(judgement.verdict, Verdict::Up);
}

#[test]
fn s08_a_component_that_is_gone_is_unknown_with_what_it_may_be_now() {
    let components = json!([{"id": "x", "name": "Public API", "status": "major_outage"}]);
    let judgement = judged(&page(&components, &json!({})), &target("api"));
    assert_eq!(code(&judgement), Some(FailureCode::ComponentMissing));
    assert_eq!(judgement.verdict, Verdict::Unknown);
    assert_eq!(judgement.said.unwrap().suggestions, ["Public API"]);
    let sentence = judgement.failure.unwrap().sentence();
    assert!(sentence.contains("Public API"), "{sentence}");
}

#[test]
fn namesakes_are_not_guessed_between() {
    let components = json!([
        {"id": "a", "name": "API", "status": "operational"},
        {"id": "b", "name": "API", "status": "major_outage"},
    ]);
    let judgement = judged(&page(&components, &json!({})), &target("gone"));
    assert_eq!(code(&judgement), Some(FailureCode::ComponentMissing));
    assert_eq!(judgement.said.unwrap().suggestions.len(), 2);
}

#[test]
fn the_page_as_a_whole_hears_all_of_its_incidents() {
    let own = json!([{"id": "api", "name": "API"}]);
    let mut lists = incident(&own, "critical", "investigating");
    lists["status"] = json!({"indicator": "critical"});
    let whole = VendorTarget {
        component: None,
        ..target("api")
    };
    let judgement = judged(&page(&api("major_outage"), &lists), &whole);
    assert_eq!(judgement.verdict, Verdict::Down);
    assert!(judgement.linked);
    let said = judgement.said.unwrap();
    assert_eq!(
        (said.component, said.incidents.len(), said.notes.len()),
        (None, 1, 0)
    );
}

#[test]
fn a_page_whose_components_could_not_be_read_is_no_vanished_component() {
    let mut unread = page(&json!([]), &json!({}));
    unread.components = statuspage_parser::page::Section::Failed("status 500".to_owned());
    let judgement = judged(&unread, &target("api"));
    assert_eq!(code(&judgement), Some(FailureCode::SourceUnavailable));
    assert_eq!(judgement.verdict, Verdict::Unknown);
}
