//! Is it them, or is it us? What counts as proof that our network works, and when this worker has to call itself cut off.

use std::{
    collections::{HashSet, VecDeque},
    net::IpAddr,
    time::Duration,
};

use domain::{failure::FailureCode, id::ServiceKey};

/// How old a proof that the network works may be.
const PROOF: Duration = Duration::from_secs(5);
/// Within this time so many services have to fail together.
const WINDOW: Duration = Duration::from_secs(30);
/// Fewer failures than this say nothing about us, however few services there are.
const FEWEST: usize = 5;

/// The first half of an address, more or less: one customer of one network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Neighbourhood {
    V4([u8; 3]),
    V6([u16; 3]),
}

/// What is known of our way to the public internet. Times are monotonic, since the process started.
#[derive(Debug, Default)]
pub(crate) struct Network {
    /// The newest answer, and the newest from elsewhere.
    answers: [Option<(Neighbourhood, Duration)>; 2],
    canary_at: Option<Duration>,
    /// Services that were up and then failed without proof that it was not us.
    failed: VecDeque<(Duration, ServiceKey)>,
    isolated: bool,
}

impl Network {
    /// A public address answered.
    pub(crate) fn answered(&mut self, ip: IpAddr, at: Duration) {
        let here = Neighbourhood::of(ip);
        if self.answers[0].is_some_and(|(newest, _)| newest != here) {
            self.answers[1] = self.answers[0];
        }
        self.answers[0] = Some((here, at));
    }

    /// A canary answered. Whether that ended an isolation.
    pub(crate) fn canary_answered(&mut self, at: Duration) -> bool {
        self.canary_at = Some(at);
        self.failed.clear();
        std::mem::take(&mut self.isolated)
    }

    /// Whether the network is known to work right now, apart from where a failure was seen.
    pub(crate) fn is_proven(&self, failing: Option<IpAddr>, now: Duration) -> bool {
        let fresh = |at: Duration| now.saturating_sub(at) <= PROOF;
        let failing = failing.map(Neighbourhood::of);
        let elsewhere = self.answers.iter().flatten();
        self.canary_at.is_some_and(fresh)
            || elsewhere
                .filter(|(there, _)| Some(*there) != failing)
                .any(|(_, at)| fresh(*at))
    }

    /// A service that was up failed without proof that it was not us, one of `watched`. Whether that cuts this worker off.
    pub(crate) fn failed(&mut self, service: ServiceKey, now: Duration, watched: usize) -> bool {
        self.failed.push_back((now, service));
        while self
            .failed
            .front()
            .is_some_and(|(at, _)| now.saturating_sub(*at) > WINDOW)
        {
            self.failed.pop_front();
        }
        let services: HashSet<ServiceKey> = self.failed.iter().map(|(_, key)| *key).collect();
        let together = services.len() >= FEWEST.max(watched.div_ceil(2));
        together && !std::mem::replace(&mut self.isolated, true)
    }

    /// Whether this worker is cut off: nothing bad that it sees counts.
    pub(crate) fn is_isolated(&self) -> bool {
        self.isolated
    }
}

impl Neighbourhood {
    /// The /24, or the /48.
    fn of(ip: IpAddr) -> Self {
        match ip {
            IpAddr::V4(ip) => {
                let [a, b, c, _] = ip.octets();
                Self::V4([a, b, c])
            }
            IpAddr::V6(ip) => {
                let [a, b, c, ..] = ip.segments();
                Self::V6([a, b, c])
            }
        }
    }
}

/// Failures that a broken network of ours would cause as well.
pub(crate) fn may_be_ours(code: FailureCode) -> bool {
    matches!(
        code,
        FailureCode::DnsTimeout
            | FailureCode::DnsServerFailure
            | FailureCode::ConnectTimeout
            | FailureCode::ConnectUnreachable
            | FailureCode::TlsTimeout
            | FailureCode::HttpTimeout
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn tables_of_proof() {
        let failing = (ip("9.9.9.9"), seconds(10));
        // (who answered when, whether our network is proven)
        let table: [(&[(&str, u64)], bool); 6] = [
            (&[], false),
            (&[("8.8.8.8", 6)], true),
            (&[("8.8.8.8", 4)], false),
            (&[("9.9.9.1", 10)], false),
            (&[("8.8.8.8", 6), ("9.9.9.1", 10)], true),
            (&[("8.8.8.8", 6), ("9.9.9.1", 9), ("9.9.9.2", 10)], true),
        ];
        for (answers, proven) in table {
            let mut network = Network::default();
            for (address, at) in answers {
                network.answered(ip(address), seconds(*at));
            }
            let seen = network.is_proven(Some(failing.0), failing.1);
            assert_eq!(seen, proven, "{answers:?}");
        }
    }

    #[test]
    fn a_neighbourhood_of_ipv6_is_a_48() {
        for (answering, proven) in [("2620:fe:1::1", false), ("2620:fe:2::1", true)] {
            let mut network = Network::default();
            network.answered(ip(answering), seconds(10));
            let seen = network.is_proven(Some(ip("2620:fe:1:7::9")), seconds(10));
            assert_eq!(seen, proven, "{answering}");
        }
    }

    #[test]
    fn a_canary_proves_for_five_seconds() {
        let mut network = Network::default();
        assert!(!network.canary_answered(seconds(10)));
        assert!(network.is_proven(None, seconds(15)));
        assert!(!network.is_proven(None, seconds(16)));
    }

    #[test]
    fn half_of_the_services_and_at_least_five_cut_a_worker_off_once() {
        // (services watched, seconds between two failures, how many it takes; 0 for never)
        for (watched, apart, takes) in [(1, 1, 5), (8, 1, 5), (20, 1, 10), (20, 4, 0), (100, 0, 50)]
        {
            let mut network = Network::default();
            let cut_off = (1..=60_i32).find(|n| {
                let at = seconds(apart * u64::try_from(*n).unwrap());
                network.failed(ServiceKey(*n), at, watched)
            });
            assert_eq!(cut_off.unwrap_or(0), takes, "{watched} {apart}");
            assert_eq!(network.is_isolated(), takes > 0);
            assert!(!network.failed(ServiceKey(1), seconds(300), 1));
            assert_eq!(network.canary_answered(seconds(301)), takes > 0);
            assert!(!network.is_isolated());
        }
    }

    #[test]
    fn one_service_that_fails_again_and_again_is_one_service() {
        let mut network = Network::default();
        for n in 0..20 {
            assert!(!network.failed(ServiceKey(1), seconds(n), 2));
        }
    }

    #[test]
    fn what_a_server_said_itself_is_never_ours() {
        for code in FailureCode::ALL {
            assert!(!may_be_ours(*code) || code.class() == domain::failure::Class::Target);
        }
        assert!(
            !may_be_ours(FailureCode::UnexpectedStatus)
                && !may_be_ours(FailureCode::ConnectRefused)
        );
    }
}
