//! Google Chat: a card in the thread of its incident.

use chrono::{DateTime, Utc};
use domain::{channel::GoogleChat, notice::message::Message};
use egress::Answer;
use serde_json::{Value, json};

use crate::{
    Outcome,
    call::{Call, Idiom, Setting, stored_url},
    judging,
    rendering::{body, footer, html, links, signed_headline},
};

/// A message may have 32,000 bytes.
const TEXT: usize = 5_000;

impl Idiom for GoogleChat {
    fn calls(&self, message: &Message, _: Setting<'_>) -> Result<Vec<Call>, Outcome> {
        let mut url = stored_url(self.webhook_url.expose())?;
        url.query_pairs_mut()
            .append_pair("messageReplyOption", "REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD");
        let mut widgets = Vec::new();
        let text = body(message, TEXT, html);
        if !text.is_empty() {
            widgets.push(json!({"textParagraph": {"text": text.replace('\n', "<br>")}}));
        }
        let buttons: Vec<Value> = links(message)
            .into_iter()
            .map(|(label, url)| json!({"text": label, "onClick": {"openLink": {"url": url}}}))
            .collect();
        if !buttons.is_empty() {
            widgets.push(json!({"buttonList": {"buttons": buttons}}));
        }
        widgets
            .push(json!({"textParagraph": {"text": format!("<i>{}</i>", html(&footer(message)))}}));
        let payload = json!({
            "fallbackText": message.headline(),
            "thread": {"threadKey": thread(message)},
            "cardsV2": [{
                "cardId": "notice",
                "card": {
                    "header": {"title": signed_headline(message)},
                    "sections": [{"widgets": widgets}],
                },
            }],
        });
        Ok(vec![Call::json(url, &payload)])
    }

    fn judge(&self, answer: &Answer, now: DateTime<Utc>) -> Outcome {
        match judging::by_status_and_words(answer, now, &["API_KEY_INVALID"]) {
            Outcome::Sent { .. } => judging::by_status_and_id(answer, now, "name"),
            other => other,
        }
    }
}

/// What is said about one incident stands together.
fn thread(message: &Message) -> String {
    match &message.subjects[..] {
        [only] => only
            .incident
            .map_or_else(|| message.key.clone(), |incident| incident.to_string()),
        _ => message.key.clone(),
    }
}
