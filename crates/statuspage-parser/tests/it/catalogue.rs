//! The catalogue is complete enough, consistent, and finds what people type.

use std::collections::HashSet;

use statuspage_parser::catalogue::{Catalogue, Service, well_known};
use url::Url;

const CATEGORIES: &[&str] = &[
    "ai",
    "analytics",
    "billing",
    "ci",
    "cloud",
    "cms",
    "collaboration",
    "commerce",
    "communication",
    "consumer",
    "crm",
    "data",
    "design",
    "developer",
    "dns",
    "email",
    "finance",
    "games",
    "hosting",
    "identity",
    "marketing",
    "media",
    "monitoring",
    "network",
    "packages",
    "payments",
    "productivity",
    "security",
    "social",
    "storage",
    "support",
];

fn all() -> &'static [Service] {
    well_known().all()
}

fn search(query: &str, limit: usize) -> Vec<&'static Service> {
    well_known().search(query, limit)
}

fn by_host(host: &str) -> Option<&'static Service> {
    well_known().by_host(host)
}

#[test]
fn it_has_at_least_150_services_each_once() {
    assert!(all().len() >= 150, "{}", all().len());
    let mut names = HashSet::new();
    for service in all() {
        for name in std::iter::once(&service.name).chain(&service.aliases) {
            assert!(names.insert(name.to_lowercase()), "{name} is there twice");
        }
    }
}

#[test]
fn addresses_are_plain_https() {
    for service in all() {
        for address in [&service.home, &service.status] {
            let url = Url::parse(address).unwrap_or_else(|_| panic!("{}: {address}", service.name));
            assert_eq!(url.scheme(), "https", "{address}");
            assert!(
                url.username().is_empty() && url.query().is_none() && url.fragment().is_none(),
                "{address}"
            );
            assert!(
                url.host_str().is_some_and(|host| host.contains('.')),
                "{address}"
            );
            assert!(!address.ends_with('/'), "{address}");
        }
    }
}

#[test]
fn categories_are_words_of_one_list() {
    for service in all() {
        assert!(!service.categories.is_empty(), "{}", service.name);
        for category in &service.categories {
            assert!(
                CATEGORIES.contains(&category.as_str()),
                "{}: {category}",
                service.name
            );
        }
    }
}

#[test]
fn what_people_type_is_found_first() {
    let first = |query: &str| {
        search(query, 5)
            .first()
            .map(|service| service.name.as_str())
    };
    for (query, name) in [
        ("claude", "Claude"),
        ("anthropic", "Claude"),
        ("chatgpt", "OpenAI"),
        ("open ai", "OpenAI"),
        ("GitHub", "GitHub"),
        ("aws", "AWS"),
        ("gcp", "Google Cloud"),
        ("cloudf", "Cloudflare"),
        ("stripe", "Stripe"),
        ("gmail", "Google Workspace"),
        ("office 365", "Microsoft 365"),
    ] {
        assert_eq!(first(query), Some(name), "{query}");
    }
    assert!(
        search("payments", 20)
            .iter()
            .any(|service| service.name == "Stripe")
    );
    assert!(search("  ", 5).is_empty() && search("qqqqzzz", 5).is_empty());
    assert_eq!(search("a", 3).len(), 3);
}

#[test]
fn a_vendors_host_is_recognised_and_a_lookalike_is_not() {
    assert_eq!(
        by_host("github.com").map(|service| service.name.as_str()),
        Some("GitHub")
    );
    assert_eq!(
        by_host("www.github.com").map(|service| service.name.as_str()),
        Some("GitHub")
    );
    assert_eq!(
        by_host("api.github.com").map(|service| service.name.as_str()),
        Some("GitHub")
    );
    assert!(by_host("notgithub.com").is_none() && by_host("github.com.evil.example").is_none());
}

#[test]
fn an_installation_adds_its_own_pages_and_corrects_known_ones() {
    let added = r#"[
        {"name": "Till", "home": "http://till.lan:8080", "status": "http://status.lan/till", "aliases": ["cash desk"]},
        {"name": "github", "home": "https://github.com", "status": "https://mirror.example/status"}
    ]"#;
    let catalogue = Catalogue::with_additions(added).expect("right");
    let first = |query: &str| catalogue.search(query, 5)[0].status.as_str();
    assert_eq!(first("cash"), "http://status.lan/till");
    assert_eq!(first("github"), "https://mirror.example/status");
    assert_eq!(catalogue.all().len(), well_known().all().len() + 1);
    let found = catalogue.by_host("github.com").expect("known");
    assert_eq!(found.status, "https://mirror.example/status");
}

#[test]
fn additions_that_make_no_sense_are_refused_by_name() {
    let refused = |json: &str| {
        let error = Catalogue::with_additions(json).expect_err("wrong");
        error.to_string()
    };
    assert!(refused("{}").contains("JSON list"));
    assert!(refused(r#"[{"name": "Till"}]"#).contains("missing field"));
    let one = |name: &str, status: &str| {
        format!(r#"{{"name": "{name}", "home": "https://till.example", "status": "{status}"}}"#)
    };
    for status in [
        "till.example",
        "ftp://till.example",
        "https://me:secret@till.example",
        "",
    ] {
        let said = refused(&format!("[{}]", one("Till", status)));
        assert!(said.contains("“Till”: status must be"), "{said}");
    }
    let good = one("Till", "https://status.till.example");
    assert!(refused(&format!("[{good},{good}]")).contains("“Till”: is there twice"));
    assert!(
        refused(&format!("[{}]", one(" ", "https://a.example"))).contains("1 to 100 characters")
    );
    let many = vec![good.as_str(); 1_001].join(",");
    assert!(refused(&format!("[{many}]")).contains("at most 1000"));
}
