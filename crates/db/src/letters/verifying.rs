//! Letters that ask whether an address is somebody's, and what opening their link does.

use chrono::{DateTime, Utc};
use domain::id::{LetterId, UserId};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{Error, Result};

/// Verifications that somebody asked for lately.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// When, within the last day, the newest first.
    pub at: Vec<DateTime<Utc>>,
    /// The address of the newest one whose link still works.
    pub pending: Option<String>,
}

/// An address that is known to be somebody's from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    pub user: UserId,
    pub address: String,
}

/// Stores a letter with a link that works until `expires_at`, to be sent at once.
pub async fn insert(
    conn: &mut PgConnection,
    user: UserId,
    address: &str,
    expires_at: DateTime<Utc>,
) -> Result<LetterId> {
    let id = LetterId(Uuid::now_v7());
    sqlx::query(
        "insert into letters (id, user_id, kind, address, expires_at, next_at)
         values ($1, $2, 'verification', $3, $4, now())",
    )
    .bind(id.0)
    .bind(user.0)
    .bind(address)
    .bind(expires_at)
    .execute(conn)
    .await?;
    Ok(id)
}

/// What somebody asked for within the last day.
pub async fn asked(conn: &mut PgConnection, user: UserId) -> Result<Asked> {
    let rows: Vec<(DateTime<Utc>, String, bool)> = sqlx::query_as(
        "select created_at, address, used_at is null and expires_at > now() from letters
         where user_id = $1 and kind = 'verification' and created_at > now() - interval '1 day'
         order by created_at desc, id desc",
    )
    .bind(user.0)
    .fetch_all(conn)
    .await?;
    let newest = rows.first().filter(|(_, _, works)| *works);
    Ok(Asked {
        pending: newest.map(|(_, address, _)| address.clone()),
        at: rows.into_iter().map(|(at, _, _)| at).collect(),
    })
}

/// Spends the link of a letter: its address is the account's from now on, and verified. None when the link was used, is too old, or
/// another address was asked for since; `Taken("email")` when somebody else has the address by now.
pub async fn spend(conn: &mut PgConnection, letter: LetterId) -> Result<Option<Verified>> {
    // The newest letter alone counts: whoever asks for another address takes back the one before.
    let found: Option<(Uuid, String)> = sqlx::query_as(
        "update letters l set used_at = now()
         where l.id = $1 and l.kind = 'verification' and l.used_at is null and l.expires_at > now()
           and not exists (select 1 from letters o
                           where o.user_id = l.user_id and o.kind = 'verification' and o.id <> l.id
                             and o.created_at >= l.created_at and lower(o.address) <> lower(l.address))
         returning l.user_id, l.address",
    )
    .bind(letter.0)
    .fetch_optional(&mut *conn)
    .await?;
    let Some((user, address)) = found else {
        return Ok(None);
    };
    // Other letters to the same person have become useless.
    sqlx::query(
        "update letters set used_at = now() where user_id = $1 and kind = 'verification' and used_at is null",
    )
    .bind(user)
    .execute(&mut *conn)
    .await?;
    sqlx::query("update users set email = $2, email_verified_at = now() where id = $1")
        .bind(user)
        .bind(&address)
        .execute(conn)
        .await
        .map_err(|error| Error::on_constraint(error, "users_email_key", "email"))?;
    Ok(Some(Verified {
        user: UserId(user),
        address,
    }))
}
