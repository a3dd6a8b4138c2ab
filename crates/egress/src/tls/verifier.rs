//! A verifier that keeps the presented certificate and every fault of it with its refusal.

use std::{fmt, sync::Arc};

use chrono::DateTime;
use domain::{failure::Failure, observation::Certificate};
use rustls::{
    CertificateError, DigitallySignedStruct, Error, OtherError, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

use super::facts::Inspection;

#[derive(Debug)]
pub(super) struct Verifier {
    pub(super) roots: Arc<WebPkiServerVerifier>,
    /// Refuse what is not trusted; otherwise let everything pass, to be judged afterwards.
    pub(super) enforce: bool,
}

/// What was refused and why; travels inside the error, so that connections can share one verifier.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) failure: Failure,
    pub(super) certificate: Certificate,
}

impl Refused {
    pub(super) fn inside(error: &Error) -> Option<&Self> {
        match error {
            Error::InvalidCertificate(CertificateError::Other(OtherError(inner))) => {
                inner.downcast_ref()
            }
            _ => None,
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.failure.sentence())
    }
}

impl std::error::Error for Refused {}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if !self.enforce {
            return Ok(ServerCertVerified::assertion());
        }
        let verified = self.roots.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        );
        let Err(Error::InvalidCertificate(fault)) = verified else {
            return verified;
        };
        let chain: Vec<_> = std::iter::once(end_entity)
            .chain(intermediates)
            .cloned()
            .collect();
        let inspection = Inspection {
            chain: &chain,
            name: server_name,
            roots: &self.roots,
        };
        let at = i64::try_from(now.as_secs())
            .ok()
            .and_then(|seconds| DateTime::from_timestamp(seconds, 0));
        let found = at.and_then(|at| inspection.with_faults(at, Some(&fault)));
        Err(Error::InvalidCertificate(match found {
            Some(refused) => CertificateError::Other(OtherError(Arc::new(refused))),
            None => fault,
        }))
    }

    // Whoever may present any certificate need not prove that it is theirs; and appliances have certificates of version 1, which
    // the library cannot read at all.
    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        if !self.enforce {
            return Ok(HandshakeSignatureValid::assertion());
        }
        self.roots.verify_tls12_signature(message, cert, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        if !self.enforce {
            return Ok(HandshakeSignatureValid::assertion());
        }
        self.roots.verify_tls13_signature(message, cert, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.roots.supported_verify_schemes()
    }
}
