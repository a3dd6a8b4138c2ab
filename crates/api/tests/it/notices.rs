//! Channels, rules, the ledger, and answering to messages.

use chrono::TimeDelta;
use domain::{
    id::{ChannelId, IncidentId, MessageId},
    incident::Severity,
    notice::link::{CONTEXT, Permit},
};
use runtime::seal::Keyring;
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    browser::Browser,
    maintenance::backups,
    past::Past,
    services::{add, shop},
    world::World,
};

/// A channel with its rule and one attempt to tell it something.
pub(crate) struct Noticed {
    pub(crate) channel: String,
    pub(crate) rule: String,
    pub(crate) delivery: String,
    pub(crate) window: String,
}

const MESSAGE: &str =
    r#"{"key": "k", "kind": "test", "workspace": "W", "occurred_at": "2027-01-15T08:00:00Z"}"#;

fn webhook() -> Value {
    json!({ "name": "Ops", "kind": "webhook", "config": { "url": "https://hooks.example/in" } })
}

pub(crate) fn id(value: &Value) -> String {
    value["id"].as_str().expect("an id").to_owned()
}

impl Noticed {
    pub(crate) async fn of(pool: &PgPool, owner: &Browser) -> Self {
        let channel = id(&owner
            .post("/api/channels", webhook())
            .await
            .expect(201)
            .body);
        let rules = owner.get("/api/notice-rules").await.expect(200).body;
        let rule = rules
            .as_array()
            .expect("a list")
            .last()
            .map(id)
            .expect("a rule");
        let delivery = delivery(pool, &channel, "refused").await;
        let window = id(&owner
            .post("/api/maintenance", backups())
            .await
            .expect(201)
            .body);
        Self {
            channel,
            rule,
            delivery,
            window,
        }
    }
}

/// A message to a channel and one attempt to send it.
async fn delivery(pool: &PgPool, channel: &str, outcome: &str) -> String {
    let (message, delivery) = (Uuid::now_v7(), Uuid::now_v7());
    let channel: Uuid = channel.parse().expect("an id");
    sqlx::query(
        "insert into messages (id, workspace_id, channel_id, kind, body, outcome, settled_at, attempts, next_at)
         select $1, workspace_id, id, 'test', $2::jsonb, $4, now(), 1, now() from channels where id = $3",
    )
    .bind(message)
    .bind(MESSAGE)
    .bind(channel)
    .bind(outcome)
    .execute(pool)
    .await
    .expect("written");
    sqlx::query(
        "insert into deliveries (id, workspace_id, channel_id, message_id, at, outcome, detail, took_ms, transcript)
         select $1, workspace_id, id, $2, now(), $4, 'It answered 404.', 12, '[]' from channels where id = $3",
    )
    .bind(delivery)
    .bind(message)
    .bind(channel)
    .bind(outcome)
    .execute(pool)
    .await
    .expect("written");
    delivery.to_string()
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn secrets_of_channels_are_sealed_and_never_shown_again(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    let person = world.operator().await;
    let mut sent = webhook();
    sent["config"]["headers"] = json!([{ "name": "X-Token", "value": "hunter2" }]);
    let made = person.post("/api/channels", sent).await.expect(201).body;
    let secret = made["signing_secret"].as_str().expect("a secret");
    assert!(secret.starts_with("whsec_"));
    let path = format!("/api/channels/{}", id(&made));
    let shown = person.get(&path).await.expect(200).body;
    assert_eq!(
        shown["config"]["headers"][0]["value"],
        json!({ "set": true })
    );
    assert!(!shown.to_string().contains("hunter2") && !shown.to_string().contains(secret));
    let stored: String = sqlx::query_scalar("select row_to_json(c)::text from channels c")
        .fetch_one(&pool)
        .await
        .expect("a row");
    assert!(!stored.contains("hunter2") && !stored.contains(&secret[6..]));
    // Another destination does not get what was given for this one.
    let moved = json!({ "config": { "url": "https://elsewhere.example/" } });
    let refused = person.put(&path, moved).await.expect(422);
    assert!(refused.body["errors"]["headers"].is_array(), "{refused:?}");
    let renamed = person
        .put(&path, json!({ "name": "Night" }))
        .await
        .expect(200)
        .body;
    assert_eq!(
        (&renamed["name"], &renamed["revision"]),
        (&json!("Night"), &json!(2))
    );
    assert_eq!(renamed["config"], shown["config"]);
    let fresh = person
        .post(&format!("{path}/rotate-secret"), json!({}))
        .await
        .expect(200);
    assert_ne!(fresh.body["signing_secret"], made["signing_secret"]);
    person.delete(&path).await.expect(204);
    person.get(&path).await.expect(404);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn every_wrong_field_of_a_channel_is_named(pool: PgPool) {
    let world = World::start(pool).await;
    let person = world.operator().await;
    let wrong = json!({
        "name": "", "kind": "webhook", "most_per_minute": 61,
        "config": { "url": "ftp://x", "colour": "red" },
    });
    let errors = person.post("/api/channels", wrong).await.expect(422).body["errors"].clone();
    let named: Vec<&String> = errors.as_object().expect("fields").keys().collect();
    assert_eq!(named, ["colour", "most_per_minute", "name", "url"]);
    let unknown = json!({ "name": "A", "kind": "pigeon", "config": {} });
    let errors = person.post("/api/channels", unknown).await.expect(422).body["errors"].clone();
    assert!(
        errors["kind"][0]
            .as_str()
            .is_some_and(|reason| reason.contains("email"))
    );
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_channel_that_refused_for_good_says_why_until_somebody_mends_it(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    let person = world.operator().await;
    let made = person.post("/api/channels", webhook()).await.expect(201);
    let path = format!("/api/channels/{}", id(&made.body));
    assert_eq!(made.body["broken"], Value::Null);
    sqlx::query("update channels set broken_at = now(), broken_reason = 'The token is wrong.'")
        .execute(&pool)
        .await
        .expect("written");
    let listed = person.get("/api/channels").await.expect(200).body;
    for shown in [&listed[0], &person.get(&path).await.expect(200).body] {
        assert_eq!(shown["broken"]["reason"], "The token is wrong.");
        assert!(shown["broken"]["at"].is_string());
    }
    let changed = json!({ "config": { "url": "https://hooks.example/other" } });
    let mended = person.put(&path, changed).await.expect(200).body;
    assert_eq!(mended["broken"], Value::Null);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn rules_are_shown_as_sentences_and_there_is_one_per_scope(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    let person = world.operator().await;
    let service = add(&person, shop()).await;
    let channel = id(&person
        .post("/api/channels", webhook())
        .await
        .expect(201)
        .body);
    let usual = person.get("/api/notice-rules").await.expect(200).body;
    assert!(
        usual[0]["sentence"]
            .as_str()
            .expect("a sentence")
            .starts_with("Ops hears when anything is down"),
        "{usual}"
    );
    let rule = json!({
        "channel_id": channel, "service_id": service["id"], "topics": ["down", "recovered"],
        "delay_s": 60, "remind_s": 1800,
        "quiet": { "from": "22:00", "until": "07:00", "zone": "Europe/Berlin", "lets_through": ["down"] },
    });
    let made = person
        .post("/api/notice-rules", rule.clone())
        .await
        .expect(201)
        .body;
    assert_eq!(
        made["sentence"],
        "Ops hears when Shop is down for 1 minute and when that is over; again every 30 minutes; \
         not from 22:00 to 07:00 (Europe/Berlin), except outages."
    );
    person.post("/api/notice-rules", rule).await.expect(409);
    let path = format!("/api/notice-rules/{}", id(&made));
    let changed =
        json!({ "service_id": null, "category": "Production", "remind_s": null, "quiet": null });
    let changed = person.put(&path, changed).await.expect(200).body;
    assert_eq!(
        changed["sentence"],
        "Ops hears when anything in Production is down for 1 minute and when that is over."
    );
    let wrong = json!({
        "topics": ["weather"], "delay_s": 86_401, "remind_s": 1,
        "quiet": { "from": "22", "until": "7", "zone": "Mars" },
    });
    let errors = person.put(&path, wrong).await.expect(422).body["errors"].clone();
    let named: Vec<&String> = errors.as_object().expect("fields").keys().collect();
    assert_eq!(named, ["delay_s", "quiet", "remind_s", "topics"]);
    person.delete(&path).await.expect(204);
    person.delete(&path).await.expect(404);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn the_ledger_is_narrowed_paged_and_sends_again(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    let person = world.operator().await;
    let noticed = Noticed::of(&pool, &person).await;
    let sent = delivery(&pool, &noticed.channel, "sent").await;
    let ids = |query: &'static str| {
        let person = &person;
        async move {
            let list = person
                .get(&format!("/api/deliveries{query}"))
                .await
                .expect(200)
                .body;
            let list = list.as_array().expect("a list").iter().map(id);
            list.collect::<Vec<String>>()
        }
    };
    assert_eq!(ids("").await, [sent.clone(), noticed.delivery.clone()]);
    assert_eq!(
        ids("?outcome=refused").await,
        std::slice::from_ref(&noticed.delivery)
    );
    let first = person.get("/api/deliveries?limit=1").await.expect(200);
    let next = first.header("link").trim_start_matches('<').to_owned();
    let next = next.split_once('>').expect("a link").0;
    assert_eq!(
        id(&person.get(next).await.expect(200).body[0]),
        noticed.delivery
    );
    let path = format!("/api/deliveries/{}", noticed.delivery);
    let one = person.get(&path).await.expect(200).body;
    assert_eq!(one["headline"], "Test message from PulseCheck");
    assert_eq!(
        (&one["detail"], &one["under_way"]),
        (&json!("It answered 404."), &json!(false))
    );
    person
        .post(&format!("{path}/resend"), json!({}))
        .await
        .expect(202);
    let again = person.get(&path).await.expect(200).body;
    assert_eq!(again["under_way"], true);
    person.get("/api/deliveries?outcome=lost").await.expect(422);
}

/// A message to a channel that tells of an incident.
async fn told(pool: &PgPool, channel: &str, incident: IncidentId) -> MessageId {
    let message = MessageId(Uuid::now_v7());
    let channel: Uuid = channel.parse().expect("an id");
    sqlx::query(
        "insert into messages (id, workspace_id, channel_id, kind, body, next_at)
         select $1, workspace_id, id, 'down', $2::jsonb, now() from channels where id = $3",
    )
    .bind(message.0)
    .bind(MESSAGE)
    .bind(channel)
    .execute(pool)
    .await
    .expect("written");
    let subject =
        json!({ "name": "Shop", "target": "", "state": "down", "since": "2027-01-15T08:00:00Z" });
    sqlx::query(
        "insert into outbox (workspace_id, channel_id, key, kind, service_id, incident_id, occurred_at, due_at, subject, message_id)
         select i.workspace_id, $2, 'k', 'down', s.id, i.id, now(), now(), $3::jsonb, $4
         from incidents i join services s on s.key = i.service_key where i.id = $1",
    )
    .bind(incident.0)
    .bind(channel)
    .bind(subject.to_string())
    .bind(message.0)
    .execute(pool)
    .await
    .expect("written");
    message
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn an_incident_is_taken_on_once_in_the_app_or_by_the_link_of_a_message(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    let person = world.operator().await;
    let service = add(&person, shop()).await;
    let channel = id(&person
        .post("/api/channels", webhook())
        .await
        .expect(201)
        .body);
    let past = Past::of(&pool, &service, world.state.clock.now()).await;
    let incident = past
        .incident(Severity::Down, (TimeDelta::hours(1), None))
        .await;
    let message = told(&pool, &channel, IncidentId(incident)).await;
    let path = format!("/api/incidents/{incident}");
    person
        .get(&format!("{path}/acknowledgement"))
        .await
        .expect(404);
    let token = |permit: &Permit| {
        let plain = serde_json::to_vec(permit).expect("JSON");
        world
            .state
            .keyring
            .seal_text(CONTEXT, &plain)
            .expect("sealed")
    };
    // Whoever has the message needs no account.
    let nobody = world.stranger();
    let link = json!({ "token": token(&Permit::Acknowledge { message }) });
    let followed = nobody
        .post("/api/links", link.clone())
        .await
        .expect(200)
        .body;
    assert_eq!(
        followed,
        json!({ "done": "acknowledged", "services": ["Shop"], "changed": 1, "email": null })
    );
    let again = nobody.post("/api/links", link).await.expect(200).body;
    assert_eq!(again["changed"], 0);
    let taken = person
        .get(&format!("{path}/acknowledgement"))
        .await
        .expect(200)
        .body;
    assert_eq!(taken["by"], "Somebody in Ops");
    let later = person
        .post(&format!("{path}/acknowledge"), json!({ "note": "me too" }))
        .await;
    assert_eq!(later.expect(200).body, taken, "the first one counts");
    let timeline = person.get(&path).await.expect(200).body["timeline"].clone();
    let events: Vec<&Value> = timeline.as_array().expect("events").iter().collect();
    let kinds = events
        .iter()
        .filter(|event| event["kind"] == "acknowledged")
        .count();
    assert_eq!(kinds, 1);
    let noted: i64 = sqlx::query_scalar("select count(*) from outbox where kind = 'acknowledged'")
        .fetch_one(&pool)
        .await
        .expect("a count");
    assert_eq!(
        noted, 1,
        "who was told of the incident hears who has taken it on"
    );
    nobody
        .post("/api/links", json!({ "token": "nonsense" }))
        .await
        .expect(404);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn after_a_change_of_the_key_links_and_secrets_of_before_still_count(pool: PgPool) {
    let before = World::start(pool.clone()).await;
    let person = before.operator().await;
    let slack = json!({ "name": "Ops", "kind": "slack", "config": { "bot_token": "xoxb-1-2-abcdef", "channel": "#ops" } });
    let channel = id(&person.post("/api/channels", slack).await.expect(201).body);
    let calendar = person
        .get("/api/maintenance/calendar")
        .await
        .expect(200)
        .body;
    let calendar = calendar["url"].as_str().expect("a URL").to_owned();
    let calendar = calendar.split_once("/api/").expect("a path").1.to_owned();
    let key = |text: &str| secrecy::SecretString::from(text.to_owned());
    let new = || Keyring::new(key("another-key-another-key-another-key")).expect("long enough");
    let old = Some(key("0123456789abcdef0123456789abcdef"));
    let url = before.state.site.public_url.clone();
    let changing = World::with(pool.clone(), |site| {
        site.public_url = url.clone();
        site.keyring = new().with_previous(old).expect("long enough");
    })
    .await;
    let shown = |world: &World| {
        let browser = Browser::at(&world.url).wearing(&person);
        let path = format!("/api/channels/{channel}");
        async move { browser.get(&path).await }
    };
    let view = shown(&changing).await.expect(200).body;
    assert_eq!(view["broken"], Value::Null);
    assert_eq!(view["summary"], "#ops");
    let nobody = changing.stranger();
    nobody.get(&format!("/api/{calendar}")).await.expect(200);
    let doctor = api::doctor::examine(&changing.state).await;
    let said = doctor.iter().find(|finding| finding.subject == "secrets");
    let said = said.expect("it is looked at").to_string();
    assert!(said.contains("1 still need SECRET_KEY_PREVIOUS"), "{said}");
    // Without the key of before, all of it is over, and is said to be.
    let changed = World::with(pool, |site| (site.public_url, site.keyring) = (url, new())).await;
    shown(&changed).await.expect(401);
    let nobody = changed.stranger();
    nobody.get(&format!("/api/{calendar}")).await.expect(404);
    let doctor = api::doctor::examine(&changed.state).await;
    let said = doctor.iter().find(|finding| finding.subject == "secrets");
    let said = said.expect("it is looked at").to_string();
    assert!(
        said.starts_with("WRONG") && said.contains("1 channel"),
        "{said}"
    );
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_channel_that_takes_nothing_is_named_in_the_summary_and_nothing_is_sent_to_it_again(
    pool: PgPool,
) {
    let world = World::start(pool.clone()).await;
    let person = world.operator().await;
    let noticed = Noticed::of(&pool, &person).await;
    let resend = format!("/api/deliveries/{}/resend", noticed.delivery);
    let broken =
        async || person.get("/api/summary").await.expect(200).body["broken_channels"].clone();
    assert_eq!(broken().await, json!([]));
    for (statement, named) in [
        (
            "update channels set broken_at = now(), broken_reason = 'Gone.'",
            1,
        ),
        // Of one that is switched off nobody expects anything.
        ("update channels set paused_at = now()", 0),
        (
            "update channels set broken_at = null, broken_reason = null",
            0,
        ),
    ] {
        sqlx::query(statement).execute(&pool).await.expect("done");
        person.post(&resend, json!({})).await.expect(409);
        let channels = broken().await;
        assert_eq!(
            channels.as_array().map(Vec::len),
            Some(named),
            "{statement}"
        );
        if named == 1 {
            assert_eq!(channels[0]["id"], noticed.channel.as_str());
            assert_eq!(
                (&channels[0]["name"], &channels[0]["reason"]),
                (&json!("Ops"), &json!("Gone."))
            );
            assert!(channels[0]["since"].is_string());
        }
    }
    let under_way = "select count(*) from messages where outcome is null";
    let under_way: i64 = sqlx::query_scalar(under_way)
        .fetch_one(&pool)
        .await
        .expect("a count");
    assert_eq!(under_way, 0);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_mail_program_takes_its_reader_out_of_a_channel(pool: PgPool) {
    let world = World::start(pool).await;
    let person = world.operator().await;
    let sent = json!({
        "name": "Mail", "kind": "email", "config": { "recipients": ["a@example.com", "b@example.com"] },
    });
    let channel = id(&person.post("/api/channels", sent).await.expect(201).body);
    let link = |address: &str| {
        let permit = Permit::Unsubscribe {
            channel: ChannelId(channel.parse().expect("an id")),
            address: address.to_owned(),
        };
        let plain = serde_json::to_vec(&permit).expect("JSON");
        let token = world
            .state
            .keyring
            .seal_text(CONTEXT, &plain)
            .expect("sealed");
        format!("/api/unsubscribe?token={token}")
    };
    let nobody = world.stranger();
    nobody
        .post(&link("a@example.com"), json!({}))
        .await
        .expect(204);
    let path = format!("/api/channels/{channel}");
    let shown = person.get(&path).await.expect(200).body;
    assert_eq!(shown["config"]["recipients"], json!(["b@example.com"]));
    nobody
        .post(&link("b@example.com"), json!({}))
        .await
        .expect(204);
    assert_eq!(person.get(&path).await.expect(200).body["paused"], true);
    nobody
        .post("/api/unsubscribe?token=x", json!({}))
        .await
        .expect(404);
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_mute_has_an_end_and_can_be_ended(pool: PgPool) {
    let world = World::start(pool.clone()).await;
    let person = world.operator().await;
    let service = id(&add(&person, shop()).await);
    let path = format!("/api/services/{service}/mute");
    person
        .put(&path, json!({ "until": "2001-01-01T00:00:00Z" }))
        .await
        .expect(422);
    person.put(&path, json!({})).await.expect(422);
    let now: chrono::DateTime<chrono::Utc> = sqlx::query_scalar("select now()")
        .fetch_one(&pool)
        .await
        .expect("the time");
    let until = (now + TimeDelta::days(2)).to_rfc3339();
    person
        .put(&path, json!({ "until": until }))
        .await
        .expect(200);
    let mutes = person.get("/api/mutes").await.expect(200).body;
    assert_eq!(mutes[0]["service_id"], service.as_str());
    let me = person.get("/api/auth/me").await.expect(200).body;
    assert_eq!(mutes[0]["by"], me["name"], "whoever muted it is named");
    sqlx::query("update mutes set user_id = null")
        .execute(&pool)
        .await
        .expect("the account is gone");
    let mutes = person.get("/api/mutes").await.expect(200).body;
    assert_eq!(mutes[0]["by"], Value::Null);
    person.delete(&path).await.expect(204);
    assert_eq!(person.get("/api/mutes").await.expect(200).body, json!([]));
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_message_can_be_seen_before_it_is_sent(pool: PgPool) {
    let world = World::start(pool).await;
    let person = world.operator().await;
    let mut sent = webhook();
    sent["config"]["headers"] = json!([{ "name": "X-Token", "value": "hunter2" }]);
    let channel = id(&person.post("/api/channels", sent).await.expect(201).body);
    let path = format!("/api/channels/{channel}/preview");
    let shown = person.get(&path).await.expect(200).body;
    let part = &shown["parts"][0];
    assert_eq!(part["to"], "POST https://hooks.example/in");
    assert!(
        part["body"]
            .as_str()
            .is_some_and(|body| body.contains("down"))
    );
    assert!(!shown.to_string().contains("hunter2"));
    person
        .get(&format!("{path}?kind=recovered"))
        .await
        .expect(200);
    person
        .get(&format!("{path}?kind=weather"))
        .await
        .expect(422);
    let wrong =
        json!({ "config": { "url": "https://hooks.example/in", "body_template": "{{ nobody(" } });
    let errors = person
        .put(&format!("/api/channels/{channel}"), wrong)
        .await
        .expect(422)
        .body;
    assert!(errors["errors"]["body_template"].is_array(), "{errors}");
}
