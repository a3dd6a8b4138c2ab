//! Taking an incident on: the acknowledgement, the timeline, and whoever was told of the incident, in one transaction.

use domain::{
    id::{ChannelId, IncidentId, ServiceId, WorkspaceId},
    incident::IncidentEvent,
    notice::{
        message::{Kind, Subject},
        plan::{Promise, topic},
    },
};
use sqlx::{FromRow, PgConnection, types::Json};
use uuid::Uuid;

use super::{Notice, insert, key};
use crate::{
    Result,
    acknowledgements::{self, Taking},
    incidents::recording::{self, Entry},
};

#[derive(FromRow)]
struct Told {
    incident_id: Uuid,
    channel_id: Uuid,
    service_id: Option<Uuid>,
    subject: Json<Subject>,
    promise: Json<Promise>,
    /// A machine that has to stop calling somebody, at any hour.
    pages: bool,
}

/// Takes open incidents on, however many, in a few statements. Gives those that nobody had taken on before; for those
/// that are over or unknown nothing changes.
pub async fn acknowledge(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    incidents: &[IncidentId],
    taking: &Taking,
) -> Result<Vec<IncidentId>> {
    let taken = acknowledgements::insert(conn, workspace, incidents, taking).await?;
    if taken.is_empty() {
        return Ok(taken);
    }
    let entries: Vec<Entry> = taken.iter().map(|id| entry(*id, taking)).collect();
    recording::tell(conn, &entries.iter().collect::<Vec<_>>()).await?;
    let told: Vec<Told> = sqlx::query_as(
        "select distinct on (o.incident_id, o.channel_id) o.incident_id, o.channel_id, o.service_id, o.subject, o.promise,
                c.kind = 'pagerduty' as pages
         from outbox o join channels c on c.id = o.channel_id
         where o.workspace_id = $1 and o.incident_id = any($2) and o.kind in ('down', 'degraded', 'settled')
           and o.message_id is not null
         order by o.incident_id, o.channel_id, o.id desc",
    )
    .bind(workspace.0)
    .bind(taken.iter().map(|id| id.0).collect::<Vec<_>>())
    .fetch_all(&mut *conn)
    .await?;
    let notices: Vec<Notice> = told
        .into_iter()
        .map(|told| notice(told, workspace, taking))
        .collect();
    insert(conn, &notices).await?;
    Ok(taken)
}

fn entry(incident: IncidentId, taking: &Taking) -> Entry {
    Entry {
        incident,
        at: taking.at,
        event: IncidentEvent::Acknowledged {
            by: taking.by.clone(),
            note: Some(taking.note.clone()).filter(|note| !note.is_empty()),
        },
        mark: Some("acknowledged".to_owned()),
    }
}

fn notice(told: Told, workspace: WorkspaceId, taking: &Taking) -> Notice {
    let service = told.service_id.map(ServiceId);
    let subject = told.subject.0;
    let note = taking.note.trim();
    let who = format!("{} has taken it on.", taking.by);
    // Whoever would be woken by the trouble hears that somebody is at it; the others hear it in the morning.
    let due_at = topic(Kind::Still, &subject)
        .filter(|_| !told.pages)
        .map_or(taking.at, |topic| {
            told.promise.due(topic, taking.at, taking.at)
        });
    Notice {
        workspace,
        channel: ChannelId(told.channel_id),
        key: key(
            service.unwrap_or(ServiceId(Uuid::nil())),
            subject.since,
            Kind::Acknowledged,
            "",
        ),
        kind: Kind::Acknowledged,
        service,
        incident: Some(IncidentId(told.incident_id)),
        occurred_at: taking.at,
        due_at,
        subject: Subject {
            cause: Some(if note.is_empty() {
                who
            } else {
                format!("{who} {note}")
            }),
            ..subject
        },
        promise: told.promise.0,
        dropped: None,
    }
}

#[derive(FromRow)]
struct NamedRow {
    workspace_id: Uuid,
    incident_id: Option<Uuid>,
    service_id: Option<Uuid>,
    channel_name: String,
    subject: Json<Subject>,
}

/// What a message told of.
#[derive(Clone, Debug, PartialEq)]
pub struct Mentioned {
    pub workspace: WorkspaceId,
    pub incident: Option<IncidentId>,
    pub service: Option<ServiceId>,
    /// The channel that was told.
    pub channel: String,
    pub name: String,
}

/// Everything that a message told of, whatever its workspace: for whoever holds a link out of it.
pub async fn mentioned(
    conn: &mut PgConnection,
    message: domain::id::MessageId,
) -> Result<Vec<Mentioned>> {
    let rows: Vec<NamedRow> = sqlx::query_as(
        "select o.workspace_id, o.incident_id, o.service_id, c.name as channel_name, o.subject
         from outbox o join channels c on c.id = o.channel_id where o.message_id = $1 order by o.id",
    )
    .bind(message.0)
    .fetch_all(conn)
    .await?;
    let mentioned = |row: NamedRow| Mentioned {
        workspace: WorkspaceId(row.workspace_id),
        incident: row.incident_id.map(IncidentId),
        service: row.service_id.map(ServiceId),
        channel: row.channel_name,
        name: row.subject.0.name,
    };
    Ok(rows.into_iter().map(mentioned).collect())
}
