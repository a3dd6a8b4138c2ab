//! The ledger as clients see it.

use chrono::{DateTime, Utc};
use db::deliveries::{Listed, Whole};
use domain::{channel::ChannelKind, notice::message::Message};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// One attempt to say something.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Delivery)]
pub struct DeliveryView {
    id: Uuid,
    at: DateTime<Utc>,
    channel_id: Uuid,
    channel_name: String,
    channel_kind: Option<&'static str>,
    /// The same for every attempt to say the same thing
    message_id: Uuid,
    /// `down`, `recovered`, `digest`, `test` and so on
    kind: String,
    /// The message in one line
    headline: String,
    /// `sent`, `retry` (it will be tried again), `refused` (for good), `given_up`, or `interrupted` (nobody saw it end)
    outcome: String,
    /// Why not, in one sentence; or what the receiver calls it
    detail: String,
    took_ms: i32,
    /// The message is still to be sent
    under_way: bool,
}

/// One attempt in full.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = DeliveryDetail)]
pub struct DeliveryDetailView {
    #[serde(flatten)]
    delivery: DeliveryView,
    /// What the message says, a line each
    lines: Vec<String>,
    /// What was sent and answered, without secrets
    transcript: Value,
}

impl DeliveryView {
    pub fn new(listed: &Listed) -> Self {
        let message = message(listed);
        let delivery = &listed.delivery;
        Self {
            id: delivery.id.0,
            at: delivery.at,
            channel_id: delivery.channel.0,
            channel_name: listed.channel_name.clone(),
            channel_kind: listed.channel_kind.map(ChannelKind::as_str),
            message_id: delivery.message.0,
            kind: listed.kind.clone(),
            headline: message
                .map(|message| message.headline())
                .unwrap_or_default(),
            outcome: delivery.outcome.clone(),
            detail: delivery.detail.clone(),
            took_ms: delivery.took_ms,
            under_way: listed.message_outcome.is_none(),
        }
    }
}

impl DeliveryDetailView {
    pub fn new(whole: &Whole) -> Self {
        let listed = &whole.listed;
        Self {
            lines: message(listed)
                .map(|message| message.sentences())
                .unwrap_or_default(),
            transcript: whole.transcript.clone(),
            delivery: DeliveryView::new(listed),
        }
    }
}

/// None for one that a newer version wrote.
fn message(listed: &Listed) -> Option<Message> {
    serde_json::from_value(listed.body.clone()).ok()
}
