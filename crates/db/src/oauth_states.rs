//! The `spent_oauth_states` table: sign-ins through a provider that came back already, so that none works twice.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::Result;

/// Marks a state as used; false when it was used before. The row is needed until the state runs out at `expires_at`.
pub async fn spend(
    conn: &mut PgConnection,
    hash: &[u8],
    expires_at: DateTime<Utc>,
) -> Result<bool> {
    let done = sqlx::query(
        "insert into spent_oauth_states (hash, expires_at) values ($1, $2) on conflict do nothing",
    )
    .bind(hash)
    .bind(expires_at)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Forgets states that ran out before `before`; how many.
pub async fn delete_expired(conn: &mut PgConnection, before: DateTime<Utc>) -> Result<u64> {
    let done = sqlx::query("delete from spent_oauth_states where expires_at < $1")
        .bind(before)
        .execute(conn)
        .await?;
    Ok(done.rows_affected())
}
