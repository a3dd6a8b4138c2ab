//! Names that do not resolve, resolve late, or resolve to something else.

use std::{net::IpAddr, time::Duration};

use domain::{
    failure::{FailureCode, Phase},
    target::AddressFamily,
    verdict::Verdict,
};
use egress::{Policy, Resolver};
use probe::LookOptions;
use test_support::{Answer, FaultDns, Mode, Upstream};

use crate::lab::{Lab, Look, hurried, target};

const NAME: &str = "service.lab.test";

/// Looks at a healthy server by a name that has this answer.
async fn look(answer: Answer, ms: u64) -> Look {
    let (lab, upstream) = (Lab::new().await, Upstream::start());
    lab.dns.set(NAME, answer);
    // Proof that the resolver lives, for those answers that are none.
    lab.dns.set("other.lab.test", Answer::address("127.0.0.1"));
    lab.get(&upstream.url_as("other.lab.test", "/"))
        .await
        .is_up();
    lab.look(&hurried(&upstream.url_as(NAME, "/"), ms)).await
}

#[tokio::test]
async fn a_name_that_resolves_is_up_with_its_time_in_dns() {
    let look = look(Answer::address("127.0.0.1").after(300), 2_000).await;
    look.is_up();
    let timings = look.seen.hops[0].timings;
    assert!(
        (300_000..600_000).contains(&timings.dns_us) && timings.tcp_us < 100_000,
        "{timings:?}"
    );
}

#[tokio::test]
async fn nxdomain_is_dns_not_found() {
    let look = look(Answer::NxDomain, 2_000).await;
    look.failed(FailureCode::DnsNotFound);
    assert_eq!(
        (look.phase(), look.sentence()),
        (Some(Phase::Dns), format!("No such domain: {NAME}."))
    );
}

#[tokio::test]
async fn no_data_is_dns_no_address() {
    look(Answer::NoData, 2_000)
        .await
        .failed(FailureCode::DnsNoAddress);
}

#[tokio::test]
async fn refusals_are_dns_server_failure() {
    for (answer, word) in [
        (Answer::ServFail, "SERVFAIL"),
        (Answer::Refused, "REFUSED"),
        (Answer::FormErr, "FORMERR"),
    ] {
        let look = look(answer, 2_000).await;
        look.failed(FailureCode::DnsServerFailure);
        assert!(look.sentence().contains(word), "{}", look.sentence());
    }
    look(Answer::Truncated(None), 2_000)
        .await
        .failed(FailureCode::DnsServerFailure);
}

#[tokio::test]
async fn a_silent_zone_is_dns_timeout_while_other_names_resolve() {
    let silent = look(Answer::Silent, 600).await;
    silent.failed(FailureCode::DnsTimeout);
    assert_eq!(silent.judgement.verdict, Verdict::Down);
    look(Answer::Garbage, 600)
        .await
        .failed(FailureCode::DnsTimeout);
}

#[tokio::test]
async fn a_silent_resolver_is_ours_and_unknown() {
    let lab = Lab::new().await;
    lab.dns.set_default(Answer::Silent);
    let look = lab.look(&hurried("http://service.lab.test/", 1_500)).await;
    look.failed(FailureCode::InternalResolver);
    assert_eq!(look.judgement.verdict, Verdict::Unknown);
}

#[tokio::test]
async fn a_silent_zone_is_told_from_a_silent_resolver_without_other_names() {
    let lab = Lab::new().await;
    // The server answers, if only that it does not know, when it is asked for the root.
    lab.dns.set(NAME, Answer::Silent);
    lab.look(&hurried(&format!("http://{NAME}/"), 1_500))
        .await
        .failed(FailureCode::DnsTimeout);
}

#[tokio::test]
async fn an_answer_too_large_for_udp_is_fetched_over_tcp() {
    look(
        Answer::Truncated(Some(Box::new(Answer::address("127.0.0.1")))),
        2_000,
    )
    .await
    .is_up();
}

#[tokio::test]
async fn a_failing_aaaa_does_no_harm() {
    for aaaa in [
        Answer::ServFail,
        Answer::NxDomain,
        Answer::Silent,
        Answer::Refused,
    ] {
        let answer = Answer::ByFamily {
            a: Box::new(Answer::address("127.0.0.1")),
            aaaa: Box::new(aaaa),
        };
        let look = look(answer, 2_000).await;
        look.is_up();
        assert!(
            look.seen.hops[0].timings.dns_us < 400_000,
            "{:?}",
            look.seen
        );
    }
}

#[tokio::test]
async fn a_single_servfail_is_asked_again() {
    look(
        Answer::InTurn(vec![Answer::ServFail, Answer::address("127.0.0.1")]),
        2_000,
    )
    .await
    .is_up();
}

#[tokio::test]
async fn a_second_server_answers_for_a_failing_or_silent_one() {
    for (fault, most) in [(Answer::ServFail, 300_000), (Answer::Silent, 900_000)] {
        let (first, second) = (FaultDns::start().await, FaultDns::start().await);
        first.set_default(fault);
        second.set(NAME, Answer::address("127.0.0.1"));
        let resolver = Resolver::servers(&[first.address(), second.address()]);
        let lab = Lab::made_of(Policy::single_tenant(), resolver, first);
        let upstream = Upstream::start();
        let look = lab.look(&hurried(&upstream.url_as(NAME, "/"), 4_000)).await;
        assert_eq!(look.code(), None, "{:?}", look.seen);
        assert!(look.seen.hops[0].timings.dns_us < most, "{:?}", look.seen);
        // The one that answers is asked first from then on.
        let again = lab.look(&hurried(&upstream.url_as(NAME, "/"), 4_000)).await;
        assert!(
            again.seen.hops[0].timings.dns_us < 300_000,
            "{:?}",
            again.seen
        );
    }
}

#[tokio::test]
async fn aliases_that_lead_nowhere_are_named() {
    let (lab, upstream) = (Lab::new().await, Upstream::start());
    lab.dns
        .set("a.lab.test", Answer::Alias("gone.lab.test".into()));
    lab.get(&upstream.url_as("a.lab.test", "/"))
        .await
        .failed(FailureCode::DnsNotFound);
    lab.dns
        .set("b.lab.test", Answer::Alias("c.lab.test".into()));
    lab.dns
        .set("c.lab.test", Answer::Alias("b.lab.test".into()));
    lab.get(&upstream.url_as("b.lab.test", "/"))
        .await
        .failed(FailureCode::DnsNoAddress);
    lab.dns
        .set("d.lab.test", Answer::Alias("e.lab.test".into()));
    lab.dns.set("e.lab.test", Answer::address("127.0.0.1"));
    lab.get(&upstream.url_as("d.lab.test", "/")).await.is_up();
}

#[tokio::test]
async fn a_dead_address_beside_a_live_one_costs_little() {
    let look = look(Answer::addresses(&["127.0.0.2", "127.0.0.1"]), 2_000).await;
    look.is_up();
    let hop = &look.seen.hops[0];
    assert_eq!(hop.remote, Some(IpAddr::from([127, 0, 0, 1])));
    assert!(hop.timings.tcp_us < 600_000, "{hop:?}");
}

#[tokio::test]
async fn all_dead_addresses_are_told() {
    let (lab, upstream) = (Lab::new().await, Upstream::start());
    upstream.set(Mode::Refuse).await;
    lab.dns
        .set(NAME, Answer::addresses(&["127.0.0.2", "127.0.0.3"]));
    let look = lab.get(&upstream.url_as(NAME, "/")).await;
    look.failed(FailureCode::ConnectRefused);
    let domain::failure::Detail::Addresses { tried, .. } = &look.failure().detail else {
        panic!("{look:?}")
    };
    assert_eq!(tried.len(), 2);
}

#[tokio::test]
async fn the_address_family_is_obeyed() {
    let (lab, upstream) = (Lab::new().await, Upstream::start());
    lab.dns.set(NAME, Answer::address("127.0.0.1"));
    let mut target = target(&upstream.url_as(NAME, "/"));
    target.address_family = AddressFamily::V4;
    lab.look(&target).await.is_up();
    target.address_family = AddressFamily::V6;
    lab.look(&target).await.failed(FailureCode::DnsNoAddress);
    target.url = upstream.url("/").parse().unwrap();
    lab.look(&target).await.failed(FailureCode::DnsNoAddress);
}

#[tokio::test]
async fn names_with_underscores_resolve() {
    let (lab, upstream) = (Lab::new().await, Upstream::start());
    lab.dns
        .set("my_service.lab.test", Answer::address("127.0.0.1"));
    lab.get(&upstream.url_as("my_service.lab.test", "/"))
        .await
        .is_up();
}

#[tokio::test]
async fn good_answers_are_remembered_for_their_ttl_and_bad_ones_never() {
    let (lab, upstream) = (Lab::new().await, Upstream::start());
    let url = upstream.url_as(NAME, "/");
    lab.get(&url).await.failed(FailureCode::DnsNotFound);
    lab.dns.set(
        NAME,
        Answer::Addresses {
            addresses: vec![IpAddr::from([127, 0, 0, 1])],
            ttl: 300,
        },
    );
    lab.get(&url).await.is_up();
    let asked = lab.dns.asked(NAME);
    lab.get(&url).await.is_up();
    assert_eq!(lab.dns.asked(NAME), asked);
    // A confirmation resolves afresh, so a service that moved is found at its new address.
    lab.dns.set(NAME, Answer::address("127.0.0.2"));
    lab.get(&url).await.is_up();
    lab.look_as(
        &target(&url),
        LookOptions {
            attempt: 1,
            queued: Duration::ZERO,
        },
    )
    .await
    .failed(FailureCode::ConnectRefused);
}

#[tokio::test]
async fn a_name_that_cannot_be_one_is_invalid_url() {
    let lab = Lab::new().await;
    let label = "a".repeat(64);
    for url in ["http://a..b/".to_owned(), format!("http://{label}.test/")] {
        lab.get(&url).await.failed(FailureCode::InvalidUrl);
    }
}
