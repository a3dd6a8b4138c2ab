//! Looks that must not be recorded, and that they hurt nobody else.

use chrono::{Days, TimeDelta};
use db::partitions;
use domain::{id::UserId, verdict::Verdict};
use sqlx::PgPool;

use crate::ground::Ground;

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_poisoned_row_stands_alone_and_the_rest_of_the_batch_goes_on(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let services = ground.services(30).await;
    ground
        .run("alter table checks add constraint poison check (status_code <> 418)")
        .await;
    let mut looks: Vec<_> = services
        .iter()
        .map(|service| service.down(ground.ago(60)))
        .collect();
    looks[17].observation.as_mut().unwrap().hops[0].status = Some(418);
    looks.extend(services.iter().map(|service| service.down(ground.ago(30))));
    ground.record(looks).await;
    assert_eq!(ground.count("checks").await, 59);
    assert_eq!(ground.count("incidents").await, 30);
    assert_eq!(
        ground
            .count("refused_looks where reason like '%poison%'")
            .await,
        1
    );
    let refused: i32 = sqlx::query_scalar("select service_key from refused_looks")
        .fetch_one(ground.db.pool())
        .await
        .unwrap();
    assert_eq!(refused, services[17].key.0);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_body_with_nul_characters_is_no_poison(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    let mut look = service.down(ground.ago(30));
    look.observation.as_mut().unwrap().evidence = Some(domain::observation::Evidence {
        headers: vec![],
        body: "a\0b".into(),
    });
    ground.record([look]).await;
    assert_eq!(ground.count("refused_looks").await, 0);
    assert_eq!(
        ground
            .count("incidents where first_failed->'observation'->'evidence'->>'body' = 'ab'")
            .await,
        1
    );
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn looks_of_a_deleted_paused_or_edited_service_are_dropped(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let services = ground.services(4).await;
    let looks: Vec<_> = services
        .iter()
        .map(|service| service.down(ground.ago(30)))
        .collect();
    let [deleted, paused, edited, same] = &services[..] else {
        panic!("four services")
    };
    ground
        .run(&format!(
            "delete from services where key = {}",
            deleted.key.0
        ))
        .await;
    ground
        .run(&format!(
            "update services set paused_at = now(), revision = 2 where key = {}",
            paused.key.0
        ))
        .await;
    ground
        .run(&format!(
            "update services set revision = 2 where key = {}",
            edited.key.0
        ))
        .await;
    ground.record(looks).await;
    let recorded: Vec<i32> = sqlx::query_scalar("select service_key from checks")
        .fetch_all(ground.db.pool())
        .await
        .unwrap();
    assert_eq!(recorded, [same.key.0]);
    assert_eq!(ground.count("incidents").await, 1);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_workspace_that_goes_while_thousands_of_its_looks_are_under_way_hurts_no_other(
    pool: PgPool,
) {
    let ground = Ground::new(pool).await;
    let other = ground.other_workspace().await;
    let doomed = ground.services(250).await;
    let others = other.services(20).await;
    let person = UserId(uuid::Uuid::now_v7());
    ground
        .run(&format!(
            "with person as (insert into users (id, email, name) values ('{0}', 'ann@example.com', 'Ann') returning id)
             update workspaces set personal_of = person.id from person where workspaces.id = '{1}'",
            person.0, ground.workspace.0
        ))
        .await;
    let looks = (0..20).rev().flat_map(|n| {
        let at = ground.ago(30 * n);
        let all = doomed.iter().chain(&others);
        all.map(move |service| service.down(at))
    });
    let deleting = async {
        // Some are recorded, and the others on their way.
        ground.until("select exists (select from checks)").await;
        let mut tx = ground.db.begin().await.unwrap();
        let deleted = db::workspaces::delete_personal(&mut tx, person)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        deleted.expect("it was there").services.len()
    };
    let ((), deleted) = tokio::join!(ground.record(looks), deleting);
    assert_eq!(deleted, 250);
    let keys: Vec<i32> = others.iter().map(|service| service.key.0).collect();
    let kept: i64 = sqlx::query_scalar("select count(*) from checks where service_key = any($1)")
        .bind(&keys)
        .fetch_one(ground.db.pool())
        .await
        .unwrap();
    assert_eq!(kept, 20 * 20);
    let open: Vec<i32> = sqlx::query_scalar("select service_key from incidents order by 1")
        .fetch_all(ground.db.pool())
        .await
        .unwrap();
    assert_eq!(open, keys);
    assert_eq!(ground.count("refused_looks").await, 0);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_pause_that_commits_while_the_batch_waits_for_it_is_seen(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    let mut tx = ground.db.begin().await.unwrap();
    assert!(db::health::lock(&mut tx, service.key).await.unwrap());
    let pausing = async {
        sqlx::query(
            "update services set paused_at = now(), revision = revision + 1 where key = $1",
        )
        .bind(service.key.0)
        .execute(&mut *tx)
        .await
        .unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        tx.commit().await.unwrap();
    };
    tokio::join!(ground.record([service.down(ground.ago(30))]), pausing);
    assert_eq!(
        ground.count("checks").await + ground.count("incidents").await,
        0
    );
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_slot_from_the_future_is_refused_and_one_a_little_ahead_is_not(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    ground
        .record([service.up(ground.ago(-3)), service.up(ground.ago(-60))])
        .await;
    assert_eq!(ground.count("checks").await, 1);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_clock_set_back_an_hour_silences_nobody(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    ground.record([service.up(ground.ago(60))]).await;
    // As it was left by an hour under a clock that was ahead: its slots are taken, and the last one is still to come.
    ground
        .run("update service_health set last_slot = now() + interval '1 hour'")
        .await;
    ground.record([service.up(ground.ago(30))]).await;
    let mut taken = service.up(ground.now);
    taken.stands_for = TimeDelta::seconds(30);
    ground.record([taken]).await;
    ground
        .run("update service_health set last_slot = now() + interval '1 hour'")
        .await;
    ground.record([service.down(ground.now)]).await;
    assert_eq!(
        ground.count("incidents where resolved_at is null").await,
        1,
        "the slot was taken, the verdict counts"
    );
    ground.record([service.down(ground.now)]).await;
    assert_eq!(ground.count("incidents where checks_failed = 1").await, 1);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn slots_written_while_the_clock_was_ahead_are_not_written_again_when_their_time_comes(
    pool: PgPool,
) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    let slots = || (0..20).map(|n| ground.ago(20 - n));
    // All of them while the clock was an hour ahead; then it is set back and they come again, one by one, and some at once.
    ground.record(slots().map(|slot| service.up(slot))).await;
    ground
        .run("update service_health set last_slot = last_slot + interval '1 hour'")
        .await;
    let all: Vec<_> = slots().collect();
    for slot in &all[..5] {
        ground.record([service.up(*slot)]).await;
    }
    ground
        .record(all[5..].iter().map(|slot| service.up(*slot)))
        .await;
    assert_eq!(ground.count("checks").await, 20);
    ground.record([service.up(ground.now)]).await;
    assert_eq!(ground.count("checks").await, 21);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_slot_that_is_taken_though_nobody_knows_is_no_poison(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let (service, other) = (ground.service().await, ground.service().await);
    ground.record([service.up(ground.ago(30))]).await;
    // The row stays, and what is known of it goes: as after a clock that was ahead.
    ground
        .run("update service_health set last_slot = null, verdict = null, health = 0")
        .await;
    ground
        .record([
            service.down(ground.ago(30)),
            other.up(ground.ago(20)),
            other.up(ground.ago(20)),
        ])
        .await;
    assert_eq!(ground.count("refused_looks").await, 0);
    assert_eq!(
        ground.count("checks where verdict = 1").await,
        2,
        "the first row of a slot stays"
    );
    assert_eq!(
        ground.count("incidents where resolved_at is null").await,
        1,
        "the verdict counts"
    );
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_look_of_a_day_that_was_dropped_is_discarded_without_harm(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let (old, new) = (ground.service().await, ground.service().await);
    let today = ground.now.date_naive();
    partitions::drop_before(&ground.db, today).await.unwrap();
    let midnight = today.and_time(chrono::NaiveTime::MIN).and_utc();
    let yesterday = midnight.checked_sub_days(Days::new(1)).unwrap() + TimeDelta::hours(12);
    ground
        .record([old.down(yesterday), new.up(ground.ago(0))])
        .await;
    assert_eq!(ground.count("checks").await, 1);
    assert_eq!(ground.count("incidents").await, 0);
    assert_eq!(ground.count("refused_looks").await, 0);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_partition_that_went_while_it_was_believed_costs_only_its_own_looks(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let (old, new) = (ground.service().await, ground.service().await);
    let (looks, recorder, mut heard) =
        crate::ground::recorder(&ground.db, worker::record::Settings::default());
    let midnight = ground
        .now
        .date_naive()
        .and_time(chrono::NaiveTime::MIN)
        .and_utc();
    let yesterday = midnight - TimeDelta::hours(12);
    let test = async {
        looks.send(new.up(ground.ago(1))).unwrap();
        heard.recv().await.unwrap();
        partitions::drop_before(&ground.db, ground.now.date_naive())
            .await
            .unwrap();
        looks.send(old.down(yesterday)).unwrap();
        looks.send(new.look(ground.ago(0), Verdict::Down)).unwrap();
        drop(looks);
    };
    let (done, ()) = tokio::join!(
        recorder.run(tokio_util::sync::CancellationToken::new()),
        test
    );
    done.unwrap();
    assert_eq!(ground.count("checks").await, 2);
    assert_eq!(ground.count("refused_looks").await, 0);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn todays_partition_is_made_when_it_is_missing(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    let tables: Vec<String> = sqlx::query_scalar(
        "select inhrelid::regclass::text from pg_inherits where inhparent = 'checks'::regclass",
    )
    .fetch_all(ground.db.pool())
    .await
    .unwrap();
    for table in tables {
        ground.run(&format!("drop table {table}")).await;
    }
    ground.record([service.up(ground.ago(0))]).await;
    assert_eq!(ground.count("checks").await, 1);
}
