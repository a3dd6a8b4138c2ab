//! What a certificate chain says, and everything that is wrong with it.

use std::{fmt::Write as _, net::IpAddr};

use chrono::{DateTime, Utc};
use domain::{
    failure::{CertificateFault, Detail, Failure, FailureCode, Phase, clean},
    observation::Certificate,
};
use rustls::{
    CertificateError, Error,
    client::{WebPkiServerVerifier, danger::ServerCertVerifier as _, verify_server_name},
    server::ParsedCertificate,
};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use x509_parser::{
    certificate::X509Certificate,
    extensions::{GeneralName, ParsedExtension},
    oid_registry::OID_PKIX_AUTHORITY_INFO_ACCESS,
    parse_x509_certificate,
    x509::X509Name,
};

use super::{errors, verifier::Refused};

/// Most names that are kept of a certificate.
const MOST_NAMES: usize = 100;
const TEXT: usize = 200;

/// A presented chain, leaf first, and whom it was presented as.
pub(super) struct Inspection<'a> {
    pub(super) chain: &'a [CertificateDer<'a>],
    pub(super) name: &'a ServerName<'a>,
    pub(super) roots: &'a WebPkiServerVerifier,
}

impl Inspection<'_> {
    /// The facts of a chain that was verified.
    pub(super) fn facts(&self) -> Option<Certificate> {
        let chain = self.parsed()?;
        let leaf = chain.first()?;
        Some(Certificate {
            subject: shown(leaf.subject()),
            names: names(leaf),
            issuer: shown(leaf.issuer()),
            not_before: not_before(leaf),
            not_after: not_after(leaf),
            chain_not_after: chain.iter().map(not_after).min()?,
            fingerprint: fingerprint(self.chain.first()?),
            self_signed: is_self_signed(leaf),
            presented: u8::try_from(chain.len()).unwrap_or(u8::MAX),
            verified: true,
            faults: Vec::new(),
        })
    }

    /// The facts with every fault at `now`, gravest first, and the failure they mean. `refusal` is
    /// what the verifier said, if it was asked. A chain without faults is not refused.
    pub(super) fn with_faults(
        &self,
        now: DateTime<Utc>,
        refusal: Option<&CertificateError>,
    ) -> Option<Refused> {
        let chain = self.parsed()?;
        let mut certificate = self.facts()?;
        let mut faults = self.dates(&chain, now);
        if !self.is_for_name() {
            faults.push((
                FailureCode::TlsNameMismatch,
                self.fault(&certificate, false),
            ));
        }
        faults.extend(self.trust(&chain, now, &certificate));
        if let (true, Some(refusal)) = (faults.is_empty(), refusal) {
            let (code, reason) = errors::of_certificate(refusal);
            faults.push((
                code,
                CertificateFault {
                    reason: Some(reason),
                    ..self.fault(&certificate, false)
                },
            ));
        }
        certificate.faults = faults.iter().map(|(code, _)| *code).collect();
        certificate.verified = faults.is_empty();
        let mut faults = faults.into_iter();
        let failure = match faults.next() {
            Some((code, mut fault)) => {
                fault.also = faults.map(|(code, _)| code).collect();
                Failure::new(code, Phase::Tls, Detail::Certificate(Box::new(fault)))
            }
            None => Failure::new(FailureCode::TlsHandshake, Phase::Tls, Detail::None),
        };
        Some(Refused {
            failure,
            certificate,
        })
    }

    fn parsed(&self) -> Option<Vec<X509Certificate<'_>>> {
        self.chain
            .iter()
            .map(|der| parse_x509_certificate(der).ok().map(|(_, parsed)| parsed))
            .collect()
    }

    fn fault(&self, certificate: &Certificate, intermediate: bool) -> CertificateFault {
        CertificateFault {
            host: self.name.to_str().into_owned(),
            names: certificate.names.iter().take(5).cloned().collect(),
            not_before: Some(certificate.not_before),
            not_after: Some(certificate.not_after),
            intermediate,
            ..CertificateFault::default()
        }
    }

    /// The first certificate that has ended, or else the first that has not begun.
    fn dates(
        &self,
        chain: &[X509Certificate<'_>],
        now: DateTime<Utc>,
    ) -> Vec<(FailureCode, CertificateFault)> {
        let fault = |index: usize, of: &X509Certificate<'_>| CertificateFault {
            host: self.name.to_str().into_owned(),
            not_before: Some(not_before(of)),
            not_after: Some(not_after(of)),
            intermediate: index > 0,
            ..CertificateFault::default()
        };
        let numbered = || chain.iter().enumerate();
        let ended = numbered()
            .find(|(_, of)| not_after(of) < now)
            .map(|(i, of)| (FailureCode::TlsExpired, fault(i, of)));
        let unborn = numbered()
            .find(|(_, of)| not_before(of) > now)
            .map(|(i, of)| (FailureCode::TlsNotYetValid, fault(i, of)));
        ended.into_iter().chain(unborn).collect()
    }

    fn is_for_name(&self) -> bool {
        let Some(leaf) = self.chain.first() else {
            return false;
        };
        ParsedCertificate::try_from(leaf)
            .is_ok_and(|leaf| verify_server_name(&leaf, self.name).is_ok())
    }

    /// Whether the chain would be trusted at a moment when all of it was valid, whatever its dates
    /// and names say today.
    fn trust(
        &self,
        chain: &[X509Certificate<'_>],
        now: DateTime<Utc>,
        of: &Certificate,
    ) -> Option<(FailureCode, CertificateFault)> {
        let (leaf, rest) = self.chain.split_first()?;
        let from = chain.iter().map(not_before).max()?.timestamp();
        let to = of.chain_not_after.timestamp();
        let today = now.timestamp();
        let at = if (from..=to).contains(&today) {
            today
        } else {
            from + (to - from) / 2
        };
        let at = UnixTime::since_unix_epoch(std::time::Duration::from_secs(
            u64::try_from(at).unwrap_or(0),
        ));
        let Err(Error::InvalidCertificate(error)) =
            self.roots
                .verify_server_cert(leaf, rest, self.name, &[], at)
        else {
            return None;
        };
        // A self-signed server certificate is often marked as an authority, which hides the reason.
        if matches!(error, CertificateError::UnknownIssuer) || of.self_signed {
            let reason = untrusted_because(&chain[0], rest.is_empty());
            return Some((
                FailureCode::TlsUntrusted,
                CertificateFault {
                    reason: Some(reason.to_owned()),
                    ..self.fault(of, false)
                },
            ));
        }
        match errors::of_certificate(&error) {
            (code @ (FailureCode::TlsRevoked | FailureCode::TlsInvalidCertificate), reason) => {
                Some((
                    code,
                    CertificateFault {
                        reason: Some(reason),
                        ..self.fault(of, false)
                    },
                ))
            }
            // Dates and names have been judged by themselves.
            _ => None,
        }
    }
}

/// The three causes look alike to a verifier, and are mended in three different ways.
fn untrusted_because(leaf: &X509Certificate<'_>, alone: bool) -> &'static str {
    if is_self_signed(leaf) {
        "it is self-signed"
    } else if alone
        && leaf
            .extensions()
            .iter()
            .any(|extension| extension.oid == OID_PKIX_AUTHORITY_INFO_ACCESS)
    {
        "its chain is incomplete, the server does not send the intermediate; browsers may still know it"
    } else {
        "its authority is unknown"
    }
}

fn is_self_signed(of: &X509Certificate<'_>) -> bool {
    of.subject().as_raw() == of.issuer().as_raw()
}

fn not_before(of: &X509Certificate<'_>) -> DateTime<Utc> {
    DateTime::from_timestamp(of.validity().not_before.timestamp(), 0)
        .unwrap_or(DateTime::<Utc>::MIN_UTC)
}

fn not_after(of: &X509Certificate<'_>) -> DateTime<Utc> {
    DateTime::from_timestamp(of.validity().not_after.timestamp(), 0)
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// The common name, or the whole name where there is none.
fn shown(name: &X509Name<'_>) -> String {
    let common = name
        .iter_common_name()
        .next()
        .and_then(|part| part.as_str().ok());
    clean(common.unwrap_or(&name.to_string()), TEXT)
}

fn names(of: &X509Certificate<'_>) -> Vec<String> {
    let extensions = of.extensions().iter();
    let general = extensions.filter_map(|extension| match extension.parsed_extension() {
        ParsedExtension::SubjectAlternativeName(names) => Some(&names.general_names),
        _ => None,
    });
    let texts = general.flatten().filter_map(|name| match name {
        GeneralName::DNSName(name) => Some(clean(name, TEXT)),
        GeneralName::IPAddress(bytes) => ip(bytes).map(|ip| ip.to_string()),
        _ => None,
    });
    texts.take(MOST_NAMES).collect()
}

fn ip(bytes: &[u8]) -> Option<IpAddr> {
    <[u8; 4]>::try_from(bytes)
        .map(IpAddr::from)
        .or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from))
        .ok()
}

fn fingerprint(der: &[u8]) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, der);
    digest
        .as_ref()
        .iter()
        .fold(String::with_capacity(64), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}
