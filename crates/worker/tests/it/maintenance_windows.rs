//! Maintenance: checks go on, nothing opens and nobody is told; what outlives the window opens at its end.

use std::time::Duration;

use chrono::TimeDelta;
use chrono_tz::Tz;
use db::{maintenance_windows, services::counting};
use domain::{
    failure::FailureCode,
    id::WindowId,
    maintenance::{Covers, Window},
    uptime,
    verdict::Verdict,
};
use sqlx::PgPool;
use test_support::Mode;
use uuid::Uuid;

use crate::{
    ground::Ground,
    stage::{Stage, brisk, eventually},
};

pub(crate) fn window(begins: chrono::DateTime<chrono::Utc>, duration: Duration) -> Window {
    Window {
        id: WindowId(Uuid::now_v7()),
        title: "Upgrade".into(),
        begins: begins.naive_utc(),
        zone: Tz::UTC,
        duration,
        rule: None,
        covers: Covers::All,
    }
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn l07_trouble_within_a_window_is_stored_opens_nothing_is_told_to_nobody_and_is_no_downtime(
    pool: PgPool,
) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    ground.listener("ops", &[]).await;
    let upgrade = window(ground.ago(100), Duration::from_hours(1));
    let mut conn = ground.db.acquire().await.unwrap();
    maintenance_windows::put(&mut conn, ground.workspace, &upgrade)
        .await
        .unwrap();
    let covered = maintenance_windows::cover(&mut conn, ground.workspace, ground.now).await;
    assert_eq!(covered.unwrap(), 1);
    ground
        .record([
            service.up(ground.ago(150)),
            service.down(ground.ago(90)),
            service.down(ground.ago(60)),
            service.up(ground.ago(30)),
        ])
        .await;
    let stored: Vec<(i16, i16)> =
        sqlx::query_as("select verdict, code from checks order by slot_at")
            .fetch_all(ground.db.pool())
            .await
            .unwrap();
    let verdicts: Vec<_> = stored
        .iter()
        .map(|(verdict, _)| Verdict::from_number(*verdict))
        .collect();
    let maintenance = Some(Verdict::Maintenance);
    assert_eq!(
        verdicts,
        [Some(Verdict::Up), maintenance, maintenance, maintenance]
    );
    assert!(
        stored[1].1 > 0 && stored[3].1 == 0,
        "the code is kept: {stored:?}"
    );
    assert_eq!(
        ground.count("incidents").await + ground.count("outbox").await,
        0
    );
    maintenance_windows::delete(&mut conn, ground.workspace, upgrade.id)
        .await
        .unwrap();
    maintenance_windows::cover(&mut conn, ground.workspace, ground.now)
        .await
        .unwrap();
    let pulse = counting::pulse(&mut conn, ground.workspace, ground.now).await;
    let day = pulse.unwrap().last_day;
    assert_eq!((day.down_ms, day.maintenance_ms), (0, 90_000));
    assert_eq!(uptime::uptime(&day), Some(100.0));
    ground.record([service.down(ground.ago(15))]).await;
    assert_eq!(ground.count("incidents").await, 1);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn l08_an_outage_that_outlives_its_window_opens_at_its_end(pool: PgPool) {
    let stage = Stage::set(pool).await;
    stage.upstream.set_for("/sick", Mode::status(503));
    let service = stage.add(&stage.config("/sick", 3_600)).await;
    let mut conn = stage.conn().await;
    let now = db::services::now(&mut conn).await.unwrap();
    let long = window(now - TimeDelta::hours(1), Duration::from_hours(2));
    maintenance_windows::put(&mut conn, stage.workspace, &long)
        .await
        .unwrap();
    maintenance_windows::cover(&mut conn, stage.workspace, now)
        .await
        .unwrap();
    let worker = stage.worker(brisk());
    eventually("it is looked at", async || {
        let checks = stage.checks(service).await;
        checks
            .iter()
            .any(|check| check.verdict == Verdict::Maintenance)
            .then_some(())
    })
    .await;
    assert!(stage.incidents().await.is_empty());
    // Whoever takes the window away wants to know at once, though the next look of the grid is an hour away.
    let ended = db::services::now(&mut conn).await.unwrap();
    maintenance_windows::delete(&mut conn, stage.workspace, long.id)
        .await
        .unwrap();
    maintenance_windows::cover(&mut conn, stage.workspace, ended)
        .await
        .unwrap();
    let incident = eventually("it opens", async || stage.incidents().await.pop()).await;
    let late = incident.started_at - ended;
    assert!(
        late >= TimeDelta::zero() && late <= TimeDelta::seconds(7),
        "{late} after {ended}"
    );
    let failed = incident.cause.map(|cause| cause.code);
    assert_eq!(failed, Some(FailureCode::UnexpectedStatus));
    worker.stop().await;
}
