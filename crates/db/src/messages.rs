//! `messages`: what one channel is told at once. Composed once, so that every attempt says the same under the same key.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::{
    id::{ChannelId, DeliveryId, MessageId, WorkerId, WorkspaceId},
    notice::{message::Message, retry::GIVEN_UP_AFTER},
};
use serde::Deserialize as _;
use serde_json::Value;
use sqlx::{FromRow, PgConnection, types::Json};
use uuid::Uuid;

use crate::{
    Result, columns,
    deliveries::{self, Delivery},
    outbox::gathering::{self, Taken},
    services,
};

/// Messages of one workspace that are sent at the same time.
const MOST_OF_WORKSPACE: i64 = 8;
/// Messages that are sent at the same time through the one mail server, of all workspaces.
const MOST_BY_MAIL: i64 = 16;
/// What the ledger says of an attempt that nobody saw end.
const INTERRUPTED: &str = "The worker ended before it knew what came of this attempt; the message is sent again under the same key.";

/// A message that a worker has taken on.
#[derive(Clone, Debug, PartialEq)]
pub struct Claimed {
    pub id: MessageId,
    pub workspace: WorkspaceId,
    pub channel: ChannelId,
    pub message: Message,
    pub created_at: DateTime<Utc>,
    /// Until then it is tried.
    pub give_up_at: DateTime<Utc>,
    /// Who took it on, and how many attempts there were before this one: nobody else says what becomes of it.
    pub by: Option<WorkerId>,
    pub attempts: i32,
    /// Recipients (or incidents, for a pager) with which earlier attempts are done for good.
    pub done_with: Vec<String>,
}

/// A message as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    pub id: MessageId,
    pub channel: ChannelId,
    pub message: Message,
    pub created_at: DateTime<Utc>,
    /// None while it is to be sent; then `sent`, `refused` or `given_up`.
    pub outcome: Option<String>,
    /// When it ended last; it may be on its way once more.
    pub settled_at: Option<DateTime<Utc>>,
    pub attempts: i32,
    pub next_at: DateTime<Utc>,
}

/// How a message ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Sent,
    /// For good.
    Refused,
    /// Tried for too long.
    GivenUp,
}

impl Outcome {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Refused => "refused",
            Self::GivenUp => "given_up",
        }
    }
}

/// Stores a message to be sent at once.
pub async fn insert(
    conn: &mut PgConnection,
    id: MessageId,
    (workspace, channel): (WorkspaceId, ChannelId),
    message: &Message,
) -> Result<()> {
    sqlx::query(
        "insert into messages (id, workspace_id, channel_id, kind, body, next_at, give_up_at)
         values ($1, $2, $3, $4, $5::jsonb, now(), now() + $6)",
    )
    .bind(id.0)
    .bind(workspace.0)
    .bind(channel.0)
    .bind(message.kind.as_str())
    .bind(columns::json(message))
    .bind(GIVEN_UP_AFTER)
    .execute(conn)
    .await?;
    Ok(())
}

#[derive(FromRow)]
struct ClaimedRow {
    id: Uuid,
    workspace_id: Uuid,
    channel_id: Uuid,
    body: Value,
    created_at: DateTime<Utc>,
    give_up_at: DateTime<Utc>,
    attempts: i32,
    done_with: Vec<String>,
}

/// It was not taken on by somebody else since, nor settled.
macro_rules! is_mine {
    () => {
        "id = $1 and claimed_by is not distinct from $2 and attempts = $3 + 1 and outcome is null"
    };
}

/// It has to leave before later ones of its channel. What is sent once more, which was settled before, has not.
macro_rules! comes_first {
    () => {
        "o.outcome is null and o.settled_at is null"
    };
}

/// Nobody sends it: nobody took it on, or no longer has it, or another worker did that has been silent for too long.
macro_rules! is_free {
    () => {
        "(m.claimed_until is null or m.claimed_until <= now()
          or $6::interval is not null and m.claimed_by is not null and m.claimed_by is distinct from $3::uuid
             and not exists (select 1 from workers w where w.id = m.claimed_by and w.heartbeat_at > now() - $6))"
    };
}

const CLAIM: &str = concat!(
    "with waiting as (
         select m.id, m.workspace_id, m.next_at, m.kind = 'test' as is_test, c.kind = 'email' as by_mail, f.is_free
         from messages m
         join channels c on c.id = m.channel_id
         cross join lateral (select ",
    is_free!(),
    " as is_free) f
         where m.outcome is null
           and (not f.is_free
                or m.next_at <= now()
                   -- A test is sent whatever holds the others up.
                   and (m.kind = 'test' or c.paused_at is null and c.broken_at is null
                        and not exists (select 1 from messages o
                                        where o.channel_id = m.channel_id and o.id < m.id and ",
    comes_first!(),
    ")))),
     -- What is being sent comes first, so that it takes up its room; then tests, for which somebody waits.
     by_workspace as (
         select *, row_number() over (partition by workspace_id order by is_free, is_test desc, next_at) as place
         from waiting),
     by_kind as (
         select *, row_number() over (partition by by_mail order by is_free, is_test desc, next_at) as place_in_all
         from by_workspace where not is_free or place <= $4),
     due as (
         select m.id, m.claimed_until is not null as was_taken from by_kind k join messages m on m.id = k.id
         where k.is_free and (not k.by_mail or k.place_in_all <= $5)
           -- Asked once more of the row that is locked, which somebody else may have taken meanwhile.
           and m.outcome is null and m.next_at <= now() and ",
    is_free!(),
    "
         order by m.next_at limit $1 for update of m skip locked),
     taken as (
         update messages m set claimed_until = now() + $2, claimed_by = $3, attempts = m.attempts + 1 from due
         where m.id = due.id
         returning m.id, m.workspace_id, m.channel_id, m.body, m.created_at, m.give_up_at, m.attempts - 1 as attempts,
                   m.done_with, due.was_taken),
     -- Whoever had it before never said what came of that.
     interrupted as (
         insert into deliveries (id, workspace_id, channel_id, message_id, at, outcome, detail, took_ms)
         select gen_random_uuid(), workspace_id, channel_id, id, now(), 'interrupted', $7, 0 from taken where was_taken)
     select id, workspace_id, channel_id, body, created_at, give_up_at, attempts, done_with from taken",
);

/// Takes on messages that are due and that nobody else sends, one per channel and the oldest first. Those of other workers
/// that have been silent for `silence` are taken on again, where that says something; and those that are not settled within
/// `lease`. A few of each workspace and a few by mail are sent at once, whoever sends them, so that receivers that are slow
/// hold up their own only; workers that ask in the same moment may take as many each. What cannot be read is settled as
/// refused, and what it tells is put into words anew. An attempt that nobody saw end stands in the
/// ledger as interrupted.
pub async fn claim(
    conn: &mut PgConnection,
    by: Option<WorkerId>,
    limit: i64,
    lease: Duration,
    silence: Option<Duration>,
) -> Result<Vec<Claimed>> {
    let rows: Vec<ClaimedRow> = sqlx::query_as(CLAIM)
        .persistent(false)
        .bind(limit)
        .bind(lease)
        .bind(by.map(|id| id.0))
        .bind(MOST_OF_WORKSPACE)
        .bind(MOST_BY_MAIL)
        .bind(silence)
        .bind(INTERRUPTED)
        .fetch_all(&mut *conn)
        .await?;
    let mut claimed = Vec::with_capacity(rows.len());
    for row in rows {
        match Message::deserialize(&row.body) {
            Ok(message) => claimed.push(row.with(message, by)),
            // It keeps nothing from the others: where it cannot be settled either, it is free again when its claim ends.
            Err(why) => {
                if let Err(error) = leave(conn, &row, &why.to_string()).await {
                    tracing::warn!(message = %row.id, %error, "a message that cannot be read waits");
                }
            }
        }
    }
    Ok(claimed)
}

/// When the next message of a channel that works is due or its claim ends, later than `after`; none when none is. What was due
/// by then and is left waits for others to be settled.
pub async fn next_due(
    conn: &mut PgConnection,
    after: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>> {
    Ok(sqlx::query_scalar(concat!(
        "select min(greatest(m.next_at, m.claimed_until)) from messages m join channels c on c.id = m.channel_id
         where m.outcome is null and c.paused_at is null and c.broken_at is null
           and greatest(m.next_at, m.claimed_until) > $1
           and not exists (select 1 from messages o where o.channel_id = m.channel_id and o.id < m.id and ",
        comes_first!(),
        ")"
    ))
    .persistent(false)
    .bind(after)
    .fetch_one(conn)
    .await?)
}

/// It is over with this message, which nobody is sending.
pub async fn settle(
    conn: &mut PgConnection,
    id: MessageId,
    outcome: Outcome,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query(
        "update messages set outcome = $2, settled_at = $3, claimed_until = null where id = $1",
    )
    .bind(id.0)
    .bind(outcome.as_str())
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}

/// It is over with a message that was taken on. False when it was taken on by somebody else since.
pub async fn finish(
    conn: &mut PgConnection,
    claimed: &Claimed,
    outcome: Outcome,
    now: DateTime<Utc>,
) -> Result<bool> {
    let done = sqlx::query(concat!(
        "update messages set outcome = $4, settled_at = $5, claimed_until = null where ",
        is_mine!()
    ))
    .bind(claimed.id.0)
    .bind(claimed.by.map(|id| id.0))
    .bind(claimed.attempts)
    .bind(outcome.as_str())
    .bind(now)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// How many of the channel's messages in a row were refused for good up to now, counted up to `most`, since somebody last changed
/// the channel.
pub async fn refused_in_a_row(
    conn: &mut PgConnection,
    channel: ChannelId,
    most: i64,
) -> Result<i64> {
    Ok(sqlx::query_scalar(
        "select count(*) from (
             select outcome, bool_and(outcome = 'refused') over (order by created_at desc, id desc) as in_a_row
             from (select m.id, m.outcome, m.created_at from messages m join channels c on c.id = m.channel_id
                   where m.channel_id = $1 and m.outcome is not null and m.settled_at > c.updated_at
                   order by m.created_at desc, m.id desc limit $2) latest) counted
         where in_a_row",
    )
    .bind(channel.0)
    .bind(most)
    .fetch_one(conn)
    .await?)
}

/// To be tried again then, but with those that are done with. False when it was taken on by somebody else since.
pub async fn put_off(
    conn: &mut PgConnection,
    claimed: &Claimed,
    until: DateTime<Utc>,
    done_with: &[String],
) -> Result<bool> {
    let done = sqlx::query(concat!(
        "update messages set next_at = $4, claimed_until = null, done_with = done_with || $5 where ",
        is_mine!()
    ))
    .bind(claimed.id.0)
    .bind(claimed.by.map(|id| id.0))
    .bind(claimed.attempts)
    .bind(until)
    .bind(done_with)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Settles what cannot be read, and lets what it tells wait again. May be cut short between any two steps.
async fn leave(conn: &mut PgConnection, row: &ClaimedRow, why: &str) -> Result<()> {
    tracing::error!(message = %row.id, why, "a message cannot be read");
    let now = services::now(conn).await?;
    gathering::take_back(conn, MessageId(row.id), Taken::All).await?;
    let delivery = Delivery {
        id: DeliveryId(Uuid::now_v7()),
        channel: ChannelId(row.channel_id),
        message: MessageId(row.id),
        at: now,
        outcome: Outcome::Refused.as_str().to_owned(),
        detail: format!(
            "It was not sent, because it cannot be read: {}. What it tells is put into words anew.",
            domain::failure::clean(why, 200)
        ),
        took_ms: 0,
    };
    let nothing = Value::Object(serde_json::Map::new());
    deliveries::insert(conn, WorkspaceId(row.workspace_id), &delivery, &nothing).await?;
    settle(conn, MessageId(row.id), Outcome::Refused, now).await
}

/// Messages that should have been given up by `now`, of channels that do not take them.
pub async fn stale(
    conn: &mut PgConnection,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<(MessageId, WorkspaceId, ChannelId)>> {
    let rows: Vec<(Uuid, Uuid, Uuid)> = sqlx::query_as(
        "select id, workspace_id, channel_id from messages
         where outcome is null and give_up_at < $1 and (claimed_until is null or claimed_until <= now())
         order by id limit $2 for update skip locked",
    )
    .bind(now)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    let stale =
        |(id, workspace, channel)| (MessageId(id), WorkspaceId(workspace), ChannelId(channel));
    Ok(rows.into_iter().map(stale).collect())
}

#[derive(FromRow)]
struct StoredRow {
    id: Uuid,
    channel_id: Uuid,
    body: Json<Message>,
    created_at: DateTime<Utc>,
    outcome: Option<String>,
    settled_at: Option<DateTime<Utc>>,
    attempts: i32,
    next_at: DateTime<Utc>,
}

pub async fn find(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    id: MessageId,
) -> Result<Option<Stored>> {
    let row: Option<StoredRow> = sqlx::query_as(
        "select id, channel_id, body, created_at, outcome, settled_at, attempts, next_at from messages
         where workspace_id = $1 and id = $2",
    )
    .bind(workspace.0)
    .bind(id.0)
    .fetch_optional(conn)
    .await?;
    Ok(row.map(Stored::from))
}

/// Sends a message once more, under the same key, as patiently and for as long as a new one, and beside later ones. False when there is none, or it is being sent.
pub async fn resend(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    id: MessageId,
    now: DateTime<Utc>,
) -> Result<bool> {
    let done = sqlx::query(
        "update messages set outcome = null, next_at = $3, give_up_at = $3 + $4, claimed_until = null,
                attempts = 0, done_with = '{}'
         where workspace_id = $1 and id = $2 and (claimed_until is null or claimed_until <= now())",
    )
    .bind(workspace.0)
    .bind(id.0)
    .bind(now)
    .bind(GIVEN_UP_AFTER)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Deletes messages, and notices that nobody was told of, from before. Gives how many rows went.
pub async fn tidy(conn: &mut PgConnection, before: DateTime<Utc>) -> Result<u64> {
    let notices = sqlx::query(
        "delete from outbox where id in (
             select id from outbox o where created_at < $1 and (message_id is not null or dropped is not null)
               and not exists (select 1 from incidents i where i.id = o.incident_id and i.resolved_at is null)
             limit 5000)",
    )
    .bind(before)
    .execute(&mut *conn)
    .await?;
    let messages = sqlx::query(
        "delete from messages where id in (
             select id from messages m where created_at < $1 and outcome is not null
               and not exists (select 1 from outbox o where o.message_id = m.id) limit 5000)",
    )
    .bind(before)
    .execute(conn)
    .await?;
    Ok(notices.rows_affected() + messages.rows_affected())
}

impl ClaimedRow {
    fn with(self, message: Message, by: Option<WorkerId>) -> Claimed {
        Claimed {
            id: MessageId(self.id),
            workspace: WorkspaceId(self.workspace_id),
            channel: ChannelId(self.channel_id),
            message,
            created_at: self.created_at,
            give_up_at: self.give_up_at,
            by,
            attempts: self.attempts,
            done_with: self.done_with,
        }
    }
}

impl From<StoredRow> for Stored {
    fn from(row: StoredRow) -> Self {
        Self {
            id: MessageId(row.id),
            channel: ChannelId(row.channel_id),
            message: row.body.0,
            created_at: row.created_at,
            outcome: row.outcome,
            settled_at: row.settled_at,
            attempts: row.attempts,
            next_at: row.next_at,
        }
    }
}
