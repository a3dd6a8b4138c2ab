//! Notices: one thing to say in one place, and the rules of saying it.

pub mod flapping;
pub mod gather;
pub mod hold;
pub mod link;
pub mod message;
pub mod pace;
pub mod plan;
pub mod quiet;
pub mod retry;
pub mod rule;
pub mod sentence;
pub mod trouble;
pub mod window;
