//! From a broken server to a webhook and a mailbox, over the network, by a whole worker.

use std::sync::Arc;

use db::{channels, notice_rules};
use domain::{
    channel::{ChannelConfig, ChannelKind},
    id::{ChannelId, RuleId},
    notice::rule::{Rule, Scope, Wish},
};
use egress::{Egress, Policy, Resolver, Tls};
use notify::{MailConfig, Security};
use runtime::faults::Faults;
use serde_json::{Value, json};
use sqlx::PgPool;
use test_support::{Inbox, Mode, Upstream};
use uuid::Uuid;

use crate::stage::{Stage, brisk, eventually, keyring};

/// Somebody who sends over the network, with a mail server that the operator named.
pub(crate) fn courier(inbox: &Inbox) -> notify::Courier {
    let tls = Tls::new(Vec::new(), Arc::new(|| None)).expect("TLS");
    let egress = Egress::new(Policy::single_tenant(), Resolver::system(true), tls);
    let mail = MailConfig {
        smtp_host: Some(inbox.address().ip().to_string()),
        smtp_port: Some(inbox.address().port()),
        smtp_security: Some(Security::None),
        mail_from: Some("PulseCheck <pulse@example.com>".to_owned()),
        ..MailConfig::default()
    };
    let mut faults = Faults::default();
    let mail = mail.read(&mut faults);
    assert!(faults.0.is_empty(), "{faults}");
    let url = "https://status.example/".parse().expect("a URL");
    notify::Courier::new(Arc::new(egress), url, mail)
}

impl Stage {
    /// A channel that hears the usual of everything.
    pub(crate) async fn listener(&self, name: &str, kind: ChannelKind, config: Value) {
        let id = ChannelId(Uuid::now_v7());
        let config = ChannelConfig::parse(kind, &config, None).expect("a channel");
        let sealed = channels::sealed::seal(&keyring(), id, &config).expect("sealed");
        let draft = channels::Draft {
            id,
            name,
            kind,
            config: &sealed.config,
            secrets: sealed.secrets.as_deref(),
            paused: false,
            most_per_minute: 3,
        };
        let mut conn = self.conn().await;
        let now = db::services::now(&mut conn).await.expect("the time");
        let made = channels::insert(&mut conn, self.workspace, &draft, now).await;
        made.expect("stored");
        let rule = Rule {
            id: RuleId(Uuid::now_v7()),
            channel: id,
            scope: Scope::Workspace,
            wish: Wish::default(),
        };
        let put = notice_rules::put(&mut conn, self.workspace, &rule).await;
        assert!(put.expect("stored"));
    }
}

/// The bodies of what a webhook was sent, with the id that each came under.
pub(crate) fn posted(receiver: &Upstream) -> Vec<(String, Value)> {
    let requests = receiver.requests();
    let posts = requests.iter().filter(|request| request.method == "POST");
    posts
        .map(|request| {
            let id = request.header("webhook-id").unwrap_or_default().to_owned();
            (id, serde_json::from_str(&request.body).unwrap_or_default())
        })
        .collect()
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn what_breaks_together_is_told_together_by_webhook_and_by_mail_and_so_is_its_end(
    pool: PgPool,
) {
    let mut stage = Stage::set(pool).await;
    let (receiver, inbox) = (Upstream::start(), Inbox::start().await);
    stage.courier = courier(&inbox).into();
    let hook = json!({ "url": receiver.url("/in") });
    stage.listener("hook", ChannelKind::Webhook, hook).await;
    let mail = json!({ "recipients": ["ada@example.com"] });
    stage.listener("mail", ChannelKind::Email, mail).await;
    for path in ["/a", "/b"] {
        stage.upstream.set_for(path, Mode::status(503));
        stage.add_quietly(&stage.config(path, 10)).await;
    }
    let worker = stage.worker(brisk());
    // Both open at the same time or in the next message: every service is told once.
    eventually("both are told of by webhook and by mail", async || {
        let bodies: String = posted(&receiver)
            .iter()
            .map(|(_, body)| body.to_string())
            .collect();
        let letters: String = inbox
            .letters()
            .into_iter()
            .map(|letter| letter.source)
            .collect();
        let told = |text: &str| text.contains("/a") && text.contains("/b");
        age(&stage).await;
        (told(&bodies) && told(&letters)).then_some(())
    })
    .await;
    let letter = inbox.letters().remove(0);
    assert_eq!(letter.to, ["ada@example.com"]);
    assert!(
        letter
            .source
            .contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click")
    );
    assert!(letter.source.contains("status.example"));
    for path in ["/a", "/b"] {
        stage.upstream.set_for(path, Mode::ok());
    }
    eventually("the end is told", async || {
        age(&stage).await;
        let ends = posted(&receiver)
            .iter()
            .filter(|(_, body)| body.to_string().contains("ecovered"))
            .count();
        let letters = inbox
            .letters()
            .iter()
            .filter(|letter| letter.source.contains("ecovered"))
            .count();
        (ends > 0 && letters > 0).then_some(())
    })
    .await;
    worker.stop().await;
    let mut ids: Vec<String> = posted(&receiver).into_iter().map(|(id, _)| id).collect();
    let sent = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), sent, "no message is sent twice");
    let mut conn = stage.conn().await;
    let outcomes: Vec<String> = sqlx::query_scalar("select distinct outcome from deliveries")
        .fetch_all(&mut *conn)
        .await
        .expect("the ledger");
    assert_eq!(outcomes, ["sent"]);
}

/// Messages were composed long enough ago for the next to leave at once.
async fn age(stage: &Stage) {
    sqlx::query("update messages set created_at = created_at - interval '5 minutes' where outcome is not null")
        .execute(&mut *stage.conn().await)
        .await
        .expect("the database answers");
}
