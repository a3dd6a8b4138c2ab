//! `outbox`: what is to be told, written in the transaction of what it tells.

use chrono::{DateTime, Utc};
use domain::{
    id::{ChannelId, IncidentId, ServiceId, WorkspaceId},
    notice::{
        message::{Kind, Subject},
        plan::Promise,
    },
};
use sqlx::PgConnection;

use crate::{Result, columns};

pub mod acknowledging;
pub mod ending;
pub mod gathering;
pub mod watching;
pub mod windows;

/// Where it is told that something waits; the payload is empty.
pub const CHANNEL: &str = "notices";

/// One notice to be stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    pub workspace: WorkspaceId,
    pub channel: ChannelId,
    /// With the channel what tells it apart (`key`).
    pub key: String,
    pub kind: Kind,
    pub service: Option<ServiceId>,
    pub incident: Option<IncidentId>,
    pub occurred_at: DateTime<Utc>,
    pub due_at: DateTime<Utc>,
    pub subject: Subject,
    pub promise: Promise,
    /// Why nobody will be told, when that is clear already.
    pub dropped: Option<&'static str>,
}

/// What tells notices about a service apart: the service, when the trouble began, what kind of thing is said, and where
/// that may be said more than once, which time it is.
pub fn key(service: ServiceId, began_at: DateTime<Utc>, kind: Kind, mark: &str) -> String {
    let base = format!(
        "{}:{}:{}",
        service.0.simple(),
        began_at.timestamp_millis(),
        kind.as_str()
    );
    if mark.is_empty() {
        base
    } else {
        format!("{base}:{mark}")
    }
}

/// Stores notices; what was noted before stays as it is. Workers hear of it when the transaction commits. Gives how many
/// were new.
pub async fn insert(conn: &mut PgConnection, notices: &[Notice]) -> Result<u64> {
    if notices.is_empty() {
        return Ok(0);
    }
    let done = sqlx::query(
        "insert into outbox (workspace_id, channel_id, key, kind, service_id, incident_id, occurred_at, due_at, subject,
                             promise, dropped)
         select workspace_id, channel_id, key, kind, service_id, incident_id, occurred_at, due_at, subject::jsonb,
                promise::jsonb, dropped
         from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::uuid[], $7::timestamptz[],
                     $8::timestamptz[], $9::text[], $10::text[], $11::text[])
              with ordinality as u (workspace_id, channel_id, key, kind, service_id, incident_id, occurred_at, due_at,
                                    subject, promise, dropped, n)
         order by n
         on conflict (channel_id, key) do nothing",
    )
    .bind(column(notices, |n| n.workspace.0))
    .bind(column(notices, |n| n.channel.0))
    .bind(column(notices, |n| n.key.as_str()))
    .bind(column(notices, |n| n.kind.as_str()))
    .bind(column(notices, |n| n.service.map(|id| id.0)))
    .bind(column(notices, |n| n.incident.map(|id| id.0)))
    .bind(column(notices, |n| n.occurred_at))
    .bind(column(notices, |n| n.due_at))
    .bind(column(notices, |n| columns::json(&n.subject)))
    .bind(column(notices, |n| columns::json(&n.promise)))
    .bind(column(notices, |n| n.dropped))
    .execute(&mut *conn)
    .await?;
    if done.rows_affected() > 0 {
        wake(conn).await?;
    }
    Ok(done.rows_affected())
}

/// Lets workers look for something to tell when the transaction commits.
pub async fn wake(conn: &mut PgConnection) -> Result<()> {
    sqlx::query("select pg_notify($1, '')")
        .bind(CHANNEL)
        .execute(conn)
        .await?;
    Ok(())
}

fn column<'a, T>(notices: &'a [Notice], value: impl Fn(&'a Notice) -> T) -> Vec<T> {
    notices.iter().map(value).collect()
}
