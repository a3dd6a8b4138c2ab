//! How services are put on the wire: with where their vendor pages stand, and with their tags.

use std::{collections::HashMap, sync::Arc};

use axum::{Json, http::header, response::IntoResponse};
use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use db::{
    PgConnection,
    rollups::reading,
    services::listing::{self, Listed, Place},
    vendor_pages::{self, Freshness},
};
use domain::{
    coverage::Spent,
    id::{ServiceId, ServiceKey, VendorPageId, WorkspaceId},
    uptime,
};
use serde_json::value::{RawValue, to_raw_value};

use crate::{
    problem::Problem,
    state::AppState,
    view::{
        day::Span,
        service::{Scene, ServiceView, UptimeView},
    },
};

/// The services of a page as lists show them, in its order, without those that went meanwhile.
pub(super) async fn rows(
    state: &AppState,
    conn: &mut PgConnection,
    places: &[Place],
) -> Result<Vec<Arc<RawValue>>, Problem> {
    let now = state.clock.now();
    let known = places.iter().map(|place| state.rows.find(place, now));
    let mut rows: Vec<Option<Arc<RawValue>>> = known.collect();
    let missing = places.iter().zip(&rows).filter(|(_, row)| row.is_none());
    let missing: Vec<ServiceKey> = missing.map(|(place, _)| place.key).collect();
    if !missing.is_empty() {
        let mut made = make(state, conn, &missing).await?;
        for (place, row) in places.iter().zip(&mut rows) {
            if row.is_none() {
                *row = made.remove(&place.key);
            }
        }
    }
    Ok(rows.into_iter().flatten().collect())
}

async fn make(
    state: &AppState,
    conn: &mut PgConnection,
    keys: &[ServiceKey],
) -> Result<HashMap<ServiceKey, Arc<RawValue>>, Problem> {
    let read = listing::read(conn, keys).await?;
    let pages = pages(conn, read.iter().map(|(_, listed)| listed)).await?;
    let scene = scene(state, &pages);
    let mut made = HashMap::with_capacity(read.len());
    for (place, listed) in &read {
        let json = to_raw_value(&ServiceView::new(listed, scene)).map_err(anyhow::Error::from)?;
        let json: Arc<RawValue> = json.into();
        // How old the reading of a vendor's page is stands in the page's own row, whose version nobody compares.
        if listed.stored.service.config.target.vendor().is_none() {
            state.rows.keep(place, scene.now, json.clone());
        }
        made.insert(place.key, json);
    }
    Ok(made)
}

/// How fresh the vendor pages of these services are; no query where they follow none.
pub(super) async fn pages(
    conn: &mut PgConnection,
    all: impl IntoIterator<Item = &Listed>,
) -> Result<HashMap<VendorPageId, Freshness>, Problem> {
    let followed = all
        .into_iter()
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
    let listed = found.ok_or(Problem::NotFound)?;
    let pages = pages(&mut conn, [&listed]).await?;
    Ok(ServiceView::new(&listed, scene(state, &pages)))
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
    let key = service.key;
    let today = now.date_naive();
    let spent_on = |n: usize| {
        let mut sum = Spent::default();
        for (_, spent) in glance.days(now, n) {
            sum += spent;
        }
        sum
    };
    // The week begins within a day, of which its hours count.
    let whole_days = (today - TimeDelta::days(6))
        .and_time(NaiveTime::MIN)
        .and_utc();
    let week_before = (now - TimeDelta::days(7))..whole_days;
    let quarter_before = (today - TimeDelta::days(89))..(today - TimeDelta::days(29));
    let (of_week, of_quarter) = reading::spent(conn, key, week_before, quarter_before).await?;
    let (mut week, month) = (spent_on(7), spent_on(30));
    let mut quarter = month;
    week += of_week;
    quarter += of_quarter;
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
