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
    /// A refusal that every message would meet, such as a wrong token, rather than one of what this one says.
    pub is_about_channel: bool,
    /// Recipients with which this attempt is done for good.
    pub done_with: Vec<String>,
    /// What was said and answered, without secrets.
    pub transcript: Value,
}

type Carrying = Pin<Box<dyn Future<Output = Attempt> + Send>>;

/// What stands in for the network in tests.
type Script = dyn Fn(ChannelConfig, Message, DateTime<Utc>) -> Carrying + Send + Sync;

/// Carries messages. Cloning shares it.
#[derive(Clone)]
pub enum Courier {
    /// Over the network, in the idiom of each channel.
    Network(Box<notify::Courier>),
    /// As a test says.
    Scripted(Arc<Script>),
}

impl Courier {
    /// One that does as a test says.
    pub fn scripted<F>(
        carry: impl Fn(ChannelConfig, Message, DateTime<Utc>) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Attempt> + Send + 'static,
    {
        Self::Scripted(Arc::new(move |config, message, now| {
            Box::pin(carry(config, message, now))
        }))
    }

    pub(crate) async fn send(
        &self,
        config: &ChannelConfig,
        message: &Message,
        done_with: &[String],
        now: DateTime<Utc>,
    ) -> Attempt {
        match self {
            Self::Network(courier) => courier.send(config, message, done_with, now).await.into(),
            Self::Scripted(carry) => carry(config.clone(), message.clone(), now).await,
        }
    }
}

impl From<notify::Courier> for Courier {
    fn from(courier: notify::Courier) -> Self {
        Self::Network(Box::new(courier))
    }
}

impl From<notify::Report> for Attempt {
    fn from(report: notify::Report) -> Self {
        let is_about_channel = !matches!(report.outcome, notify::Outcome::Unfit { .. });
        let told = match report.outcome {
            notify::Outcome::Sent { id } => Told::Sent {
                id: match report.refused.first() {
                    None => id,
                    Some(refused) => Some(format!(
                        "Taken, but not by {}: {}",
                        refused.recipient, refused.why
                    )),
                },
            },
            notify::Outcome::Retry { after, why } => Told::Retry { after, why },
            notify::Outcome::Permanent { why } | notify::Outcome::Unfit { why } => {
                Told::Refused { why }
            }
        };
        Self {
            told,
            is_about_channel,
            done_with: report.settled,
            transcript: serde_json::to_value(report.transcript).unwrap_or_default(),
        }
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
