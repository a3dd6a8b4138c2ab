//! Mail to single persons, through a mail server on loopback: reports of the week, and the question whether an address is theirs.
#![expect(clippy::unwrap_used, reason = "what helps tests fails by panicking")]

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Datelike as _, TimeDelta, Utc};
use db::{
    letters::verifying,
    memberships::{self, Role},
    report_wishes::{self, Wish},
    users::{self, User},
    workspaces,
};
use domain::{
    histogram::Histogram,
    id::{UserId, WorkspaceId},
    notice::link::{CONTEXT, Permit},
    report::{Rhythm, Week},
};
use egress::{Egress, Policy, Resolver, Tls};
use notify::{Courier, MailConfig};
use runtime::faults::Faults;
use sqlx::PgPool;
use test_support::{Inbox, InboxReply};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use url::Url;
use uuid::Uuid;
use worker::letters::{self, Parts, write_due};

use crate::{
    ground::{Ground, Watched},
    stage::{eventually, keyring},
};

const NASTY: &str = "<b>Shop</b> & \"more\"\r\nBcc: eve@example.com";

/// Workers that send letters; they stop when this is dropped.
struct Office {
    inbox: Inbox,
    _stop: tokio_util::sync::DropGuard,
    _tasks: JoinSet<anyhow::Result<()>>,
}

fn courier(inbox: &Inbox) -> Courier {
    let config = MailConfig {
        smtp_host: Some("127.0.0.1".to_owned()),
        smtp_port: Some(inbox.address().port()),
        smtp_security: Some(notify::Security::None),
        mail_from: Some("PulseCheck <pulse@example.com>".to_owned()),
        ..MailConfig::default()
    };
    let mail = config.read(&mut Faults::default());
    let tls = Tls::new(Vec::new(), Arc::new(|| None)).expect("TLS");
    let egress = Egress::new(Policy::shared(), Resolver::system(true), tls);
    Courier::new(Arc::new(egress), public_url(), mail)
}

fn public_url() -> Url {
    "https://status.example/".parse().expect("a URL")
}

impl Office {
    async fn open(ground: &Ground, workers: usize) -> Self {
        let inbox = Inbox::start().await;
        let stop = CancellationToken::new();
        let mut tasks = JoinSet::new();
        for _ in 0..workers {
            let parts = Parts {
                db: ground.db.clone(),
                id: None,
                keyring: keyring(),
                courier: courier(&inbox),
                public_url: public_url(),
            };
            tasks.spawn(letters::run(parts, stop.clone()));
        }
        Self {
            inbox,
            _stop: stop.drop_guard(),
            _tasks: tasks,
        }
    }
}

/// A rhythm whose report was due today or yesterday.
fn rhythm(now: DateTime<Utc>) -> Rhythm {
    Rhythm {
        weekday: (now - TimeDelta::hours(9)).weekday(),
        zone: chrono_tz::Tz::UTC,
    }
}

fn week(ground: &Ground) -> Week {
    rhythm(ground.now).due(ground.now).expect("it is due")
}

impl Ground {
    /// Somebody with a verified address who wants a report, which is due, and belongs to the workspace.
    async fn reader(&self, email: &str, workspace: WorkspaceId) -> UserId {
        let id = UserId(Uuid::now_v7());
        let user = User {
            id,
            email: email.to_owned(),
            email_verified_at: Some(self.now),
            name: "Ann <i>\r\nX: y".to_owned(),
            avatar_url: None,
            is_operator: false,
            created_at: self.now,
            last_sign_in_at: None,
        };
        let mut conn = self.db.acquire().await.unwrap();
        users::insert(&mut conn, &user).await.unwrap();
        memberships::insert(&mut conn, workspace, id, Role::Viewer, self.now)
            .await
            .unwrap();
        let wish = Wish {
            rhythm: rhythm(self.now),
            next_at: Some(self.now - TimeDelta::hours(1)),
        };
        report_wishes::put(&mut conn, id, wish).await.unwrap();
        id
    }

    /// A service that was looked at for the whole week, down for an hour of each day.
    async fn looked_at(&self, name: &str) -> Watched {
        let service = self.service().await;
        let mut latency = Histogram::default();
        latency.add(250_000);
        let week = week(self);
        sqlx::query("update services set name = $2, created_at = $3 where key = $1")
            .bind(service.key.0)
            .bind(name)
            .bind(week.from - TimeDelta::days(1))
            .execute(self.db.pool())
            .await
            .unwrap();
        sqlx::query(
            "insert into rollup_days (service_key, day, up_ms, degraded_ms, down_ms, unknown_ms, maintenance_ms, looks, failed, latency)
             select $1, day::date, 82800000, 0, 3600000, 0, 0, 2880, 120, $2 from generate_series($3::date, $4::date, '1 day') day",
        )
        .bind(service.key.0)
        .bind(latency.encode())
        .bind(week.first)
        .bind(week.last)
        .execute(self.db.pool())
        .await
        .unwrap();
        service
    }

    async fn write_all(&self) {
        while write_due(&self.db).await.unwrap() {}
    }

    /// Outcome and reason of every letter, oldest first.
    async fn outcomes(&self) -> Vec<(Option<String>, String)> {
        sqlx::query_as("select outcome, detail from letters order by id")
            .fetch_all(self.db.pool())
            .await
            .unwrap()
    }

    async fn all_is_settled(&self) {
        eventually("every letter is settled", async || {
            let open = self.count("letters where outcome is null").await;
            (open == 0).then_some(())
        })
        .await;
    }
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn several_workers_send_one_report_from_sums_alone_and_nothing_in_it_is_markup(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let user = ground.reader("ann@example.com", ground.workspace).await;
    let service = ground.looked_at(NASTY).await;
    ground
        .run(&format!(
            "update service_health set look = jsonb_build_object('certificate', jsonb_build_object('not_after', now() + interval '10 days 1 hour'))
             where service_key = {}",
            service.key.0
        ))
        .await;
    sqlx::query(
        "insert into incidents (id, service_key, workspace_id, started_at, opened_at, resolved_at, severity, worst)
         values ($1, $2, $3, $4, $4, $4 + interval '90 minutes', 3, 3)",
    )
    .bind(Uuid::now_v7())
    .bind(service.key.0)
    .bind(ground.workspace.0)
    .bind(week(&ground).from + TimeDelta::hours(30))
    .execute(ground.db.pool())
    .await
    .unwrap();
    // Whoever looked at raw history would fail.
    ground.run("alter table checks rename to hidden").await;
    let office = Office::open(&ground, 3).await;
    office.inbox.wait_for(1).await;
    ground.all_is_settled().await;
    // It would be due again if the clock were set back, or another day chosen.
    ground
        .run("update report_wishes set next_at = now() - interval '1 hour'")
        .await;
    ground
        .until("select next_at > now() from report_wishes")
        .await;
    let received = office.inbox.letters();
    assert_eq!(received.len(), 1, "{received:?}");
    assert_eq!(ground.count("letters").await, 1);

    assert_eq!(received[0].to, ["ann@example.com"]);
    let letter = received[0].letter();
    assert!(
        letter.subject.starts_with("95.83% up, "),
        "{}",
        letter.subject
    );
    assert_eq!(letter.header("bcc"), None);
    assert_eq!(letter.header("x"), None);
    assert!(
        letter
            .header("content-type")
            .unwrap()
            .starts_with("multipart/alternative")
    );
    assert!(
        !letter.html.contains("<b>Shop") && letter.html.contains("&lt;b&gt;Shop"),
        "{}",
        letter.html
    );
    let text = &letter.text;
    for part in [
        "1 service, up 95.83% of the time that was observed; 100% of the week was.",
        "1 incident. It lasted 1 h 30 min",
        "95.83% up, down 7 h",
        "ends in 10 days",
        "ms (half under",
    ] {
        assert!(text.contains(part), "{part} is missing: {text}");
    }
    assert!(text.lines().all(|line| !line.starts_with("Bcc:")), "{text}");
    // Mail programs switch it off without asking (RFC 8058).
    assert_eq!(
        letter.header("list-unsubscribe-post"),
        Some("List-Unsubscribe=One-Click")
    );
    let link = letter.header("list-unsubscribe").unwrap();
    let link: Url = link.trim_matches(['<', '>']).parse().unwrap();
    assert_eq!(link.path(), "/api/unsubscribe");
    let (_, token) = link.query_pairs().next().unwrap();
    let permit = keyring().open_text(CONTEXT, &token).expect("sealed by us");
    let permit: Permit = serde_json::from_slice(&permit).unwrap();
    assert_eq!(permit, Permit::StopReports { user });
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn everybody_hears_of_their_own_workspaces_only(pool: PgPool) {
    let ground = Ground::new(pool).await;
    ground.reader("ann@example.com", ground.workspace).await;
    ground.looked_at("Ann's secret").await;
    let other = Ground {
        db: ground.db.clone(),
        workspace: WorkspaceId(Uuid::now_v7()),
        now: ground.now,
    };
    ground
        .run(&format!(
            "insert into workspaces (id, name) values ('{}', 'Other')",
            other.workspace.0
        ))
        .await;
    other.reader("bob@example.com", other.workspace).await;
    other.looked_at("Bob's own").await;
    let office = Office::open(&ground, 1).await;
    let received = office.inbox.wait_for(2).await;
    for letter in received {
        let (own, foreign) = if letter.to == ["ann@example.com"] {
            ("Ann's secret", "Bob's own")
        } else {
            ("Bob's own", "Ann's secret")
        };
        let text = letter.letter().text;
        assert!(
            text.contains(own) && !text.contains(foreign),
            "{:?}: {text}",
            letter.to
        );
    }
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn nothing_is_written_without_services_for_an_unverified_address_or_too_late(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let now = ground.now;
    let mut conn = ground.db.acquire().await.unwrap();
    let empty = workspaces::insert_personal(
        &mut conn,
        ground.reader("a@example.com", ground.workspace).await,
        "Empty",
        now,
    )
    .await
    .unwrap();
    ground.reader("empty@example.com", empty).await;
    ground.write_all().await;
    assert_eq!(ground.count("letters").await, 0, "there are no services");

    ground.looked_at("Shop").await;
    ground.run("delete from report_wishes").await;
    let bob = ground.reader("bob@example.com", ground.workspace).await;
    ground
        .run("update users set email_verified_at = null where email = 'bob@example.com'")
        .await;
    let late = ground.reader("late@example.com", ground.workspace).await;
    let wish = Wish {
        rhythm: Rhythm {
            // Three days before the one that is due: the one after it is not due yet.
            weekday: (now - TimeDelta::hours(9) - TimeDelta::days(3)).weekday(),
            zone: chrono_tz::Tz::UTC,
        },
        next_at: Some(now - TimeDelta::days(3)),
    };
    report_wishes::put(&mut conn, late, wish).await.unwrap();
    ground.write_all().await;
    assert_eq!(ground.count("letters").await, 0, "unverified, and too late");
    for user in [bob, late] {
        let wish = report_wishes::find(&mut conn, user).await.unwrap().unwrap();
        assert!(
            wish.next_at.is_some_and(|at| at > now),
            "the next one is awaited"
        );
    }
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_worker_that_dies_while_it_writes_has_written_nothing_and_another_writes_it_all(
    pool: PgPool,
) {
    let ground = Ground::new(pool).await;
    ground.reader("ann@example.com", ground.workspace).await;
    ground.looked_at("Shop").await;
    let mut dying = ground.db.begin().await.unwrap();
    assert!(report_wishes::due(&mut dying).await.unwrap().is_some());
    // While it is at it nobody else is.
    assert!(!write_due(&ground.db).await.unwrap());
    drop(dying);
    eventually("the lock is gone", async || {
        write_due(&ground.db).await.unwrap().then_some(())
    })
    .await;
    assert_eq!(ground.count("letters").await, 1);
    assert!(!write_due(&ground.db).await.unwrap());
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn what_is_not_wanted_any_more_when_it_would_leave_does_not(pool: PgPool) {
    let ground = Ground::new(pool).await;
    ground.looked_at("Shop").await;
    for name in ["stopped", "left", "lost", "late"] {
        ground
            .reader(&format!("{name}@example.com"), ground.workspace)
            .await;
    }
    ground.write_all().await;
    let of = |name: &str| format!("(select id from users where email = '{name}@example.com')");
    for change in [
        format!(
            "update report_wishes set next_at = null where user_id = {}",
            of("stopped")
        ),
        format!("delete from memberships where user_id = {}", of("left")),
        format!(
            "update users set email_verified_at = null where id = {}",
            of("lost")
        ),
        format!(
            "update letters set expires_at = now() where user_id = {}",
            of("late")
        ),
    ] {
        ground.run(&change).await;
    }
    let office = Office::open(&ground, 1).await;
    ground.all_is_settled().await;
    assert!(office.inbox.letters().is_empty());
    let outcomes = ground.outcomes().await;
    assert_eq!(outcomes.len(), 4);
    assert!(
        outcomes
            .iter()
            .all(|(outcome, why)| outcome.as_deref() == Some("dropped") && !why.is_empty())
    );
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_mail_server_that_is_busy_gets_the_same_letter_later(pool: PgPool) {
    let ground = Ground::new(pool).await;
    ground.reader("ann@example.com", ground.workspace).await;
    ground.looked_at("Shop").await;
    let office = Office::open(&ground, 1).await;
    office
        .inbox
        .answer("RCPT", InboxReply::Say("451 4.3.2 later".to_owned()));
    ground
        .until("select exists (select from letters where outcome is null and claimed_until is null and attempts = 1 and next_at > now())")
        .await;
    let (_, why) = ground.outcomes().await.remove(0);
    assert!(why.contains("451"), "{why}");
    office.inbox.accept_all();
    ground.run("update letters set next_at = now()").await;
    let received = office.inbox.wait_for(1).await;
    ground.all_is_settled().await;
    assert_eq!(received.len(), 1);
    assert_eq!(
        ground.outcomes().await,
        [(Some("sent".to_owned()), String::new())]
    );
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_verification_goes_to_the_very_address_with_a_sealed_link_and_no_way_to_unsubscribe(
    pool: PgPool,
) {
    let ground = Ground::new(pool).await;
    let user = ground.reader("ann@example.com", ground.workspace).await;
    let mut conn = ground.db.acquire().await.unwrap();
    let soon = ground.now + TimeDelta::days(1);
    let letter = verifying::insert(&mut conn, user, "new@example.com", soon)
        .await
        .unwrap();
    let injected = "eve@example.com>\r\nDATA\r\nBcc: <x@example.com";
    verifying::insert(&mut conn, user, injected, soon)
        .await
        .unwrap();
    verifying::insert(&mut conn, user, "old@example.com", ground.now)
        .await
        .unwrap();
    let office = Office::open(&ground, 1).await;
    ground.all_is_settled().await;
    let received = office.inbox.letters();
    assert_eq!(received.len(), 1, "{received:?}");
    assert_eq!(received[0].to, ["new@example.com"]);
    let read = received[0].letter();
    assert_eq!(read.subject, "Is this your address?");
    assert_eq!(read.header("list-unsubscribe"), None);
    assert!(
        read.html.contains("Ann &lt;i&gt; X: y") && !read.html.contains("<i>"),
        "{}",
        read.html
    );
    let link = read
        .text
        .split_whitespace()
        .find(|word| word.starts_with("https://status.example/verify?token="));
    let token = link.expect("a link").split_once('=').unwrap().1;
    let permit = keyring().open_text(CONTEXT, token).expect("sealed by us");
    let permit: Permit = serde_json::from_slice(&permit).unwrap();
    assert_eq!(permit, Permit::Verify { letter });
    let outcomes: Vec<_> = ground
        .outcomes()
        .await
        .into_iter()
        .filter_map(|(outcome, _)| outcome)
        .collect();
    assert_eq!(outcomes, ["sent", "refused", "dropped"]);
    assert_eq!(letters_link_at_rest(&ground, token).await, 0);
}

/// In how many letters the token lies in the database.
async fn letters_link_at_rest(ground: &Ground, token: &str) -> i64 {
    sqlx::query_scalar("select count(*) from letters l where position($1 in l::text) > 0")
        .bind(token)
        .fetch_one(ground.db.pool())
        .await
        .unwrap()
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_mail_server_that_says_nothing_does_not_hold_the_worker_up(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let user = ground.reader("ann@example.com", ground.workspace).await;
    let office = Office::open(&ground, 1).await;
    office
        .inbox
        .answer("RCPT slow@example.com", InboxReply::Hang);
    let mut conn = ground.db.acquire().await.unwrap();
    let soon = ground.now + TimeDelta::days(1);
    for address in ["slow@example.com", "quick@example.com"] {
        verifying::insert(&mut conn, user, address, soon)
            .await
            .unwrap();
    }
    let waiting = office.inbox.wait_for(1);
    let received = tokio::time::timeout(Duration::from_secs(50), waiting).await;
    assert_eq!(
        received.expect("it is not held up")[0].to,
        ["quick@example.com"]
    );
}
