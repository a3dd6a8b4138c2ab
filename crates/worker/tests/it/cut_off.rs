//! A worker whose network leads nowhere, beside one whose network works: real programs in networks of their own.
#![expect(clippy::unwrap_used, reason = "what helps tests fails by panicking")]

use domain::verdict::Verdict;
use sqlx::PgPool;
use test_support::{Mode, OwnNetwork, TlsMode, Upstream, is_inside};

use crate::{
    programs::Program,
    stage::{Placed, Stage, eventually},
};

macro_rules! own_network {
    ($test:literal) => {{
        let test = concat!(module_path!(), "::", $test);
        match OwnNetwork::enter_with(test, &BY_SOCKET) {
            Some(network) => network,
            None => return,
        }
    }};
}

/// Sockets of the file system lead out of a network namespace.
const BY_SOCKET: [(&str, &str); 2] = [
    ("DATABASE_URL", "DATABASE_URL_BY_SOCKET"),
    ("REDIS_URL", "REDIS_URL_BY_SOCKET"),
];
const SITE: &str = "11.22.33.10:8080";
const CANARIES: [&str; 3] = ["11.22.55.10:80", "11.22.66.10:80", "11.22.77.10:80"];
const SERVICES: usize = 6;

fn start(stage: &Stage, behind: &[&str]) -> Program {
    let canaries = CANARIES.map(|ip| format!("http://{ip}/")).join(",");
    Program::start(stage, behind, &[("CANARIES", &canaries)])
}

fn server(address: &str) -> Upstream {
    Upstream::bind(address.parse().unwrap(), TlsMode::Plain).unwrap()
}

async fn add_services(stage: &Stage) -> Vec<Placed> {
    let mut placed = Vec::new();
    for n in 0..SERVICES {
        let mut config = stage.config("/", 2);
        config.name = n.to_string();
        config.target.http_mut().unwrap().url = format!("http://{SITE}/{n}").parse().unwrap();
        placed.push(stage.add_quietly(&config).await);
    }
    placed
}

/// Waits until the newest check of each service has this verdict.
async fn all_are(stage: &Stage, services: &[Placed], verdict: Verdict) {
    eventually(verdict.as_str(), async || {
        for service in services {
            let newest = stage.checks(*service).await.pop()?;
            if newest.verdict != verdict {
                return None;
            }
        }
        Some(())
    })
    .await;
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_cut_off_worker_hands_over_and_only_the_real_outage_is_told(pool: PgPool) {
    if !is_inside() {
        // The test inside has the same database.
        pool.close().await;
    }
    let network = own_network!("a_cut_off_worker_hands_over_and_only_the_real_outage_is_told");
    for address in [SITE].iter().chain(&CANARIES) {
        network.add(&[address.split(':').next().unwrap()]);
    }
    let site = server(SITE);
    let _canaries = CANARIES.map(server);
    let stage = Stage::set(pool).await;
    let services = add_services(&stage).await;
    // Everything that leaves here is taken by nobody.
    let nowhere = "ip link set lo up && ip route add default dev lo && exec \"$@\"";
    let _cut_off = start(&stage, &["unshare", "-rn", "sh", "-c", nowhere, "sh"]);
    let cut_off = eventually("a worker that knows it is cut off", async || {
        let worker = stage.live().await.pop()?;
        (worker.figures["isolated"] == true).then_some(worker.id)
    })
    .await;
    // Nobody else is there: it goes on, and says nothing about anybody.
    all_are(&stage, &services, Verdict::Unknown).await;
    assert!(stage.incidents().await.is_empty());
    let _sound = start(&stage, &[]);
    eventually("the other one alone", async || {
        let live = stage.live().await;
        (live.len() == 1 && live[0].id != cut_off).then_some(())
    })
    .await;
    all_are(&stage, &services, Verdict::Up).await;
    site.set_for("/0", Mode::status(503));
    let incident = eventually("an incident", async || stage.incidents().await.pop()).await;
    assert_eq!(incident.service, services[0].id);
    assert_eq!(stage.incidents().await.len(), 1);
    all_are(&stage, &services[1..], Verdict::Up).await;
}
