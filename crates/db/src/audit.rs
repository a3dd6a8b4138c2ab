//! The `audit_log` table: who did what, when and from where.

use chrono::{DateTime, Utc};
use domain::id::{UserId, WorkspaceId};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::Result;

/// One thing that somebody did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Entry<'a> {
    pub workspace: Option<WorkspaceId>,
    pub user: Option<UserId>,
    /// What was done, such as `session.started` or `service.deleted`.
    pub action: &'a str,
    /// Id of what it was done to; empty when there is none.
    pub subject: String,
    /// Facts without secrets.
    pub detail: Value,
    /// Where the request came from.
    pub address: String,
}

pub async fn insert(conn: &mut PgConnection, entry: &Entry<'_>, now: DateTime<Utc>) -> Result<()> {
    let detail = match &entry.detail {
        Value::Null => Value::Object(serde_json::Map::default()),
        detail => detail.clone(),
    };
    sqlx::query(
        "insert into audit_log (id, at, workspace_id, user_id, action, subject, detail, address)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(Uuid::now_v7())
    .bind(now)
    .bind(entry.workspace.map(|id| id.0))
    .bind(entry.user.map(|id| id.0))
    .bind(entry.action)
    .bind(&entry.subject)
    .bind(detail)
    .bind(&entry.address)
    .execute(conn)
    .await?;
    Ok(())
}
