//! `refused_looks`: looks that the database would not take, each alone, kept for the operator.

use chrono::{DateTime, Utc};
use domain::id::ServiceKey;
use sqlx::PgConnection;

use crate::Result;

/// Remembers that a look was set aside, and why.
pub async fn insert(
    conn: &mut PgConnection,
    service: ServiceKey,
    slot: DateTime<Utc>,
    reason: &str,
) -> Result<()> {
    sqlx::query("insert into refused_looks (service_key, slot_at, reason) values ($1, $2, $3)")
        .bind(service.0)
        .bind(slot)
        .bind(reason)
        .execute(conn)
        .await?;
    Ok(())
}
