//! What one look saw: timings, addresses, status, certificate and failure, without any opinion.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    failure::{Failure, FailureCode},
    vendor::Said,
};

/// What a probe saw in one look. Kept as the evidence of incidents and shown by a test run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// One entry per request made, the first being the service's own URL.
    pub hops: Vec<Hop>,
    /// Sum of all hops' timings in microseconds, without the time spent queueing.
    pub total_us: u32,
    /// The certificate of the last hop that spoke TLS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<Certificate>,
    /// Worth saying, but no failure: codes of class advisory.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub advisories: Vec<Failure>,
    /// What ended the look before a complete response, if anything did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    /// The first assertion that did not hold, or that could not be decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unmet: Option<Failure>,
    /// What the vendor said, where a vendor page was read instead of a target asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vendor: Option<Box<Said>>,
    /// What the server said, kept only where something was wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
}

/// One request of a look.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hop {
    pub url: String,
    /// The address that answered, or that was tried last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote: Option<IpAddr>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_version: Option<HttpVersion>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Bytes of body that arrived, as sent (before decompression).
    pub bytes: u64,
    pub timings: Timings,
}

/// Where the time of one hop went, in microseconds; 0 where a phase did not happen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timings {
    /// Waiting for our own limits; part of no total.
    pub queued_us: u32,
    pub dns_us: u32,
    pub tcp_us: u32,
    pub tls_us: u32,
    pub send_us: u32,
    pub ttfb_us: u32,
    pub transfer_us: u32,
}

/// The version that a server answered with. Looks offer HTTP/1.1 and nothing newer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum HttpVersion {
    #[serde(rename = "1.0")]
    Http10,
    #[serde(rename = "1.1")]
    Http11,
}

/// Which family an address belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    V4,
    V6,
}

/// Facts of the certificate that a server presented, whether or not it was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// The subject's common name, or its whole name where it has none.
    pub subject: String,
    /// The host names and addresses it is for, at most the first 100.
    pub names: Vec<String>,
    pub issuer: String,
    pub not_before: DateTime<Utc>,
    pub not_after: DateTime<Utc>,
    /// The earliest end of any presented certificate.
    pub chain_not_after: DateTime<Utc>,
    /// SHA-256 of the server's own certificate, in lower-case hexadecimal.
    pub fingerprint: String,
    pub self_signed: bool,
    /// How many certificates were presented.
    pub presented: u8,
    /// Trusted, valid and for this name.
    pub verified: bool,
    /// Everything that is wrong with it, gravest first.
    #[serde(default)]
    pub faults: Vec<FailureCode>,
}

/// What the server said, cut and without secrets.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The response headers that help to understand a failure; never cookies.
    pub headers: Vec<(String, String)>,
    /// At most the first KiB of the decoded body.
    pub body: String,
}

impl Hop {
    /// The family of the address that answered.
    pub const fn family(&self) -> Option<Family> {
        match self.remote {
            Some(IpAddr::V4(_)) => Some(Family::V4),
            Some(IpAddr::V6(_)) => Some(Family::V6),
            None => None,
        }
    }
}

impl Timings {
    /// Microseconds of the whole hop, without queueing.
    pub const fn total_us(&self) -> u32 {
        self.dns_us
            .saturating_add(self.tcp_us)
            .saturating_add(self.tls_us)
            .saturating_add(self.send_us)
            .saturating_add(self.ttfb_us)
            .saturating_add(self.transfer_us)
    }
}

impl Observation {
    /// A look that never happened or never got anywhere, and why.
    pub fn failed(failure: Failure) -> Self {
        Self {
            failure: Some(failure),
            ..Self::default()
        }
    }

    /// The status that decides: that of the last hop.
    pub fn status(&self) -> Option<u16> {
        self.hops.last().and_then(|hop| hop.status)
    }

    /// The whole time in milliseconds, rounded up so that it is never 0 for a real answer.
    pub const fn total_ms(&self) -> u32 {
        self.total_us.div_ceil(1000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queueing_is_part_of_no_total() {
        let timings = Timings {
            queued_us: 9_000_000,
            dns_us: 1,
            tcp_us: 2,
            tls_us: 3,
            send_us: 4,
            ttfb_us: 5,
            transfer_us: 6,
        };
        assert_eq!(timings.total_us(), 21);
    }

    #[test]
    fn an_observation_survives_json() {
        let seen = Observation {
            hops: vec![Hop {
                url: "http://example.com/".into(),
                remote: Some(IpAddr::from([192, 0, 2, 1])),
                http_version: Some(HttpVersion::Http11),
                status: Some(200),
                bytes: 2,
                timings: Timings::default(),
            }],
            total_us: 1_001,
            ..Observation::default()
        };
        let json = serde_json::to_value(&seen).unwrap();
        assert_eq!(json["hops"][0]["http_version"], "1.1");
        assert_eq!(serde_json::from_value::<Observation>(json).unwrap(), seen);
        assert_eq!((seen.total_ms(), seen.status()), (2, Some(200)));
        assert_eq!(seen.hops[0].family(), Some(Family::V4));
    }
}
