//! Closing hours: what comes late counts, what was dropped stays as it was, and everything may be done again.

use chrono::{DateTime, Days, NaiveTime, TimeDelta, Utc};
use db::{partitions, rollups};
use domain::{
    coverage::{Spent, hour_start},
    recent::Recent,
    schedule,
    verdict::Verdict,
};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use crate::ground::{Ground, Watched};

const HOUR: TimeDelta = TimeDelta::hours(1);

impl Ground {
    /// The beginning of the last hour that is over.
    fn last_hour(&self) -> DateTime<Utc> {
        hour_start(self.now) - HOUR
    }

    async fn close(&self, now: DateTime<Utc>) {
        let all: Vec<i16> =
            (0..i16::try_from(schedule::SHARDS).expect("the database answers")).collect();
        worker::rollups::close_due(&self.db, &all, now, &CancellationToken::new())
            .await
            .expect("the database answers");
    }

    async fn hour(&self, service: &Watched, hour: DateTime<Utc>) -> Option<rollups::Hour> {
        let mut conn = self.db.acquire().await.expect("the database answers");
        let hours = rollups::hours(&mut conn, &[service.key], hour, hour + HOUR)
            .await
            .expect("the database answers");
        hours.into_iter().next()
    }

    async fn recent(&self, service: &Watched) -> Recent {
        let bytes: Vec<u8> =
            sqlx::query_scalar("select recent from service_health where service_key = $1")
                .bind(service.key.0)
                .fetch_one(self.db.pool())
                .await
                .expect("the database answers");
        Recent::decode(&bytes).expect("the database answers")
    }
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn an_hour_closes_two_minutes_after_its_end_and_not_before(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    let hour = ground.last_hour();
    let looks = (0..120).map(|n| service.up(hour + TimeDelta::seconds(n * 30)));
    ground.record(looks).await;
    ground.close(hour + HOUR + TimeDelta::seconds(119)).await;
    assert!(ground.hour(&service, hour).await.is_none());
    ground.close(hour + HOUR + TimeDelta::seconds(120)).await;
    let closed = ground.hour(&service, hour).await.unwrap().tally;
    assert_eq!(
        (closed.spent.up_ms, closed.looks, closed.failed),
        (3_600_000, 120, 0)
    );
    assert_eq!(closed.latency.total(), 120);
    let recent = ground.recent(&service).await;
    assert_eq!(recent.first_open(), (hour + HOUR).timestamp() / 3600);
    let before = ground.everything().await;
    ground.close(hour + HOUR + TimeDelta::seconds(120)).await;
    assert_eq!(
        ground.everything().await,
        before,
        "closing again changes nothing"
    );
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_look_that_comes_after_its_hour_was_closed_changes_the_rollup(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    let hour = ground.last_hour() - HOUR;
    ground
        .record((0..100).map(|n| service.up(hour + TimeDelta::seconds(n * 30))))
        .await;
    ground.close(ground.now + HOUR).await;
    assert_eq!(
        ground.hour(&service, hour).await.unwrap().tally.spent.up_ms,
        3_000_000
    );
    ground
        .record([service.down(hour + TimeDelta::seconds(3_570))])
        .await;
    assert_eq!(ground.count("dirty_hours").await, 1);
    ground.close(ground.now + HOUR).await;
    assert_eq!(ground.count("dirty_hours").await, 0);
    let tally = ground.hour(&service, hour).await.unwrap().tally;
    assert_eq!(
        (tally.spent.down_ms, tally.looks, tally.failed),
        (30_000, 101, 1)
    );
    let mut conn = ground.db.acquire().await.unwrap();
    let day = hour.date_naive();
    let days = rollups::days(&mut conn, &[service.key], day, day)
        .await
        .unwrap();
    assert_eq!(days[0].tally, tally, "the day is the sum of its hours");
    let shown = ground
        .recent(&service)
        .await
        .days(ground.now, &Spent::default(), 30);
    let packed = shown.iter().find(|(date, _)| *date == day).unwrap();
    assert_eq!(packed.1, tally.spent, "and so is the packed bar");
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_look_for_ten_minutes_reaches_into_the_hours_after_it_and_a_late_one_cuts_it(
    pool: PgPool,
) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    let hour = ground.last_hour() - HOUR * 4;
    let mut long = service.up(hour + TimeDelta::minutes(30));
    long.stands_for = HOUR * 3;
    ground.record([long]).await;
    ground.close(ground.now + HOUR).await;
    for (n, minutes) in [(0, 30), (1, 60), (2, 60), (3, 30)] {
        let tally = ground.hour(&service, hour + HOUR * n).await.unwrap().tally;
        assert_eq!(tally.spent.up_ms, minutes * 60_000, "hour {n}");
        assert_eq!(tally.looks, i32::from(n == 0));
    }
    let mut late = service.down(hour + TimeDelta::minutes(45));
    late.stands_for = TimeDelta::minutes(30);
    ground.record([late]).await;
    ground.close(ground.now + HOUR).await;
    for (n, up, down) in [(0, 15, 15), (1, 0, 15), (2, 0, 0), (3, 0, 0)] {
        let spent = ground
            .hour(&service, hour + HOUR * n)
            .await
            .unwrap()
            .tally
            .spent;
        assert_eq!(
            (spent.up_ms / 60_000, spent.down_ms / 60_000),
            (up, down),
            "hour {n}"
        );
    }
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn an_hour_whose_checks_were_dropped_is_never_summed_again(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    let midnight = ground.now.date_naive().and_time(NaiveTime::MIN).and_utc();
    let yesterday = midnight - TimeDelta::hours(6);
    ground
        .record((0..120).map(|n| service.up(yesterday + TimeDelta::seconds(n * 30))))
        .await;
    ground.close(ground.now + HOUR).await;
    assert!(ground.hour(&service, yesterday).await.is_some());
    ground
        .run(&format!(
            "insert into dirty_hours values ({}, '{yesterday}')",
            service.key.0
        ))
        .await;
    partitions::drop_before(&ground.db, ground.now.date_naive())
        .await
        .unwrap();
    ground.close(ground.now + HOUR).await;
    let kept = ground.hour(&service, yesterday).await.unwrap();
    assert_eq!(kept.tally.spent.up_ms, 3_600_000);
    assert_eq!(ground.count("dirty_hours").await, 0);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_worker_that_was_away_catches_up(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let (early, other) = (ground.service().await, ground.service().await);
    let begin = ground.last_hour() - HOUR * 10;
    for service in [&early, &other] {
        ground
            .record((0..11).map(|n| service.look(begin + HOUR * n, Verdict::Degraded)))
            .await;
    }
    ground.close(begin + HOUR * 3).await;
    assert_eq!(ground.count("rollup_hours").await, 2 * 2);
    ground.close(ground.now + HOUR).await;
    assert_eq!(
        ground
            .count("rollup_hours where degraded_ms = 30000 and looks = 1 and failed = 1")
            .await,
        2 * 11
    );
    let open: i64 = ground
        .count("rollup_shards where closed_until < now() - interval '1 hour'")
        .await;
    assert_eq!(open, 0);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn sums_of_deleted_services_go_and_days_stay(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let (gone, here) = (ground.service().await, ground.service().await);
    for service in [&gone, &here] {
        ground.record([service.up(ground.last_hour())]).await;
    }
    ground.close(ground.now + HOUR).await;
    ground.run(&format!("insert into rollup_hours select service_key, hour - interval '2 years', 0, 0, 0, 0, 0, 0, 0, '' from rollup_hours where service_key = {}", here.key.0)).await;
    ground.run("insert into rollup_days select service_key, day - n, 0, 0, 0, 0, 0, 0, 0, '', hours from rollup_days, unnest('{91, 94}'::int[]) n").await;
    ground
        .run(&format!("delete from services where key = {}", gone.key.0))
        .await;
    worker::rollups::tidy(&ground.db, ground.now, &CancellationToken::new())
        .await
        .unwrap();
    assert_eq!(ground.count("rollup_hours").await, 1);
    assert_eq!(ground.count("rollup_days").await, 3);
    // What no chart shows is not kept packed.
    assert_eq!(ground.count("rollup_days where hours = ''").await, 1);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn retention_by_age_drops_whole_days_and_keeps_the_rest(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let today = ground.now.date_naive();
    for back in 0..40 {
        let day = today - Days::new(40 - back);
        partitions::ensure(&ground.db, day).await.unwrap();
    }
    worker::partitions::round(&ground.db, worker::partitions::Retention::default())
        .await
        .unwrap();
    let mut conn = ground.db.acquire().await.unwrap();
    let days = partitions::days(&mut conn).await.unwrap();
    assert_eq!(days.first(), Some(&(today - Days::new(30))));
    assert_eq!(days.last(), Some(&(today + Days::new(7))));
}
