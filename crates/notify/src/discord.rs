//! Discord: an embed with a bar of colour.

use chrono::{DateTime, SecondsFormat, Utc};
use domain::{channel::Discord, notice::message::Message};
use egress::Answer;
use serde_json::json;

use crate::{
    Outcome,
    call::{Call, Idiom, Setting, stored_url},
    judging,
    rendering::{
        Tone, body, cut, markdown, markdown_links, signed_headline, unmentioned, workspace,
    },
};

/// <https://discord.com/developers/docs/resources/message#embed-object-embed-limits>.
const TITLE: usize = 256;
const DESCRIPTION: usize = 3_400;
/// Codes of a 400 about what is said: an empty message, a form or JSON that is not right, too large.
const OF_MESSAGE: [u64; 4] = [50_006, 50_035, 50_109, 40_005];

impl Idiom for Discord {
    fn calls(&self, message: &Message, _: Setting<'_>) -> Result<Vec<Call>, Outcome> {
        let mut url = stored_url(self.webhook_url.expose())?;
        // With `wait` the answer says what became of the message.
        url.query_pairs_mut().append_pair("wait", "true");
        if let Some(thread) = &self.thread_id {
            url.query_pairs_mut().append_pair("thread_id", thread);
        }
        let mut description = body(message, DESCRIPTION, markdown);
        let links = markdown_links(message);
        if !links.is_empty() {
            description.push_str("\n\n");
            description.push_str(&links);
        }
        let mut embed = json!({
            "title": cut(&markdown(&signed_headline(message)), TITLE),
            "description": description,
            "color": Tone::of(message).colour(),
            "footer": {"text": unmentioned(&workspace(message))},
            "timestamp": message.occurred_at.to_rfc3339_opts(SecondsFormat::Millis, true),
        });
        if let Some(open) = &message.links.open {
            embed["url"] = json!(open);
        }
        let payload = json!({
            "username": "PulseCheck",
            // Whatever a name says, nobody is pinged.
            "allowed_mentions": {"parse": []},
            "embeds": [embed],
        });
        Ok(vec![Call::json(url, &payload)])
    }

    fn judge(&self, answer: &Answer, now: DateTime<Utc>) -> Outcome {
        let said = judging::json(answer).unwrap_or_default();
        match judging::by_status(answer, now) {
            Outcome::Sent { .. } => judging::sent_as(&said["id"]),
            Outcome::Retry { after, why } => Outcome::Retry {
                after: after.or_else(|| judging::seconds_to_wait(said["retry_after"].as_f64()?)),
                why,
            },
            unfit @ Outcome::Unfit { .. } => match said["code"].as_u64() {
                // Such as a forum that wants a thread.
                Some(code) if !OF_MESSAGE.contains(&code) => unfit.of_channel(),
                _ => unfit,
            },
            refused @ Outcome::Permanent { .. } => refused,
        }
    }
}
