//! Whether this machine has a way out, per address family, and whether the next machine on it still answers.

use std::{
    fs,
    net::{IpAddr, Ipv4Addr},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use crate::policy::is_forbidden;

/// How long an answer of the kernel is good for.
const FRESH: Duration = Duration::from_secs(1);
/// Flags of a route (`linux/route.h`): in use, and one that refuses.
const UP: u16 = 0x1;
const REJECT: u16 = 0x200;

/// Remembers for a few seconds what the kernel's tables say.
#[derive(Default)]
pub(crate) struct Routes(Mutex<Option<(Instant, Defaults)>>);

#[derive(Clone, Copy)]
struct Defaults {
    v4: bool,
    v6: bool,
    /// The gateway was asked for its hardware address and is silent: everything beyond it is out of sight.
    silent: bool,
}

impl Routes {
    /// Routes that are what a test says, for as long as it runs.
    #[cfg(test)]
    pub(crate) fn assumed(v4: bool, v6: bool) -> Self {
        let far = Instant::now() + Duration::from_hours(1);
        let silent = false;
        Self(Mutex::new(Some((far, Defaults { v4, v6, silent }))))
    }

    /// Whether there is a default route for the family of this address; true where the system
    /// does not tell.
    pub(crate) fn lead_out(&self, ip: IpAddr) -> bool {
        let defaults = self.defaults();
        if ip.is_ipv4() {
            defaults.v4
        } else {
            defaults.v6
        }
    }

    /// Whether a public address is out of reach because of us: there is no way out, or it ends at a gateway that is silent.
    /// False where the system does not tell.
    pub(crate) fn are_broken(&self, ip: IpAddr) -> bool {
        let defaults = self.defaults();
        let broken = if ip.is_ipv4() {
            !defaults.v4 || defaults.silent
        } else {
            !defaults.v6
        };
        broken && !is_forbidden(ip)
    }

    fn defaults(&self) -> Defaults {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match *known {
            Some((at, defaults)) if at.elapsed() < FRESH => defaults,
            _ => {
                let defaults = Defaults::read();
                *known = Some((Instant::now(), defaults));
                defaults
            }
        }
    }
}

impl Defaults {
    fn read() -> Self {
        let read = |path: &str| fs::read_to_string(path).ok();
        let v4 = read("/proc/net/route");
        let gateways = v4.as_deref().map(gateways).unwrap_or_default();
        let neighbours = read("/proc/net/arp").unwrap_or_default();
        Self {
            silent: !gateways.is_empty() && gateways.iter().all(|ip| is_silent(&neighbours, *ip)),
            v4: v4.is_none_or(|table| defaults_v4(&table).next().is_some()),
            v6: read("/proc/net/ipv6_route").is_none_or(|table| has_default_v6(&table)),
        }
    }
}

/// The gateways of all default routes, 0 for one without. Columns: interface, destination, gateway, flags, …, mask; a default
/// has destination and mask 0.
fn defaults_v4(table: &str) -> impl Iterator<Item = Ipv4Addr> {
    table.lines().skip(1).filter_map(|line| {
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        let [_, "00000000", gateway, flags, _, _, _, "00000000", ..] = words[..] else {
            return None;
        };
        let flags = u16::from_str_radix(flags, 16).ok()?;
        // In the byte order of the machine.
        let gateway = u32::from_str_radix(gateway, 16).ok()?;
        (flags & UP != 0 && flags & REJECT == 0).then(|| Ipv4Addr::from(gateway.to_ne_bytes()))
    })
}

/// The gateways that have to answer; none as soon as one way out needs none.
fn gateways(table: &str) -> Vec<Ipv4Addr> {
    let all: Vec<Ipv4Addr> = defaults_v4(table).collect();
    if all.iter().any(Ipv4Addr::is_unspecified) {
        Vec::new()
    } else {
        all
    }
}

/// Whether the kernel asked for a neighbour in vain. Columns: address, kind of hardware, flags, hardware address, …; no flag
/// means no answer.
fn is_silent(neighbours: &str, ip: Ipv4Addr) -> bool {
    let ip = ip.to_string();
    neighbours.lines().any(|line| {
        let mut words = line.split_ascii_whitespace();
        words.next() == Some(&ip) && words.nth(1) == Some("0x0")
    })
}

/// Columns: destination, its length, …, interface; the loopback's entry is a reject route.
fn has_default_v6(table: &str) -> bool {
    table.lines().any(|line| {
        let mut words = line.split_ascii_whitespace();
        let zero = words
            .next()
            .is_some_and(|word| word.bytes().all(|byte| byte == b'0'));
        zero && words.next() == Some("00")
            && words.last().is_some_and(|interface| interface != "lo")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_routes_are_recognised() {
        let head = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\n";
        for (line, is_default) in [
            ("eth0\t00000000\t0100000A\t0003\t0\t0\t0\t00000000\t0", true),
            (
                "eth0\t0000000A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0",
                false,
            ),
            // A route that refuses is no way out.
            ("*\t00000000\t00000000\t0201\t0\t0\t0\t00000000\t0", false),
        ] {
            let found = defaults_v4(&format!("{head}{line}\n")).next();
            assert_eq!(found.is_some(), is_default, "{line}");
        }
        let zero = "0".repeat(32);
        assert!(has_default_v6(&format!(
            "{zero} 00 {zero} 00 fe80 00000400 1 0 00000003 eth0\n"
        )));
        assert!(!has_default_v6(&format!(
            "{zero} 00 {zero} 00 {zero} ffffffff 1 0 00200200 lo\n"
        )));
    }

    #[test]
    fn a_gateway_that_does_not_answer_is_known() {
        let head =
            "IP address       HW type     Flags       HW address            Mask     Device\n";
        let gateway: Ipv4Addr = "10.0.0.1".parse().unwrap();
        for (line, silent) in [
            ("10.0.0.1  0x1  0x0  00:00:00:00:00:00  *  eth0", true),
            ("10.0.0.1  0x1  0x2  02:00:00:00:00:01  *  eth0", false),
            ("10.0.0.9  0x1  0x0  00:00:00:00:00:00  *  eth0", false),
        ] {
            let table = format!("{head}{line}\n");
            assert_eq!(is_silent(&table, gateway), silent, "{line}");
        }
    }
}
