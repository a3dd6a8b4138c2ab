//! Bad days of those who are told: servers that are away, slow, strict or wrong, over the network; nothing is lost, and
//! somebody hears of what will never arrive.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    channel::{ChannelConfig, ChannelKind},
    id::{ChannelId, MessageId},
};
use notify::Endpoints;
use serde_json::{Value, json};
use sqlx::PgPool;
use test_support::{Inbox, InboxReply, Mode, Upstream};

use crate::{
    ground::Ground,
    notices_post::{Teller, wish},
    notices_whole::courier,
    stage::{eventually, keyring},
};

fn config(kind: ChannelKind, entered: &Value) -> ChannelConfig {
    ChannelConfig::parse(kind, entered, None).expect("a channel")
}

fn mailbox() -> ChannelConfig {
    config(
        ChannelKind::Email,
        &json!({ "recipients": ["ada@example.com"] }),
    )
}

fn slack_bot() -> ChannelConfig {
    let entered = json!({ "bot_token": "xoxb-1-2-abcdef", "channel": "#ops" });
    config(ChannelKind::Slack, &entered)
}

/// Goes to this server wherever Slack is meant.
fn with_slack(courier: notify::Courier, slack: &Upstream) -> notify::Courier {
    let url = slack.url("/").parse().expect("a URL");
    courier.with_endpoints(Endpoints([(ChannelKind::Slack, url)].into()))
}

fn answer(status: u16, body: &str, headers: &[(&str, &str)]) -> Mode {
    let headers = headers.iter();
    Mode::Status {
        status,
        body: body.to_owned(),
        headers: headers
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
    }
}

impl Ground {
    async fn listens(&self, name: &str, config: &ChannelConfig) -> ChannelId {
        let channel = self.connect(name, config).await;
        self.rule(channel, wish(&[])).await;
        channel
    }

    /// Waits until the attempt with this number has come to nothing; how long until the next.
    async fn put_off(&self, attempt: i32) -> TimeDelta {
        let next: DateTime<Utc> = eventually("the attempt comes to nothing", async || {
            sqlx::query_scalar(
                "select next_at from messages
                 where attempts = $1 and outcome is null and claimed_until is null and next_at > now()",
            )
            .bind(attempt)
            .fetch_optional(self.db.pool())
            .await
            .expect("the database answers")
        })
        .await;
        let mut conn = self.db.acquire().await.expect("the database answers");
        let now = db::services::now(&mut conn).await;
        next - now.expect("the database answers")
    }

    /// Everything that was noted and composed was so this much earlier.
    async fn time_passes(&self, time: TimeDelta) {
        let span = format!("interval '{} milliseconds'", time.num_milliseconds() + 1);
        self.run(&format!(
            "update messages set created_at = created_at - {span}, next_at = next_at - {span}, give_up_at = give_up_at - {span}"
        ))
        .await;
        self.run(&format!(
            "update outbox set created_at = created_at - {span}, due_at = due_at - {span},
                    occurred_at = occurred_at - {span}"
        ))
        .await;
        self.run("select pg_notify('notices', '')").await;
    }

    /// The latest message that was refused was so this often before.
    async fn refused_before(&self, times: u32) {
        self.run(&format!(
            "insert into messages (id, workspace_id, channel_id, kind, body, next_at, outcome, created_at, settled_at)
             select gen_random_uuid(), workspace_id, channel_id, kind, body, next_at, outcome, created_at, settled_at
             from (select * from messages where outcome = 'refused' order by created_at desc limit 1) latest,
                  generate_series(1, {times})"
        ))
        .await;
    }

    /// Somebody changed what was wrong with it.
    async fn mend(&self, channel: ChannelId) {
        self.run(&format!(
            "update channels set broken_at = null, broken_reason = null, revision = revision + 1 where id = '{channel}'"
        ))
        .await;
        self.run("select pg_notify('notices', '')").await;
    }

    /// Why a channel is left alone.
    async fn broken(&self, channel: ChannelId) -> Option<String> {
        let mut conn = self.db.acquire().await.expect("the database answers");
        let channel = db::channels::sending(&mut conn, channel).await;
        let channel = channel.expect("the database answers").expect("a channel");
        channel.broken.map(|(_, why)| why)
    }
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_mail_server_that_was_away_for_an_hour_gets_each_letter_once_in_order_and_late(
    pool: PgPool,
) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    let inbox = Inbox::start().await;
    let channel = ground.listens("mail", &mailbox()).await;
    inbox.answer("GREETING", InboxReply::Close);
    let teller = Teller::by(&ground.db, courier(&inbox).into());
    ground.record([service.down(ground.ago(60))]).await;
    let (mut away, mut attempts) = (TimeDelta::zero(), 0);
    while away < TimeDelta::hours(1) {
        attempts += 1;
        let pause = ground.put_off(attempts).await;
        away += pause;
        if away >= TimeDelta::hours(1) {
            // It is over before anybody could be told.
            ground.record([service.recovered(ground.ago(30))]).await;
            inbox.accept_all();
        }
        ground.time_passes(pause).await;
    }
    inbox.wait_for(2).await;
    ground.all_is_told().await;
    teller.stop().await;
    let letters = inbox.letters();
    let subjects: Vec<String> = letters
        .iter()
        .map(|letter| letter.letter().subject)
        .collect();
    let [down, recovered] = &subjects[..] else {
        panic!("{subjects:?}");
    };
    assert_eq!(down, "Down: S");
    assert!(recovered.starts_with("Recovered: S"), "{recovered}");
    let text = letters[0].letter().text;
    assert!(text.contains("This message is 1 h"), "{text}");
    // Pauses double: an hour is no hundred attempts.
    assert!((5..=10).contains(&attempts), "{attempts}");
    let mut ledger = vec!["retry"; attempts.unsigned_abs() as usize];
    ledger.extend(["sent", "sent"]);
    assert_eq!(ground.ledger().await, ledger);
    assert_eq!(ground.broken(channel).await, None);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_mail_server_that_takes_nothing_from_us_breaks_no_channel(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    let inbox = Inbox::start().await;
    let channel = ground.listens("mail", &mailbox()).await;
    let refusal = "550 5.7.1 not you".to_owned();
    inbox.answer("MAIL", InboxReply::Say(refusal));
    let teller = Teller::by(&ground.db, courier(&inbox).into());
    ground.record([service.down(ground.ago(60))]).await;
    let pause = ground.put_off(1).await;
    assert_eq!(ground.broken(channel).await, None);
    inbox.accept_all();
    ground.time_passes(pause).await;
    ground.all_is_told().await;
    teller.stop().await;
    assert_eq!(ground.ledger().await, ["retry", "sent"]);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn busy_failing_lying_and_endless_receivers_get_it_once_when_they_are_well_again(
    pool: PgPool,
) {
    let lies = r#"{"ok":false,"error":"ratelimited"}"#;
    let yes = r#"{"ok":true,"ts":"1.2"}"#;
    let days = [
        (answer(429, "", &[("Retry-After", "1800")]), 1_790),
        (answer(500, "<h1>Oops</h1>", &[]), 10),
        (answer(200, lies, &[]), 10),
        (Mode::Endless, 10),
        (Mode::DripHead { ms: 20 }, 10),
        (Mode::Hang, 10),
        (Mode::Refuse, 10),
    ];
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    ground.listens("slack", &slack_bot()).await;
    let (inbox, slack) = (Inbox::start().await, Upstream::start());
    let courier = with_slack(courier(&inbox), &slack).within(Duration::from_secs(2));
    let teller = Teller::by(&ground.db, courier.into());
    slack.set(days[0].0.clone()).await;
    ground.record([service.down(ground.ago(60))]).await;
    let mut attempt = 0;
    for (mode, least) in &days {
        attempt += 1;
        let pause = ground.put_off(attempt).await;
        assert!(pause >= TimeDelta::seconds(*least), "{mode:?}: {pause}");
        let next = days
            .get(usize::try_from(attempt).unwrap_or(0))
            .map_or_else(|| answer(200, yes, &[]), |(mode, _)| mode.clone());
        slack.set(next).await;
        ground.time_passes(pause).await;
    }
    ground.all_is_told().await;
    teller.stop().await;
    let mut ledger = vec!["retry"; days.len()];
    ledger.push("sent");
    assert_eq!(ground.ledger().await, ledger);
    assert_eq!(ground.count("messages").await, 1);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_message_that_is_sent_again_after_days_has_a_day_of_its_own(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    let (inbox, slack) = (Inbox::start().await, Upstream::start());
    let yes = answer(200, r#"{"ok":true,"ts":"1.2"}"#, &[]);
    slack.set(yes.clone()).await;
    ground.listens("slack", &slack_bot()).await;
    ground.connect("mail", &mailbox()).await;
    let teller = Teller::by(&ground.db, with_slack(courier(&inbox), &slack).into());
    ground.record([service.down(ground.ago(60))]).await;
    ground.all_is_told().await;
    ground.time_passes(TimeDelta::days(2)).await;
    slack.set(answer(503, "", &[])).await;
    let mut conn = ground.db.acquire().await.expect("the database answers");
    let id = sqlx::query_scalar("select id from messages")
        .fetch_one(&mut *conn)
        .await
        .expect("the database answers");
    let now = db::services::now(&mut conn).await.expect("the time");
    let again = db::messages::resend(&mut conn, ground.workspace, MessageId(id), now).await;
    assert!(again.expect("the database answers"));
    let none = db::messages::stale(&mut conn, now + TimeDelta::hours(23), 9).await;
    assert_eq!(none.expect("the database answers"), []);
    ground.run("select pg_notify('notices', '')").await;
    let pause = ground.put_off(1).await;
    slack.set(yes).await;
    ground.time_passes(pause).await;
    ground.all_is_told().await;
    teller.stop().await;
    assert_eq!(ground.ledger().await, ["sent", "retry", "sent"]);
    assert_eq!(inbox.letters(), [], "nobody hears that it was given up");
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_wrong_token_stops_the_channel_and_a_mail_says_so(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    let (inbox, slack) = (Inbox::start().await, Upstream::start());
    slack
        .set(answer(200, r#"{"ok":false,"error":"invalid_auth"}"#, &[]))
        .await;
    let channel = ground.listens("#ops", &slack_bot()).await;
    ground.connect("mail", &mailbox()).await;
    let teller = Teller::by(&ground.db, with_slack(courier(&inbox), &slack).into());
    ground.record([service.down(ground.ago(60))]).await;
    let letter = inbox.wait_for(1).await.remove(0).letter();
    ground.record([service.recovered(ground.ago(30))]).await;
    eventually("the mail is settled", async || {
        let ledger = ground.ledger().await;
        (ledger == ["refused", "sent"]).then_some(())
    })
    .await;
    teller.stop().await;
    assert_eq!(letter.subject, "Notices are not taken: #ops");
    assert!(letter.text.contains("invalid_auth"), "{}", letter.text);
    assert!(!letter.text.contains("xoxb"), "{}", letter.text);
    let why = ground.broken(channel).await.expect("it is left alone");
    assert!(why.contains("invalid_auth"), "{why}");
    assert_eq!(slack.requests().len(), 1, "nothing more is sent to it");
    assert_eq!(inbox.letters().len(), 1, "and that is said once");
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_template_that_fails_sends_nothing_and_a_mail_says_so(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    let (inbox, receiver) = (Inbox::start().await, Upstream::start());
    // As a version before might have stored it: it works for some services and not for others.
    let template = "{\"of\": {{ services[0].name.nothing.such|json }}}";
    let entered = json!({ "url": receiver.url("/in"), "body_template": template });
    let hook = config(ChannelKind::Webhook, &entered);
    let channel = ground.listens("hook", &hook).await;
    ground.connect("mail", &mailbox()).await;
    let teller = Teller::by(&ground.db, courier(&inbox).into());
    ground.record([service.down(ground.ago(60))]).await;
    ground.all_is_told().await;
    assert_eq!(ground.ledger().await, ["refused"]);
    assert_eq!(ground.broken(channel).await, None, "one is no reason");
    ground.refused_before(3).await;
    ground.a_while_later().await;
    ground.record([service.recovered(ground.ago(30))]).await;
    let letter = inbox.wait_for(1).await.remove(0).letter();
    teller.stop().await;
    assert_eq!(letter.subject, "Notices are not taken: hook");
    let why = ground.broken(channel).await.expect("it is left alone");
    assert!(why.contains("5 messages in a row"), "{why}");
    assert!(why.contains("template"), "{why}");
    assert_eq!(receiver.requests().len(), 0);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_refusal_of_one_message_leaves_the_channel_to_the_next_one(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    let (inbox, slack) = (Inbox::start().await, Upstream::start());
    let too_long = r#"{"ok":false,"error":"msg_too_long"}"#;
    slack.set(answer(200, too_long, &[])).await;
    let channel = ground.listens("#ops", &slack_bot()).await;
    ground.connect("mail", &mailbox()).await;
    let teller = Teller::by(&ground.db, with_slack(courier(&inbox), &slack).into());
    ground.record([service.down(ground.ago(60))]).await;
    ground.all_is_told().await;
    slack
        .set(answer(200, r#"{"ok":true,"ts":"1.2"}"#, &[]))
        .await;
    // Three before, one of now and one that is taken between: never five in a row.
    ground.refused_before(3).await;
    ground.a_while_later().await;
    ground.record([service.recovered(ground.ago(30))]).await;
    ground.all_is_told().await;
    slack.set(answer(200, too_long, &[])).await;
    ground.a_while_later().await;
    ground.record([service.down(ground.ago(10))]).await;
    ground.all_is_told().await;
    teller.stop().await;
    let ledger = ground.ledger().await;
    assert_eq!(ledger, ["refused", "sent", "refused"]);
    assert_eq!(ground.broken(channel).await, None);
    assert_eq!(
        inbox.letters(),
        [],
        "there is nothing to say of the channel"
    );
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_channel_that_was_changed_begins_to_count_anew(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let channel = ground.listener("hook", &[]).await;
    ground
        .run(
            "insert into messages (id, workspace_id, channel_id, kind, body, next_at, outcome, settled_at)
             select gen_random_uuid(), workspace_id, id, 'down', '{}', now(), 'refused', now() + interval '1 second'
             from channels",
        )
        .await;
    ground.refused_before(4).await;
    let counted = async || {
        let mut conn = ground.db.acquire().await.expect("the database answers");
        let counted = db::messages::refused_in_a_row(&mut conn, channel, 5).await;
        counted.expect("the database answers")
    };
    assert_eq!(counted().await, 5);
    ground
        .run("update channels set updated_at = now() + interval '2 seconds'")
        .await;
    assert_eq!(counted().await, 0);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn what_a_broken_channel_refused_is_told_as_it_stands_when_it_works_again(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let (lasting, passing) = (ground.service().await, ground.service().await);
    let (inbox, slack) = (Inbox::start().await, Upstream::start());
    let wrong = r#"{"ok":false,"error":"invalid_auth"}"#;
    slack.set(answer(200, wrong, &[])).await;
    let channel = ground.listens("#ops", &slack_bot()).await;
    let teller = Teller::by(&ground.db, with_slack(courier(&inbox), &slack).into());
    ground
        .record([lasting.down(ground.ago(60)), passing.down(ground.ago(60))])
        .await;
    eventually("it is broken", async || ground.broken(channel).await).await;
    ground.record([passing.recovered(ground.ago(30))]).await;
    assert_eq!(ground.ledger().await, ["refused"]);
    ground.a_while_later().await;
    slack
        .set(answer(200, r#"{"ok":true,"ts":"1.2"}"#, &[]))
        .await;
    ground.mend(channel).await;
    ground.all_is_told().await;
    teller.stop().await;
    assert_eq!(ground.ledger().await, ["refused", "sent", "sent"]);
    let kinds: Vec<String> = sqlx::query_scalar(
        "select kind from messages where outcome = 'sent' order by created_at, id",
    )
    .fetch_all(ground.db.pool())
    .await
    .expect("the database answers");
    assert_eq!(kinds, ["recovered", "down"]);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn what_waited_for_a_broken_channel_for_a_day_is_not_told_and_the_ledger_says_so(
    pool: PgPool,
) {
    let ground = Ground::new(pool).await;
    let (lasting, passing) = (ground.service().await, ground.service().await);
    let (inbox, slack) = (Inbox::start().await, Upstream::start());
    slack
        .set(answer(200, r#"{"ok":true,"ts":"1.2"}"#, &[]))
        .await;
    let channel = ground.listens("#ops", &slack_bot()).await;
    ground
        .run("update channels set broken_at = now(), broken_reason = 'Gone.'")
        .await;
    ground
        .record([lasting.down(ground.ago(60)), passing.down(ground.ago(60))])
        .await;
    ground.record([passing.recovered(ground.ago(30))]).await;
    ground.time_passes(TimeDelta::hours(25)).await;
    let teller = Teller::by(&ground.db, with_slack(courier(&inbox), &slack).into());
    eventually("it is given up", async || {
        (ground.ledger().await == ["given_up"]).then_some(())
    })
    .await;
    let detail: String = sqlx::query_scalar("select detail from deliveries")
        .fetch_one(ground.db.pool())
        .await
        .expect("the database answers");
    assert!(detail.contains("takes nothing"), "{detail}");
    assert!(detail.ends_with("Gone."), "{detail}");
    assert_eq!(slack.requests().len(), 0);
    ground.mend(channel).await;
    ground.all_is_told().await;
    teller.stop().await;
    assert_eq!(ground.ledger().await, ["given_up", "sent"]);
    let told = slack.requests();
    assert_eq!(told.len(), 1, "what is still so is told, and nothing else");
    assert!(told[0].body.contains("Down: S"), "{}", told[0].body);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn where_no_other_channel_can_say_it_the_owners_get_a_letter(pool: PgPool) {
    let ground = Ground::new(pool).await;
    let service = ground.service().await;
    let (inbox, slack) = (Inbox::start().await, Upstream::start());
    slack
        .set(answer(200, r#"{"ok":false,"error":"invalid_auth"}"#, &[]))
        .await;
    let channel = ground.listens("#ops", &slack_bot()).await;
    for (email, role, verified) in [
        ("owner@example.com", 3, "now()"),
        ("unverified@example.com", 3, "null"),
        ("viewer@example.com", 1, "now()"),
    ] {
        ground
            .run(&format!(
                "with person as (
                     insert into users (id, email, name, email_verified_at)
                     values (gen_random_uuid(), '{email}', 'P', {verified}) returning id)
                 insert into memberships (workspace_id, user_id, role)
                 select workspaces.id, person.id, {role} from person, workspaces"
            ))
            .await;
    }
    ground
        .run(
            "insert into workers (id, host, version, started_at, heartbeat_at, figures)
              values (gen_random_uuid(), 'h', '1', now(), now(), '{\"mail\": true}')",
        )
        .await;
    let courier = with_slack(courier(&inbox), &slack);
    let teller = Teller::by(&ground.db, courier.clone().into());
    ground.record([service.down(ground.ago(60))]).await;
    eventually("it is broken", async || ground.broken(channel).await).await;
    let parts = worker::letters::Parts {
        db: ground.db.clone(),
        id: None,
        keyring: keyring(),
        courier,
        public_url: "https://status.example/".parse().expect("a URL"),
    };
    let stop = tokio_util::sync::CancellationToken::new();
    let mut letters = tokio::task::JoinSet::new();
    letters.spawn(worker::letters::run(parts, stop.clone()));
    let letter = inbox.wait_for(1).await.remove(0);
    // Broken once more within the day: it was said.
    ground.mend(channel).await;
    eventually("it is broken", async || ground.broken(channel).await).await;
    stop.cancel();
    for ended in letters.join_all().await {
        ended.expect("no error");
    }
    teller.stop().await;
    assert_eq!(ground.count("letters").await, 1);
    assert_eq!(letter.to, ["owner@example.com"]);
    let letter = letter.letter();
    assert_eq!(letter.subject, "Notices are not taken: #ops");
    assert!(letter.text.contains("invalid_auth"), "{}", letter.text);
    assert!(
        letter.text.contains("https://status.example/notices"),
        "{}",
        letter.text
    );
}
