//! A chosen component is found again, or said to be gone; it is never exchanged for another.

use statuspage_parser::{
    Page, Provider,
    page::{ComponentKey, Level, Located, Selection},
    parse,
};

fn page(components: &str) -> Page {
    let document =
        format!(r#"{{"page":{{"id":"p","name":"Harbour"}},"components":[{components}]}}"#);
    parse(
        Provider::find("atlassian").expect("known"),
        document.as_bytes(),
    )
    .expect("a page")
}

fn selection(key: &str, group: &[&str], name: &str) -> Selection {
    Selection {
        key: ComponentKey::new(key),
        group_path: group.iter().map(ToString::to_string).collect(),
        name: name.to_owned(),
    }
}

#[test]
fn a_renamed_component_is_followed_by_its_id() {
    let page = page(
        r#"{"id":"c1","name":"Public API","status":"operational"},{"id":"c2","name":"API","status":"major_outage"}"#,
    );
    let Located::Found(found) = page.locate(&selection("c1", &[], "API")) else {
        panic!("not found")
    };
    assert_eq!(
        (found.name.as_str(), found.status.meaning),
        ("Public API", Level::Operational)
    );
}

#[test]
fn a_new_id_is_followed_by_path_and_name() {
    let page = page(
        r#"{"id":"g","name":"Core","status":"operational","group":true},{"id":"n1","name":"API","status":"operational","group_id":"g"},{"id":"n2","name":"API","status":"major_outage"}"#,
    );
    let Located::Found(found) = page.locate(&selection("old", &["Core"], "API")) else {
        panic!("not found")
    };
    assert_eq!(found.key, ComponentKey::new("n1"));
}

/// A longer name that holds the wanted one belongs to another component.
#[test]
fn a_part_of_a_name_is_no_match_but_a_suggestion() {
    let page = page(
        r#"{"id":"c1","name":"API Gateway","status":"major_outage"},{"id":"c2","name":"Web","status":"operational"}"#,
    );
    let Located::Gone(suggestions) = page.locate(&selection("old", &[], "API")) else {
        panic!("matched")
    };
    assert_eq!(
        suggestions
            .iter()
            .map(|one| one.name.as_str())
            .collect::<Vec<_>>(),
        ["API Gateway"]
    );
    assert!(
        matches!(page.locate(&selection("old", &[], "web")), Located::Gone(_)),
        "case is not ignored"
    );
}

#[test]
fn namesakes_are_a_question_for_a_person() {
    let page = page(
        r#"{"id":"c1","name":"Login","status":"operational"},{"id":"c2","name":"Login","status":"major_outage"}"#,
    );
    assert!(
        matches!(page.locate(&selection("old", &[], "Login")), Located::Ambiguous(both) if both.len() == 2)
    );
    assert!(matches!(
        page.locate(&selection("c2", &[], "Login")),
        Located::Found(_)
    ));
}

#[test]
fn a_list_that_cannot_be_read_has_lost_nothing() {
    let document = br#"{"page":{"id":"p"},"components":"soon","status":{"indicator":"none"}}"#;
    let page = parse(Provider::find("atlassian").expect("known"), document).expect("a page");
    assert!(matches!(
        page.locate(&selection("c1", &[], "API")),
        Located::Unreadable(_)
    ));
}

#[test]
fn absence_is_health_only_where_only_trouble_is_listed() {
    let aws = parse(Provider::find("aws").expect("known"), b"[]").expect("all clear");
    assert_eq!(
        aws.locate(&selection("quiet-eu-west-1", &[], "Quiet")),
        Located::AbsentIsOperational
    );
    assert!(matches!(
        page(r#"{"id":"c1","name":"Web","status":"operational"}"#).locate(&selection(
            "x",
            &[],
            "Mail"
        )),
        Located::Gone(_)
    ));
}
