//! Walks the opening tags of an HTML page.

use super::{find_ignoring_case, plain_text};

/// An opening tag and what follows it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tag<'a> {
    inner: &'a str,
    after: &'a str,
}

/// Every opening tag, in order. Unfinished ones end the walk.
pub(crate) fn tags(html: &str) -> impl Iterator<Item = Tag<'_>> {
    let mut rest = html;
    std::iter::from_fn(move || {
        loop {
            let at = rest.find('<')?;
            rest = &rest[at + 1..];
            if rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
                let end = end_of_tag(rest)?;
                let tag = Tag {
                    inner: &rest[..end],
                    after: &rest[end + 1..],
                };
                rest = tag.after;
                return Some(tag);
            }
        }
    })
}

/// Where the `>` stands that ends this tag; one inside quotes does not.
fn end_of_tag(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    None
}

impl<'a> Tag<'a> {
    pub(crate) fn name(&self) -> String {
        self.inner
            .split(|c: char| c.is_ascii_whitespace() || c == '/')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase()
    }

    /// What follows the tag.
    pub(crate) fn after(&self) -> &'a str {
        self.after
    }

    /// The value of an attribute, entities resolved.
    pub(crate) fn attribute(&self, name: &str) -> Option<String> {
        let mut rest = self.inner;
        loop {
            let at = find_ignoring_case(rest, name)?;
            let before = rest[..at].bytes().next_back();
            let after = rest[at + name.len()..].trim_start();
            rest = &rest[at + name.len()..];
            if let (Some(b' ' | b'\t' | b'\n' | b'\r' | b'"' | b'\''), Some(value)) =
                (before, after.strip_prefix('='))
            {
                let value = value.trim_start();
                let value = match value.as_bytes().first()? {
                    quote @ (b'"' | b'\'') => value[1..].split(char::from(*quote)).next()?,
                    _ => value.split_ascii_whitespace().next()?,
                };
                return Some(plain_text(value));
            }
        }
    }
}
