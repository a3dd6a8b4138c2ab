//! One look in full: hops, timings, certificate, what the server said.

use chrono::{DateTime, Utc};
use domain::{
    incident::KeptLook,
    latest::LatestLook,
    observation::{Certificate, Evidence, Hop, HttpVersion, Observation, Timings},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{milliseconds, reason::ReasonView, vendor::VendorWordsView};

/// What one look saw.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Observation)]
pub struct ObservationView {
    /// When it began; null for a test run
    pub at: Option<DateTime<Utc>>,
    /// One entry per request, the first being the service's own URL
    pub hops: Vec<HopView>,
    /// Milliseconds over all hops, without waiting for our own limits
    #[schema(example = 123)]
    pub total_ms: u32,
    pub certificate: Option<CertificateView>,
    /// Worth saying, but no failure
    pub advisories: Vec<ReasonView>,
    /// What ended it before a complete response
    pub failure: Option<ReasonView>,
    /// The first assertion that did not hold
    pub unmet: Option<ReasonView>,
    /// What the server said, kept only where something was wrong
    pub evidence: Option<EvidenceView>,
    /// What the vendor said, where a vendor's page was read
    pub vendor: Option<VendorWordsView>,
}

/// One request of a look.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Hop)]
pub struct HopView {
    pub url: String,
    /// The address that answered, or that was tried last
    #[schema(example = "192.0.2.7")]
    pub remote: Option<String>,
    /// `1.0`, `1.1` or `2`
    #[schema(example = "1.1")]
    pub http_version: Option<&'static str>,
    #[schema(example = 200)]
    pub status: Option<u16>,
    /// Bytes of body that arrived, as sent
    pub bytes: u64,
    pub timings: TimingsView,
}

/// Where the time of one hop went, in milliseconds with three decimals; 0 where a phase did not happen.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = Timings)]
pub struct TimingsView {
    /// Waiting for our own limits; part of no total
    pub queued_ms: f64,
    pub dns_ms: f64,
    pub tcp_ms: f64,
    pub tls_ms: f64,
    pub send_ms: f64,
    /// Until the first byte of the answer
    pub ttfb_ms: f64,
    pub transfer_ms: f64,
}

/// The certificate that a server presented, whether or not it was accepted.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = Certificate)]
pub struct CertificateView {
    pub subject: String,
    /// Host names and addresses it is for
    pub names: Vec<String>,
    pub issuer: String,
    pub not_before: DateTime<Utc>,
    pub not_after: DateTime<Utc>,
    /// The earliest end of any certificate of the chain
    pub chain_not_after: DateTime<Utc>,
    /// SHA-256, in hexadecimal
    pub fingerprint: String,
    pub self_signed: bool,
    /// Trusted, valid and for this name
    pub verified: bool,
    /// Codes of everything that is wrong with it, gravest first
    pub faults: Vec<&'static str>,
}

/// What the server said, cut and without secrets.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Evidence)]
pub struct EvidenceView {
    /// Response headers that help to understand a failure, as name and value
    pub headers: Vec<(String, String)>,
    /// At most the first KiB of the body
    pub body: String,
}

impl From<&Observation> for ObservationView {
    fn from(seen: &Observation) -> Self {
        Self {
            at: None,
            hops: seen.hops.iter().map(HopView::from).collect(),
            total_ms: milliseconds(seen.total_us),
            certificate: seen.certificate.as_ref().map(CertificateView::from),
            advisories: seen.advisories.iter().map(ReasonView::from).collect(),
            failure: seen.failure.as_ref().map(ReasonView::from),
            unmet: seen.unmet.as_ref().map(ReasonView::from),
            evidence: seen.evidence.as_ref().map(EvidenceView::from),
            vendor: seen.vendor.as_deref().map(VendorWordsView::from),
        }
    }
}

impl From<&KeptLook> for ObservationView {
    fn from(kept: &KeptLook) -> Self {
        Self {
            at: Some(kept.at),
            ..Self::from(&kept.observation)
        }
    }
}

impl From<LatestLook> for ObservationView {
    fn from(look: LatestLook) -> Self {
        let failure = look.reason.as_ref().map(ReasonView::from);
        Self {
            failure,
            ..Self::from(&look.kept())
        }
    }
}

impl From<&Hop> for HopView {
    fn from(hop: &Hop) -> Self {
        Self {
            url: hop.url.clone(),
            remote: hop.remote.map(|ip| ip.to_string()),
            http_version: hop.http_version.map(|version| match version {
                HttpVersion::Http10 => "1.0",
                HttpVersion::Http11 => "1.1",
            }),
            status: hop.status,
            bytes: hop.bytes,
            timings: hop.timings.into(),
        }
    }
}

impl From<Timings> for TimingsView {
    fn from(timings: Timings) -> Self {
        let ms = |us: u32| f64::from(us) / 1000.0;
        Self {
            queued_ms: ms(timings.queued_us),
            dns_ms: ms(timings.dns_us),
            tcp_ms: ms(timings.tcp_us),
            tls_ms: ms(timings.tls_us),
            send_ms: ms(timings.send_us),
            ttfb_ms: ms(timings.ttfb_us),
            transfer_ms: ms(timings.transfer_us),
        }
    }
}

impl From<&Certificate> for CertificateView {
    fn from(seen: &Certificate) -> Self {
        Self {
            subject: seen.subject.clone(),
            names: seen.names.clone(),
            issuer: seen.issuer.clone(),
            not_before: seen.not_before,
            not_after: seen.not_after,
            chain_not_after: seen.chain_not_after,
            fingerprint: seen.fingerprint.clone(),
            self_signed: seen.self_signed,
            verified: seen.verified,
            faults: seen.faults.iter().map(|code| code.as_str()).collect(),
        }
    }
}

impl From<&Evidence> for EvidenceView {
    fn from(evidence: &Evidence) -> Self {
        Self {
            headers: evidence.headers.clone(),
            body: evidence.body.clone(),
        }
    }
}
