//! The pure rules of PulseCheck: given what was seen and what time it is, what holds? Never waits, connects, reads a clock or rolls a die.

pub mod assertion;
pub mod channel;
pub mod clock_sync;
pub mod confirm;
pub mod coverage;
pub mod failure;
pub mod fields;
pub mod headroom;
pub mod health;
pub mod histogram;
pub mod id;
pub mod incident;
pub mod latest;
pub mod look;
pub mod notice;
pub mod observation;
pub mod open_hours;
pub mod ownership;
pub mod packed;
pub mod recent;
pub mod schedule;
pub mod service;
pub mod target;
pub mod uptime;
pub mod vendor;
pub mod verdict;
