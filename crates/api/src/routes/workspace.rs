//! `/api/workspace`: what it is called, and what it may hold.

use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use db::{audit, rollups::HOURS_KEPT, workers, workspaces};
use domain::fields::Fields;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    auth::{Member, Owner, Viewer},
    input::{Strict, input},
    manners::client::Client,
    problem::{Problem, ProblemBody},
    state::AppState,
};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(show_workspace, update_workspace))
}

/// The workspace that one is in.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Workspace)]
struct WorkspaceView {
    id: Uuid,
    name: String,
    /// `viewer`, `editor` or `owner`
    #[schema(value_type = crate::view::words::Role)]
    role: &'static str,
    /// A person's own
    personal: bool,
    created_at: DateTime<Utc>,
    limits: LimitsView,
    retention: RetentionView,
}

/// What the installation allows.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Limits)]
struct LimitsView {
    /// Null for no limit
    services: Option<u32>,
    /// Seconds
    min_check_interval: u64,
    /// Seconds
    max_check_interval: u64,
}

/// How long results are kept.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Retention)]
struct RetentionView {
    /// Single checks, by the settings of the newest worker; fewer where their size is limited too. Null while no worker
    /// has run for a day
    checks_days: Option<u64>,
    /// Hourly sums. Daily sums stay for ever
    hours_days: i64,
}

/// What can be changed.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
struct WorkspaceInput {
    /// 1–200 characters
    name: Option<String>,
}

input!(WorkspaceInput { name });

/// The workspace that one is in.
#[utoipa::path(get, path = "/api/workspace", tag = "workspace", responses(
    (status = 200, description = "The workspace", body = WorkspaceView),
    (status = 401, description = "Not signed in", body = ProblemBody),
))]
async fn show_workspace(
    member: Member<Viewer>,
    State(state): State<AppState>,
) -> Result<Json<WorkspaceView>, Problem> {
    view(&state, &member).await.map(Json)
}

/// Gives the workspace another name.
#[utoipa::path(put, path = "/api/workspace", tag = "workspace", request_body = WorkspaceInput, responses(
    (status = 200, description = "The changed workspace", body = WorkspaceView),
    (status = 401, description = "Not signed in", body = ProblemBody),
    (status = 403, description = "Your role may not", body = ProblemBody),
    (status = 422, description = "Every wrong field", body = ProblemBody),
))]
async fn update_workspace(
    member: Member<Owner>,
    State(state): State<AppState>,
    client: Client,
    Strict(input): Strict<WorkspaceInput>,
) -> Result<Json<WorkspaceView>, Problem> {
    if let Some(name) = input.name {
        let name = check(&name)?;
        let now = state.clock.now();
        let mut tx = state.db.begin().await?;
        workspaces::rename(&mut tx, member.workspace(), &name).await?;
        let entry = audit::Entry {
            workspace: Some(member.workspace()),
            user: Some(member.user().id),
            action: "workspace.renamed",
            subject: member.workspace().to_string(),
            detail: json!({ "name": name }),
            address: client.address.to_string(),
        };
        audit::insert(&mut tx, &entry, now).await?;
        tx.commit().await.map_err(db::Error::from)?;
    }
    view(&state, &member).await.map(Json)
}

fn check(name: &str) -> Result<String, Fields> {
    let name = name.trim();
    let mut fields = Fields::default();
    if !(1..=200).contains(&name.chars().count()) {
        fields.push("name", "must be 1 to 200 characters long");
    }
    if name.chars().any(char::is_control) {
        fields.push("name", "must not contain control characters");
    }
    fields.finish(name.to_owned())
}

async fn view<R>(state: &AppState, member: &Member<R>) -> Result<WorkspaceView, Problem> {
    let mut conn = state.db.acquire().await?;
    let workspace = workspaces::find(&mut conn, member.workspace()).await?;
    let workspace = workspace.ok_or(Problem::NotFound)?;
    let workers = workers::list(&mut conn).await?;
    let newest = workers.last();
    let checks_days = newest.and_then(|worker| worker.figures.get("checks_days")?.as_u64());
    let limits = &state.site.limits;
    Ok(WorkspaceView {
        id: workspace.id.0,
        name: workspace.name,
        role: member.role().as_str(),
        personal: workspace.personal_of.is_some(),
        created_at: workspace.created_at,
        limits: LimitsView {
            services: limits.services_per_workspace,
            min_check_interval: limits.shortest_interval.as_secs(),
            max_check_interval: limits.longest_interval.as_secs(),
        },
        retention: RetentionView {
            checks_days,
            hours_days: HOURS_KEPT.num_days(),
        },
    })
}
