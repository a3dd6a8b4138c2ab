//! Pushover: a push with priority and one link.

use chrono::{DateTime, Utc};
use domain::{channel::Pushover, notice::message::Message};
use egress::Answer;
use serde_json::json;

use crate::{
    Outcome,
    call::{Call, Idiom, Setting, stored_url},
    judging,
    rendering::{Tone, body, cut, signed_headline, workspace},
};

/// <https://pushover.net/api#limits>.
const TITLE: usize = 250;
const TEXT: usize = 1_024;
const URL: usize = 512;
/// Fields that an answer names where no message would be taken.
const OF_CHANNEL: [&str; 3] = ["token", "user", "device"];

impl Idiom for Pushover {
    fn calls(&self, message: &Message, _: Setting<'_>) -> Result<Vec<Call>, Outcome> {
        let url = stored_url("https://api.pushover.net/1/messages.json")?;
        let text = body(message, TEXT, str::to_owned);
        let mut payload = json!({
            "token": self.app_token.expose(),
            "user": self.user_key.expose(),
            "title": cut(&signed_headline(message), TITLE),
            "message": if text.is_empty() { workspace(message) } else { text },
            "priority": priority(Tone::of(message)),
            "timestamp": message.occurred_at.timestamp(),
        });
        if let Some(device) = &self.device {
            payload["device"] = json!(device);
        }
        let open = message.links.open.as_ref();
        if let Some(open) = open.filter(|open| open.as_str().len() <= URL) {
            payload["url"] = json!(open);
            payload["url_title"] = json!("Open in PulseCheck");
        }
        Ok(vec![Call::json(url, &payload)])
    }

    fn judge(&self, answer: &Answer, now: DateTime<Utc>) -> Outcome {
        let said = judging::json(answer).unwrap_or_default();
        let words = said["errors"].to_string();
        let is_about_channel = |field: &&str| said.get(field).is_some() || words.contains(*field);
        let outcome = |why: String| {
            if OF_CHANNEL.iter().any(is_about_channel) {
                Outcome::permanent(why)
            } else {
                Outcome::unfit(why)
            }
        };
        match judging::by_status(answer, now) {
            Outcome::Sent { .. } if said["status"] == 1 => judging::sent_as(&said["request"]),
            Outcome::Sent { .. } if said["status"].is_number() => outcome(judging::said(answer)),
            Outcome::Unfit { why } => outcome(why),
            Outcome::Sent { .. } => judging::unreadable(answer),
            other => other,
        }
    }
}

/// −2 to 1; 1 ignores the quiet hours of the receiver.
const fn priority(tone: Tone) -> i8 {
    match tone {
        Tone::Bad => 1,
        Tone::Warning | Tone::Good | Tone::Unknown => 0,
        Tone::AtWork | Tone::Plain => -1,
    }
}
