//! A PostgreSQL that is truly stopped for a minute, and two real workers that go on beside it.

use chrono::TimeDelta;
use domain::verdict::Verdict;
use sqlx::postgres::PgPoolOptions;
use test_support::Postgres;

use crate::{
    programs::Program,
    stage::{Stage, eventually},
};

const INTERVAL: TimeDelta = TimeDelta::seconds(5);
/// What each service is asked while there is no database: a minute.
const LOOKS: usize = 12;

#[tokio::test]
async fn a_postgres_that_is_stopped_for_a_minute_costs_no_slot_and_doubles_none() {
    let mut postgres = Postgres::start();
    let pool = PgPoolOptions::new().connect(&postgres.url()).await.unwrap();
    db::MIGRATOR.run(&pool).await.unwrap();
    let stage = Stage::set(pool).await;
    let paths: Vec<String> = (0..6).map(|n| format!("/{n}")).collect();
    let mut services = Vec::new();
    for path in &paths {
        services.push(stage.add_quietly(&stage.config(path, 5)).await);
    }
    let at = [("DATABASE_URL", postgres.url())];
    let variables = at.each_ref().map(|(name, url)| (*name, url.as_str()));
    let mut workers = [0, 1].map(|_| Program::start(&stage, &[], &variables));
    let looked_at = async |more: usize| {
        for service in &services {
            if stage.checks(*service).await.len() < more {
                return None;
            }
        }
        Some(())
    };
    eventually("both", async || {
        (stage.live().await.len() == 2).then_some(())
    })
    .await;
    eventually("looks", async || looked_at(2).await).await;

    postgres.stop();
    let asked = || -> Vec<usize> { paths.iter().map(|path| stage.asked(path)).collect() };
    let before = asked();
    eventually("a minute of looks", async || {
        let enough = |(now, before): (usize, &usize)| now >= before + LOOKS;
        asked().into_iter().zip(&before).all(enough).then_some(())
    })
    .await;
    postgres.start_again();

    let waited = asked();
    for (service, waited) in services.iter().zip(&waited) {
        eventually("all that waited, and two more", async || {
            (stage.checks(*service).await.len() >= waited + 2).then_some(())
        })
        .await;
    }
    assert!(workers.iter_mut().all(Program::runs), "nobody gave up");
    drop(workers);
    for (path, service) in paths.iter().zip(&services) {
        let checks = stage.checks(*service).await;
        // The first look is outside the grid.
        for pair in checks[1..].windows(2) {
            assert_eq!(pair[1].slot - pair[0].slot, INTERVAL, "{path}: {pair:?}");
        }
        // A machine that does much else may make one void.
        assert!(checks.iter().all(|check| check.verdict != Verdict::Down));
        // Nobody looked at what the other one looks at, but for a moment after the start; the last one was not recorded.
        assert!(stage.asked(path) <= checks.len() + 3, "{path}");
    }
    assert!(stage.incidents().await.is_empty());
}
