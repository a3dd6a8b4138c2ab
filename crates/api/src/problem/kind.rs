//! The kinds of problems: one table for what answers call them and for what the documentation says of them.

use axum::http::StatusCode;

/// What is the same about every problem of a kind.
#[derive(Clone, Copy, Debug)]
pub(crate) struct About {
    /// What its `type` ends with, and where the documentation describes it.
    pub(crate) name: &'static str,
    pub(crate) status: StatusCode,
    /// The kind in a few words.
    pub(crate) title: &'static str,
    /// What the documentation says, as HTML.
    pub(crate) words: &'static str,
}

/// Makes the enum, the list of all and what is known about each from one table, so that none can be without a description.
macro_rules! kinds {
    ($($kind:ident: $name:literal, $status:ident, $title:literal, $words:literal;)+) => {
        /// What went wrong, without the particulars.
        #[derive(Clone, Copy, Debug)]
        pub(crate) enum Kind {
            $($kind,)+
        }

        impl Kind {
            /// All of them, as the documentation lists them.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$kind,)+];

            pub(crate) const fn about(self) -> About {
                match self {
                    $(Self::$kind => About {
                        name: $name,
                        status: StatusCode::$status,
                        title: $title,
                        words: $words,
                    },)+
                }
            }
        }
    };
}

kinds! {
    Malformed: "malformed", BAD_REQUEST, "Malformed request",
        "Not what the route reads at all.";
    Unauthorized: "unauthorized", UNAUTHORIZED, "Not signed in",
        "Sign in first; sessions end.";
    WrongCredentials: "wrong-credentials", UNAUTHORIZED, "Wrong credentials",
        "The e-mail address or the password is wrong; which of them is not told.";
    OriginMismatch: "origin_mismatch", FORBIDDEN, "Opened under another address",
        "The page was opened under an address that this installation does not know; the sentence says what to set.";
    Forbidden: "forbidden", FORBIDDEN, "Not allowed",
        "The sentence says who may.";
    NotFound: "not-found", NOT_FOUND, "Not found",
        "No such thing, or somebody else's: nobody can tell which.";
    MethodNotAllowed: "method-not-allowed", METHOD_NOT_ALLOWED, "Method not allowed",
        "The address does not know that method.";
    Conflict: "conflict", CONFLICT, "Conflict",
        "Something else stands in the way.";
    PreconditionFailed: "precondition-failed", PRECONDITION_FAILED, "Changed meanwhile",
        "Changed since it was read: read again.";
    TooLarge: "too-large", PAYLOAD_TOO_LARGE, "Too large",
        "Bodies may have 256 KiB.";
    UnsupportedMediaType: "unsupported-media-type", UNSUPPORTED_MEDIA_TYPE, "Unsupported media type",
        "Bodies are application/json.";
    Invalid: "invalid", UNPROCESSABLE_ENTITY, "Not valid",
        "<code>errors</code> names every wrong field with its reasons.";
    TooMany: "too-many-requests", TOO_MANY_REQUESTS, "Too many requests",
        "<code>Retry-After</code> says how many seconds to wait.";
    Internal: "internal", INTERNAL_SERVER_ERROR, "Internal fault",
        "A fault of ours. The log has it under the <code>request_id</code> of the answer.";
    Unavailable: "unavailable", SERVICE_UNAVAILABLE, "Temporarily unavailable",
        "The database is away; <code>Retry-After</code> says when to come back.";
    TimedOut: "timed-out", SERVICE_UNAVAILABLE, "Took too long",
        "It took longer than a request may take; <code>Retry-After</code> says when to try again.";
}
