//! Matrix: an HTML message in a room, sent under the notice's own key so that a repeat is none.

use chrono::{DateTime, Utc};
use domain::{channel::Matrix, notice::message::Message, target::Method};
use egress::Answer;
use http::header;
use serde_json::json;

use crate::{
    Outcome,
    call::{Call, Idiom, Setting, below},
    judging,
    rendering::{Tone, body, footer, html, links, plain_links, signed_headline},
};

/// An event may have 65,536 bytes, and the text stands in it twice.
const TEXT: usize = 5_000;

impl Idiom for Matrix {
    fn calls(&self, message: &Message, _: Setting<'_>) -> Result<Vec<Call>, Outcome> {
        let path = [
            "_matrix",
            "client",
            "v3",
            "rooms",
            &self.room_id,
            "send",
            "m.room.message",
            &message.key,
        ];
        let url = below(&self.homeserver_url, &path)?;
        let headline = signed_headline(message);
        let links = links(message);
        let mut plain = vec![headline.clone(), body(message, TEXT, str::to_owned)];
        plain.extend(plain_links(message));
        plain.push(footer(message));
        let marked_links: Vec<String> = links
            .iter()
            .map(|(label, url)| format!("<a href=\"{}\">{label}</a>", html(url.as_str())))
            .collect();
        let formatted = format!(
            "<p><font data-mx-color=\"{}\"><b>{}</b></font></p><p>{}</p><p>{}</p><p><em>{}</em></p>",
            Tone::of(message).hex(),
            html(&headline),
            body(message, TEXT, html).replace('\n', "<br>"),
            marked_links.join(" · "),
            html(&footer(message)),
        );
        let event = json!({
            "msgtype": "m.text",
            "body": plain.join("\n"),
            "format": "org.matrix.custom.html",
            "formatted_body": formatted,
            // Whatever a name says, nobody is pinged.
            "m.mentions": {},
        });
        let bearer = format!("Bearer {}", self.access_token.expose());
        let mut call = Call::json(url, &event).with_secret(header::AUTHORIZATION, &bearer)?;
        call.method = Method::Put;
        Ok(vec![call])
    }

    fn judge(&self, answer: &Answer, now: DateTime<Utc>) -> Outcome {
        let said = judging::json(answer).unwrap_or_default();
        match judging::by_status(answer, now) {
            Outcome::Sent { .. } if said["event_id"].is_string() => {
                judging::sent_as(&said["event_id"])
            }
            Outcome::Sent { .. } => judging::unreadable(answer),
            Outcome::Retry { after, why } => {
                let wait = || judging::seconds_to_wait(said["retry_after_ms"].as_f64()? / 1_000.0);
                Outcome::Retry {
                    after: after.or_else(wait),
                    why,
                }
            }
            refused => refused,
        }
    }
}
