//! `/api/services/maintenances`: planned work of vendors that concerns the services of a workspace.

use axum::{Json, extract::State};
use db::services::upcoming::{self, Upcoming};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    auth::{Member, Viewer},
    problem::{Problem, ProblemBody},
    state::AppState,
    view::vendor::VendorMaintenanceView,
};

/// Most of one answer.
const MOST: u16 = 50;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list_maintenances))
}

/// Maintenance of a vendor's, under way or to come.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Maintenance)]
struct MaintenanceView {
    #[serde(flatten)]
    maintenance: VendorMaintenanceView,
    /// As the vendor's page calls itself
    page_name: String,
    /// How many services it concerns
    services: i64,
    /// One of them
    service_id: Uuid,
    service_name: String,
}

/// Planned work of vendors that concerns services which are not paused, by its beginning, at most 50.
#[utoipa::path(get, path = "/api/services/maintenances", tag = "services", responses(
    (status = 200, description = "Under way or to come", body = [MaintenanceView]),
    (status = 401, description = "Not signed in", body = ProblemBody),
))]
async fn list_maintenances(
    member: Member<Viewer>,
    State(state): State<AppState>,
) -> Result<Json<Vec<MaintenanceView>>, Problem> {
    let mut conn = state.db.acquire().await?;
    let all = upcoming::maintenances(&mut conn, member.workspace(), MOST).await?;
    Ok(Json(all.iter().map(MaintenanceView::from).collect()))
}

impl From<&Upcoming> for MaintenanceView {
    fn from(upcoming: &Upcoming) -> Self {
        let (id, name) = &upcoming.first;
        Self {
            maintenance: (&upcoming.maintenance).into(),
            page_name: upcoming.page.clone(),
            services: upcoming.services,
            service_id: id.0,
            service_name: name.clone(),
        }
    }
}
