//! The end of incidents that channels were told of, or are about to be.

use chrono::{DateTime, Utc};
use domain::{
    id::{ChannelId, IncidentId, ServiceId, WorkspaceId},
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
use crate::Result;

/// An incident that is over.
#[derive(Clone, Debug, PartialEq)]
pub struct Ended {
    pub incident: IncidentId,
    pub at: DateTime<Utc>,
    /// The service is flapping: who hears of that is not told of this end.
    pub flapping: bool,
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

/// Notes for every channel that has a notice of these incidents that they are over. To be called in the transaction that
/// ends them, after the notices of that transaction.
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
    let dropped = if !promise.tell_end {
        Some("not_wanted")
    } else if ended.flapping && promise.hold_while_flapping {
        Some("flapping")
    } else {
        None
    };
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
