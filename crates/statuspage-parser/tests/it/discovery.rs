//! Searches over a small web that exists only here.

use std::{fs, path::Path};

use statuspage_parser::discover::{Advice, Confidence, Discovery, Finding, NotFound, Step};

use crate::web::Web;

const SUMMARY: &str = r#"{"page":{"id":"p1","name":"Harbour","url":"https://status.harbour.example"},"status":{"indicator":"none"},"components":[{"id":"c1","name":"API","status":"operational"}],"incidents":[],"scheduled_maintenances":[]}"#;
const INCIDENT_IO: &str = r#"{"page":{"id":"01HARB0RHARB0RHARB0RHARB0R","name":"Harbour"},"status":{"indicator":"none"},"components":[{"id":"c1","name":"API","status":"operational"}],"incidents":[]}"#;
const STATUSPAGE_HTML: &str = r#"<!DOCTYPE html><html><head><title>Harbour Status</title><link rel="alternate" type="application/atom+xml" href="/history.atom"></head><body><div data-component-id="c1"></div></body></html>"#;

fn found(result: (Result<Finding, NotFound>, Vec<String>)) -> Finding {
    let (result, asked) = result;
    result.unwrap_or_else(|nothing| panic!("not found after {asked:?}: {:?}", nothing.evidence))
}

fn told(finding: &Finding) -> (&'static str, &str, Confidence) {
    (
        finding.source.provider.id(),
        finding.source.base.as_str(),
        finding.confidence,
    )
}

#[test]
fn a_statuspage_behind_its_own_domain_is_known_by_its_markup() {
    let web = Web::default()
        .with("https://status.harbour.example/", STATUSPAGE_HTML)
        .with(
            "https://status.harbour.example/api/v2/summary.json",
            SUMMARY,
        );
    let (result, asked) = web.search("status.harbour.example");
    let finding = result.expect("found");
    assert_eq!(
        told(&finding),
        (
            "atlassian",
            "https://status.harbour.example/",
            Confidence::Marker
        )
    );
    assert_eq!(asked.len(), 2);
    assert_eq!(finding.page.leaves().count(), 1);
}

#[test]
fn a_hosted_name_is_asked_for_its_documents_at_once() {
    let web = Web::default().with("https://harbour.statuspage.io/api/v2/summary.json", SUMMARY);
    let (result, asked) = web.search("https://harbour.statuspage.io/incidents/x1");
    assert_eq!(
        told(&result.expect("found")),
        (
            "atlassian",
            "https://harbour.statuspage.io/",
            Confidence::Host
        )
    );
    assert_eq!(asked.len(), 1);
}

#[test]
fn a_part_of_a_host_is_no_host() {
    let web = Web::default().with("https://mystatuspage.io/", "<html><title>x</title></html>");
    let (_, asked) = web.search("https://mystatuspage.io");
    assert_eq!(asked[0], "https://mystatuspage.io/");
}

#[test]
fn two_vendors_with_one_api_are_told_apart_by_the_shape() {
    let web = Web::default()
        .with(
            "https://status.harbour.example/",
            "<html><title>Harbour</title></html>",
        )
        .with(
            "https://status.harbour.example/api/v2/summary.json",
            INCIDENT_IO,
        );
    assert_eq!(
        told(&found(web.search("status.harbour.example"))),
        (
            "incident_io",
            "https://status.harbour.example/",
            Confidence::Shape
        )
    );
    let web = Web::default()
        .with(
            "https://status.harbour.example/",
            "<html><title>Harbour</title></html>",
        )
        .with(
            "https://status.harbour.example/api/v2/summary.json",
            SUMMARY,
        );
    assert_eq!(
        told(&found(web.search("status.harbour.example"))),
        (
            "atlassian",
            "https://status.harbour.example/",
            Confidence::Shape
        )
    );
}

#[test]
fn the_path_of_a_page_is_kept() {
    let kuma = r#"{"config":{"slug":"main","title":"Harbour"},"publicGroupList":[{"id":1,"name":"Core","monitorList":[{"id":1,"name":"API"}]}],"maintenanceList":[]}"#;
    let web = Web::default()
        .with(
            "https://up.harbour.example/status/main",
            "<html><title>Uptime Kuma</title></html>",
        )
        .with("https://up.harbour.example/api/status-page/main", kuma);
    let finding = found(web.search("https://up.harbour.example/status/main"));
    assert_eq!(
        told(&finding),
        (
            "uptime_kuma",
            "https://up.harbour.example/status/main",
            Confidence::Shape
        )
    );
    assert_eq!(
        finding.source.requests()[1].url.as_str(),
        "https://up.harbour.example/api/status-page/heartbeat/main"
    );
}

#[test]
fn a_page_that_moved_is_found_where_it_went() {
    let web = Web::default()
        .moved(
            "https://status.old.example/",
            "https://status.harbour.example/",
        )
        .with("https://status.harbour.example/", STATUSPAGE_HTML)
        .with(
            "https://status.harbour.example/api/v2/summary.json",
            SUMMARY,
        );
    assert_eq!(
        told(&found(web.search("status.old.example"))).1,
        "https://status.harbour.example/"
    );
}

#[test]
fn redirects_end() {
    let mut web = Web::default();
    for hop in 0..20 {
        web = web.moved(
            &format!("https://harbour.example/{hop}"),
            &format!("https://harbour.example/{}", hop + 1),
        );
    }
    let (result, _) = web.search("https://harbour.example/0");
    let evidence = result.expect_err("nothing there").evidence;
    assert!(
        evidence
            .iter()
            .any(|one| one.outcome.to_string() == "too many redirects")
    );
    let (result, _) = Web::default()
        .moved(
            "https://harbour.example/",
            "http://user:secret@inside.example/",
        )
        .search("harbour.example");
    assert!(
        result
            .expect_err("nothing there")
            .evidence
            .iter()
            .any(|one| one.outcome.to_string().contains("leads nowhere"))
    );
}

#[test]
fn a_documents_address_leads_to_its_page() {
    let web = Web::default().with(
        "https://status.harbour.example/eu/api/v2/summary.json",
        SUMMARY,
    );
    let finding = found(web.search("https://status.harbour.example/eu/api/v2/summary.json"));
    assert_eq!(
        told(&finding),
        (
            "atlassian",
            "https://status.harbour.example/eu",
            Confidence::Shape
        )
    );
    let own = r#"{"components":[{"name":"Shop","status":"up"}]}"#;
    let finding = found(
        Web::default()
            .with("https://harbour.example/health.json?full=1", own)
            .search("https://harbour.example/health.json?full=1"),
    );
    assert_eq!(finding.source.provider.id(), "own_json");
    assert_eq!(
        finding.source.requests()[0].url.as_str(),
        "https://harbour.example/health.json?full=1"
    );
}

#[test]
fn a_vendors_site_leads_to_its_status_page() {
    let web = Web::default()
        .with("https://harbour.example/", r#"<html><title>Harbour</title><a href="https://status.harbour.example/">Status</a></html>"#)
        .with("https://status.harbour.example/", STATUSPAGE_HTML)
        .with("https://status.harbour.example/api/v2/summary.json", SUMMARY);
    assert_eq!(told(&found(web.search("harbour.example"))).0, "atlassian");
    let web = Web::default()
        .with("https://www.githubstatus.com/api/v2/summary.json", SUMMARY)
        .with("https://www.githubstatus.com/", STATUSPAGE_HTML);
    assert_eq!(
        told(&found(web.search("github.com"))).1,
        "https://www.githubstatus.com/"
    );
}

#[test]
fn a_listed_page_is_asked_for_its_documents_at_once() {
    let web = Web::default().with("https://www.githubstatus.com/api/v2/summary.json", SUMMARY);
    for address in [
        "www.githubstatus.com",
        "githubstatus.com",
        "https://github.com/some/thing",
    ] {
        let (result, asked) = web.search(address);
        assert_eq!(told(&result.expect("found")).0, "atlassian", "{address}");
        assert!(asked.len() <= 2, "{asked:?}");
    }
}

#[test]
fn a_feed_is_the_last_thing_found() {
    let feed = r#"<feed xmlns="http://www.w3.org/2005/Atom"><title>Harbour Status</title><entry><id>1</id><title>[Investigating] Slow</title><updated>2026-10-01T00:00:00Z</updated></entry></feed>"#;
    let web = Web::default()
        .with("https://status.harbour.example/", r#"<html><title>Harbour Status</title><link rel="alternate" type="application/atom+xml" href="/feeds/all.atom"></html>"#)
        .with("https://status.harbour.example/feeds/all.atom", feed);
    let finding = found(web.search("status.harbour.example"));
    assert_eq!(
        (finding.source.provider.id(), finding.confidence),
        ("feed", Confidence::Feed)
    );
    let blog = "<rss version=\"2.0\"><channel><title>Our blog</title><item><title>News</title></item></channel></rss>";
    let web = Web::default()
        .with("https://harbour.example/", r#"<html><title>Harbour</title><link rel="alternate" type="application/rss+xml" href="/blog.xml"></html>"#)
        .with("https://harbour.example/blog.xml", blog);
    assert!(
        web.search("harbour.example").0.is_err(),
        "a blog is no status page"
    );
}

#[test]
fn data_inside_a_page_is_used_when_its_documents_do_not_answer() {
    let site = r#"{\"site\":{\"id\":\"s\",\"status\":\"UP\",\"name\":{\"default\":\"Harbour\"},\"components\":[{\"id\":\"c\",\"name\":{\"default\":\"API\"},\"status\":\"OPERATIONAL\"}]},\"activeIncidents\":[],\"activeMaintenances\":[]}"#;
    let html = format!(
        r#"<html><title>Harbour</title><img src="https://instatus.com/user-content/x"><script>self.__next_f.push([1,"{site}"])</script></html>"#
    );
    let finding = found(
        Web::default()
            .with("https://harbour.example/", &html)
            .search("harbour.example"),
    );
    assert_eq!(
        (finding.source.provider.id(), finding.confidence),
        ("instatus", Confidence::Marker)
    );
    assert_eq!(
        finding.source.requests()[0].url.as_str(),
        "https://harbour.example/"
    );
}

#[test]
fn pages_that_are_off_private_or_not_there_end_the_search_with_advice() {
    let page = |title: &str| {
        format!(
            r#"<html><head><title>{title}</title><link rel="alternate" type="application/atom+xml" href="/history.atom"></head><script src="https://dka575ofm4ao0.cloudfront.net/x"></script></html>"#
        )
    };
    let feed = "<feed><title>Harbour Status</title></feed>";
    for (title, advice) in [
        ("Harbour Status - Page Inactive", Advice::SwitchedOff),
        ("Harbour Status - Login", Advice::Private),
        ("Statuspage | Atlassian", Advice::NoSuchPage),
    ] {
        let web = Web::default()
            .with("https://status.harbour.example/", &page(title))
            .with("https://status.harbour.example/history.atom", feed);
        let (result, asked) = web.search("status.harbour.example");
        assert_eq!(result.expect_err("no page").advice, advice, "{title}");
        assert_eq!(
            asked.len(),
            1,
            "{title}: its feed would look like a page without incidents"
        );
    }
}

#[test]
fn silence_and_refusals_stop_the_search_early() {
    let (result, asked) = Web::default()
        .silent("https://harbour.example/")
        .search("harbour.example");
    assert_eq!(
        (result.expect_err("silence").advice, asked.len()),
        (Advice::Unreachable, 1)
    );
    let mut web = Web::default();
    for path in [
        "",
        "api/v2/summary.json",
        "summary.json",
        "index.json",
        "api/v1/components?per_page=100",
    ] {
        web = web.status(&format!("https://harbour.example/{path}"), 403);
    }
    let (result, asked) = web.search("harbour.example");
    assert_eq!(result.expect_err("refused").advice, Advice::Refused);
    assert_eq!(asked.len(), 4);
}

#[test]
fn html_for_every_path_is_no_proof() {
    let mut web = Web::default();
    let shell = "<!DOCTYPE html><html><head><title>Harbour</title></head><body>404</body></html>";
    for path in [
        "",
        "api/v2/summary.json",
        "summary.json",
        "index.json",
        "api/v1/status.json",
        "history.atom",
    ] {
        web = web.with(&format!("https://status.harbour.example/{path}"), shell);
    }
    let nothing = web.search("status.harbour.example").0.expect_err("nothing");
    assert_eq!(nothing.advice, Advice::EnterDataAddress);
    assert!(
        nothing
            .evidence
            .iter()
            .any(|one| one.outcome.to_string().contains("HTML page"))
    );
}

/// The recorded pages lead to the provider whose folder they lie in.
#[test]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn recorded_pages_lead_to_their_providers() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/statuspages");
    if !folder.is_dir() {
        eprintln!("skipped: no recordings at ../shared/statuspages");
        return;
    }
    let pages = [
        ("atlassian/1password_page.html", "/api/v2/summary.json"),
        ("atlassian/appveyor_page.html", "/api/v2/summary.json"),
        ("betterstack/buildjet_page.html", "/index.json"),
        ("incidentio/aiven_page.html", "/api/v2/summary.json"),
        ("incidentio/openai_page.html", "/api/v2/summary.json"),
        ("instatus/mastodonsocial_page.html", "/summary.json"),
    ];
    for (file, document) in pages {
        let bytes = fs::read(folder.join(file)).expect("a recording");
        let mut search = Discovery::new("https://recorded.example").expect("an address");
        let Step::Ask(url) = search.next() else {
            panic!("{file}: no question")
        };
        search.answer(&url, 200, &[], &bytes);
        let Step::Ask(next) = search.next() else {
            panic!("{file}: nothing more to ask")
        };
        assert_eq!(next.path(), document, "{file}");
    }
    for file in [
        "statuspage_login_required.html",
        "statuspage_page_inactive.html",
        "statuspage_unknown_subdomain_marketing.html",
    ] {
        let bytes = fs::read(folder.join("odd").join(file)).expect("a recording");
        let mut search = Discovery::new("https://recorded.example").expect("an address");
        let Step::Ask(url) = search.next() else {
            panic!("{file}: no question")
        };
        search.answer(&url, 200, &[], &bytes);
        let Step::NotFound(nothing) = search.next() else {
            panic!("{file}: went on")
        };
        assert_ne!(nothing.advice, Advice::EnterDataAddress, "{file}");
    }
}
