//! Channels, rules and somebody who carries messages, for the tests of notices.

use std::sync::{Arc, Mutex, PoisonError};

use db::{Db, channels, notice_rules};
use domain::{
    channel::{ChannelConfig, ChannelKind},
    id::{ChannelId, RuleId, WorkspaceId},
    notice::{
        message::{Kind, Message},
        rule::{Rule, Scope, Topic, Wish},
    },
};
use serde_json::json;
use tokio::{sync::watch, task::JoinSet};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use worker::notices::{
    self, Parts,
    courier::{Attempt, Courier, Told},
};

use crate::{
    ground::Ground,
    stage::{eventually, keyring},
};

/// Asked with how many attempts there were before and where this one goes.
type Answer = dyn Fn(usize, &str) -> Option<Told> + Send + Sync;

/// Everything that was carried, by the host of the channel's address.
#[derive(Clone)]
pub(crate) struct Post {
    carried: Arc<Mutex<Vec<(String, Message)>>>,
    count: watch::Sender<usize>,
    answer: Arc<Answer>,
}

impl Post {
    pub(crate) fn new() -> Self {
        Self::answering(|_, _| Some(Told::Sent { id: None }))
    }

    /// `answer` is asked with how many attempts there were before and where this one goes; none never ends.
    pub(crate) fn answering(
        answer: impl Fn(usize, &str) -> Option<Told> + Send + Sync + 'static,
    ) -> Self {
        Self {
            carried: Arc::default(),
            count: watch::Sender::new(0),
            answer: Arc::new(answer),
        }
    }

    pub(crate) fn courier(&self) -> Courier {
        let post = self.clone();
        Courier::scripted(move |config, message, _| {
            let post = post.clone();
            async move {
                let to = config.summary();
                let before = {
                    let mut carried = post.carried.lock().unwrap_or_else(PoisonError::into_inner);
                    carried.push((to.clone(), message));
                    carried.len() - 1
                };
                post.count.send_modify(|count| *count += 1);
                match (post.answer)(before, &to) {
                    Some(told) => Attempt {
                        told,
                        is_about_channel: true,
                        done_with: Vec::new(),
                        transcript: json!({}),
                    },
                    None => std::future::pending().await,
                }
            }
        })
    }

    pub(crate) fn carried(&self) -> Vec<(String, Message)> {
        self.carried
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// What was carried, as the kinds of messages.
    pub(crate) fn kinds(&self) -> Vec<Kind> {
        self.carried()
            .iter()
            .map(|(_, message)| message.kind)
            .collect()
    }

    /// Waits until so many attempts were made.
    pub(crate) async fn wait(&self, count: usize) {
        let mut counted = self.count.subscribe();
        let waiting = counted.wait_for(|so_far| *so_far >= count);
        tokio::time::timeout(std::time::Duration::from_mins(1), waiting)
            .await
            .unwrap_or_else(|_| panic!("never {count} messages, but {:?}", self.kinds()))
            .expect("the post stands");
    }
}

/// Somebody who tells. Dropping it is `kill -9`.
pub(crate) struct Teller {
    stop: CancellationToken,
    tasks: JoinSet<anyhow::Result<()>>,
}

impl Teller {
    pub(crate) fn start(db: &Db, post: &Post) -> Self {
        Self::by(db, post.courier())
    }

    pub(crate) fn by(db: &Db, courier: Courier) -> Self {
        let parts = Parts {
            db: db.clone(),
            id: None,
            keyring: keyring(),
            courier,
            public_url: "https://status.example/".parse().expect("a URL"),
        };
        let stop = CancellationToken::new();
        let mut tasks = JoinSet::new();
        tasks.spawn(notices::run(parts.clone(), stop.clone()));
        tasks.spawn(notices::keep_watch(parts, stop.clone()));
        Self { stop, tasks }
    }

    pub(crate) async fn stop(mut self) {
        self.stop.cancel();
        while let Some(ended) = self.tasks.join_next().await {
            ended.expect("no panic").expect("no error");
        }
    }
}

/// The usual topics and what else is named.
pub(crate) fn wish(more: &[Topic]) -> Wish {
    let mut wish = Wish::default();
    wish.topics.extend(more);
    wish
}

impl Ground {
    /// A webhook of the workspace.
    pub(crate) async fn channel(&self, name: &str) -> ChannelId {
        let sent = json!({ "url": format!("http://{name}.test/") });
        let config = ChannelConfig::parse(ChannelKind::Webhook, &sent, None).expect("a webhook");
        self.connect(name, &config).await
    }

    /// A channel of the workspace that hears nothing.
    pub(crate) async fn connect(&self, name: &str, config: &ChannelConfig) -> ChannelId {
        let id = ChannelId(Uuid::now_v7());
        let sealed = channels::sealed::seal(&keyring(), id, config).expect("sealed");
        let draft = channels::Draft {
            id,
            name,
            kind: config.kind(),
            config: &sealed.config,
            secrets: sealed.secrets.as_deref(),
            paused: false,
            most_per_minute: 3,
        };
        let mut conn = self.db.acquire().await.expect("the database answers");
        channels::insert(&mut conn, self.workspace, &draft, self.now)
            .await
            .expect("the database answers");
        id
    }

    pub(crate) async fn rule(&self, channel: ChannelId, wish: Wish) {
        let rule = Rule {
            id: RuleId(Uuid::now_v7()),
            channel,
            scope: Scope::Workspace,
            wish,
        };
        let workspace: WorkspaceId = self.workspace;
        let mut conn = self.db.acquire().await.expect("the database answers");
        let put = notice_rules::put(&mut conn, workspace, &rule).await;
        assert!(put.expect("the database answers"));
    }

    /// A channel that hears the usual and what else is named.
    pub(crate) async fn listener(&self, name: &str, more: &[Topic]) -> ChannelId {
        let channel = self.channel(name).await;
        self.rule(channel, wish(more)).await;
        channel
    }

    /// Messages were composed long enough ago for the next to leave at once.
    pub(crate) async fn a_while_later(&self) {
        self.run("update messages set created_at = created_at - interval '5 minutes'")
            .await;
    }

    /// Waits until no message is under way and no notice that is due waits.
    pub(crate) async fn all_is_told(&self) {
        eventually("all is told", async || {
            let waiting: i64 = sqlx::query_scalar(
                "select (select count(*) from messages where outcome is null)
                      + (select count(*) from outbox where message_id is null and dropped is null and due_at <= now())",
            )
            .fetch_one(self.db.pool())
            .await
            .expect("the database answers");
            (waiting == 0).then_some(())
        })
        .await;
    }

    /// Kind and why nobody was told, of every notice, oldest first.
    pub(crate) async fn noted(&self) -> Vec<(String, Option<String>)> {
        sqlx::query_as("select kind, dropped from outbox order by id")
            .fetch_all(self.db.pool())
            .await
            .expect("the database answers")
    }

    /// Outcomes in the ledger, oldest first.
    pub(crate) async fn ledger(&self) -> Vec<String> {
        sqlx::query_scalar("select outcome from deliveries order by at, id")
            .fetch_all(self.db.pool())
            .await
            .expect("the database answers")
    }
}
