//! `letters`: mail to one person, written in the transaction of what it tells and sent by whichever worker has a mail server.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::{
    id::{LetterId, UserId, WorkerId, WorkspaceId},
    notice::trouble::Trouble,
    report::Report,
};
use serde_json::Value;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use crate::{Result, columns};

pub mod trouble;
pub mod verifying;

/// How a letter ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Sent,
    /// For good.
    Refused,
    /// Tried for too long.
    GivenUp,
    /// It was of no use any more, or not wanted any more, before it left.
    Dropped,
}

impl Outcome {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Refused => "refused",
            Self::GivenUp => "given_up",
            Self::Dropped => "dropped",
        }
    }
}

/// What a letter is about.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// It asks whether the address is the person's.
    Verification,
    Report(Box<Report>),
    /// A channel of a workspace of theirs takes no notices.
    Trouble(Box<Trouble>),
    /// Written by another version of the program.
    Unknown,
}

/// A letter that a worker has taken on.
#[derive(Clone, Debug, PartialEq)]
pub struct Claimed {
    pub id: LetterId,
    pub user: UserId,
    /// The name of the person.
    pub name: String,
    /// Where it goes now.
    pub address: String,
    pub content: Content,
    pub created_at: DateTime<Utc>,
    /// Attempts before this one.
    pub attempts: i32,
    /// Why it must not be sent any more.
    pub in_vain: Option<&'static str>,
}

/// The report of a week, to be sent.
#[derive(Clone, Copy, Debug)]
pub struct NewReport<'a> {
    pub user: UserId,
    pub workspace: WorkspaceId,
    /// The Monday under which the person gets no second one.
    pub week: NaiveDate,
    pub report: &'a Report,
    pub expires_at: DateTime<Utc>,
}

/// Stores a report to be sent at once. False when there is one of this person, workspace and week.
pub async fn insert_report(conn: &mut PgConnection, new: NewReport<'_>) -> Result<bool> {
    let done = sqlx::query(
        "insert into letters (id, user_id, kind, workspace_id, week, body, expires_at, next_at)
         values ($1, $2, 'report', $3, $4, $5::jsonb, $6, now())
         on conflict (user_id, workspace_id, week) where kind = 'report' do nothing",
    )
    .bind(Uuid::now_v7())
    .bind(new.user.0)
    .bind(new.workspace.0)
    .bind(new.week)
    .bind(columns::json(new.report))
    .bind(new.expires_at)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    user_id: Uuid,
    name: String,
    address: String,
    kind: String,
    body: Option<Value>,
    created_at: DateTime<Utc>,
    attempts: i32,
    expired: bool,
    used: bool,
    wanted: bool,
}

/// Takes on letters that are due and that nobody else sends, the oldest first. Those of a worker that is not live any more are
/// taken on again, and those that are not settled within `lease`.
pub async fn claim(
    conn: &mut PgConnection,
    by: Option<WorkerId>,
    limit: i64,
    lease: Duration,
) -> Result<Vec<Claimed>> {
    let rows: Vec<Row> = sqlx::query_as(
        "with due as (
             select l.id from letters l
             where l.outcome is null and l.next_at <= now()
               and (l.claimed_until is null or l.claimed_until <= now()
                    or l.claimed_by is not null and not exists (
                           select 1 from workers w
                           where w.id = l.claimed_by and w.heartbeat_at > now() - interval '10 seconds'))
             order by l.next_at limit $1 for update skip locked)
         update letters l set claimed_until = now() + $2, claimed_by = $3, attempts = l.attempts + 1
         from due, users u
         where l.id = due.id and u.id = l.user_id
         returning l.id, l.user_id, u.name, coalesce(l.address, u.email) as address, l.kind, l.body, l.created_at,
                   l.attempts - 1 as attempts, l.expires_at <= now() as expired, l.used_at is not null as used,
                   -- Whoever left the workspace, switched reports off or lost the address meanwhile gets none.
                   l.kind = 'verification' or u.email_verified_at is not null
                       and (l.kind = 'trouble'
                            or exists (select 1 from report_wishes r where r.user_id = u.id and r.next_at is not null))
                       and exists (select 1 from memberships m
                                   where m.user_id = u.id and m.workspace_id = l.workspace_id
                                     and (l.kind <> 'trouble' or m.role = 3)) as wanted",
    )
    .bind(limit)
    .bind(lease)
    .bind(by.map(|id| id.0))
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Claimed::from).collect())
}

/// It is over with this letter. `detail`: why it was not sent, in one sentence; empty when it was.
pub async fn settle(
    conn: &mut PgConnection,
    id: LetterId,
    outcome: Outcome,
    detail: &str,
) -> Result<()> {
    sqlx::query(
        "update letters set outcome = $2, detail = $3, settled_at = now(), claimed_until = null where id = $1",
    )
    .bind(id.0)
    .bind(outcome.as_str())
    .bind(detail)
    .execute(conn)
    .await?;
    Ok(())
}

/// To be tried again then.
pub async fn put_off(
    conn: &mut PgConnection,
    id: LetterId,
    until: DateTime<Utc>,
    why: &str,
) -> Result<()> {
    sqlx::query(
        "update letters set next_at = $2, detail = $3, claimed_until = null where id = $1 and outcome is null",
    )
    .bind(id.0)
    .bind(until)
    .bind(why)
    .execute(conn)
    .await?;
    Ok(())
}

/// Deletes letters from before, sent or not. Gives how many.
pub async fn tidy(conn: &mut PgConnection, now: DateTime<Utc>, kept: TimeDelta) -> Result<u64> {
    let done = sqlx::query(
        "delete from letters where id in (select id from letters where created_at < $1 limit 5000)",
    )
    .bind(now - kept)
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}

impl From<Row> for Claimed {
    fn from(row: Row) -> Self {
        let content = match (row.kind.as_str(), row.body) {
            ("verification", _) => Some(Content::Verification),
            ("report", Some(body)) => serde_json::from_value(body).ok().map(Content::Report),
            ("trouble", Some(body)) => serde_json::from_value(body).ok().map(Content::Trouble),
            _ => None,
        };
        let in_vain = if row.expired {
            Some("It was too late for it.")
        } else if row.used {
            Some("The address was verified before.")
        } else if !row.wanted {
            Some("It was not wanted any more.")
        } else {
            None
        };
        Self {
            id: LetterId(row.id),
            user: UserId(row.user_id),
            name: row.name,
            address: row.address,
            content: content.unwrap_or(Content::Unknown),
            created_at: row.created_at,
            attempts: row.attempts,
            in_vain,
        }
    }
}
