//! Channels and rules as clients see them: every secret that is set is only said to be set.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use db::channels::{Channel, sealed};
use domain::{
    id::{ChannelId, ServiceId},
    notice::{
        quiet::Words,
        rule::{Rule, Scope, Topic},
        sentence,
    },
};
use runtime::seal::Keyring;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// A place where somebody wants to hear.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Channel)]
pub struct ChannelView {
    id: Uuid,
    name: String,
    /// `email`, `webhook`, `slack`, `discord`, `teams`, `telegram`, `mattermost`, `google_chat`, `matrix`, `ntfy`, `gotify`,
    /// `pushover`, `pagerduty` or `twilio_sms`
    kind: &'static str,
    /// What people call the kind
    kind_label: &'static str,
    /// Where it goes, in a few words
    summary: String,
    /// Fields of the kind; a secret that is set is `{"set": true}`, and sent back like that it stays
    config: Value,
    /// Nothing is sent while it is switched off
    paused: bool,
    /// It refused for good: nothing is sent until it is changed or tried with success
    broken: Option<BrokenView>,
    /// Messages in any minute, 1–60
    most_per_minute: u16,
    revision: i32,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    /// The latest attempt to send something
    last_delivery: Option<LastDeliveryView>,
}

/// When and why a channel refused for good.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ChannelBroken)]
struct BrokenView {
    at: DateTime<Utc>,
    reason: String,
}

/// The latest attempt.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LastDelivery)]
struct LastDeliveryView {
    at: DateTime<Utc>,
    /// `sent`, `retry`, `refused`, `given_up` or `interrupted`
    outcome: String,
}

impl ChannelView {
    pub fn new(
        channel: Channel,
        keyring: &Keyring,
        latest: Option<(DateTime<Utc>, String)>,
    ) -> Self {
        let opened = sealed::open(keyring, &channel);
        let fault = opened.as_ref().err().cloned();
        let shown = opened.as_ref().ok().and_then(|config| config.shown().ok());
        let broken = channel
            .broken
            .map(|(at, reason)| BrokenView { at, reason })
            .or_else(|| {
                fault.map(|reason| BrokenView {
                    at: channel.updated_at,
                    reason,
                })
            });
        Self {
            id: channel.id.0,
            name: channel.name,
            kind: channel.kind.as_str(),
            kind_label: channel.kind.label(),
            summary: opened.map(|config| config.summary()).unwrap_or_default(),
            config: shown.unwrap_or(channel.config),
            paused: channel.paused_at.is_some(),
            broken,
            most_per_minute: channel.most_per_minute,
            revision: channel.revision,
            created_at: channel.created_at,
            updated_at: channel.updated_at,
            last_delivery: latest.map(|(at, outcome)| LastDeliveryView { at, outcome }),
        }
    }
}

/// Which channel hears of what. For each channel the most specific rule about a service decides, and it alone.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = NoticeRule)]
pub struct RuleView {
    id: Uuid,
    channel_id: Uuid,
    /// Only services of this category; null together with `service_id` for all services
    category: Option<String>,
    /// Only this service
    service_id: Option<Uuid>,
    /// `down`, `degraded`, `recovered`, `unknown`, `certificate`, `vendor_update`, `flapping`, `maintenance`; empty for
    /// nothing at all
    topics: Vec<&'static str>,
    /// Seconds of trouble before the first message, 0–86400
    delay_s: u64,
    /// Seconds between reminders while it lasts, 300–604800; null for none
    remind_s: Option<u64>,
    quiet: Option<QuietView>,
    /// The rule as people say it
    sentence: String,
}

/// Hours in which messages wait.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = QuietHours)]
struct QuietView {
    /// `22:00`
    from: String,
    /// `07:00`; past midnight where it is not later than `from`
    until: String,
    /// `Europe/Berlin`
    zone: String,
    /// Topics that are told even then
    lets_through: Vec<&'static str>,
}

/// What rules are named after.
pub struct Names {
    pub channels: HashMap<ChannelId, String>,
    pub services: HashMap<ServiceId, String>,
}

impl RuleView {
    pub fn new(rule: &Rule, names: &Names) -> Self {
        let (category, service_id) = match &rule.scope {
            Scope::Workspace => (None, None),
            Scope::Category(name) => (Some(name.clone()), None),
            Scope::Service(id) => (None, Some(id.0)),
        };
        let service = service_id.and_then(|id| names.services.get(&ServiceId(id)));
        let channel = names.channels.get(&rule.channel);
        Self {
            id: rule.id.0,
            channel_id: rule.channel.0,
            category,
            service_id,
            topics: words(rule.wish.topics.iter()),
            delay_s: rule.wish.delay.as_secs(),
            remind_s: rule.wish.remind.map(|remind| remind.as_secs()),
            quiet: rule.wish.quiet.clone().map(|quiet| {
                let quiet = Words::from(quiet);
                QuietView {
                    from: quiet.from,
                    until: quiet.until,
                    zone: quiet.zone,
                    lets_through: words(quiet.lets_through.iter()),
                }
            }),
            sentence: sentence::of(
                rule,
                channel.map_or("", String::as_str),
                service.map_or("", String::as_str),
            ),
        }
    }
}

fn words<'a>(topics: impl Iterator<Item = &'a Topic>) -> Vec<&'static str> {
    topics.map(|topic| topic.as_str()).collect()
}
