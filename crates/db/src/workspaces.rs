//! The `workspaces` table: the tenants.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::id::{ServiceId, UserId, WorkspaceId};
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use crate::{
    Result,
    memberships::{self, Role},
    watched,
};

/// A tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workspace {
    pub id: WorkspaceId,
    pub name: String,
    /// Whose personal workspace it is, if it is one.
    pub personal_of: Option<UserId>,
    pub created_at: DateTime<Utc>,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    name: String,
    personal_of: Option<Uuid>,
    created_at: DateTime<Utc>,
}

impl From<Row> for Workspace {
    fn from(row: Row) -> Self {
        Self {
            id: WorkspaceId(row.id),
            name: row.name,
            personal_of: row.personal_of.map(UserId),
            created_at: row.created_at,
        }
    }
}

/// Makes the workspace that is a person's own, with that person as its owner.
pub async fn insert_personal(
    conn: &mut PgConnection,
    user: UserId,
    name: &str,
    now: DateTime<Utc>,
) -> Result<WorkspaceId> {
    let id = WorkspaceId(Uuid::now_v7());
    sqlx::query(
        "insert into workspaces (id, name, personal_of, created_at) values ($1, $2, $3, $4)",
    )
    .bind(id.0)
    .bind(name)
    .bind(user.0)
    .bind(now)
    .execute(&mut *conn)
    .await?;
    memberships::insert(conn, id, user, Role::Owner, now).await?;
    Ok(id)
}

pub async fn find(conn: &mut PgConnection, id: WorkspaceId) -> Result<Option<Workspace>> {
    let row: Option<Row> =
        sqlx::query_as("select id, name, personal_of, created_at from workspaces where id = $1")
            .bind(id.0)
            .fetch_optional(conn)
            .await?;
    Ok(row.map(Into::into))
}

/// What these workspaces are called.
pub async fn names(
    conn: &mut PgConnection,
    ids: &[WorkspaceId],
) -> Result<HashMap<WorkspaceId, String>> {
    let rows: Vec<(Uuid, String)> =
        sqlx::query_as("select id, name from workspaces where id = any($1)")
            .bind(ids.iter().map(|id| id.0).collect::<Vec<_>>())
            .fetch_all(conn)
            .await?;
    let named = |(id, name)| (WorkspaceId(id), name);
    Ok(rows.into_iter().map(named).collect())
}

/// Gives the workspace another name of 1–200 characters.
pub async fn rename(conn: &mut PgConnection, id: WorkspaceId, name: &str) -> Result<()> {
    sqlx::query("update workspaces set name = $2 where id = $1")
        .bind(id.0)
        .bind(name)
        .execute(conn)
        .await?;
    Ok(())
}

/// A workspace that is gone, and what was in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deleted {
    pub workspace: WorkspaceId,
    pub services: Vec<ServiceId>,
}

/// Deletes a person's own workspace with everything in it and tells the workers. Locks the health of its services
/// first and in order, as recorders do, so that neither waits for the other in a circle; nor do those wait for the workspace, who write
/// notices for it while they hold such a lock.
pub async fn delete_personal(conn: &mut PgConnection, user: UserId) -> Result<Option<Deleted>> {
    let id: Option<Uuid> =
        sqlx::query_scalar("select id from workspaces where personal_of = $1 for no key update")
            .bind(user.0)
            .fetch_optional(&mut *conn)
            .await?;
    let Some(id) = id else {
        return Ok(None);
    };
    sqlx::query(
        "select from service_health where workspace_id = $1 order by service_key for update",
    )
    .bind(id)
    .execute(&mut *conn)
    .await?;
    sqlx::query("select pg_notify($2, shard || ':' || key) from services where workspace_id = $1")
        .bind(id)
        .bind(watched::CHANNEL)
        .execute(&mut *conn)
        .await?;
    let services: Vec<Uuid> =
        sqlx::query_scalar("delete from services where workspace_id = $1 returning id")
            .bind(id)
            .fetch_all(&mut *conn)
            .await?;
    sqlx::query("delete from workspaces where id = $1")
        .bind(id)
        .execute(conn)
        .await?;
    Ok(Some(Deleted {
        workspace: WorkspaceId(id),
        services: services.into_iter().map(ServiceId).collect(),
    }))
}
