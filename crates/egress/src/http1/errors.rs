//! What hyper's errors mean. The phase decides first, then error types; never a message text.

use std::{error::Error as _, io};

use domain::failure::{Detail, Failure, FailureCode, Phase, clean};

/// The failure for an error of the HTTP connection in `phase`.
pub fn failure(error: &hyper::Error, phase: Phase) -> Failure {
    let io = io_error(error);
    if let Some(tls) = io.and_then(crate::find_tls_error) {
        return crate::tls_failure(tls, phase);
    }
    if io.is_some_and(crate::is_exhaustion) {
        return Failure::new(FailureCode::InternalResource, phase, Detail::None);
    }
    match (io.map(innermost_kind), phase) {
        (
            Some(
                io::ErrorKind::ConnectionReset
                | io::ErrorKind::BrokenPipe
                | io::ErrorKind::ConnectionAborted,
            ),
            _,
        ) => Failure::new(FailureCode::ConnectionReset, phase, Detail::None),
        (Some(io::ErrorKind::UnexpectedEof), Phase::Body) => {
            Failure::new(FailureCode::BodyTruncated, phase, Detail::None)
        }
        (Some(io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData), Phase::Body) => {
            protocol("the size of a chunk cannot be read".to_owned(), phase)
        }
        (Some(io::ErrorKind::UnexpectedEof), _) => {
            Failure::new(FailureCode::ConnectionClosed, phase, Detail::None)
        }
        _ if error.is_incomplete_message() => {
            Failure::new(FailureCode::ConnectionClosed, phase, Detail::None)
        }
        _ if error.is_parse() => protocol(clean(&error.to_string(), 120), phase),
        _ if error.is_canceled() || error.is_closed() => {
            Failure::new(FailureCode::ConnectionClosed, phase, Detail::None)
        }
        _ => {
            runtime::metrics::unmapped(error, phase.as_str());
            Failure::new(FailureCode::Other, phase, Detail::None)
        }
    }
}

fn protocol(reason: String, phase: Phase) -> Failure {
    Failure::new(FailureCode::HttpProtocol, phase, Detail::Reason { reason })
}

fn io_error(error: &hyper::Error) -> Option<&io::Error> {
    let mut next = error.source();
    while let Some(current) = next {
        if let Some(io) = current.downcast_ref::<io::Error>() {
            return Some(io);
        }
        next = current.source();
    }
    None
}

/// An `io::Error` may carry another one, which `source()` would skip.
fn innermost_kind(error: &io::Error) -> io::ErrorKind {
    match error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<io::Error>())
    {
        Some(inner) => innermost_kind(inner),
        None => error.kind(),
    }
}
