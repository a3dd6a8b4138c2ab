//! One HTTP request of a channel, and what a channel has to know to make and judge it.

use chrono::{DateTime, Utc};
use domain::{notice::message::Message, target::Method};
use egress::Answer;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use serde_json::Value;
use url::Url;

use crate::{Outcome, judging};

/// The circumstances of an attempt.
#[derive(Clone, Copy)]
pub(crate) struct Setting<'a> {
    /// Where this installation is found.
    pub(crate) public_url: &'a Url,
    pub(crate) now: DateTime<Utc>,
}

/// A channel that speaks HTTP.
pub(crate) trait Idiom: Sync {
    /// The requests that say this; nothing of them depends on anything but the arguments. `Err` says why it cannot be said:
    /// here, or ever.
    fn calls(&self, message: &Message, setting: Setting<'_>) -> Result<Vec<Call>, Outcome>;

    /// What an answer means.
    fn judge(&self, answer: &Answer, now: DateTime<Utc>) -> Outcome {
        judging::by_status(answer, now)
    }
}

/// One request.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// Whom it is for, where one message makes several calls.
    pub(crate) part: String,
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Call {
    /// A POST of JSON.
    pub(crate) fn json(url: Url, body: &Value) -> Self {
        Self::new(url, body.to_string(), "application/json")
    }

    /// A POST of anything.
    pub(crate) fn new(url: Url, body: String, content_type: &'static str) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        Self {
            part: String::new(),
            method: Method::Post,
            url,
            headers,
            body,
        }
    }

    /// The same with a header whose value is a secret; a value that no header can carry is an error.
    pub(crate) fn with_secret(mut self, name: HeaderName, value: &str) -> Result<Self, String> {
        let mut value = HeaderValue::from_str(value)
            .map_err(|_| "The token contains characters that cannot be sent.".to_owned())?;
        value.set_sensitive(true);
        self.headers.insert(name, value);
        Ok(self)
    }

    /// The same for one of several.
    pub(crate) fn for_part(mut self, part: impl Into<String>) -> Self {
        self.part = part.into();
        self
    }
}

/// An address that was checked when it was stored.
pub(crate) fn stored_url(text: &str) -> Result<Url, String> {
    Url::parse(text).map_err(|_| "The stored address cannot be read.".to_owned())
}

/// A path below an address of the user's, however that ends.
pub(crate) fn below(base: &Url, segments: &[&str]) -> Result<Url, String> {
    let mut url = base.clone();
    url.set_query(None);
    url.set_fragment(None);
    url.path_segments_mut()
        .map_err(|()| "The stored address cannot be read.".to_owned())?
        .pop_if_empty()
        .extend(segments);
    Ok(url)
}
