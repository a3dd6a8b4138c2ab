//! The same change to many services.

use std::time::Duration;

use axum::{Json, extract::State};
use db::{
    Tx, audit,
    services::{
        self,
        listing::{self, Filter},
    },
};
use domain::{fields::Fields, id::ServiceId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    STATUS_WORDS,
    change::{self, Action, Actor, Done, Locked},
    secrets,
};
use crate::{
    input::{
        Patch, Strict, input,
        query::{self, filled},
        service::ServiceInput,
    },
    problem::{Problem, ProblemBody},
    state::AppState,
};

/// So many services are changed in one transaction, so that no recorder waits long for their locks.
const CHUNK: usize = 100;
/// Most ids that may be named.
const MOST: usize = 5_000;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(change_services))
}

/// What is to be done to which services.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
struct BulkInput {
    /// These services; or else `filter`
    ids: Option<Vec<Uuid>>,
    /// All services that match; `{}` is every service
    filter: Option<BulkFilter>,
    /// `pause`, `resume`, `category`, `tags`, `interval` or `delete`
    #[schema(example = "pause")]
    action: Option<String>,
    /// For `category`: null or empty for none
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    category: Patch<String>,
    /// For `tags`: replaces all tags
    tags: Option<Vec<String>>,
    /// For `interval`: seconds
    check_interval: Option<i64>,
    /// Only tell what would change
    dry_run: Option<bool>,
}

input!(BulkInput {
    ids,
    filter,
    action,
    category,
    tags,
    check_interval,
    dry_run,
});

/// Which services.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BulkFilter {
    /// Part of name, address or tag
    q: Option<String>,
    category: Option<String>,
    /// up, degraded, down, unknown, maintenance, paused or pending
    status: Option<String>,
    monitor_type: Option<String>,
}

/// What would change, or did.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = BulkResult)]
struct BulkView {
    dry_run: bool,
    /// Services that were meant and are there
    matched: usize,
    /// Services that would change, or did
    changed: Vec<Uuid>,
    /// Why others did not, by id
    errors: std::collections::BTreeMap<Uuid, String>,
}

#[derive(Clone, Debug)]
enum Plan {
    Act(Action),
    Edit(Box<ServiceInput>),
}

/// Does the same to many services; with `dry_run` only says what it would do.
#[utoipa::path(post, path = "/api/services/bulk", tag = "services", request_body = BulkInput, responses(
    (status = 200, description = "What would change, or did", body = BulkView),
    (status = 401, description = "Not signed in", body = ProblemBody),
    (status = 403, description = "Your role may not", body = ProblemBody),
    (status = 422, description = "Every wrong field", body = ProblemBody),
))]
async fn change_services(
    actor: Actor,
    State(state): State<AppState>,
    Strict(input): Strict<BulkInput>,
) -> Result<Json<BulkView>, Problem> {
    let mut fields = Fields::default();
    let plan = plan(&input, &mut fields);
    let filter = filter(&input, &mut fields);
    fields.finish(())?;
    let mut conn = state.db.acquire().await?;
    let ids = listing::ids(&mut conn, actor.workspace, &filter).await?;
    drop(conn);
    let mut view = BulkView {
        dry_run: input.dry_run.unwrap_or(false),
        matched: ids.len(),
        changed: Vec::new(),
        errors: std::collections::BTreeMap::new(),
    };
    for chunk in ids.chunks(CHUNK) {
        change_chunk(&state, &actor, &plan, chunk, &mut view).await?;
    }
    Ok(Json(view))
}

async fn change_chunk(
    state: &AppState,
    actor: &Actor,
    plan: &Plan,
    ids: &[ServiceId],
    view: &mut BulkView,
) -> Result<(), Problem> {
    let mut tx = state.db.begin().await?;
    let mut all = Vec::new();
    for id in ids {
        // One that was deleted meanwhile is no fault.
        let locked = match change::lock(&mut tx, actor.workspace, *id).await {
            Ok(locked) => locked,
            Err(Problem::NotFound) => continue,
            Err(problem) => return Err(problem),
        };
        match change_one(state, &mut tx, &locked, plan).await {
            Ok(Some(done)) => {
                view.changed.push(id.0);
                all.push(done);
            }
            Ok(None) => {}
            Err(Problem::Invalid(fields)) => {
                view.errors.insert(id.0, sentence(&fields));
            }
            Err(problem) => return Err(problem),
        }
    }
    if view.dry_run {
        return Ok(());
    }
    let detail = json!({ "plan": plan.word(), "services": ids });
    let now = services::now(&mut tx).await?;
    audit::insert(
        &mut tx,
        &actor.entry("services.bulk", String::new(), detail),
        now,
    )
    .await?;
    change::commit(tx).await?;
    change::tell(state, actor.workspace, &all).await;
    Ok(())
}

async fn change_one(
    state: &AppState,
    tx: &mut Tx,
    locked: &Locked,
    plan: &Plan,
) -> Result<Option<Done>, Problem> {
    let edit = match plan {
        Plan::Act(action) => return change::act(tx, locked, *action).await,
        Plan::Edit(edit) => edit,
    };
    let opened = secrets::open(&state.keyring, &locked.stored);
    let mut before = locked.stored.service.config.clone();
    secrets::restore(&state.keyring, &locked.stored, &mut before);
    let config = edit.config(
        Some((&locked.stored, &opened)),
        Ok(None),
        change::rules(state),
    )?;
    if config == before {
        return Ok(None);
    }
    change::replace(state, tx, locked, config).await.map(Some)
}

fn plan(input: &BulkInput, fields: &mut Fields) -> Plan {
    let mut edit = ServiceInput::default();
    match input.action.as_deref() {
        Some("pause") => return Plan::Act(Action::Pause),
        Some("resume") => return Plan::Act(Action::Resume),
        Some("delete") => return Plan::Act(Action::Delete),
        Some("category") if input.category.is_sent() => edit.category.clone_from(&input.category),
        Some("tags") if input.tags.is_some() => edit.tags.clone_from(&input.tags),
        Some("interval") if input.check_interval.is_some() => {
            edit.check_interval = input.check_interval;
        }
        Some("category") => fields.push("category", "must be sent, null for none"),
        Some("tags") => fields.push("tags", "must be sent"),
        Some("interval") => fields.push("check_interval", "must be sent"),
        _ => fields.push(
            "action",
            "must be pause, resume, category, tags, interval or delete",
        ),
    }
    Plan::Edit(Box::new(edit))
}

fn filter(input: &BulkInput, fields: &mut Fields) -> Filter {
    let text = |text: &Option<String>| filled(text.as_deref()).map(str::to_owned);
    match (&input.ids, &input.filter) {
        (Some(ids), None) => {
            if ids.len() > MOST {
                fields.push("ids", format!("must be at most {MOST}"));
            }
            Filter {
                ids: Some(ids.iter().copied().map(ServiceId).collect()),
                ..Filter::default()
            }
        }
        (None, Some(filter)) => {
            let status = filter.status.as_deref();
            let word = query::word(fields, "filter", status, &STATUS_WORDS);
            Filter {
                q: text(&filter.q),
                category: text(&filter.category),
                status: word.map(str::to_owned),
                monitor_type: text(&filter.monitor_type),
                ids: None,
            }
        }
        _ => {
            fields.push("ids", "either ids or filter must be sent");
            Filter::default()
        }
    }
}

fn sentence(fields: &Fields) -> String {
    let reasons = fields.0.iter();
    let parts: Vec<String> = reasons
        .map(|(field, reasons)| format!("{field} {}", reasons.join(", ")))
        .collect();
    parts.join("; ")
}

impl Plan {
    fn word(&self) -> String {
        match self {
            Self::Act(action) => format!("{action:?}").to_lowercase(),
            Self::Edit(edit) => json!({
                "category": edit.category.clone().or(None), "tags": edit.tags,
                "check_interval": edit.check_interval.map(|s| Duration::from_secs(s.unsigned_abs()).as_secs()),
            })
            .to_string(),
        }
    }
}
