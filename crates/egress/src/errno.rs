//! What the operating system's error numbers mean while connecting.

use std::io::{self, ErrorKind};

use domain::failure::FailureCode;

/// ENOMEM, ENFILE, EMFILE, EADDRNOTAVAIL and ENOBUFS of Linux: we are out of something.
const EXHAUSTION: [i32; 5] = [12, 23, 24, 99, 105];

/// Whether we ran out of sockets, ports or memory; our trouble in every phase.
pub fn is_exhaustion(error: &io::Error) -> bool {
    error.kind() == ErrorKind::AddrNotAvailable
        || error.kind() == ErrorKind::OutOfMemory
        || error
            .raw_os_error()
            .is_some_and(|number| EXHAUSTION.contains(&number))
}

/// How this machine is connected, as far as a failed connection makes one ask.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Way {
    /// There is a default route.
    pub(crate) has_route: bool,
    /// What was to be reached is public, and the way out is known to be broken.
    pub(crate) is_broken: bool,
}

impl Way {
    /// Nothing is known to be wrong with it.
    pub(crate) const SOUND: Self = Self {
        has_route: true,
        is_broken: false,
    };
}

/// The failure that an error of `connect` means.
pub(crate) fn of_connect(error: &io::Error, way: Way) -> FailureCode {
    match error.kind() {
        _ if is_exhaustion(error) => FailureCode::InternalResource,
        ErrorKind::ConnectionRefused => FailureCode::ConnectRefused,
        ErrorKind::HostUnreachable | ErrorKind::TimedOut if way.is_broken => {
            FailureCode::InternalNetwork
        }
        ErrorKind::TimedOut => FailureCode::ConnectTimeout,
        ErrorKind::HostUnreachable => FailureCode::ConnectUnreachable,
        ErrorKind::NetworkUnreachable if way.has_route => FailureCode::ConnectUnreachable,
        // A prohibit route or a firewall of ours (EACCES, EPERM), a blackhole route (EINVAL).
        ErrorKind::NetworkUnreachable
        | ErrorKind::NetworkDown
        | ErrorKind::PermissionDenied
        | ErrorKind::InvalidInput => FailureCode::InternalNetwork,
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted => FailureCode::ConnectionReset,
        _ => {
            runtime::metrics::unmapped(error, "connect");
            FailureCode::Other
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_numbers_have_their_codes() {
        for (number, has_route, code) in [
            (111, true, FailureCode::ConnectRefused),
            (110, true, FailureCode::ConnectTimeout),
            (113, true, FailureCode::ConnectUnreachable),
            (101, true, FailureCode::ConnectUnreachable),
            (101, false, FailureCode::InternalNetwork),
            (104, true, FailureCode::ConnectionReset),
            (13, true, FailureCode::InternalNetwork),
            (1, true, FailureCode::InternalNetwork),
            (22, true, FailureCode::InternalNetwork),
            (24, true, FailureCode::InternalResource),
            (23, true, FailureCode::InternalResource),
            (99, true, FailureCode::InternalResource),
            (12, true, FailureCode::InternalResource),
            (105, true, FailureCode::InternalResource),
        ] {
            let way = Way {
                has_route,
                is_broken: false,
            };
            let error = io::Error::from_raw_os_error(number);
            assert_eq!(of_connect(&error, way), code, "errno {number}");
        }
    }

    #[test]
    fn a_number_that_no_rule_names_is_other_and_is_counted() {
        let handle = runtime::metrics::install().expect("the only recorder of these tests");
        // EPROTO.
        let error = io::Error::from_raw_os_error(71);
        assert_eq!(of_connect(&error, Way::SOUND), FailureCode::Other);
        let counted = format!("{} 1\n", runtime::metrics::UNMAPPED);
        assert!(handle.render().contains(&counted), "{}", handle.render());
    }

    #[test]
    fn behind_a_broken_way_out_nobody_is_called_unreachable() {
        let way = Way {
            has_route: true,
            is_broken: true,
        };
        for (number, code) in [
            (113, FailureCode::InternalNetwork),
            (110, FailureCode::InternalNetwork),
            (111, FailureCode::ConnectRefused),
        ] {
            let error = io::Error::from_raw_os_error(number);
            assert_eq!(of_connect(&error, way), code, "errno {number}");
        }
    }
}
