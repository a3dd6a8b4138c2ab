//! Mattermost, and what else understands Slack's older messages: an attachment with a bar of colour.

use chrono::{DateTime, Utc};
use domain::{channel::Mattermost, notice::message::Message};
use egress::Answer;
use serde_json::json;

use crate::{
    Outcome,
    call::{Call, Idiom, Setting, stored_url},
    judging,
    rendering::{Tone, body, footer, markdown, markdown_links, signed_headline, unmentioned},
};

/// A post may have 16,383 characters.
const TEXT: usize = 12_000;
/// What a 400 says where no message would be taken: the webhook, its channel or its owner.
const OF_CHANNEL: [&str; 4] = [
    "incoming_webhook.invalid",
    "incoming_webhook.disabled",
    "incoming_webhook.channel",
    "incoming_webhook.user",
];

impl Idiom for Mattermost {
    fn calls(&self, message: &Message, _: Setting<'_>) -> Result<Vec<Call>, Outcome> {
        let url = stored_url(self.webhook_url.expose())?;
        let headline = markdown(&signed_headline(message));
        let mut text = body(message, TEXT, markdown);
        let links = markdown_links(message);
        if !links.is_empty() {
            text.push_str("\n\n");
            text.push_str(&links);
        }
        let mut attachment = json!({
            "fallback": headline,
            "color": Tone::of(message).hex(),
            "title": headline,
            "text": text,
            "footer": unmentioned(&footer(message)),
        });
        if let Some(open) = &message.links.open {
            attachment["title_link"] = json!(open);
        }
        let mut payload = json!({"username": "PulseCheck", "attachments": [attachment]});
        if let Some(channel) = &self.channel {
            payload["channel"] = json!(channel);
        }
        Ok(vec![Call::json(url, &payload)])
    }

    fn judge(&self, answer: &Answer, now: DateTime<Utc>) -> Outcome {
        judging::by_status_and_words(answer, now, &OF_CHANNEL)
    }
}
