//! Every failure code with its stable word, its stable number and whose fault it is.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Whose fault a failure is, which decides the verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// The target's: the only class that may count towards *down*.
    Target,
    /// Worth saying; the service is up, or at worst degraded.
    Advisory,
    /// Ours, or that of a source we read: the verdict is *unknown*, never downtime.
    Ours,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $number:literal $word:literal $class:ident;)*) => {
        /// Why a look did not find a service up. Words and numbers are part of the API and of the
        /// database: they are added to, never renamed or reused.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum FailureCode {
            $($(#[$doc])* $variant,)*
        }

        impl FailureCode {
            /// Every code, in the order of its number.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word used in JSON, for example `connect_refused`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// The number that the database stores.
            pub const fn number(self) -> i16 {
                match self { $(Self::$variant => $number,)* }
            }

            /// The code with this number, if there is one.
            pub const fn from_number(number: i16) -> Option<Self> {
                match number { $($number => Some(Self::$variant),)* _ => None }
            }

            /// Whose fault this is.
            pub const fn class(self) -> Class {
                match self { $(Self::$variant => Class::$class,)* }
            }
        }

        impl FromStr for FailureCode {
            type Err = UnknownCode;

            fn from_str(word: &str) -> Result<Self, UnknownCode> {
                match word { $($word => Ok(Self::$variant),)* _ => Err(UnknownCode) }
            }
        }
    };
}

codes! {
    /// Not a usable http or https URL.
    InvalidUrl = 1 "invalid_url" Target;
    /// A port that our policy refuses (mail, databases …).
    BlockedPort = 2 "blocked_port" Ours;
    /// A request header that must not be sent.
    InvalidHeader = 3 "invalid_header" Target;
    /// An address that our policy refuses.
    BlockedAddress = 4 "blocked_address" Ours;

    DnsNotFound = 10 "dns_not_found" Target;
    DnsNoAddress = 11 "dns_no_address" Target;
    DnsServerFailure = 12 "dns_server_failure" Target;
    DnsTimeout = 13 "dns_timeout" Target;

    ConnectRefused = 20 "connect_refused" Target;
    ConnectTimeout = 21 "connect_timeout" Target;
    ConnectUnreachable = 22 "connect_unreachable" Target;
    ConnectionReset = 23 "connection_reset" Target;
    ConnectionClosed = 24 "connection_closed" Target;

    TlsExpired = 30 "tls_expired" Target;
    TlsNotYetValid = 31 "tls_not_yet_valid" Target;
    TlsNameMismatch = 32 "tls_name_mismatch" Target;
    TlsUntrusted = 33 "tls_untrusted" Target;
    /// Reserved: no list of revocations is read yet, so nothing finds this.
    TlsRevoked = 34 "tls_revoked" Target;
    TlsInvalidCertificate = 35 "tls_invalid_certificate" Target;
    TlsVersion = 36 "tls_version" Target;
    TlsNotTls = 37 "tls_not_tls" Target;
    TlsClientCert = 38 "tls_client_cert" Target;
    TlsTimeout = 39 "tls_timeout" Target;
    TlsHandshake = 40 "tls_handshake" Target;
    TlsExpiring = 41 "tls_expiring" Advisory;
    TlsChainAdvisory = 42 "tls_chain_advisory" Advisory;

    HttpTimeout = 50 "http_timeout" Target;
    HttpProtocol = 51 "http_protocol" Target;
    BodyTruncated = 52 "body_truncated" Target;
    BodyTooLarge = 53 "body_too_large" Target;
    BodyDecode = 54 "body_decode" Target;
    TooManyRedirects = 55 "too_many_redirects" Target;
    RedirectInvalid = 56 "redirect_invalid" Target;
    UnexpectedStatus = 57 "unexpected_status" Target;
    AssertionFailed = 58 "assertion_failed" Target;
    SlowResponse = 59 "slow_response" Advisory;
    Ipv6Unreachable = 60 "ipv6_unreachable" Advisory;
    HttpsDowngrade = 61 "https_downgrade" Advisory;
    /// A fault that no rule names yet; operators see a counter that should stay at zero.
    Other = 62 "other" Target;

    /// The vendor reports a major outage.
    VendorMajorOutage = 65 "vendor_major_outage" Target;
    /// The vendor reports a partial outage.
    VendorPartialOutage = 66 "vendor_partial_outage" Target;
    /// The vendor reports worse service than usual.
    VendorDegraded = 67 "vendor_degraded" Advisory;
    /// The vendor is at work; the verdict is *maintenance*.
    VendorMaintenance = 68 "vendor_maintenance" Advisory;

    /// The vendor's page could not be fetched.
    SourceUnavailable = 70 "source_unavailable" Ours;
    /// The vendor's page is not what such a page looks like.
    SourceInvalid = 71 "source_invalid" Ours;
    /// The vendor's page uses a status word that we do not know.
    SourceUnknownStatus = 72 "source_unknown_status" Ours;
    /// The watched component is no longer on the vendor's page.
    ComponentMissing = 73 "component_missing" Ours;

    InternalResource = 80 "internal_resource" Ours;
    InternalResolver = 81 "internal_resolver" Ours;
    InternalNetwork = 82 "internal_network" Ours;
    InternalDb = 83 "internal_db" Ours;
    InternalClock = 84 "internal_clock" Ours;
    /// We held back, so as not to overwhelm a host.
    Throttled = 85 "throttled" Ours;
    /// Nobody looked at this slot. Reserved: such a slot has no row, and uptime says how much was observed.
    Missed = 86 "missed" Ours;
}

/// The word names no failure code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown failure code")]
pub struct UnknownCode;

impl fmt::Display for FailureCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for FailureCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for FailureCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = std::borrow::Cow::<str>::deserialize(deserializer)?;
        word.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_numbers_lead_back_to_their_code() {
        for code in FailureCode::ALL {
            assert_eq!(code.as_str().parse(), Ok(*code));
            assert_eq!(FailureCode::from_number(code.number()), Some(*code));
        }
    }

    #[test]
    fn only_faults_of_the_target_may_take_a_service_down() {
        assert_eq!(FailureCode::ConnectRefused.class(), Class::Target);
        for policy in [FailureCode::BlockedAddress, FailureCode::BlockedPort] {
            assert_eq!(policy.class(), Class::Ours);
        }
        assert_eq!(FailureCode::SlowResponse.class(), Class::Advisory);
        for code in FailureCode::ALL {
            let word = code.as_str();
            let ours = word.starts_with("internal_") || word.starts_with("source_");
            assert!(!ours || code.class() == Class::Ours, "{word}");
        }
    }
}
