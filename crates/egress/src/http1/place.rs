//! Where a request goes: a URL taken apart once, as a request needs it.

use bytes::Bytes;
use domain::target::is_askable;
use http::{HeaderValue, uri::PathAndQuery};
use url::{Host, Url};

/// An http or https URL, ready to be asked.
#[derive(Debug, Clone)]
pub struct Place {
    pub url: Url,
    pub port: u16,
    /// Path and query, as they stand in the request line.
    pub path: PathAndQuery,
    /// The value of the `host` header.
    pub host: HeaderValue,
}

impl Place {
    /// None when the URL cannot be asked over http or https.
    pub fn at(url: &Url) -> Option<Self> {
        is_askable(url).ok()?;
        let port = url.port_or_known_default()?;
        let host = match url.port() {
            Some(port) => format!("{}:{port}", url.host_str()?),
            None => url.host_str()?.to_owned(),
        };
        let path = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        Some(Self {
            url: url.clone(),
            port,
            path: PathAndQuery::from_maybe_shared(Bytes::from(path)).ok()?,
            host: HeaderValue::from_maybe_shared(Bytes::from(host)).ok()?,
        })
    }

    /// Whether TLS is spoken there.
    pub fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// The host to resolve.
    pub fn host(&self) -> Host<&str> {
        // Always there: `is_askable` has looked.
        self.url.host().unwrap_or(Host::Domain(""))
    }
}
