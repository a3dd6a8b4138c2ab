//! The end of incidents that channels were told of, or are about to be.

use chrono::{DateTime, Utc};
use domain::{
    id::{ChannelId, IncidentId, ServiceId, ServiceKey, WorkspaceId},
    notice::{
        message::{Kind, Subject},
        plan::Promise,
    },
    verdict::Verdict,
};
use sqlx::{FromRow, PgConnection, types::Json};
use std::collections::HashMap;
use uuid::Uuid;

use super::{Notice, insert, key};
use crate::{Result, flapping};

/// An incident that is over.
#[derive(Clone, Debug, PartialEq)]
pub struct Ended {
    pub incident: IncidentId,
    pub at: DateTime<Utc>,
    /// Why it is over, if it did not recover: "Ada paused it."
    pub cause: Option<String>,
}

#[derive(FromRow)]
struct Promised {
    workspace_id: Uuid,
    channel_id: Uuid,
    service_id: Option<Uuid>,
    incident_id: Uuid,
    subject: Json<Subject>,
    promise: Json<Promise>,
}

/// Notes for every channel that has a notice of these incidents that they are over, also while their service is flapping: what
/// opens then is not noted for those who hear of flapping, and whoever was told of a beginning is told of its end. To be
/// called in the transaction that ends them, after the notices of that transaction.
pub async fn end(conn: &mut PgConnection, ended: &[Ended], now: DateTime<Utc>) -> Result<u64> {
    if ended.is_empty() {
        return Ok(0);
    }
    let by_id: HashMap<Uuid, &Ended> = ended.iter().map(|one| (one.incident.0, one)).collect();
    let promised: Vec<Promised> = sqlx::query_as(
        "select distinct on (incident_id, channel_id) workspace_id, channel_id, service_id, incident_id, subject, promise
         from outbox
         where incident_id = any($1) and kind in ('down', 'degraded', 'settled')
         order by incident_id, channel_id, id desc",
    )
    .bind(ended.iter().map(|one| one.incident.0).collect::<Vec<_>>())
    .fetch_all(&mut *conn)
    .await?;
    let notices: Vec<Notice> = promised
        .into_iter()
        .filter_map(|promised| {
            let ended = by_id.get(&promised.incident_id)?;
            Some(notice(promised, ended, now))
        })
        .collect();
    insert(conn, &notices).await
}

fn notice(promised: Promised, ended: &Ended, now: DateTime<Utc>) -> Notice {
    let promise = promised.promise.0;
    let before = promised.subject.0;
    let service = promised.service_id.map(ServiceId);
    let dropped = (!promise.tell_end).then_some("not_wanted");
    Notice {
        workspace: WorkspaceId(promised.workspace_id),
        channel: ChannelId(promised.channel_id),
        key: key(
            service.unwrap_or(ServiceId(Uuid::nil())),
            before.since,
            Kind::Recovered,
            "",
        ),
        kind: Kind::Recovered,
        service,
        incident: Some(ended.incident),
        occurred_at: ended.at,
        due_at: promise.end_due(ended.at, now),
        subject: Subject {
            state: Verdict::Up,
            lasted: (ended.at - before.since).to_std().ok(),
            cause: ended.cause.clone(),
            ..before
        },
        promise,
        dropped,
    }
}

/// A service is no longer looked at: whoever heard that it flaps hears that this is over.
pub async fn end_flapping(
    conn: &mut PgConnection,
    service: ServiceKey,
    cause: Option<String>,
    now: DateTime<Utc>,
) -> Result<u64> {
    let Some(since) = flapping::remove(conn, service).await? else {
        return Ok(0);
    };
    let told: Vec<Flapping> = sqlx::query_as(
        "select distinct on (o.channel_id) o.workspace_id, o.channel_id, s.id as service_id, o.subject, o.promise
         from services s
         join outbox o on o.service_id = s.id and o.kind = 'flapping' and o.dropped is null and o.created_at >= $2
         where s.key = $1 order by o.channel_id, o.id desc",
    )
    .bind(service.0)
    .bind(since)
    .fetch_all(&mut *conn)
    .await?;
    let notices: Vec<Notice> = told
        .into_iter()
        .map(|told| told.over(cause.clone(), now))
        .collect();
    insert(conn, &notices).await
}

#[derive(FromRow)]
struct Flapping {
    workspace_id: Uuid,
    channel_id: Uuid,
    service_id: Uuid,
    subject: Json<Subject>,
    promise: Json<Promise>,
}

impl Flapping {
    fn over(self, cause: Option<String>, now: DateTime<Utc>) -> Notice {
        let service = ServiceId(self.service_id);
        Notice {
            workspace: WorkspaceId(self.workspace_id),
            channel: ChannelId(self.channel_id),
            key: key(service, now, Kind::Settled, ""),
            kind: Kind::Settled,
            service: Some(service),
            incident: None,
            occurred_at: now,
            due_at: self.promise.0.end_due(now, now),
            subject: Subject {
                incident: None,
                state: Verdict::Unknown,
                worst: None,
                cause,
                since: now,
                lasted: None,
                ..self.subject.0
            },
            promise: self.promise.0,
            dropped: None,
        }
    }
}
