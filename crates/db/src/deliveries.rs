//! `deliveries`: every attempt to say something, and what was answered.

use chrono::{DateTime, Utc};
use domain::{
    channel::ChannelKind,
    id::{ChannelId, DeliveryId, MessageId, WorkspaceId},
};
use serde_json::Value;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use crate::Result;

/// One attempt.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    pub id: DeliveryId,
    pub channel: ChannelId,
    pub message: MessageId,
    pub at: DateTime<Utc>,
    /// `sent`, `retry`, `refused`, `given_up`, or `interrupted` where nobody saw it end
    pub outcome: String,
    /// Why not, in one sentence; or what the receiver calls it.
    pub detail: String,
    pub took_ms: i32,
}

/// An attempt as the ledger lists it, which is without its transcript.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    pub delivery: Delivery,
    pub channel_name: String,
    pub channel_kind: Option<ChannelKind>,
    /// `domain::notice::message::Kind` as a word, and the message.
    pub kind: String,
    pub body: Value,
    /// How the message stands: null while it is under way.
    pub message_outcome: Option<String>,
}

/// An attempt with all that is kept of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Whole {
    pub listed: Listed,
    /// What was said and answered, without secrets.
    pub transcript: Value,
}

/// Which attempts.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    pub channel: Option<ChannelId>,
    pub outcome: Option<&'static str>,
    pub before: Option<DateTime<Utc>>,
    pub since: Option<DateTime<Utc>>,
    /// After this one in the order of the list.
    pub after: Option<(DateTime<Utc>, DeliveryId)>,
    pub limit: i64,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    channel_id: Uuid,
    message_id: Uuid,
    at: DateTime<Utc>,
    outcome: String,
    detail: String,
    took_ms: i32,
    channel_name: String,
    channel_kind: String,
    kind: String,
    body: Value,
    message_outcome: Option<String>,
}

#[derive(FromRow)]
struct WholeRow {
    #[sqlx(flatten)]
    row: Row,
    transcript: Value,
}

/// Notes an attempt. `transcript`: what was said and answered, without secrets.
pub async fn insert(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    delivery: &Delivery,
    transcript: &Value,
) -> Result<()> {
    sqlx::query(
        "insert into deliveries (id, workspace_id, channel_id, message_id, at, outcome, detail, took_ms, transcript)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb)",
    )
    .bind(delivery.id.0)
    .bind(workspace.0)
    .bind(delivery.channel.0)
    .bind(delivery.message.0)
    .bind(delivery.at)
    .bind(&delivery.outcome)
    .bind(&delivery.detail)
    .bind(delivery.took_ms)
    .bind(crate::columns::json(transcript))
    .execute(conn)
    .await?;
    Ok(())
}

macro_rules! select {
    ($more:literal, $rest:literal) => {
        concat!(
            "select d.id, d.channel_id, d.message_id, d.at, d.outcome, d.detail, d.took_ms,
                    c.name as channel_name, c.kind as channel_kind, m.kind, m.body, m.outcome as message_outcome",
            $more,
            "
             from deliveries d join channels c on c.id = d.channel_id join messages m on m.id = d.message_id ",
            $rest
        )
    };
}

/// Attempts of a workspace, the newest first. Transcripts are long, and whoever looks at a list sees none.
pub async fn list(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    wanted: &Wanted,
) -> Result<Vec<Listed>> {
    let (after_at, after_id) = wanted.after.unzip();
    let rows: Vec<Row> = sqlx::query_as(select!(
        "",
        "where d.workspace_id = $1 and ($2::uuid is null or d.channel_id = $2) and ($3::text is null or d.outcome = $3)
           and ($4::timestamptz is null or d.at < $4) and ($5::timestamptz is null or d.at >= $5)
           and ($6::timestamptz is null or (d.at, d.id) < ($6, $7))
         order by d.at desc, d.id desc limit $8"
    ))
    .bind(workspace.0)
    .bind(wanted.channel.map(|id| id.0))
    .bind(wanted.outcome)
    .bind(wanted.before)
    .bind(wanted.since)
    .bind(after_at)
    .bind(after_id.map(|id| id.0))
    .bind(wanted.limit)
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Listed::from).collect())
}

pub async fn find(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    id: DeliveryId,
) -> Result<Option<Whole>> {
    let row: Option<WholeRow> = sqlx::query_as(select!(
        ", d.transcript",
        "where d.workspace_id = $1 and d.id = $2"
    ))
    .bind(workspace.0)
    .bind(id.0)
    .fetch_optional(conn)
    .await?;
    Ok(row.map(Whole::from))
}

/// The latest attempt to send a message.
pub async fn of_message(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    message: MessageId,
) -> Result<Option<Whole>> {
    let row: Option<WholeRow> = sqlx::query_as(select!(
        ", d.transcript",
        "where d.workspace_id = $1 and d.message_id = $2 order by d.at desc, d.id desc limit 1"
    ))
    .bind(workspace.0)
    .bind(message.0)
    .fetch_optional(conn)
    .await?;
    Ok(row.map(Whole::from))
}

/// The latest attempt of each channel of a workspace.
pub async fn latest(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
) -> Result<Vec<(ChannelId, DateTime<Utc>, String)>> {
    let rows: Vec<(Uuid, DateTime<Utc>, String)> = sqlx::query_as(
        "select c.id, d.at, d.outcome from channels c
         cross join lateral (
             select d.at, d.outcome from messages m join deliveries d on d.message_id = m.id
             where m.channel_id = c.id order by m.created_at desc, d.at desc limit 1) d
         where c.workspace_id = $1",
    )
    .bind(workspace.0)
    .fetch_all(conn)
    .await?;
    let latest = |(id, at, outcome)| (ChannelId(id), at, outcome);
    Ok(rows.into_iter().map(latest).collect())
}

impl From<Row> for Listed {
    fn from(row: Row) -> Self {
        Self {
            delivery: Delivery {
                id: DeliveryId(row.id),
                channel: ChannelId(row.channel_id),
                message: MessageId(row.message_id),
                at: row.at,
                outcome: row.outcome,
                detail: row.detail,
                took_ms: row.took_ms,
            },
            channel_name: row.channel_name,
            channel_kind: ChannelKind::parse(&row.channel_kind),
            kind: row.kind,
            body: row.body,
            message_outcome: row.message_outcome,
        }
    }
}

impl From<WholeRow> for Whole {
    fn from(row: WholeRow) -> Self {
        Self {
            listed: row.row.into(),
            transcript: row.transcript,
        }
    }
}
