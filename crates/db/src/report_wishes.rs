//! `report_wishes`: who wants the report of the week, on which day and by the clocks of which zone.

use chrono::{DateTime, Utc, Weekday};
use domain::{id::UserId, report::Rhythm};
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use crate::{Error, Result};

/// How somebody wants the report of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wish {
    pub rhythm: Rhythm,
    /// When the next one is due; none while it is switched off.
    pub next_at: Option<DateTime<Utc>>,
}

/// Somebody whose report is due; locked until the end of the transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    pub user: UserId,
    /// None when this program does not know the zone any more.
    pub rhythm: Option<Rhythm>,
    /// The address is known to be theirs.
    pub verified: bool,
}

#[derive(FromRow)]
struct Row {
    weekday: i16,
    zone: String,
    next_at: Option<DateTime<Utc>>,
}

/// What somebody chose; none by somebody who never did.
pub async fn find(conn: &mut PgConnection, user: UserId) -> Result<Option<Wish>> {
    let row: Option<Row> =
        sqlx::query_as("select weekday, zone, next_at from report_wishes where user_id = $1")
            .bind(user.0)
            .fetch_optional(conn)
            .await?;
    row.map(|row| {
        let rhythm = rhythm(row.weekday, &row.zone).ok_or_else(|| Error::Corrupt {
            table: "report_wishes",
            reason: format!("{}: day {} in {}", user.0, row.weekday, row.zone),
        })?;
        Ok(Wish {
            rhythm,
            next_at: row.next_at,
        })
    })
    .transpose()
}

/// Stores what somebody chose.
pub async fn put(conn: &mut PgConnection, user: UserId, wish: Wish) -> Result<()> {
    sqlx::query(
        "insert into report_wishes (user_id, weekday, zone, next_at) values ($1, $2, $3, $4)
         on conflict (user_id) do update set weekday = excluded.weekday, zone = excluded.zone, next_at = excluded.next_at",
    )
    .bind(user.0)
    .bind(i16::try_from(wish.rhythm.weekday.number_from_monday()).unwrap_or(1))
    .bind(wish.rhythm.zone.name())
    .bind(wish.next_at)
    .execute(conn)
    .await?;
    Ok(())
}

/// Switches it off; day and zone are kept. False when there is nobody of that id or nothing was chosen.
pub async fn stop(conn: &mut PgConnection, user: UserId) -> Result<bool> {
    let done = sqlx::query("update report_wishes set next_at = null where user_id = $1")
        .bind(user.0)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// The one that is due first and that nobody else attends to.
pub async fn due(conn: &mut PgConnection) -> Result<Option<Due>> {
    let row: Option<(Uuid, i16, String, bool)> = sqlx::query_as(
        "select r.user_id, r.weekday, r.zone, u.email_verified_at is not null
         from report_wishes r join users u on u.id = r.user_id
         where r.next_at <= now() order by r.next_at limit 1 for update of r skip locked",
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|(user, weekday, zone, verified)| Due {
        user: UserId(user),
        rhythm: rhythm(weekday, &zone),
        verified,
    }))
}

/// Notes when the next one is due; none switches it off.
pub async fn advance(
    conn: &mut PgConnection,
    user: UserId,
    next_at: Option<DateTime<Utc>>,
) -> Result<()> {
    sqlx::query("update report_wishes set next_at = $2 where user_id = $1")
        .bind(user.0)
        .bind(next_at)
        .execute(conn)
        .await?;
    Ok(())
}

fn rhythm(weekday: i16, zone: &str) -> Option<Rhythm> {
    let days = u8::try_from(weekday).ok()?.checked_sub(1)?;
    Some(Rhythm {
        weekday: Weekday::try_from(days).ok()?,
        zone: zone.parse().ok()?,
    })
}
