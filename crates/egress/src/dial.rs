//! Connecting to one of several vetted addresses, the families racing as in RFC 8305.

use std::{
    future::Future,
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    time::Duration,
};

use domain::failure::{Attempt, Detail, Failure, FailureCode, Phase};
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use tokio::{
    net::TcpStream,
    time::{Instant, sleep, timeout_at},
};

use crate::{errno, policy::Policy, routes::Routes};

/// Longest time for connecting, over all addresses.
pub const TCP_CAP: Duration = Duration::from_secs(5);
/// How long an attempt may take before the next address is tried beside it.
const HEAD_START: Duration = Duration::from_millis(250);
/// Most addresses that are tried.
const MOST: usize = 8;

/// A connection and how it came about.
#[derive(Debug)]
pub struct Dialed {
    pub stream: TcpStream,
    pub remote: SocketAddr,
    /// IPv6 was tried and failed, or was still silent when IPv4 answered, though this machine has
    /// an IPv6 route.
    pub ipv6_unreachable: bool,
}

/// What a dial needs beside its addresses.
pub(crate) struct Way<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) routes: &'a Routes,
    /// The name of the machine around our container.
    pub(crate) machine: Option<&'a str>,
    pub(crate) deadline: Instant,
}

type Connecting<'a> =
    Pin<Box<dyn Future<Output = (SocketAddr, io::Result<TcpStream>)> + Send + 'a>>;

/// Connects to the first of `addresses` that answers. They must have been vetted; the peer is judged
/// once more after connecting.
pub(crate) async fn dial(
    way: &Way<'_>,
    addresses: &[IpAddr],
    port: u16,
) -> Result<Dialed, Failure> {
    let started = Instant::now();
    let deadline = way.deadline.min(started + TCP_CAP);
    let result = match addresses {
        // Nearly every look: no race to arrange.
        [only] => match timeout_at(deadline, connect(SocketAddr::new(*only, port))).await {
            Ok((address, Ok(stream))) => Ok(Dialed {
                stream,
                remote: address,
                ipv6_unreachable: false,
            }),
            Ok((address, Err(error))) => {
                Err(failed(way.machine, vec![attempt(way, address, &error)]))
            }
            Err(_) => Err(timed_out(way, SocketAddr::new(*only, port), started)),
        },
        several => {
            let order = ordered(way, several, port);
            // Boxed: a race is large, and where there is one address there is none.
            Box::pin(race(way, &order, deadline, started)).await
        }
    };
    let dialed = result?;
    let peer = dialed
        .stream
        .peer_addr()
        .map_err(|_| Failure::new(FailureCode::ConnectionReset, Phase::Tcp, Detail::None))?;
    if way.policy.allows(peer.ip(), peer.port()) {
        Ok(dialed)
    } else {
        Err(blocked())
    }
}

/// Connects to an operator's host, one address after the other.
pub(crate) async fn configured(
    host: &str,
    port: u16,
    deadline: Instant,
) -> Result<TcpStream, Failure> {
    let name = || Detail::Name {
        host: host.to_owned(),
        answer: None,
    };
    let deadline = deadline.min(Instant::now() + crate::DNS_CAP + TCP_CAP);
    let trying = async {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let found = tokio::net::lookup_host((bare, port)).await;
        let found =
            found.map_err(|_| Failure::new(FailureCode::DnsNotFound, Phase::Dns, name()))?;
        let mut tried = Vec::new();
        for address in found.take(MOST) {
            match connect(address).await.1 {
                Ok(stream) => return Ok(stream),
                Err(error) => tried.push(Attempt {
                    address,
                    code: errno::of_connect(&error, errno::Way::SOUND),
                }),
            }
        }
        Err(failed(None, tried))
    };
    timeout_at(deadline, trying).await.unwrap_or_else(|_| {
        let peer = Some(format!("{host}:{port}"));
        let after_ms = u32::try_from((crate::DNS_CAP + TCP_CAP).as_millis()).unwrap_or(u32::MAX);
        let detail = Detail::Timeout { after_ms, peer };
        Err(Failure::new(
            FailureCode::ConnectTimeout,
            Phase::Tcp,
            detail,
        ))
    })
}

/// The one answer for every address that the policy refuses.
pub(crate) fn blocked() -> Failure {
    Failure::new(FailureCode::BlockedAddress, Phase::Tcp, Detail::None)
}

async fn race(
    way: &Way<'_>,
    order: &[SocketAddr],
    deadline: Instant,
    started: Instant,
) -> Result<Dialed, Failure> {
    let mut running: FuturesUnordered<Connecting<'_>> = FuturesUnordered::new();
    let mut waiting = order.iter();
    let mut tried: Vec<Attempt> = Vec::new();
    let mut begun: Vec<SocketAddr> = Vec::new();
    loop {
        if running.is_empty() {
            let Some(next) = waiting.next() else {
                return Err(failed(way.machine, tried));
            };
            begun.push(*next);
            running.push(Box::pin(connect(*next)));
        }
        tokio::select! {
            Some((address, result)) = running.next() => match result {
                Ok(stream) => {
                    let ipv6_unreachable = address.is_ipv4() && begun.iter().any(|other| lost_ipv6(way, *other, &tried));
                    return Ok(Dialed { stream, remote: address, ipv6_unreachable });
                }
                Err(error) => {
                    tried.push(attempt(way, address, &error));
                    begin_next(&mut waiting, &mut begun, &running);
                }
            },
            () = sleep(HEAD_START), if waiting.len() > 0 => begin_next(&mut waiting, &mut begun, &running),
            () = tokio::time::sleep_until(deadline) => {
                let last = begun.last().copied().unwrap_or(order[0]);
                return Err(timed_out(way, last, started));
            }
        }
    }
}

/// Starts the next attempt beside those that run; they are not cancelled.
fn begin_next(
    waiting: &mut std::slice::Iter<'_, SocketAddr>,
    begun: &mut Vec<SocketAddr>,
    running: &FuturesUnordered<Connecting<'_>>,
) {
    if let Some(next) = waiting.next() {
        begun.push(*next);
        running.push(Box::pin(connect(*next)));
    }
}

/// Whether an attempt over IPv6 that began says something about the target's IPv6.
fn lost_ipv6(way: &Way<'_>, address: SocketAddr, tried: &[Attempt]) -> bool {
    let ours = |attempt: &Attempt| {
        attempt.address == address && attempt.code.class() == domain::failure::Class::Ours
    };
    address.is_ipv6() && way.routes.lead_out(address.ip()) && !tried.iter().any(ours)
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the door that everything leaves through"
)]
async fn connect(address: SocketAddr) -> (SocketAddr, io::Result<TcpStream>) {
    (address, TcpStream::connect(address).await)
}

/// The families in turn, IPv6 first where this machine has a route for it.
fn ordered(way: &Way<'_>, addresses: &[IpAddr], port: u16) -> Vec<SocketAddr> {
    let (v6, v4): (Vec<_>, Vec<_>) = addresses.iter().copied().partition(IpAddr::is_ipv6);
    let v6_first = v6
        .first()
        .is_some_and(|ip| way.routes.lead_out(*ip) || ip.is_loopback());
    let (first, second) = if v6_first { (v6, v4) } else { (v4, v6) };
    let mut order = Vec::with_capacity(addresses.len());
    let (mut first, mut second) = (first.into_iter(), second.into_iter());
    loop {
        let before = order.len();
        order.extend(first.next());
        order.extend(second.next());
        if order.len() == before || order.len() >= MOST {
            return order
                .into_iter()
                .map(|ip| SocketAddr::new(ip, port))
                .collect();
        }
    }
}

fn attempt(way: &Way<'_>, address: SocketAddr, error: &io::Error) -> Attempt {
    Attempt {
        address,
        code: errno::of_connect(
            error,
            errno::Way {
                has_route: way.routes.lead_out(address.ip()),
                is_broken: way.routes.are_broken(address.ip()),
            },
        ),
    }
}

/// The last address tried names the failure, unless only an attempt of the target's own kind can.
fn failed(machine: Option<&str>, tried: Vec<Attempt>) -> Failure {
    use domain::failure::Class;
    let target = tried
        .iter()
        .rev()
        .find(|attempt| attempt.code.class() == Class::Target);
    let code = target
        .or(tried.last())
        .map_or(FailureCode::Other, |attempt| attempt.code);
    let own = tried
        .iter()
        .all(|attempt| attempt.address.ip().is_loopback());
    let machine = machine.filter(|_| own).map(ToOwned::to_owned);
    Failure::new(code, Phase::Tcp, Detail::Addresses { tried, machine })
}

fn timed_out(way: &Way<'_>, address: SocketAddr, started: Instant) -> Failure {
    let after_ms = u32::try_from(started.elapsed().as_millis()).unwrap_or(u32::MAX);
    let code = if way.routes.are_broken(address.ip()) {
        FailureCode::InternalNetwork
    } else {
        FailureCode::ConnectTimeout
    };
    Failure::new(
        code,
        Phase::Tcp,
        Detail::Timeout {
            after_ms,
            peer: Some(address.to_string()),
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const V6: &str = "[2001:db8::1]:80";

    fn way<'a>(policy: &'a Policy, routes: &'a Routes) -> Way<'a> {
        Way {
            policy,
            routes,
            machine: Some("host.docker.internal"),
            deadline: Instant::now() + TCP_CAP,
        }
    }

    fn ips(texts: &[&str]) -> Vec<IpAddr> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[tokio::test]
    async fn the_families_take_turns_and_ipv6_leads_where_there_is_a_route() {
        let policy = Policy::shared();
        let addresses = ips(&["192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2"]);
        for (routed, expected) in [
            (
                true,
                ["2001:db8::1", "192.0.2.1", "2001:db8::2", "192.0.2.2"],
            ),
            (
                false,
                ["192.0.2.1", "2001:db8::1", "192.0.2.2", "2001:db8::2"],
            ),
        ] {
            let routes = Routes::assumed(true, routed);
            let order: Vec<IpAddr> = ordered(&way(&policy, &routes), &addresses, 80)
                .iter()
                .map(SocketAddr::ip)
                .collect();
            assert_eq!(order, ips(&expected));
        }
    }

    #[tokio::test]
    async fn ipv6_is_called_unreachable_only_where_it_should_have_worked() {
        let policy = Policy::shared();
        let (with, without) = (Routes::assumed(true, true), Routes::assumed(true, false));
        let address: SocketAddr = V6.parse().unwrap();
        let ours = [Attempt {
            address,
            code: FailureCode::InternalNetwork,
        }];
        let theirs = [Attempt {
            address,
            code: FailureCode::ConnectRefused,
        }];
        assert!(lost_ipv6(&way(&policy, &with), address, &[]));
        assert!(lost_ipv6(&way(&policy, &with), address, &theirs));
        assert!(!lost_ipv6(&way(&policy, &with), address, &ours));
        assert!(!lost_ipv6(&way(&policy, &without), address, &theirs));
        assert!(!lost_ipv6(
            &way(&policy, &with),
            "192.0.2.1:80".parse().unwrap(),
            &theirs
        ));
    }

    #[tokio::test]
    async fn only_an_own_address_that_refuses_names_the_machine_around() {
        let (policy, routes) = (Policy::single_tenant(), Routes::assumed(true, true));
        let named = |address: &str| {
            let tried = vec![Attempt {
                address: address.parse().unwrap(),
                code: FailureCode::ConnectRefused,
            }];
            let failure = failed(way(&policy, &routes).machine, tried);
            failure.sentence().contains("host.docker.internal")
        };
        assert!(named("127.0.0.1:3000") && named("[::1]:3000"));
        assert!(!named("192.168.1.7:3000"));
    }

    #[tokio::test]
    async fn the_targets_own_failure_outranks_one_of_ours() {
        let address: SocketAddr = V6.parse().unwrap();
        let tried = |codes: &[FailureCode]| {
            codes
                .iter()
                .map(|code| Attempt {
                    address,
                    code: *code,
                })
                .collect()
        };
        let (policy, routes) = (Policy::shared(), Routes::assumed(true, true));
        let code = |codes: &[FailureCode]| failed(way(&policy, &routes).machine, tried(codes)).code;
        assert_eq!(
            code(&[FailureCode::ConnectRefused, FailureCode::InternalNetwork]),
            FailureCode::ConnectRefused
        );
        assert_eq!(
            code(&[FailureCode::ConnectRefused, FailureCode::ConnectUnreachable]),
            FailureCode::ConnectUnreachable
        );
        assert_eq!(
            code(&[FailureCode::InternalNetwork]),
            FailureCode::InternalNetwork
        );
    }
}
