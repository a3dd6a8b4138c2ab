//! The ways in which a server may answer, and fail to.

use serde::{Deserialize, Serialize};

/// What a server does with a request. As JSON: `{"mode": "status", "status": 503}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "mode", rename_all = "snake_case", deny_unknown_fields)]
pub enum Mode {
    /// A complete response.
    Status {
        status: u16,
        #[serde(default)]
        body: String,
        #[serde(default)]
        headers: Vec<(String, String)>,
    },
    /// A complete response with an `ETag`; 304 to whoever has that already.
    Tagged { etag: String, body: String },
    /// Waits before it does something else.
    Delay { ms: u64, then: Box<Mode> },
    /// The port is closed. For the whole server only.
    Refuse,
    /// A reset instead of an answer.
    Reset,
    /// A reset before anything was read.
    ResetAtOnce,
    /// Closes without a byte.
    Close,
    /// Closes in the middle of the head.
    HalfHead,
    /// Never answers.
    Hang,
    /// A head, and then nothing.
    StallBody,
    /// One byte of head every so often, for ever.
    DripHead { ms: u64 },
    /// One byte of body every so often, for ever.
    DripBody { ms: u64 },
    /// Announces 100 bytes and sends 3.
    Truncate,
    /// Announces 100 bytes, sends 3 and resets.
    ResetBody,
    /// Ends in the middle of a chunk.
    CutChunk,
    /// Ends without the last chunk.
    NoLastChunk,
    /// A chunk whose size is no number.
    BadChunk,
    /// Exactly these bytes, and then the end; `\r\n` are to be written out.
    Raw { bytes: String },
    /// Exactly these bytes, in base 16.
    RawHex { hex: String },
    /// Sends to a place.
    Redirect { status: u16, location: String },
    /// Sends to itself, for ever.
    RedirectLoop,
    /// Sends from `/chain/1` to `/chain/2` and so on; the last of so many hops answers.
    RedirectChain { hops: u32, delay_ms: u64 },
    /// Sends to itself with a cookie until the cookie comes back.
    CookieGate,
    /// A body of so many zeros, compressed as `gzip`, `deflate`, `raw-deflate`, `br` or `zstd`.
    Zeros { coding: String, bytes: u64 },
    /// A text, compressed in the same ways.
    Compressed { coding: String, body: String },
    /// A broken compressed body.
    CorruptGzip,
    /// Compressed data without end that decodes to nothing.
    EmptyGzipMembers,
    /// A body of so many bytes.
    Large { bytes: u64 },
    /// A body without end.
    Endless,
    /// A header of so many bytes.
    LargeHead { bytes: usize },
    /// Interim responses without end.
    InterimFlood,
    /// This status to HEAD, 200 to the rest.
    NoHead { status: u16 },
    /// One after the other, the last one for ever.
    Sequence { modes: Vec<Mode> },
    /// Never reads the request.
    Deaf,
    /// Answers with the head of the request as its body.
    Echo,
}

impl Mode {
    /// 200 with the body `ok`.
    pub fn ok() -> Self {
        Self::body("ok")
    }

    /// 200 with this body.
    pub fn body(body: &str) -> Self {
        Self::Status {
            status: 200,
            body: body.to_owned(),
            headers: Vec::new(),
        }
    }

    /// This status with a short body.
    pub fn status(status: u16) -> Self {
        Self::Status {
            status,
            body: format!("status {status}"),
            headers: Vec::new(),
        }
    }

    /// The same, later.
    #[must_use]
    pub fn after(self, ms: u64) -> Self {
        Self::Delay {
            ms,
            then: Box::new(self),
        }
    }

    /// Exactly these bytes.
    pub fn raw(bytes: &str) -> Self {
        Self::Raw {
            bytes: bytes.to_owned(),
        }
    }

    /// A redirect with the status 302.
    pub fn redirect(location: impl Into<String>) -> Self {
        Self::Redirect {
            status: 302,
            location: location.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_written_as_json() {
        let mode: Mode = serde_json::from_str(r#"{"mode": "status", "status": 503}"#).unwrap();
        assert_eq!(
            mode,
            Mode::Status {
                status: 503,
                body: String::new(),
                headers: Vec::new()
            }
        );
        let slow: Mode =
            serde_json::from_str(r#"{"mode":"delay","ms":5,"then":{"mode":"hang"}}"#).unwrap();
        assert_eq!(slow, Mode::Hang.after(5));
    }
}
