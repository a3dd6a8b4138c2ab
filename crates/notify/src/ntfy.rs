//! ntfy: a push with priority, tags and buttons.

use chrono::{DateTime, Utc};
use domain::{channel::Ntfy, notice::message::Message};
use egress::Answer;
use http::header;
use serde_json::{Value, json};

use crate::{
    Outcome,
    call::{Call, Idiom, Setting},
    judging,
    rendering::{Tone, cut, cut_bytes, fit_bytes, links, workspace},
};

/// A longer message becomes a file: 4,096 bytes.
const TEXT: usize = 4_000;
/// Codes of a 400 where no message would be taken: the topic is no topic, or not allowed.
const OF_CHANNEL: [&str; 2] = ["40009", "40010"];

impl Idiom for Ntfy {
    fn calls(&self, message: &Message, _: Setting<'_>) -> Result<Vec<Call>, Outcome> {
        let tone = Tone::of(message);
        let mut text = fit_bytes(&message.sentences(), TEXT, message.more.total());
        if text.is_empty() {
            text = workspace(message);
        }
        let actions: Vec<Value> = links(message)
            .into_iter()
            .map(|(label, url)| json!({"action": "view", "label": label, "url": url}))
            .collect();
        let mut payload = json!({
            "topic": self.topic,
            "title": cut(&message.headline(), 200),
            "message": cut_bytes(&text, TEXT),
            "priority": priority(tone),
            "tags": [tag(tone)],
            "actions": actions,
        });
        if let Some(open) = &message.links.open {
            payload["click"] = json!(open);
        }
        // Publishing as JSON is a request to the server itself, not to the topic.
        let mut call = Call::json(self.server_url.clone(), &payload);
        if let Some(token) = &self.access_token {
            let bearer = format!("Bearer {}", token.expose());
            call = call.with_secret(header::AUTHORIZATION, &bearer)?;
        }
        Ok(vec![call])
    }

    fn judge(&self, answer: &Answer, now: DateTime<Utc>) -> Outcome {
        match judging::by_status_and_words(answer, now, &OF_CHANNEL) {
            Outcome::Sent { .. } => judging::by_status_and_id(answer, now, "id"),
            other => other,
        }
    }
}

/// 1 to 5; 3 is ordinary, 4 vibrates for long.
const fn priority(tone: Tone) -> u8 {
    match tone {
        Tone::Bad => 4,
        Tone::AtWork | Tone::Plain => 2,
        Tone::Warning | Tone::Good | Tone::Unknown => 3,
    }
}

const fn tag(tone: Tone) -> &'static str {
    match tone {
        Tone::Bad => "red_circle",
        Tone::Warning => "orange_circle",
        Tone::Good => "green_circle",
        Tone::Unknown => "white_circle",
        Tone::AtWork => "large_blue_circle",
        Tone::Plain => "bell",
    }
}
