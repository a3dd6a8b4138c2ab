//! Any bytes, read as every provider's document: nothing panics, and what was read can be asked about.
#![no_main]

use libfuzzer_sys::fuzz_target;
use statuspage_parser::{Provider, parse, parse_any};

fuzz_target!(|bytes: &[u8]| {
    drop(parse_any(bytes));
    for page in Provider::all().filter_map(|provider| parse(provider, bytes).ok()) {
        for component in &page.components {
            page.effective(component);
            page.locate(&component.into());
        }
    }
});
