//! Notices from the record to the channel: each thing once, together, and true whatever dies.

use std::time::Duration;

use chrono::TimeDelta;
use domain::{
    incident::Resolution,
    notice::{
        message::Kind,
        rule::{Topic, Wish},
    },
    verdict::Verdict,
};
use sqlx::PgPool;
use worker::notices::courier::Told;

use crate::{
    ground::Ground,
    notices_post::{Post, Teller, wish},
    stage::eventually,
};

fn word(word: &str, dropped: Option<&str>) -> (String, Option<String>) {
    (word.to_owned(), dropped.map(str::to_owned))
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn an_outage_is_told_once_and_its_end_once(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    ground.listener("ops", &[]).await;
    let post = Post::new();
    let teller = Teller::start(&ground.db, &post);
    ground
        .record([service.up(ground.ago(120)), service.down(ground.ago(90))])
        .await;
    post.wait(1).await;
    ground.record([service.down(ground.ago(60))]).await;
    ground.all_is_told().await;
    ground.a_while_later().await;
    ground.record([service.recovered(ground.ago(30))]).await;
    post.wait(2).await;
    ground.all_is_told().await;
    teller.stop().await;
    let carried = post.carried();
    let [(to, down), (_, end)] = &carried[..] else {
        panic!("{:?}", post.kinds());
    };
    assert_eq!(
        (to.as_str(), down.kind, end.kind),
        ("ops.test", Kind::Down, Kind::Recovered)
    );
    let subject = &down.subjects[0];
    assert_eq!(
        (subject.name.as_str(), subject.target.as_str()),
        ("S", "http://s.test/")
    );
    assert_eq!(subject.state, Verdict::Down);
    assert!(
        subject
            .cause
            .as_deref()
            .is_some_and(|cause| cause.contains("503"))
    );
    assert_eq!(subject.since, ground.ago(90) + TimeDelta::milliseconds(20));
    assert_eq!(end.subjects[0].lasted, Some(Duration::from_mins(1)));
    let open = down.links.open.as_ref().expect("a link").as_str();
    let incident = subject.incident.expect("an incident");
    assert_eq!(open, format!("https://status.example/incidents/{incident}"));
    assert!(down.links.acknowledge.is_some() && end.links.acknowledge.is_none());
    assert_eq!(ground.ledger().await, ["sent", "sent"]);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn what_is_over_before_its_delay_is_never_told(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    let channel = ground.channel("patient").await;
    let patient = Wish {
        delay: Duration::from_mins(10),
        ..Wish::default()
    };
    ground.rule(channel, patient).await;
    ground
        .record([service.up(ground.ago(90)), service.down(ground.ago(60))])
        .await;
    ground.record([service.recovered(ground.ago(30))]).await;
    let post = Post::new();
    let teller = Teller::start(&ground.db, &post);
    ground.all_is_told().await;
    ground
        .run("update outbox set due_at = now() where kind = 'down'")
        .await;
    ground.all_is_told().await;
    teller.stop().await;
    let over = Some("over_before");
    assert_eq!(
        ground.noted().await,
        [word("down", over), word("recovered", over)]
    );
    assert!(post.carried().is_empty());
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn an_outage_that_was_over_before_we_could_tell_is_one_message_that_says_it_is_late(
    pool: PgPool,
) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    ground.listener("ops", &[]).await;
    ground
        .record([
            service.up(ground.ago(900)),
            service.down(ground.ago(870)),
            service.recovered(ground.ago(600)),
        ])
        .await;
    let post = Post::new();
    let teller = Teller::start(&ground.db, &post);
    post.wait(1).await;
    ground.all_is_told().await;
    teller.stop().await;
    assert_eq!(post.kinds(), [Kind::Recovered]);
    let (_, message) = post.carried().remove(0);
    assert!(
        message
            .late
            .is_some_and(|late| late >= Duration::from_mins(9))
    );
    assert_eq!(message.subjects[0].lasted, Some(Duration::from_secs(270)));
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn l03_forty_services_that_fail_together_are_one_message_that_names_them_all(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let services = ground.services(40).await;
    ground.listener("ops", &[]).await;
    let post = Post::new();
    ground
        .record(services.iter().map(|one| one.up(ground.ago(60))))
        .await;
    ground
        .record(services.iter().map(|one| one.down(ground.ago(30))))
        .await;
    assert_eq!(ground.count("incidents").await, 40);
    let teller = Teller::start(&ground.db, &post);
    post.wait(1).await;
    ground.all_is_told().await;
    teller.stop().await;
    assert_eq!(post.kinds(), [Kind::Down]);
    let (_, message) = post.carried().remove(0);
    assert_eq!((message.subjects.len(), message.affected()), (40, 40));
    assert_eq!(
        message.common_cause.as_deref(),
        Some("All of them are on s.test.")
    );
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn whoever_dies_between_sending_and_settling_is_followed_by_the_same_message(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    ground.listener("ops", &[]).await;
    ground.record([service.down(ground.ago(30))]).await;
    let post = Post::answering(|before, _| (before > 0).then_some(Told::Sent { id: None }));
    let first = Teller::start(&ground.db, &post);
    post.wait(1).await;
    drop(first);
    // Its claim ends, as it does two minutes later.
    ground
        .run("update messages set claimed_until = now()")
        .await;
    let second = Teller::start(&ground.db, &post);
    post.wait(2).await;
    ground.all_is_told().await;
    second.stop().await;
    let carried = post.carried();
    assert_eq!(carried.len(), 2);
    assert_eq!(carried[0], carried[1]);
    assert_eq!(ground.ledger().await, ["interrupted", "sent"]);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn several_workers_tell_each_channel_once(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    for n in 0..12 {
        ground.listener(&format!("c{n}"), &[]).await;
    }
    let post = Post::new();
    let tellers: Vec<_> = (0..3).map(|_| Teller::start(&ground.db, &post)).collect();
    ground.record([service.down(ground.ago(30))]).await;
    post.wait(12).await;
    ground.all_is_told().await;
    for teller in tellers {
        teller.stop().await;
    }
    let mut to: Vec<_> = post.carried().into_iter().map(|(to, _)| to).collect();
    to.sort();
    to.dedup();
    assert_eq!((to.len(), post.carried().len()), (12, 12));
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn hundreds_of_channels_that_still_gather_keep_no_other_from_hearing_at_once(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    for n in 0..220 {
        ground.channel(&format!("full{n}")).await;
    }
    // Each had as many messages as a minute may have, and something waits for it since before the other.
    ground
        .run(
            "insert into messages (id, workspace_id, channel_id, kind, body, outcome, settled_at, next_at)
             select gen_random_uuid(), workspace_id, id, 'test', '{}', 'sent', now(), now()
             from channels, generate_series(1, 3)",
        )
        .await;
    ground.listener("one", &[]).await;
    ground.record([service.down(ground.ago(60))]).await;
    ground
        .run(
            "insert into outbox (workspace_id, channel_id, key, kind, service_id, occurred_at, due_at, subject)
             select c.workspace_id, c.id, o.key, 'flapping', o.service_id, o.occurred_at, o.due_at, o.subject
             from channels c, outbox o where c.id <> o.channel_id",
        )
        .await;
    ground
        .run("delete from outbox o using channels c where c.id = o.channel_id and c.name = 'one'")
        .await;
    ground.listener("fresh", &[]).await;
    let another = ground.service().await;
    ground.record([another.down(ground.ago(30))]).await;
    let post = Post::new();
    let teller = Teller::start(&ground.db, &post);
    post.wait(1).await;
    teller.stop().await;
    let first: Vec<_> = post.carried().into_iter().map(|(to, _)| to).collect();
    assert!(
        ["fresh.test", "one.test"].contains(&first[0].as_str()),
        "{first:?}"
    );
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_receiver_that_is_away_gets_it_later_under_the_same_key(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    ground.listener("ops", &[]).await;
    ground.record([service.down(ground.ago(30))]).await;
    let post = Post::answering(|before, _| {
        Some(if before == 0 {
            let after = Some(Duration::from_mins(30));
            let why = "It answered 503.".to_owned();
            Told::Retry { after, why }
        } else {
            Told::Sent { id: None }
        })
    });
    let teller = Teller::start(&ground.db, &post);
    post.wait(1).await;
    eventually("it waits", async || {
        let sql = "select count(*) from messages where next_at > now() + interval '29 minutes'";
        let waiting: i64 = sqlx::query_scalar(sql)
            .fetch_one(ground.db.pool())
            .await
            .unwrap();
        (waiting == 1).then_some(())
    })
    .await;
    ground
        .run("update messages set next_at = now(), created_at = created_at - interval '30 minutes'")
        .await;
    post.wait(2).await;
    ground.all_is_told().await;
    teller.stop().await;
    let carried = post.carried();
    assert_eq!(carried[0].1.key, carried[1].1.key);
    assert_eq!(carried[0].1.late, None);
    assert!(
        carried[1]
            .1
            .late
            .is_some_and(|late| late >= Duration::from_mins(29))
    );
    assert_eq!(ground.ledger().await, ["retry", "sent"]);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_channel_that_refuses_for_good_is_left_alone_and_another_one_says_so(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    let broken = ground.listener("broken", &[]).await;
    ground.channel("other").await;
    let post = Post::answering(|_, to| {
        Some(if to == "broken.test" {
            Told::Refused {
                why: "The token is wrong.".to_owned(),
            }
        } else {
            Told::Sent { id: None }
        })
    });
    let teller = Teller::start(&ground.db, &post);
    ground.record([service.down(ground.ago(60))]).await;
    post.wait(2).await;
    ground.record([service.recovered(ground.ago(30))]).await;
    eventually("the end is noted", async || {
        let noted = ground.noted().await;
        noted
            .iter()
            .any(|(kind, _)| kind == "recovered")
            .then_some(())
    })
    .await;
    teller.stop().await;
    let carried = post.carried();
    assert_eq!(carried.len(), 2, "nothing more is sent to it");
    let (to, message) = &carried[1];
    assert_eq!(
        (to.as_str(), message.kind),
        ("other.test", Kind::DeliveryFailed)
    );
    assert_eq!(message.subjects[0].name, "broken");
    assert_eq!(
        message.subjects[0].cause.as_deref(),
        Some("The token is wrong.")
    );
    let mut conn = ground.db.acquire().await.unwrap();
    let channel = db::channels::sending(&mut conn, broken)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(channel.broken.unwrap().1, "The token is wrong.");
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn l01_a_service_that_cannot_decide_is_said_to_flap_once_and_to_have_settled_once(
    pool: PgPool,
) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    ground.listener("ops", &[]).await;
    let post = Post::new();
    let teller = Teller::start(&ground.db, &post);
    for n in 0..15 {
        let slot = ground.ago(300 - n * 20);
        ground.record([service.down(slot)]).await;
        ground
            .record([service.recovered(slot + TimeDelta::seconds(10))])
            .await;
        ground.a_while_later().await;
        ground.all_is_told().await;
    }
    assert_eq!(ground.count("incidents").await, 15);
    let overlapping = "incidents a join incidents b on a.id < b.id
                       and tstzrange(a.started_at, a.resolved_at) && tstzrange(b.started_at, b.resolved_at)";
    assert_eq!(ground.count(overlapping).await, 0);
    let count = |kind| post.kinds().iter().filter(|one| **one == kind).count();
    assert_eq!(count(Kind::Flapping), 1);
    assert!(
        count(Kind::Down) + count(Kind::Recovered) <= 4,
        "{:?}",
        post.kinds()
    );
    // Of both that were noted the end is told: a pager would have the second open for ever.
    assert_eq!(count(Kind::Recovered), 2, "{:?}", post.kinds());
    ground.a_while_later().await;
    ground
        .run("update flapping set changed_at = now() - interval '11 minutes'")
        .await;
    eventually("it has settled", async || {
        (count(Kind::Settled) == 1).then_some(())
    })
    .await;
    teller.stop().await;
    let last = post.carried().pop().unwrap().1;
    assert_eq!(
        (last.kind, last.subjects[0].state),
        (Kind::Settled, Verdict::Up)
    );
    assert_eq!(ground.count("flapping").await, 0);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn reminders_come_until_somebody_takes_it_on(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    let channel = ground.channel("ops").await;
    let wish = Wish {
        remind: Some(Duration::from_mins(30)),
        ..Wish::default()
    };
    ground.rule(channel, wish).await;
    let post = Post::new();
    let teller = Teller::start(&ground.db, &post);
    ground.record([service.down(ground.ago(30))]).await;
    post.wait(1).await;
    for n in 2..=3 {
        ground.all_is_told().await;
        ground.a_while_later().await;
        ground
            .run("update outbox set due_at = now() where kind = 'still' and message_id is null")
            .await;
        post.wait(n).await;
    }
    ground.all_is_told().await;
    ground
        .run(
            "insert into acknowledgements (incident_id, workspace_id, by_name, at)
             select id, workspace_id, 'Ada', now() from incidents",
        )
        .await;
    ground.a_while_later().await;
    ground
        .run("update outbox set due_at = now() where kind = 'still' and message_id is null")
        .await;
    ground.all_is_told().await;
    teller.stop().await;
    assert_eq!(post.kinds(), [Kind::Down, Kind::Still, Kind::Still]);
    let last = ground.noted().await.pop().unwrap();
    assert_eq!(last, word("still", Some("acknowledged")));
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn whoever_was_told_hears_that_a_service_was_paused(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    ground.listener("ops", &[]).await;
    ground.record([service.down(ground.ago(30))]).await;
    let post = Post::new();
    let teller = Teller::start(&ground.db, &post);
    post.wait(1).await;
    ground.a_while_later().await;
    let mut tx = ground.db.begin().await.unwrap();
    db::incidents::resolve_open(&mut tx, service.key, Resolution::Paused, ground.now)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    post.wait(2).await;
    ground.all_is_told().await;
    teller.stop().await;
    assert_eq!(post.kinds(), [Kind::Down, Kind::Recovered]);
    let cause = post.carried()[1].1.subjects[0].cause.clone();
    assert!(cause.is_some_and(|cause| cause.contains("paused")));
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_change_for_the_worse_is_told_and_a_workspace_without_rules_costs_nothing(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    ground
        .record([service.look(ground.ago(90), Verdict::Degraded)])
        .await;
    assert_eq!(ground.count("outbox").await, 0);
    let channel = ground.channel("ops").await;
    ground.rule(channel, wish(&[Topic::Degraded])).await;
    ground.record([service.down(ground.ago(60))]).await;
    ground
        .record([service.look(ground.ago(45), Verdict::Degraded)])
        .await;
    ground.record([service.down(ground.ago(30))]).await;
    // That makes four changes with its beginning: from here on it is said to go up and down.
    assert_eq!(
        ground.noted().await,
        [
            word("down", None),
            word("degraded", None),
            word("flapping", None)
        ]
    );
}
