//! Canaries and services on loopback, taken for public.

use domain::{failure::Detail, failure::Phase, observation::Hop};
use egress::{Egress, Resolver, Tls};
use test_support::{Mode, Upstream};

use super::*;

fn prober() -> Prober {
    let tls = Tls::new(Vec::new(), Arc::new(|| None)).unwrap();
    let egress = Egress::new(Policy::single_tenant(), Resolver::system(true), tls);
    Prober::new(Arc::new(egress), "https://example.com")
}

struct Stage {
    canaries: Canaries,
    servers: Vec<Upstream>,
    target: HttpTarget,
}

impl Stage {
    fn new(is_public: IsPublic) -> Self {
        let servers: Vec<Upstream> = (0..3).map(|_| Upstream::start()).collect();
        let urls: Vec<Url> = servers
            .iter()
            .map(|server| server.url("/").parse().unwrap())
            .collect();
        Self {
            canaries: Canaries::with(prober(), &urls, Figures::default(), is_public),
            servers,
            target: HttpTarget::get("http://192.0.2.1/".parse().unwrap()),
        }
    }

    async fn canaries_are(&self, mode: Mode) {
        for server in &self.servers {
            server.set(mode.clone()).await;
        }
    }

    /// The verdict on a service at 192.0.2.1 that timed out.
    async fn timed_out(&self, key: i32, is_first: bool) -> Verdict {
        let failure = Failure::new(FailureCode::ConnectTimeout, Phase::Tcp, Detail::None);
        let seen = Observation {
            hops: vec![Hop {
                remote: Some("192.0.2.1".parse().unwrap()),
                ..Hop::default()
            }],
            ..Observation::failed(failure.clone())
        };
        let suspect = Suspect {
            service: ServiceKey(key),
            target: &self.target,
            seen: &seen,
            is_first,
        };
        self.canaries
            .vet(suspect, Judgement::of(failure))
            .await
            .verdict
    }
}

#[tokio::test]
async fn a_first_failure_counts_only_when_a_canary_answers() {
    let stage = Stage::new(|_| true);
    assert_eq!(stage.timed_out(1, true).await, Verdict::Down);
    let stage = Stage::new(|_| true);
    stage.canaries_are(Mode::Refuse).await;
    assert_eq!(stage.timed_out(1, true).await, Verdict::Unknown);
    // An outage that is known goes on.
    assert_eq!(stage.timed_out(1, false).await, Verdict::Down);
}

#[tokio::test]
async fn private_addresses_need_no_proof() {
    let stage = Stage::new(is_public);
    stage.canaries_are(Mode::Refuse).await;
    assert_eq!(stage.timed_out(1, true).await, Verdict::Down);
}

#[tokio::test]
async fn a_worker_that_is_cut_off_holds_its_verdicts_until_a_canary_answers() {
    let stage = Stage::new(|_| true);
    stage.canaries_are(Mode::Refuse).await;
    for key in 0..5 {
        assert_eq!(stage.timed_out(key, true).await, Verdict::Unknown);
    }
    let isolated = stage.canaries.isolated();
    assert!(*isolated.borrow());
    assert_eq!(stage.timed_out(9, false).await, Verdict::Unknown);
    let (commands, mut heard) = mpsc::channel(1);
    let stop = CancellationToken::new();
    let running = stage.canaries.clone().run(commands, stop.clone());
    let back = async {
        stage.canaries_are(Mode::ok()).await;
        assert!(matches!(heard.recv().await, Some(Command::Recheck)));
        stop.cancel();
    };
    let (ran, ()) = tokio::join!(running, back);
    ran.unwrap();
    assert!(!*isolated.borrow());
    assert_eq!(stage.timed_out(1, true).await, Verdict::Down);
}
