//! How services are put on the wire: with where their vendor pages stand, and with their tags.

use std::collections::HashMap;

use axum::{Json, http::header, response::IntoResponse};
use chrono::{DateTime, TimeDelta, Utc};
use db::{
    PgConnection, rollups,
    services::listing::{self, Listed},
    vendor_pages::{self, Freshness},
};
use domain::{
    coverage::Spent,
    id::{ServiceId, VendorPageId, WorkspaceId},
    uptime,
};

use crate::{
    problem::Problem,
    state::AppState,
    view::{
        day::Span,
        service::{Scene, ServiceView, UptimeView},
    },
};

/// Services as lists show them: one more query where any of them follows a vendor page, none otherwise.
pub(super) async fn views(
    state: &AppState,
    conn: &mut PgConnection,
    all: &[Listed],
) -> Result<Vec<ServiceView>, Problem> {
    let pages = pages(conn, all).await?;
    let scene = scene(state, &pages);
    Ok(all
        .iter()
        .map(|listed| ServiceView::new(listed, scene))
        .collect())
}

/// How fresh the vendor pages of these services are.
pub(super) async fn pages(
    conn: &mut PgConnection,
    all: &[Listed],
) -> Result<HashMap<VendorPageId, Freshness>, Problem> {
    let followed = all
        .iter()
        .filter_map(|listed| listed.stored.service.config.target.vendor());
    let mut ids: Vec<VendorPageId> = followed.map(|target| target.page).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    ids.sort_unstable_by_key(|id| id.0);
    ids.dedup();
    let found = vendor_pages::freshness(conn, &ids).await?;
    Ok(found.into_iter().map(|page| (page.id, page)).collect())
}

pub(super) fn scene<'a>(
    state: &'a AppState,
    pages: &'a HashMap<VendorPageId, Freshness>,
) -> Scene<'a> {
    Scene {
        base: &state.site.public_url,
        now: state.clock.now(),
        pages,
    }
}

/// One service as lists show it, and its revision.
pub(super) async fn view(
    state: &AppState,
    workspace: WorkspaceId,
    id: ServiceId,
) -> Result<ServiceView, Problem> {
    let mut conn = state.db.acquire().await?;
    let found = listing::find(&mut conn, workspace, id).await?;
    let listed = [found.ok_or(Problem::NotFound)?];
    let views = views(state, &mut conn, &listed).await?;
    views.into_iter().next().ok_or(Problem::NotFound)
}

/// The service and its `ETag`.
pub(super) fn tagged(view: ServiceView) -> impl IntoResponse + use<> {
    ([(header::ETAG, etag(view.revision))], Json(view))
}

pub(super) fn etag(revision: i32) -> String {
    format!("\"{revision}\"")
}

/// Uptime over several windows, from closed buckets and what is open.
pub(super) async fn uptimes(
    conn: &mut PgConnection,
    listed: &Listed,
    now: DateTime<Utc>,
) -> Result<UptimeView, Problem> {
    let service = &listed.stored.service;
    let glance = &listed.glance;
    let span = Span {
        created_at: service.created_at,
        now,
    };
    let (first_open, open) = glance.unclosed(now);
    let closed_until = DateTime::from_timestamp(first_open * 3600, 0).unwrap_or(now);
    let week_ago = now - TimeDelta::days(7);
    let hours = rollups::reading::hours(conn, service.key, week_ago, closed_until).await?;
    let mut week = open;
    for (_, tally) in &hours {
        week += tally.spent;
    }
    let mut month = Spent::default();
    for (_, spent) in glance.days(now, 30) {
        month += spent;
    }
    let today = now.date_naive();
    let before = today - TimeDelta::days(29);
    let older =
        rollups::reading::days(conn, service.key, today - TimeDelta::days(89), before).await?;
    let mut quarter = month;
    for (_, tally) in &older {
        quarter += tally.spent;
    }
    let day = glance.last_day(now);
    let window = |days| span.ms(now - TimeDelta::days(days), now);
    Ok(UptimeView {
        uptime_24h: uptime::uptime(&day),
        uptime_7d: uptime::uptime(&week),
        uptime_30d: uptime::uptime(&month),
        uptime_90d: uptime::uptime(&quarter),
        coverage_24h: uptime::coverage(&day, window(1)),
        coverage_7d: uptime::coverage(&week, window(7)),
        coverage_30d: uptime::coverage(&month, window(30)),
        coverage_90d: uptime::coverage(&quarter, window(90)),
    })
}
