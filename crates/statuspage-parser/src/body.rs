//! Bytes as they came, decoded and recognised by what they are rather than by what a header claims.

use std::borrow::Cow;

use serde_json::Value;

use crate::{Page, ParseError, Warning, WarningKind, feed::Feed, html, node::Node};

/// The largest document that is read: twice the largest that a vendor is known to publish.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;

/// Several times what the richest page has.
const MAX_VALUES: usize = 300_000;

/// A document, read as what it is.
#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) content: Content,
    /// Which of the provider's documents was asked for, where that is known: an empty list does not say what of.
    pub(crate) document: Option<&'static str>,
    damaged: bool,
}

#[derive(Debug)]
pub(crate) enum Content {
    Json(Value),
    Feed(Feed),
    Html(String),
}

impl Body {
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, ParseError> {
        if bytes.len() > MAX_BYTES {
            return Err(ParseError::TooLarge { limit: MAX_BYTES });
        }
        let (text, damaged) = decode(bytes);
        let text = text.trim();
        let content = match text.as_bytes().first() {
            None => return Err(ParseError::Empty),
            Some(b'{' | b'[') => Content::Json(json(text)?),
            Some(b'<') if html::looks_like_html(text) => Content::Html(text.to_owned()),
            Some(b'<') => Content::Feed(Feed::read(text)?),
            Some(_) => match unwrap_call(text) {
                Some(inner) => Content::Json(json(inner)?),
                None if html::starts_late(text) => Content::Html(text.to_owned()),
                None => return Err(ParseError::NotRecognised),
            },
        };
        Ok(Self {
            content,
            document: None,
            damaged,
        })
    }

    pub(crate) fn json(&self) -> Option<Node<'_>> {
        match &self.content {
            Content::Json(value) => Some(Node::new(value)),
            _ => None,
        }
    }

    pub(crate) fn feed(&self) -> Option<&Feed> {
        match &self.content {
            Content::Feed(feed) => Some(feed),
            _ => None,
        }
    }

    pub(crate) fn html(&self) -> Option<&str> {
        match &self.content {
            Content::Html(text) => Some(text),
            _ => None,
        }
    }

    /// The JSON of this document, or why there is none to read.
    pub(crate) fn expect_json(&self, provider: &'static str) -> Result<Node<'_>, ParseError> {
        match &self.content {
            Content::Json(value) => Ok(Node::new(value)),
            Content::Html(text) => Err(ParseError::Html {
                kind: html::kind(text),
            }),
            Content::Feed(_) => Err(ParseError::WrongShape {
                provider,
                expected: "JSON, and this is a feed",
            }),
        }
    }

    pub(crate) fn expect_feed(&self, provider: &'static str) -> Result<&Feed, ParseError> {
        match &self.content {
            Content::Feed(feed) => Ok(feed),
            Content::Html(text) => Err(ParseError::Html {
                kind: html::kind(text),
            }),
            Content::Json(_) => Err(ParseError::WrongShape {
                provider,
                expected: "a feed, and this is JSON",
            }),
        }
    }

    /// Notes on the page what reading the bytes cost.
    pub(crate) fn admit(&self, page: &mut Page) {
        if self.damaged {
            page.warn(Warning::new(
                WarningKind::Encoding,
                "some bytes are not valid text and were replaced",
            ));
        }
    }
}

/// JSON within limits: a value costs far more memory than its text, and nesting costs stack.
pub(crate) fn json(text: &str) -> Result<Value, ParseError> {
    if has_too_many_values(text) {
        return Err(ParseError::TooManyValues { limit: MAX_VALUES });
    }
    // serde_json refuses more than 128 levels by itself.
    serde_json::from_str(text).map_err(|error| {
        let reason = error.to_string();
        if reason.starts_with("recursion limit") {
            ParseError::TooDeep
        } else {
            ParseError::Json { reason }
        }
    })
}

/// Counts what can begin a value, also where it stands in a sentence: the limit is wide enough for both.
pub(crate) fn has_too_many_values(text: &str) -> bool {
    let starts = text
        .bytes()
        .filter(|byte| matches!(byte, b',' | b'[' | b'{'));
    starts.count() > MAX_VALUES
}

/// The argument of `name(…);`, as some vendors publish their JSON for scripts.
fn unwrap_call(text: &str) -> Option<&str> {
    let (name, rest) = text.split_once('(')?;
    let is_name = !name.is_empty()
        && name.len() <= 64
        && name
            .trim()
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'$' | b'.'));
    let inner = rest
        .trim_end_matches(|c: char| c == ';' || c.is_whitespace())
        .strip_suffix(')')?
        .trim();
    (is_name && inner.starts_with(['{', '['])).then_some(inner)
}

/// UTF-8, or UTF-16 where a byte order mark or the zero bytes of its ASCII give it away. The flag says that something
/// could not be decoded.
fn decode(bytes: &[u8]) -> (Cow<'_, str>, bool) {
    match bytes {
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] => utf8(rest),
        [0, b'{' | b'[' | b'<', ..] => utf16(bytes, u16::from_be_bytes),
        [b'{' | b'[' | b'<', 0, ..] => utf16(bytes, u16::from_le_bytes),
        _ => utf8(bytes),
    }
}

fn utf8(bytes: &[u8]) -> (Cow<'_, str>, bool) {
    let text = String::from_utf8_lossy(bytes);
    let damaged = matches!(text, Cow::Owned(_));
    (text, damaged)
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> (Cow<'static, str>, bool) {
    let mut damaged = !bytes.len().is_multiple_of(2);
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    let text = char::decode_utf16(units)
        .map(|decoded| {
            decoded.unwrap_or_else(|_| {
                damaged = true;
                char::REPLACEMENT_CHARACTER
            })
        })
        .collect::<String>();
    (Cow::Owned(text), damaged)
}
