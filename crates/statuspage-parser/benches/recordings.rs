//! How long it takes to read each recording of a vendor's page, and one large page of our own making.
//!
//! `cargo bench -p statuspage-parser`. Fails when a limit is missed: 1 ms for a recording on average, 20 ms for the
//! largest document.

use std::{
    fs, hint,
    path::Path,
    process::ExitCode,
    time::{Duration, Instant},
};

use statuspage_parser::parse_any;

/// Readings of each document; the quickest counts, because everything slower was somebody else's doing.
const ROUNDS: usize = 20;
const AVERAGE_LIMIT: Duration = Duration::from_millis(1);
const LARGEST_LIMIT: Duration = Duration::from_millis(20);

fn quickest(bytes: &[u8]) -> Duration {
    let once = || {
        #[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
        let start = Instant::now();
        hint::black_box(parse_any(hint::black_box(bytes))).ok();
        start.elapsed()
    };
    (0..ROUNDS).map(|_| once()).min().unwrap_or_default()
}

/// As large as the largest that vendors publish: 1.5 MB, with descriptions.
fn large_page() -> Vec<u8> {
    let component = |id: usize| {
        format!(
            r#"{{"id":"c{id}","name":"Place {id}","status":"operational","created_at":"2026-01-01T00:00:00.000Z","updated_at":"2026-10-01T00:00:00.000Z","position":{id},"description":"{}","showcase":false,"start_date":null,"group_id":"g{}","page_id":"p","group":false,"only_show_if_degraded":false}}"#,
            "x".repeat(700),
            id % 40
        )
    };
    let group = |id: usize| {
        format!(r#"{{"id":"g{id}","name":"Region {id}","status":"operational","group":true}}"#)
    };
    let entries: Vec<String> = (0..40).map(group).chain((0..1500).map(component)).collect();
    format!(r#"{{"page":{{"id":"p","name":"Large"}},"status":{{"indicator":"none"}},"components":[{}]}}"#, entries.join(",")).into_bytes()
}

fn recordings() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/statuspages");
    let mut recordings = Vec::new();
    for provider in fs::read_dir(folder).into_iter().flatten().flatten() {
        for file in fs::read_dir(provider.path())
            .into_iter()
            .flatten()
            .flatten()
        {
            let name = file.file_name().to_string_lossy().into_owned();
            if let (false, Ok(bytes)) = (name.ends_with(".source.txt"), fs::read(file.path())) {
                recordings.push((name, bytes));
            }
        }
    }
    recordings
}

#[expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]
fn main() -> ExitCode {
    let mut measured: Vec<(Duration, usize, String)> = recordings()
        .into_iter()
        .map(|(name, bytes)| (quickest(&bytes), bytes.len(), name))
        .collect();
    measured.sort();
    let total: Duration = measured.iter().map(|(time, ..)| *time).sum();
    let average = total
        .checked_div(u32::try_from(measured.len()).unwrap_or(u32::MAX))
        .unwrap_or_default();
    for (time, size, name) in measured.iter().rev().take(8) {
        println!("{time:>12.1?} {size:>8} bytes  {name}");
    }
    let own = large_page();
    let large = quickest(&own);
    let slowest = measured.last().map_or(large, |(time, ..)| large.max(*time));
    println!(
        "{large:>12.1?} {:>8} bytes  a large page of 1500 components",
        own.len()
    );
    println!(
        "{average:>12.1?} on average over {} recordings",
        measured.len()
    );
    if average < AVERAGE_LIMIT && slowest < LARGEST_LIMIT {
        ExitCode::SUCCESS
    } else {
        println!("too slow: at most {AVERAGE_LIMIT:?} on average and {LARGEST_LIMIT:?} each");
        ExitCode::FAILURE
    }
}
