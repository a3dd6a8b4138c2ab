//! Looks within a network of their own, under the rules of a shared installation: public-looking addresses that never leave the
//! machine, traps on forbidden ones, and routes that lead nowhere.

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
};

use domain::{
    failure::{FailureCode, Phase},
    verdict::Verdict,
};
use egress::Policy;
use test_support::{Answer, Mode, OwnNetwork, TlsMode, Upstream};

use crate::{
    address::LITERALS,
    lab::{Lab, Look, hurried},
};

const PORT: u16 = 8080;
const PUBLIC: &str = "11.22.33.10";
const PUBLIC6: &str = "2600:1:2::10";
const FORBIDDEN: [&str; 29] = [
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "169.254.169.254",
    "169.254.170.2",
    "172.16.0.1",
    "172.31.255.254",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "100::1",
    "2001:0:a00:1::1",
    "2001:db8::1",
    "2002:a00:1::",
    "3fff::1",
    "5f00::1",
    "64:ff9b:1::1",
    "64:ff9b::a00:1",
    "::10.0.0.1",
    "fd00:ec2::254",
    "fd12::1",
    "fec0::1",
    "::ffff:0:127.0.0.1",
];
/// Loopback has these without being asked.
const LOOPBACK: [&str; 3] = ["127.0.0.1", "127.0.0.2", "::1"];

macro_rules! own_network {
    ($test:literal) => {
        match OwnNetwork::enter(concat!(module_path!(), "::", $test)) {
            Some(network) => network,
            None => return,
        }
    };
}

fn at(ip: &str, port: u16) -> SocketAddr {
    SocketAddr::new(ip.parse().unwrap(), port)
}

fn server(ip: &str) -> Upstream {
    Upstream::bind(at(ip, PORT), TlsMode::Plain).unwrap()
}

/// A public site over both families, traps wherever nobody may be led, and names for all of them.
struct World {
    lab: Lab,
    sites: [Upstream; 2],
    traps: Vec<Upstream>,
    /// A name for each forbidden address.
    names: Vec<String>,
}

impl World {
    async fn new(network: &OwnNetwork) -> Self {
        network.add(&FORBIDDEN);
        network.add(&[PUBLIC, PUBLIC6]);
        let lab = Lab::with(Policy::shared()).await;
        lab.dns.set("ok.lab.test", Answer::address(PUBLIC));
        lab.dns.set("ok6.lab.test", Answer::address(PUBLIC6));
        let forbidden = FORBIDDEN.iter().chain(&LOOPBACK);
        let traps: Vec<Upstream> = forbidden.clone().map(|ip| server(ip)).collect();
        let mut names = Vec::new();
        for ip in forbidden.chain(&["::", "0.0.0.0", "::ffff:10.0.0.1", "::ffff:8.8.8.8"]) {
            let name = format!("n{}.lab.test", names.len());
            lab.dns.set(&name, Answer::address(ip));
            names.push(name);
        }
        let world = Self {
            lab,
            sites: [server(PUBLIC), server(PUBLIC6)],
            traps,
            names,
        };
        world.traps_catch_whoever_comes().await;
        world
    }

    /// A trap that would not notice anybody proves nothing.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the intruder, not the probe"
    )]
    async fn traps_catch_whoever_comes(&self) {
        for trap in &self.traps {
            let before = trap.connections();
            let _stream = tokio::net::TcpStream::connect(trap.address())
                .await
                .unwrap();
            while trap.connections() == before {
                tokio::task::yield_now().await;
            }
        }
    }

    fn caught(&self) -> u64 {
        let all: u64 = self.traps.iter().map(Upstream::connections).sum();
        all - u64::try_from(self.traps.len()).unwrap()
    }

    async fn look(&self, url: &str) -> Look {
        self.lab.look(&hurried(url, 4_000)).await
    }

    async fn refused(&self, url: &str) -> Look {
        let look = self.look(url).await;
        look.failed(FailureCode::BlockedAddress);
        assert_eq!(look.judgement.verdict, Verdict::Unknown, "{url}");
        assert_eq!(self.caught(), 0, "{url} reached a trap");
        look
    }

    /// Sends whoever asks the public site on to this place, which has to be refused at that hop.
    async fn refused_after_redirect(&self, status: u16, location: String) {
        self.sites[0].set(Mode::Redirect { status, location }).await;
        let look = self.refused("http://ok.lab.test:8080/r").await;
        assert_eq!(look.failure().hop, 1);
    }
}

fn outcomes(looks: &[Option<FailureCode>]) -> BTreeMap<Option<FailureCode>, usize> {
    let mut counts = BTreeMap::new();
    for code in looks {
        *counts.entry(*code).or_default() += 1;
    }
    counts
}

#[tokio::test]
async fn no_forbidden_address_hears_of_a_look_whatever_leads_there() {
    let network = own_network!("no_forbidden_address_hears_of_a_look_whatever_leads_there");
    let world = World::new(&network).await;
    for literal in LITERALS {
        world.refused(&format!("http://{literal}:8080/")).await;
    }
    for name in &world.names {
        world.refused(&format!("http://{name}:8080/")).await;
    }
    for (first, second) in [
        (PUBLIC, "127.0.0.1"),
        ("127.0.0.1", PUBLIC),
        (PUBLIC, "::1"),
        (PUBLIC6, "10.0.0.1"),
        (PUBLIC, "::ffff:127.0.0.1"),
    ] {
        let answers = Answer::addresses(&[first, second]);
        world.lab.dns.set("mixed.lab.test", answers);
        world.refused("http://mixed.lab.test:8080/").await;
    }
    assert!(world.sites.iter().all(|site| site.connections() == 0));
    for status in [301, 302, 303, 307, 308] {
        for literal in LITERALS {
            let location = format!("http://{literal}:8080/");
            world.refused_after_redirect(status, location).await;
        }
        for name in &world.names {
            let location = format!("http://{name}:8080/");
            world.refused_after_redirect(status, location).await;
        }
        let location = "//127.0.0.1:8080/".to_owned();
        world.refused_after_redirect(status, location).await;
    }
    let [site, site6] = &world.sites;
    site.set_for("/1", Mode::redirect("http://ok6.lab.test:8080/2"));
    site6.set_for("/2", Mode::redirect("http://ok.lab.test:8080/3"));
    site.set_for("/3", Mode::redirect("http://127.0.0.1:8080/"));
    let look = world.refused("http://ok.lab.test:8080/1").await;
    assert_eq!(look.failure().hop, 3);
}

#[tokio::test]
async fn a_name_that_changes_its_mind_leads_to_the_public_address_or_nowhere() {
    let network =
        own_network!("a_name_that_changes_its_mind_leads_to_the_public_address_or_nowhere");
    let world = World::new(&network).await;
    let turns = vec![Answer::address(PUBLIC), Answer::address("127.0.0.1")];
    world.lab.dns.set("rebind.lab.test", Answer::InTurn(turns));
    let mut seen = Vec::new();
    for _ in 0..200 {
        seen.push(world.look("http://rebind.lab.test:8080/").await.code());
    }
    let expected = [(None, 100), (Some(FailureCode::BlockedAddress), 100)];
    assert_eq!(outcomes(&seen), BTreeMap::from(expected));
    assert_eq!(world.caught(), 0);
}

#[tokio::test]
async fn public_addresses_of_both_families_are_reached() {
    let network = own_network!("public_addresses_of_both_families_are_reached");
    let world = World::new(&network).await;
    world.sites[0].set_for("/there", Mode::redirect("http://ok6.lab.test:8080/"));
    for url in [
        "http://ok.lab.test:8080/",
        "http://ok6.lab.test:8080/",
        "http://11.22.33.10:8080/",
        "http://[2600:1:2::10]:8080/",
        "http://ok.lab.test:8080/there",
    ] {
        world.look(url).await.is_up();
    }
}

#[tokio::test]
async fn no_route_to_one_host_is_the_targets_fault_and_no_way_out_is_ours() {
    let network = own_network!("no_route_to_one_host_is_the_targets_fault_and_no_way_out_is_ours");
    let look = async |ip: &str| {
        let lab = Lab::with(Policy::shared()).await;
        lab.look(&hurried(&format!("http://{ip}:8080/"), 1_000))
            .await
    };
    // No way out at all, then one that refuses everything.
    for route in ["route show", "route add unreachable default"] {
        network.ip(route);
        let ours = look("11.22.44.9").await;
        ours.failed(FailureCode::InternalNetwork);
        assert_eq!(ours.judgement.verdict, Verdict::Unknown);
        assert_eq!(ours.phase(), Some(Phase::Tcp));
    }
    network.ip("route del unreachable default");
    network.ip("route add default dev lo");
    network.ip("route add unreachable 11.22.44.1");
    let theirs = look("11.22.44.1").await;
    theirs.failed(FailureCode::ConnectUnreachable);
    assert_eq!(theirs.judgement.verdict, Verdict::Down);
    assert_eq!(theirs.sentence(), "No route to 11.22.44.1:8080.");
    // What an administrator closed is no word about the target.
    network.ip("route add prohibit 11.22.44.2");
    network.ip("route add blackhole 11.22.44.3");
    for ip in ["11.22.44.2", "11.22.44.3"] {
        look(ip).await.failed(FailureCode::InternalNetwork);
    }
}

#[tokio::test]
async fn a_gateway_that_is_gone_is_ours_and_takes_nobody_down() {
    let network = own_network!("a_gateway_that_is_gone_is_ours_and_takes_nobody_down");
    network.ip("link add out type veth peer name nowhere");
    network.ip("link set out up");
    network.ip("link set nowhere up");
    network.ip("addr add 10.9.9.2/24 dev out");
    network.ip("route add default via 10.9.9.1");
    let lab = Lab::with(Policy::single_tenant()).await;
    // Too short for the kernel to give up on the gateway, and long enough.
    for ms in [1_500, 8_000] {
        let look = lab.look(&hurried("http://11.22.44.9:8080/", ms)).await;
        look.failed(FailureCode::InternalNetwork);
        assert_eq!(look.judgement.verdict, Verdict::Unknown);
    }
    // Next door, whoever does not answer is gone itself.
    let neighbour = lab.look(&hurried("http://10.9.9.7:8080/", 8_000)).await;
    neighbour.failed(FailureCode::ConnectUnreachable);
}

#[tokio::test]
async fn a_silent_way_out_is_connect_timeout() {
    let network = own_network!("a_silent_way_out_is_connect_timeout");
    // Nobody is there to take what leaves by this route.
    network.ip("route add default dev lo");
    let lab = Lab::with(Policy::shared()).await;
    let look = lab.look(&hurried("http://11.22.44.9:8080/", 500)).await;
    look.failed(FailureCode::ConnectTimeout);
    assert_eq!(look.judgement.verdict, Verdict::Down);
}

#[tokio::test]
async fn a_broken_ipv6_beside_a_working_ipv4_is_an_advisory() {
    let network = own_network!("a_broken_ipv6_beside_a_working_ipv4_is_an_advisory");
    network.add(&[PUBLIC, PUBLIC6]);
    network.ip("link add out type veth peer name nowhere");
    network.ip("link set out up");
    network.ip("link set nowhere up");
    network.ip("-6 route add default dev out");
    let lab = Lab::with(Policy::shared()).await;
    let _site = server(PUBLIC);
    let both = Answer::addresses(&[PUBLIC, PUBLIC6]);
    lab.dns.set("both.lab.test", both);
    let look = lab.get("http://both.lab.test:8080/").await;
    look.is_up();
    assert_eq!(look.advisories(), [FailureCode::Ipv6Unreachable]);
    assert_eq!(
        look.seen.hops[0].remote,
        Some(PUBLIC.parse::<IpAddr>().unwrap())
    );
}
