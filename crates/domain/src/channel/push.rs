//! Push services: ntfy, Gotify, Pushover.

use serde::{Deserialize, Serialize};
use url::Url;

use super::{Input, Secret, Settings, input::made_of};

/// A topic of an ntfy server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ntfy {
    /// Default `https://ntfy.sh/`.
    pub server_url: Url,
    pub topic: String,
    /// `tk_…`, where the topic is protected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_token: Option<Secret>,
}

impl Settings for Ntfy {
    const SECRETS: &'static [&'static str] = &["access_token"];

    fn parse(input: &mut Input<'_>) -> Option<Self> {
        let server_url = match input
            .value("server_url")
            .and_then(serde_json::Value::as_str)
        {
            None | Some("") => Url::parse("https://ntfy.sh/").ok(),
            Some(_) => input.url("server_url"),
        };
        let topic = input.required("topic", 64);
        if let Some(topic) = &topic {
            let checked = made_of(
                topic,
                1..=64,
                |c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'),
                "letters, digits, - and _",
            );
            input.checked("topic", checked);
        }
        let access_token = input.optional_secret("access_token", 255);
        input.done(Self {
            server_url: server_url?,
            topic: topic?,
            access_token,
        })
    }

    fn destination(&self) -> String {
        self.server_url.origin().ascii_serialization()
    }

    fn summary(&self) -> String {
        self.topic.clone()
    }
}

/// An application of a Gotify server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gotify {
    pub server_url: Url,
    /// Of an application, not of a client: `A…`.
    pub app_token: Secret,
}

impl Settings for Gotify {
    const SECRETS: &'static [&'static str] = &["app_token"];

    fn parse(input: &mut Input<'_>) -> Option<Self> {
        let server_url = input.url("server_url");
        let app_token = input.secret("app_token", 255);
        input.done(Self {
            server_url: server_url?,
            app_token: app_token?,
        })
    }

    fn destination(&self) -> String {
        self.server_url.origin().ascii_serialization()
    }

    fn summary(&self) -> String {
        self.server_url.host_str().unwrap_or_default().to_owned()
    }
}

/// A user or group of Pushover.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pushover {
    /// Of the application, 30 letters and digits.
    pub app_token: Secret,
    /// Of the user or group, 30 letters and digits.
    pub user_key: Secret,
    /// One of the user's devices; all without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
}

impl Settings for Pushover {
    const SECRETS: &'static [&'static str] = &["app_token", "user_key"];

    fn parse(input: &mut Input<'_>) -> Option<Self> {
        let mut key = |field: &str| {
            let secret = input.secret(field, 30)?;
            let checked = made_of(
                secret.expose(),
                30..=30,
                |c| c.is_ascii_alphanumeric(),
                "30 letters and digits",
            );
            input.checked(field, checked).map(|()| secret)
        };
        let (app_token, user_key) = (key("app_token"), key("user_key"));
        let device = input.optional("device", 25);
        if let Some(device) = &device {
            let checked = made_of(
                device,
                1..=25,
                |c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'),
                "letters, digits, - and _",
            );
            input.checked("device", checked);
        }
        input.done(Self {
            app_token: app_token?,
            user_key: user_key?,
            device,
        })
    }

    fn destination(&self) -> String {
        "api.pushover.net".to_owned()
    }

    fn summary(&self) -> String {
        self.device
            .clone()
            .unwrap_or_else(|| "All devices".to_owned())
    }
}
