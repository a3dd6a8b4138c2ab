//! The `users` table: people who sign in.

use chrono::{DateTime, Utc};
use domain::id::UserId;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use crate::{Error, Result};

/// A person with an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub id: UserId,
    /// As the person wrote it; compared without regard to case.
    pub email: String,
    /// Since when the address is known to be the person's; none for nobody's word.
    pub email_verified_at: Option<DateTime<Utc>>,
    pub name: String,
    pub avatar_url: Option<String>,
    /// Sees system health and installation settings.
    pub is_operator: bool,
    pub created_at: DateTime<Utc>,
    pub last_sign_in_at: Option<DateTime<Utc>>,
}

/// Columns of `Row`, from `users` as `u`.
macro_rules! columns {
    () => {
        "u.id, u.email, u.email_verified_at, u.name, u.avatar_url, u.is_operator, u.created_at, u.last_sign_in_at"
    };
}
pub(crate) use columns;

#[derive(FromRow)]
pub(crate) struct Row {
    id: Uuid,
    email: String,
    email_verified_at: Option<DateTime<Utc>>,
    name: String,
    avatar_url: Option<String>,
    is_operator: bool,
    created_at: DateTime<Utc>,
    last_sign_in_at: Option<DateTime<Utc>>,
}

impl From<Row> for User {
    fn from(row: Row) -> Self {
        Self {
            id: UserId(row.id),
            email: row.email,
            email_verified_at: row.email_verified_at,
            name: row.name,
            avatar_url: row.avatar_url,
            is_operator: row.is_operator,
            created_at: row.created_at,
            last_sign_in_at: row.last_sign_in_at,
        }
    }
}

/// Fails with `Taken("email")` when the address belongs to somebody, in whatever case it is written.
pub async fn insert(conn: &mut PgConnection, user: &User) -> Result<()> {
    sqlx::query(
        "insert into users (id, email, name, avatar_url, is_operator, created_at, last_sign_in_at, email_verified_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(user.id.0)
    .bind(&user.email)
    .bind(&user.name)
    .bind(&user.avatar_url)
    .bind(user.is_operator)
    .bind(user.created_at)
    .bind(user.last_sign_in_at)
    .bind(user.email_verified_at)
    .execute(conn)
    .await
    .map_err(|error| Error::on_constraint(error, "users_email_key", "email"))?;
    Ok(())
}

pub async fn find(conn: &mut PgConnection, id: UserId) -> Result<Option<User>> {
    let row: Option<Row> = sqlx::query_as(concat!(
        "select ",
        columns!(),
        " from users u where u.id = $1"
    ))
    .bind(id.0)
    .fetch_optional(conn)
    .await?;
    Ok(row.map(Into::into))
}

/// Keeps everybody else from changing how this person signs in until the transaction ends.
pub async fn lock(conn: &mut PgConnection, id: UserId) -> Result<()> {
    sqlx::query("select from users where id = $1 for update")
        .bind(id.0)
        .execute(conn)
        .await?;
    Ok(())
}

pub async fn find_by_email(conn: &mut PgConnection, email: &str) -> Result<Option<User>> {
    let row: Option<Row> = sqlx::query_as(concat!(
        "select ",
        columns!(),
        " from users u where lower(u.email) = lower($1)"
    ))
    .bind(email)
    .fetch_optional(conn)
    .await?;
    Ok(row.map(Into::into))
}

/// Everybody, oldest account first.
pub async fn list(conn: &mut PgConnection) -> Result<Vec<User>> {
    let rows: Vec<Row> = sqlx::query_as(concat!(
        "select ",
        columns!(),
        " from users u order by u.created_at, u.id"
    ))
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Whether somebody may see system health and installation settings.
pub async fn operator_exists(conn: &mut PgConnection) -> Result<bool> {
    Ok(
        sqlx::query_scalar("select exists (select from users where is_operator)")
            .fetch_one(conn)
            .await?,
    )
}

pub async fn make_operator(conn: &mut PgConnection, id: UserId) -> Result<()> {
    sqlx::query("update users set is_operator = true where id = $1")
        .bind(id.0)
        .execute(conn)
        .await?;
    Ok(())
}

/// Keeps when somebody last signed in, and the picture that came with it, if one did.
pub async fn record_sign_in(
    conn: &mut PgConnection,
    id: UserId,
    avatar_url: Option<&str>,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query(
        "update users set last_sign_in_at = $2, avatar_url = coalesce($3, avatar_url) where id = $1",
    )
    .bind(id.0)
    .bind(now)
    .bind(avatar_url)
    .execute(conn)
    .await?;
    Ok(())
}

/// Notes that a provider vouches for this address; nothing changes where the account has another one, or knew it before.
pub async fn vouch(
    conn: &mut PgConnection,
    id: UserId,
    email: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query(
        "update users set email_verified_at = $3
         where id = $1 and lower(email) = lower($2) and email_verified_at is null",
    )
    .bind(id.0)
    .bind(email)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}

/// Theme, category order, density: an object of the API's making.
pub async fn preferences(conn: &mut PgConnection, id: UserId) -> Result<serde_json::Value> {
    Ok(
        sqlx::query_scalar("select preferences from users where id = $1")
            .bind(id.0)
            .fetch_one(conn)
            .await?,
    )
}

/// Overwrites the given members of the preferences and answers with all of them.
pub async fn change_preferences(
    conn: &mut PgConnection,
    id: UserId,
    changes: &serde_json::Value,
) -> Result<serde_json::Value> {
    Ok(sqlx::query_scalar(
        "update users set preferences = preferences || $2 where id = $1 returning preferences",
    )
    .bind(id.0)
    .bind(changes)
    .fetch_one(conn)
    .await?)
}

/// Erases a person with credentials, identities, sessions, memberships and the personal workspace.
pub async fn delete(conn: &mut PgConnection, id: UserId) -> Result<()> {
    sqlx::query("delete from users where id = $1")
        .bind(id.0)
        .execute(conn)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use serde_json::json;

    use super::*;

    fn user(number: u128, email: &str) -> User {
        User {
            id: UserId(Uuid::from_u128(number)),
            email: email.to_owned(),
            email_verified_at: None,
            name: "Somebody".to_owned(),
            avatar_url: None,
            is_operator: false,
            created_at: DateTime::UNIX_EPOCH,
            last_sign_in_at: None,
        }
    }

    #[sqlx::test(migrator = "crate::MIGRATOR")]
    async fn an_address_belongs_to_one_person_in_any_case(pool: sqlx::PgPool) -> Result<()> {
        let mut conn = pool.acquire().await?;
        let first = user(1, "Ann@Example.com");
        insert(&mut conn, &first).await?;
        let second = insert(&mut conn, &user(2, "ann@example.COM")).await;
        assert!(matches!(second, Err(Error::Taken("email"))), "{second:?}");
        let found = find_by_email(&mut conn, "ANN@example.com").await?;
        assert_eq!(found, Some(first));
        Ok(())
    }

    #[sqlx::test(migrator = "crate::MIGRATOR")]
    async fn preferences_keep_what_was_not_sent(pool: sqlx::PgPool) -> Result<()> {
        let mut conn = pool.acquire().await?;
        let ann = user(1, "ann@example.com");
        insert(&mut conn, &ann).await?;
        change_preferences(
            &mut conn,
            ann.id,
            &json!({"theme": "dark", "density": "compact"}),
        )
        .await?;
        let all = change_preferences(&mut conn, ann.id, &json!({"theme": "light"})).await?;
        assert_eq!(all, json!({"theme": "light", "density": "compact"}));
        assert_eq!(preferences(&mut conn, ann.id).await?, all);
        Ok(())
    }
}
