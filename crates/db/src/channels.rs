//! `channels`: where people want to hear. Their secrets are sealed before they come here.

use chrono::{DateTime, Utc};
use domain::{
    channel::ChannelKind,
    id::{ChannelId, WorkspaceId},
};
use serde_json::Value;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use crate::{Error, Result};

pub mod sealed;

/// The most channels that a workspace may have.
pub const MOST: i64 = 200;

/// A channel as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Channel {
    pub id: ChannelId,
    pub workspace: WorkspaceId,
    pub name: String,
    pub kind: ChannelKind,
    /// Without secrets (`domain::channel::Split::clear`).
    pub config: Value,
    /// `Split::secrets`, sealed with the installation's key and the channel's id as context.
    pub secrets: Option<Vec<u8>>,
    pub paused_at: Option<DateTime<Utc>>,
    /// When and why it refused for good.
    pub broken: Option<(DateTime<Utc>, String)>,
    pub most_per_minute: u16,
    /// Rises on every edit.
    pub revision: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// What a person decides of a channel.
#[derive(Clone, Copy, Debug)]
pub struct Draft<'a> {
    pub id: ChannelId,
    pub name: &'a str,
    pub kind: ChannelKind,
    pub config: &'a Value,
    pub secrets: Option<&'a [u8]>,
    pub paused: bool,
    pub most_per_minute: u16,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    workspace_id: Uuid,
    name: String,
    kind: String,
    config: Value,
    secrets: Option<Vec<u8>>,
    paused_at: Option<DateTime<Utc>>,
    broken_at: Option<DateTime<Utc>>,
    broken_reason: Option<String>,
    most_per_minute: i16,
    revision: i32,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select id, workspace_id, name, kind, config, secrets, paused_at, broken_at, broken_reason, most_per_minute,
                    revision, created_at, updated_at
             from channels ",
            $rest
        )
    };
}

/// The channels of a workspace in the order of their making.
pub async fn list(conn: &mut PgConnection, workspace: WorkspaceId) -> Result<Vec<Channel>> {
    let rows: Vec<Row> = sqlx::query_as(select!("where workspace_id = $1 order by created_at, id"))
        .bind(workspace.0)
        .fetch_all(conn)
        .await?;
    rows.into_iter().map(Channel::try_from).collect()
}

pub async fn find(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    id: ChannelId,
) -> Result<Option<Channel>> {
    let row: Option<Row> = sqlx::query_as(select!("where workspace_id = $1 and id = $2"))
        .bind(workspace.0)
        .bind(id.0)
        .fetch_optional(conn)
        .await?;
    row.map(Channel::try_from).transpose()
}

/// A channel for whoever sends to it, whatever its workspace.
pub async fn sending(conn: &mut PgConnection, id: ChannelId) -> Result<Option<Channel>> {
    let row: Option<Row> = sqlx::query_as(select!("where id = $1"))
        .bind(id.0)
        .fetch_optional(conn)
        .await?;
    row.map(Channel::try_from).transpose()
}

/// These channels, as far as they exist.
pub async fn these(conn: &mut PgConnection, ids: &[ChannelId]) -> Result<Vec<Channel>> {
    let rows: Vec<Row> = sqlx::query_as(select!("where id = any($1)"))
        .bind(ids.iter().map(|id| id.0).collect::<Vec<_>>())
        .fetch_all(conn)
        .await?;
    rows.into_iter().map(Channel::try_from).collect()
}

/// How many channels a workspace has.
pub async fn count(conn: &mut PgConnection, workspace: WorkspaceId) -> Result<i64> {
    Ok(
        sqlx::query_scalar("select count(*) from channels where workspace_id = $1")
            .bind(workspace.0)
            .fetch_one(conn)
            .await?,
    )
}

pub async fn insert(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    draft: &Draft<'_>,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query(
        "insert into channels (id, workspace_id, name, kind, config, secrets, paused_at, most_per_minute, created_at,
                               updated_at)
         values ($1, $2, $3, $4, $5, $6, case when $7 then $9 end, $8, $9, $9)",
    )
    .bind(draft.id.0)
    .bind(workspace.0)
    .bind(draft.name)
    .bind(draft.kind.as_str())
    .bind(draft.config)
    .bind(draft.secrets)
    .bind(draft.paused)
    .bind(small(draft.most_per_minute))
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}

/// Replaces what a person decided; a refusal is forgotten, because it may have been mended. False when there is no
/// such channel, or it is of another revision by now.
pub async fn update(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    draft: &Draft<'_>,
    revision: i32,
    now: DateTime<Utc>,
) -> Result<bool> {
    let done = sqlx::query(
        "update channels set name = $3, config = $4, secrets = $5, most_per_minute = $7, updated_at = $8,
                paused_at = case when $6 then coalesce(paused_at, $8) end, broken_at = null, broken_reason = null,
                revision = revision + 1
         where workspace_id = $1 and id = $2 and revision = $9",
    )
    .bind(workspace.0)
    .bind(draft.id.0)
    .bind(draft.name)
    .bind(draft.config)
    .bind(draft.secrets)
    .bind(draft.paused)
    .bind(small(draft.most_per_minute))
    .bind(now)
    .bind(revision)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The channels of a workspace that refused for good and are not switched off: name, since when, and why; the first one first.
pub async fn broken(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
) -> Result<Vec<(ChannelId, String, DateTime<Utc>, String)>> {
    let rows: Vec<(Uuid, String, DateTime<Utc>, String)> = sqlx::query_as(
        "select id, name, broken_at, coalesce(broken_reason, '') from channels
         where workspace_id = $1 and broken_at is not null and paused_at is null order by broken_at, id",
    )
    .bind(workspace.0)
    .fetch_all(conn)
    .await?;
    let broken = |(id, name, since, reason)| (ChannelId(id), name, since, reason);
    Ok(rows.into_iter().map(broken).collect())
}

/// Deletes a channel with its rules, its notices and its part of the ledger.
pub async fn delete(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    id: ChannelId,
) -> Result<bool> {
    let done = sqlx::query("delete from channels where workspace_id = $1 and id = $2")
        .bind(workspace.0)
        .bind(id.0)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Notes that a channel refused for good. False when that is known already, or when it was changed since it was read.
pub async fn break_off(
    conn: &mut PgConnection,
    channel: &Channel,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<bool> {
    let done = sqlx::query(
        "update channels set broken_at = $3, broken_reason = $4 where id = $1 and revision = $2 and broken_at is null",
    )
    .bind(channel.id.0)
    .bind(channel.revision)
    .bind(now)
    .bind(reason)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// It works again: something was delivered.
pub async fn mend(conn: &mut PgConnection, id: ChannelId) -> Result<()> {
    sqlx::query("update channels set broken_at = null, broken_reason = null where id = $1 and broken_at is not null")
        .bind(id.0)
        .execute(conn)
        .await?;
    Ok(())
}

fn small(number: u16) -> i16 {
    i16::try_from(number).unwrap_or(i16::MAX)
}

impl TryFrom<Row> for Channel {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let kind = ChannelKind::parse(&row.kind).ok_or_else(|| Error::Corrupt {
            table: "channels",
            reason: format!("channel {}: unknown kind {}", row.id, row.kind),
        })?;
        Ok(Self {
            id: ChannelId(row.id),
            workspace: WorkspaceId(row.workspace_id),
            name: row.name,
            kind,
            config: row.config,
            secrets: row.secrets,
            paused_at: row.paused_at,
            broken: row
                .broken_at
                .map(|at| (at, row.broken_reason.unwrap_or_default())),
            most_per_minute: u16::try_from(row.most_per_minute).unwrap_or(1),
            revision: row.revision,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}
