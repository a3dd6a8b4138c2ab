//! `vendor_pages`: other people's status pages, what was last read of them, and how to read them again.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::{id::VendorPageId, schedule};
use serde_json::Value;
use sqlx::{FromRow, PgConnection, types::Json};
use uuid::Uuid;

use crate::{Result, columns};

mod moving;

pub use moving::{Moved, move_to};

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
    /// Everything was read, and not only what proves that the page is there.
    pub whole: bool,
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
    /// The page asked to be left alone until then, or it keeps failing.
    pub not_before: Option<DateTime<Utc>>,
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
    not_before: Option<DateTime<Utc>>,
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

/// Keeps a page that was found, or finds it again by its addresses; then the newer reading stands, provided that it is
/// whole. How it is read, its name and its home are what the first search told. Addresses that a person named tell less
/// than a search, and give way to it.
pub async fn keep(
    conn: &mut PgConnection,
    found: &Found<'_>,
    now: DateTime<Utc>,
) -> Result<VendorPageId> {
    let id = Uuid::now_v7();
    let urls = sorted(found.urls);
    let id: Uuid = sqlx::query_scalar(KEEP)
        .bind(id)
        .bind(columns::json(found.source))
        .bind(&urls)
        .bind(found.name)
        .bind(found.home)
        .bind(shard(VendorPageId(id)))
        .bind(columns::json(found.page))
        .bind(columns::json(found.parts))
        .bind(now)
        .bind(found.whole)
        .fetch_one(conn)
        .await?;
    Ok(VendorPageId(id))
}

const KEEP: &str = "
    insert into vendor_pages as kept
        (id, source, urls, urls_digest, name, home, shard, page, parts, read_at, tried_at)
    values ($1, $2::jsonb, $3, sha256(convert_to(array_to_string($3, ' '), 'UTF8')), $4, $5, $6, $7::jsonb,
            $8::jsonb, $9, $9)
    on conflict (urls_digest) do update
        set (source, name, home) = (
                select case when search.tells then excluded.source else kept.source end,
                       case when search.tells then excluded.name else kept.name end,
                       case when search.tells then excluded.home else kept.home end
                from (select jsonb_array_length(coalesce(excluded.source -> 'given', '[]')) = 0
                         and jsonb_array_length(coalesce(kept.source -> 'given', '[]')) > 0) as search (tells)),
            (page, parts, read_at, tried_at, failures, failure) = (
                select excluded.page, excluded.parts, excluded.read_at, excluded.tried_at, 0, null::jsonb
                where $10 or kept.page is null
                union all
                select kept.page, kept.parts, kept.read_at, kept.tried_at, kept.failures, kept.failure
                where not ($10 or kept.page is null)),
            sought_at = now()
    returning id";

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
        "select id, name, home, coalesce(source ->> 'provider', '') as provider, read_at, failures, not_before
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
        not_before: row.not_before,
    };
    Ok(rows.into_iter().map(freshness).collect())
}

/// Keeps what was read. Gives how the page is read from now on: a search may have told more since. None when it is gone.
pub async fn was_read(
    conn: &mut PgConnection,
    id: VendorPageId,
    reading: &Reading<'_>,
) -> Result<Option<Value>> {
    let source: Option<Json<Value>> = sqlx::query_scalar(
        "update vendor_pages
         set page = coalesce($2::jsonb, page), parts = coalesce($3::jsonb, parts), read_at = $4, tried_at = $4,
             not_before = $5, failures = 0, failure = null
         where id = $1
         returning source",
    )
    .bind(id.0)
    .bind(reading.page.map(columns::json))
    .bind(reading.parts.map(columns::json))
    .bind(reading.at)
    .bind(reading.not_before)
    .fetch_optional(conn)
    .await?;
    Ok(source.map(|source| source.0))
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

/// Forgets pages that nobody follows or depends on: those that nobody has searched for since `age`, and the oldest beyond
/// `most`, so that searching alone fills no disk. Says how many.
pub async fn forget_unused(conn: &mut PgConnection, age: Duration, most: u32) -> Result<u64> {
    let done = sqlx::query(
        "with unused as (
             select id, sought_at, row_number() over (order by sought_at desc) as place
             from vendor_pages p
             where not exists (select 1 from services s where s.vendor_page_id = p.id)
               and not exists (select 1 from service_dependencies d where d.vendor_page_id = p.id))
         delete from vendor_pages p using unused
         where p.id = unused.id and (unused.place > $2 or unused.sought_at < now() - make_interval(secs => $1))",
    )
    .bind(age.as_secs_f64())
    .bind(i64::from(most))
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
