//! The probe against servers that refuse, reset, stall, drip, lie and break, on loopback.

mod address;
mod body;
mod bounds;
mod dns;
mod lab;
mod redirects;
mod request;
mod tls;
mod transport;
