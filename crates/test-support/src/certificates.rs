//! Certificates for tests: an authority, and leaves that are sound or flawed in one way.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

/// An authority of our own making.
#[derive(Clone)]
pub struct Authority {
    issuer: Arc<Issuer<'static, KeyPair>>,
    certificate: CertificateDer<'static>,
    pem: String,
}

/// A chain, leaf first, with the key of its leaf.
pub struct Issued {
    pub chain: Vec<CertificateDer<'static>>,
    pub key: PrivateKeyDer<'static>,
}

/// What is wrong with a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    None,
    /// Ended at this time.
    EndsAt(DateTime<Utc>),
    /// Begins at this time.
    BeginsAt(DateTime<Utc>),
    /// Names no host, only a common name.
    NoNames,
    /// Meant for clients, not for servers.
    WrongPurpose,
    /// Signed by an intermediate that is not sent along.
    MissingIntermediate,
    /// Signed by an intermediate that has ended, and is sent along.
    ExpiredIntermediate,
}

impl Authority {
    /// A new authority, valid for as long as any test runs.
    pub fn new(name: &str) -> Self {
        let params = authority_params(name);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("a certificate");
        Self {
            certificate: certificate.der().clone(),
            pem: certificate.pem(),
            issuer: Arc::new(Issuer::new(params, key)),
        }
    }

    /// Its own certificate, to be trusted.
    pub fn certificate(&self) -> CertificateDer<'static> {
        self.certificate.clone()
    }

    /// The same as PEM, as for `EXTRA_CA_FILE`.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// A certificate for these names (or addresses), flawed in one way. `now` is the time at which it has to be sound.
    pub fn issue(&self, names: &[&str], flaw: Flaw, now: DateTime<Utc>) -> Issued {
        let mut params = leaf_params(names, flaw, now);
        let key = KeyPair::generate().expect("a key");
        let mut chain = Vec::new();
        let leaf = match flaw {
            Flaw::MissingIntermediate | Flaw::ExpiredIntermediate => {
                let mut middle = authority_params("Test Intermediate");
                if flaw == Flaw::ExpiredIntermediate {
                    valid(
                        &mut middle,
                        now - TimeDelta::days(700),
                        now - TimeDelta::days(30),
                    );
                } else {
                    params.custom_extensions.push(authority_information());
                }
                let middle_key = KeyPair::generate().expect("a key");
                let certificate = middle
                    .signed_by(&middle_key, &self.issuer)
                    .expect("a certificate");
                let issuer = Issuer::new(middle, middle_key);
                if flaw == Flaw::ExpiredIntermediate {
                    chain.push(certificate.der().clone());
                }
                params.signed_by(&key, &issuer)
            }
            _ => params.signed_by(&key, &self.issuer),
        };
        chain.insert(0, leaf.expect("a certificate").der().clone());
        Issued {
            chain,
            key: private(&key),
        }
    }

    /// A certificate that vouches for itself.
    pub fn self_signed(names: &[&str], now: DateTime<Utc>) -> Issued {
        let key = KeyPair::generate().expect("a key");
        let certificate = leaf_params(names, Flaw::None, now)
            .self_signed(&key)
            .expect("a certificate");
        Issued {
            chain: vec![certificate.der().clone()],
            key: private(&key),
        }
    }
}

/// Sets when a certificate is valid. `rcgen` counts time its own way; whole seconds since 1970 are
/// understood by both.
fn valid(params: &mut CertificateParams, from: DateTime<Utc>, to: DateTime<Utc>) {
    let date = |at: DateTime<Utc>| {
        let seconds = u64::try_from(at.timestamp()).expect("a time after 1970");
        rcgen::date_time_ymd(1970, 1, 1) + std::time::Duration::from_secs(seconds)
    };
    params.not_before = date(from);
    params.not_after = date(to);
}

fn private(key: &KeyPair) -> PrivateKeyDer<'static> {
    PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()))
}

fn authority_params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).expect("no names to be wrong");
    params.distinguished_name = named(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![
        KeyUsagePurpose::KeyCertSign,
        KeyUsagePurpose::DigitalSignature,
    ];
    params.not_before = rcgen::date_time_ymd(2020, 1, 1);
    params.not_after = rcgen::date_time_ymd(2090, 1, 1);
    params
}

fn leaf_params(names: &[&str], flaw: Flaw, now: DateTime<Utc>) -> CertificateParams {
    let names: Vec<String> = if flaw == Flaw::NoNames {
        Vec::new()
    } else {
        names.iter().map(ToString::to_string).collect()
    };
    let mut params = CertificateParams::new(names.clone()).expect("usable names");
    params.distinguished_name = named(names.first().map_or("lab.test", String::as_str));
    valid(
        &mut params,
        now - TimeDelta::days(60),
        now + TimeDelta::days(90),
    );
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    match flaw {
        Flaw::EndsAt(at) => valid(&mut params, at - TimeDelta::days(90), at),
        Flaw::BeginsAt(at) => valid(&mut params, at, at + TimeDelta::days(90)),
        Flaw::WrongPurpose => {
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        }
        _ => {}
    }
    params
}

fn named(name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::CommonName, name);
    distinguished
}

/// The extension by which browsers find a missing intermediate (RFC 5280 §4.2.2.1).
fn authority_information() -> CustomExtension {
    let url = b"http://authority.test/ca.der";
    let mut access = vec![0x06, 8, 0x2b, 6, 1, 5, 5, 7, 48, 2, 0x86, 28];
    access.extend_from_slice(url);
    let mut content = vec![0x30, 42, 0x30, 40];
    content.extend(access);
    CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 1], content)
}
