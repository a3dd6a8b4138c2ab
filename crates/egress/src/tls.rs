//! TLS to a target: the handshake, the facts of its certificate, and what its errors mean.

use std::{io, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use domain::{
    failure::{Detail, Failure, FailureCode, Phase},
    observation::Certificate,
};
use rustls::{
    ClientConfig, RootCertStore, client::WebPkiServerVerifier, time_provider::TimeProvider,
};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use tokio::time::{Instant, timeout_at};
use tokio_rustls::{TlsConnector, client::TlsStream};

mod errors;
mod facts;
mod verifier;

pub use errors::{failure as tls_failure, find as find_tls_error};

use facts::Inspection;
use verifier::{Refused, Verifier};

/// Longest time for a handshake.
pub const TLS_CAP: Duration = Duration::from_secs(5);

/// What time certificates are judged at; none when no trustworthy time is known, which makes
/// verdicts on dates *unknown*.
pub type WallClock = Arc<dyn Fn() -> Option<DateTime<Utc>> + Send + Sync>;

/// One client configuration per trust setting, built once.
pub struct Tls {
    judging: Arc<ClientConfig>,
    recording: Arc<ClientConfig>,
    roots: Arc<WebPkiServerVerifier>,
    plain: ClientConfig,
    clock: WallClock,
}

/// What a handshake brought.
pub struct Secured<S> {
    pub stream: TlsStream<S>,
    pub certificate: Option<Certificate>,
}

/// A handshake that failed, with the certificate if one was presented.
#[derive(Debug)]
pub struct Unsecured {
    pub failure: Failure,
    pub certificate: Option<Box<Certificate>>,
}

/// Extra certificate authorities could not be used.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    #[error("{path} cannot be read: {source}")]
    Unreadable { path: String, source: io::Error },
    #[error("{path} holds no usable PEM certificate")]
    NoCertificate { path: String },
    #[error("no certificate authority to trust: {0}")]
    NoRoots(#[from] rustls::client::VerifierBuilderError),
    #[error("TLS cannot be set up: {0}")]
    Unusable(#[from] rustls::Error),
}

impl Tls {
    /// Trusts Mozilla's list, the machine's own list, and `extra` (an internal CA).
    pub fn new(extra: Vec<CertificateDer<'static>>, clock: WallClock) -> Result<Self, TrustError> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let roots =
            WebPkiServerVerifier::builder_with_provider(Arc::new(trusted(extra)), provider.clone())
                .build()?;
        let config = |enforce| -> Result<Arc<ClientConfig>, TrustError> {
            let time: Arc<dyn TimeProvider> = Arc::new(Time(clock.clone()));
            let verifier = Verifier {
                roots: roots.clone(),
                enforce,
            };
            let mut config = ClientConfig::builder_with_details(provider.clone(), time)
                .with_safe_default_protocol_versions()?
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(verifier))
                .with_no_client_auth();
            // Our client speaks nothing newer.
            config.alpn_protocols = vec![b"http/1.1".to_vec()];
            // Every look has to see the certificate, so no session is ever resumed.
            config.resumption = rustls::client::Resumption::disabled();
            Ok(Arc::new(config))
        };
        let plain = ClientConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(roots.clone())
            .with_no_client_auth();
        Ok(Self {
            plain,
            judging: config(true)?,
            recording: config(false)?,
            roots: roots.clone(),
            clock,
        })
    }

    /// For an ordinary client of hosts that the operator configured: trusts the same authorities, by the machine's clock.
    pub fn plain_client(&self) -> ClientConfig {
        self.plain.clone()
    }

    /// The time by which certificates are judged.
    pub fn now(&self) -> Option<DateTime<Utc>> {
        (self.clock)()
    }

    /// Shakes hands for `host`. Without `verify` the certificate is recorded, faults and all, but
    /// refuses nothing.
    pub(crate) async fn handshake<S>(
        &self,
        stream: S,
        host: &str,
        verify: bool,
        deadline: Instant,
    ) -> Result<Secured<S>, Unsecured>
    where
        S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    {
        let started = Instant::now();
        let Some(name) = server_name(host) else {
            return Err(Failure::new(FailureCode::InvalidUrl, Phase::Tls, Detail::None).into());
        };
        let config = if verify {
            &self.judging
        } else {
            &self.recording
        };
        let shaking = TlsConnector::from(config.clone()).connect(name.clone(), stream);
        match timeout_at(deadline.min(started + TLS_CAP), shaking).await {
            Ok(Ok(stream)) => {
                let chain = stream.get_ref().1.peer_certificates().unwrap_or_default();
                let certificate = self.certificate(chain, &name, verify);
                Ok(Secured {
                    stream,
                    certificate,
                })
            }
            Ok(Err(error)) => Err(refused(&error)),
            Err(_) => {
                let after_ms = u32::try_from(started.elapsed().as_millis()).unwrap_or(u32::MAX);
                Err(Failure::new(
                    FailureCode::TlsTimeout,
                    Phase::Tls,
                    Detail::Timeout {
                        after_ms,
                        peer: None,
                    },
                )
                .into())
            }
        }
    }

    fn certificate(
        &self,
        chain: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        verified: bool,
    ) -> Option<Certificate> {
        let inspection = Inspection {
            chain,
            name,
            roots: &self.roots,
        };
        if verified {
            return inspection.facts();
        }
        let now = self.now()?;
        inspection
            .with_faults(now, None)
            .map(|found| found.certificate)
    }
}

impl From<Failure> for Unsecured {
    fn from(failure: Failure) -> Self {
        Self {
            failure,
            certificate: None,
        }
    }
}

/// Reads the certificates of a PEM file such as `EXTRA_CA_FILE`.
pub fn read_pem(path: &std::path::Path) -> Result<Vec<CertificateDer<'static>>, TrustError> {
    use rustls_pki_types::pem::PemObject as _;
    let shown = || path.display().to_string();
    let text = std::fs::read(path).map_err(|source| TrustError::Unreadable {
        path: shown(),
        source,
    })?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    match found {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => Err(TrustError::NoCertificate { path: shown() }),
    }
}

fn trusted(extra: Vec<CertificateDer<'static>>) -> RootCertStore {
    let mut roots = RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    let native = rustls_native_certs::load_native_certs();
    for error in &native.errors {
        tracing::debug!(%error, "a certificate store of this machine cannot be read");
    }
    roots.add_parsable_certificates(native.certs);
    let (_, ignored) = roots.add_parsable_certificates(extra);
    if ignored > 0 {
        tracing::warn!(ignored, "some extra certificate authorities cannot be used");
    }
    roots
}

fn server_name(host: &str) -> Option<ServerName<'static>> {
    let host = host.trim_start_matches('[').trim_end_matches([']', '.']);
    ServerName::try_from(host.to_owned()).ok()
}

/// The failure of a handshake, and the certificate that our verifier kept with its refusal.
fn refused(error: &io::Error) -> Unsecured {
    let Some(tls) = errors::find(error) else {
        return errors::of_transport(error).into();
    };
    match Refused::inside(tls) {
        Some(refused) => Unsecured {
            failure: refused.failure.clone(),
            certificate: Some(Box::new(refused.certificate.clone())),
        },
        None => errors::failure(tls, Phase::Tls).into(),
    }
}

/// Our clock, as rustls asks for it.
struct Time(WallClock);

impl std::fmt::Debug for Time {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Time")
    }
}

impl TimeProvider for Time {
    fn current_time(&self) -> Option<UnixTime> {
        let now = (self.0)()?;
        let since_epoch = u64::try_from(now.timestamp()).ok()?;
        Some(UnixTime::since_unix_epoch(Duration::from_secs(since_epoch)))
    }
}
