//! How long a page's word is worth something, and how patiently it is asked again.

use serde_json::json;
use statuspage_parser::Provider;
use uuid::Uuid;

use super::*;

const MINUTE: Duration = Duration::from_mins(1);

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
}

fn id() -> VendorPageId {
    VendorPageId(Uuid::nil())
}

/// A page that nobody has read.
fn kept() -> Kept {
    let source = Source::new(
        Provider::find("atlassian").unwrap(),
        "https://status.acme.example".parse().unwrap(),
    );
    Kept::stored(VendorPage {
        id: id(),
        source: serde_json::to_value(source).unwrap(),
        urls: Vec::new(),
        name: "Acme".to_owned(),
        home: "https://status.acme.example".to_owned(),
        shard: 0,
        page: None,
        parts: json!([]),
        read_at: None,
        tried_at: None,
        failures: 0,
        failure: None,
        not_before: None,
    })
}

fn read(pause: Option<u64>) -> Read {
    Read {
        page: Page::new(Provider::find("atlassian").unwrap()),
        documents: Documents::default(),
        pause: pause.map(Duration::from_secs),
    }
}

fn unread(pause: Option<u64>, moved: bool) -> Unread {
    Unread {
        code: FailureCode::SourceUnavailable,
        reason: "status 500".to_owned(),
        pause: pause.map(Duration::from_secs),
        moved,
    }
}

fn fails(kept: &mut Kept, now: i64, moved: bool) {
    kept.could_not_be_read(at(now), unread(None, moved), (id(), MINUTE));
}

#[test]
fn a_word_stands_for_two_failures_and_three_intervals() {
    let mut kept = kept();
    assert_eq!(kept.worth(at(0), MINUTE), Worth::Nothing);
    kept.was_read(at(0), read(None));
    assert_eq!(kept.worth(at(14), MINUTE), Worth::News);
    assert_eq!(kept.worth(at(16), MINUTE), Worth::Stands);
    assert_eq!(kept.worth(at(181), MINUTE), Worth::Nothing);
    for (now, worth) in [
        (60, Worth::Stands),
        (120, Worth::Stands),
        (180, Worth::Nothing),
    ] {
        fails(&mut kept, now, false);
        assert_eq!(kept.worth(at(now), MINUTE), worth, "{now}");
    }
    kept.was_read(at(200), read(None));
    assert_eq!(kept.worth(at(200), MINUTE), Worth::News);
}

#[test]
fn a_page_is_left_alone_as_long_as_it_says_and_its_word_is_news_until_then() {
    let mut kept = kept();
    kept.was_read(at(0), read(Some(300)));
    assert!(kept.rests(at(294)) && !kept.rests(at(295)));
    assert_eq!(kept.worth(at(294), MINUTE), Worth::News);
    // Fresh for one interval costs no slot.
    kept.was_read(at(600), read(Some(60)));
    assert!(!kept.rests(at(660)));
    kept.could_not_be_read(at(700), unread(Some(120), false), (id(), MINUTE));
    assert!(kept.rests(at(819)) && !kept.rests(at(820)));
}

/// A limit on one document of two: the other one's last word must not pass for news for as long as that.
#[test]
fn a_page_that_wants_a_long_rest_is_news_for_five_minutes_of_it() {
    let mut kept = kept();
    kept.was_read(at(0), read(Some(3_600)));
    assert!(kept.rests(at(3_594)));
    assert_eq!(kept.worth(at(300), MINUTE), Worth::News);
    assert_eq!(kept.worth(at(301), MINUTE), Worth::Nothing);
    assert_eq!(kept.worth(at(301), MINUTE * 2), Worth::Stands);
}

#[test]
fn another_way_of_reading_begins_without_validators() {
    let mut kept = kept();
    kept.was_read(at(0), read(None));
    let before = kept.source.clone().expect("a source");
    kept.is_read_as(before.clone());
    assert_eq!(kept.source.as_ref(), Some(&before));
    let searched = Source {
        given: Vec::new(),
        ..before
    };
    kept.is_read_as(searched.clone());
    assert_eq!(kept.source, Some(searched));
    assert_eq!(*kept.documents, Documents::default());
}

#[test]
fn who_keeps_failing_is_asked_less_and_less_but_every_quarter_of_an_hour() {
    let mut kept = kept();
    let pauses: Vec<i64> = (0..8)
        .map(|_| {
            fails(&mut kept, 0, false);
            kept.not_before
                .map_or(0, |until| (until - at(0)).num_seconds())
        })
        .collect();
    assert_eq!(pauses, [0, 0, 120, 240, 480, 900, 900, 900]);
}

#[test]
fn only_a_page_that_seems_to_have_moved_is_searched_for_and_once_an_hour() {
    let mut away = kept();
    (0..9).for_each(|n| fails(&mut away, n * 60, false));
    assert!(!away.wants_search(at(600)));
    let mut moved = kept();
    for n in 0..4 {
        fails(&mut moved, n * 60, true);
        assert!(!moved.wants_search(at(n * 60)));
    }
    fails(&mut moved, 300, true);
    assert!(moved.wants_search(at(300)));
    assert!(!moved.wants_search(at(3_899)) && moved.wants_search(at(3_900)));
}

#[test]
fn what_could_not_be_stored_is_stored_with_the_next_reading() {
    let mut kept = kept();
    assert!(kept.was_read(at(0), read(None)).page.is_some());
    kept.saved(true);
    let same = kept.was_read(at(60), read(None));
    assert!(same.page.is_none() && same.documents.is_none());
    kept.saved(false);
    let again = kept.was_read(at(120), read(None));
    assert!(again.page.is_some() && again.documents.is_some());
}
