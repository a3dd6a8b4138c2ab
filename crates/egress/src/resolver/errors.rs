//! What the resolver library's errors mean.

use domain::failure::{Detail, Failure, FailureCode, Phase};
use hickory_resolver::{
    net::{DnsError, NetError},
    proto::op::ResponseCode,
};

/// The name or its addresses do not exist: an answer, not a failure to answer.
pub(super) fn is_negative(error: &NetError) -> bool {
    matches!(
        negative_code(error),
        Some(ResponseCode::NXDomain | ResponseCode::NoError)
    )
}

/// Of two errors the one that says more: a failing server says more than "no such record", because
/// that could have been true of the other family only.
pub(super) fn graver(before: Option<NetError>, now: NetError) -> NetError {
    match before {
        None => now,
        Some(before) if is_negative(&before) && (!is_negative(&now) || is_missing(&now)) => now,
        Some(before) => before,
    }
}

fn is_missing(error: &NetError) -> bool {
    negative_code(error) == Some(ResponseCode::NXDomain)
}

fn negative_code(error: &NetError) -> Option<ResponseCode> {
    match error {
        NetError::Dns(DnsError::NoRecordsFound(none)) => Some(none.response_code),
        _ => None,
    }
}

/// The failure that an error of the resolver means for `host`; timeouts are judged by the caller.
pub(super) fn failure(host: &str, error: &NetError) -> Failure {
    let (code, answer) = match error {
        NetError::Dns(DnsError::NoRecordsFound(none)) => match none.response_code {
            ResponseCode::NXDomain => (FailureCode::DnsNotFound, None),
            ResponseCode::NoError => (FailureCode::DnsNoAddress, None),
            other => (FailureCode::DnsServerFailure, Some(word(other))),
        },
        NetError::Dns(DnsError::ResponseCode(code)) => {
            (FailureCode::DnsServerFailure, Some(word(*code)))
        }
        NetError::Dns(_) => (
            FailureCode::DnsServerFailure,
            Some("with a broken signature".to_owned()),
        ),
        NetError::Truncated => (
            FailureCode::DnsServerFailure,
            Some("only in part, and not over TCP".to_owned()),
        ),
        NetError::Proto(_) => (
            FailureCode::DnsServerFailure,
            Some("something unreadable".to_owned()),
        ),
        NetError::Timeout => (FailureCode::DnsTimeout, None),
        NetError::Io(error) if crate::errno::is_exhaustion(error) => {
            (FailureCode::InternalResource, None)
        }
        _ => (FailureCode::InternalResolver, None),
    };
    Failure::new(
        code,
        Phase::Dns,
        Detail::Name {
            host: host.to_owned(),
            answer,
        },
    )
}

fn word(code: ResponseCode) -> String {
    match code {
        ResponseCode::ServFail => "SERVFAIL".to_owned(),
        ResponseCode::Refused => "REFUSED".to_owned(),
        ResponseCode::FormErr => "FORMERR".to_owned(),
        ResponseCode::NotImp => "NOTIMP".to_owned(),
        other => format!("error {}", u16::from(other)),
    }
}
