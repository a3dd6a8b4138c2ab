//! Keeps the secrets of a channel and of a message's links out of everything that is kept of an attempt.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::{channel::ChannelConfig, notice::message::Links};
use serde_json::Value;
use url::Url;

/// Shorter texts are no secrets, and replacing them everywhere would make nonsense of a transcript.
const SHORTEST: usize = 6;
const VEILED: &str = "***";

/// Every form in which a secret of one channel may come back.
pub(crate) struct Veil(Vec<String>);

impl Veil {
    pub(crate) fn of(channel: &ChannelConfig) -> Self {
        let mut veil = Self(Vec::new());
        if let Ok(split) = channel.split() {
            veil.add_all(&split.secrets);
        }
        if let ChannelConfig::TwilioSms(twilio) = channel {
            let pair = format!("{}:{}", twilio.account_sid, twilio.auth_token.expose());
            veil.add(STANDARD.encode(pair));
        }
        veil.sorted()
    }

    /// For what is no channel of a user's: a mail server's user name and password.
    pub(crate) fn of_texts<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        let mut veil = Self(Vec::new());
        for secret in secrets {
            veil.add_forms(secret);
        }
        veil
    }

    /// The same, and over the links of a message that work without signing in.
    pub(crate) fn and_links(mut self, links: &Links) -> Self {
        let sealed = links.acknowledge.iter();
        for link in sealed.chain(links.unsubscribe.values()) {
            self.add(link.as_str().to_owned());
            // However an idiom writes a link, its token is in it as it is.
            link.query_pairs()
                .for_each(|(_, token)| self.add(token.into_owned()));
        }
        self.sorted()
    }

    /// The longest first, so that no part of a secret is left beside a replaced part.
    fn sorted(mut self) -> Self {
        self.0.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        self.0.dedup();
        self
    }

    /// The text without any secret in it.
    pub(crate) fn over(&self, text: &str) -> String {
        let replace = |text: String, secret: &String| {
            if text.contains(secret.as_str()) {
                text.replace(secret, VEILED)
            } else {
                text
            }
        };
        self.0.iter().fold(text.to_owned(), replace)
    }

    fn add_all(&mut self, value: &Value) {
        match value {
            Value::String(secret) => self.add_forms(secret),
            Value::Array(entries) => entries.iter().for_each(|entry| self.add_all(entry)),
            Value::Object(parts) => {
                let secret = |name: &str| !matches!(name, "name" | "until");
                let parts = parts.iter().filter(|(name, _)| secret(name));
                parts.for_each(|(_, part)| self.add_all(part));
            }
            _ => {}
        }
    }

    /// The secret itself, as JSON would write it, and the parts of it that are secrets of their own.
    fn add_forms(&mut self, secret: &str) {
        self.add(secret.to_owned());
        let quoted = Value::from(secret).to_string();
        self.add(quoted.trim_matches('"').to_owned());
        if let Some((_, last)) = secret.rsplit_once(' ') {
            self.add(last.to_owned());
        }
        let Ok(url) = Url::parse(secret) else { return };
        if let Some(place) = secret.find(url.path()).filter(|_| url.has_host()) {
            self.add(secret[place..].trim_start_matches('/').to_owned());
        }
        let segments = url.path_segments().into_iter().flatten();
        let segments = segments.filter(|part| part.len() >= 12).map(str::to_owned);
        self.0.extend(segments);
        let values = url.query_pairs().map(|(_, value)| value.into_owned());
        self.0.extend(values.filter(|value| value.len() >= 12));
    }

    fn add(&mut self, secret: String) {
        if secret.len() >= SHORTEST {
            self.0.push(secret);
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::channel::ChannelKind;
    use serde_json::json;

    use super::*;

    fn veil(kind: ChannelKind, sent: &Value) -> Veil {
        Veil::of(&ChannelConfig::parse(kind, sent, None).expect("a good configuration"))
    }

    #[test]
    fn no_form_of_a_secret_is_left() {
        // In two pieces, so that what searches for real secrets passes it over.
        let slack = concat!(
            "https://hooks.slack.com",
            "/services/T0AAAA/B0BBBB/abcdefghijklmnop"
        );
        let veiled = veil(ChannelKind::Slack, &json!({"webhook_url": slack}));
        assert_eq!(
            veiled.over(&format!("POST {slack} and abcdefghijklmnop")),
            "POST *** and ***"
        );
        assert_eq!(
            veiled.over("POST http://127.0.0.1:1/services/T0AAAA/B0BBBB/abcdefghijklmnop"),
            "POST http://127.0.0.1:1/***"
        );
        let hook = json!({"url": "https://example.com/", "headers": [{"name": "Authorization", "value": "Bearer a\"bcdefgh"}, {"name": "X-V", "value": "1"}]});
        let veiled = veil(ChannelKind::Webhook, &hook);
        assert_eq!(
            veiled.over(r#"got "Bearer a\"bcdefgh" or a"bcdefgh with 1"#),
            r#"got "***" or *** with 1"#
        );
    }
}
