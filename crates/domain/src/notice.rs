//! Notices: one thing to say in one place, and the rules of saying it.

pub mod message;
