//! The database itself: made inside a server that is ours alone.

use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use crate::Result;

/// Makes database `name` in the server behind `url`, unless it is there. `name` is ours, not a user's.
pub async fn ensure_database(url: &str, name: &str) -> Result<()> {
    let mut conn = PgConnection::connect(url).await?;
    let known = "select exists (select 1 from pg_database where datname = $1)";
    if !sqlx::query_scalar::<_, bool>(known)
        .bind(name)
        .fetch_one(&mut conn)
        .await?
    {
        let sql = format!("create database {name}");
        sqlx::query(AssertSqlSafe(sql)).execute(&mut conn).await?;
    }
    conn.close().await?;
    Ok(())
}

/// What a database says about itself.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct About {
    /// Such as `15.18 (Debian 15.18-0+deb12u1)`.
    pub version: String,
    /// Its clock.
    pub now: DateTime<Utc>,
    /// How much disk our database takes, in bytes.
    pub size: i64,
}

/// Asks the database about itself.
pub async fn about(conn: &mut PgConnection) -> Result<About> {
    let sql = "select current_setting('server_version') as version, clock_timestamp() as now,
         pg_database_size(current_database()) as size";
    Ok(sqlx::query_as(sql).fetch_one(conn).await?)
}
