//! What was asked and what came of it, in words that a person can act on.

use std::fmt;

use serde::Serialize;
use url::Url;

use crate::{Provider, html::PageKind};

/// One address that was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Evidence {
    pub url: Url,
    #[serde(serialize_with = "in_words")]
    pub outcome: Outcome,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Recognised {
        provider: Provider,
    },
    /// A web page, without status data that could be read.
    Page {
        kind: PageKind,
    },
    Status {
        status: u16,
    },
    /// 401, 403, 429 and the like.
    Refused {
        status: u16,
    },
    Redirected {
        to: Url,
    },
    BadRedirect,
    TooManyRedirects,
    Unreachable {
        reason: String,
    },
    Unreadable {
        reason: String,
    },
    UnknownShape,
    /// A feed about something else.
    ForeignFeed,
}

fn in_words<S: serde::Serializer>(outcome: &Outcome, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(outcome)
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Recognised { provider } => write!(f, "recognised as {provider}"),
            Self::Page { kind } => write!(f, "{kind}"),
            Self::Status { status: 404 | 410 } => f.write_str("nothing there"),
            Self::Status { status } if *status >= 500 => {
                write!(f, "the server failed (status {status})")
            }
            Self::Status { status } => write!(f, "status {status}"),
            Self::Refused { status } => write!(f, "refused (status {status})"),
            Self::Redirected { to } => write!(f, "leads to {to}"),
            Self::BadRedirect => f.write_str("a redirect that leads nowhere"),
            Self::TooManyRedirects => f.write_str("too many redirects"),
            Self::Unreachable { reason } | Self::Unreadable { reason } => f.write_str(reason),
            Self::UnknownShape => f.write_str("data in a shape that is not known"),
            Self::ForeignFeed => f.write_str("a feed that is not about status"),
        }
    }
}

/// What the person who pasted the address can do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Advice {
    SwitchedOff,
    NoSuchPage,
    Private,
    Unreachable,
    Refused,
    EnterDataAddress,
}

impl From<&Vec<Evidence>> for Advice {
    fn from(evidence: &Vec<Evidence>) -> Self {
        let any = |test: fn(&Outcome) -> bool| evidence.iter().any(|one| test(&one.outcome));
        let all = |test: fn(&Outcome) -> bool| {
            !evidence.is_empty() && evidence.iter().all(|one| test(&one.outcome))
        };
        if any(|one| {
            matches!(
                one,
                Outcome::Page {
                    kind: PageKind::Inactive
                }
            )
        }) {
            Self::SwitchedOff
        } else if any(|one| {
            matches!(
                one,
                Outcome::Page {
                    kind: PageKind::NoSuchPage
                }
            )
        }) {
            Self::NoSuchPage
        } else if any(|one| {
            matches!(
                one,
                Outcome::Page {
                    kind: PageKind::Login
                } | Outcome::Refused { status: 401 }
            )
        }) {
            Self::Private
        } else if all(|one| {
            matches!(
                one,
                Outcome::Unreachable { .. } | Outcome::Redirected { .. }
            )
        }) {
            Self::Unreachable
        } else if any(|one| {
            matches!(
                one,
                Outcome::Refused { .. }
                    | Outcome::Page {
                        kind: PageKind::Barrier
                    }
            )
        }) {
            Self::Refused
        } else {
            Self::EnterDataAddress
        }
    }
}

impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SwitchedOff => "This status page exists, and its owner has switched it off.",
            Self::NoSuchPage => "There is no status page under this name. Check the address.",
            Self::Private => "This status page asks for a sign-in, so it cannot be read from here.",
            Self::Unreachable => "Nothing answers at this address. Check it, or try again later.",
            Self::Refused => {
                "This page keeps automated readers out. If it offers JSON or a feed at another address, enter that one."
            }
            Self::EnterDataAddress => {
                "Nothing here is in a shape that is known. If the page offers JSON or a feed, enter its address."
            }
        })
    }
}
