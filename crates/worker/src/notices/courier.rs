//! Whoever carries a message to a channel, and what became of that.

use std::{pin::Pin, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use domain::{channel::ChannelConfig, notice::message::Message};
use serde_json::Value;

/// What became of an attempt.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    /// The receiver has it, and calls it this.
    Sent { id: Option<String> },
    /// Not now.
    Retry {
        after: Option<Duration>,
        why: String,
    },
    /// Not ever.
    Refused { why: String },
}

/// One attempt.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    pub told: Told,
    /// A refusal that every message would meet, such as a wrong token.
    pub is_about_channel: bool,
    /// Recipients with which this attempt is done for good.
    pub done_with: Vec<String>,
    /// What was said and answered, without secrets.
    pub transcript: Value,
}

type Carrying = Pin<Box<dyn Future<Output = Attempt> + Send>>;

/// Carries messages. Cloning shares it.
#[derive(Clone)]
pub struct Courier(Arc<dyn Fn(ChannelConfig, Message, DateTime<Utc>) -> Carrying + Send + Sync>);

impl Courier {
    pub fn new<F>(
        carry: impl Fn(ChannelConfig, Message, DateTime<Utc>) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Attempt> + Send + 'static,
    {
        Self(Arc::new(move |config, message, now| {
            Box::pin(carry(config, message, now))
        }))
    }

    /// Carries nothing: everything waits.
    pub fn none() -> Self {
        Self::new(|_, _, _| async {
            Attempt {
                told: Told::Retry {
                    after: None,
                    why: "No way to send is built in.".to_owned(),
                },
                is_about_channel: false,
                done_with: Vec::new(),
                transcript: Value::Null,
            }
        })
    }

    pub(crate) async fn send(
        &self,
        config: &ChannelConfig,
        message: &Message,
        _done_with: &[String],
        now: DateTime<Utc>,
    ) -> Attempt {
        (self.0)(config.clone(), message.clone(), now).await
    }
}

impl Attempt {
    /// A refusal without an attempt, because of the channel itself.
    pub(crate) fn refused(why: String) -> Self {
        Self {
            told: Told::Refused { why },
            is_about_channel: true,
            done_with: Vec::new(),
            transcript: Value::Object(serde_json::Map::new()),
        }
    }
}
