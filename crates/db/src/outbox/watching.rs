//! What is told because time has passed: long unknowns, certificates that end, services that have settled.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use domain::{
    id::{ChannelId, IncidentId, ServiceId, ServiceKey, WorkspaceId},
    incident::Severity,
    notice::{
        gather::state,
        message::{Kind, Subject},
        plan::Promise,
    },
    verdict::Verdict,
};
use sqlx::{FromRow, PgConnection, types::Json};
use uuid::Uuid;

use super::{Notice, key};
use crate::Result;

/// Something about a service that somebody may want to hear of.
#[derive(Clone, Debug, PartialEq)]
pub struct Observed {
    pub workspace: WorkspaceId,
    pub service: ServiceId,
    /// With the service what tells it apart.
    pub began_at: DateTime<Utc>,
    /// What more tells it apart.
    pub mark: String,
    pub muted_until: Option<DateTime<Utc>>,
    /// The open incident that it is about.
    pub incident: Option<(IncidentId, Severity)>,
    pub subject: Subject,
}

#[derive(FromRow)]
struct Row {
    workspace_id: Uuid,
    id: Uuid,
    name: String,
    category: Option<String>,
    target: String,
    muted_until: Option<DateTime<Utc>>,
    since: DateTime<Utc>,
    verdict: Option<i16>,
    sentence: Option<String>,
    /// Until then.
    days: Option<i32>,
    #[sqlx(default)]
    incident_id: Option<Uuid>,
    #[sqlx(default)]
    incident_severity: Option<i16>,
}

/// Services that nobody could tell anything of since before `since`, but not since before `oldest`.
pub async fn unknown(
    conn: &mut PgConnection,
    since: DateTime<Utc>,
    oldest: DateTime<Utc>,
) -> Result<Vec<Observed>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select s.workspace_id, s.id, s.name, s.category,
                coalesce(s.url, concat_ws(' › ', p.name, s.target -> 'component' ->> 'name')) as target,
                m.until as muted_until, h.since, h.verdict, h.look -> 'reason' ->> 'sentence' as sentence,
                null::int as days
         from service_health h
         join services s on s.key = h.service_key
         left join vendor_pages p on p.id = s.vendor_page_id
         left join mutes m on m.service_id = s.id and m.until > now()
         where h.verdict = 4 and h.since <= $1 and h.since > $2 and s.paused_at is null
           and exists (select 1 from notice_rules r where r.workspace_id = s.workspace_id and 'unknown' = any(r.topics))
           and not exists (select 1 from outbox o where o.service_id = s.id and o.kind = 'unknown_long'
                             and o.occurred_at = h.since)",
    )
    .bind(since)
    .bind(oldest)
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Observed::from).collect())
}

/// Services whose certificate ends before `before`, with the days that are left.
pub async fn certificates(conn: &mut PgConnection, before: DateTime<Utc>) -> Result<Vec<Observed>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select s.workspace_id, s.id, s.name, s.category, coalesce(s.url, '') as target, m.until as muted_until,
                c.not_after as since, h.verdict, null::text as sentence,
                floor(extract(epoch from c.not_after - now()) / 86400)::int as days
         from service_health h
         join services s on s.key = h.service_key
         cross join lateral (select (h.look -> 'certificate' ->> 'not_after')::timestamptz as not_after) c
         left join mutes m on m.service_id = s.id and m.until > now()
         where c.not_after < $1 and s.paused_at is null
           and exists (select 1 from notice_rules r
                       where r.workspace_id = s.workspace_id and 'certificate' = any(r.topics))",
    )
    .bind(before)
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Observed::from).collect())
}

/// Those of these services that have an open incident, and it: for who was told neither of that nor that they flap.
pub async fn open(conn: &mut PgConnection, keys: &[ServiceKey]) -> Result<Vec<Observed>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select s.workspace_id, s.id, s.name, s.category,
                coalesce(s.url, concat_ws(' › ', p.name, s.target -> 'component' ->> 'name')) as target,
                m.until as muted_until, h.incident_started_at as since, h.verdict,
                h.look -> 'reason' ->> 'sentence' as sentence, null::int as days, h.incident_id, h.incident_severity
         from service_health h
         join services s on s.key = h.service_key
         left join vendor_pages p on p.id = s.vendor_page_id
         left join mutes m on m.service_id = s.id and m.until > now()
         where h.service_key = any($1) and s.paused_at is null
           and h.incident_id is not null and h.incident_started_at is not null and h.incident_severity is not null",
    )
    .bind(keys.iter().map(|key| key.0).collect::<Vec<_>>())
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Observed::from).collect())
}

/// Which channels have a notice of how these incidents stand.
pub async fn addressed(
    conn: &mut PgConnection,
    incidents: &[IncidentId],
) -> Result<HashSet<(ChannelId, IncidentId)>> {
    let rows: Vec<(Uuid, Uuid)> = sqlx::query_as(
        "select distinct channel_id, incident_id from outbox
         where incident_id = any($1) and kind in ('down', 'degraded', 'settled')",
    )
    .bind(incidents.iter().map(|id| id.0).collect::<Vec<_>>())
    .fetch_all(conn)
    .await?;
    let rows = rows.into_iter();
    Ok(rows
        .map(|(channel, incident)| (ChannelId(channel), IncidentId(incident)))
        .collect())
}

#[derive(FromRow)]
struct Promised {
    workspace_id: Uuid,
    channel_id: Uuid,
    service_id: Uuid,
    occurred_at: DateTime<Utc>,
    subject: Json<Subject>,
    promise: Json<Promise>,
    verdict: Option<i16>,
    since: DateTime<Utc>,
    incident_id: Option<Uuid>,
    incident_severity: Option<i16>,
    incident_started_at: Option<DateTime<Utc>>,
}

/// For everybody who was told that these services are flapping, since when: where they stand now.
pub async fn settled(
    conn: &mut PgConnection,
    settled: &[(ServiceKey, DateTime<Utc>)],
) -> Result<Vec<Notice>> {
    let rows: Vec<Promised> = sqlx::query_as(
        "select o.workspace_id, o.channel_id, o.service_id, u.since as occurred_at, o.subject, o.promise, h.verdict,
                h.since, h.incident_id, h.incident_severity, h.incident_started_at
         from unnest($1::int[], $2::timestamptz[]) as u (key, since)
         join services s on s.key = u.key
         join service_health h on h.service_key = u.key
         join outbox o on o.service_id = s.id and o.kind = 'flapping' and o.dropped is null and o.occurred_at >= u.since - interval '1 day'
              and o.created_at >= u.since
         where s.paused_at is null",
    )
    .bind(settled.iter().map(|(key, _)| key.0).collect::<Vec<_>>())
    .bind(settled.iter().map(|(_, since)| *since).collect::<Vec<_>>())
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Promised::settled).collect())
}

/// For everybody who was told that nobody could tell, of services of which somebody can again: that.
pub async fn known_again(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<Vec<Notice>> {
    let rows: Vec<Promised> = sqlx::query_as(
        "select o.workspace_id, o.channel_id, o.service_id, o.occurred_at, o.subject, o.promise, h.verdict, h.since,
                h.incident_id, h.incident_severity, h.incident_started_at
         from outbox o
         join services s on s.id = o.service_id
         join service_health h on h.service_key = s.key
         where o.kind = 'unknown_long' and o.message_id is not null and o.created_at > $1 - interval '7 days'
           and h.verdict is not null and h.verdict <> 4 and (o.promise ->> 'tell_end')::boolean
           and not exists (select 1 from outbox e where e.channel_id = o.channel_id and e.kind = 'unknown_over'
                             and e.service_id = o.service_id and e.key = replace(o.key, 'unknown_long', 'unknown_over'))",
    )
    .bind(now)
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.known_again(now)).collect())
}

impl Promised {
    fn verdict(&self) -> Verdict {
        self.verdict
            .and_then(Verdict::from_number)
            .unwrap_or(Verdict::Unknown)
    }

    fn settled(self) -> Notice {
        let verdict = self.verdict();
        let severity = self.incident_severity.and_then(Severity::from_number);
        let incident = self.incident_id.map(IncidentId);
        let service = ServiceId(self.service_id);
        Notice {
            workspace: WorkspaceId(self.workspace_id),
            channel: ChannelId(self.channel_id),
            key: key(service, self.occurred_at, Kind::Settled, ""),
            kind: Kind::Settled,
            service: Some(service),
            incident,
            occurred_at: self.occurred_at,
            due_at: self.occurred_at,
            subject: Subject {
                incident,
                state: severity.map_or(verdict, state),
                worst: severity,
                cause: self.subject.0.cause.clone().filter(|_| severity.is_some()),
                since: self.incident_started_at.unwrap_or(self.since),
                ..self.subject.0
            },
            promise: self.promise.0,
            dropped: None,
        }
    }

    fn known_again(self, now: DateTime<Utc>) -> Notice {
        let verdict = self.verdict();
        let service = ServiceId(self.service_id);
        let promise = self.promise.0;
        Notice {
            workspace: WorkspaceId(self.workspace_id),
            channel: ChannelId(self.channel_id),
            key: key(service, self.occurred_at, Kind::UnknownOver, ""),
            kind: Kind::UnknownOver,
            service: Some(service),
            incident: None,
            occurred_at: self.since,
            due_at: promise.end_due(now, now),
            subject: Subject {
                state: verdict,
                cause: None,
                lasted: (self.since - self.occurred_at).to_std().ok(),
                ..self.subject.0
            },
            promise,
            dropped: None,
        }
    }
}

impl From<Row> for Observed {
    fn from(row: Row) -> Self {
        let service = ServiceId(row.id);
        let severity = row.incident_severity.and_then(Severity::from_number);
        let incident = row.incident_id.map(IncidentId).zip(severity);
        let verdict = row.verdict.and_then(Verdict::from_number);
        Self {
            workspace: WorkspaceId(row.workspace_id),
            service,
            began_at: row.since,
            mark: String::new(),
            muted_until: row.muted_until,
            incident,
            subject: Subject {
                service: Some(service),
                incident: incident.map(|(id, _)| id),
                name: row.name,
                target: row.target,
                category: row.category,
                state: severity.map_or(verdict.unwrap_or(Verdict::Unknown), state),
                worst: severity,
                cause: row.sentence,
                since: row.since,
                lasted: None,
                latency: None,
                certificate_days: row.days,
                vendor: None,
                link: None,
                said: None,
            },
        }
    }
}
