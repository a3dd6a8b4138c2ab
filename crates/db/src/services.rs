//! `services`: what is watched, as its owner configured it.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::{
    id::{ServiceId, ServiceKey, WorkspaceId},
    schedule,
    service::{MonitorType, Service, ServiceConfig, Target},
};
use sqlx::{FromRow, PgConnection, types::Json};
use uuid::Uuid;

use crate::{Error, Result, columns};

pub mod counting;
pub mod listing;
pub mod reporting;
pub mod telling;
pub mod upcoming;

/// A service with what belongs to it but to no rule.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Without the values of headers and the body, which are in `secrets`.
    pub service: Service,
    /// Sealed with the installation's key.
    pub secrets: Option<Vec<u8>>,
    pub shard: u16,
}

/// A service to be stored, its secrets taken out of the target and sealed.
#[derive(Clone, Copy, Debug)]
pub struct Draft<'a> {
    pub id: ServiceId,
    pub config: &'a ServiceConfig,
    pub secrets: Option<&'a [u8]>,
    /// Ask for a look at once.
    pub look: bool,
}

impl Draft<'_> {
    /// Which part of the ownership ring it belongs to; one that follows a vendor page belongs where its page does.
    pub fn shard(&self) -> u16 {
        match &self.config.target {
            Target::Http(_) => schedule::shard(self.id),
            Target::Vendor(target) => schedule::page_shard(target.page),
        }
    }
}

#[derive(Debug, FromRow)]
pub(crate) struct Row {
    id: Uuid,
    key: i32,
    workspace_id: Uuid,
    name: String,
    monitor_type: String,
    target: Json<serde_json::Value>,
    secrets: Option<Vec<u8>>,
    category: Option<String>,
    tags: Vec<String>,
    check_interval_s: i32,
    retries: i16,
    status_page_url: Option<String>,
    paused_at: Option<DateTime<Utc>>,
    revision: i32,
    shard: i16,
    look_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// Every column of `Row`.
macro_rules! service_columns {
    () => {
        "s.id, s.key, s.workspace_id, s.name, s.monitor_type, s.target, s.secrets, s.category, s.tags,
         s.check_interval_s, s.retries, s.status_page_url, s.paused_at, s.revision, s.shard, s.look_at,
         s.created_at, s.updated_at"
    };
}
pub(crate) use service_columns;

/// Stores a new service, to be looked at as soon as somebody can. Its health has to be inserted with it.
pub async fn insert(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    draft: &Draft<'_>,
) -> Result<ServiceKey> {
    let config = draft.config;
    let key: i32 = sqlx::query_scalar(
        "insert into services (id, workspace_id, shard, name, monitor_type, url, target, secrets, category, tags,
                               check_interval_s, retries, status_page_url, vendor_page_id, look_at)
         values ($1, $2, $3, $4, $5, $6, $7::jsonb, $8, $9, $10, $11, $12, $13, $14, now()) returning key",
    )
    .bind(draft.id.0)
    .bind(workspace.0)
    .bind(i16::try_from(draft.shard()).unwrap_or(0))
    .bind(&config.name)
    .bind(config.target.kind().as_str())
    .bind(config.target.http().map(|target| target.url.as_str()))
    .bind(columns::json(&config.target))
    .bind(draft.secrets)
    .bind(&config.category)
    .bind(&config.tags)
    .bind(seconds(config.check_interval))
    .bind(i16::from(config.retries))
    .bind(config.status_page_url.as_ref().map(url::Url::as_str))
    .bind(config.target.vendor().map(|target| target.page.0))
    .fetch_one(conn)
    .await?;
    Ok(ServiceKey(key))
}

pub async fn find(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    id: ServiceId,
) -> Result<Option<Stored>> {
    let row: Option<Row> = sqlx::query_as(concat!(
        "select ",
        service_columns!(),
        " from services s where s.workspace_id = $1 and s.id = $2"
    ))
    .bind(workspace.0)
    .bind(id.0)
    .fetch_optional(conn)
    .await?;
    row.map(Stored::try_from).transpose()
}

/// Those of the services that are there, in order of their keys.
pub async fn find_many(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    ids: &[ServiceId],
) -> Result<Vec<Stored>> {
    let rows: Vec<Row> = sqlx::query_as(concat!(
        "select ",
        service_columns!(),
        " from services s where s.workspace_id = $1 and s.id = any($2) order by s.key"
    ))
    .bind(workspace.0)
    .bind(ids.iter().map(|id| id.0).collect::<Vec<_>>())
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(Stored::try_from).collect()
}

/// Replaces the configuration; the revision rises. Needs the lock on the service's health.
pub async fn update(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    draft: &Draft<'_>,
) -> Result<()> {
    let config = draft.config;
    sqlx::query(
        "update services set name = $3, url = $4, target = $5::jsonb, secrets = $6, category = $7, tags = $8,
                check_interval_s = $9, retries = $10, status_page_url = $11, monitor_type = $13, vendor_page_id = $14, shard = $15,
                look_at = case when $12 then now() else look_at end, revision = revision + 1, updated_at = now()
         where workspace_id = $1 and id = $2",
    )
    .bind(workspace.0)
    .bind(draft.id.0)
    .bind(&config.name)
    .bind(config.target.http().map(|target| target.url.as_str()))
    .bind(columns::json(&config.target))
    .bind(draft.secrets)
    .bind(&config.category)
    .bind(&config.tags)
    .bind(seconds(config.check_interval))
    .bind(i16::from(config.retries))
    .bind(config.status_page_url.as_ref().map(url::Url::as_str))
    .bind(draft.look)
    .bind(config.target.kind().as_str())
    .bind(config.target.vendor().map(|target| target.page.0))
    .bind(i16::try_from(draft.shard()).unwrap_or(0))
    .execute(conn)
    .await?;
    Ok(())
}

/// Pauses; the revision rises, so that a look under way is dropped. Needs the lock on the service's health.
pub async fn pause(conn: &mut PgConnection, workspace: WorkspaceId, id: ServiceId) -> Result<()> {
    sqlx::query(
        "update services set paused_at = now(), revision = revision + 1, updated_at = now()
         where workspace_id = $1 and id = $2 and paused_at is null",
    )
    .bind(workspace.0)
    .bind(id.0)
    .execute(conn)
    .await?;
    Ok(())
}

/// Resumes and asks for a look at once. Needs the lock on the service's health.
pub async fn resume(conn: &mut PgConnection, workspace: WorkspaceId, id: ServiceId) -> Result<()> {
    sqlx::query(
        "update services set paused_at = null, look_at = now(), revision = revision + 1, updated_at = now()
         where workspace_id = $1 and id = $2 and paused_at is not null",
    )
    .bind(workspace.0)
    .bind(id.0)
    .execute(conn)
    .await?;
    Ok(())
}

/// Asks for a look outside the grid, now.
pub async fn look_now(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    id: ServiceId,
) -> Result<()> {
    sqlx::query("update services set look_at = now() where workspace_id = $1 and id = $2")
        .bind(workspace.0)
        .bind(id.0)
        .execute(conn)
        .await?;
    Ok(())
}

/// Deletes the service with its health and incidents; its checks go with their partitions. Needs the lock on its health.
pub async fn delete(conn: &mut PgConnection, workspace: WorkspaceId, id: ServiceId) -> Result<()> {
    sqlx::query("delete from services where workspace_id = $1 and id = $2")
        .bind(workspace.0)
        .bind(id.0)
        .execute(conn)
        .await?;
    Ok(())
}

/// The database's clock; the same within one transaction.
pub async fn now(conn: &mut PgConnection) -> Result<DateTime<Utc>> {
    Ok(sqlx::query_scalar("select now()").fetch_one(conn).await?)
}

fn seconds(interval: Duration) -> i32 {
    i32::try_from(interval.as_secs()).unwrap_or(i32::MAX)
}

impl TryFrom<Row> for Stored {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let corrupt = |what: &str| Error::Corrupt {
            table: "services",
            reason: format!("service {}: its {what} cannot be read", row.id),
        };
        let kind = MonitorType::parse(&row.monitor_type).ok_or_else(|| corrupt("monitor_type"))?;
        let config = ServiceConfig {
            name: row.name,
            target: Target::read(kind, row.target.0).map_err(|_| corrupt("target"))?,
            category: row.category,
            tags: row.tags,
            check_interval: Duration::from_secs(u64::try_from(row.check_interval_s).unwrap_or(0)),
            retries: u8::try_from(row.retries).unwrap_or(0),
            // Only shown: one that can no longer be read is better left out than in the way.
            status_page_url: row.status_page_url.and_then(|url| url.parse().ok()),
        };
        Ok(Self {
            service: Service {
                id: ServiceId(row.id),
                key: ServiceKey(row.key),
                workspace: WorkspaceId(row.workspace_id),
                config,
                revision: row.revision,
                paused_at: row.paused_at,
                look_at: row.look_at,
                created_at: row.created_at,
                updated_at: row.updated_at,
            },
            secrets: row.secrets,
            shard: u16::try_from(row.shard).unwrap_or(0),
        })
    }
}
