//! The address ranges that are not the public internet, from IANA's special-purpose registries.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// Where clouds keep their metadata and credentials. Never dialled, whatever is allowed.
const METADATA_V4: [Ipv4Addr; 6] = [
    Ipv4Addr::new(169, 254, 169, 254),
    // Container credentials of AWS (ECS and EKS).
    Ipv4Addr::new(169, 254, 170, 2),
    Ipv4Addr::new(169, 254, 170, 23),
    // Alibaba, Oracle and Azure; the last is a public address, so only a list finds it.
    Ipv4Addr::new(100, 100, 100, 200),
    Ipv4Addr::new(192, 0, 0, 192),
    Ipv4Addr::new(168, 63, 129, 16),
];
const METADATA_V6: [Ipv6Addr; 4] = [
    Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254),
    Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x23),
    // Google and OpenStack.
    Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254),
    Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0xa9fe, 0xa9fe),
];

/// Whether this is a metadata service, also in its IPv4-mapped form.
pub(super) fn is_metadata(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => METADATA_V4.contains(&ip),
        IpAddr::V6(ip) => METADATA_V6.contains(&ip),
    }
}

/// Whether this is anything but a public unicast address. An IPv4-mapped address is refused even
/// when the address inside is public: nobody needs it, and filters disagree about it.
pub(crate) fn is_forbidden(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_forbidden_v4(ip),
        IpAddr::V6(ip) => is_forbidden_v6(ip),
    }
}

/// Network and prefix length of every range that is not public unicast.
const FORBIDDEN_V4: [([u8; 4], u32); 16] = [
    ([0, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    ([168, 63, 129, 16], 32),
    ([169, 254, 0, 0], 16),
    ([172, 16, 0, 0], 12),
    ([192, 0, 0, 0], 24),
    ([192, 0, 2, 0], 24),
    ([192, 88, 99, 0], 24),
    ([192, 168, 0, 0], 16),
    ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    // Multicast, reserved and broadcast.
    ([224, 0, 0, 0], 4),
    ([240, 0, 0, 0], 4),
];

/// Whether any address of a network is anything but a public unicast address. A wide network may begin with a public address and
/// hold private ones all the same.
pub(super) fn holds_forbidden(network: &IpNet) -> bool {
    match network {
        IpNet::V4(network) => FORBIDDEN_V4.iter().any(|(ip, length)| {
            let (bits, other) = (network.network().to_bits(), u32::from_be_bytes(*ip));
            let shared = length.min(&network.prefix_len().into()).to_owned();
            shared == 0 || (bits ^ other) >> (32 - shared) == 0
        }),
        IpNet::V6(network) => {
            let (first, last) = (network.network(), network.broadcast());
            let inside = |ip: Ipv6Addr| first <= ip && ip <= last;
            is_forbidden_v6(first)
                || is_forbidden_v6(last)
                || FORBIDDEN_V6
                    .iter()
                    .any(|segment| inside(Ipv6Addr::from_segments(*segment)))
        }
    }
}

/// The first address of every forbidden range within `2000::/3`.
const FORBIDDEN_V6: [[u16; 8]; 4] = [
    [0x2001, 0, 0, 0, 0, 0, 0, 0],
    [0x2001, 0x0db8, 0, 0, 0, 0, 0, 0],
    [0x2002, 0, 0, 0, 0, 0, 0, 0],
    [0x3fff, 0, 0, 0, 0, 0, 0, 0],
];

fn is_forbidden_v4(ip: Ipv4Addr) -> bool {
    let bits = ip.to_bits();
    FORBIDDEN_V4
        .iter()
        .any(|(network, length)| (bits ^ u32::from_be_bytes(*network)) >> (32 - length) == 0)
}

const fn is_forbidden_v6(ip: Ipv6Addr) -> bool {
    match ip.segments() {
        // Teredo, ORCHID, benchmarking (2001::/23), documentation, 6to4, documentation again.
        [0x2001, 0x0000..=0x01ff | 0x0db8, ..] | [0x2002, ..] | [0x3fff, 0x0000..=0x0fff, ..] => {
            true
        }
        // Everything outside 2000::/3: loopback, mapped, NAT64, private, link- and site-local, multicast …
        [first, ..] => first & 0xe000 != 0x2000,
    }
}

/// Loopback and private networks, which belong to whoever runs a single-tenant installation.
pub(super) fn local_networks() -> Vec<IpNet> {
    let v4 = [
        ([127, 0, 0, 0], 8),
        ([10, 0, 0, 0], 8),
        ([172, 16, 0, 0], 12),
        ([192, 168, 0, 0], 16),
        ([100, 64, 0, 0], 10),
    ];
    let v6 = [
        (Ipv6Addr::LOCALHOST, 128),
        (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7),
    ];
    let v4 = v4
        .into_iter()
        .filter_map(|(ip, length)| Ipv4Net::new(ip.into(), length).ok().map(IpNet::V4));
    v4.chain(
        v6.into_iter()
            .filter_map(|(ip, length)| Ipv6Net::new(ip, length).ok().map(IpNet::V6)),
    )
    .collect()
}
