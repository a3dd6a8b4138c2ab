//! Own maintenance windows: their begin and their end are told once, and reminders wait for their end.
#![expect(clippy::unwrap_used, reason = "what helps tests fails by panicking")]

use std::time::Duration;

use chrono::TimeDelta;
use chrono_tz::Tz;
use db::maintenance_windows;
use domain::{
    maintenance::Window,
    notice::{
        message::Kind,
        quiet::Quiet,
        rule::{Topic, Wish},
    },
};
use sqlx::PgPool;

use crate::{
    ground::Ground,
    maintenance_windows::window,
    notices_post::{Post, Teller, wish},
};

impl Ground {
    async fn put(&self, window: &Window) {
        let mut conn = self.db.acquire().await.unwrap();
        maintenance_windows::put(&mut conn, self.workspace, window)
            .await
            .unwrap();
    }
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_window_is_told_once_when_it_begins_and_once_when_it_ends(pool: PgPool) {
    let ground = Ground::new(pool).await;
    ground.service().await;
    ground.listener("ops", &[Topic::Maintenance]).await;
    ground.listener("other", &[]).await;
    let mut upgrade = window(ground.ago(60), Duration::from_hours(1));
    ground.put(&upgrade).await;
    // One that was over before anybody was here to tell of it.
    ground
        .put(&window(ground.ago(900), Duration::from_mins(5)))
        .await;
    let post = Post::new();
    let tellers: Vec<_> = (0..2).map(|_| Teller::start(&ground.db, &post)).collect();
    post.wait(1).await;
    ground.all_is_told().await;
    ground.a_while_later().await;
    upgrade.duration = Duration::from_mins(1);
    ground.put(&upgrade).await;
    post.wait(2).await;
    ground.all_is_told().await;
    for teller in tellers {
        teller.stop().await;
    }
    let carried = post.carried();
    let [(to, begun), (also, ended)] = &carried[..] else {
        panic!("{:?}", post.kinds());
    };
    assert_eq!((to.as_str(), also.as_str()), ("ops.test", "ops.test"));
    assert_eq!(begun.kind, Kind::MaintenanceStarted);
    assert_eq!(begun.headline(), "Maintenance has begun: Upgrade");
    assert!(begun.sentences()[0].starts_with("It covers S until "));
    assert_eq!(begun.occurred_at, ground.ago(60));
    assert_eq!(ended.kind, Kind::MaintenanceEnded);
    assert_eq!(ended.headline(), "Maintenance is over: Upgrade");
    assert_eq!(ended.subjects[0].lasted, Some(Duration::from_mins(1)));
    assert_eq!((begun.late, ended.occurred_at), (None, ground.now));
    assert_eq!(ground.count("outbox").await, 2);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_begin_that_is_long_past_is_told_as_past_and_the_end_of_a_deleted_window_is_now(
    pool: PgPool,
) {
    let ground = Ground::new(pool).await;
    ground.service().await;
    ground.listener("ops", &[Topic::Maintenance]).await;
    let upgrade = window(ground.ago(900), Duration::from_hours(1));
    ground.put(&upgrade).await;
    let post = Post::new();
    let teller = Teller::start(&ground.db, &post);
    post.wait(1).await;
    ground.all_is_told().await;
    ground.a_while_later().await;
    let mut conn = ground.db.acquire().await.unwrap();
    maintenance_windows::delete(&mut conn, ground.workspace, upgrade.id)
        .await
        .unwrap();
    post.wait(2).await;
    teller.stop().await;
    let carried = post.carried();
    assert!(
        carried[0]
            .1
            .late
            .is_some_and(|late| late >= Duration::from_mins(15))
    );
    let ended = &carried[1].1;
    assert_eq!((ended.kind, ended.late), (Kind::MaintenanceEnded, None));
    assert!(ended.occurred_at >= ground.now);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn of_a_window_that_is_over_before_quiet_hours_are_nobody_hears(pool: PgPool) {
    let ground = Ground::new(pool).await;
    ground.service().await;
    let channel = ground.channel("ops").await;
    let quiet = Quiet {
        from: (ground.now - TimeDelta::hours(1)).time(),
        until: (ground.now + TimeDelta::hours(2)).time(),
        zone: Tz::UTC,
        lets_through: [Topic::Down].into(),
    };
    let quietly = Wish {
        quiet: Some(quiet),
        ..wish(&[Topic::Maintenance])
    };
    ground.rule(channel, quietly).await;
    let mut upgrade = window(ground.ago(60), Duration::from_hours(1));
    ground.put(&upgrade).await;
    let post = Post::new();
    let teller = Teller::start(&ground.db, &post);
    ground
        .until("select exists (select 1 from outbox where dropped is null)")
        .await;
    upgrade.duration = Duration::from_mins(1);
    ground.put(&upgrade).await;
    ground
        .until("select exists (select 1 from outbox where dropped = 'over_before')")
        .await;
    ground.all_is_told().await;
    teller.stop().await;
    assert!(post.carried().is_empty());
    assert_eq!(ground.count("outbox").await, 1);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn reminders_wait_while_their_service_is_in_a_window(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    let channel = ground.channel("ops").await;
    let reminding = Wish {
        remind: Some(Duration::from_mins(30)),
        ..Wish::default()
    };
    ground.rule(channel, reminding).await;
    let post = Post::new();
    let teller = Teller::start(&ground.db, &post);
    ground.record([service.down(ground.ago(300))]).await;
    post.wait(1).await;
    ground.all_is_told().await;
    ground.a_while_later().await;
    ground
        .put(&window(ground.ago(60), Duration::from_hours(1)))
        .await;
    let mut conn = ground.db.acquire().await.unwrap();
    maintenance_windows::cover(&mut conn, ground.workspace, ground.now)
        .await
        .unwrap();
    let due = "update outbox set due_at = now() where kind = 'still' and message_id is null";
    ground.run(due).await;
    ground.run("select pg_notify('notices', '')").await;
    ground
        .until(
            "select exists (select 1 from outbox o join services s on s.id = o.service_id
                            where o.kind = 'still' and o.due_at > s.maintenance_until)",
        )
        .await;
    assert_eq!(post.kinds(), [Kind::Down]);
    ground
        .run("update services set maintenance_from = null, maintenance_until = null")
        .await;
    ground.run(due).await;
    post.wait(2).await;
    teller.stop().await;
    assert_eq!(post.kinds(), [Kind::Down, Kind::Still]);
}
