//! A page that was found again elsewhere, and what becomes of those who follow it.

use domain::id::{ServiceKey, VendorPageId};
use serde_json::Value;
use sqlx::{PgConnection, types::Uuid};

use super::{shard, sorted};
use crate::{Result, columns, watched};

/// Where a page went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    /// It keeps its row, with another source.
    Itself,
    /// It is kept already under this id, and everybody follows that one from now on.
    Into(VendorPageId),
}

/// Gives a page that was found again elsewhere its new source. Where that is read already, whoever followed this page
/// follows the other one. Belongs into a transaction.
pub async fn move_to(
    conn: &mut PgConnection,
    id: VendorPageId,
    source: &Value,
    urls: &[String],
) -> Result<Moved> {
    let urls = sorted(urls);
    let other: Option<Uuid> = sqlx::query_scalar(
        "select id from vendor_pages
         where urls_digest = sha256(convert_to(array_to_string($2::text[], ' '), 'UTF8')) and id <> $1",
    )
    .bind(id.0)
    .bind(&urls)
    .fetch_optional(&mut *conn)
    .await?;
    let other = other.map(VendorPageId);
    // Whoever edits a service holds its health before its page: so do we.
    follow(conn, id, other.unwrap_or(id), &urls).await?;
    let Some(other) = other else {
        sqlx::query(
            "update vendor_pages
             set source = $2::jsonb, urls = $3, urls_digest = sha256(convert_to(array_to_string($3, ' '), 'UTF8')),
                 parts = '{}', failures = 0, failure = null, not_before = null
             where id = $1",
        )
        .bind(id.0)
        .bind(columns::json(source))
        .bind(&urls)
        .execute(&mut *conn)
        .await?;
        return Ok(Moved::Itself);
    };
    depend(conn, id, other).await?;
    Ok(Moved::Into(other))
}

/// Whoever follows `from` follows `to`, where it is read at these addresses. Their history and open incidents stay theirs.
async fn follow(
    conn: &mut PgConnection,
    from: VendorPageId,
    to: VendorPageId,
    urls: &[String],
) -> Result<()> {
    // The lock under which configuration changes, in the order in which everybody takes it.
    sqlx::query(
        "select 1 from service_health
         where service_key in (select key from services where vendor_page_id = $1)
         order by service_key for update",
    )
    .bind(from.0)
    .execute(&mut *conn)
    .await?;
    let keys: Vec<i32> = sqlx::query_scalar(
        "update services
         set vendor_page_id = $2, shard = $3, revision = revision + 1, updated_at = now(),
             target = target || jsonb_build_object('page', $2::text, 'urls', to_jsonb($4::text[]))
         where vendor_page_id = $1
         returning key",
    )
    .bind(from.0)
    .bind(to.0)
    .bind(shard(to))
    .bind(urls)
    .fetch_all(&mut *conn)
    .await?;
    let mut shards = vec![shard(from), shard(to)];
    shards.dedup();
    for key in keys {
        for shard in &shards {
            let shard = u16::try_from(*shard).unwrap_or(0);
            watched::notify(conn, shard, ServiceKey(key)).await?;
        }
    }
    Ok(())
}

/// Whoever depends on a part of `from` depends on the same part of `to`.
async fn depend(conn: &mut PgConnection, from: VendorPageId, to: VendorPageId) -> Result<()> {
    sqlx::query(
        "with gone as (
             delete from service_dependencies where vendor_page_id = $1 returning service_key, component, component_key)
         insert into service_dependencies (service_key, vendor_page_id, component, component_key)
         select service_key, $2, component, component_key from gone
         on conflict do nothing",
    )
    .bind(from.0)
    .bind(to.0)
    .execute(conn)
    .await?;
    Ok(())
}
