//! `maintenance_windows`: spans in which trouble is expected, and which services they cover now or next.

use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, Utc};
use domain::{
    id::{ServiceId, ServiceKey, WindowId, WorkspaceId},
    maintenance::{Covers, Span, Window, coverage},
};
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use crate::{Error, Result, watched};

/// The most windows that a workspace may have.
pub const MOST: i64 = 200;

#[derive(FromRow)]
struct Row {
    id: Uuid,
    title: String,
    begins: NaiveDateTime,
    zone: String,
    duration_s: i32,
    rule: Option<String>,
    categories: Option<Vec<String>>,
    service_ids: Option<Vec<Uuid>>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select id, title, begins, zone, duration_s, rule, categories, service_ids from maintenance_windows ",
            $rest
        )
    };
}

/// The windows of a workspace in the order of their making.
pub async fn list(conn: &mut PgConnection, workspace: WorkspaceId) -> Result<Vec<Window>> {
    let rows: Vec<Row> = sqlx::query_as(select!("where workspace_id = $1 order by created_at, id"))
        .bind(workspace.0)
        .fetch_all(conn)
        .await?;
    rows.into_iter().map(Window::try_from).collect()
}

/// A window whose services are counted instead of named: `window.covers` holds none of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    pub window: Window,
    /// How many single services it covers; none when it covers all, or categories.
    pub services: Option<i32>,
}

#[derive(FromRow)]
struct CountedRow {
    #[sqlx(flatten)]
    row: Row,
    services: Option<i32>,
}

/// The windows of a workspace in the order of their making, without the ids of what they cover.
pub async fn list_counted(conn: &mut PgConnection, workspace: WorkspaceId) -> Result<Vec<Counted>> {
    let rows: Vec<CountedRow> = sqlx::query_as(
        "select id, title, begins, zone, duration_s, rule, categories, service_ids[1:0] as service_ids,
                cardinality(service_ids) as services
         from maintenance_windows where workspace_id = $1 order by created_at, id",
    )
    .bind(workspace.0)
    .fetch_all(conn)
    .await?;
    let counted = |CountedRow { row, services }| {
        let window = Window::try_from(row)?;
        Ok(Counted { window, services })
    };
    rows.into_iter().map(counted).collect()
}

pub async fn find(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    id: WindowId,
) -> Result<Option<Window>> {
    let row: Option<Row> = sqlx::query_as(select!("where workspace_id = $1 and id = $2"))
        .bind(workspace.0)
        .bind(id.0)
        .fetch_optional(conn)
        .await?;
    row.map(Window::try_from).transpose()
}

/// Makes a window, or changes the one with this id.
pub async fn put(conn: &mut PgConnection, workspace: WorkspaceId, window: &Window) -> Result<()> {
    let (categories, services) = match &window.covers {
        Covers::All => (None, None),
        Covers::Categories(names) => (Some(names.clone()), None),
        Covers::Services(ids) => (None, Some(ids.iter().map(|id| id.0).collect::<Vec<_>>())),
    };
    sqlx::query(
        "insert into maintenance_windows (id, workspace_id, title, begins, zone, duration_s, rule, categories, service_ids)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (id) do update set title = $3, begins = $4, zone = $5, duration_s = $6, rule = $7, categories = $8,
                service_ids = $9, updated_at = now()
         where maintenance_windows.workspace_id = $2",
    )
    .bind(window.id.0)
    .bind(workspace.0)
    .bind(&window.title)
    .bind(window.begins)
    .bind(window.zone.name())
    .bind(i32::try_from(window.duration.as_secs()).unwrap_or(i32::MAX))
    .bind(&window.rule)
    .bind(categories)
    .bind(services)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn delete(conn: &mut PgConnection, workspace: WorkspaceId, id: WindowId) -> Result<bool> {
    let done = sqlx::query("delete from maintenance_windows where workspace_id = $1 and id = $2")
        .bind(workspace.0)
        .bind(id.0)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Workspaces whose services may be covered by something, now or later.
pub async fn workspaces(conn: &mut PgConnection) -> Result<Vec<WorkspaceId>> {
    let ids: Vec<Uuid> = sqlx::query_scalar(
        "select workspace_id from maintenance_windows
         union select workspace_id from services where maintenance_until is not null",
    )
    .fetch_all(conn)
    .await?;
    Ok(ids.into_iter().map(WorkspaceId).collect())
}

#[derive(FromRow)]
struct Covered {
    key: i32,
    id: Uuid,
    category: Option<String>,
    maintenance_from: Option<DateTime<Utc>>,
    maintenance_until: Option<DateTime<Utc>>,
}

/// Writes down what the windows of a workspace cover now or next. Gives how many services that changes.
pub async fn cover(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    now: DateTime<Utc>,
) -> Result<usize> {
    let windows: Vec<(Window, Span)> = list(conn, workspace)
        .await?
        .into_iter()
        .filter_map(|window| {
            let span = window.current_or_next(now)?;
            Some((window, span))
        })
        .collect();
    let services: Vec<Covered> = sqlx::query_as(
        "select key, id, category, maintenance_from, maintenance_until from services where workspace_id = $1",
    )
    .bind(workspace.0)
    .fetch_all(&mut *conn)
    .await?;
    let changed: Vec<(i32, Option<Span>)> = services
        .into_iter()
        .filter_map(|service| {
            let covering = windows.iter().filter(|(window, _)| {
                window.covers(ServiceId(service.id), service.category.as_deref())
            });
            let span = coverage(covering.map(|(_, span)| *span).collect(), now);
            let before = service.maintenance_from.zip(service.maintenance_until);
            (span.map(|span| (span.from, span.until)) != before).then_some((service.key, span))
        })
        .collect();
    if changed.is_empty() {
        return Ok(0);
    }
    // Of what is in maintenance no longer one wants to know at once how it is.
    let freed: Vec<(i32, i16)> = sqlx::query_as(
        "with before as (select key, maintenance_from <= $4 and maintenance_until > $4 as covered from services
                         where key = any($1)),
         after as (
             update services s set maintenance_from = u.since, maintenance_until = u.until,
                    look_at = case when b.covered and not coalesce(u.since <= $4 and u.until > $4, false)
                                   then $4 else s.look_at end
             from unnest($1::int[], $2::timestamptz[], $3::timestamptz[]) as u (key, since, until)
             join before b using (key)
             where s.key = u.key
             returning s.key, s.shard, b.covered and not coalesce(u.since <= $4 and u.until > $4, false) as freed)
         select key, shard from after where freed",
    )
    .bind(changed.iter().map(|(key, _)| *key).collect::<Vec<_>>())
    .bind(changed.iter().map(|(_, span)| span.map(|span| span.from)).collect::<Vec<_>>())
    .bind(changed.iter().map(|(_, span)| span.map(|span| span.until)).collect::<Vec<_>>())
    .bind(now)
    .fetch_all(&mut *conn)
    .await?;
    look_again(conn, &freed).await?;
    Ok(changed.len())
}

async fn look_again(conn: &mut PgConnection, services: &[(i32, i16)]) -> Result<()> {
    for (key, shard) in services {
        let shard = u16::try_from(*shard).unwrap_or(0);
        watched::notify(conn, shard, ServiceKey(*key)).await?;
    }
    Ok(())
}

/// Services whose maintenance is over: they are looked at once more at once. Gives how many.
pub async fn end(conn: &mut PgConnection) -> Result<usize> {
    let ended: Vec<(i32, i16)> = sqlx::query_as(
        "update services set maintenance_from = null, maintenance_until = null, look_at = now()
         where maintenance_until <= now() returning key, shard",
    )
    .fetch_all(&mut *conn)
    .await?;
    look_again(conn, &ended).await?;
    Ok(ended.len())
}

impl TryFrom<Row> for Window {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let zone = row.zone.parse().map_err(|_| Error::Corrupt {
            table: "maintenance_windows",
            reason: format!("window {}: there is no zone {}", row.id, row.zone),
        })?;
        Ok(Self {
            id: WindowId(row.id),
            title: row.title,
            begins: row.begins,
            zone,
            duration: Duration::from_secs(u64::try_from(row.duration_s).unwrap_or(60)),
            rule: row.rule,
            covers: match (row.categories, row.service_ids) {
                (Some(names), _) => Covers::Categories(names),
                (None, Some(ids)) => Covers::Services(ids.into_iter().map(ServiceId).collect()),
                (None, None) => Covers::All,
            },
        })
    }
}
