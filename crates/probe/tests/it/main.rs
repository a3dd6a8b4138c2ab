//! The probe against servers that refuse, reset, stall, drip, lie and break, on loopback.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod address;
mod body;
mod bounds;
mod codes;
mod dns;
mod exhausted;
mod lab;
mod old_tls;
mod own_network;
mod redirects;
mod request;
mod tls;
mod transport;
