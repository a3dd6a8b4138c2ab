//! Any address and any answers: every search ends, within its limit of questions.
#![no_main]

use libfuzzer_sys::fuzz_target;
use statuspage_parser::discover::{Discovery, MAX_ASKS, Step};

fuzz_target!(|input: (&str, Vec<(u16, &str, &[u8])>)| {
    let (address, answers) = input;
    let Ok(mut search) = Discovery::new(address) else {
        return;
    };
    let mut asked = 0;
    let mut answers = answers.into_iter();
    while let Step::Ask(url) = search.next() {
        asked += 1;
        assert!(asked <= MAX_ASKS, "asks without end");
        match answers.next() {
            Some((status, location, body)) => {
                search.answer(&url, status, &[("location", location)], body);
            }
            None => search.failed(&url, "no more answers"),
        }
    }
});
