//! Forbidden addresses, in every spelling and by every detour, are never dialled.

use std::net::SocketAddr;

use domain::{failure::FailureCode, verdict::Verdict};
use egress::Policy;
use test_support::{Answer, Mode, TlsMode, Upstream};

use crate::lab::{Lab, Look, target};

pub(crate) const LITERALS: [&str; 34] = [
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

const FORBIDDEN: [&str; 18] = [
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.192",
    "192.168.0.1",
    "198.18.0.1",
    "203.0.113.1",
    "168.63.129.16",
    "::1",
    "::ffff:8.8.8.8",
    "64:ff9b::a00:1",
    "2002:a00:1::",
    "fd00:ec2::254",
    "fe80::1",
];

/// One address of loopback plays the public internet; everything else there is a trap.
const PUBLIC: &str = "127.9.9.9";

struct World {
    lab: Lab,
    public: Upstream,
    /// Listens on the same port of 127.0.0.1, and must never be reached.
    trap: Upstream,
}

impl World {
    async fn new() -> Self {
        let lab =
            Lab::with(Policy::shared().allowing([format!("{PUBLIC}/32").parse().unwrap()])).await;
        loop {
            let trap = Upstream::start();
            let address = SocketAddr::new(PUBLIC.parse().unwrap(), trap.address().port());
            if let Ok(public) = Upstream::bind(address, TlsMode::Plain) {
                lab.dns.set("public.test", Answer::address(PUBLIC));
                return Self { lab, public, trap };
            }
        }
    }

    fn port(&self) -> u16 {
        self.trap.address().port()
    }

    async fn refused(&self, url: &str) -> Look {
        let look = self.lab.look(&target(url)).await;
        assert_eq!(
            look.code(),
            Some(FailureCode::BlockedAddress),
            "{url}: {:?}",
            look.seen
        );
        assert_eq!(look.judgement.verdict, Verdict::Unknown);
        assert_eq!(self.trap.connections(), 0, "{url}");
        look
    }
}

#[tokio::test]
async fn every_spelling_of_a_forbidden_literal_is_refused_at_run_time() {
    let world = World::new().await;
    for literal in LITERALS {
        world
            .refused(&format!("http://{literal}:{}/ok", world.port()))
            .await;
    }
    world.lab.get(&world.public.url("/")).await.is_up();
}

#[tokio::test]
async fn a_redirect_to_a_forbidden_literal_is_refused_at_its_hop() {
    let world = World::new().await;
    for status in [301, 302, 303, 307, 308] {
        for literal in LITERALS {
            let location = format!("http://{literal}:{}/ok", world.port());
            world.public.set(Mode::Redirect { status, location }).await;
            let look = world
                .refused(&world.public.url_as("public.test", "/"))
                .await;
            assert_eq!(look.failure().hop, 1);
        }
    }
    world
        .public
        .set(Mode::redirect(format!("//127.0.0.1:{}/", world.port())))
        .await;
    world.refused(&world.public.url("/")).await;
}

#[tokio::test]
async fn several_public_hops_do_not_open_the_way() {
    let world = World::new().await;
    for hop in 0..5 {
        world
            .public
            .set_for(&format!("/{hop}"), Mode::redirect(format!("/{}", hop + 1)));
    }
    world
        .public
        .set_for("/5", Mode::redirect(world.trap.url("/")));
    let look = world.refused(&world.public.url("/0")).await;
    assert_eq!((look.failure().hop, world.public.requests().len()), (6, 6));
}

#[tokio::test]
async fn a_name_with_a_forbidden_address_is_refused_whole() {
    let world = World::new().await;
    for forbidden in FORBIDDEN {
        for answers in [
            vec![forbidden],
            vec![PUBLIC, forbidden],
            vec![forbidden, PUBLIC],
        ] {
            world.lab.dns.set("mixed.test", Answer::addresses(&answers));
            world.refused(&world.public.url_as("mixed.test", "/")).await;
        }
        world.lab.dns.set("mixed.test", Answer::address(forbidden));
        world
            .public
            .set(Mode::redirect(world.public.url_as("mixed.test", "/")))
            .await;
        let look = world.refused(&world.public.url("/")).await;
        assert_eq!(look.failure().hop, 1);
    }
    assert_eq!(world.public.requests().len(), FORBIDDEN.len());
}

#[tokio::test]
async fn rebinding_never_reaches_the_trap() {
    let world = World::new().await;
    let answers = vec![Answer::address(PUBLIC), Answer::address("127.0.0.1")];
    world.lab.dns.set("rebind.test", Answer::InTurn(answers));
    let url = world.public.url_as("rebind.test", "/");
    let (mut up, mut blocked) = (0, 0);
    for _ in 0..100 {
        match world.lab.get(&url).await.code() {
            None => up += 1,
            Some(FailureCode::BlockedAddress) => blocked += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((up, blocked, world.trap.connections()), (50, 50, 0));
}

#[tokio::test]
async fn a_refusal_says_nothing_about_the_address() {
    let world = World::new().await;
    let open = world.refused(&world.trap.url("/")).await;
    let closed = world.refused("http://10.255.255.1:81/").await;
    assert_eq!(open.sentence(), closed.sentence());
    assert_eq!(open.failure(), closed.failure());
    assert!(open.seen.evidence.is_none());
}

#[tokio::test]
async fn blocked_ports_are_refused_also_as_redirects() {
    let (lab, upstream) = (Lab::new().await, Upstream::start());
    for port in [22, 25, 5432, 6379, 6667, 27017] {
        lab.get(&format!("http://127.0.0.1:{port}/"))
            .await
            .failed(FailureCode::BlockedPort);
        upstream
            .set(Mode::redirect(format!("http://127.0.0.1:{port}/")))
            .await;
        lab.get(&upstream.url("/"))
            .await
            .failed(FailureCode::BlockedPort);
    }
}

#[tokio::test]
async fn our_own_endpoints_are_refused_on_a_single_tenant_too() {
    let (lab, upstream) = (Lab::new().await, Upstream::start());
    lab.get(&upstream.url("/")).await.is_up();
    lab.prober
        .egress()
        .policy()
        .own_endpoints()
        .set(vec![upstream.address()]);
    lab.get(&upstream.url("/"))
        .await
        .failed(FailureCode::BlockedAddress);
    assert_eq!(upstream.connections(), 1);
}

#[tokio::test]
async fn denied_networks_are_refused() {
    let lab = Lab::with(Policy::single_tenant().denying(["127.0.0.1/32".parse().unwrap()])).await;
    let upstream = Upstream::start();
    lab.get(&upstream.url("/"))
        .await
        .failed(FailureCode::BlockedAddress);
    assert_eq!(upstream.connections(), 0);
}
