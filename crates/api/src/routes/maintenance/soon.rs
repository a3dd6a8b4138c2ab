//! `/api/maintenance/soon`: what a dashboard shows of the windows, in an answer that grows with nothing.

use axum::extract::State;
use chrono::{DateTime, TimeDelta, Utc};
use db::{
    maintenance_windows::{self, Counted},
    services,
};
use domain::maintenance::{Covers, Span};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    auth::{Member, Viewer},
    problem::{Problem, ProblemBody},
    state::AppState,
    view::page::Paged,
};

/// What begins within this time is soon.
const SOON: TimeDelta = TimeDelta::days(1);
/// Most windows of one answer.
const MOST: usize = 20;
/// Most categories that are named of one window.
const MOST_CATEGORIES: usize = 3;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list_soon))
}

/// A window that is under way or begins soon, in short.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = SoonWindow)]
struct SoonView {
    id: Uuid,
    title: String,
    /// Of the occurrence that is under way or comes next
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    /// The first three; null together with `services` for all services
    categories: Option<Vec<String>>,
    /// How many categories there are beside those
    more_categories: usize,
    /// How many single services it covers
    services: Option<i32>,
}

/// Windows that are under way or begin within a day, what begins first on top, at most 20.
#[utoipa::path(get, path = "/api/maintenance/soon", tag = "maintenance", responses(
    (status = 200, description = "Windows; `X-Total-Count` tells how many there are", body = [SoonView]),
    (status = 401, description = "Not signed in", body = ProblemBody),
))]
async fn list_soon(
    member: Member<Viewer>,
    State(state): State<AppState>,
) -> Result<Paged<SoonView>, Problem> {
    let mut conn = state.db.acquire().await?;
    let now = services::now(&mut conn).await?;
    let all = maintenance_windows::list_counted(&mut conn, member.workspace()).await?;
    drop(conn);
    let soon = |one: Counted| {
        let span = one.window.current_or_next(now)?;
        (span.from < now + SOON).then(|| SoonView::new(one, span))
    };
    let mut items: Vec<SoonView> = all.into_iter().filter_map(soon).collect();
    items.sort_by_key(|one| one.from);
    let total = i64::try_from(items.len()).ok();
    items.truncate(MOST);
    Ok(Paged {
        items,
        total,
        next: None,
    })
}

impl SoonView {
    fn new(Counted { window, services }: Counted, span: Span) -> Self {
        let mut categories = match window.covers {
            Covers::Categories(names) => Some(names),
            Covers::All | Covers::Services(_) => None,
        };
        let all = categories.as_ref().map_or(0, Vec::len);
        if let Some(names) = &mut categories {
            names.truncate(MOST_CATEGORIES);
        }
        Self {
            id: window.id.0,
            title: window.title,
            from: span.from,
            until: span.until,
            categories,
            more_categories: all.saturating_sub(MOST_CATEGORIES),
            services,
        }
    }
}
