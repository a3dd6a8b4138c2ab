//! Facts about the database itself, for operators.

use sqlx::{FromRow, PgConnection};

use crate::Result;

/// How large things are.
#[derive(Clone, Copy, Debug, Default, PartialEq, FromRow)]
pub struct Sizes {
    /// Bytes of the whole database.
    pub database_bytes: i64,
    /// Bytes of checks with their indexes.
    pub checks_bytes: i64,
    /// Services that are not paused.
    pub watched: i64,
    /// Looks per second that these ask for.
    pub looks_per_second: f64,
    /// Looks that the database refused and that were set aside.
    pub refused_looks: i64,
    /// Days whose checks are there.
    pub check_days: i64,
}

/// Sizes as they are now. Reads the catalogue, not the rows of checks.
pub async fn sizes(conn: &mut PgConnection) -> Result<Sizes> {
    let sql = "select pg_database_size(current_database()) as database_bytes,
            coalesce((select sum(pg_total_relation_size(inhrelid)) from pg_inherits
                      where inhparent = 'checks'::regclass), 0)::bigint as checks_bytes,
            (select count(*) from services where paused_at is null) as watched,
            coalesce((select sum(1.0 / check_interval_s) from services where paused_at is null), 0)::float8
                as looks_per_second,
            (select count(*) from refused_looks) as refused_looks,
            (select count(*) from pg_inherits where inhparent = 'checks'::regclass) as check_days";
    Ok(sqlx::query_as(sql).fetch_one(conn).await?)
}
