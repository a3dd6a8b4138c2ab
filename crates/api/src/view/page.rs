//! Paging in headers: `Link` and `X-Total-Count` beside a plain array.

use axum::{
    Json,
    http::{HeaderMap, HeaderValue, Uri, header},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Serialize, de::DeserializeOwned};

use super::ready::Ready;
use crate::problem::Problem;

/// A page of a list.
pub struct Paged<T> {
    pub items: Vec<T>,
    /// How many there are on all pages, where that is known.
    pub total: Option<i64>,
    /// The address of the next page.
    pub next: Option<String>,
}

impl<T: Serialize> Paged<T> {
    /// The same for as many as ask.
    ///
    /// # Errors
    ///
    /// When an item cannot be JSON, which is a fault of ours.
    pub fn ready(self) -> Result<Ready, Problem> {
        Ok(Ready::json(&self.items)?.with(self.headers()))
    }

    fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if let Some(total) = self.total {
            headers.insert("x-total-count", HeaderValue::from(total));
        }
        let link = self.next.as_ref();
        let link = link.map(|next| format!("<{next}>; rel=\"next\""));
        if let Some(link) = link.and_then(|link| HeaderValue::from_str(&link).ok()) {
            headers.insert(header::LINK, link);
        }
        headers
    }
}

impl<T: Serialize> IntoResponse for Paged<T> {
    fn into_response(self) -> Response {
        (self.headers(), Json(self.items)).into_response()
    }
}

/// The same address with another cursor, and without an offset.
pub fn next_link<C: Serialize>(uri: &Uri, cursor: &C) -> String {
    let kept = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
        .filter(|(name, _)| name != "cursor" && name != "offset");
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(kept)
        .append_pair("cursor", &encode(cursor))
        .finish();
    format!("{}?{query}", uri.path())
}

fn encode<C: Serialize>(cursor: &C) -> String {
    // Cursors are tuples of texts and numbers, which always become JSON.
    BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(cursor).unwrap_or_default())
}

/// Reads what `next_link` wrote; none for anything else.
pub fn decode<C: DeserializeOwned>(text: &str) -> Option<C> {
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_keeps_the_filter_and_forgets_the_offset() {
        let uri: Uri = "/api/services?q=a%20b&offset=5&cursor=old&limit=2"
            .parse()
            .unwrap();
        let link = next_link(&uri, &("x", 7));
        assert!(link.starts_with("/api/services?q=a+b&limit=2&cursor="));
        let cursor = link.rsplit('=').next().unwrap();
        assert_eq!(decode::<(String, i64)>(cursor), Some(("x".to_owned(), 7)));
        assert_eq!(decode::<(String, i64)>("nonsense"), None);
    }
}
