//! Microsoft Teams: an adaptive card, posted by a workflow.

use chrono::{DateTime, Utc};
use domain::{channel::Teams, notice::message::Message};
use egress::Answer;
use serde_json::{Value, json};

use crate::{
    Outcome,
    call::{Call, Idiom, Setting, stored_url},
    judging,
    rendering::{Tone, body, footer, links, signed_headline},
};

/// A message may have 28 KB; a character takes at most four bytes, or six as JSON.
const TEXT: usize = 4_000;
/// What a workflow's 400 says where no message would be taken.
const OF_CHANNEL: [&str; 2] = ["WorkflowTriggerIsNotEnabled", "WorkflowNotFound"];

impl Idiom for Teams {
    fn calls(&self, message: &Message, _: Setting<'_>) -> Result<Vec<Call>, Outcome> {
        let url = stored_url(self.webhook_url.expose())?;
        let lines = body(message, TEXT, str::to_owned);
        let mut card = vec![json!({
            "type": "Container",
            "style": style(Tone::of(message)),
            "bleed": true,
            "items": [rich(&signed_headline(message), json!({"weight": "Bolder", "size": "Medium"}))],
        })];
        card.extend(lines.lines().map(|line| rich(line, json!({}))));
        card.push(rich(
            &footer(message),
            json!({"isSubtle": true, "size": "Small"}),
        ));
        let actions: Vec<Value> = links(message)
            .into_iter()
            .map(|(label, url)| json!({"type": "Action.OpenUrl", "title": label, "url": url}))
            .collect();
        let payload = json!({
            "type": "message",
            "attachments": [{
                "contentType": "application/vnd.microsoft.card.adaptive",
                "contentUrl": null,
                "content": {
                    "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                    "type": "AdaptiveCard",
                    "version": "1.4",
                    "msteams": {"width": "Full"},
                    "fallbackText": message.headline(),
                    "body": card,
                    "actions": actions,
                },
            }],
        });
        Ok(vec![Call::json(url, &payload)])
    }

    fn judge(&self, answer: &Answer, now: DateTime<Utc>) -> Outcome {
        let outcome = judging::by_status_and_words(answer, now, &OF_CHANNEL);
        let text = String::from_utf8_lossy(&answer.body).to_lowercase();
        // The older connectors answer 200 and tell in the text that Teams itself refused.
        if !matches!(outcome, Outcome::Sent { .. }) || !text.contains("delivery failed") {
            return outcome;
        }
        let may_pass = ["429", "error 5", "returned http error 5", "timeout"];
        if may_pass.iter().any(|word| text.contains(word)) {
            Outcome::retry(judging::said(answer))
        } else if ["error 400", "error 413"]
            .iter()
            .any(|word| text.contains(word))
        {
            Outcome::unfit(judging::said(answer))
        } else {
            Outcome::permanent(judging::said(answer))
        }
    }
}

/// A line in which nothing is markup: a text block would read Markdown.
fn rich(text: &str, look: Value) -> Value {
    let mut run = json!({"type": "TextRun", "text": text});
    if let (Some(run), Value::Object(look)) = (run.as_object_mut(), look) {
        run.extend(look);
    }
    json!({"type": "RichTextBlock", "inlines": [run]})
}

const fn style(tone: Tone) -> &'static str {
    match tone {
        Tone::Bad => "attention",
        Tone::Warning => "warning",
        Tone::Good => "good",
        Tone::AtWork => "accent",
        Tone::Unknown | Tone::Plain => "emphasis",
    }
}
