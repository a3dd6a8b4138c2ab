//! The `password_credentials` table: one argon2id hash per person with a local account.

use chrono::{DateTime, Utc};
use domain::id::UserId;
use sqlx::PgConnection;

use crate::Result;

/// Sets or replaces the hash, a PHC string.
pub async fn set(
    conn: &mut PgConnection,
    user: UserId,
    hash: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query(
        "insert into password_credentials (user_id, hash, changed_at) values ($1, $2, $3)
         on conflict (user_id) do update set hash = excluded.hash, changed_at = excluded.changed_at",
    )
    .bind(user.0)
    .bind(hash)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}

/// The hash; none when the person signs in through a provider only.
pub async fn find(conn: &mut PgConnection, user: UserId) -> Result<Option<String>> {
    Ok(
        sqlx::query_scalar("select hash from password_credentials where user_id = $1")
            .bind(user.0)
            .fetch_optional(conn)
            .await?,
    )
}
