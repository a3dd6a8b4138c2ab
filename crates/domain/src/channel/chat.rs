//! Rooms where people talk: Slack, Discord, Teams, Telegram, Mattermost, Google Chat, Matrix.

use serde::{Deserialize, Serialize};
use url::Url;

use super::{Input, Secret, Settings, input::made_of};

/// A Slack workspace: by an incoming webhook, or by a bot's token and a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slack {
    /// `https://hooks.slack.com/services/…`; wins where both are given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub webhook_url: Option<Secret>,
    /// `xoxb-…`, with the scope `chat:write`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bot_token: Option<Secret>,
    /// For a bot: a channel's id or `#name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
}

impl Settings for Slack {
    const SECRETS: &'static [&'static str] = &["webhook_url", "bot_token"];

    fn parse(input: &mut Input<'_>) -> Option<Self> {
        let bot_token = input.optional_secret("bot_token", 255);
        let channel = input.optional("channel", 80);
        if bot_token.is_none() {
            let webhook_url = input.secret_url(
                "webhook_url",
                &["hooks.slack.com", "hooks.slack-gov.com"],
                "https://hooks.slack.com/services/…; for anything else that understands Slack's messages choose Mattermost",
            );
            return input.done(Self {
                webhook_url,
                bot_token,
                channel,
            });
        }
        if input.optional("webhook_url", 2_048).is_some() {
            input.wrong("webhook_url", "must be left out when there is a bot token");
        }
        if let Some(token) = &bot_token
            && !token.expose().starts_with("xox")
        {
            input.wrong("bot_token", "must be a token such as xoxb-…");
        }
        if channel.is_none() {
            input.wrong("channel", "must be given when there is a bot token");
        }
        input.done(Self {
            webhook_url: None,
            bot_token,
            channel,
        })
    }

    fn destination(&self) -> String {
        "slack.com".to_owned()
    }

    fn summary(&self) -> String {
        self.channel
            .clone()
            .unwrap_or_else(|| "Incoming webhook".to_owned())
    }
}

/// A Discord channel, by its webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discord {
    /// `https://discord.com/api/webhooks/…`.
    pub webhook_url: Secret,
    /// A thread of the channel, by its number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread_id: Option<String>,
}

impl Settings for Discord {
    const SECRETS: &'static [&'static str] = &["webhook_url"];

    fn parse(input: &mut Input<'_>) -> Option<Self> {
        let webhook_url = input.secret_url(
            "webhook_url",
            &["discord.com", "discordapp.com"],
            "https://discord.com/api/webhooks/…",
        );
        let thread_id = input.optional("thread_id", 20);
        if let Some(id) = &thread_id {
            let checked = made_of(id, 1..=20, |c| c.is_ascii_digit(), "a thread's number");
            input.checked("thread_id", checked);
        }
        input.done(Self {
            webhook_url: webhook_url?,
            thread_id,
        })
    }

    fn destination(&self) -> String {
        "discord.com".to_owned()
    }

    fn summary(&self) -> String {
        "Webhook".to_owned()
    }
}

/// A Teams channel or chat, by a workflow that posts what it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Teams {
    /// As the workflow “Post to a channel when a webhook request is received” shows it.
    pub webhook_url: Secret,
}

impl Settings for Teams {
    const SECRETS: &'static [&'static str] = &["webhook_url"];

    fn parse(input: &mut Input<'_>) -> Option<Self> {
        // Workflows live under names that vary by region and cloud.
        let webhook_url = input.secret_url("webhook_url", &[], "");
        input.done(Self {
            webhook_url: webhook_url?,
        })
    }

    fn destination(&self) -> String {
        host_of(&self.webhook_url)
    }

    fn summary(&self) -> String {
        "Workflow".to_owned()
    }
}

/// A Telegram chat, by a bot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Telegram {
    /// As @BotFather gives it: `123456:ABC…`.
    pub bot_token: Secret,
    /// A number, negative for groups, or `@name` of a public channel.
    pub chat_id: String,
    /// A topic of a group, by its number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic_id: Option<i64>,
}

impl Settings for Telegram {
    const SECRETS: &'static [&'static str] = &["bot_token"];

    fn parse(input: &mut Input<'_>) -> Option<Self> {
        let bot_token = input.secret("bot_token", 100);
        if let Some(token) = &bot_token {
            let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
            let is_token = token.expose().split_once(':').is_some_and(|(id, key)| {
                !id.is_empty()
                    && id.bytes().all(|byte| byte.is_ascii_digit())
                    && key.len() >= 20
                    && key.chars().all(is_part)
            });
            if !is_token {
                input.wrong("bot_token", "must be a bot's token such as 123456:ABC…");
            }
        }
        let chat_id = input.required("chat_id", 64);
        if let Some(id) = &chat_id {
            let is_name = id.strip_prefix('@').is_some_and(|name| {
                name.len() >= 4 && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            });
            if !is_name && id.parse::<i64>().is_err() {
                input.wrong(
                    "chat_id",
                    "must be a number such as -1001234567890, or @name",
                );
            }
        }
        let topic_id = input.value("topic_id").and_then(|value| {
            let number = value.as_i64().or_else(|| value.as_str()?.parse().ok());
            let number = number.filter(|number| *number > 0);
            if number.is_none() {
                input.wrong("topic_id", "must be a positive number");
            }
            number
        });
        input.done(Self {
            bot_token: bot_token?,
            chat_id: chat_id?,
            topic_id,
        })
    }

    fn destination(&self) -> String {
        "api.telegram.org".to_owned()
    }

    fn summary(&self) -> String {
        self.chat_id.clone()
    }
}

/// A Mattermost channel, or anything else that understands Slack's messages, by an incoming webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mattermost {
    pub webhook_url: Secret,
    /// Another channel than the webhook's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
}

impl Settings for Mattermost {
    const SECRETS: &'static [&'static str] = &["webhook_url"];

    fn parse(input: &mut Input<'_>) -> Option<Self> {
        let webhook_url = input.secret_url("webhook_url", &[], "");
        let channel = input.optional("channel", 64);
        input.done(Self {
            webhook_url: webhook_url?,
            channel,
        })
    }

    fn destination(&self) -> String {
        host_of(&self.webhook_url)
    }

    fn summary(&self) -> String {
        self.channel
            .clone()
            .unwrap_or_else(|| host_of(&self.webhook_url))
    }
}

/// A space of Google Chat, by its webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoogleChat {
    /// `https://chat.googleapis.com/v1/spaces/…`.
    pub webhook_url: Secret,
}

impl Settings for GoogleChat {
    const SECRETS: &'static [&'static str] = &["webhook_url"];

    fn parse(input: &mut Input<'_>) -> Option<Self> {
        let webhook_url = input.secret_url(
            "webhook_url",
            &["chat.googleapis.com"],
            "https://chat.googleapis.com/v1/spaces/…",
        );
        input.done(Self {
            webhook_url: webhook_url?,
        })
    }

    fn destination(&self) -> String {
        "chat.googleapis.com".to_owned()
    }

    fn summary(&self) -> String {
        "Webhook".to_owned()
    }
}

/// A Matrix room, by an account's access token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matrix {
    pub homeserver_url: Url,
    pub access_token: Secret,
    /// `!…`, as the room's settings show it.
    pub room_id: String,
}

impl Settings for Matrix {
    const SECRETS: &'static [&'static str] = &["access_token"];

    fn parse(input: &mut Input<'_>) -> Option<Self> {
        let homeserver_url = input.url("homeserver_url");
        let access_token = input.secret("access_token", 1_024);
        let room_id = input.required("room_id", 255);
        if room_id.as_ref().is_some_and(|id| !id.starts_with('!')) {
            input.wrong(
                "room_id",
                "must be a room's internal id such as !abc:example.org",
            );
        }
        input.done(Self {
            homeserver_url: homeserver_url?,
            access_token: access_token?,
            room_id: room_id?,
        })
    }

    fn destination(&self) -> String {
        self.homeserver_url.origin().ascii_serialization()
    }

    fn summary(&self) -> String {
        self.room_id.clone()
    }
}

/// The origin of an address that is itself a secret.
fn host_of(secret: &Secret) -> String {
    Url::parse(secret.expose()).map_or_else(
        |_| String::new(),
        |url| url.host_str().unwrap_or_default().to_owned(),
    )
}
