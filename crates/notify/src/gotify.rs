//! Gotify: a push with priority that opens the incident.

use chrono::{DateTime, Utc};
use domain::{channel::Gotify, notice::message::Message};
use egress::Answer;
use http::HeaderName;
use serde_json::json;

use crate::{
    Outcome,
    call::{Call, Idiom, Setting, below},
    judging,
    rendering::{Tone, body, plain_links, signed_headline, workspace},
};

const TEXT: usize = 8_000;

impl Idiom for Gotify {
    fn calls(&self, message: &Message, _: Setting<'_>) -> Result<Vec<Call>, Outcome> {
        let url = below(&self.server_url, &["message"])?;
        let mut text = body(message, TEXT, str::to_owned);
        if text.is_empty() {
            text = workspace(message);
        }
        for link in plain_links(message) {
            text.push('\n');
            text.push_str(&link);
        }
        let mut payload = json!({
            "title": signed_headline(message),
            "message": text,
            "priority": priority(Tone::of(message)),
            "extras": {"client::display": {"contentType": "text/plain"}},
        });
        if let Some(open) = &message.links.open {
            payload["extras"]["client::notification"] = json!({"click": {"url": open}});
        }
        let name = HeaderName::from_static("x-gotify-key");
        let call = Call::json(url, &payload).with_secret(name, self.app_token.expose())?;
        Ok(vec![call])
    }

    fn judge(&self, answer: &Answer, now: DateTime<Utc>) -> Outcome {
        judging::by_status_and_id(answer, now, "id")
    }
}

/// 0 to 10; from 4 on there is a sound, from 8 on it cannot be missed.
const fn priority(tone: Tone) -> u8 {
    match tone {
        Tone::Bad => 8,
        Tone::Warning | Tone::Good | Tone::Unknown => 5,
        Tone::AtWork | Tone::Plain => 2,
    }
}
