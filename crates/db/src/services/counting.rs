//! How many services a workspace has, by where they stand: the top of the dashboard.

use chrono::{DateTime, Utc};
use domain::{coverage::Spent, id::WorkspaceId};
use sqlx::{FromRow, PgConnection};

use crate::{Result, health::reading::Uptime};

/// Numbers of services.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromRow)]
pub struct Counts {
    pub total: i64,
    pub up: i64,
    pub degraded: i64,
    pub down: i64,
    pub unknown: i64,
    pub maintenance: i64,
    pub paused: i64,
    pub pending: i64,
    pub open_incidents: i64,
    /// When the newest look of any of them began.
    pub checked_at: Option<DateTime<Utc>>,
}

/// The services of a workspace by where they stand.
pub async fn by_status(conn: &mut PgConnection, workspace: WorkspaceId) -> Result<Counts> {
    let sql = "select count(*) as total,
            count(*) filter (where s.paused_at is null and h.verdict = 1) as up,
            count(*) filter (where s.paused_at is null and h.verdict = 2) as degraded,
            count(*) filter (where s.paused_at is null and h.verdict = 3) as down,
            count(*) filter (where s.paused_at is null and h.verdict = 4) as unknown,
            count(*) filter (where s.paused_at is null and h.verdict = 5) as maintenance,
            count(*) filter (where s.paused_at is not null) as paused,
            count(*) filter (where s.paused_at is null and h.verdict is null) as pending,
            count(h.incident_id) as open_incidents,
            max(h.last_started_at) filter (where s.paused_at is null) as checked_at
         from services s join service_health h on h.service_key = s.key where s.workspace_id = $1";
    Ok(sqlx::query_as(sql)
        .bind(workspace.0)
        .fetch_one(conn)
        .await?)
}

/// How many services a workspace has; the workspace's row is locked, so that two who add one count one after the other.
pub async fn total_locked(conn: &mut PgConnection, workspace: WorkspaceId) -> Result<i64> {
    sqlx::query("select from workspaces where id = $1 for no key update")
        .bind(workspace.0)
        .execute(&mut *conn)
        .await?;
    let sql = "select count(*) from services where workspace_id = $1";
    Ok(sqlx::query_scalar(sql)
        .bind(workspace.0)
        .fetch_one(conn)
        .await?)
}

/// Time by verdict of all services together in the last 24 hours.
pub async fn last_day(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    now: DateTime<Utc>,
) -> Result<Spent> {
    let sql = "select verdict, last_slot, last_stands_for_ms, open_hours, recent
               from service_health where workspace_id = $1";
    let rows: Vec<Uptime> = sqlx::query_as(sql)
        .bind(workspace.0)
        .fetch_all(conn)
        .await?;
    let mut sum = Spent::default();
    for row in &rows {
        sum += row.last_day(now);
    }
    Ok(sum)
}
