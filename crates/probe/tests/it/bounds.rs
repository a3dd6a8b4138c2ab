//! Bombs and floods cost a bounded amount of memory and time.

use std::{fs, time::Duration};

use domain::{assertion::Assertion, failure::FailureCode};
use probe::PreparedTarget;
use test_support::{Mode, Upstream};
use tokio::time::Instant;

use crate::lab::{Lab, target};

/// Most memory that one look may cost beyond what was there, in KiB.
const MOST_KIB: u64 = 20 * 1024;

/// The largest resident size of this process so far, in KiB.
fn peak_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM"))
        .unwrap();
    line.split_ascii_whitespace()
        .nth(1)
        .unwrap()
        .parse()
        .unwrap()
}

/// Memory is told of whole processes, so this is measured in one that runs nothing else: where it does
/// not, the test starts itself again.
#[tokio::test]
async fn a_bomb_costs_little_memory_and_time() {
    const NAME: &str = "bounds::a_bomb_costs_little_memory_and_time";
    if !std::env::args().any(|argument| argument == "--exact") {
        let alone = tokio::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", NAME])
            .output()
            .await;
        let alone = alone.unwrap();
        let said = String::from_utf8_lossy(&alone.stdout);
        assert!(
            alone.status.success() && said.contains("1 passed"),
            "{said}"
        );
        return;
    }
    let lab = Lab::new().await;
    for (coding, mebibytes, code) in [
        ("gzip", 1_024, FailureCode::BodyTooLarge),
        ("br", 192, FailureCode::BodyTooLarge),
        ("zstd", 192, FailureCode::BodyTooLarge),
        ("deflate", 192, FailureCode::BodyTooLarge),
        // A window that is larger than a browser would accept.
        ("wide-zstd", 192, FailureCode::BodyDecode),
    ] {
        let upstream = Upstream::start();
        upstream
            .set(Mode::Zeros {
                coding: coding.into(),
                bytes: mebibytes * 1024 * 1024,
            })
            .await;
        let mut target = target(&upstream.url("/"));
        target.timeout = Duration::from_secs(20);
        target.assertions = vec![Assertion::BodyContains {
            text: "canary".into(),
        }];
        // The server makes its bomb while we wait for the first look; memory is measured on the second.
        lab.look(&target).await.failed(code);
        let before = peak_kib();
        lab.look(&target).await.failed(code);
        let cost = peak_kib() - before;
        assert!(cost < MOST_KIB, "{coding} cost {cost} KiB");
    }
}

#[tokio::test]
async fn data_that_decodes_to_nothing_ends() {
    let (lab, upstream) = (Lab::new().await, Upstream::start());
    upstream.set(Mode::EmptyGzipMembers).await;
    let mut target = target(&upstream.url("/"));
    target.timeout = Duration::from_secs(10);
    target.assertions = vec![Assertion::BodyContains {
        text: "canary".into(),
    }];
    let look = lab.look(&target).await;
    assert!(
        matches!(
            look.code(),
            Some(FailureCode::BodyTooLarge | FailureCode::BodyDecode)
        ),
        "{look:?}"
    );
    assert!(look.took < Duration::from_secs(5), "{:?}", look.took);
}

#[tokio::test]
async fn many_hanging_targets_do_not_hold_up_a_healthy_one() {
    let lab = Lab::new().await;
    let (hanging, healthy) = (Upstream::start(), Upstream::start());
    hanging.set(Mode::Hang).await;
    let stuck = PreparedTarget::new(crate::lab::hurried(&hanging.url("/"), 1_500));
    let stuck = std::sync::Arc::new(stuck);
    let mut looks = tokio::task::JoinSet::new();
    for _ in 0..200 {
        let (prober, stuck) = (lab.prober.clone(), stuck.clone());
        looks.spawn(async move { prober.look(&stuck, probe::LookOptions::default()).await });
    }
    let began = Instant::now();
    lab.get(&healthy.url("/")).await.is_up();
    assert!(began.elapsed() < Duration::from_secs(1));
    let seen = looks.join_all().await;
    let timed_out = seen.iter().filter(|seen| {
        seen.failure
            .as_ref()
            .is_some_and(|f| f.code == FailureCode::HttpTimeout)
    });
    assert_eq!(timed_out.count(), 200);
}
