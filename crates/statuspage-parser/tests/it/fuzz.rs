//! The fuzz targets on mutations of our own fixtures: bounded, and the same ones every time. `scripts/fuzz` goes on from
//! here for as long as one likes.

use std::{fs, path::Path};

#[path = "../../fuzz/targets.rs"]
mod targets;

/// Mutants of each fixture; `FUZZ_ROUNDS` asks for more, `FUZZ_SEED` for others.
const ROUNDS: usize = 12;
/// What is put into the wrong places.
const PIECES: &[&[u8]] = &[
    b"null",
    b"[]",
    b"{}",
    b"\"\"",
    b"\"$undefined\"",
    b"-1",
    b"1e999",
    b"9999999999999999999",
    b"\"\\ud800\"",
    b"\\u0000",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"[[[[[[[[",
    b"{\"a\":",
    b"</item>",
    b"<![CDATA[",
    b"]]>",
    b"&#x110000;",
    b"<html>",
    b"0001-01-01T00:00:00Z",
    b"2026-02-30 25:61",
    b"self.__next_f.push([1,\"",
    b"\xc3\xa9",
    b"\xe2\x80\xae",
    b",",
    b":",
];

/// Throws the same numbers every time (`SplitMix64`).
struct Dice(u64);

impl Dice {
    /// A number below `sides`.
    fn throw(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % sides as u64).expect("it is below a size")
    }

    fn choose<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.throw(from.len())]
    }
}

fn fixtures() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let folders = fs::read_dir(folder).expect("fixtures").flatten();
    let mut paths: Vec<_> = folders
        .flat_map(|provider| fs::read_dir(provider.path()).expect("a folder").flatten())
        .map(|file| file.path())
        .collect();
    paths.sort();
    let read = |path| fs::read(path).expect("a fixture");
    paths.into_iter().map(read).collect()
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long a test goes on is said to the test"
)]
fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

fn rounds() -> usize {
    let asked = setting("FUZZ_ROUNDS").and_then(|rounds| rounds.try_into().ok());
    asked.unwrap_or(ROUNDS)
}

fn dice() -> Dice {
    Dice(setting("FUZZ_SEED").unwrap_or(1))
}

/// A few changes to a document: bytes turned, cut out, doubled, replaced, or taken from another one.
fn mutate(bytes: &[u8], others: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut mutant = bytes.to_vec();
    for _ in 0..=dice.throw(6) {
        let end = mutant.len();
        let from = dice.throw(end + 1);
        let to = (from + dice.throw(41)).min(end);
        match dice.throw(6) {
            0 if from < end => mutant[from] ^= 1 << dice.throw(8),
            1 => drop(mutant.drain(from..to)),
            2 => {
                let again = mutant[from..to].to_vec();
                mutant.splice(from..from, again);
            }
            3 => {
                let piece = *dice.choose(PIECES);
                mutant.splice(from..to, piece.iter().copied());
            }
            4 => mutant.truncate(from),
            _ => {
                let other = dice.choose(others);
                let at = dice.throw(other.len() + 1);
                let until = (at + 200).min(other.len());
                mutant.splice(from..to, other[at..until].iter().copied());
            }
        }
    }
    mutant
}

#[test]
fn no_mutant_of_a_fixture_breaks_the_reading() {
    let all = fixtures();
    let mut dice = dice();
    for fixture in &all {
        for _ in 0..rounds() {
            targets::read(&mutate(fixture, &all, &mut dice));
        }
    }
}

#[test]
fn no_mutant_of_a_fixture_keeps_a_search_from_ending() {
    let all = fixtures();
    let mut dice = dice();
    let addresses = [
        "status.harbour.example",
        "https://harbour.statuspage.io/eu?x=1",
        "github.com",
        "http://[::1]:8080/status/main",
        "https://status.harbour.example/api/v2/summary.json",
        "http://10.0.0.1",
        "ünïcode.example/ä",
        "https://a.example/%00",
    ];
    let places = [
        "/",
        "https://next.example/",
        "//x",
        "http://u:p@x.example",
        "\u{0}",
        "/a/../../b",
        "ftp://x",
    ];
    for _ in 0..rounds() * 20 {
        let bodies: Vec<Vec<u8>> = (0..8)
            .map(|_| {
                let body = dice.choose(&all);
                if dice.throw(3) == 0 {
                    body.clone()
                } else {
                    mutate(body, &all, &mut dice)
                }
            })
            .collect();
        let answers: Vec<(u16, &str, &[u8])> = bodies
            .iter()
            .map(|body| {
                let status = *dice.choose(&[200, 200, 301, 308, 404, 429, 503]);
                (status, *dice.choose(&places), body.as_slice())
            })
            .collect();
        let address = *dice.choose(&addresses);
        targets::search(address, answers);
    }
}
