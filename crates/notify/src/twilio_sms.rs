//! SMS by Twilio: one short text per number, one segment where the words fit.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use domain::{
    channel::TwilioSms,
    notice::message::{Kind, Message, span},
};
use egress::Answer;
use http::header;
use url::form_urlencoded;

use crate::{
    Outcome,
    call::{Call, Idiom, Setting, stored_url},
    judging,
};

mod segments;

use segments::Encoding;

/// Most segments of one text, each of which is paid for.
const MOST_SEGMENTS: usize = 2;
/// Twilio's own codes that may pass: queue full, too many requests.
const MAY_PASS: [u64; 3] = [20_429, 21_611, 14_107];
/// Those about what is said: no body, a body that is too long, one that is not allowed.
const OF_MESSAGE: [u64; 4] = [21_602, 21_605, 21_617, 21_619];

impl Idiom for TwilioSms {
    fn calls(&self, message: &Message, _: Setting<'_>) -> Result<Vec<Call>, Outcome> {
        let path = format!(
            "https://api.twilio.com/2010-04-01/Accounts/{}/Messages.json",
            self.account_sid
        );
        let url = stored_url(&path)?;
        let text = text(message);
        let pair = format!("{}:{}", self.account_sid, self.auth_token.expose());
        let basic = format!("Basic {}", STANDARD.encode(pair));
        let sender = if self.from.starts_with("MG") {
            "MessagingServiceSid"
        } else {
            "From"
        };
        let call = |number: &String| {
            let body = form_urlencoded::Serializer::new(String::new())
                .append_pair("To", number)
                .append_pair(sender, &self.from)
                .append_pair("Body", &text)
                .finish();
            Call::new(url.clone(), body, "application/x-www-form-urlencoded")
                .for_part(number)
                .with_secret(header::AUTHORIZATION, &basic)
        };
        let calls: Result<Vec<Call>, String> = self.to.iter().map(call).collect();
        Ok(calls?)
    }

    fn judge(&self, answer: &Answer, now: DateTime<Utc>) -> Outcome {
        let said = judging::json(answer).unwrap_or_default();
        let why = || {
            let code = judging::word(&said["code"])?;
            let text = judging::word(&said["message"])?;
            Some(format!("Twilio refused it ({code}): {text}"))
        };
        let has_code = |codes: &[u64]| {
            said["code"]
                .as_u64()
                .is_some_and(|code| codes.contains(&code))
        };
        // A number or an account that is not right is what most of its codes are about.
        match judging::by_status(answer, now).of_channel() {
            Outcome::Sent { .. } if said["sid"].is_string() => judging::sent_as(&said["sid"]),
            Outcome::Sent { .. } => judging::unreadable(answer),
            Outcome::Permanent { why: plain } => {
                let why = why().unwrap_or(plain);
                if has_code(&MAY_PASS) {
                    Outcome::retry(why)
                } else if has_code(&OF_MESSAGE) || answer.status.as_u16() == 413 {
                    Outcome::unfit(why)
                } else {
                    Outcome::permanent(why)
                }
            }
            other => other,
        }
    }
}

/// Whether it is late and the headline, then the first sentence and the link where there is room.
fn text(message: &Message) -> String {
    let late = message
        .late
        .map_or_else(String::new, |late| format!("{} late: ", span(late)));
    let headline = segments::simplified(&format!("{late}{}", message.headline()));
    let lateness = message.lateness();
    let mut sentences = message.sentences().into_iter();
    let first = sentences.find(|line| Some(line) != lateness.as_ref());
    let first = first.map(|line| segments::simplified(&line));
    let mut text = segments::cut(&headline, 1);
    if let Some(first) = first.filter(|_| message.kind != Kind::Recovered) {
        let longer = format!("{}. {first}", text.trim_end_matches('.'));
        if Encoding::of(&longer).segments(&longer) == 1 {
            text = longer;
        }
    }
    if let Some(open) = &message.links.open {
        let longer = format!("{text} {open}");
        if Encoding::of(&longer).segments(&longer) <= MOST_SEGMENTS {
            text = longer;
        }
    }
    text
}
