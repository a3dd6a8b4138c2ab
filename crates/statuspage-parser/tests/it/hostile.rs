//! Input that nobody meant to be read: typed failures or "unknown", never a panic and never a silent green.

use proptest::prelude::*;
use serde_json::Value;
use statuspage_parser::{
    MAX_BYTES, Page, PageKind, ParseError, Provider, WarningKind,
    discover::{Discovery, Step},
    page::{Level, Section},
    parse, parse_any,
};

fn all_parse(bytes: &[u8]) -> Vec<Page> {
    Provider::all()
        .filter_map(|provider| parse(provider, bytes).ok())
        .collect()
}

#[test]
fn documents_that_say_nothing_are_never_green() {
    let nothing = [
        "{}",
        "null",
        "true",
        "\"up\"",
        "{\"message\":\"Forbidden\"}",
        "{\"error\":\"x\",\"data\":null}",
        "{\"components\":[]}",
        "{\"page\":{}}",
        "{\"page\":{\"id\":\"x\"},\"components\":null}",
        "{\"status\":\"ok\"}",
        "{\"result\":{}}",
        "{\"page\":{\"name\":\"x\",\"url\":\"y\",\"status\":\"$undefined\"}}",
        "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>",
        "<!DOCTYPE html><html><head><title>Harbour Status</title></head><body>All Systems Operational</body></html>",
    ];
    for text in nothing {
        for page in all_parse(text.as_bytes()) {
            assert_ne!(
                page.overall.meaning,
                Level::Operational,
                "{} reads {text} as green",
                page.provider.id()
            );
        }
    }
    // An empty list is all-clear for those only that list nothing but trouble.
    let green: Vec<&str> = all_parse(b"[]")
        .iter()
        .filter(|page| page.overall.meaning == Level::Operational)
        .map(|page| page.provider.id())
        .collect();
    assert_eq!(green, ["google_workspace", "google_cloud", "aws"]);
}

#[test]
fn an_empty_feed_is_good_news_only_where_open_items_alone_are_listed() {
    let feed = |title: &str| {
        format!("<rss version=\"2.0\"><channel><title>{title}</title></channel></rss>")
    };
    assert_eq!(
        parse_any(feed("Azure Status").as_bytes()).map(|page| page.overall.meaning),
        Ok(Level::Operational)
    );
    assert_eq!(
        parse_any(feed("Harbour").as_bytes()).map(|page| page.overall.meaning),
        Ok(Level::Unknown)
    );
    assert!(
        parse_any(feed("xAI System Status").as_bytes()).is_err(),
        "its feed keeps the past"
    );
}

#[test]
fn pages_in_the_place_of_data_are_named() {
    let page =
        |title: &str| format!("<!DOCTYPE html>\n<html><head><title>{title}</title></head></html>");
    let read = |title: &str| {
        parse(
            Provider::find("atlassian").expect("known"),
            page(title).as_bytes(),
        )
    };
    assert_eq!(
        read("Harbour Status - Login"),
        Err(ParseError::Html {
            kind: PageKind::Login
        })
    );
    assert_eq!(
        read("Harbour Status - Page Inactive"),
        Err(ParseError::Html {
            kind: PageKind::Inactive
        })
    );
    assert_eq!(
        read("Statuspage | Atlassian"),
        Err(ParseError::Html {
            kind: PageKind::NoSuchPage
        })
    );
    assert_eq!(
        read("Harbour"),
        Err(ParseError::Html {
            kind: PageKind::Other
        })
    );
}

#[test]
fn half_a_document_is_not_a_document() {
    let whole =
        r#"{"page":{"id":"p"},"components":[{"id":"c","name":"API","status":"operational"}]}"#;
    for end in 1..whole.len() {
        assert!(
            matches!(
                parse_any(&whole.as_bytes()[..end]),
                Err(ParseError::Json { .. })
            ),
            "{end}"
        );
    }
    assert!(matches!(
        parse_any(b"<rss><channel><title>x</title>"),
        Err(ParseError::Xml { .. })
    ));
    assert_eq!(parse_any(b""), Err(ParseError::Empty));
    assert_eq!(parse_any(b" \n"), Err(ParseError::Empty));
    assert_eq!(parse_any(b"soon"), Err(ParseError::NotRecognised));
}

#[test]
fn size_and_depth_are_bounded() {
    let deep = "[".repeat(100_000);
    assert_eq!(parse_any(deep.as_bytes()), Err(ParseError::TooDeep));
    let deep = format!("{}1{}", "{\"a\":".repeat(100_000), "}".repeat(100_000));
    assert_eq!(parse_any(deep.as_bytes()), Err(ParseError::TooDeep));
    let deep = format!("<rss>{}", "<a>".repeat(100_000));
    assert_eq!(parse_any(deep.as_bytes()), Err(ParseError::TooDeep));
    let page = format!("<html>self.__next_f.push([1,\"{}\"])", "[".repeat(100_000));
    assert!(parse_any(page.as_bytes()).is_err());
    let many = format!("[{}0]", "[0],".repeat(800_000));
    assert!(matches!(
        parse_any(many.as_bytes()),
        Err(ParseError::TooManyValues { .. })
    ));
    let large = vec![b' '; 50 * 1024 * 1024];
    assert_eq!(
        parse_any(&large),
        Err(ParseError::TooLarge { limit: MAX_BYTES })
    );
}

#[test]
fn entities_are_not_expanded() {
    let bomb = "<!DOCTYPE rss [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]><rss><channel><title>&b;</title><item><title>&b;</title></item></channel></rss>";
    let page = parse_any(bomb.as_bytes()).expect("a feed");
    assert!(!page.incidents.as_slice()[0].name.contains("ha"));
}

#[test]
fn long_odd_markup_is_read_in_linear_time() {
    for piece in [
        "<a ",
        "<a",
        "&",
        "<a href=\"",
        "self.__next_f.push([1,\"",
        "<script id=",
        "</",
        "<!--",
    ] {
        let page = format!(
            "<html><head><title>x</title>{}",
            piece.repeat(400_000 / piece.len())
        );
        assert!(parse_any(page.as_bytes()).is_err());
        let feed = format!(
            "<rss><channel><item><title>x</title><description><![CDATA[{}]]></description></item></channel></rss>",
            piece.repeat(100_000 / piece.len())
        );
        assert!(parse_any(feed.as_bytes()).is_ok());
    }
}

#[test]
fn one_odd_part_does_not_spoil_the_rest() {
    let document = br#"{"page":{"id":"p"},"components":"none at all","incidents":[{"id":"i","status":"investigating"},7,null],"status":{"indicator":"catastrophic"}}"#;
    let page = parse_any(document).expect("a page");
    assert!(matches!(&page.components, Section::Failed(reason) if reason.contains("not a list")));
    let titles: Vec<&str> = page.open_incidents().map(|one| one.name.as_str()).collect();
    assert_eq!(titles, ["Untitled incident"]);
    assert_eq!(
        (page.overall.meaning, page.overall.raw.as_deref()),
        (Level::Unknown, Some("catastrophic"))
    );
    let kinds: Vec<WarningKind> = page.warnings.iter().map(|one| one.kind).collect();
    assert_eq!(kinds, [WarningKind::UnknownWord, WarningKind::Dropped]);
}

#[test]
fn rings_of_groups_end() {
    let document = br#"{"components":[{"id":"a","name":"A","status":"OPERATIONAL","group":{"id":"b"}},{"id":"b","name":"B","status":"OPERATIONAL","group":{"id":"a"}},{"id":"c","name":"C","status":"MAJOROUTAGE","group":{"id":"c"}}]}"#;
    let page = parse_any(document).expect("a page");
    assert_eq!(
        page.overall.meaning,
        Level::Unknown,
        "no leaf is left to tell"
    );
}

#[test]
fn bytes_that_are_no_text_are_replaced_and_told() {
    let page = parse_any(b"{\"page\":{\"id\":\"p\"},\"components\":[{\"id\":\"c\",\"name\":\"Caf\xe9\",\"status\":\"operational\"}]}").expect("a page");
    assert_eq!(
        page.leaves().next().map(|one| one.name.as_str()),
        Some("Caf\u{fffd}")
    );
    assert_eq!(page.warnings.len(), 1);
}

/// Keys and words that adapters look for.
const KEYS: &str = "
    page id name status components incidents scheduled_maintenances indicator group group_id data type attributes
    included result status_overall summary structure items affected_components services events serviceName key
    results Incidents arn event_log impacted_services heartbeatList config publicGroupList monitorList psp
    monitors monitorId statusClass notices state site active_incidents products title pageComponents statusReports
    status_page meta pagination update duration start children containers severity external_desc begin end system
    url created_at updates
";
const WORDS: &str = "
    operational UP resolved none critical $undefined 2026-10-01T10:00:00Z 0001-01-01 100 success status_page incident
    SOMEMAJOROUTAGE é\u{202e} https://x.example/appsstatus/1 01HARB0RHARB0RHARB0RHARB0R
";

/// JSON made of them, in the wrong places.
fn json() -> impl Strategy<Value = Value> {
    let words: Vec<&str> = WORDS.split_whitespace().chain(["", "\u{0}"]).collect();
    let keys: Vec<&str> = KEYS.split_whitespace().collect();
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        proptest::sample::select(words).prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 96, 8, move |inner| {
        let pairs = (proptest::sample::select(keys.clone()), inner.clone());
        let pairs = proptest::collection::vec(pairs, 0..8);
        let object = |pairs: Vec<(&str, Value)>| {
            pairs
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value))
                .collect()
        };
        prop_oneof![
            proptest::collection::vec(inner, 0..5).prop_map(Value::from),
            pairs.prop_map(move |pairs| Value::Object(object(pairs))),
        ]
    })
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        all_parse(&bytes);
        drop(parse_any(&bytes));
    }

    #[test]
    fn no_json_makes_it_panic(value in json()) {
        let text = value.to_string();
        drop(parse_any(text.as_bytes()));
        for page in all_parse(text.as_bytes()) {
            // Whatever was read can be asked about.
            for component in &page.components {
                page.effective(component);
                page.locate(&component.into());
            }
        }
    }

    #[test]
    fn no_markup_makes_it_panic(text in "(<(rss|feed|channel|item|entry|title|a href='x'|script id=\"data\"|/item|/title)>|&(amp|#x41|#99999999|nope);|[a-zé\\[\\] ]{0,6}|<!\\[CDATA\\[|\\]\\]>){0,60}") {
        all_parse(text.as_bytes());
        all_parse(format!("<rss>{text}").as_bytes());
        all_parse(format!("<html>{text}").as_bytes());
    }

    #[test]
    fn every_search_ends(address in "[a-z:/.@?#%\\[\\]0-9 é-]{0,40}", statuses in proptest::collection::vec((0u16..600, 0usize..6), 60)) {
        let bodies: [&[u8]; 6] = [b"", b"{}", b"[]", b"<html><a href='https://status.other.example/'>", b"<rss><channel/></rss>", b"\xff"];
        let Ok(mut search) = Discovery::new(&address) else { return Ok(()) };
        for (status, body) in statuses {
            match search.next() {
                Step::Ask(url) if status < 50 => search.failed(&url, "timed out"),
                Step::Ask(url) => search.answer(&url, status, &[("Location", "https://next.example/a/../b")], bodies[body]),
                _ => return Ok(()),
            }
        }
        prop_assert!(!matches!(search.next(), Step::Ask(_)), "still asking after sixty answers");
    }
}
