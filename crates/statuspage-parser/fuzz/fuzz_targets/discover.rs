//! Any address and any answers to the search that begins there.
#![no_main]

#[allow(dead_code, reason = "the other target uses the rest")]
#[path = "../targets.rs"]
mod targets;

libfuzzer_sys::fuzz_target!(|input: (&str, Vec<(u16, &str, &[u8])>)| {
    let (address, answers) = input;
    targets::search(address, answers);
});
