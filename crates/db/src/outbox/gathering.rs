//! The dispatcher's side of `outbox`: which channels have something to hear, what waits for one, and what became of it.
//!
//! Statements are planned anew each time: now the table is empty and a second later it holds a storm, and a plan that was made for
//! the one reads everything for each channel of the other.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::{
    id::{ChannelId, IncidentId, MessageId, ServiceId, WorkspaceId},
    incident::Severity,
    notice::{
        gather::{Known, Waiting},
        message::{Kind, Subject},
        plan::{Promise, topic},
    },
};
use sqlx::{FromRow, PgConnection, types::Json};
use uuid::Uuid;

use super::Notice;
use crate::Result;

/// A channel for which something is due.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
struct ReadyRow {
    id: Uuid,
    waiting_since: DateTime<Utc>,
    most_per_minute: i16,
    recent: Vec<DateTime<Utc>>,
    now: DateTime<Utc>,
}

/// A channel for which something is due, and what it heard lately.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ready {
    pub channel: ChannelId,
    /// Since when the first of what is due waits.
    pub waiting_since: DateTime<Utc>,
    pub most_per_minute: u16,
    /// When the messages of the last minute were composed.
    pub recent: Vec<DateTime<Utc>>,
    /// When that was so, by the database's clock.
    pub now: DateTime<Utc>,
}

/// A waiting notice with what only its follow-up needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Due {
    pub waiting: Waiting,
    pub key: String,
    pub service: Option<ServiceId>,
    pub promise: Promise,
    /// When something that its service depends on was last seen in trouble, if that put it off.
    pub held_at: Option<DateTime<Utc>>,
}

/// A notice that is put off: because something that its service depends on is in trouble, or nobody wants to hear of it now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    pub id: i64,
    pub until: DateTime<Utc>,
    /// When that was seen to last; none when it is over by now.
    pub seen_at: Option<DateTime<Utc>>,
}

macro_rules! ready {
    ($which:literal) => {
        concat!(
            "select c.id, w.waiting_since, c.most_per_minute,
                    array(select m.created_at from messages m
                          where m.channel_id = c.id and m.created_at > now() - interval '1 minute') as recent,
                    now() as now
             from channels c
             cross join lateral (
                 select min(greatest(o.due_at, o.created_at)) as waiting_since
                 -- Those that were due first: a storm is not read through in every round. As pairs, so that the planner
                 -- cannot prefer what is due for all channels to what is due for one.
                 from (select due_at, created_at from outbox
                       where (channel_id, due_at) >= (c.id, '-infinity'::timestamptz)
                         and (channel_id, due_at) <= (c.id, now()) and message_id is null and dropped is null
                       order by channel_id, due_at limit 10) o) w
             where c.paused_at is null and c.broken_at is null and w.waiting_since is not null ",
            $which,
            " and not exists (select 1 from messages m
                              where m.channel_id = c.id and m.outcome is null and m.settled_at is null)
             order by w.waiting_since"
        )
    };
}
const READY: &str = ready!("");

/// It says how an open incident stands.
macro_rules! is_still_so {
    () => {
        "(o.kind in ('down', 'degraded', 'settled', 'still')
          and exists (select 1 from incidents i where i.id = o.incident_id and i.resolved_at is null))"
    };
}

/// It waits, and is not how an open incident stands.
macro_rules! is_outdated {
    () => {
        concat!(
            "o.message_id is null and o.dropped is null and not ",
            is_still_so!()
        )
    };
}

/// What of a message is taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    All,
    /// How incidents stand that are still open.
    StillSo,
}

/// Channels for which something is due and nothing under way for the first time, the longest waiting first.
pub async fn ready(conn: &mut PgConnection) -> Result<Vec<Ready>> {
    let rows: Vec<ReadyRow> = sqlx::query_as(READY)
        .persistent(false)
        .fetch_all(conn)
        .await?;
    Ok(rows.into_iter().map(Ready::from).collect())
}

/// The same of these channels: those for which something is still due and nothing under way.
pub async fn ready_of(conn: &mut PgConnection, channels: &[ChannelId]) -> Result<Vec<Ready>> {
    let rows: Vec<ReadyRow> = sqlx::query_as(ready!("and c.id = any($1)"))
        .persistent(false)
        .bind(channels.iter().map(|id| id.0).collect::<Vec<_>>())
        .fetch_all(conn)
        .await?;
    Ok(rows.into_iter().map(Ready::from).collect())
}

/// When something falls due next, later than `after`; none when nothing waits.
pub async fn next_due(
    conn: &mut PgConnection,
    after: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>> {
    Ok(sqlx::query_scalar(
        "select min(due_at) from outbox where message_id is null and dropped is null and due_at > $1",
    )
    .persistent(false)
    .bind(after)
    .fetch_one(conn)
    .await?)
}

/// Takes the locks under which notices of these channels become messages. Gives those that nobody else has. Whoever notes something
/// for such a channel meanwhile does not wait.
pub async fn lock(conn: &mut PgConnection, channels: &[ChannelId]) -> Result<Vec<ChannelId>> {
    let locked: Vec<Uuid> = sqlx::query_scalar(
        "select id from channels where id = any($1) and paused_at is null and broken_at is null
         for no key update skip locked",
    )
    .bind(channels.iter().map(|id| id.0).collect::<Vec<_>>())
    .fetch_all(conn)
    .await?;
    Ok(locked.into_iter().map(ChannelId).collect())
}

#[derive(FromRow)]
struct Row {
    id: i64,
    key: String,
    kind: String,
    service_id: Option<Uuid>,
    incident_id: Option<Uuid>,
    occurred_at: DateTime<Utc>,
    due_at: DateTime<Utc>,
    subject: Json<Subject>,
    promise: Json<Promise>,
    held_at: Option<DateTime<Utc>>,
}

/// What is due for a channel, oldest first. Needs its lock.
pub async fn due(conn: &mut PgConnection, channel: ChannelId, limit: i64) -> Result<Vec<Due>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select id, key, kind, service_id, incident_id, occurred_at, due_at, subject, promise, held_at from outbox
         where channel_id = $1 and due_at <= now() and message_id is null and dropped is null
         order by id limit $2",
    )
    .persistent(false)
    .bind(channel.0)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().filter_map(Row::due).collect())
}

/// Channels that take nothing, being stopped or switched off, for which something has been due since before then that is not true
/// any more: everything but how open incidents stand.
pub async fn stuck(
    conn: &mut PgConnection,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<ChannelId>> {
    let ids: Vec<Uuid> = sqlx::query_scalar(concat!(
        "select c.id from channels c
         where (c.paused_at is not null or c.broken_at is not null)
           and exists (select 1 from outbox o where o.channel_id = c.id and o.due_at < $1 and ",
        is_outdated!(),
        ") limit $2"
    ))
    .persistent(false)
    .bind(before)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    Ok(ids.into_iter().map(ChannelId).collect())
}

/// The same lock as `lock`, of a channel that takes nothing.
pub async fn lock_stuck(conn: &mut PgConnection, channel: ChannelId) -> Result<bool> {
    let locked: Option<Uuid> = sqlx::query_scalar(
        "select id from channels where id = $1 and (paused_at is not null or broken_at is not null)
         for no key update skip locked",
    )
    .bind(channel.0)
    .fetch_optional(conn)
    .await?;
    Ok(locked.is_some())
}

/// What was due for such a channel before then and is not true any more, oldest first. Needs its lock.
pub async fn outdated(
    conn: &mut PgConnection,
    channel: ChannelId,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Due>> {
    let rows: Vec<Row> = sqlx::query_as(concat!(
        "select o.id, o.key, o.kind, o.service_id, o.incident_id, o.occurred_at, o.due_at, o.subject, o.promise, o.held_at
         from outbox o where o.channel_id = $1 and o.due_at < $2 and ",
        is_outdated!(),
        " order by o.id limit $3"
    ))
    .persistent(false)
    .bind(channel.0)
    .bind(before)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().filter_map(Row::due).collect())
}

#[derive(FromRow)]
struct KnownRow {
    incident_id: Uuid,
    told: bool,
    ended_at: Option<DateTime<Utc>>,
    acknowledged: bool,
    severity: Option<i16>,
    milder_since: Option<DateTime<Utc>>,
}

/// What a channel knows of these incidents.
pub async fn known(
    conn: &mut PgConnection,
    channel: ChannelId,
    incidents: &[IncidentId],
) -> Result<BTreeMap<IncidentId, Known>> {
    let rows: Vec<KnownRow> = sqlx::query_as(
        "select o.incident_id,
                bool_or(o.kind in ('down', 'degraded', 'settled') and o.message_id is not null) as told,
                max(o.occurred_at) filter (where o.kind = 'recovered') as ended_at,
                exists (select 1 from acknowledgements a where a.incident_id = o.incident_id) as acknowledged,
                i.severity,
                case when i.severity < i.worst then
                    (select max(e.at) from incident_events e
                     where e.incident_id = o.incident_id and e.event ->> 'kind' = 'severity_changed') end as milder_since
         from outbox o left join incidents i on i.id = o.incident_id
         where o.channel_id = $1 and o.incident_id = any($2)
         group by o.incident_id, i.severity, i.worst",
    )
    .persistent(false)
    .bind(channel.0)
    .bind(incidents.iter().map(|id| id.0).collect::<Vec<_>>())
    .fetch_all(conn)
    .await?;
    let known = |row: KnownRow| {
        let known = Known {
            told: row.told,
            ended_at: row.ended_at,
            acknowledged: row.acknowledged,
            severity: row.severity.and_then(Severity::from_number),
            milder_since: row.milder_since,
        };
        (IncidentId(row.incident_id), known)
    };
    Ok(rows.into_iter().map(known).collect())
}

/// Notes which message tells a notice.
pub async fn told(conn: &mut PgConnection, told: &[(i64, MessageId)]) -> Result<()> {
    sqlx::query(
        "update outbox o set message_id = u.message_id from unnest($1::bigint[], $2::uuid[]) as u (id, message_id)
         where o.id = u.id",
    )
    .persistent(false)
    .bind(told.iter().map(|(id, _)| *id).collect::<Vec<_>>())
    .bind(told.iter().map(|(_, message)| message.0).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    Ok(())
}

/// What a message was to tell waits again, for when its channel takes something: then it is told as it stands by then. The reminders
/// that would follow it go with it.
pub async fn take_back(conn: &mut PgConnection, message: MessageId, what: Taken) -> Result<()> {
    let all = what == Taken::All;
    sqlx::query(concat!(
        "delete from outbox r using outbox o
         where o.message_id = $1 and ($2 or ",
        is_still_so!(),
        ") and r.channel_id = o.channel_id and r.incident_id = o.incident_id
           and r.kind = 'still' and r.message_id is null and r.dropped is null"
    ))
    .persistent(false)
    .bind(message.0)
    .bind(all)
    .execute(&mut *conn)
    .await?;
    sqlx::query(concat!(
        "update outbox o set message_id = null where o.message_id = $1 and ($2 or ",
        is_still_so!(),
        ")"
    ))
    .persistent(false)
    .bind(message.0)
    .bind(all)
    .execute(conn)
    .await?;
    Ok(())
}

/// Notes why nobody will be told.
pub async fn drop(conn: &mut PgConnection, dropped: &[(i64, &'static str)]) -> Result<()> {
    sqlx::query(
        "update outbox o set dropped = u.why from unnest($1::bigint[], $2::text[]) as u (id, why) where o.id = u.id",
    )
    .persistent(false)
    .bind(dropped.iter().map(|(id, _)| *id).collect::<Vec<_>>())
    .bind(dropped.iter().map(|(_, why)| *why).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    Ok(())
}

/// Puts notices off.
pub async fn hold(conn: &mut PgConnection, held: &[Held]) -> Result<()> {
    sqlx::query(
        "update outbox o set due_at = u.until, held = least(o.held + 1, 30000)::smallint,
                held_at = coalesce(u.seen_at, o.held_at)
         from unnest($1::bigint[], $2::timestamptz[], $3::timestamptz[]) as u (id, until, seen_at)
         where o.id = u.id",
    )
    .persistent(false)
    .bind(held.iter().map(|one| one.id).collect::<Vec<_>>())
    .bind(held.iter().map(|one| one.until).collect::<Vec<_>>())
    .bind(held.iter().map(|one| one.seen_at).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    Ok(())
}

impl Row {
    /// None for a kind that a newer version wrote: it waits for a newer worker.
    fn due(self) -> Option<Due> {
        let kind = Kind::parse(&self.kind)?;
        let span = (self.subject.since, self.occurred_at);
        let ripe_at =
            topic(kind, &self.subject).map(|topic| self.promise.ripe_at(topic, span, self.due_at));
        Some(Due {
            waiting: Waiting {
                id: self.id,
                kind,
                ripe_at: ripe_at.unwrap_or(self.due_at),
                incident: self.incident_id.map(IncidentId),
                occurred_at: self.occurred_at,
                due_at: self.due_at,
                held: self.held_at.is_some(),
                subject: self.subject.0,
            },
            key: self.key,
            service: self.service_id.map(ServiceId),
            promise: self.promise.0,
            held_at: self.held_at,
        })
    }
}

impl From<ReadyRow> for Ready {
    fn from(row: ReadyRow) -> Self {
        Self {
            channel: ChannelId(row.id),
            waiting_since: row.waiting_since,
            most_per_minute: u16::try_from(row.most_per_minute).unwrap_or(1),
            recent: row.recent,
            now: row.now,
        }
    }
}

/// The reminder that follows from a notice that is being told.
pub fn reminder(
    due: &Due,
    (workspace, channel): (WorkspaceId, ChannelId),
    times: u32,
    at: DateTime<Utc>,
) -> Option<Notice> {
    let service = due.service?;
    let subject = due.waiting.subject.clone();
    Some(Notice {
        workspace,
        channel,
        key: super::key(service, subject.since, Kind::Still, &times.to_string()),
        kind: Kind::Still,
        service: Some(service),
        incident: due.waiting.incident,
        occurred_at: subject.since,
        due_at: due.promise.next_reminder(subject.state, at)?,
        subject,
        promise: due.promise.clone(),
        dropped: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A storm comes before anybody has counted the rows: the planner knows nothing of them.
    #[sqlx::test(migrator = "crate::MIGRATOR")]
    async fn what_is_due_is_found_by_channel_while_nobody_has_counted_it(
        pool: sqlx::PgPool,
    ) -> Result<()> {
        for sql in [
            "insert into workspaces (id, name) select gen_random_uuid(), 'Shop' from generate_series(1, 100)",
            "insert into channels (id, workspace_id, name, kind, config)
             select gen_random_uuid(), id, 'Channel', 'webhook', '{}' from workspaces, generate_series(1, 3)",
            "insert into outbox (workspace_id, channel_id, key, kind, occurred_at, due_at, subject)
             select workspace_id, id, n::text, 'down', now(), now(),
                    '{\"name\": \"Shop\", \"target\": \"https://shop.test/\", \"state\": \"down\", \"since\": \"2026-01-01T00:00:00Z\"}'
             from channels, generate_series(1, 20) n",
        ] {
            sqlx::query(sql).persistent(false).execute(&pool).await?;
        }
        let explain = format!("explain {READY}");
        let plan: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(explain))
            .persistent(false)
            .fetch_all(&pool)
            .await?;
        let plan = plan.join("\n");
        assert!(plan.contains("outbox_waiting_idx"), "{plan}");
        assert!(!plan.contains("Seq Scan on outbox"), "{plan}");
        assert!(!plan.contains("outbox_due_idx"), "{plan}");
        let mut conn = pool.acquire().await?;
        let ready = ready(&mut conn).await?;
        assert_eq!(ready.len(), 300);
        let channel = ready[0].channel;
        let due = due(&mut conn, channel, 100).await?;
        assert_eq!(due.len(), 20);
        known(&mut conn, channel, &[]).await?;
        drop(&mut conn, &[(due[0].waiting.id, "muted")]).await?;
        next_due(&mut conn, due[0].waiting.due_at).await?;
        assert_eq!(ready_of(&mut conn, &[channel]).await?.len(), 1);
        let kept: Vec<String> = sqlx::query_scalar(
            "select statement from pg_prepared_statements where statement like '%outbox%'
             and statement not like '%pg_prepared_statements%'",
        )
        .fetch_all(&mut *conn)
        .await?;
        assert_eq!(
            kept,
            Vec::<String>::new(),
            "a plan for an empty table is not kept"
        );
        Ok(())
    }
}
