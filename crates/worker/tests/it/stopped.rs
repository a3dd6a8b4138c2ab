//! A worker that the system stops for a while (SIGSTOP, a suspended machine), and a service that somebody locks for long.
#![expect(clippy::unwrap_used, reason = "what helps tests fails by panicking")]

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use domain::{failure::FailureCode, verdict::Verdict};
use sqlx::PgPool;
use test_support::{Mode, Signal};

use crate::{
    programs::Program,
    stage::{Placed, Stage, brisk, eventually},
};

/// How long a worker is stopped: longer than its heartbeat counts, and than it believes anything that it has read.
const STOPPED: TimeDelta = TimeDelta::seconds(70);

/// The database's time.
async fn now(stage: &Stage) -> DateTime<Utc> {
    let mut conn = stage.conn().await;
    db::services::now(&mut conn).await.unwrap()
}

/// Who has a heartbeat that counts.
async fn live(stage: &Stage) -> BTreeSet<uuid::Uuid> {
    let now = now(stage).await;
    let fresh = |at: DateTime<Utc>| now - at <= TimeDelta::seconds(6);
    let workers = stage.live().await.into_iter();
    workers
        .filter(|worker| fresh(worker.heartbeat_at))
        .map(|worker| worker.id.0)
        .collect()
}

async fn looked_at_anew(stage: &Stage, services: &[Placed]) {
    let mut before = Vec::new();
    for service in services {
        before.push(stage.checks(*service).await.len());
    }
    eventually("looks at all", async || {
        for (service, before) in services.iter().zip(&before) {
            if stage.checks(*service).await.len() < before + 2 {
                return None;
            }
        }
        Some(())
    })
    .await;
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_worker_that_was_stopped_for_long_is_replaced_and_comes_back_without_a_burst_or_an_alarm(
    pool: PgPool,
) {
    let stage = Stage::set(pool).await;
    let mut services = Vec::new();
    for n in 0..12 {
        services.push(stage.add_quietly(&stage.config(&format!("/{n}"), 2)).await);
    }
    // Under way whenever the worker is stopped.
    let mut slow = stage.config("/slow", 10);
    slow.target.http_mut().unwrap().timeout = std::time::Duration::from_secs(5);
    slow.target.http_mut().unwrap().degraded_threshold = std::time::Duration::from_secs(4);
    stage.upstream.set_for("/slow", Mode::ok().after(2_000));
    let slow = stage.add_quietly(&slow).await;
    let stopped = Program::start(&stage, &[], &[]);
    looked_at_anew(&stage, &services).await;
    let first = live(&stage).await;
    stopped.signal(Signal::STOP);
    let _other = Program::start(&stage, &[], &[]);
    let other = eventually("the other one alone", async || {
        let live = live(&stage).await;
        (live.len() == 1 && live != first).then_some(live)
    })
    .await;
    let alone = now(&stage).await;
    let by_the_other = async |until: DateTime<Utc>| {
        let mut looks = Vec::new();
        for service in &services {
            let checks = stage.checks(*service).await.into_iter();
            let looked = checks.map(|check| (check.slot, check.started_at, check.verdict));
            looks.push(
                looked
                    .filter(|(slot, ..)| (alone..until).contains(slot))
                    .collect::<Vec<_>>(),
            );
        }
        looks
    };
    eventually("more than a minute", async || {
        let beats = stage.live().await.into_iter();
        let last = beats.filter(|worker| first.contains(&worker.id.0));
        let last = last.map(|worker| worker.heartbeat_at).max()?;
        (now(&stage).await - last >= STOPPED).then_some(())
    })
    .await;
    // What is under way is recorded by the end of the test.
    let until = now(&stage).await - TimeDelta::seconds(2);
    let kept = by_the_other(until).await;
    for looks in &kept {
        assert!(!looks.is_empty());
    }
    let before = stage.upstream.requests().len();
    stopped.signal(Signal::CONT);
    eventually("both of them", async || {
        let live = live(&stage).await;
        (live.is_superset(&first) && live.is_superset(&other)).then_some(())
    })
    .await;
    let asked = stage.upstream.requests().len() - before;
    assert!(asked <= 3 * services.len(), "{asked} requests at once");
    looked_at_anew(&stage, &services).await;
    assert_eq!(by_the_other(until).await, kept, "it wrote into that time");
    for service in services.iter().chain(&[slow]) {
        let checks = stage.checks(*service).await;
        assert!(checks.windows(2).all(|pair| pair[0].slot < pair[1].slot));
        for check in checks {
            let code = check.failure.as_ref().map(|failure| failure.code);
            let void = (Verdict::Unknown, Some(FailureCode::InternalResource));
            assert!(
                check.verdict == Verdict::Up || (check.verdict, code) == void,
                "{check:?}"
            );
        }
    }
    assert!(stage.incidents().await.is_empty());
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_health_row_that_is_locked_for_20_s_loses_no_slot_and_holds_up_nobody_else(pool: PgPool) {
    let stage = Stage::set(pool).await;
    let locked = stage.add(&stage.config("/locked", 1)).await;
    let free = stage.add(&stage.config("/free", 1)).await;
    let worker = stage.worker(brisk());
    looked_at_anew(&stage, &[locked, free]).await;
    let mut editor = stage.db.begin().await.unwrap();
    assert!(db::health::lock(&mut editor, locked.key).await.unwrap());
    let before = stage.checks(locked).await.len();
    let begun = stage.checks(free).await.pop().unwrap().slot;
    eventually("20 s of the free one", async || {
        let newest = stage.checks(free).await.pop()?.slot;
        (newest - begun >= TimeDelta::seconds(20)).then_some(())
    })
    .await;
    assert_eq!(stage.checks(locked).await.len(), before, "it is locked");
    editor.commit().await.unwrap();
    let checks = eventually("all that waited", async || {
        let checks = stage.checks(locked).await;
        (checks.len() >= before + 20).then_some(checks)
    })
    .await;
    let second = |pair: &[db::checks::reading::Check]| pair[1].slot - pair[0].slot;
    let waited = &checks[before - 1..];
    let widest = waited.windows(2).map(second).max().unwrap();
    assert_eq!(widest, TimeDelta::seconds(1), "no slot was lost");
    assert!(stage.incidents().await.is_empty());
    worker.stop().await;
}
