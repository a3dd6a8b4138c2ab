//! One small page of our own making for each provider, read whole.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use statuspage_parser::{Answer, Page, Provider, Reading, Source, parse};
use url::Url;

use crate::rendering::{now, render};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// Documents of a provider's fixture by name.
fn documents(provider: Provider) -> HashMap<String, Vec<u8>> {
    let folder = fixtures().join(provider.id());
    let files =
        fs::read_dir(&folder).unwrap_or_else(|_| panic!("{} has no fixtures", provider.id()));
    files
        .flatten()
        .map(|file| {
            let name = file
                .path()
                .file_stem()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            (name, fs::read(file.path()).expect("a fixture"))
        })
        .collect()
}

fn read_whole(provider: Provider) -> Page {
    let documents = documents(provider);
    let base = Url::parse("https://status.example.com/main").expect("a URL");
    let mut reading = Reading::new(&Source::new(provider, base));
    let mut answered = 0;
    while let Some(request) = reading.pending().first().cloned() {
        if let Some(bytes) = documents.get(&request.name) {
            let read = reading.answer(&request, Answer::Body(bytes));
            assert!(read.is_ok(), "{}/{}: {read:?}", provider.id(), request.name);
            answered += 1;
        } else {
            let read = reading.answer(&request, Answer::Failed("status 404".to_owned()));
            assert!(read.is_err());
        }
    }
    assert_eq!(
        answered,
        documents.len(),
        "{}: a fixture that no request asks for",
        provider.id()
    );
    reading
        .finish(now())
        .unwrap_or_else(|error| panic!("{}: {error}", provider.id()))
}

#[test]
fn each_provider_is_read_as_its_snapshot_says() {
    for provider in Provider::all() {
        insta::assert_snapshot!(provider.id(), render(&read_whole(provider)));
    }
}

#[test]
fn a_page_survives_being_stored() {
    for provider in Provider::all() {
        let page = read_whole(provider);
        let stored = serde_json::to_string(&page).expect("JSON");
        assert_eq!(
            serde_json::from_str::<Page>(&stored).expect("a page"),
            page,
            "{}",
            provider.id()
        );
    }
}

#[test]
fn each_fixture_is_recognised_by_its_shape() {
    for provider in Provider::all() {
        for (name, bytes) in documents(provider) {
            let read = statuspage_parser::parse_any(&bytes);
            let told = read.as_ref().map(|page| page.provider.id());
            // The same list of products serves Google's two pages, and an empty list is nobody's.
            let shared = matches!(
                (provider.id(), name.as_str()),
                ("google_workspace", "products") | ("cachet3", "schedules")
            );
            assert!(
                shared || told == Ok(provider.id()),
                "{}/{name}: {told:?}",
                provider.id()
            );
        }
    }
}

/// The shapes are strict: what one provider publishes is never read as another's, but for those that copied it.
#[test]
fn no_provider_reads_anothers_documents() {
    let related = [
        "atlassian",
        "incident_io",
        "rootly",
        "own_json",
        "feed",
        "hund",
        "azure",
        "xai",
        "google_cloud",
        "google_workspace",
    ];
    for theirs in Provider::all() {
        for (name, bytes) in documents(theirs) {
            for other in Provider::all().filter(|other| *other != theirs) {
                let both_related = related.contains(&theirs.id()) && related.contains(&other.id());
                let undemanding = matches!(other.id(), "own_json" | "feed");
                if !both_related && !undemanding {
                    assert!(
                        parse(other, &bytes).is_err(),
                        "{} reads {}/{name}",
                        other.id(),
                        theirs.id()
                    );
                }
            }
        }
    }
}
