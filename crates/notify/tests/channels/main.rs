//! Every channel against a local server that speaks its protocol, its refusals and its bad days included.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod email;
mod ground;
mod http;
mod limits;
mod looks;
mod refusals;
mod webhook;
