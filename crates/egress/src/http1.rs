//! HTTP/1.1 over a connection of our own: what probe and client share.

use hyper::client::conn::http1::Builder;

mod errors;
mod meter;
mod place;
pub mod redirect;
mod wire;

pub use errors::failure;
pub use meter::Meter;
pub use place::Place;
pub use wire::Wire;

/// How connections are read: leniently where browsers are, and within bounds.
pub fn builder() -> Builder {
    let mut builder = Builder::new();
    // Browsers accept what these allow, so a service that sends it is up.
    builder
        .allow_obsolete_multiline_headers_in_responses(true)
        .allow_spaces_after_header_name_in_responses(true)
        .max_headers(256)
        .max_buf_size(128 * 1024);
    builder
}
