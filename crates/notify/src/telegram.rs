//! Telegram: HTML with buttons below, by `sendMessage`.

use chrono::{DateTime, Utc};
use domain::{channel::Telegram, notice::message::Message};
use egress::Answer;
use serde_json::{Value, json};
use url::{Host, Url};

use crate::{
    Outcome,
    call::{Call, Idiom, Setting, stored_url},
    judging,
    rendering::{body, footer, html, links, signed_headline},
};

/// A message may have 4,096 characters; headline and footer take at most 500 of them.
const TEXT: usize = 3_500;
/// What a 400 says of a message rather than of the chat.
const OF_MESSAGE: [&str; 7] = [
    "too long",
    "can't parse",
    "text is empty",
    "must be non-empty",
    "button",
    "keyboard",
    "entit",
];

impl Idiom for Telegram {
    fn calls(&self, message: &Message, _: Setting<'_>) -> Result<Vec<Call>, Outcome> {
        let token = self.bot_token.expose();
        let url = stored_url(&format!("https://api.telegram.org/bot{token}/sendMessage"))?;
        let mut parts = vec![
            format!("<b>{}</b>", html(&signed_headline(message))),
            body(message, TEXT, html),
            format!("<i>{}</i>", html(&footer(message))),
        ];
        parts.retain(|part| !part.is_empty());
        let mut payload = json!({
            "chat_id": self.chat_id,
            "text": parts.join("\n\n"),
            "parse_mode": "HTML",
            "link_preview_options": {"is_disabled": true},
        });
        if let Some(topic) = self.topic_id {
            payload["message_thread_id"] = json!(topic);
        }
        let buttons: Vec<Value> = links(message)
            .into_iter()
            .filter(|(_, url)| takes_button(url))
            .map(|(label, url)| json!({"text": label, "url": url}))
            .collect();
        if !buttons.is_empty() {
            payload["reply_markup"] = json!({"inline_keyboard": [buttons]});
        }
        Ok(vec![Call::json(url, &payload)])
    }

    fn judge(&self, answer: &Answer, now: DateTime<Utc>) -> Outcome {
        let Some(said) = judging::json(answer) else {
            return if judging::is_good(answer.status) {
                judging::unreadable(answer)
            } else {
                judging::by_status(answer, now)
            };
        };
        if said["ok"] == true {
            return judging::sent_as(&said["result"]["message_id"]);
        }
        let parameters = &said["parameters"];
        let description = judging::word(&said["description"]).unwrap_or_else(|| "no reason".into());
        if let Some(chat) = judging::word(&parameters["migrate_to_chat_id"]) {
            return Outcome::permanent(format!(
                "The group has become a supergroup: set chat_id to {chat}."
            ));
        }
        let why = format!("Telegram refused it: {description}");
        match said["error_code"].as_u64() {
            Some(429 | 500..) | None => Outcome::Retry {
                after: parameters["retry_after"]
                    .as_f64()
                    .and_then(judging::seconds_to_wait),
                why,
            },
            Some(401 | 404) => Outcome::permanent(format!("{why}; is the bot's token right?")),
            Some(413) => Outcome::Unfit { why },
            Some(400) if is_about_message(&description) => Outcome::Unfit { why },
            Some(_) => Outcome::Permanent { why },
        }
    }
}

fn is_about_message(description: &str) -> bool {
    let description = description.to_lowercase();
    OF_MESSAGE.iter().any(|word| description.contains(word))
}

/// Telegram refuses the whole message when a button leads to a host without a public look.
fn takes_button(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.contains('.') && !name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => !ip.is_loopback(),
        _ => false,
    }
}
