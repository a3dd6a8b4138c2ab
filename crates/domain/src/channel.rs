//! Where a person wants to hear: every kind of channel with its configuration, its limits and what of it is secret.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::fields::Fields;

mod chat;
mod email;
mod input;
mod paging;
mod push;
mod secret;
#[cfg(test)]
mod tests;
mod webhook;

pub use chat::{Discord, GoogleChat, Matrix, Mattermost, Slack, Teams, Telegram};
pub use email::{Email, MAX_RECIPIENTS, parse_address};
pub use input::Input;
pub use paging::{PagerDuty, Region, TwilioSms};
pub use push::{Gotify, Ntfy, Pushover};
pub use secret::Secret;
pub use webhook::{MAX_TEMPLATE, SigningSecret, Webhook, WebhookMethod};

/// What the configuration of one kind can do.
pub trait Settings: Clone + Serialize + DeserializeOwned {
    /// Its fields whose values are never shown again and are sealed at rest.
    const SECRETS: &'static [&'static str];

    /// Reads what a person sent, noting every wrong field; None when something is wrong.
    fn parse(input: &mut Input<'_>) -> Option<Self>;

    /// Where it goes: secrets that were given for one destination are not sent to another.
    fn destination(&self) -> String;

    /// A few words for lists, without secrets: `#ops`, `3 recipients`, `hooks.example.com`.
    fn summary(&self) -> String;
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $word:literal $label:literal;)*) => {
        /// Every kind of channel. Words are stored and sent: they are added to, never renamed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ChannelKind {
            $($(#[$doc])* $kind,)*
        }

        impl ChannelKind {
            /// Every kind, in the order in which they are offered.
            pub const ALL: &'static [Self] = &[$(Self::$kind),*];

            /// The word used in JSON and in the database.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$kind => $word,)* }
            }

            /// What people call it.
            pub const fn label(self) -> &'static str {
                match self { $(Self::$kind => $label,)* }
            }

            /// Fields whose values are never shown again and are sealed at rest.
            pub const fn secret_fields(self) -> &'static [&'static str] {
                match self { $(Self::$kind => <$kind as Settings>::SECRETS,)* }
            }
        }

        /// A checked configuration: whatever has this type may be sent to, as far as its address allows.
        #[derive(Clone, Debug, PartialEq)]
        pub enum ChannelConfig {
            $($kind($kind),)*
        }

        impl ChannelConfig {
            pub const fn kind(&self) -> ChannelKind {
                match self { $(Self::$kind(_) => ChannelKind::$kind,)* }
            }

            /// Where it goes, without secrets.
            pub fn destination(&self) -> String {
                match self { $(Self::$kind(settings) => settings.destination(),)* }
            }

            /// A few words for lists, without secrets.
            pub fn summary(&self) -> String {
                match self { $(Self::$kind(settings) => settings.summary(),)* }
            }

            fn read(kind: ChannelKind, stored: Value) -> Result<Self, serde_json::Error> {
                Ok(match kind { $(ChannelKind::$kind => Self::$kind(serde_json::from_value(stored)?),)* })
            }

            fn write(&self) -> Result<Value, serde_json::Error> {
                match self { $(Self::$kind(settings) => serde_json::to_value(settings),)* }
            }

            fn parse_kind(kind: ChannelKind, input: &mut Input<'_>) -> Option<Self> {
                match kind { $(ChannelKind::$kind => $kind::parse(input).map(Self::$kind),)* }
            }
        }
    };
}

kinds! {
    /// Mail to one or more people, through the installation's mail server.
    Email = "email" "E-mail";
    /// A signed request to an address of the user's.
    Webhook = "webhook" "Webhook";
    Slack = "slack" "Slack";
    Discord = "discord" "Discord";
    Teams = "teams" "Microsoft Teams";
    Telegram = "telegram" "Telegram";
    Mattermost = "mattermost" "Mattermost";
    GoogleChat = "google_chat" "Google Chat";
    Matrix = "matrix" "Matrix";
    Ntfy = "ntfy" "ntfy";
    Gotify = "gotify" "Gotify";
    Pushover = "pushover" "Pushover";
    PagerDuty = "pagerduty" "PagerDuty";
    TwilioSms = "twilio_sms" "SMS by Twilio";
}

impl ChannelKind {
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == word)
    }
}

impl Serialize for ChannelKind {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ChannelKind {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::parse(&word).ok_or_else(|| serde::de::Error::custom("unknown kind of channel"))
    }
}

/// A configuration taken apart for storage: one object in clear, one to be sealed.
#[derive(Clone, PartialEq)]
pub struct Split {
    pub clear: Value,
    /// JSON; sealed with the channel's id as context.
    pub secrets: Value,
}

impl ChannelConfig {
    /// Reads what a person sent, an object with this kind's fields, and names every wrong field at once.
    ///
    /// `before` is the configuration that is being edited: secrets that are left out (or sent back as `shown` gave them) are taken
    /// from it, unless the destination changed; a secret sent as `""` is removed.
    pub fn parse(kind: ChannelKind, sent: &Value, before: Option<&Self>) -> Result<Self, Fields> {
        let before = before.filter(|before| before.kind() == kind);
        let old = before.and_then(|before| before.write().ok());
        let mut input = Input::new(sent, old.as_ref());
        let config = Self::parse_kind(kind, &mut input);
        let (mut fields, kept) = input.finish();
        if let (Some(config), Some(before)) = (&config, before)
            && config.destination() != before.destination()
        {
            for field in kept {
                fields.push(
                    &field,
                    "must be given again, because the destination changed",
                );
            }
        }
        // Without a configuration something is wrong, and the reason has been noted.
        let Some(config) = config else {
            return Err(fields);
        };
        fields.finish(config)
    }

    /// Takes it apart for storage.
    pub fn split(&self) -> Result<Split, serde_json::Error> {
        let mut clear = self.write()?;
        let mut secrets = Map::new();
        if let Some(object) = clear.as_object_mut() {
            for field in self.kind().secret_fields() {
                if let Some(value) = object.remove(*field) {
                    secrets.insert((*field).to_owned(), value);
                }
            }
        }
        Ok(Split {
            clear,
            secrets: Value::Object(secrets),
        })
    }

    /// Puts together what `split` took apart.
    pub fn join(kind: ChannelKind, split: Split) -> Result<Self, serde_json::Error> {
        let mut whole = split.clear;
        if let (Some(object), Value::Object(secrets)) = (whole.as_object_mut(), split.secrets) {
            object.extend(secrets);
        }
        Self::read(kind, whole)
    }

    /// What people may see: every secret that is set is `{"set": true}`, of headers the names are shown.
    pub fn shown(&self) -> Result<Value, serde_json::Error> {
        let mut whole = self.write()?;
        if let Some(object) = whole.as_object_mut() {
            for field in self.kind().secret_fields() {
                if let Some(value) = object.get_mut(*field) {
                    *value = veiled(value);
                }
            }
        }
        Ok(whole)
    }
}

impl std::fmt::Debug for Split {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Split")
            .field("clear", &self.clear)
            .finish_non_exhaustive()
    }
}

/// A list keeps its shape, and of its entries only what is no secret: the names of headers, the ends of signing secrets.
fn veiled(value: &Value) -> Value {
    match value {
        Value::Null => Value::Null,
        Value::Array(entries) => entries.iter().map(veiled_entry).collect(),
        _ => input::set(),
    }
}

fn veiled_entry(entry: &Value) -> Value {
    let Some(object) = entry.as_object() else {
        return input::set();
    };
    let parts = object.iter().map(|(name, value)| {
        let value = if matches!(name.as_str(), "name" | "until") {
            value.clone()
        } else {
            input::set()
        };
        (name.clone(), value)
    });
    Value::Object(parts.collect())
}
