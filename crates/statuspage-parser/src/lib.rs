//! Reads other people's status pages. Bytes in, a page out; fetching, waiting and the clock are the caller's.
//!
//! [`discover`] finds out what is published at an address that somebody pasted, [`Reading`] says which documents one
//! reading needs and puts them together, [`parse`] reads a single one.
//!
//! ```
//! use statuspage_parser::{Answer, Provider, Reading, Source, page::Level};
//!
//! let provider = Provider::find("atlassian").expect("a known provider");
//! let base = "https://status.example.com".parse().expect("an address");
//! let mut reading = Reading::new(&Source::new(provider, base));
//! while let Some(request) = reading.pending().first().cloned() {
//!     // Fetch `request.url` here; what comes back may as well be `Answer::Failed("timed out".into())`.
//!     let body = br#"{"page":{"id":"p"},"components":[{"id":"c","name":"API","status":"major_outage"}]}"#;
//!     reading.answer(&request, Answer::Body(body)).expect("a document of this provider");
//! }
//! let page = reading.finish("2026-10-01T10:00:00Z".parse().expect("a time")).expect("a page");
//! assert_eq!(page.overall.meaning, Level::MajorOutage);
//! ```

mod body;
pub mod catalogue;
pub mod discover;
mod draft;
mod error;
mod feed;
mod html;
mod instant;
mod node;
pub mod page;
mod provider;
mod reading;
mod source;
mod warning;
mod words;

pub use body::MAX_BYTES;
pub use error::ParseError;
pub use html::PageKind;
pub use page::Page;
pub use provider::Provider;
pub use reading::{Answer, Part, Reading, ReadingError};
pub use source::{Request, Source};
pub use warning::{Warning, WarningKind};

/// Reads one document of a provider. What other documents would add is `NotAttempted`.
pub fn parse(provider: Provider, bytes: &[u8]) -> Result<Page, ParseError> {
    let mut page = provider.read(&body::Body::read(bytes)?)?;
    page.settle(None);
    Ok(page)
}

/// Reads one document of whichever provider publishes this shape.
pub fn parse_any(bytes: &[u8]) -> Result<Page, ParseError> {
    let body = body::Body::read(bytes)?;
    let provider = Provider::of_shape(&body).ok_or_else(|| match body.html() {
        Some(text) => ParseError::Html {
            kind: html::kind(text),
        },
        None => ParseError::UnknownShape,
    })?;
    let mut page = provider.read(&body)?;
    page.settle(None);
    Ok(page)
}
