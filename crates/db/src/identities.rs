//! The `identities` table: sign-ins through Google and GitHub, known by the provider's subject and never by e-mail.

use chrono::{DateTime, Utc};
use domain::id::UserId;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use crate::{Error, Result};

/// One way in through a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// `google` or `github`.
    pub provider: String,
    /// The provider's lasting id of the person.
    pub subject: String,
    pub user_id: UserId,
    /// The verified address at the provider when it was last used.
    pub email: String,
    pub created_at: DateTime<Utc>,
}

#[derive(FromRow)]
struct Row {
    provider: String,
    subject: String,
    user_id: Uuid,
    email: String,
    created_at: DateTime<Utc>,
}

impl From<Row> for Identity {
    fn from(row: Row) -> Self {
        Self {
            provider: row.provider,
            subject: row.subject,
            user_id: UserId(row.user_id),
            email: row.email,
            created_at: row.created_at,
        }
    }
}

/// Fails with `Taken("identity")` when the sign-in belongs to somebody already.
pub async fn insert(conn: &mut PgConnection, identity: &Identity) -> Result<()> {
    sqlx::query(
        "insert into identities (provider, subject, user_id, email, created_at)
         values ($1, $2, $3, $4, $5)",
    )
    .bind(&identity.provider)
    .bind(&identity.subject)
    .bind(identity.user_id.0)
    .bind(&identity.email)
    .bind(identity.created_at)
    .execute(conn)
    .await
    .map_err(|error| Error::on_constraint(error, "identities_pkey", "identity"))?;
    Ok(())
}

pub async fn find(
    conn: &mut PgConnection,
    provider: &str,
    subject: &str,
) -> Result<Option<Identity>> {
    let row: Option<Row> = sqlx::query_as(
        "select provider, subject, user_id, email, created_at
         from identities where provider = $1 and subject = $2",
    )
    .bind(provider)
    .bind(subject)
    .fetch_optional(conn)
    .await?;
    Ok(row.map(Into::into))
}

/// All of one person's, oldest first.
pub async fn list(conn: &mut PgConnection, user: UserId) -> Result<Vec<Identity>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select provider, subject, user_id, email, created_at
         from identities where user_id = $1 order by created_at, provider, subject",
    )
    .bind(user.0)
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Notes the address that the provider vouches for today.
pub async fn record_email(
    conn: &mut PgConnection,
    provider: &str,
    subject: &str,
    email: &str,
) -> Result<()> {
    sqlx::query("update identities set email = $3 where provider = $1 and subject = $2")
        .bind(provider)
        .bind(subject)
        .bind(email)
        .execute(conn)
        .await?;
    Ok(())
}

/// Takes a provider's ways in away from a person; how many there were.
pub async fn delete(conn: &mut PgConnection, user: UserId, provider: &str) -> Result<u64> {
    let done = sqlx::query("delete from identities where user_id = $1 and provider = $2")
        .bind(user.0)
        .bind(provider)
        .execute(conn)
        .await?;
    Ok(done.rows_affected())
}
