//! Daily partitions: made ahead, dropped behind, healed after every crash between two steps.

use chrono::{DateTime, Days, NaiveDate, Utc};
use db::partitions;
use sqlx::PgPool;

use crate::ground::Ground;

impl Ground {
    async fn days(&self) -> Vec<NaiveDate> {
        let mut conn = self.db.acquire().await.expect("the database answers");
        let days = partitions::days(&mut conn)
            .await
            .expect("the database answers");
        days.into_iter().collect()
    }

    fn today(&self) -> NaiveDate {
        self.now.date_naive()
    }
}

fn table(day: NaiveDate) -> String {
    day.format("checks_%Y%m%d").to_string()
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_week_ahead_is_ready_and_asking_again_changes_nothing(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let days = ground.days().await;
    assert_eq!(days.len(), 9);
    assert_eq!(days[0], ground.today() - Days::new(1));
    assert_eq!(days[8], ground.today() + Days::new(7));
    partitions::ensure(&ground.db, ground.today())
        .await
        .unwrap();
    assert_eq!(ground.days().await, days);
    partitions::ensure(&ground.db, ground.today() + Days::new(1))
        .await
        .unwrap();
    assert_eq!(ground.days().await.len(), 10);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn several_processes_may_make_days_at_once(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let later = ground.today() + Days::new(30);
    let (a, b, c) = tokio::join!(
        partitions::ensure(&ground.db, later),
        partitions::ensure(&ground.db, later),
        partitions::ensure(&ground.db, later)
    );
    a.and(b).and(c).unwrap();
    assert_eq!(ground.days().await.len(), 18);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn days_are_made_and_dropped_while_a_batch_is_under_way(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    let mut batch = ground.db.begin().await.unwrap();
    let look = db::checks::CheckRow::of(&service.up(ground.ago(0)));
    db::checks::insert(&mut batch, &[&look]).await.unwrap();
    partitions::ensure(&ground.db, ground.today() + Days::new(3))
        .await
        .unwrap();
    batch.commit().await.unwrap();
    assert_eq!(ground.days().await.len(), 12);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_dropped_day_is_gone_and_never_made_again(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let gone = partitions::drop_before(&ground.db, ground.today())
        .await
        .unwrap();
    let yesterday = ground.today() - Days::new(1);
    assert_eq!(gone, [yesterday]);
    partitions::ensure(&ground.db, ground.today())
        .await
        .unwrap();
    assert_eq!(ground.days().await.len(), 8);
    let exists: Option<String> = sqlx::query_scalar("select to_regclass($1)::text")
        .bind(table(yesterday))
        .fetch_one(ground.db.pool())
        .await
        .unwrap();
    assert_eq!(exists, None);
    assert!(
        partitions::drop_before(&ground.db, ground.today())
            .await
            .unwrap()
            .is_empty()
    );
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_day_that_was_made_but_not_attached_is_attached_by_the_next_run(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let day = ground.today() + Days::new(8);
    ground
        .run(&format!(
            "create table {} (like checks including all)",
            table(day)
        ))
        .await;
    partitions::ensure(&ground.db, ground.today() + Days::new(1))
        .await
        .unwrap();
    assert!(ground.days().await.contains(&day));
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_day_that_was_detached_but_not_dropped_is_dropped_by_the_next_run(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let yesterday = ground.today() - Days::new(1);
    ground
        .run(&format!(
            "insert into dropped_days (day) values ('{yesterday}')"
        ))
        .await;
    ground
        .run(&format!(
            "alter table checks detach partition {}",
            table(yesterday)
        ))
        .await;
    partitions::ensure(&ground.db, ground.today())
        .await
        .unwrap();
    assert!(!ground.days().await.contains(&yesterday));
    let gone = partitions::drop_before(&ground.db, ground.today() - Days::new(30))
        .await
        .unwrap();
    assert_eq!(gone, [yesterday]);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_detach_that_a_reader_interrupted_is_finished_by_the_next_run(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let yesterday = ground.today() - Days::new(1);
    let mut reader = ground.db.begin().await.unwrap();
    let _: Option<DateTime<Utc>> = sqlx::query_scalar("select max(slot_at) from checks")
        .fetch_one(&mut *reader)
        .await
        .unwrap();
    // The reader still holds the day: dropping gives up after its lock timeout instead of waiting for it.
    partitions::drop_before(&ground.db, ground.today())
        .await
        .unwrap_err();
    let service = ground.service().await;
    ground.record([service.up(ground.ago(0))]).await;
    assert_eq!(
        ground.count("checks").await,
        1,
        "recording goes on meanwhile"
    );
    reader.commit().await.unwrap();
    let gone = partitions::drop_before(&ground.db, ground.today() - Days::new(30))
        .await
        .unwrap();
    assert_eq!(gone, [yesterday]);
    assert!(!ground.days().await.contains(&yesterday));
}
