//! A failure: one code, where it happened, and the facts from which its sentence is built.

use std::net::SocketAddr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

mod code;
mod sentence;

pub use code::{Class, FailureCode, UnknownCode};
pub use sentence::clean;

/// The step of a look that was under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Resolving the name.
    Dns,
    /// Opening the connection.
    Tcp,
    /// The TLS handshake.
    Tls,
    /// Writing the request.
    Send,
    /// Waiting for the first byte of the response.
    Ttfb,
    /// Reading the body.
    Body,
}

impl Phase {
    /// The word used in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::Tcp => "tcp",
            Self::Tls => "tls",
            Self::Send => "send",
            Self::Ttfb => "ttfb",
            Self::Body => "body",
        }
    }

    /// The number that the database stores.
    pub const fn number(self) -> i16 {
        self as i16 + 1
    }

    /// The phase with this number, if there is one.
    pub const fn from_number(number: i16) -> Option<Self> {
        match number {
            1 => Some(Self::Dns),
            2 => Some(Self::Tcp),
            3 => Some(Self::Tls),
            4 => Some(Self::Send),
            5 => Some(Self::Ttfb),
            6 => Some(Self::Body),
            _ => None,
        }
    }
}

/// Why a look did not find a service up, or what it found worth saying (an advisory).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    pub code: FailureCode,
    /// None where no phase of a look was involved, as with `missed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<Phase>,
    /// 0 is the service's own URL, 1 the first redirect, and so on.
    #[serde(default)]
    pub hop: u8,
    #[serde(default, skip_serializing_if = "Detail::is_none")]
    pub detail: Detail,
}

/// The facts of a failure. Texts come from the target or the user and are untrusted.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Detail {
    #[default]
    None,
    /// A few words about what was wrong.
    Reason { reason: String },
    /// A name that did not resolve; `answer` is what the name servers said, as `SERVFAIL`.
    Name {
        host: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        answer: Option<String>,
    },
    /// Our own timer fired after `after_ms`.
    Timeout {
        after_ms: u32,
        /// What did not answer: a host name, or an address and port.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        peer: Option<String>,
    },
    /// The addresses that were tried, in order; the last one names the failure.
    Addresses {
        tried: Vec<Attempt>,
        /// The name of the machine around our container, where the addresses were our container's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        machine: Option<String>,
    },
    /// A port that must not be asked.
    Port { port: u16 },
    /// What is wrong with the presented certificate.
    Certificate(Box<CertificateFault>),
    /// A status outside the expected set, which is written as in `200-299,401`.
    Status { status: u16, expected: String },
    /// The URLs that led in a circle, at most the last few.
    Redirects { limit: u8, chain: Vec<String> },
    /// Where a redirect pointed.
    Location { location: String },
    /// Bytes that arrived, of how many that were announced.
    Bytes {
        received: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        announced: Option<u64>,
    },
    /// More than `limit` bytes of body; `assertion` could not be decided.
    TooLarge { limit: u64, assertion: String },
    /// An assertion that did not hold, in words, and what was found instead.
    Assertion {
        assertion: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        found: Option<String>,
    },
    /// Slower than the threshold.
    Slow { took_ms: u32, limit_ms: u32 },
    /// What a vendor's page says, or fails to say.
    Vendor(Box<VendorFault>),
    /// Days until the certificate ends; negative once it has.
    Expiry {
        not_after: DateTime<Utc>,
        days: i32,
        /// An intermediate ends first, not the server's own certificate.
        intermediate: bool,
    },
}

impl Detail {
    /// Nothing is known beyond the code.
    pub const fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }
}

/// One address that was tried and how that ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    pub address: SocketAddr,
    pub code: FailureCode,
}

/// What is wrong with a certificate, with the facts that its sentence needs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateFault {
    /// The host name that was asked for.
    pub host: String,
    /// The names that the certificate is for.
    #[serde(default)]
    pub names: Vec<String>,
    #[serde(default)]
    pub not_before: Option<DateTime<Utc>>,
    #[serde(default)]
    pub not_after: Option<DateTime<Utc>>,
    /// An intermediate is at fault, not the server's own certificate.
    #[serde(default)]
    pub intermediate: bool,
    /// Why it is not trusted or not valid, in a few words of ours.
    #[serde(default)]
    pub reason: Option<String>,
    /// Further faults of the same chain, which the first one would hide.
    #[serde(default)]
    pub also: Vec<FailureCode>,
}

/// What a vendor's page says of a service that is not up, or why it cannot be told. All texts are the vendor's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VendorFault {
    /// As the page calls itself.
    pub page: String,
    /// None for the page as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<String>,
    /// The vendor's own word for the state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<String>,
    /// The title of the vendor's incident, if it names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<String>,
    /// Why the page could not be read, or what else may be meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Failure {
    /// A failure of which nothing is known but its code.
    pub const fn bare(code: FailureCode) -> Self {
        Self {
            code,
            phase: None,
            hop: 0,
            detail: Detail::None,
        }
    }

    /// A failure in a phase of the first hop.
    pub const fn new(code: FailureCode, phase: Phase, detail: Detail) -> Self {
        Self {
            code,
            phase: Some(phase),
            hop: 0,
            detail,
        }
    }

    /// The same failure at another hop.
    #[must_use]
    pub const fn at_hop(mut self, hop: u8) -> Self {
        self.hop = hop;
        self
    }

    /// Whose fault this is.
    pub const fn class(&self) -> Class {
        self.code.class()
    }

    /// What happened, as one plain English sentence with untrusted parts cleaned and cut.
    pub fn sentence(&self) -> String {
        sentence::of(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_survives_json() {
        let failure = Failure::new(
            FailureCode::UnexpectedStatus,
            Phase::Ttfb,
            Detail::Status {
                status: 503,
                expected: "200".into(),
            },
        )
        .at_hop(2);
        let json = serde_json::to_value(&failure).unwrap();
        assert_eq!(json["code"], "unexpected_status");
        assert_eq!(json["phase"], "ttfb");
        assert_eq!(json["detail"]["kind"], "status");
        assert_eq!(serde_json::from_value::<Failure>(json).unwrap(), failure);
    }

    #[test]
    fn phase_numbers_lead_back() {
        for number in 1..=6 {
            assert_eq!(Phase::from_number(number).unwrap().number(), number);
        }
    }
}
