//! Reads every recording of a vendor's page, where the folder of recordings is at hand, and compares what was read: in
//! counts that people can check, and in full by a digest.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use statuspage_parser::{
    Page, ParseError, Provider,
    page::{Incident, Section},
    parse, parse_any,
};

use crate::rendering::render;

/// What each file says, in counts and as a digest of everything: no word of any recording is kept here.
const EXPECTED: &str = include_str!("recordings.tsv");

/// Beside the repository.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/statuspages")
}

/// The provider of a folder's lists that are too short to show it.
fn provider_of(folder: &str) -> Option<Provider> {
    Provider::find(match folder {
        "aws" => "aws",
        "checkly" => "checkly",
        _ => return None,
    })
}

fn read(folder: &str, bytes: &[u8]) -> Result<Page, ParseError> {
    parse_any(bytes)
        .or_else(|error| provider_of(folder).map_or(Err(error), |provider| parse(provider, bytes)))
}

fn section<T>(section: &Section<T>, open: impl Fn(&T) -> bool) -> String {
    match section {
        Section::NotAttempted => "-".to_owned(),
        Section::Unsupported => "unsupported".to_owned(),
        Section::NoneReported => "0".to_owned(),
        Section::Failed(_) => "failed".to_owned(),
        Section::Available(items) => {
            format!(
                "{}/{}",
                items.iter().filter(|item| open(item)).count(),
                items.len()
            )
        }
    }
}

fn summary(page: &Page) -> String {
    let mut levels: BTreeMap<&str, usize> = BTreeMap::new();
    for leaf in page.leaves() {
        *levels.entry(leaf.status.meaning.as_str()).or_default() += 1;
    }
    let levels = levels
        .iter()
        .fold(String::new(), |mut text, (level, count)| {
            write!(
                text,
                "{}{level}={count}",
                if text.is_empty() { "" } else { "," }
            )
            .expect("a string takes all");
            text
        });
    let linked = page
        .incidents
        .iter()
        .filter(|incident| incident.affected.iter().any(|one| one.key.is_some()))
        .count();
    let groups = page
        .components
        .iter()
        .filter(|component| component.is_group)
        .count();
    format!(
        "{}\t{}\tgroups={groups}\t{}\tincidents={}\tlinked={linked}\tmaintenance={}",
        page.provider.id(),
        page.overall.meaning.as_str(),
        if levels.is_empty() {
            section(&page.components, |_| true)
        } else {
            levels
        },
        section(&page.incidents, Incident::is_open),
        section(&page.maintenances, |maintenance| !maintenance.is_over()),
    )
}

/// Of all that a snapshot of the page shows (FNV-1a of 64 bits).
fn digest(page: &Page) -> u64 {
    let text = render(page);
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |digest, byte| {
        (digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[test]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn s14_every_recording_is_read_as_it_was_meant() {
    let folder = folder();
    let Ok(providers) = fs::read_dir(&folder) else {
        eprintln!("skipped: no recordings at ../shared/statuspages");
        return;
    };
    let mut lines = Vec::new();
    for provider in providers
        .flatten()
        .filter(|entry| entry.path().is_dir() && entry.file_name() != "odd")
    {
        let name = provider.file_name().to_string_lossy().into_owned();
        for file in fs::read_dir(provider.path()).expect("a folder").flatten() {
            let file_name = file.file_name().to_string_lossy().into_owned();
            if file_name.ends_with(".source.txt") {
                continue;
            }
            let bytes = fs::read(file.path()).expect("a recording");
            let read = read(&name, &bytes);
            let said = read.map_or_else(
                |error| format!("error: {error}"),
                |page| format!("{}\t{:016x}", summary(&page), digest(&page)),
            );
            lines.push(format!("{name}/{file_name}\t{said}"));
        }
    }
    lines.sort();
    let read = lines.join("\n");
    let expected = EXPECTED.trim_end();
    let wrong: Vec<&str> = read
        .lines()
        .filter(|line| !expected.lines().any(|known| known == *line))
        .collect();
    assert!(
        wrong.is_empty(),
        "read otherwise than expected:\n{}",
        wrong.join("\n")
    );
    assert_eq!(
        read.lines().count(),
        expected.lines().count(),
        "a recording is missing"
    );
}
