//! Renders a notice in the idiom of its channel and sends it, through `egress` and nothing else.
//!
//! `Courier::send` makes one attempt and says how it ended: sent, worth another try, or refused for good. It keeps no state: whoever
//! calls it keeps the ledger, and hands back what was `settled` so that a retry tells nobody twice.

mod call;
mod courier;
mod discord;
mod email;
mod google_chat;
mod gotify;
mod judging;
mod matrix;
mod mattermost;
mod ntfy;
mod outcome;
mod pagerduty;
mod pushover;
mod rendering;
mod sample;
mod slack;
mod smtp;
mod teams;
mod telegram;
mod twilio_sms;
mod veil;
mod webhook;

pub use courier::{Courier, Endpoints, LONGEST_ATTEMPT, Preview, PreviewPart, check};
pub use email::{Letter, Mail, MailConfig, Security, personal};
pub use outcome::{Exchange, Outcome, Refusal, Report};
pub use sample::sample;
pub use webhook::new_signing_secret;
