//! A request header that a user chose, and which ones are refused.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Most headers per service.
pub const MAX_HEADERS: usize = 32;
/// Longest value, in bytes.
const MAX_VALUE: usize = 4_096;
const MAX_NAME: usize = 128;

/// Headers that frame the message or belong to the connection; ours alone.
const FORBIDDEN: [&str; 9] = [
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "upgrade",
    "keep-alive",
    "te",
    "trailer",
    "expect",
];

/// One request header. Its value may be a secret, so it is never shown by `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    pub name: String,
    pub value: String,
}

impl Header {
    /// Why this header cannot be sent, if it cannot.
    pub fn fault(&self) -> Option<String> {
        let name = self.name.to_ascii_lowercase();
        if name.is_empty() || name.len() > MAX_NAME || !name.bytes().all(is_token_byte) {
            return Some("name must be a header name".to_owned());
        }
        if FORBIDDEN.contains(&name.as_str()) || name.starts_with("proxy-") {
            return Some(format!("{name} cannot be set"));
        }
        if self.value.len() > MAX_VALUE {
            return Some(format!("value must be at most {MAX_VALUE} bytes"));
        }
        let odd = self
            .value
            .bytes()
            .any(|byte| (byte < 0x20 && byte != b'\t') || byte == 0x7f);
        odd.then(|| "value must not contain line breaks or control characters".to_owned())
    }
}

const fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`' | b'|' | b'~')
}

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ***", self.name)
    }
}

/// The faults of a list of headers, each with its name or number.
pub(super) fn faults(headers: &[Header]) -> Vec<String> {
    let mut reasons = Vec::new();
    if headers.len() > MAX_HEADERS {
        reasons.push(format!("must be at most {MAX_HEADERS}"));
    }
    let entries = headers.iter().take(MAX_HEADERS).enumerate();
    reasons.extend(entries.filter_map(|(index, header)| {
        header
            .fault()
            .map(|fault| format!("entry {}: {fault}", index + 1))
    }));
    reasons
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(name: &str, value: &str) -> Header {
        Header {
            name: name.into(),
            value: value.into(),
        }
    }

    #[test]
    fn ordinary_headers_may_be_sent() {
        for (name, value) in [
            ("Authorization", "Bearer x"),
            ("X-Name", "é"),
            ("accept", "a, b;q=0.5\tc"),
        ] {
            assert_eq!(header(name, value).fault(), None, "{name}");
        }
    }

    #[test]
    fn framing_smuggling_and_proxy_headers_are_refused() {
        for (name, value) in [
            ("Host", "other"),
            ("CONTENT-LENGTH", "5"),
            ("Transfer-Encoding", "chunked"),
            ("Connection", "close"),
            ("Upgrade", "h2c"),
            ("Proxy-Authorization", "x"),
            ("Proxy-Connection", "x"),
            ("X: y\r\nHost", "a"),
            ("", "a"),
            ("X-A", "b\r\nHost: evil"),
            ("X-A", "b\0"),
        ] {
            assert!(header(name, value).fault().is_some(), "{name}: {value}");
        }
    }

    #[test]
    fn values_are_not_shown_by_debug() {
        assert_eq!(
            format!("{:?}", header("Authorization", "Bearer secret")),
            "Authorization: ***"
        );
    }
}
