//! Trying a channel: a test message on the way that every message takes.

use std::time::Duration;

use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use db::{
    channels::{self, sealed},
    deliveries, messages, outbox, services,
};
use domain::{
    id::{ChannelId, MessageId},
    notice::message::{Counts, Kind, Links, Message},
};
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    auth::{Editor, Member, Viewer},
    input::{path::Id, query::Asked},
    problem::{Problem, ProblemBody},
    state::AppState,
    view::delivery::DeliveryDetailView,
};

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(25);

const NOBODY: &str =
    "No worker has sent the test message yet. It stands in the ledger as soon as one does.";

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(test_channel))
        .routes(routes!(preview_channel))
}

/// Which message.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
struct PreviewQuery {
    /// `down` if absent; `degraded`, `recovered`, `still`, `acknowledged`, `unknown_long`, `certificate`, `vendor_update`,
    /// `flapping`, `settled`, `digest` and so on
    kind: Option<String>,
}

/// What a channel would be sent.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Preview)]
struct PreviewView {
    /// One request, or one letter per recipient
    parts: Vec<PreviewPartView>,
}

/// One request or letter, without secrets.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = PreviewPart)]
struct PreviewPartView {
    /// `POST https://…`, or a letter's recipient
    to: String,
    /// A letter's
    subject: Option<String>,
    content_type: String,
    body: String,
}

/// What a channel would be sent, made of an example; nothing is sent.
#[utoipa::path(get, path = "/api/channels/{id}/preview", tag = "notices", params(("id" = Uuid, Path), PreviewQuery), responses(
    (status = 200, description = "The message as it would be sent", body = PreviewView),
    (status = 401, description = "Not signed in", body = ProblemBody),
    (status = 404, description = "Unknown or foreign", body = ProblemBody),
    (status = 422, description = "There is no such kind, or the channel cannot be read", body = ProblemBody),
))]
async fn preview_channel(
    member: Member<Viewer>,
    State(state): State<AppState>,
    Id(id): Id,
    Asked(asked): Asked<PreviewQuery>,
) -> Result<Json<PreviewView>, Problem> {
    let mut conn = state.db.acquire().await?;
    let channel = channels::find(&mut conn, member.workspace(), ChannelId(id)).await?;
    let channel = channel.ok_or(Problem::NotFound)?;
    drop(conn);
    let kind = Kind::parse(asked.kind.as_deref().unwrap_or("down"));
    let kind = kind.ok_or_else(|| Problem::field("kind", "must be a kind of message"))?;
    let config = sealed::open(&state.keyring, &channel);
    let config = config.map_err(|reason| Problem::field("config", reason))?;
    let (url, now) = (&state.site.public_url, state.clock.now());
    let example = notify::sample(kind, member.workspace_name(), url, now);
    let courier = notify::Courier::new(state.egress.clone(), url.clone(), None);
    let preview = courier.preview(&config, &example, now);
    let preview = preview.map_err(|reason| Problem::field("config", reason))?;
    let part = |part: notify::PreviewPart| PreviewPartView {
        to: part.to,
        subject: part.subject,
        content_type: part.content_type,
        body: part.body,
    };
    Ok(Json(PreviewView {
        parts: preview.parts.into_iter().map(part).collect(),
    }))
}

/// Sends a test message, once, and says what came of it. A channel that refused for good works again when this does.
#[utoipa::path(post, path = "/api/channels/{id}/test", tag = "notices", params(("id" = Uuid, Path)), responses(
    (status = 200, description = "What was sent and answered", body = DeliveryDetailView),
    (status = 401, description = "Not signed in", body = ProblemBody),
    (status = 403, description = "Your role may not", body = ProblemBody),
    (status = 404, description = "Unknown or foreign", body = ProblemBody),
    (status = 409, description = "No worker took it in time", body = ProblemBody),
    (status = 429, description = "Asked too often", body = ProblemBody),
))]
async fn test_channel(
    member: Member<Editor>,
    State(state): State<AppState>,
    Id(id): Id,
) -> Result<Json<DeliveryDetailView>, Problem> {
    let id = ChannelId(id);
    let mut tx = state.db.begin().await?;
    let channel = channels::find(&mut tx, member.workspace(), id).await?;
    let channel = channel.ok_or(Problem::NotFound)?;
    let _turn = state.pace.probe_turn(member.user().id)?;
    let now = services::now(&mut tx).await?;
    let message_id = MessageId(Uuid::now_v7());
    let message = test(&state, &member, message_id, now);
    messages::insert(&mut tx, message_id, (channel.workspace, id), &message).await?;
    outbox::wake(&mut tx).await?;
    tx.commit().await.map_err(db::Error::from)?;
    answer(&state, &member, message_id).await
}

fn test(state: &AppState, member: &Member<Editor>, id: MessageId, now: DateTime<Utc>) -> Message {
    Message {
        key: id.0.simple().to_string(),
        kind: Kind::Test,
        workspace: member.workspace_name().to_owned(),
        subjects: Vec::new(),
        more: Counts::default(),
        common_cause: None,
        notes: Vec::new(),
        links: Links {
            open: Some(state.site.public_url.clone()),
            ..Links::default()
        },
        occurred_at: now,
        late: None,
    }
}

/// Waits until a worker has sent it.
async fn answer(
    state: &AppState,
    member: &Member<Editor>,
    message: MessageId,
) -> Result<Json<DeliveryDetailView>, Problem> {
    let until = Instant::now() + PATIENCE;
    loop {
        let mut conn = state.db.acquire().await?;
        let found = deliveries::of_message(&mut conn, member.workspace(), message).await?;
        drop(conn);
        // An attempt that nobody saw end is followed by another one.
        let ended = found.filter(|whole| whole.listed.delivery.outcome != "interrupted");
        if let Some(whole) = ended {
            return Ok(Json(DeliveryDetailView::new(&whole)));
        }
        if Instant::now() >= until {
            return Err(Problem::Conflict(NOBODY));
        }
        sleep(Duration::from_millis(200)).await;
    }
}
