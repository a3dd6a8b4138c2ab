//! Changing what is watched: one transaction that holds the lock under which looks are recorded, then the news of it.

use axum::{extract::FromRequestParts, http::request::Parts};
use chrono::{DateTime, Utc};
use db::{
    Tx, audit,
    dependencies::{self, Needed},
    health, incidents,
    services::{self, Draft, Stored, counting},
    watched,
};
use domain::{
    id::{IncidentId, ServiceId, ServiceKey, UserId, WorkspaceId},
    incident::Resolution,
    service::ServiceConfig,
    target::TargetSecrets,
};
use serde_json::{Value, json};
use status_cache::{EventKind, LiveEvent};
use uuid::Uuid;

use super::{
    behind,
    following::{self, Before, Resolved},
    needs, secrets,
};
use crate::{
    auth::{Editor, Member},
    input::service::{Rules, ServiceInput},
    manners::client::Client,
    problem::Problem,
    state::AppState,
};

const CHANGED_MEANWHILE: &str = "Somebody else changed this service at the same moment. Read it again, then repeat your change.";

/// Somebody who may change services, and where the request comes from. As an extractor it asks for an editor.
#[derive(Clone, Debug)]
pub(super) struct Actor {
    pub(super) workspace: WorkspaceId,
    pub(super) user: UserId,
    pub(super) address: String,
}

/// What can be done to a service without sending its fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Pause,
    Resume,
    Delete,
    Look,
}

/// What a change did, to be told once it is committed.
#[derive(Clone, Debug)]
pub(super) struct Done {
    id: ServiceId,
    word: &'static str,
    /// The last status counts no longer.
    forget: bool,
    resolved: Option<(IncidentId, Resolution)>,
}

/// A service under its lock.
pub(super) struct Locked {
    pub(super) stored: Stored,
    pub(super) now: DateTime<Utc>,
}

impl FromRequestParts<AppState> for Actor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let member = Member::<Editor>::from_request_parts(parts, state).await?;
        let client = Client::from_request_parts(parts, state).await?;
        Ok(Self {
            workspace: member.workspace(),
            user: member.user().id,
            address: client.address.to_string(),
        })
    }
}

impl Actor {
    pub(super) fn entry<'a>(
        &self,
        action: &'a str,
        subject: String,
        detail: Value,
    ) -> audit::Entry<'a> {
        audit::Entry {
            workspace: Some(self.workspace),
            user: Some(self.user),
            action,
            subject,
            detail,
            address: self.address.clone(),
        }
    }
}

/// The service of which a new one is a copy.
struct Original {
    stored: Stored,
    secrets: TargetSecrets,
    needs: Vec<Needed>,
    behind: Vec<Uuid>,
}

impl Original {
    fn before(&self) -> Before<'_> {
        Before {
            config: &self.stored.service.config,
            needs: &self.needs,
        }
    }
}

async fn original(
    state: &AppState,
    actor: &Actor,
    input: &ServiceInput,
) -> Result<Option<Original>, Problem> {
    let Some(id) = input.service_id else {
        return Ok(None);
    };
    let mut conn = state.db.acquire().await?;
    let stored = services::find(&mut conn, actor.workspace, ServiceId(id)).await?;
    let stored = stored.ok_or_else(|| Problem::field("service_id", "is not a service of yours"))?;
    let needs = needs::known(&mut conn, stored.service.key).await?;
    let behind = behind::ids(&mut conn, stored.service.key).await?;
    Ok(Some(Original {
        secrets: secrets::open(&state.keyring, &stored),
        stored,
        needs,
        behind,
    }))
}

/// Adds a service; with `service_id` one that is as that service where nothing else is sent.
pub(super) async fn create(
    state: &AppState,
    actor: &Actor,
    input: &ServiceInput,
) -> Result<ServiceId, Problem> {
    let original = original(state, actor, input).await?;
    let before = original.as_ref().map(Original::before);
    let resolved = following::resolve(state, actor.user, input, before).await?;
    let needs = resolved
        .needs
        .or_else(|| Some(original.as_ref()?.needs.clone()));
    let before = original.as_ref().map(|it| (&it.stored, &it.secrets));
    let mut config = input.config(before, resolved.target, rules(state))?;
    let id = ServiceId(Uuid::now_v7());
    let sealed = secrets::seal(&state.keyring, id, &mut config)?;
    let mut tx = state.db.begin().await?;
    if let Some(most) = state.site.limits.services_per_workspace {
        let there = counting::total_locked(&mut tx, actor.workspace).await?;
        if there >= i64::from(most) {
            let reason = format!("has {there} services, and this installation allows {most}");
            return Err(Problem::field("workspace", reason));
        }
    }
    let draft = Draft {
        id,
        config: &config,
        secrets: sealed.as_deref(),
        look: true,
    };
    following::hold(&mut tx, &config, needs.as_deref()).await?;
    let key = services::insert(&mut tx, actor.workspace, &draft).await?;
    if let Some(needs) = &needs {
        dependencies::replace(&mut tx, actor.workspace, key, needs).await?;
    }
    let copied = || Some(&original.as_ref()?.behind);
    if let Some(sent) = input.depends_on_services.as_ref().or_else(copied) {
        behind::replace(&mut tx, (actor.workspace, key), sent).await?;
    }
    let now = services::now(&mut tx).await?;
    health::insert(&mut tx, actor.workspace, key, now).await?;
    let entry = actor.entry(
        "service.created",
        id.to_string(),
        json!({ "name": config.name }),
    );
    audit::insert(&mut tx, &entry, now).await?;
    watched::notify(&mut tx, draft.shard(), key).await?;
    commit(tx).await?;
    let done = Done {
        id,
        word: "created",
        forget: false,
        resolved: None,
    };
    tell(state, actor.workspace, &[done]).await;
    Ok(id)
}

/// Changes the configuration, if `matches` says that it is still the revision that was meant.
pub(super) async fn update(
    state: &AppState,
    actor: &Actor,
    id: ServiceId,
    input: &ServiceInput,
    matches: impl Fn(i32) -> bool,
) -> Result<(), Problem> {
    let (revision, resolved) = resolve(state, actor, id, input).await?;
    let mut tx = state.db.begin().await?;
    let locked = lock(&mut tx, actor.workspace, id).await?;
    let service = &locked.stored.service;
    if !matches(service.revision) {
        return Err(Problem::PreconditionFailed);
    }
    let follows_pages = service.config.target.vendor().is_some() || resolved.needs.is_some();
    if follows_pages && service.revision != revision {
        return Err(Problem::Conflict(CHANGED_MEANWHILE));
    }
    let opened = secrets::open(&state.keyring, &locked.stored);
    let before = Some((&locked.stored, &opened));
    let config = input.config(before, resolved.target, rules(state))?;
    following::hold(&mut tx, &config, resolved.needs.as_deref()).await?;
    if let Some(needs) = &resolved.needs {
        dependencies::replace(&mut tx, actor.workspace, service.key, needs).await?;
    }
    if let Some(sent) = &input.depends_on_services {
        behind::replace(&mut tx, (actor.workspace, service.key), sent).await?;
    }
    let done = replace(state, &mut tx, &locked, config).await?;
    let entry = actor.entry("service.updated", id.to_string(), json!({}));
    audit::insert(&mut tx, &entry, locked.now).await?;
    commit(tx).await?;
    tell(state, actor.workspace, &[done]).await;
    Ok(())
}

/// What the input means for the service as it is now, and the revision of that.
async fn resolve(
    state: &AppState,
    actor: &Actor,
    id: ServiceId,
    input: &ServiceInput,
) -> Result<(i32, Resolved), Problem> {
    let mut conn = state.db.acquire().await?;
    let stored = services::find(&mut conn, actor.workspace, id).await?;
    let service = stored.ok_or(Problem::NotFound)?.service;
    let needs = match input.depends_on {
        Some(_) => needs::known(&mut conn, service.key).await?,
        None => Vec::new(),
    };
    drop(conn);
    let before = Before {
        config: &service.config,
        needs: &needs,
    };
    let resolved = following::resolve(state, actor.user, input, Some(before)).await?;
    Ok((service.revision, resolved))
}

/// Stores another configuration of a locked service. One that asks another question begins anew.
pub(super) async fn replace(
    state: &AppState,
    tx: &mut Tx,
    locked: &Locked,
    mut config: ServiceConfig,
) -> Result<Done, Problem> {
    let service = &locked.stored.service;
    let mut before = service.config.clone();
    secrets::restore(&state.keyring, &locked.stored, &mut before);
    let same = before.asks_the_same(&config);
    let interval_changed = before.check_interval != config.check_interval;
    let sealed = secrets::seal(&state.keyring, service.id, &mut config)?;
    let draft = Draft {
        id: service.id,
        config: &config,
        secrets: sealed.as_deref(),
        look: !same || interval_changed,
    };
    services::update(tx, service.workspace, &draft).await?;
    let resolved = if same {
        None
    } else {
        begin_anew(tx, service.key, Resolution::ConfigChanged, locked.now).await?
    };
    watched::notify(tx, locked.stored.shard, service.key).await?;
    if draft.shard() != locked.stored.shard {
        // Another worker may own the page that it follows now.
        watched::notify(tx, draft.shard(), service.key).await?;
    }
    Ok(Done {
        id: service.id,
        word: "updated",
        forget: !same,
        resolved,
    })
}

/// Pauses, resumes, deletes, or asks for a look.
pub(super) async fn apply(
    state: &AppState,
    actor: &Actor,
    id: ServiceId,
    action: Action,
) -> Result<(), Problem> {
    let mut tx = state.db.begin().await?;
    let locked = lock(&mut tx, actor.workspace, id).await?;
    let Some(done) = act(&mut tx, &locked, action).await? else {
        return Ok(());
    };
    let name = format!("service.{}", done.word);
    let detail = json!({ "name": locked.stored.service.config.name });
    let entry = actor.entry(&name, id.to_string(), detail);
    audit::insert(&mut tx, &entry, locked.now).await?;
    commit(tx).await?;
    tell(state, actor.workspace, &[done]).await;
    Ok(())
}

/// Does it to a locked service; none when there was nothing to do.
pub(super) async fn act(
    tx: &mut Tx,
    locked: &Locked,
    action: Action,
) -> Result<Option<Done>, Problem> {
    let service = &locked.stored.service;
    let (workspace, id, key) = (service.workspace, service.id, service.key);
    let mut resolved = None;
    let word = match (action, service.paused_at) {
        (Action::Pause, Some(_)) | (Action::Resume, None) => return Ok(None),
        (Action::Look, Some(_)) => {
            return Err(Problem::Conflict("The service is paused. Resume it first."));
        }
        (Action::Pause, None) => {
            services::pause(tx, workspace, id).await?;
            resolved = begin_anew(tx, key, Resolution::Paused, locked.now).await?;
            "paused"
        }
        (Action::Resume, Some(_)) => {
            services::resume(tx, workspace, id).await?;
            health::reset(tx, key, locked.now).await?;
            "resumed"
        }
        (Action::Delete, _) => {
            resolved = end(tx, key, Resolution::Deleted, locked.now).await?;
            services::delete(tx, workspace, id).await?;
            "deleted"
        }
        (Action::Look, None) => {
            services::look_now(tx, workspace, id).await?;
            "look_requested"
        }
    };
    watched::notify(tx, locked.stored.shard, key).await?;
    Ok(Some(Done {
        id,
        word,
        forget: action != Action::Look,
        resolved,
    }))
}

/// Takes the lock of a service's health, then reads the service as it is under it.
pub(super) async fn lock(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: ServiceId,
) -> Result<Locked, Problem> {
    let stored = services::find(tx, workspace, id).await?;
    let key = stored.ok_or(Problem::NotFound)?.service.key;
    if !health::lock(tx, key).await? {
        return Err(Problem::NotFound);
    }
    let stored = services::find(tx, workspace, id).await?;
    Ok(Locked {
        stored: stored.ok_or(Problem::NotFound)?,
        now: services::now(tx).await?,
    })
}

/// Takes the locks of many services in order of key, then reads those that are still there as they are under them.
pub(super) async fn lock_many(
    tx: &mut Tx,
    workspace: WorkspaceId,
    ids: &[ServiceId],
) -> Result<Vec<Locked>, Problem> {
    health::lock_many(tx, workspace, ids).await?;
    let now = services::now(tx).await?;
    let all = services::find_many(tx, workspace, ids).await?;
    Ok(all
        .into_iter()
        .map(|stored| Locked { stored, now })
        .collect())
}

async fn begin_anew(
    tx: &mut Tx,
    key: ServiceKey,
    resolution: Resolution,
    now: DateTime<Utc>,
) -> Result<Option<(IncidentId, Resolution)>, Problem> {
    let resolved = end(tx, key, resolution, now).await?;
    health::reset(tx, key, now).await?;
    Ok(resolved)
}

async fn end(
    tx: &mut Tx,
    key: ServiceKey,
    resolution: Resolution,
    now: DateTime<Utc>,
) -> Result<Option<(IncidentId, Resolution)>, Problem> {
    let ended = incidents::resolve_open(tx, key, resolution, now).await?;
    Ok(ended.map(|incident| (incident, resolution)))
}

pub(super) async fn commit(tx: Tx) -> Result<(), Problem> {
    Ok(tx.commit().await.map_err(db::Error::from)?)
}

/// Cache and live events, once it is true. Losing them changes nothing.
pub(super) async fn tell(state: &AppState, workspace: WorkspaceId, all: &[Done]) {
    let forgotten: Vec<ServiceId> = all
        .iter()
        .filter(|done| done.forget)
        .map(|done| done.id)
        .collect();
    state.status.remove(&forgotten).await;
    let mut events = Vec::with_capacity(all.len());
    for done in all {
        if let Some((incident, resolution)) = done.resolved {
            let data = json!({
                "incident_id": incident, "service_id": done.id, "resolution": resolution.as_str(),
            });
            events.push(LiveEvent::new(workspace, EventKind::IncidentResolved, data));
        }
        let data = json!({ "service_id": done.id, "change": done.word });
        events.push(LiveEvent::new(workspace, EventKind::ServiceChanged, data));
    }
    state.status.publish(&events).await;
}

pub(super) fn rules(state: &AppState) -> Rules<'_> {
    Rules {
        limits: &state.site.limits,
        policy: state.egress.policy(),
    }
}
