//! Several workers: who looks at what, and who takes over.

use std::{collections::HashMap, time::Duration};

use sqlx::PgPool;

use crate::stage::{Placed, Stage, brisk, eventually};

async fn many(stage: &Stage, count: usize) -> Vec<(String, Placed)> {
    let mut placed = Vec::new();
    for n in 0..count {
        let path = format!("/{n}");
        let service = stage.add_quietly(&stage.config(&path, 2)).await;
        placed.push((path, service));
    }
    placed
}

/// Requests by path so far.
fn counts(stage: &Stage) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for request in stage.upstream.requests() {
        *counts.entry(request.path).or_default() += 1;
    }
    counts
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn two_workers_share_and_look_at_each_slot_once(pool: PgPool) {
    let stage = Stage::set(pool).await;
    let workers = [stage.worker(brisk()), stage.worker(brisk())];
    eventually("both live", async || {
        (stage.live().await.len() == 2).then_some(())
    })
    .await;
    // Both have to have read of each other before there is anything to look at.
    tokio::time::sleep(brisk().heartbeat * 3).await;
    let services = many(&stage, 40).await;
    for (_, service) in &services {
        stage.tell(*service).await;
    }
    eventually("three looks at each", async || {
        for (_, service) in &services {
            if stage.checks(*service).await.len() < 3 {
                return None;
            }
        }
        Some(())
    })
    .await;
    let [one, other] = workers;
    one.stop().await;
    other.stop().await;
    let counts = counts(&stage);
    let mut rows = 0;
    for (path, service) in &services {
        let checks = stage.checks(*service).await.len();
        rows += checks;
        let asked = counts.get(path).copied().unwrap_or(0);
        assert!(
            asked <= checks + 1,
            "{path}: {asked} requests for {checks} slots"
        );
    }
    let asked: usize = counts.values().sum();
    assert!(
        asked <= rows + rows / 20,
        "{asked} requests for {rows} slots"
    );
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn what_a_killed_worker_owned_is_looked_at_again(pool: PgPool) {
    let stage = Stage::set(pool).await;
    let services = many(&stage, 30).await;
    let (killed, left) = (stage.worker(brisk()), stage.worker(brisk()));
    eventually("both live", async || {
        (stage.live().await.len() == 2).then_some(())
    })
    .await;
    eventually("a look at each", async || {
        let counts = counts(&stage);
        services
            .iter()
            .all(|(path, _)| counts.contains_key(path))
            .then_some(())
    })
    .await;
    tokio::time::sleep(brisk().heartbeat * 3).await;
    drop(killed);
    let before = counts(&stage);
    eventually("all looked at again", async || {
        let now = counts(&stage);
        let again = |path: &String| now.get(path) > before.get(path);
        services.iter().all(|(path, _)| again(path)).then_some(())
    })
    .await;
    left.stop().await;
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_rolling_restart_opens_nothing_and_takes_over_at_once(pool: PgPool) {
    let stage = Stage::set(pool).await;
    let services = many(&stage, 10).await;
    let mut running = stage.worker(brisk());
    for _ in 0..3 {
        let next = stage.worker(brisk());
        eventually("both live", async || {
            (stage.live().await.len() == 2).then_some(())
        })
        .await;
        running.stop().await;
        eventually("one live", async || {
            (stage.live().await.len() == 1).then_some(())
        })
        .await;
        let before = counts(&stage);
        eventually("all looked at", async || {
            let now = counts(&stage);
            let again = |path: &String| now.get(path) > before.get(path);
            services.iter().all(|(path, _)| again(path)).then_some(())
        })
        .await;
        running = next;
    }
    running.stop().await;
    assert!(stage.incidents().await.is_empty());
    for (_, service) in &services {
        let checks = stage.checks(*service).await;
        let widest = checks
            .windows(2)
            .map(|pair| pair[1].slot - pair[0].slot)
            .max()
            .unwrap();
        assert!(
            widest.to_std().unwrap() <= Duration::from_secs(4),
            "at most one slot was lost: {widest}"
        );
    }
}
