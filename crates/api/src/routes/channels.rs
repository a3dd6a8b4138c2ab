//! `/api/channels`: where people want to hear.

use std::collections::HashMap;

use axum::{Json, extract::State, http::StatusCode};
use db::{
    audit,
    channels::{self, Channel, Draft, sealed},
    deliveries, notice_rules, services,
};
use domain::{
    channel::{ChannelConfig, ChannelKind},
    fields::Fields,
    id::{ChannelId, RuleId},
    notice::{
        pace::USUAL_MOST,
        rule::{Rule, Scope, Wish},
    },
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    auth::{Editor, Member, Viewer},
    input::{Strict, input, path::Id},
    manners::client::Client,
    problem::{Problem, ProblemBody},
    state::AppState,
    view::channel::ChannelView,
};

mod trying;

const CHANGED_MEANWHILE: &str = "Somebody else changed this channel at the same moment. Read it again, then repeat your change.";

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_channels, create_channel))
        .routes(routes!(show_channel, update_channel, delete_channel))
        .routes(routes!(rotate_channel_secret))
        .merge(trying::routes())
}

/// What can be said of a channel.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
struct ChannelInput {
    /// 1–100 characters
    name: Option<String>,
    /// Cannot be changed later
    kind: Option<String>,
    /// Fields of the kind; a secret that is left out stays as it is, unless the destination changes
    #[schema(value_type = Option<Object>)]
    config: Option<Value>,
    paused: Option<bool>,
    /// Messages in any minute, 1–60; further ones are told together
    most_per_minute: Option<u16>,
}

input!(ChannelInput {
    name,
    kind,
    config,
    paused,
    most_per_minute
});

/// A new channel, and what is shown only now.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = NewChannel)]
struct NewChannelView {
    #[serde(flatten)]
    channel: ChannelView,
    /// Of a webhook: what its signatures are checked with. It is not shown again
    signing_secret: Option<String>,
}

/// A fresh signing secret.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct FreshSecret {
    /// It is not shown again; the one before signs beside it for a day
    signing_secret: String,
}

/// Channels of the workspace, in the order in which they were made.
#[utoipa::path(get, path = "/api/channels", tag = "notices", responses(
    (status = 200, description = "Channels", body = [ChannelView]),
    (status = 401, description = "Not signed in", body = ProblemBody),
))]
async fn list_channels(
    member: Member<Viewer>,
    State(state): State<AppState>,
) -> Result<Json<Vec<ChannelView>>, Problem> {
    let mut conn = state.db.acquire().await?;
    let found = channels::list(&mut conn, member.workspace()).await?;
    let latest = deliveries::latest(&mut conn, member.workspace()).await?;
    drop(conn);
    let mut latest: HashMap<ChannelId, _> = latest
        .into_iter()
        .map(|(id, at, outcome)| (id, (at, outcome)))
        .collect();
    let view = |channel: Channel| {
        let latest = latest.remove(&channel.id);
        ChannelView::new(channel, &state.keyring, latest)
    };
    Ok(Json(found.into_iter().map(view).collect()))
}

/// One channel.
#[utoipa::path(get, path = "/api/channels/{id}", tag = "notices", params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The channel", body = ChannelView),
    (status = 401, description = "Not signed in", body = ProblemBody),
    (status = 404, description = "Unknown or foreign", body = ProblemBody),
))]
async fn show_channel(
    member: Member<Viewer>,
    State(state): State<AppState>,
    Id(id): Id,
) -> Result<Json<ChannelView>, Problem> {
    let mut conn = state.db.acquire().await?;
    let found = channels::find(&mut conn, member.workspace(), ChannelId(id)).await?;
    let channel = found.ok_or(Problem::NotFound)?;
    Ok(Json(ChannelView::new(channel, &state.keyring, None)))
}

/// Adds a channel, which hears the usual of all services: down, recovered, unknown for long, certificates and flapping.
#[utoipa::path(post, path = "/api/channels", tag = "notices", request_body = ChannelInput, responses(
    (status = 201, description = "The new channel", body = NewChannelView),
    (status = 401, description = "Not signed in", body = ProblemBody),
    (status = 403, description = "Your role may not", body = ProblemBody),
    (status = 422, description = "Every wrong field", body = ProblemBody),
))]
async fn create_channel(
    member: Member<Editor>,
    State(state): State<AppState>,
    client: Client,
    Strict(input): Strict<ChannelInput>,
) -> Result<(StatusCode, Json<NewChannelView>), Problem> {
    let mut checked = check(&input, None)?;
    let signing_secret = match &mut checked.config {
        ChannelConfig::Webhook(webhook) => {
            let fresh = notify::new_signing_secret()?;
            webhook.rotate(fresh.clone(), state.clock.now());
            Some(fresh.expose().to_owned())
        }
        _ => None,
    };
    let id = ChannelId(Uuid::now_v7());
    let sealed = sealed::seal(&state.keyring, id, &checked.config)?;
    let mut tx = state.db.begin().await?;
    if channels::count(&mut tx, member.workspace()).await? >= channels::MOST {
        let reason = format!(
            "has {} channels, which is the most there may be",
            channels::MOST
        );
        return Err(Problem::field("workspace", reason));
    }
    let now = services::now(&mut tx).await?;
    let draft = checked.draft(id, &sealed);
    channels::insert(&mut tx, member.workspace(), &draft, now).await?;
    let rule = Rule {
        id: RuleId(Uuid::now_v7()),
        channel: id,
        scope: Scope::Workspace,
        wish: Wish::default(),
    };
    notice_rules::put(&mut tx, member.workspace(), &rule).await?;
    let detail = json!({ "name": checked.name, "kind": checked.config.kind() });
    note(&mut tx, &member, &client, ("channel.created", id), detail).await?;
    let stored = channels::find(&mut tx, member.workspace(), id).await?;
    tx.commit().await.map_err(db::Error::from)?;
    let channel = ChannelView::new(stored.ok_or(Problem::NotFound)?, &state.keyring, None);
    let view = NewChannelView {
        channel,
        signing_secret,
    };
    Ok((StatusCode::CREATED, Json(view)))
}

/// Changes a channel: the fields that are sent. What it refused before is forgotten.
#[utoipa::path(put, path = "/api/channels/{id}", tag = "notices", params(("id" = Uuid, Path)), request_body = ChannelInput, responses(
    (status = 200, description = "The changed channel", body = ChannelView),
    (status = 401, description = "Not signed in", body = ProblemBody),
    (status = 403, description = "Your role may not", body = ProblemBody),
    (status = 404, description = "Unknown or foreign", body = ProblemBody),
    (status = 409, description = "Changed by somebody else at the same moment", body = ProblemBody),
    (status = 422, description = "Every wrong field", body = ProblemBody),
))]
async fn update_channel(
    member: Member<Editor>,
    State(state): State<AppState>,
    client: Client,
    Id(id): Id,
    Strict(input): Strict<ChannelInput>,
) -> Result<Json<ChannelView>, Problem> {
    let id = ChannelId(id);
    let mut tx = state.db.begin().await?;
    let before = channels::find(&mut tx, member.workspace(), id).await?;
    let before = before.ok_or(Problem::NotFound)?;
    // What another key sealed is lost: its secrets have to be given again.
    let opened = sealed::open(&state.keyring, &before).ok();
    let checked = check(&input, Some((&before, opened.as_ref())))?;
    let channel = store(&state, &mut tx, &member, (&before, &checked)).await?;
    note(
        &mut tx,
        &member,
        &client,
        ("channel.updated", id),
        json!({}),
    )
    .await?;
    tx.commit().await.map_err(db::Error::from)?;
    Ok(Json(ChannelView::new(channel, &state.keyring, None)))
}

/// Deletes a channel with its rules and its part of the ledger.
#[utoipa::path(delete, path = "/api/channels/{id}", tag = "notices", params(("id" = Uuid, Path)), responses(
    (status = 204, description = "It is gone"),
    (status = 401, description = "Not signed in", body = ProblemBody),
    (status = 403, description = "Your role may not", body = ProblemBody),
    (status = 404, description = "Unknown or foreign", body = ProblemBody),
))]
async fn delete_channel(
    member: Member<Editor>,
    State(state): State<AppState>,
    client: Client,
    Id(id): Id,
) -> Result<StatusCode, Problem> {
    let id = ChannelId(id);
    let mut tx = state.db.begin().await?;
    let before = channels::find(&mut tx, member.workspace(), id).await?;
    let name = before.ok_or(Problem::NotFound)?.name;
    channels::delete(&mut tx, member.workspace(), id).await?;
    note(
        &mut tx,
        &member,
        &client,
        ("channel.deleted", id),
        json!({ "name": name }),
    )
    .await?;
    tx.commit().await.map_err(db::Error::from)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives a webhook a new signing secret; the one before signs beside it for a day.
#[utoipa::path(post, path = "/api/channels/{id}/rotate-secret", tag = "notices", params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The new secret, shown once", body = FreshSecret),
    (status = 401, description = "Not signed in", body = ProblemBody),
    (status = 403, description = "Your role may not", body = ProblemBody),
    (status = 404, description = "Unknown or foreign", body = ProblemBody),
    (status = 409, description = "It is no webhook, or was changed by somebody else at the same moment", body = ProblemBody),
))]
async fn rotate_channel_secret(
    member: Member<Editor>,
    State(state): State<AppState>,
    client: Client,
    Id(id): Id,
) -> Result<Json<FreshSecret>, Problem> {
    let id = ChannelId(id);
    let mut tx = state.db.begin().await?;
    let before = channels::find(&mut tx, member.workspace(), id).await?;
    let before = before.ok_or(Problem::NotFound)?;
    let Ok(ChannelConfig::Webhook(mut webhook)) = sealed::open(&state.keyring, &before) else {
        return Err(Problem::Conflict(
            "Only webhooks are signed, and only with secrets that this installation can read.",
        ));
    };
    let fresh = notify::new_signing_secret()?;
    let now = services::now(&mut tx).await?;
    webhook.rotate(fresh.clone(), now);
    let checked = Checked {
        config: ChannelConfig::Webhook(webhook),
        ..Checked::of(&before)
    };
    store(&state, &mut tx, &member, (&before, &checked)).await?;
    note(
        &mut tx,
        &member,
        &client,
        ("channel.secret_rotated", id),
        json!({}),
    )
    .await?;
    tx.commit().await.map_err(db::Error::from)?;
    Ok(Json(FreshSecret {
        signing_secret: fresh.expose().to_owned(),
    }))
}

/// What was sent, as it holds.
#[derive(Clone)]
struct Checked {
    name: String,
    config: ChannelConfig,
    paused: bool,
    most_per_minute: u16,
}

impl Checked {
    /// What a stored channel says beside its configuration, which is to be given.
    fn of(before: &Channel) -> Self {
        let nobody = domain::channel::Email {
            recipients: Vec::new(),
        };
        Self {
            name: before.name.clone(),
            config: ChannelConfig::Email(nobody),
            paused: before.paused_at.is_some(),
            most_per_minute: before.most_per_minute,
        }
    }

    fn draft<'a>(&'a self, id: ChannelId, sealed: &'a sealed::Sealed) -> Draft<'a> {
        Draft {
            id,
            name: &self.name,
            kind: self.config.kind(),
            config: &sealed.config,
            secrets: sealed.secrets.as_deref(),
            paused: self.paused,
            most_per_minute: self.most_per_minute,
        }
    }
}

/// Every wrong field at once.
fn check(
    input: &ChannelInput,
    before: Option<(&Channel, Option<&ChannelConfig>)>,
) -> Result<Checked, Fields> {
    let mut fields = Fields::default();
    let known = before.map(|(channel, _)| channel);
    let name = input.name.as_deref().map(str::trim);
    let name = name
        .map(str::to_owned)
        .or(known.map(|known| known.name.clone()));
    let name = name.unwrap_or_default();
    if !(1..=100).contains(&name.chars().count()) {
        fields.push("name", "must be 1 to 100 characters long");
    }
    if name.chars().any(char::is_control) {
        fields.push("name", "must not contain control characters");
    }
    let most = input.most_per_minute;
    let most = most
        .or(known.map(|known| known.most_per_minute))
        .unwrap_or(USUAL_MOST);
    if !(1..=60).contains(&most) {
        fields.push("most_per_minute", "must be from 1 to 60");
    }
    let config = config(input, before, &mut fields);
    if let Some(config) = &config {
        fields.take(notify::check(config));
    }
    let paused = input.paused;
    let paused = paused.unwrap_or(known.is_some_and(|known| known.paused_at.is_some()));
    match config {
        Some(config) => fields.finish(Checked {
            name,
            config,
            paused,
            most_per_minute: most,
        }),
        None => Err(fields),
    }
}

fn config(
    input: &ChannelInput,
    before: Option<(&Channel, Option<&ChannelConfig>)>,
    fields: &mut Fields,
) -> Option<ChannelConfig> {
    let sent_kind = input.kind.as_deref().map(ChannelKind::parse);
    let kind = match (sent_kind, before) {
        (Some(None), _) => {
            let all: Vec<&str> = ChannelKind::ALL.iter().map(|kind| kind.as_str()).collect();
            fields.push("kind", format!("must be one of {}", all.join(", ")));
            return None;
        }
        (Some(Some(kind)), Some((channel, _))) if kind != channel.kind => {
            fields.push("kind", "cannot be changed; make another channel");
            return None;
        }
        (Some(Some(kind)), _) => kind,
        (None, Some((channel, _))) => channel.kind,
        (None, None) => {
            fields.push("kind", "must be given");
            return None;
        }
    };
    let opened = before.and_then(|(_, opened)| opened);
    match (&input.config, opened) {
        (None, Some(config)) => Some(config.clone()),
        (sent, opened) => {
            let nothing = json!({});
            fields.take(ChannelConfig::parse(
                kind,
                sent.as_ref().unwrap_or(&nothing),
                opened,
            ))
        }
    }
}

async fn store(
    state: &AppState,
    tx: &mut db::Tx,
    member: &Member<Editor>,
    (before, checked): (&Channel, &Checked),
) -> Result<Channel, Problem> {
    let sealed = sealed::seal(&state.keyring, before.id, &checked.config)?;
    let now = services::now(tx).await?;
    let draft = checked.draft(before.id, &sealed);
    if !channels::update(tx, member.workspace(), &draft, before.revision, now).await? {
        return Err(Problem::Conflict(CHANGED_MEANWHILE));
    }
    let stored = channels::find(tx, member.workspace(), before.id).await?;
    stored.ok_or(Problem::NotFound)
}

async fn note(
    tx: &mut db::Tx,
    member: &Member<Editor>,
    client: &Client,
    (action, id): (&str, ChannelId),
    detail: Value,
) -> Result<(), Problem> {
    let now = services::now(tx).await?;
    let entry = audit::Entry {
        workspace: Some(member.workspace()),
        user: Some(member.user().id),
        action,
        subject: id.to_string(),
        detail,
        address: client.address.to_string(),
    };
    Ok(audit::insert(tx, &entry, now).await?)
}
