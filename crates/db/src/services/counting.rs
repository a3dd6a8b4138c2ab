//! How many services a workspace has, by where they stand: the top of the dashboard and the heads of its groups.

use chrono::{DateTime, Utc};
use domain::{coverage::Spent, id::WorkspaceId, verdict::Verdict};
use sqlx::{FromRow, PgConnection, QueryBuilder};

use super::listing::{self, Filter};
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
}

impl Counts {
    /// Whether any stands worse than up.
    pub fn has_trouble(&self) -> bool {
        self.down + self.degraded + self.unknown + self.maintenance > 0
    }
}

/// Columns of `Counts`, from `services` as `s`: its index `services_standing` answers them alone.
macro_rules! counts {
    () => {
        "count(*) as total,
         count(*) filter (where s.standing = 4) as up, count(*) filter (where s.standing = 1) as degraded,
         count(*) filter (where s.standing = 0) as down, count(*) filter (where s.standing = 2) as unknown,
         count(*) filter (where s.standing = 3) as maintenance, count(*) filter (where s.standing = 6) as paused,
         count(*) filter (where s.standing = 5) as pending"
    };
}

/// A workspace in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromRow)]
pub struct Overview {
    /// Services by where they stand.
    #[sqlx(flatten)]
    pub counts: Counts,
    pub open_incidents: i64,
}

/// The services of a workspace by where they stand, and how many incidents are open.
pub async fn overview(conn: &mut PgConnection, workspace: WorkspaceId) -> Result<Overview> {
    let sql = concat!(
        "select ",
        counts!(),
        ", (select count(*) from incidents i where i.workspace_id = $1 and i.resolved_at is null) as open_incidents
         from services s where s.workspace_id = $1"
    );
    Ok(sqlx::query_as(sql)
        .bind(workspace.0)
        .fetch_one(conn)
        .await?)
}

/// The services that stand worst, if any stands worse than up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worst {
    pub verdict: Verdict,
    /// Since when the first of them does: an outage since its incident began.
    pub since: DateTime<Utc>,
    /// None where there are several.
    pub name: Option<String>,
}

/// Reads one row of every service that stands worst.
pub async fn worst(conn: &mut PgConnection, workspace: WorkspaceId) -> Result<Option<Worst>> {
    let sql = "select s.standing, case when count(*) = 1 then min(s.name) end,
                      min(case when s.standing in (0, 1) then coalesce(h.incident_started_at, h.since) else h.since end)
               from services s join service_health h on h.service_key = s.key
               where s.workspace_id = $1
                 and s.standing = (select min(standing) from services where workspace_id = $1 and standing <= 3)
               group by s.standing";
    let found: Option<(i16, Option<String>, DateTime<Utc>)> = sqlx::query_as(sql)
        .bind(workspace.0)
        .fetch_optional(conn)
        .await?;
    Ok(found.and_then(|(standing, name, since)| {
        let verdict = *TROUBLES.get(usize::try_from(standing).ok()?)?;
        Some(Worst {
            verdict,
            since,
            name,
        })
    }))
}

/// What is worse than up, by the number of its `Standing`.
const TROUBLES: [Verdict; 4] = [
    Verdict::Down,
    Verdict::Degraded,
    Verdict::Unknown,
    Verdict::Maintenance,
];

/// The services of one category by where they stand.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Group {
    /// None for services without one.
    pub category: Option<String>,
    #[sqlx(flatten)]
    pub counts: Counts,
}

/// The categories of what the filter matches, by name; services without one last.
pub async fn groups(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    filter: &Filter,
) -> Result<Vec<Group>> {
    let mut query = QueryBuilder::new(concat!(
        "select s.category, ",
        counts!(),
        " from services s where s.workspace_id = "
    ));
    query.push_bind(workspace.0);
    listing::narrow(&mut query, filter);
    query.push(" group by s.category order by lower(s.category) collate \"C\" nulls last, s.category collate \"C\"");
    Ok(query.build_query_as().fetch_all(conn).await?)
}

/// How often each tag is used, most used first, at most `limit` of them.
pub async fn tags(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    limit: u16,
) -> Result<Vec<(String, i64)>> {
    let sql =
        "select tag, count(*) from services s, unnest(s.tags) as tag where s.workspace_id = $1
               group by tag order by count(*) desc, tag collate \"C\" limit $2";
    Ok(sqlx::query_as(sql)
        .bind(workspace.0)
        .bind(i64::from(limit))
        .fetch_all(conn)
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

/// What takes a look at every service's health.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pulse {
    /// Time by verdict of all services together in the last 24 hours.
    pub last_day: Spent,
    /// When the newest look of any service that is not paused began.
    pub checked_at: Option<DateTime<Utc>>,
    /// The shortest interval of those, in seconds.
    pub shortest_interval_s: Option<i32>,
}

#[derive(FromRow)]
struct PulseRow {
    #[sqlx(flatten)]
    uptime: Uptime,
    last_started_at: Option<DateTime<Utc>>,
    check_interval_s: i32,
    watched: bool,
}

/// Reads one row of every service: some milliseconds for thousands, so not to be asked with every request.
pub async fn pulse(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    now: DateTime<Utc>,
) -> Result<Pulse> {
    let sql = "select h.verdict, h.last_slot, h.last_stands_for_ms, h.open_hours, h.recent,
                      h.last_started_at, s.check_interval_s, s.paused_at is null as watched
               from services s join service_health h on h.service_key = s.key where s.workspace_id = $1";
    let rows: Vec<PulseRow> = sqlx::query_as(sql)
        .bind(workspace.0)
        .fetch_all(conn)
        .await?;
    let mut pulse = Pulse::default();
    for row in &rows {
        pulse.last_day += row.uptime.last_day(now);
    }
    let watched = || rows.iter().filter(|row| row.watched);
    pulse.checked_at = watched().filter_map(|row| row.last_started_at).max();
    pulse.shortest_interval_s = watched().map(|row| row.check_interval_s).min();
    Ok(pulse)
}
