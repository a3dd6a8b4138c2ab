//! The `setup_tokens` table: hashes of set-up links, good until the first operator exists.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::Result;

/// Held while a set-up link is spent, so that of two people with two links one becomes the first operator.
const SETUP_LOCK: i64 = 0x7075_6c73_6502;

pub async fn insert(conn: &mut PgConnection, hash: &[u8], now: DateTime<Utc>) -> Result<()> {
    sqlx::query("insert into setup_tokens (hash, created_at) values ($1, $2)")
        .bind(hash)
        .bind(now)
        .execute(conn)
        .await?;
    Ok(())
}

/// Spends a link: true when it was made after `after` and no operator exists. All other links go with it. Must
/// stand in the transaction that makes the operator, which holds a lock from here to its end.
pub async fn spend(conn: &mut PgConnection, hash: &[u8], after: DateTime<Utc>) -> Result<bool> {
    sqlx::query("select pg_advisory_xact_lock($1)")
        .bind(SETUP_LOCK)
        .execute(&mut *conn)
        .await?;
    let spent = sqlx::query(
        "delete from setup_tokens
         where hash = $1 and created_at > $2 and not exists (select from users where is_operator)",
    )
    .bind(hash)
    .bind(after)
    .execute(&mut *conn)
    .await?
    .rows_affected()
        == 1;
    if spent {
        sqlx::query("delete from setup_tokens")
            .execute(conn)
            .await?;
    }
    Ok(spent)
}

/// Deletes links made before `before`, and all of them once an operator exists; how many.
pub async fn delete_old(conn: &mut PgConnection, before: DateTime<Utc>) -> Result<u64> {
    let done = sqlx::query(
        "delete from setup_tokens
         where created_at < $1 or exists (select from users where is_operator)",
    )
    .bind(before)
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}
