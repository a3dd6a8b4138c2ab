//! `vendor_pages`: other people's status pages, what was last read of them, and how to read them again.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::{id::VendorPageId, schedule};
use serde_json::Value;
use sqlx::{FromRow, PgConnection, types::Json};
use uuid::Uuid;

use crate::{Result, columns};

/// A page as discovery found it.
#[derive(Clone, Debug)]
pub struct Found<'a> {
    /// `statuspage_parser::Source`.
    pub source: &'a Value,
    /// The addresses that a reading fetches, in any order.
    pub urls: &'a [String],
    /// As the page calls itself.
    pub name: &'a str,
    /// The address for people.
    pub home: &'a str,
    /// The reading that proved it (`statuspage_parser::Page`) and its documents with their validators.
    pub page: &'a Value,
    pub parts: &'a Value,
}

/// A page as it is stored.
#[derive(Clone, Debug)]
pub struct VendorPage {
    pub id: VendorPageId,
    pub source: Value,
    pub urls: Vec<String>,
    pub name: String,
    pub home: String,
    pub shard: u16,
    pub page: Option<Value>,
    pub parts: Value,
    pub read_at: Option<DateTime<Utc>>,
    pub tried_at: Option<DateTime<Utc>>,
    /// How often in a row it could not be read.
    pub failures: u32,
    /// Why (`domain::failure::Failure`).
    pub failure: Option<Value>,
    pub not_before: Option<DateTime<Utc>>,
}

/// Where a page stands, without what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Freshness {
    pub id: VendorPageId,
    pub name: String,
    pub home: String,
    /// `statuspage_parser::Provider::id`.
    pub provider: String,
    pub read_at: Option<DateTime<Utc>>,
    pub failures: u32,
}

/// A successful reading.
#[derive(Clone, Debug)]
pub struct Reading<'a> {
    pub at: DateTime<Utc>,
    /// None when it says the same as the one before.
    pub page: Option<&'a Value>,
    /// None when no document and no validator changed.
    pub parts: Option<&'a Value>,
    pub not_before: Option<DateTime<Utc>>,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    source: Json<Value>,
    urls: Vec<String>,
    name: String,
    home: String,
    shard: i16,
    page: Option<Json<Value>>,
    parts: Json<Value>,
    read_at: Option<DateTime<Utc>>,
    tried_at: Option<DateTime<Utc>>,
    failures: i32,
    failure: Option<Json<Value>>,
    not_before: Option<DateTime<Utc>>,
}

#[derive(FromRow)]
struct FreshRow {
    id: Uuid,
    name: String,
    home: String,
    provider: String,
    read_at: Option<DateTime<Utc>>,
    failures: i32,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select id, source, urls, name, home, shard, page, parts, read_at, tried_at, failures, failure, not_before
             from vendor_pages ",
            $rest
        )
    };
}

/// Keeps a page that was found, or finds it again by its addresses; then the newer reading stands.
pub async fn keep(
    conn: &mut PgConnection,
    found: &Found<'_>,
    now: DateTime<Utc>,
) -> Result<VendorPageId> {
    let id = Uuid::now_v7();
    let urls = sorted(found.urls);
    let id: Uuid = sqlx::query_scalar(
        "insert into vendor_pages (id, source, urls, urls_digest, name, home, shard, page, parts, read_at, tried_at)
         values ($1, $2::jsonb, $3, sha256(convert_to(array_to_string($3, ' '), 'UTF8')), $4, $5, $6, $7::jsonb,
                 $8::jsonb, $9, $9)
         on conflict (urls_digest) do update
             set sought_at = now(), page = excluded.page, parts = excluded.parts, read_at = excluded.read_at,
                 tried_at = excluded.tried_at, failures = 0, failure = null
         returning id",
    )
    .bind(id)
    .bind(columns::json(found.source))
    .bind(&urls)
    .bind(found.name)
    .bind(found.home)
    .bind(shard(VendorPageId(id)))
    .bind(columns::json(found.page))
    .bind(columns::json(found.parts))
    .bind(now)
    .fetch_one(conn)
    .await?;
    Ok(VendorPageId(id))
}

pub async fn find(conn: &mut PgConnection, id: VendorPageId) -> Result<Option<VendorPage>> {
    let row: Option<Row> = sqlx::query_as(select!("where id = $1"))
        .bind(id.0)
        .fetch_optional(conn)
        .await?;
    Ok(row.map(VendorPage::from))
}

/// The page that is read at exactly these addresses, in any order.
pub async fn find_by_urls(conn: &mut PgConnection, urls: &[String]) -> Result<Option<VendorPage>> {
    let row: Option<Row> = sqlx::query_as(select!(
        "where urls_digest = sha256(convert_to(array_to_string($1::text[], ' '), 'UTF8'))"
    ))
    .bind(sorted(urls))
    .fetch_optional(conn)
    .await?;
    Ok(row.map(VendorPage::from))
}

/// Locks a page against being forgotten until the transaction ends; false when it is gone.
pub async fn hold(conn: &mut PgConnection, id: VendorPageId) -> Result<bool> {
    let found: Option<Uuid> =
        sqlx::query_scalar("select id from vendor_pages where id = $1 for key share")
            .bind(id.0)
            .fetch_optional(conn)
            .await?;
    Ok(found.is_some())
}

/// These pages, whole.
pub async fn list(conn: &mut PgConnection, ids: &[VendorPageId]) -> Result<Vec<VendorPage>> {
    let rows: Vec<Row> = sqlx::query_as(select!("where id = any($1)"))
        .bind(ids.iter().map(|id| id.0).collect::<Vec<_>>())
        .fetch_all(conn)
        .await?;
    Ok(rows.into_iter().map(VendorPage::from).collect())
}

/// How fresh these pages are.
pub async fn freshness(conn: &mut PgConnection, ids: &[VendorPageId]) -> Result<Vec<Freshness>> {
    let rows: Vec<FreshRow> = sqlx::query_as(
        "select id, name, home, coalesce(source ->> 'provider', '') as provider, read_at, failures
         from vendor_pages where id = any($1)",
    )
    .bind(ids.iter().map(|id| id.0).collect::<Vec<_>>())
    .fetch_all(conn)
    .await?;
    let freshness = |row: FreshRow| Freshness {
        id: VendorPageId(row.id),
        name: row.name,
        home: row.home,
        provider: row.provider,
        read_at: row.read_at,
        failures: u32::try_from(row.failures).unwrap_or(0),
    };
    Ok(rows.into_iter().map(freshness).collect())
}

/// Keeps what was read.
pub async fn was_read(
    conn: &mut PgConnection,
    id: VendorPageId,
    reading: &Reading<'_>,
) -> Result<()> {
    sqlx::query(
        "update vendor_pages
         set page = coalesce($2::jsonb, page), parts = coalesce($3::jsonb, parts), read_at = $4, tried_at = $4,
             not_before = $5, failures = 0, failure = null
         where id = $1",
    )
    .bind(id.0)
    .bind(reading.page.map(columns::json))
    .bind(reading.parts.map(columns::json))
    .bind(reading.at)
    .bind(reading.not_before)
    .execute(conn)
    .await?;
    Ok(())
}

/// Notes that it could not be read, once more.
pub async fn could_not_be_read(
    conn: &mut PgConnection,
    id: VendorPageId,
    at: DateTime<Utc>,
    failure: &Value,
    not_before: Option<DateTime<Utc>>,
) -> Result<()> {
    sqlx::query(
        "update vendor_pages set tried_at = $2, failures = failures + 1, failure = $3::jsonb, not_before = $4 where id = $1",
    )
    .bind(id.0)
    .bind(at)
    .bind(columns::json(failure))
    .bind(not_before)
    .execute(conn)
    .await?;
    Ok(())
}

/// Gives a page that was found again elsewhere its new source; false when another page is read there already.
pub async fn move_to(
    conn: &mut PgConnection,
    id: VendorPageId,
    source: &Value,
    urls: &[String],
) -> Result<bool> {
    let done = sqlx::query(
        "update vendor_pages
         set source = $2::jsonb, urls = $3, urls_digest = sha256(convert_to(array_to_string($3, ' '), 'UTF8')),
             parts = '[]', failures = 0, failure = null, not_before = null
         where id = $1 and not exists (
             select 1 from vendor_pages
             where urls_digest = sha256(convert_to(array_to_string($3, ' '), 'UTF8')) and id <> $1)",
    )
    .bind(id.0)
    .bind(columns::json(source))
    .bind(sorted(urls))
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Forgets pages that nobody follows and nobody has searched for since `age`; says how many.
pub async fn forget_unused(conn: &mut PgConnection, age: Duration) -> Result<u64> {
    let done = sqlx::query(
        "delete from vendor_pages p
         where sought_at < now() - make_interval(secs => $1)
           and not exists (select 1 from services s where s.vendor_page_id = p.id)
           and not exists (select 1 from service_dependencies d where d.vendor_page_id = p.id)",
    )
    .bind(age.as_secs_f64())
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}

fn shard(id: VendorPageId) -> i16 {
    i16::try_from(schedule::page_shard(id)).unwrap_or(0)
}

fn sorted(urls: &[String]) -> Vec<String> {
    let mut urls = urls.to_vec();
    urls.sort_unstable();
    urls.dedup();
    urls
}

impl From<Row> for VendorPage {
    fn from(row: Row) -> Self {
        Self {
            id: VendorPageId(row.id),
            source: row.source.0,
            urls: row.urls,
            name: row.name,
            home: row.home,
            shard: u16::try_from(row.shard).unwrap_or(0),
            page: row.page.map(|page| page.0),
            parts: row.parts.0,
            read_at: row.read_at,
            tried_at: row.tried_at,
            failures: u32::try_from(row.failures).unwrap_or(0),
            failure: row.failure.map(|failure| failure.0),
            not_before: row.not_before,
        }
    }
}
