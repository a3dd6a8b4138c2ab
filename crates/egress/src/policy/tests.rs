//! The address policy as tables: what is refused, what is allowed, in every spelling.

use super::*;

const FORBIDDEN: [&str; 45] = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.255",
    "169.254.169.254",
    "169.254.170.2",
    "172.16.0.1",
    "172.31.255.254",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "168.63.129.16",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::10.0.0.1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:0:127.0.0.1",
    "64:ff9b::a00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001:0:a00:1::1",
    "2001:1::1",
    "2001:1ff::1",
    "2001:db8::1",
    "2002:a00:1::",
    "3fff::1",
    "5f00::1",
    "fd00:ec2::254",
    "fd12::1",
    "fe80::1",
    "fec0::1",
    "ff02::1",
];

const PUBLIC: [&str; 18] = [
    "8.8.8.8",
    "1.1.1.1",
    "11.22.33.10",
    "172.15.255.255",
    "172.32.0.1",
    "100.63.255.255",
    "100.128.0.0",
    "169.253.255.255",
    "192.0.1.1",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "168.63.129.17",
    "2001:4860:4860::8888",
    "2001:200::1",
    "2600:1:2::10",
    "2a00:1450::1",
    "3fff:1000::1",
];

/// Spellings that programs take for addresses, all of which lead to forbidden ones.
const LITERALS: [&str; 34] = [
    "127.0.0.1",
    "127.0.0.2",
    "127.1",
    "127.0.1",
    "0x7f.1",
    "0x7f000001",
    "2130706433",
    "017700000001",
    "0177.0.0.1",
    "0.0.0.0",
    "0",
    "10.0.0.1",
    "0xa.1",
    "10.1",
    "169.254.169.254",
    "2852039166",
    "100.100.100.200",
    "192.0.0.192",
    "168.63.129.16",
    "203.0.113.1",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::ffff:a00:1]",
    "[64:ff9b::a00:1]",
    "[2002:a00:1::]",
    "[::127.0.0.1]",
    "[::ffff:0:7f00:1]",
    "[fd00:ec2::254]",
    "[fec0::1]",
    "１２７.１",
    "①②⑦.⓪.⓪.①",
    "x.test@127.0.0.1",
];

fn allowed(policy: &Policy, address: &str) -> bool {
    policy.allows(address.parse().unwrap(), 8080)
}

#[test]
fn a_shared_installation_reaches_public_addresses_only() {
    let policy = Policy::shared();
    for address in FORBIDDEN {
        assert!(!allowed(&policy, address), "{address}");
    }
    for address in PUBLIC {
        assert!(allowed(&policy, address), "{address}");
    }
}

#[test]
fn every_spelling_of_a_forbidden_literal_is_refused_at_save() {
    let policy = Policy::shared();
    for literal in LITERALS {
        let url = Url::parse(&format!("http://{literal}:8080/ok")).unwrap();
        assert_eq!(
            policy.check_url(&url),
            Err(FailureCode::BlockedAddress),
            "{literal}"
        );
    }
}

#[test]
fn a_single_tenant_reaches_the_lan_but_no_metadata() {
    let policy = Policy::single_tenant();
    for address in [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "::1",
        "fd12::1",
        "8.8.8.8",
    ] {
        assert!(allowed(&policy, address), "{address}");
    }
    let closed = [
        "169.254.169.254",
        "169.254.1.1",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "fd00:ec2::254",
        "fe80::1",
        "0.0.0.0",
        "::",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "224.0.0.1",
    ];
    for address in closed {
        assert!(!allowed(&policy, address), "{address}");
    }
    assert!(policy.allows_local_networks() && !Policy::shared().allows_local_networks());
}

#[test]
fn nothing_opens_metadata_and_deny_outranks_allow() {
    let everything = || ["0.0.0.0/0".parse().unwrap(), "::/0".parse().unwrap()];
    let policy = Policy::shared().allowing(everything());
    assert!(allowed(&policy, "10.0.0.1") && allowed(&policy, "fe80::1"));
    for address in [
        "169.254.169.254",
        "fd00:ec2::254",
        "::ffff:169.254.169.254",
        "100.100.100.200",
    ] {
        assert!(!allowed(&policy, address), "{address}");
    }
    let policy = policy.denying(["10.0.0.0/8".parse().unwrap()]);
    assert!(!allowed(&policy, "10.0.0.1") && allowed(&policy, "192.168.0.1"));
}

#[test]
fn the_machines_own_networks_are_closed_unless_allowed() {
    let own = || ["11.22.33.0/24".parse().unwrap()];
    assert!(!allowed(
        &Policy::shared().denying_own(own()),
        "11.22.33.10"
    ));
    assert!(allowed(
        &Policy::shared().denying_own(own()).allowing(own()),
        "11.22.33.10"
    ));
}

#[test]
fn our_own_endpoints_are_closed_as_soon_as_they_are_known() {
    let policy = Policy::single_tenant();
    let address = "10.1.2.3".parse().unwrap();
    assert!(policy.allows(address, 5433));
    policy
        .own_endpoints()
        .set(vec!["10.1.2.3:5433".parse().unwrap()]);
    assert!(!policy.allows(address, 5433) && policy.allows(address, 8080));
}

#[test]
fn blocked_ports_and_other_schemes_are_refused() {
    let check = |url: &str| Policy::single_tenant().check_url(&Url::parse(url).unwrap());
    for port in [
        22, 25, 465, 587, 6000, 6667, 2375, 2379, 3306, 5432, 6379, 9200, 11211, 27017,
    ] {
        assert_eq!(
            check(&format!("http://example.com:{port}/")),
            Err(FailureCode::BlockedPort)
        );
    }
    for url in [
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://example.com/",
        "http+unix://x/",
        "data:,x",
    ] {
        assert_eq!(check(url), Err(FailureCode::InvalidUrl), "{url}");
    }
    assert_eq!(check("https://example.com/"), Ok(()));
}

#[test]
fn a_port_that_was_opened_is_asked_but_never_our_own_server_behind_it() {
    let policy = Policy::single_tenant().opening_ports([9200]);
    let check = |url: &str| policy.check_url(&Url::parse(url).unwrap());
    assert_eq!(check("http://10.1.2.3:9200/"), Ok(()));
    assert_eq!(
        check("http://10.1.2.3:6379/"),
        Err(FailureCode::BlockedPort)
    );
    policy
        .own_endpoints()
        .set(vec!["10.1.2.3:9200".parse().unwrap()]);
    assert_eq!(
        check("http://10.1.2.3:9200/"),
        Err(FailureCode::BlockedAddress)
    );
}

#[test]
fn a_wide_network_that_holds_private_ones_is_not_public() {
    for (network, local) in [
        ("8.8.8.0/24", false),
        ("10.1.0.0/16", true),
        // Begins with a public address.
        ("8.0.0.0/6", true),
        ("160.0.0.0/4", true),
        ("128.0.0.0/2", true),
        ("128.0.0.0/3", false),
        ("0.0.0.0/0", true),
        ("192.168.0.0/32", true),
        ("2600::/12", false),
        ("2000::/3", true),
        ("2001:d00::/24", true),
        ("::/0", true),
        ("fd00::/8", true),
    ] {
        let policy = Policy::shared().allowing([network.parse().unwrap()]);
        assert_eq!(policy.allows_local_networks(), local, "{network}");
    }
}
