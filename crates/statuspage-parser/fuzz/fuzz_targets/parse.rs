//! Any bytes, read as every provider's document.
#![no_main]

#[allow(dead_code, reason = "the other target uses the rest")]
#[path = "../targets.rs"]
mod targets;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| targets::read(bytes));
