//! What wakes people: PagerDuty, and SMS by Twilio.

use serde::{Deserialize, Serialize};

use super::{Input, Secret, Settings, input::made_of};

/// Where a PagerDuty account lives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Region {
    #[default]
    Us,
    Eu,
}

/// A PagerDuty service, by its integration “Events API v2”.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PagerDuty {
    /// 32 letters and digits.
    pub routing_key: Secret,
    #[serde(default)]
    pub region: Region,
}

impl Settings for PagerDuty {
    const SECRETS: &'static [&'static str] = &["routing_key"];

    fn parse(input: &mut Input<'_>) -> Option<Self> {
        let routing_key = input.secret("routing_key", 32);
        if let Some(key) = &routing_key {
            let checked = made_of(
                key.expose(),
                32..=32,
                |c| c.is_ascii_alphanumeric(),
                "an integration key of 32 letters and digits",
            );
            input.checked("routing_key", checked);
        }
        let region = match input.optional("region", 2).as_deref() {
            None | Some("us") => Region::Us,
            Some("eu") => Region::Eu,
            Some(_) => {
                input.wrong("region", "must be us or eu");
                Region::Us
            }
        };
        input.done(Self {
            routing_key: routing_key?,
            region,
        })
    }

    fn destination(&self) -> String {
        "pagerduty.com".to_owned()
    }

    fn summary(&self) -> String {
        match self.region {
            Region::Us => "Events API v2",
            Region::Eu => "Events API v2, EU",
        }
        .to_owned()
    }
}

/// Text messages through an account at Twilio.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TwilioSms {
    /// `AC` and 32 digits of base 16.
    pub account_sid: String,
    pub auth_token: Secret,
    /// A number such as +14155550100, a messaging service (`MG…`), or a sender's name of at most 11 characters.
    pub from: String,
    /// 1 to 10 numbers such as +14155550100.
    pub to: Vec<String>,
}

/// Most numbers of one channel.
const MAX_NUMBERS: usize = 10;

impl Settings for TwilioSms {
    const SECRETS: &'static [&'static str] = &["auth_token"];

    fn parse(input: &mut Input<'_>) -> Option<Self> {
        let account_sid = input.required("account_sid", 34);
        if account_sid.as_ref().is_some_and(|sid| !is_sid(sid, "AC")) {
            input.wrong("account_sid", "must be AC and 32 digits of base 16");
        }
        let auth_token = input.secret("auth_token", 128);
        let from = input.required("from", 34);
        let is_sender = |from: &str| {
            let is_name = (1..=11).contains(&from.len())
                && from.bytes().any(|byte| byte.is_ascii_alphabetic())
                && from
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b' ');
            is_number(from) || is_sid(from, "MG") || is_name
        };
        if from.as_ref().is_some_and(|from| !is_sender(from)) {
            input.wrong(
                "from",
                "must be a number such as +14155550100, a messaging service (MG…) or a name of at most 11 letters and digits",
            );
        }
        let to = input.list("to", MAX_NUMBERS, |typed| {
            let number: String = typed
                .chars()
                .filter(|c| !matches!(c, ' ' | '-' | '(' | ')' | '.'))
                .collect();
            if is_number(&number) {
                Ok(number)
            } else {
                Err("must be a number such as +14155550100".to_owned())
            }
        });
        input.done(Self {
            account_sid: account_sid?,
            auth_token: auth_token?,
            from: from?,
            to,
        })
    }

    fn destination(&self) -> String {
        self.account_sid.clone()
    }

    fn summary(&self) -> String {
        match &self.to[..] {
            [only] => only.clone(),
            several => format!("{} numbers", several.len()),
        }
    }
}

/// E.164: a plus and up to 15 digits.
fn is_number(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0')
    })
}

fn is_sid(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix)
        .is_some_and(|rest| rest.len() == 32 && rest.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
