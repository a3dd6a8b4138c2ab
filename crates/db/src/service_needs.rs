//! `service_needs`: services of a workspace that other services of it stand behind.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::{
    id::{ChannelId, IncidentId, ServiceId, ServiceKey, WorkspaceId},
    incident::Severity,
    notice::hold::Trouble,
};
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use crate::{Result, watched};

/// A service that another one depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needed {
    pub id: ServiceId,
    pub key: ServiceKey,
    pub name: String,
    /// As lists show it: `up`, `down`, `paused` and so on.
    pub status: String,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    key: i32,
    name: String,
    status: String,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select n.id, n.key, n.name,
                    (array['down', 'degraded', 'unknown', 'maintenance', 'up', 'pending', 'paused'])[n.standing + 1] as status
             from services n ",
            $rest
        )
    };
}

/// Those of these services that the workspace has.
pub async fn find(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    ids: &[ServiceId],
) -> Result<Vec<Needed>> {
    let rows: Vec<Row> = sqlx::query_as(select!("where n.workspace_id = $1 and n.id = any($2)"))
        .bind(workspace.0)
        .bind(ids.iter().map(|id| id.0).collect::<Vec<_>>())
        .fetch_all(conn)
        .await?;
    Ok(rows.into_iter().map(Needed::from).collect())
}

/// What a service depends on, by name.
pub async fn list(conn: &mut PgConnection, service: ServiceKey) -> Result<Vec<Needed>> {
    let rows: Vec<Row> = sqlx::query_as(select!(
        "join service_needs d on d.needs_key = n.key where d.service_key = $1 order by lower(n.name), n.id"
    ))
    .bind(service.0)
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Needed::from).collect())
}

/// Keeps everybody else from changing what services of the workspace depend on until the transaction ends.
pub async fn lock(conn: &mut PgConnection, workspace: WorkspaceId) -> Result<()> {
    sqlx::query("select from workspaces where id = $1 for no key update")
        .bind(workspace.0)
        .execute(conn)
        .await?;
    Ok(())
}

/// Those of these services that depend on `service`, by themselves or through others. Needs the lock.
pub async fn behind(
    conn: &mut PgConnection,
    service: ServiceKey,
    needs: &[ServiceKey],
) -> Result<Vec<ServiceKey>> {
    let keys: Vec<i32> = sqlx::query_scalar(
        "with recursive chain (first, key) as (
             select key, key from unnest($2::int[]) as u (key)
             union
             select c.first, d.needs_key from chain c join service_needs d on d.service_key = c.key)
         select distinct first from chain where key = $1",
    )
    .bind(service.0)
    .bind(needs.iter().map(|key| key.0).collect::<Vec<_>>())
    .fetch_all(conn)
    .await?;
    Ok(keys.into_iter().map(ServiceKey).collect())
}

/// Makes these everything that the service depends on. Services of other workspaces are left alone.
pub async fn replace(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    service: ServiceKey,
    needs: &[ServiceKey],
) -> Result<()> {
    let needs: Vec<i32> = needs.iter().map(|key| key.0).collect();
    sqlx::query(
        "delete from service_needs d using services s
         where d.service_key = $2 and s.key = d.service_key and s.workspace_id = $1",
    )
    .bind(workspace.0)
    .bind(service.0)
    .execute(&mut *conn)
    .await?;
    sqlx::query(
        "insert into service_needs (service_key, needs_key)
         select s.key, n.key from services s join services n on n.workspace_id = s.workspace_id
         where s.key = $2 and s.workspace_id = $1 and n.key = any($3)
         on conflict do nothing",
    )
    .bind(workspace.0)
    .bind(service.0)
    .bind(needs)
    .execute(conn)
    .await?;
    Ok(())
}

/// An incident of a service, and since when its trouble lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suffering {
    pub incident: IncidentId,
    pub service: ServiceId,
    pub since: DateTime<Utc>,
}

#[derive(FromRow)]
struct TroubleRow {
    incident: Uuid,
    severity: i16,
    since: DateTime<Utc>,
    until: Option<DateTime<Utc>>,
    told: bool,
}

/// The trouble with services that these depend on, by themselves or through others, by the incident of the one that does: what
/// lasts, and what was over only after that began. Maintenance under way is trouble that everybody was told of.
pub async fn troubles(
    conn: &mut PgConnection,
    channel: ChannelId,
    suffering: &[Suffering],
) -> Result<HashMap<IncidentId, Vec<Trouble>>> {
    let rows: Vec<TroubleRow> = sqlx::query_as(
        "with recursive chain (incident, since, key) as (
             select u.incident, u.since, d.needs_key
             from unnest($2::uuid[], $3::uuid[], $4::timestamptz[]) as u (incident, service, since)
             join services s on s.id = u.service
             join service_needs d on d.service_key = s.key
             union
             select c.incident, c.since, d.needs_key from chain c join service_needs d on d.service_key = c.key)
         select c.incident, i.worst as severity, i.started_at as since, i.resolved_at as until,
                exists (select 1 from outbox o
                        where o.incident_id = i.id and o.channel_id = $1 and o.message_id is not null) as told
         from chain c
         -- An open one is the newest.
         cross join lateral (select id, started_at, resolved_at, worst from incidents
                             where service_key = c.key order by started_at desc, id desc limit 3) i
         where i.resolved_at is null or i.resolved_at > c.since
         union all
         select c.incident, 2::smallint, n.maintenance_from, null, true
         from chain c join services n on n.key = c.key
         where n.maintenance_from <= now() and n.maintenance_until > now()",
    )
    .persistent(false)
    .bind(channel.0)
    .bind(suffering.iter().map(|one| one.incident.0).collect::<Vec<_>>())
    .bind(suffering.iter().map(|one| one.service.0).collect::<Vec<_>>())
    .bind(suffering.iter().map(|one| one.since).collect::<Vec<_>>())
    .fetch_all(conn)
    .await?;
    let mut troubles: HashMap<IncidentId, Vec<Trouble>> = HashMap::new();
    for row in rows {
        let trouble = Trouble {
            severity: Severity::from_number(row.severity).unwrap_or(Severity::Degraded),
            from: row.since,
            until: row.until,
            told: row.told,
        };
        let incident = IncidentId(row.incident);
        troubles.entry(incident).or_default().push(trouble);
    }
    Ok(troubles)
}

/// How what a service depends on is, as far as that is no incident yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ground {
    /// Something was not looked at since.
    pub unseen: bool,
    /// Something flaps, or is in trouble.
    pub restless: bool,
}

/// How what each of these services depends on is, directly or through others: whether it was looked at since then, and whether
/// it is at rest. Without those that depend on nothing.
pub async fn ground(
    conn: &mut PgConnection,
    services: &[(ServiceId, DateTime<Utc>)],
) -> Result<HashMap<ServiceId, Ground>> {
    let rows: Vec<(Uuid, bool, bool)> = sqlx::query_as(
        "with recursive chain (id, since, key) as (
             select u.id, u.since, d.needs_key
             from unnest($1::uuid[], $2::timestamptz[]) as u (id, since)
             join services s on s.id = u.id
             join service_needs d on d.service_key = s.key
             union
             select c.id, c.since, d.needs_key from chain c join service_needs d on d.service_key = c.key)
         select c.id,
                bool_or(n.paused_at is null and n.vendor_page_id is null
                        and coalesce(h.last_started_at < c.since, true)) as unseen,
                bool_or(exists (select from flapping f where f.service_key = n.key) or h.incident_id is not null) as restless
         from chain c join services n on n.key = c.key left join service_health h on h.service_key = n.key
         group by c.id",
    )
    .bind(services.iter().map(|(id, _)| id.0).collect::<Vec<_>>())
    .bind(services.iter().map(|(_, since)| *since).collect::<Vec<_>>())
    .fetch_all(conn)
    .await?;
    let ground = |(id, unseen, restless)| (ServiceId(id), Ground { unseen, restless });
    Ok(rows.into_iter().map(ground).collect())
}

/// Asks for a look at once at whatever these services depend on, directly or through others, and that was not looked at since
/// their trouble began. Gives how many. What somebody else is changing is left alone.
pub async fn ask(
    conn: &mut PgConnection,
    failing: &[(ServiceKey, DateTime<Utc>)],
) -> Result<usize> {
    let unseen: Vec<i32> = sqlx::query_scalar(
        "with recursive chain (since, key) as (
             select u.since, d.needs_key
             from unnest($1::int[], $2::timestamptz[]) as u (key, since) join service_needs d on d.service_key = u.key
             union
             select c.since, d.needs_key from chain c join service_needs d on d.service_key = c.key)
         select distinct c.key from chain c left join service_health h on h.service_key = c.key
         where coalesce(h.last_started_at < c.since, true)",
    )
    .bind(failing.iter().map(|(key, _)| key.0).collect::<Vec<_>>())
    .bind(failing.iter().map(|(_, since)| *since).collect::<Vec<_>>())
    .fetch_all(&mut *conn)
    .await?;
    if unseen.is_empty() {
        return Ok(0);
    }
    let asked: Vec<(i32, i16)> = sqlx::query_as(
        "with free (key) as materialized (
             select key from services where key = any($1) and paused_at is null and vendor_page_id is null
             for no key update skip locked)
         update services n set look_at = now() from free where n.key = free.key returning n.key, n.shard",
    )
    .bind(unseen)
    .fetch_all(&mut *conn)
    .await?;
    for (key, shard) in &asked {
        let shard = u16::try_from(*shard).unwrap_or(0);
        watched::notify(conn, shard, ServiceKey(*key)).await?;
    }
    Ok(asked.len())
}

impl From<Row> for Needed {
    fn from(row: Row) -> Self {
        Self {
            id: ServiceId(row.id),
            key: ServiceKey(row.key),
            name: row.name,
            status: row.status,
        }
    }
}
