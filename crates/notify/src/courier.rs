//! Who carries a message: one attempt at a time, through `egress`, with everything that was said for the ledger.

use std::{collections::HashMap, sync::Arc, time::Duration};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use domain::{
    channel::{ChannelConfig, ChannelKind},
    fields::Fields,
    notice::message::{Links, Message},
};
use egress::{Answer, Client, Egress, Question};
use http::HeaderValue;
use serde::Serialize;
use tokio::time::Instant;
use url::Url;

use crate::{
    call::{Call, Idiom, Setting},
    email::{self, Letter, Mail},
    judging,
    outcome::{Exchange, Outcome, Report, Tally},
    rendering::cut_bytes,
    smtp,
    veil::Veil,
    webhook,
};

const LIMITS: Limits = Limits {
    request: Duration::from_secs(15),
    letter: Duration::from_mins(1),
    attempt: Duration::from_mins(4),
};

/// No attempt takes longer: its last letter may be begun just before its own limit. Whoever lends a message to one who sends it
/// lends it for longer.
pub const LONGEST_ATTEMPT: Duration = LIMITS
    .attempt
    .saturating_add(LIMITS.letter)
    .saturating_add(smtp::LEAVE);

/// How much of an answer is read, in bytes.
const MOST_ANSWER: usize = 64 * 1024;
/// How much of a payload and of an answer the ledger keeps, in bytes.
const MOST_SENT: usize = 16 * 1024;
const MOST_RECEIVED: usize = 2 * 1024;
const NO_SERVER: &str =
    "This installation has no mail server yet; its operator can set SMTP_HOST and MAIL_FROM.";

/// Carries messages. Cheap to clone.
#[derive(Clone)]
pub struct Courier {
    pub(crate) egress: Arc<Egress>,
    client: Client,
    pub(crate) mail: Option<Arc<Mail>>,
    pub(crate) public_url: Url,
    endpoints: Endpoints,
    limits: Limits,
}

/// How long an attempt may take.
#[derive(Clone, Copy, Debug)]
struct Limits {
    /// For one request over HTTP.
    request: Duration,
    /// For one letter, connecting included.
    letter: Duration,
    /// After that no further request or letter of it is begun.
    attempt: Duration,
}

/// Servers that stand in for the providers' own, by kind; empty in production.
#[derive(Clone, Debug, Default)]
pub struct Endpoints(pub HashMap<ChannelKind, Url>);

/// What a channel would be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Preview {
    pub parts: Vec<PreviewPart>,
}

/// One request or letter, without secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PreviewPart {
    /// `POST https://…`, or a letter's recipient.
    pub to: String,
    /// A letter's subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// `application/json`, `text/html` and so on.
    pub content_type: String,
    pub body: String,
}

/// What can only be checked by the one who sends: the body template of a webhook, tried on a sample message.
pub fn check(channel: &ChannelConfig) -> Result<(), Fields> {
    match channel {
        ChannelConfig::Webhook(webhook) => webhook::check(webhook),
        _ => Ok(()),
    }
}

impl Courier {
    /// `public_url`: where this installation is found. Without `mail` every channel of kind e-mail refuses with a sentence that says so.
    pub fn new(egress: Arc<Egress>, public_url: Url, mail: Option<Mail>) -> Self {
        let agent = HeaderValue::from_static(concat!(
            "PulseCheck/",
            env!("CARGO_PKG_VERSION"),
            " (notices)"
        ));
        Self {
            client: Client::new(egress.clone(), agent),
            egress,
            mail: mail.map(Arc::new),
            public_url,
            endpoints: Endpoints::default(),
            limits: LIMITS,
        }
    }

    /// The same with less patience, for a person who waits for the result.
    #[must_use]
    pub fn within(mut self, limit: Duration) -> Self {
        self.limits = Limits {
            request: limit.min(LIMITS.request),
            letter: limit.min(LIMITS.letter),
            attempt: limit.min(LIMITS.attempt),
        };
        self
    }

    /// The same with other servers in the providers' place.
    #[must_use]
    pub fn with_endpoints(mut self, endpoints: Endpoints) -> Self {
        self.endpoints = endpoints;
        self
    }

    /// Whether letters can be sent at all.
    pub fn has_mail(&self) -> bool {
        self.mail.is_some()
    }

    /// One attempt to say `message` on `channel`. `settled`: what earlier attempts reported as settled. Takes at most 15 s per
    /// recipient, 60 s by mail, and `LONGEST_ATTEMPT` in all, and ends at the first one that has to be tried again.
    pub async fn send(
        &self,
        channel: &ChannelConfig,
        message: &Message,
        settled: &[String],
        now: DateTime<Utc>,
    ) -> Report {
        let Some(idiom) = idiom(channel) else {
            let ChannelConfig::Email(email) = channel else {
                return refused("This kind of channel cannot be sent to.");
            };
            let letters = email::letters(email, message, &self.public_url);
            return self.post(&letters, &message.links, settled, now).await;
        };
        let setting = Setting {
            public_url: &self.public_url,
            now,
        };
        let calls = match idiom.calls(message, setting) {
            Ok(calls) => calls,
            Err(outcome) => return unsaid(outcome),
        };
        let veil = Veil::of(channel).and_links(&message.links);
        let until = Instant::now() + self.limits.attempt;
        let mut tally = Tally::after(settled);
        for call in calls.iter().filter(|call| !settled.contains(&call.part)) {
            if Instant::now() >= until {
                tally.cut_short();
                break;
            }
            let (result, exchange) = self.make(channel.kind(), call, &veil).await;
            tally.note(exchange);
            let outcome = match result {
                Ok(answer) => idiom.judge(&answer, now),
                Err(failure) => judging::by_failure(&failure),
            };
            if !tally.add(&call.part, veiled(outcome, &veil)) {
                break;
            }
        }
        tally.finish()
    }

    /// What `send` would send, without sending it.
    pub fn preview(
        &self,
        channel: &ChannelConfig,
        message: &Message,
        now: DateTime<Utc>,
    ) -> Result<Preview, String> {
        let Some(idiom) = idiom(channel) else {
            let ChannelConfig::Email(email) = channel else {
                return Err("This kind of channel cannot be sent to.".to_owned());
            };
            let letters = email::letters(email, message, &self.public_url);
            let parts = letters.into_iter().map(|letter| PreviewPart {
                to: letter.to,
                subject: Some(letter.subject),
                content_type: "text/html".to_owned(),
                body: letter.html,
            });
            return Ok(Preview {
                parts: parts.collect(),
            });
        };
        let setting = Setting {
            public_url: &self.public_url,
            now,
        };
        let veil = Veil::of(channel);
        let calls = idiom
            .calls(message, setting)
            .map_err(|outcome| match outcome {
                Outcome::Retry { why, .. }
                | Outcome::Permanent { why }
                | Outcome::Unfit { why } => why,
                Outcome::Sent { .. } => String::new(),
            });
        let parts = calls?.into_iter();
        let parts = parts.map(|call| PreviewPart {
            to: veil.over(&format!("{} {}", call.method, call.url)),
            subject: None,
            content_type: content_type(&call),
            body: veil.over(&call.body),
        });
        Ok(Preview {
            parts: parts.collect(),
        })
    }

    /// Sends letters that are no notices of a channel, such as a verification of an address.
    pub async fn send_letters(
        &self,
        letters: &[Letter],
        settled: &[String],
        now: DateTime<Utc>,
    ) -> Report {
        self.post(letters, &Links::default(), settled, now).await
    }

    /// `links`: of what the letters say, so that no transcript keeps them.
    async fn post(
        &self,
        letters: &[Letter],
        links: &Links,
        settled: &[String],
        now: DateTime<Utc>,
    ) -> Report {
        match &self.mail {
            Some(mail) => {
                let post = email::Post {
                    egress: &self.egress,
                    mail,
                    limit: self.limits.letter,
                    until: Instant::now() + self.limits.attempt,
                };
                let veil = mail.veil().and_links(links);
                post.all(letters, settled, &veil, now).await
            }
            // That is this worker's, or not yet: nothing is wrong with the channel.
            None => unsaid(Outcome::Retry {
                after: None,
                why: NO_SERVER.to_owned(),
            }),
        }
    }

    async fn make(
        &self,
        kind: ChannelKind,
        call: &Call,
        veil: &Veil,
    ) -> (Result<Answer, domain::failure::Failure>, Exchange) {
        let question = Question {
            method: call.method,
            headers: call.headers.clone(),
            body: Bytes::from(call.body.clone()),
            timeout: self.limits.request,
            most_bytes: MOST_ANSWER,
            most_redirects: 0,
            cuts_body: true,
            ..Question::get(self.endpoint(kind, &call.url))
        };
        let started = Instant::now();
        // Veiled before anybody reads it, so that no cut leaves a part of a secret.
        let result = self.client.ask(&question).await.map(|answer| Answer {
            body: veil.over(&String::from_utf8_lossy(&answer.body)).into(),
            ..answer
        });
        let took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let (status, received) = match &result {
            Ok(answer) => (
                Some(answer.status.as_u16()),
                String::from_utf8_lossy(&answer.body).into_owned(),
            ),
            Err(failure) => (None, veil.over(&failure.sentence())),
        };
        let exchange = Exchange {
            request: veil.over(&format!("{} {}", call.method, call.url)),
            sent: cut_bytes(&veil.over(&call.body), MOST_SENT).to_owned(),
            status,
            received: cut_bytes(&received, MOST_RECEIVED).to_owned(),
            took_ms,
        };
        (result, exchange)
    }

    /// The address itself, or the same path at the server that stands in.
    fn endpoint(&self, kind: ChannelKind, url: &Url) -> Url {
        let Some(instead) = self.endpoints.0.get(&kind) else {
            return url.clone();
        };
        let mut moved = instead.clone();
        moved.set_path(url.path());
        moved.set_query(url.query());
        moved
    }
}

/// The way in which a channel speaks HTTP; none for mail, which does not.
fn idiom(channel: &ChannelConfig) -> Option<&dyn Idiom> {
    Some(match channel {
        ChannelConfig::Email(_) => return None,
        ChannelConfig::Webhook(channel) => channel,
        ChannelConfig::Slack(channel) => channel,
        ChannelConfig::Discord(channel) => channel,
        ChannelConfig::Teams(channel) => channel,
        ChannelConfig::Telegram(channel) => channel,
        ChannelConfig::Mattermost(channel) => channel,
        ChannelConfig::GoogleChat(channel) => channel,
        ChannelConfig::Matrix(channel) => channel,
        ChannelConfig::Ntfy(channel) => channel,
        ChannelConfig::Gotify(channel) => channel,
        ChannelConfig::Pushover(channel) => channel,
        ChannelConfig::PagerDuty(channel) => channel,
        ChannelConfig::TwilioSms(channel) => channel,
    })
}

fn refused(why: &str) -> Report {
    unsaid(Outcome::permanent(why))
}

/// Of an attempt at which nobody was asked.
fn unsaid(outcome: Outcome) -> Report {
    Report {
        outcome,
        settled: Vec::new(),
        refused: Vec::new(),
        transcript: Vec::new(),
    }
}

fn veiled(outcome: Outcome, veil: &Veil) -> Outcome {
    match outcome {
        Outcome::Sent { id } => Outcome::Sent { id },
        Outcome::Retry { after, why } => Outcome::Retry {
            after,
            why: veil.over(&why),
        },
        Outcome::Permanent { why } => Outcome::Permanent {
            why: veil.over(&why),
        },
        Outcome::Unfit { why } => Outcome::Unfit {
            why: veil.over(&why),
        },
    }
}

fn content_type(call: &Call) -> String {
    let value = call.headers.get(http::header::CONTENT_TYPE);
    let value = value.and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_owned()
}
