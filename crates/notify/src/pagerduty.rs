//! PagerDuty: an event per incident that triggers, acknowledges and resolves under one key (Events API v2).

use chrono::{DateTime, SecondsFormat, Utc};
use domain::{
    channel::{PagerDuty, Region},
    id::ServiceId,
    notice::message::{Kind, Message, Subject},
    verdict::Verdict,
};
use egress::Answer;
use serde_json::{Value, json};
use url::Url;

use crate::{
    Outcome,
    call::{Call, Idiom, Setting, stored_url},
    judging,
    rendering::{Tone, cut, name, workspace},
};

/// Events of one message; what is beyond them is counted in the last.
const MOST_EVENTS: usize = 50;
const SUMMARY: usize = 1_024;

/// What an event does to the incident of its key.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Action {
    Trigger,
    Acknowledge,
    Resolve,
    /// A line in the service's log that wakes nobody.
    Change,
}

impl Idiom for PagerDuty {
    fn calls(&self, message: &Message, setting: Setting<'_>) -> Result<Vec<Call>, Outcome> {
        let letter = Letterhead {
            channel: self,
            message,
            public_url: setting.public_url,
        };
        if message.kind == Kind::Test {
            // A test opens an incident of its own and closes it again.
            return Ok(vec![
                letter.about_message(Action::Trigger)?,
                letter.about_message(Action::Resolve)?,
            ]);
        }
        if message.subjects.is_empty() {
            return Ok(vec![letter.about_message(action(message.kind, None))?]);
        }
        let subjects = message.subjects.iter().take(MOST_EVENTS);
        let mut calls = Vec::new();
        for subject in subjects {
            calls.extend(letter.no_longer_flaps(subject).transpose()?);
            calls.push(letter.about(subject)?);
        }
        Ok(calls)
    }

    fn judge(&self, answer: &Answer, now: DateTime<Utc>) -> Outcome {
        match judging::by_status_and_words(answer, now, &["routing_key"]) {
            Outcome::Sent { .. } => judging::by_status_and_id(answer, now, "dedup_key"),
            other => other,
        }
    }
}

struct Letterhead<'a> {
    channel: &'a PagerDuty,
    message: &'a Message,
    public_url: &'a Url,
}

impl Letterhead<'_> {
    /// An event about one service.
    fn about(&self, subject: &Subject) -> Result<Call, String> {
        let action = action(subject.kind(self.message.kind), Some(subject));
        self.done_to(subject, action, subject_key(self.message, subject))
    }

    /// That a service flaps is over, too, where it has settled on an incident: that has a key of its own.
    fn no_longer_flaps(&self, subject: &Subject) -> Option<Result<Call, String>> {
        let key = flapping_key(subject.service?);
        let is_over = self.message.kind == Kind::Settled && subject.incident.is_some();
        is_over.then(|| self.done_to(subject, Action::Resolve, key))
    }

    fn done_to(&self, subject: &Subject, action: Action, key: String) -> Result<Call, String> {
        let message = self.message;
        let alone = message.subjects.len() == 1 && message.more.is_none();
        let summary = if alone {
            message.headline()
        } else {
            let cause = subject.cause.as_deref().unwrap_or_default();
            let cause = domain::failure::clean(cause, 500);
            format!("{} is {}. {cause}", name(subject), subject.state)
        };
        let event = json!({
            "summary": cut(summary.trim_end(), SUMMARY),
            "source": domain::failure::clean(&subject.target, 500),
            "component": name(subject),
            "group": subject.category,
            "severity": severity(message, Some(subject)),
            "since": subject.since,
            "sentences": subject.sentences(message.kind),
        });
        let mut call = self.event(action, &key, event)?;
        // The verb belongs to the part: one message may resolve and trigger.
        call.part = key;
        Ok(call)
    }

    /// An event about the message as a whole.
    fn about_message(&self, action: Action) -> Result<Call, String> {
        let event = json!({
            "summary": cut(&self.message.headline(), SUMMARY),
            "source": self.public_url.host_str().unwrap_or("PulseCheck"),
            "severity": severity(self.message, None),
            "sentences": self.message.sentences(),
        });
        let key = format!("pulsecheck-{}", self.message.key);
        let part = if action == Action::Resolve {
            "resolve"
        } else {
            ""
        };
        Ok(self.event(action, &key, event)?.for_part(part))
    }

    fn event(&self, action: Action, key: &str, mut payload: Value) -> Result<Call, String> {
        let message = self.message;
        let host = match self.channel.region {
            Region::Us => "events.pagerduty.com",
            Region::Eu => "events.eu.pagerduty.com",
        };
        let mut details = |name| payload.as_object_mut().and_then(|parts| parts.remove(name));
        let (since, sentences) = (details("since"), details("sentences"));
        payload["timestamp"] = json!(
            message
                .occurred_at
                .to_rfc3339_opts(SecondsFormat::Millis, true)
        );
        payload["custom_details"] = json!({
            "workspace": workspace(message),
            "sentences": sentences,
            "common_cause": message.common_cause,
            "late": message.lateness(),
            "notes": message.notes,
            "since": since,
            "more": (!message.more.is_none()).then(|| message.more.total()),
        });
        let links: Vec<Value> = message
            .links
            .open
            .iter()
            .map(|open| json!({"href": open, "text": "Open in PulseCheck"}))
            .collect();
        let routing_key = self.channel.routing_key.expose();
        if action == Action::Change {
            let kept = ["summary", "source", "timestamp", "custom_details"];
            if let Some(parts) = payload.as_object_mut() {
                parts.retain(|name, _| kept.contains(&name.as_str()));
            }
            let url = stored_url(&format!("https://{host}/v2/change/enqueue"))?;
            let body = json!({"routing_key": routing_key, "payload": payload, "links": links});
            return Ok(Call::json(url, &body));
        }
        payload["class"] = json!(message.kind);
        let url = stored_url(&format!("https://{host}/v2/enqueue"))?;
        let body = json!({
            "routing_key": routing_key,
            "event_action": action.word(),
            "dedup_key": cut(key, 255),
            "payload": payload,
            "links": links,
            "client": "PulseCheck",
            "client_url": self.public_url,
        });
        Ok(Call::json(url, &body))
    }
}

impl Action {
    const fn word(self) -> &'static str {
        match self {
            Self::Trigger | Self::Change => "trigger",
            Self::Acknowledge => "acknowledge",
            Self::Resolve => "resolve",
        }
    }
}

/// The key under which PagerDuty knows the trouble of a service.
fn subject_key(message: &Message, subject: &Subject) -> String {
    if let Some(incident) = subject.incident {
        return format!("pulsecheck-{incident}");
    }
    let topic = match message.kind {
        Kind::UnknownLong | Kind::UnknownOver => "unknown",
        Kind::Certificate => "certificate",
        kind => kind.as_str(),
    };
    match subject.service {
        Some(service) if matches!(message.kind, Kind::Flapping | Kind::Settled) => {
            flapping_key(service)
        }
        Some(service) => format!("pulsecheck-{topic}-{service}"),
        None => format!("pulsecheck-{}-{}", message.key, name(subject)),
    }
}

fn flapping_key(service: ServiceId) -> String {
    format!("pulsecheck-flapping-{service}")
}

fn action(kind: Kind, subject: Option<&Subject>) -> Action {
    let is_up = subject.is_some_and(|subject| subject.state == Verdict::Up);
    match kind {
        Kind::Recovered | Kind::UnknownOver => Action::Resolve,
        Kind::Settled | Kind::Digest if is_up => Action::Resolve,
        // Nothing is wrong that anybody knows of; it only no longer flaps.
        Kind::Settled if subject.is_some_and(|subject| subject.incident.is_none()) => {
            Action::Resolve
        }
        Kind::Acknowledged => Action::Acknowledge,
        Kind::MaintenanceUpcoming | Kind::MaintenanceStarted | Kind::MaintenanceEnded => {
            Action::Change
        }
        Kind::VendorUpdate if is_up => Action::Change,
        Kind::Digest if subject.is_some_and(|subject| subject.state == Verdict::Maintenance) => {
            Action::Change
        }
        _ => Action::Trigger,
    }
}

fn severity(message: &Message, subject: Option<&Subject>) -> &'static str {
    let tone = match (message.kind, subject) {
        (Kind::Digest | Kind::Down | Kind::Still, Some(subject)) => Tone::of_state(subject.state),
        _ => Tone::of(message),
    };
    match tone {
        Tone::Bad => "critical",
        Tone::Warning | Tone::Unknown => "warning",
        Tone::Good | Tone::AtWork | Tone::Plain => "info",
    }
}
