//! What TLS errors mean. They are recognised by type, never by their text.

use std::io;

use domain::failure::{Detail, Failure, FailureCode, Phase};
use rustls::{AlertDescription, CertificateError, Error, InvalidMessage, PeerIncompatible};

/// The TLS error inside an I/O error. `source()` skips what an `io::Error` carries, so `get_ref()`
/// has to be followed at each level.
pub fn find(error: &io::Error) -> Option<&Error> {
    let inner = error.get_ref()?;
    if let Some(tls) = inner.downcast_ref::<Error>() {
        return Some(tls);
    }
    match inner.downcast_ref::<io::Error>() {
        Some(deeper) => find(deeper),
        None => inner
            .source()
            .and_then(|source| source.downcast_ref::<io::Error>())
            .and_then(find),
    }
}

/// The failure that a TLS error means. Some arrive after the handshake, so the phase is given.
pub fn failure(error: &Error, phase: Phase) -> Failure {
    let reason = |reason: String| Detail::Reason { reason };
    let (code, detail) = match error {
        Error::InvalidCertificate(fault) => {
            let (code, text) = of_certificate(fault);
            (code, reason(text))
        }
        Error::AlertReceived(AlertDescription::ProtocolVersion) => {
            (FailureCode::TlsVersion, Detail::None)
        }
        Error::PeerIncompatible(
            PeerIncompatible::ServerDoesNotSupportTls12Or13
            | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig
            | PeerIncompatible::SupportedVersionsExtensionRequired,
        ) => (FailureCode::TlsVersion, Detail::None),
        Error::AlertReceived(AlertDescription::CertificateRequired) => {
            (FailureCode::TlsClientCert, Detail::None)
        }
        Error::InvalidMessage(InvalidMessage::InvalidContentType) => {
            (FailureCode::TlsNotTls, Detail::None)
        }
        Error::AlertReceived(alert) => (
            FailureCode::TlsHandshake,
            reason(format!("the server sent the alert {alert:?}")),
        ),
        Error::FailedToGetCurrentTime => (FailureCode::InternalClock, Detail::None),
        other => (FailureCode::TlsHandshake, reason(other.to_string())),
    };
    Failure::new(code, phase, detail)
}

/// The code and a few words for a fault of a certificate.
pub(super) fn of_certificate(fault: &CertificateError) -> (FailureCode, String) {
    use CertificateError as C;
    let (code, words) = match fault {
        C::Expired | C::ExpiredContext { .. } => (FailureCode::TlsExpired, "it has expired"),
        C::NotValidYet | C::NotValidYetContext { .. } => {
            (FailureCode::TlsNotYetValid, "it is not valid yet")
        }
        C::NotValidForName | C::NotValidForNameContext { .. } => {
            (FailureCode::TlsNameMismatch, "it is for another name")
        }
        C::UnknownIssuer => (FailureCode::TlsUntrusted, "its authority is unknown"),
        C::Revoked => (FailureCode::TlsRevoked, "it has been revoked"),
        C::BadEncoding => (FailureCode::TlsInvalidCertificate, "it cannot be read"),
        C::BadSignature => (FailureCode::TlsInvalidCertificate, "its signature is wrong"),
        C::InvalidPurpose | C::InvalidPurposeContext { .. } => (
            FailureCode::TlsInvalidCertificate,
            "it is not meant for servers",
        ),
        C::UnhandledCriticalExtension => (
            FailureCode::TlsInvalidCertificate,
            "it has an unknown critical extension",
        ),
        other => return (FailureCode::TlsInvalidCertificate, other.to_string()),
    };
    (code, words.to_owned())
}

/// The connection broke while shaking hands, without a word of TLS.
pub(super) fn of_transport(error: &io::Error) -> Failure {
    if crate::errno::is_exhaustion(error) {
        return Failure::new(FailureCode::InternalResource, Phase::Tls, Detail::None);
    }
    let reason = match error.kind() {
        io::ErrorKind::UnexpectedEof => "the server closed the connection",
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => {
            "the server reset the connection"
        }
        _ => "the connection broke",
    };
    Failure::new(
        FailureCode::TlsHandshake,
        Phase::Tls,
        Detail::Reason {
            reason: reason.to_owned(),
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_of_certificates_have_their_codes() {
        for (fault, code) in [
            (CertificateError::Expired, FailureCode::TlsExpired),
            (CertificateError::NotValidYet, FailureCode::TlsNotYetValid),
            (
                CertificateError::NotValidForName,
                FailureCode::TlsNameMismatch,
            ),
            (CertificateError::UnknownIssuer, FailureCode::TlsUntrusted),
            (CertificateError::Revoked, FailureCode::TlsRevoked),
            (
                CertificateError::BadSignature,
                FailureCode::TlsInvalidCertificate,
            ),
            (
                CertificateError::UnhandledCriticalExtension,
                FailureCode::TlsInvalidCertificate,
            ),
        ] {
            let error = Error::InvalidCertificate(fault);
            assert_eq!(failure(&error, Phase::Tls).code, code, "{error:?}");
        }
    }
}
