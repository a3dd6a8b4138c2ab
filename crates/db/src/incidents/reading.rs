//! Incidents of a workspace, newest first, and one with its timeline and evidence.

use chrono::{DateTime, Utc};
use domain::{
    failure::Failure,
    id::{IncidentId, ServiceId, ServiceKey, WorkspaceId},
    incident::{IncidentEvent, KeptLook, Severity},
};
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;

use crate::{Error, Result, columns::Readable};

/// An incident as lists show it.
#[derive(Clone, Debug, PartialEq)]
pub struct Incident {
    pub id: IncidentId,
    pub service: ServiceId,
    pub service_key: ServiceKey,
    pub service_name: String,
    /// The first failing look.
    pub started_at: DateTime<Utc>,
    pub opened_at: DateTime<Utc>,
    pub resolved_at: Option<DateTime<Utc>>,
    /// Why it is over (`domain::incident::Resolution`).
    pub resolution: Option<String>,
    pub severity: Severity,
    pub worst: Severity,
    pub cause: Option<Failure>,
    pub checks_failed: i32,
    /// The first thing that the service depends on and that was seen failing (`IncidentEvent::DependencyFailing`).
    pub dependency: Option<IncidentEvent>,
}

/// What is kept beside an incident.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evidence {
    pub first_failed: Option<KeptLook>,
    pub last_good: Option<KeptLook>,
}

/// Which incidents.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    pub service: Option<ServiceId>,
    /// As bad as this at its worst.
    pub worst: Option<Severity>,
    /// Open ones, or ended ones.
    pub open: Option<bool>,
    /// That began then or later.
    pub since: Option<DateTime<Utc>>,
    /// That began before.
    pub until: Option<DateTime<Utc>>,
    /// After this one in the order of the list.
    pub after: Option<(DateTime<Utc>, IncidentId)>,
    pub offset: i64,
    pub limit: i64,
}

impl Wanted {
    /// Whether an index leads to the page, and the page is small.
    pub fn reads_little(&self) -> bool {
        self.offset == 0 && self.limit <= 101 && self.worst.is_none() && self.open != Some(false)
    }
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    service_id: Uuid,
    service_key: i32,
    service_name: String,
    started_at: DateTime<Utc>,
    opened_at: DateTime<Utc>,
    resolved_at: Option<DateTime<Utc>>,
    resolution: Option<String>,
    severity: i16,
    worst: i16,
    cause: Option<Readable<Failure>>,
    checks_failed: i32,
    dependency: Option<Readable<IncidentEvent>>,
    /// How many there are of the kind that was asked for.
    #[sqlx(default)]
    total: Option<i64>,
}

macro_rules! columns {
    () => {
        "i.id, s.id as service_id, i.service_key, s.name as service_name, i.started_at, i.opened_at, i.resolved_at,
         i.resolution, i.severity, i.worst, i.cause, i.checks_failed,
         (select e.event from incident_events e
          where e.incident_id = i.id and e.event ->> 'kind' = 'dependency_failing'
          order by e.at, e.id limit 1) as dependency
         from incidents i join services s on s.key = i.service_key"
    };
}

/// Incidents of a workspace, the newest first, and how many there are of that kind, whatever the page.
pub async fn list(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    wanted: &Wanted,
) -> Result<(Vec<Incident>, i64)> {
    let mut query = page(workspace, wanted);
    // Each offset and limit is a statement of its own, of which a connection keeps only so many.
    let query = query.build_query_as().persistent(wanted.reads_little());
    let rows: Vec<Row> = query.fetch_all(&mut *conn).await?;
    let total = match rows.first() {
        Some(row) => row.total.unwrap_or_default(),
        None if wanted.offset == 0 && wanted.after.is_none() => 0,
        None => count(conn, workspace, wanted).await?,
    };
    let incidents: Result<_> = rows.into_iter().map(Incident::try_from).collect();
    Ok((incidents?, total))
}

/// The numbers of a page stand in the statement: with them as parameters Postgres plans it anew each time.
fn page(workspace: WorkspaceId, wanted: &Wanted) -> QueryBuilder<Postgres> {
    let mut query = QueryBuilder::new("select (select count(*) from incidents i");
    narrow(&mut query, workspace, wanted);
    query.push(concat!(") as total, ", columns!()));
    narrow(&mut query, workspace, wanted);
    if let Some((at, id)) = wanted.after {
        query.push(" and (i.started_at, i.id) < (").push_bind(at);
        query.push(", ").push_bind(id.0).push(")");
    }
    query.push(" order by i.started_at desc, i.id desc limit ");
    query.push(wanted.limit);
    if wanted.offset > 0 {
        query.push(" offset ").push(wanted.offset);
    }
    query
}

/// How many incidents there are of that kind, whatever the page.
pub async fn count(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    wanted: &Wanted,
) -> Result<i64> {
    let mut query = QueryBuilder::new("select count(*) from incidents i");
    narrow(&mut query, workspace, wanted);
    Ok(query.build_query_scalar().fetch_one(conn).await?)
}

/// Only what is asked for is said: a plan that has to fit any wish reads and sorts all incidents of the workspace.
fn narrow(query: &mut QueryBuilder<Postgres>, workspace: WorkspaceId, wanted: &Wanted) {
    query
        .push(" where i.workspace_id = ")
        .push_bind(workspace.0);
    if let Some(service) = wanted.service {
        query.push(" and i.service_key = (select key from services where id = ");
        query.push_bind(service.0).push(")");
    }
    if let Some(worst) = wanted.worst {
        query.push(" and i.worst = ").push_bind(worst.number());
    }
    match wanted.open {
        Some(true) => _ = query.push(" and i.resolved_at is null"),
        Some(false) => _ = query.push(" and i.resolved_at is not null"),
        None => {}
    }
    if let Some(since) = wanted.since {
        query.push(" and i.started_at >= ").push_bind(since);
    }
    if let Some(until) = wanted.until {
        query.push(" and i.started_at < ").push_bind(until);
    }
}

pub async fn find(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    id: IncidentId,
) -> Result<Option<Incident>> {
    let row: Option<Row> = sqlx::query_as(concat!(
        "select ",
        columns!(),
        " where i.workspace_id = $1 and i.id = $2"
    ))
    .bind(workspace.0)
    .bind(id.0)
    .fetch_optional(conn)
    .await?;
    row.map(Incident::try_from).transpose()
}

/// What happened in an incident, oldest first. Events that a newer version wrote are left out.
pub async fn timeline(
    conn: &mut PgConnection,
    id: IncidentId,
) -> Result<Vec<(DateTime<Utc>, IncidentEvent)>> {
    let rows: Vec<(DateTime<Utc>, Readable<_>)> = sqlx::query_as(
        "select at, event from incident_events where incident_id = $1 order by at, id",
    )
    .bind(id.0)
    .fetch_all(conn)
    .await?;
    let read = |(at, event): (_, Readable<_>)| Some((at, event.0?));
    Ok(rows.into_iter().filter_map(read).collect())
}

/// The looks that were kept whole.
pub async fn evidence(conn: &mut PgConnection, id: IncidentId) -> Result<Evidence> {
    let row: Option<(Option<Readable<_>>, Option<Readable<_>>)> =
        sqlx::query_as("select first_failed, last_good from incidents where id = $1")
            .bind(id.0)
            .fetch_optional(conn)
            .await?;
    let (first_failed, last_good) = row.unwrap_or_default();
    Ok(Evidence {
        first_failed: first_failed.and_then(|look| look.0),
        last_good: last_good.and_then(|look| look.0),
    })
}

impl TryFrom<Row> for Incident {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let severity = |number| {
            Severity::from_number(number).ok_or_else(|| Error::Corrupt {
                table: "incidents",
                reason: format!("incident {}: {number} is no severity", row.id),
            })
        };
        Ok(Self {
            severity: severity(row.severity)?,
            worst: severity(row.worst)?,
            id: IncidentId(row.id),
            service: ServiceId(row.service_id),
            service_key: ServiceKey(row.service_key),
            service_name: row.service_name,
            started_at: row.started_at,
            opened_at: row.opened_at,
            resolved_at: row.resolved_at,
            resolution: row.resolution,
            // A failure that a newer version wrote is shown without its cause.
            cause: row.cause.and_then(|cause| cause.0),
            checks_failed: row.checks_failed,
            dependency: row.dependency.and_then(|event| event.0),
        })
    }
}

#[cfg(test)]
mod tests {
    use sqlx::{AssertSqlSafe, PgPool, SqlSafeStr as _};

    use super::*;

    const WANTED: Wanted = Wanted {
        service: None,
        worst: None,
        open: None,
        since: None,
        until: None,
        after: None,
        offset: 0,
        limit: 101,
    };

    /// A workspace of fifty services with fifty incidents each, and another one like it.
    async fn many(pool: &PgPool) -> sqlx::Result<WorkspaceId> {
        for statement in [
            "insert into workspaces (id, name) select gen_random_uuid(), 'Shop' from generate_series(1, 2)",
            "insert into services (id, workspace_id, name, monitor_type, url, target, check_interval_s, shard)
             select gen_random_uuid(), w.id, 'One', 'http_ping', 'http://127.0.0.1', '{}', 60, n
             from workspaces w, generate_series(1, 50) n",
            "insert into incidents (id, service_key, workspace_id, started_at, opened_at, resolved_at, resolution, severity, worst)
             select gen_random_uuid(), key, workspace_id, at, at, at, 'recovered', 2, 2
             from services, generate_series(1, 50) n, lateral (select now() - n * interval '1 day' - key * interval '1 s' as at) as of",
            "insert into incident_events (incident_id, at, event) select id, opened_at, '{\"kind\": \"opened\"}' from incidents",
            "analyze",
        ] {
            sqlx::query(statement).execute(pool).await?;
        }
        let workspace = sqlx::query_scalar("select min(id::text)::uuid from workspaces");
        Ok(WorkspaceId(workspace.fetch_one(pool).await?))
    }

    #[sqlx::test(migrator = "crate::MIGRATOR")]
    async fn a_page_knows_how_many_there_are_beyond_the_last_one_too(pool: PgPool) -> Result<()> {
        let workspace = many(&pool).await?;
        let mut conn = pool.acquire().await?;
        let mut seen = Vec::new();
        for (offset, length) in [(0, 101), (101, 101), (2_450, 50), (2_500, 0)] {
            let wanted = Wanted { offset, ..WANTED };
            let (page, total) = list(&mut conn, workspace, &wanted).await?;
            assert_eq!((page.len(), total), (length, 2_500), "from {offset} on");
            seen.extend(
                page.iter()
                    .map(|incident| (incident.started_at, incident.id)),
            );
        }
        assert!(seen.is_sorted_by(|a, b| a > b), "newest first, none twice");
        let last = Wanted {
            after: seen.last().copied(),
            ..WANTED
        };
        assert_eq!(
            list(&mut conn, workspace, &last).await?,
            (Vec::new(), 2_500)
        );
        let none = WorkspaceId(Uuid::nil());
        assert_eq!(list(&mut conn, none, &WANTED).await?, (Vec::new(), 0));
        Ok(())
    }

    #[sqlx::test(migrator = "crate::MIGRATOR")]
    async fn a_page_is_planned_once_and_reads_no_more_than_it_shows(pool: PgPool) -> Result<()> {
        let workspace = many(&pool).await?;
        let mut conn = pool.acquire().await?;
        for _ in 0..9 {
            list(&mut conn, workspace, &WANTED).await?;
        }
        let planned: (i64, i64) = sqlx::query_as(
            "select custom_plans, generic_plans from pg_prepared_statements where statement like $1",
        )
        .bind("%from incidents i join%")
        .fetch_one(&mut *conn)
        .await?;
        // Postgres tries five plans of their own before it keeps one.
        assert_eq!(planned, (5, 4));
        let statement = page(workspace, &WANTED).into_string();
        for sql in [
            "set plan_cache_mode = force_generic_plan".to_owned(),
            format!("prepare page as {statement}"),
        ] {
            sqlx::raw_sql(AssertSqlSafe(sql).into_sql_str())
                .execute(&mut *conn)
                .await?;
        }
        let id = workspace.0;
        let explain = format!("explain (costs off) execute page ('{id}', '{id}')");
        let plan: Vec<String> = sqlx::query_scalar(AssertSqlSafe(explain))
            .fetch_all(&mut *conn)
            .await?;
        let plan = plan.join("\n");
        assert!(
            plan.contains("using incidents_workspace_idx on incidents i\n"),
            "{plan}"
        );
        assert!(plan.contains("incident_events_dependency_idx"), "{plan}");
        assert!(!plan.contains("Sort"), "{plan}");
        Ok(())
    }
}
