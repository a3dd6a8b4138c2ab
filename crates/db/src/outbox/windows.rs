//! Begins of own maintenance windows that were noted, until their ends are.

use chrono::{DateTime, Utc};
use domain::{
    id::{ChannelId, WindowId, WorkspaceId},
    notice::{
        message::{Kind, Subject},
        plan::Promise,
    },
};
use sqlx::{FromRow, PgConnection, types::Json};
use uuid::Uuid;

use super::Notice;
use crate::Result;

/// A begin that was noted for a channel, and whose end was not.
#[derive(Clone, Debug, PartialEq)]
pub struct Begun {
    pub id: i64,
    pub workspace: WorkspaceId,
    pub channel: ChannelId,
    pub window: WindowId,
    pub from: DateTime<Utc>,
    /// It stands in a message.
    pub told: bool,
    pub subject: Subject,
    pub promise: Promise,
}

/// What tells notices about one occurrence of a window apart.
pub fn key(window: WindowId, from: DateTime<Utc>, kind: Kind) -> String {
    format!(
        "{}:{}:{}",
        window.0.simple(),
        from.timestamp_millis(),
        kind.as_str()
    )
}

/// Workspaces that have windows and a rule that wants to hear of them.
pub async fn listening(conn: &mut PgConnection) -> Result<Vec<WorkspaceId>> {
    let ids: Vec<Uuid> = sqlx::query_scalar(
        "select distinct workspace_id from maintenance_windows w
         where exists (select 1 from notice_rules r
                       where r.workspace_id = w.workspace_id and 'maintenance' = any(r.topics))",
    )
    .fetch_all(conn)
    .await?;
    Ok(ids.into_iter().map(WorkspaceId).collect())
}

/// Those of these keys under which something was noted for whatever channel.
pub async fn noted(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    keys: &[String],
) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar(
        "select distinct key from outbox where workspace_id = $1 and kind = 'maintenance_started' and key = any($2)",
    )
    .bind(workspace.0)
    .bind(keys)
    .fetch_all(conn)
    .await?)
}

#[derive(FromRow)]
struct Row {
    id: i64,
    workspace_id: Uuid,
    channel_id: Uuid,
    key: String,
    told: bool,
    subject: Json<Subject>,
    promise: Json<Promise>,
}

/// Every begin whose end was not noted.
pub async fn begun(conn: &mut PgConnection) -> Result<Vec<Begun>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select o.id, o.workspace_id, o.channel_id, o.key, o.message_id is not null as told, o.subject, o.promise
         from outbox o
         where o.kind = 'maintenance_started' and (o.message_id is not null or o.dropped is null)
           and not exists (select 1 from outbox e where e.channel_id = o.channel_id
                             and e.key = replace(o.key, 'maintenance_started', 'maintenance_ended'))
         order by o.id",
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().filter_map(Begun::of).collect())
}

/// Notes that nobody needs to hear of these begins any more, as far as nobody has.
pub async fn drop(conn: &mut PgConnection, ids: &[i64]) -> Result<()> {
    sqlx::query(
        "update outbox set dropped = 'over_before'
         where id = any($1) and message_id is null and dropped is null",
    )
    .bind(ids)
    .execute(conn)
    .await?;
    Ok(())
}

impl Begun {
    /// None for a key that says nothing.
    fn of(row: Row) -> Option<Self> {
        let mut parts = row.key.split(':');
        let window = parts.next()?.parse().ok()?;
        let from = parts.next()?.parse().ok()?;
        Some(Self {
            id: row.id,
            workspace: WorkspaceId(row.workspace_id),
            channel: ChannelId(row.channel_id),
            window: WindowId(window),
            from: DateTime::from_timestamp_millis(from)?,
            told: row.told,
            subject: row.subject.0,
            promise: row.promise.0,
        })
    }

    /// The notice that it is over since then, and may be told when `due_at`.
    pub fn end(self, subject: Subject, ended_at: DateTime<Utc>, due_at: DateTime<Utc>) -> Notice {
        Notice {
            workspace: self.workspace,
            channel: self.channel,
            key: key(self.window, self.from, Kind::MaintenanceEnded),
            kind: Kind::MaintenanceEnded,
            service: None,
            incident: None,
            occurred_at: ended_at,
            due_at,
            subject,
            promise: self.promise,
            dropped: None,
        }
    }
}
