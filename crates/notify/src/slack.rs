//! Slack: blocks beside a bar of colour, by incoming webhook or `chat.postMessage`.

use chrono::{DateTime, Utc};
use domain::{
    channel::Slack,
    notice::message::{Message, instant},
};
use egress::Answer;
use http::header;
use serde_json::{Value, json};
use url::Url;

use crate::{
    Outcome,
    call::{Call, Idiom, Setting, stored_url},
    judging,
    rendering::{Tone, body, cut, links, signed_headline, workspace},
};

/// <https://docs.slack.dev/reference/block-kit/blocks/section-block>: 3,000 characters of text.
const SECTION: usize = 2_900;
/// What a webhook's 400 says where no message would be taken.
const OF_CHANNEL: [&str; 6] = [
    "user_not_found",
    "channel_not_found",
    "no_active_hooks",
    "no_team",
    "team_disabled",
    "invalid_token",
];
/// What the method says of a message rather than of the channel.
const OF_MESSAGE: [&str; 9] = [
    "msg_too_long",
    "msg_blocks_too_long",
    "no_text",
    "invalid_blocks",
    "invalid_blocks_format",
    "invalid_attachments",
    "too_many_attachments",
    "invalid_arguments",
    "markdown_text_conflict",
];

impl Idiom for Slack {
    fn calls(&self, message: &Message, _: Setting<'_>) -> Result<Vec<Call>, Outcome> {
        let mut payload = payload(message);
        let Some(token) = &self.bot_token else {
            let url = self.webhook_url.as_ref().ok_or("It has no address.")?;
            return Ok(vec![Call::json(stored_url(url.expose())?, &payload)]);
        };
        payload["channel"] = json!(self.channel);
        let url = stored_url("https://slack.com/api/chat.postMessage")?;
        let bearer = format!("Bearer {}", token.expose());
        let call = Call::json(url, &payload).with_secret(header::AUTHORIZATION, &bearer)?;
        Ok(vec![call])
    }

    fn judge(&self, answer: &Answer, now: DateTime<Utc>) -> Outcome {
        if self.bot_token.is_none() || !judging::is_good(answer.status) {
            return judging::by_status_and_words(answer, now, &OF_CHANNEL);
        }
        // The method answers 200 whatever happens.
        let Some(said) = judging::json(answer) else {
            return judging::unreadable(answer);
        };
        if said["ok"] == true {
            return judging::sent_as(&said["ts"]);
        }
        let error = judging::word(&said["error"]).unwrap_or_else(|| "no reason".to_owned());
        let why = format!("Slack refused it: {error}");
        match error.as_str() {
            "ratelimited"
            | "rate_limited"
            | "internal_error"
            | "fatal_error"
            | "service_unavailable"
            | "request_timeout"
            | "team_added_to_org" => Outcome::Retry {
                after: judging::retry_after(answer, now),
                why,
            },
            error if OF_MESSAGE.contains(&error) => Outcome::Unfit { why },
            _ => Outcome::Permanent { why },
        }
    }
}

fn payload(message: &Message) -> Value {
    let headline = escape(&cut(&signed_headline(message), 250));
    let mut blocks = Vec::new();
    let text = body(message, SECTION, str::to_owned);
    if !text.is_empty() {
        blocks.push(json!({"type": "section", "text": plain(&text)}));
    }
    // Links instead of buttons: Slack reports a click on a button to the app as well, and warns people when nobody answers it.
    let links: Vec<String> = links(message)
        .into_iter()
        .map(|(label, url)| link(url, label))
        .collect();
    if !links.is_empty() {
        blocks.push(
            json!({"type": "section", "text": {"type": "mrkdwn", "text": links.join("   ·   ")}}),
        );
    }
    blocks.push(json!({
        "type": "context",
        "elements": [plain(&workspace(message)), {"type": "mrkdwn", "text": local_time(message.occurred_at)}],
    }));
    json!({
        "text": headline,
        "mrkdwn": false,
        "unfurl_links": false,
        "unfurl_media": false,
        "attachments": [{"color": Tone::of(message).hex(), "fallback": headline, "blocks": blocks}],
    })
}

/// Text in which nothing is markup.
fn plain(text: &str) -> Value {
    json!({"type": "plain_text", "text": text, "emoji": false})
}

fn link(url: &Url, label: &str) -> String {
    let url = url.as_str().replace('|', "%7C").replace('>', "%3E");
    format!("<{}|*{label}*>", url.replace('&', "&amp;"))
}

/// Each reader sees it in the zone of their own.
fn local_time(at: DateTime<Utc>) -> String {
    let seconds = at.timestamp();
    format!(
        "<!date^{seconds}^{{date_short_pretty}} {{time_secs}}|{}>",
        instant(at)
    )
}

/// The three characters that mean something to Slack everywhere.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
