//! What an installation promises: its database starts whatever happened before, its data survives, its sentences help.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

mod backup;
mod documentation;
mod embedded;
mod place;
mod program;
