//! Mistakes that readers of status pages make easily: each stays away.

use statuspage_parser::{
    Page, ParseError, Provider, Source, WarningKind,
    page::{Level, LinkQuality, Section},
    parse, parse_any,
};

fn statuspage(rest: &str) -> Page {
    let document = format!(r#"{{"page":{{"id":"p","name":"Harbour"}},{rest}}}"#);
    parse(
        Provider::find("atlassian").expect("known"),
        document.as_bytes(),
    )
    .expect("a page")
}

fn level_of(status: &str) -> Level {
    let page = statuspage(&format!(
        r#""components":[{{"id":"c","name":"API","status":{status}}}]"#
    ));
    page.leaves().next().expect("a component").status.meaning
}

#[test]
fn an_unknown_word_is_unknown() {
    for word in [
        "null",
        r#""""#,
        r#""MINOROUTAGE""#,
        r#""not_monitored""#,
        r#""outage""#,
        r#""unknown""#,
        r#""red""#,
        r#""disrupted""#,
        r#""downtime""#,
    ] {
        assert_eq!(level_of(word), Level::Unknown, "{word}");
    }
    for word in [
        r#""partial-outage""#,
        r#""Partial Outage""#,
        r#""PARTIAL_OUTAGE""#,
    ] {
        assert_eq!(level_of(word), Level::PartialOutage, "{word}");
    }
    assert_eq!(level_of(r#""full_outage""#), Level::MajorOutage);
    let page =
        statuspage(r#""components":[{"id":"c","name":"API","status":"investigating_hamster"}]"#);
    assert!(
        page.warnings
            .iter()
            .any(|one| one.kind == WarningKind::UnknownWord && one.detail.contains("hamster"))
    );
    assert_eq!(
        page.leaves()
            .next()
            .and_then(|one| one.status.raw.as_deref()),
        Some("investigating_hamster")
    );
}

#[test]
fn a_status_of_another_type_is_unknown() {
    for status in ["4", "true", "[]", "{}", "1.5"] {
        assert_eq!(level_of(status), Level::Unknown, "{status}");
    }
}

#[test]
fn a_list_at_the_top_is_dispatched_or_refused() {
    assert!(matches!(
        parse(Provider::find("atlassian").expect("known"), b"[]"),
        Err(ParseError::WrongShape { .. })
    ));
    assert_eq!(parse_any(b"[]"), Err(ParseError::UnknownShape));
    assert_eq!(parse_any(b"[1,2]"), Err(ParseError::UnknownShape));
}

#[test]
fn what_cannot_be_read_has_no_level() {
    let atlassian = Provider::find("atlassian").expect("known");
    for answer in [
        "",
        "<html><title>502</title></html>",
        "{",
        "{\"message\":\"Forbidden\"}",
    ] {
        assert!(parse(atlassian, answer.as_bytes()).is_err(), "{answer}");
    }
    assert_eq!(
        statuspage(r#""components":[]"#).overall.meaning,
        Level::Unknown
    );
}

#[test]
fn a_missing_section_is_not_an_empty_one() {
    let page = statuspage(r#""status":{"indicator":"none"},"components":[]"#);
    assert_eq!(
        (&page.components, &page.incidents),
        (&Section::NoneReported, &Section::NotAttempted)
    );
}

#[test]
fn a_time_without_a_zone_is_read_and_flagged() {
    let page = statuspage(
        r#""scheduled_maintenances":[{"id":"m","name":"x","status":"scheduled","scheduled_for":"2026-10-01 10:00:00","scheduled_until":"later"}]"#,
    );
    let window = &page.maintenances.as_slice()[0];
    assert!(window.scheduled_for.is_some() && window.scheduled_until.is_none());
    assert!(
        page.warnings
            .iter()
            .any(|one| one.kind == WarningKind::AssumedUtc)
    );
}

#[test]
fn history_is_not_active() {
    let page = statuspage(
        r#""incidents":[{"id":"a","name":"x","status":"resolved","impact":"major"},{"id":"b","name":"y","status":"postmortem","impact":"major"},{"id":"c","name":"z","status":"investigating","impact":"none","resolved_at":"2026-01-01T00:00:00Z"}]"#,
    );
    assert_eq!(
        (
            page.incidents.as_slice().len(),
            page.open_incidents().count()
        ),
        (3, 0)
    );
}

#[test]
fn namesakes_are_two_components() {
    let page = statuspage(
        r#""components":[{"id":"a","name":"Login","status":"operational"},{"id":"b","name":"Login","status":"major_outage"}]"#,
    );
    assert_eq!(page.leaves().count(), 2);
    assert_eq!(
        page.leaves()
            .map(|one| one.status.meaning)
            .collect::<Vec<_>>(),
        [Level::Operational, Level::MajorOutage]
    );
}

#[test]
fn envelopes_do_not_depend_on_a_success_key() {
    let inner = r#"{"components":[{"name":"API","status":"degraded"}],"active_incidents":[],"scheduled_maintenance":[]}"#;
    for envelope in [
        format!(r#"{{"result":{inner}}}"#),
        format!(r#"{{"success":true,"result":{inner}}}"#),
        format!(r#"{{"data":{inner}}}"#),
        format!(r#"{{"summary":{inner}}}"#),
    ] {
        let page = parse_any(envelope.as_bytes()).expect("a page");
        assert_eq!(
            page.leaves().next().expect("a component").status.meaning,
            Level::Degraded,
            "{envelope}"
        );
    }
}

#[test]
fn a_group_is_known_by_being_referred_to() {
    let document = br#"{"components":[{"id":"g","name":"Core","status":"OPERATIONAL","group":null},{"id":"c","name":"API","status":"MAJOROUTAGE","group":{"id":"g","name":"Core"}}]}"#;
    let page = parse_any(document).expect("a page");
    let leaves: Vec<_> = page
        .leaves()
        .map(|one| (one.name.as_str(), one.group_path.join("/")))
        .collect();
    assert_eq!(leaves, [("API", "Core".to_owned())]);
}

#[test]
fn a_page_without_components_is_a_page() {
    let page = statuspage(r#""status":{"indicator":"minor","description":"Some trouble"}"#);
    assert_eq!(
        (page.overall.meaning, page.headline.as_deref()),
        (Level::Degraded, Some("Some trouble"))
    );
}

#[test]
fn addresses_follow_from_the_page_and_not_from_what_answered_once() {
    let base = url::Url::parse("https://status.example.com/eu").expect("a URL");
    let source = Source::new(Provider::find("atlassian").expect("known"), base);
    let stored = serde_json::to_string(&source).expect("JSON");
    assert!(!stored.contains("summary"));
    let restored: Source = serde_json::from_str(&stored).expect("a source");
    let urls: Vec<String> = restored
        .requests()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(urls.len(), 2);
    assert!(
        urls.iter()
            .all(|url| url.starts_with("https://status.example.com/eu/api/v2/"))
    );
}

#[test]
fn maintenance_is_maintenance() {
    assert_eq!(level_of(r#""under_maintenance""#), Level::Maintenance);
    assert_eq!(
        statuspage(r#""status":{"indicator":"maintenance"}"#)
            .overall
            .meaning,
        Level::Maintenance
    );
}

#[test]
fn an_incident_without_components_is_kept_and_linked_to_none() {
    let page = statuspage(
        r#""components":[{"id":"c","name":"API","status":"operational"}],"incidents":[{"id":"i","name":"API down","status":"investigating","impact":"critical"}]"#,
    );
    assert_eq!(
        page.open_incidents().next().map(|one| one.link),
        Some(LinkQuality::None)
    );
    let component = page.leaves().next().expect("a component");
    assert_eq!(
        page.effective(component).level,
        Level::Operational,
        "a name in a title is no link"
    );
}

#[test]
fn the_body_is_looked_at_and_not_the_content_type() {
    let inner = r#"{"services":[{"serviceName":"Music","events":[]}]}"#;
    for text in [
        inner.to_owned(),
        format!("jsonCallback({inner});"),
        format!("\u{feff}{inner}"),
        format!("\n {inner}"),
    ] {
        assert_eq!(
            parse_any(text.as_bytes()).map(|page| page.provider.id()),
            Ok("apple"),
            "{text}"
        );
    }
    let utf16: Vec<u8> = [0xFF, 0xFE]
        .into_iter()
        .chain(inner.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    assert_eq!(
        parse_any(&utf16).map(|page| page.provider.id()),
        Ok("apple")
    );
}

#[test]
fn updates_name_components_by_id_and_not_by_their_qualified_name() {
    let page = statuspage(
        r#""components":[{"id":"c","name":"API","status":"operational"}],"incidents":[{"id":"i","name":"x","status":"investigating","impact":"minor","incident_updates":[{"id":"u","status":"investigating","body":"","affected_components":[{"code":"c","name":"Core - API","new_status":"major_outage"}]}]}]"#,
    );
    let component = page.leaves().next().expect("a component");
    assert_eq!(page.effective(component).level, Level::Degraded);
}

#[test]
fn a_leaf_may_be_called_like_its_group() {
    let page = statuspage(
        r#""components":[{"id":"l","name":"Mail","status":"operational","group_id":"g"},{"id":"g","name":"Mail","status":"operational","group":true}]"#,
    );
    let leaf = page.leaves().next().expect("a leaf");
    assert_eq!(
        (leaf.key.as_str(), leaf.group_path.as_slice()),
        ("l", ["Mail".to_owned()].as_slice())
    );
}
