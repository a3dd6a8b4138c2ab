//! The same change to many services.

use std::collections::BTreeMap;

use axum::{Json, extract::State};
use db::{
    Tx, audit,
    services::{
        self, Stored,
        listing::{self, Filter},
    },
};
use domain::{fields::Fields, id::ServiceId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    change::{self, Actor, Done, Locked},
    filter::FilterQuery,
};
use crate::{
    input::{Patch, Strict, input},
    problem::{Problem, ProblemBody},
    state::AppState,
};

mod plan;

use plan::{Plan, Step};

/// So many services are changed in one transaction, so that no recorder waits long for their locks.
const CHUNK: usize = 100;
/// So many are read at once for a preview, which locks nothing.
const PREVIEW_CHUNK: usize = 1_000;
/// Most ids that may be named.
const MOST: usize = 5_000;
/// So many services are shown as examples.
const EXAMPLES: usize = 8;
/// So many services get a sentence of their own on why they are left out.
const SENTENCES: usize = 100;

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
    /// For `tags`: adds these to what each service has
    add_tags: Option<Vec<String>>,
    /// For `tags`: takes these from what each service has
    remove_tags: Option<Vec<String>>,
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
    add_tags,
    remove_tags,
    check_interval,
    dry_run,
});

/// Which services.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct BulkFilter {
    /// Part of name, address or tag
    q: Option<String>,
    category: Option<String>,
    /// True: services without a category only
    uncategorised: Option<bool>,
    /// up, degraded, down, unknown, maintenance, paused or pending; or several of them with commas between
    status: Option<String>,
    monitor_type: Option<String>,
    /// This tag only
    tag: Option<String>,
}

/// What would change, or did.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
#[schema(as = BulkResult)]
struct BulkView {
    dry_run: bool,
    /// Services that were meant and are there
    matched: usize,
    /// Services that would change, or did
    changed: Vec<Uuid>,
    /// Why others did not, by id, of at most 100; `refused` names all of them
    errors: BTreeMap<Uuid, String>,
    /// Why others did not, each reason with its services
    refused: Vec<BulkRefused>,
    /// The first few that would change, or did
    examples: Vec<BulkExample>,
    /// What they were before, each value with its services; enough to take the change back. Empty in a dry run
    before: Vec<BulkBefore>,
}

/// One service and what becomes of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct BulkExample {
    id: Uuid,
    name: String,
    /// Of what the action changes: a category, tags, seconds, or a word
    #[schema(value_type = Value)]
    before: Value,
    #[schema(value_type = Value)]
    after: Value,
}

/// Services that were the same before.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct BulkBefore {
    #[schema(value_type = Value)]
    value: Value,
    ids: Vec<Uuid>,
}

/// Services for which the change is wrong in the same way.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct BulkRefused {
    /// What is wrong with which field
    #[schema(value_type = BTreeMap<String, Vec<String>>)]
    errors: Fields,
    ids: Vec<Uuid>,
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
    let plan = Plan::read(&input, &mut fields);
    let filter = filter(&input, &mut fields);
    fields.finish(())?;
    let mut conn = state.db.acquire().await?;
    let ids = listing::ids(&mut conn, actor.workspace, &filter).await?;
    let mut view = BulkView {
        dry_run: input.dry_run.unwrap_or(false),
        matched: ids.len(),
        ..BulkView::default()
    };
    if view.dry_run {
        for chunk in ids.chunks(PREVIEW_CHUNK) {
            for stored in services::find_many(&mut conn, actor.workspace, chunk).await? {
                view.note(&stored, plan.step(&state, &stored));
            }
        }
        return Ok(Json(view));
    }
    drop(conn);
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
    // One that was deleted meanwhile is no fault.
    for locked in change::lock_many(&mut tx, actor.workspace, ids).await? {
        let step = plan.step(state, &locked.stored);
        if let Some(step) = view.note(&locked.stored, step) {
            all.extend(take(state, &mut tx, &locked, step).await?);
        }
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

async fn take(
    state: &AppState,
    tx: &mut Tx,
    locked: &Locked,
    step: Step,
) -> Result<Option<Done>, Problem> {
    match step {
        Step::Act { action, .. } => change::act(tx, locked, action).await,
        Step::Edit { config, .. } => change::replace(state, tx, locked, *config).await.map(Some),
    }
}

fn filter(input: &BulkInput, fields: &mut Fields) -> Filter {
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
            let mut wrong = Fields::default();
            let filter = filter.as_query().read(&mut wrong);
            for reason in wrong.0.into_values().flatten() {
                fields.push("filter", reason);
            }
            filter
        }
        _ => {
            fields.push("ids", "either ids or filter must be sent");
            Filter::default()
        }
    }
}

impl BulkFilter {
    fn as_query(&self) -> FilterQuery {
        FilterQuery {
            q: self.q.clone(),
            category: self.category.clone(),
            uncategorised: self.uncategorised.map(|flag| flag.to_string()),
            status: self.status.clone(),
            monitor_type: self.monitor_type.clone(),
            tag: self.tag.clone(),
        }
    }
}

impl BulkView {
    /// Takes down what becomes of a service, and hands on what is to be done.
    fn note(&mut self, stored: &Stored, step: Result<Option<Step>, Fields>) -> Option<Step> {
        let service = &stored.service;
        let step = match step {
            Ok(step) => step?,
            Err(fields) => {
                self.refuse(service.id.0, fields);
                return None;
            }
        };
        let (before, after) = step.values();
        self.changed.push(service.id.0);
        if !self.dry_run {
            match self.before.iter_mut().find(|group| &group.value == before) {
                Some(group) => group.ids.push(service.id.0),
                None => self.before.push(BulkBefore {
                    value: before.clone(),
                    ids: vec![service.id.0],
                }),
            }
        }
        if self.examples.len() < EXAMPLES {
            self.examples.push(BulkExample {
                id: service.id.0,
                name: service.config.name.clone(),
                before: before.clone(),
                after: after.clone(),
            });
        }
        Some(step)
    }

    fn refuse(&mut self, id: Uuid, fields: Fields) {
        if self.errors.len() < SENTENCES {
            self.errors.insert(id, sentence(&fields));
        }
        match self.refused.iter_mut().find(|group| group.errors == fields) {
            Some(group) => group.ids.push(id),
            None => self.refused.push(BulkRefused {
                errors: fields,
                ids: vec![id],
            }),
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
