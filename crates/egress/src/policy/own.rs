//! Our own endpoints and addresses, which nobody may reach through us.

use std::{
    fs,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket},
    sync::{Arc, PoisonError, RwLock},
};

use ipnet::IpNet;

/// Where our Postgres, Redis and admin ports are right now; shared by all clones.
#[derive(Clone, Debug, Default)]
pub struct OwnEndpoints(Arc<RwLock<Vec<SocketAddr>>>);

impl OwnEndpoints {
    /// Replaces the list, after names were resolved anew. An unspecified address (`0.0.0.0`, `::`)
    /// stands for every address of this machine.
    pub fn set(&self, endpoints: Vec<SocketAddr>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = endpoints;
    }

    /// Whether dialling this would reach one of them. The addresses of one machine count as one:
    /// what listens on 127.0.0.1 may well listen on 127.0.0.2 and on the machine's LAN address.
    pub(super) fn covers(&self, ip: IpAddr, port: u16) -> bool {
        let endpoints = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let mut same_port = endpoints.iter().filter(|own| own.port() == port);
        same_port.any(|own| own.ip() == ip || (is_local(own.ip()) && is_local(ip)))
    }
}

/// Whether an address belongs to this machine: only then can a socket be bound to it.
fn is_local(ip: IpAddr) -> bool {
    ip.is_unspecified() || ip.is_loopback() || UdpSocket::bind((ip, 0)).is_ok()
}

/// The addresses of this machine's interfaces and its gateways, as far as the system tells (Linux);
/// for `Policy::denying_own`.
pub fn own_networks() -> Vec<IpNet> {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let mut found: Vec<IpAddr> = local_v4(&read("/proc/net/fib_trie"));
    found.extend(local_v6(&read("/proc/net/if_inet6")));
    found.extend(gateways(&read("/proc/net/route")));
    found.sort_unstable();
    found.dedup();
    found.into_iter().map(IpNet::from).collect()
}

/// Lines `|-- 10.0.0.5` that are followed by `/32 host LOCAL`.
fn local_v4(trie: &str) -> Vec<IpAddr> {
    let lines: Vec<&str> = trie.lines().map(str::trim).collect();
    let local = lines
        .windows(2)
        .filter(|pair| pair[1].starts_with("/32 host LOCAL"));
    local
        .filter_map(|pair| pair[0].strip_prefix("|-- ")?.parse::<Ipv4Addr>().ok())
        .map(IpAddr::V4)
        .collect()
}

/// The first word of each line is an address of 32 hexadecimal digits.
fn local_v6(interfaces: &str) -> Vec<IpAddr> {
    let words = interfaces
        .lines()
        .filter_map(|line| line.split_ascii_whitespace().next());
    words
        .filter_map(|word| u128::from_str_radix(word, 16).ok())
        .map(|bits| Ipv6Addr::from_bits(bits).into())
        .collect()
}

/// The third column is the gateway, in the byte order of the machine; zero means none.
fn gateways(routes: &str) -> Vec<IpAddr> {
    let words = routes
        .lines()
        .skip(1)
        .filter_map(|line| line.split_ascii_whitespace().nth(2));
    let bits = words
        .filter_map(|word| u32::from_str_radix(word, 16).ok())
        .filter(|bits| *bits != 0);
    bits.map(|bits| Ipv4Addr::from(bits.to_ne_bytes()).into())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_covers_every_address_of_its_machine() {
        let own = OwnEndpoints::default();
        own.set(vec![
            "127.0.0.1:5433".parse().unwrap(),
            "192.0.2.9:6380".parse().unwrap(),
        ]);
        let covers = |address: &str| {
            let address: SocketAddr = address.parse().unwrap();
            own.covers(address.ip(), address.port())
        };
        assert!(covers("127.0.0.1:5433") && covers("127.8.8.8:5433") && covers("[::1]:5433"));
        assert!(covers("192.0.2.9:6380"));
        assert!(!covers("127.0.0.1:8080") && !covers("192.0.2.8:6380"));
        own.set(vec!["0.0.0.0:9000".parse().unwrap()]);
        assert!(covers("127.0.0.1:9000") && !covers("127.0.0.1:5433"));
    }

    #[test]
    fn the_kernels_tables_are_read() {
        let trie = "  |-- 127.0.0.0\n  /8 host LOCAL\n  |-- 10.0.0.5\n     /32 host LOCAL\n |-- 10.0.0.255\n /32 link BROADCAST";
        assert_eq!(local_v4(trie), [IpAddr::from([10, 0, 0, 5])]);
        let v6 = local_v6("20010db8000000000000000000000007 02 40 00 80 eth0\n");
        assert_eq!(v6, ["2001:db8::7".parse::<IpAddr>().unwrap()]);
        let table =
            "Iface\tDestination\tGateway\neth0\t00000000\t0100000A\neth0\t0000000A\t00000000\n";
        let expected = Ipv4Addr::from(0x0100_000A_u32.to_ne_bytes());
        assert_eq!(gateways(table), [IpAddr::V4(expected)]);
    }
}
