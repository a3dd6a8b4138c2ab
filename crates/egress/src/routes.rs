//! Whether this machine has a way out, per address family.

use std::{
    fs,
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// How long an answer of the kernel is good for.
const FRESH: Duration = Duration::from_secs(5);

/// Remembers for a few seconds what the kernel's tables say.
#[derive(Default)]
pub(crate) struct Routes(Mutex<Option<(Instant, Defaults)>>);

#[derive(Clone, Copy)]
struct Defaults {
    v4: bool,
    v6: bool,
}

impl Routes {
    /// Routes that are what a test says, for as long as it runs.
    #[cfg(test)]
    pub(crate) fn assumed(v4: bool, v6: bool) -> Self {
        let far = Instant::now() + Duration::from_hours(1);
        Self(Mutex::new(Some((far, Defaults { v4, v6 }))))
    }

    /// Whether there is a default route for the family of this address; true where the system
    /// does not tell.
    pub(crate) fn lead_out(&self, ip: IpAddr) -> bool {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let defaults = match *known {
            Some((at, defaults)) if at.elapsed() < FRESH => defaults,
            _ => {
                let defaults = Defaults::read();
                *known = Some((Instant::now(), defaults));
                defaults
            }
        };
        if ip.is_ipv4() {
            defaults.v4
        } else {
            defaults.v6
        }
    }
}

impl Defaults {
    fn read() -> Self {
        let tell = |path: &str, has_default: fn(&str) -> bool| {
            fs::read_to_string(path).map_or(true, |table| has_default(&table))
        };
        Self {
            v4: tell("/proc/net/route", has_default_v4),
            v6: tell("/proc/net/ipv6_route", has_default_v6),
        }
    }
}

/// Columns: interface, destination, gateway, flags, …, mask; a default has destination and mask 0.
fn has_default_v4(table: &str) -> bool {
    table.lines().skip(1).any(|line| {
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        matches!(words[..], [_, "00000000", _, _, _, _, _, "00000000", ..])
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
        assert!(has_default_v4(&format!(
            "{head}eth0\t00000000\t0100000A\t0003\t0\t0\t0\t00000000\t0\n"
        )));
        assert!(!has_default_v4(&format!(
            "{head}eth0\t0000000A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\n"
        )));
        let zero = "0".repeat(32);
        assert!(has_default_v6(&format!(
            "{zero} 00 {zero} 00 fe80 00000400 1 0 00000003 eth0\n"
        )));
        assert!(!has_default_v6(&format!(
            "{zero} 00 {zero} 00 {zero} ffffffff 1 0 00200200 lo\n"
        )));
    }
}
