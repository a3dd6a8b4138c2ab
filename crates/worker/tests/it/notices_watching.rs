//! What tells itself with time: certificates, long unknowns and their ends, services that flapped until nobody looked any more.

use chrono::TimeDelta;
use domain::{
    incident::Resolution,
    notice::{message::Kind, rule::Topic},
    verdict::Verdict,
};
use sqlx::PgPool;

use crate::{
    ground::Ground,
    notices_post::{Post, Teller},
    stage::eventually,
};

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_certificate_is_told_of_once_for_each_of_its_last_days(pool: PgPool) {
    let ground = Ground::new(pool).await;
    ground.listener("ops", &[Topic::Certificate]).await;
    let rows = [
        (30 * 24 + 1, None),
        (30 * 24 - 1, Some("30d")),
        (15 * 24 + 1, Some("30d")),
        (14 * 24 + 1, Some("14d")),
        (8 * 24 + 1, Some("14d")),
        (7 * 24 + 1, Some("7d")),
        (4 * 24 + 1, Some("7d")),
        (3 * 24 + 1, Some("3d")),
        (2 * 24 + 1, Some("3d")),
        (24 + 1, Some("1d")),
        (1, Some("1d")),
        (-1, Some("1d")),
    ];
    let mut services = Vec::new();
    for (hours, _) in rows {
        let service = ground.service().await;
        ground
            .run(&format!(
                "update service_health set look = jsonb_build_object('certificate',
                        jsonb_build_object('not_after', now() + interval '{hours} hours'))
                 where service_key = {}",
                service.key.0
            ))
            .await;
        services.push(service);
    }
    // Noted by the first; whoever comes next finds nothing new.
    for _ in 0..2 {
        let post = Post::new();
        let teller = Teller::start(&ground.db, &post);
        ground
            .until("select count(*) = 11 from outbox where kind = 'certificate'")
            .await;
        ground.all_is_told().await;
        teller.stop().await;
    }
    for ((hours, expected), service) in rows.iter().zip(&services) {
        let marks: Vec<String> = sqlx::query_scalar(
            "select split_part(key, ':', 4) from outbox where service_id = $1 and kind = 'certificate'",
        )
        .bind(service.id.0)
        .fetch_all(ground.db.pool())
        .await
        .expect("the database answers");
        let expected: Vec<String> = expected.iter().map(ToString::to_string).collect();
        assert_eq!(marks, expected, "{hours} hours");
    }
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn that_nobody_could_tell_for_long_is_told_and_so_is_its_end(pool: PgPool) {
    let ground = Ground::new(pool).await;
    ground.service().await;
    ground.listener("ops", &[Topic::Unknown]).await;
    ground
        .run("update service_health set verdict = 4, since = now() - interval '20 minutes'")
        .await;
    let post = Post::new();
    let teller = Teller::start(&ground.db, &post);
    post.wait(1).await;
    ground.all_is_told().await;
    ground.a_while_later().await;
    ground
        .run("update service_health set verdict = 1, since = now()")
        .await;
    post.wait(2).await;
    ground.all_is_told().await;
    teller.stop().await;
    assert_eq!(post.kinds(), [Kind::UnknownLong, Kind::UnknownOver]);
    let subject = post.carried().remove(1).1.subjects.remove(0);
    assert_eq!(subject.state, Verdict::Up);
    let lasted = subject.lasted.expect("how long nobody could tell");
    assert_eq!(lasted.as_secs() / 60, 20);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn that_a_service_flaps_is_over_when_nobody_looks_at_it_any_more(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    ground.listener("ops", &[]).await;
    let post = Post::new();
    let teller = Teller::start(&ground.db, &post);
    for n in 0..3 {
        let slot = ground.ago(300 - n * 20);
        let looks = [
            service.down(slot),
            service.recovered(slot + TimeDelta::seconds(10)),
        ];
        ground.record(looks).await;
        ground.a_while_later().await;
        ground.all_is_told().await;
    }
    assert_eq!(
        post.kinds()
            .iter()
            .filter(|kind| **kind == Kind::Flapping)
            .count(),
        1
    );
    let mut tx = ground.db.begin().await.expect("the database answers");
    let now = db::services::now(&mut tx).await.expect("the time");
    let ended = db::incidents::resolve_open(&mut tx, service.key, Resolution::Paused, now).await;
    assert_eq!(ended.expect("the database answers"), None, "it was up");
    tx.commit().await.expect("the database answers");
    eventually("it is over", async || {
        let (_, last) = post.carried().pop()?;
        (last.kind == Kind::Settled).then_some(())
    })
    .await;
    teller.stop().await;
    let (_, last) = post.carried().pop().expect("a message");
    assert_eq!(last.headline(), "No longer flapping: S");
    assert!(
        last.sentences()[0].contains("paused"),
        "{:?}",
        last.sentences()
    );
    assert_eq!(ground.count("flapping").await, 0);
}
