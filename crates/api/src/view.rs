//! What the API shows: domain values in the words and units of the contract.

pub mod channel;
pub mod check;
pub mod counts;
pub mod day;
pub mod delivery;
pub mod discovery;
pub mod incident;
pub mod look;
pub(crate) mod moment;
pub mod page;
pub mod ready;
pub mod reason;
pub mod service;
pub mod vendor;
pub mod words;

/// Whole milliseconds, rounded up so that an answer never took 0.
pub(crate) fn milliseconds(us: u32) -> u32 {
    us.div_ceil(1000)
}

/// Whole seconds, rounded to the nearest.
pub(crate) fn seconds(ms: i64) -> i64 {
    (ms + 500).div_euclid(1000)
}
