//! What a worker needs of the services it owns: configuration and standing in one row, and the notification of a change.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    failure::FailureCode,
    health::{Health, OpenIncident, Standing},
    id::{ServiceId, ServiceKey, WorkspaceId},
    incident::Severity,
    service::{MonitorType, Target},
    verdict::Verdict,
};
use sqlx::{FromRow, PgConnection, types::Json};
use uuid::Uuid;

use crate::Result;

/// Where configuration writes are told; the payload is `shard:key`.
pub const CHANNEL: &str = "services";

/// A service that is not paused, as far as looking at it needs.
#[derive(Clone, Debug)]
pub struct Watched {
    pub key: ServiceKey,
    pub id: ServiceId,
    pub workspace: WorkspaceId,
    pub shard: u16,
    pub revision: i32,
    pub interval: Duration,
    /// How often a failure is tried again within its look, 0–2.
    pub retries: u8,
    /// A look outside the grid was asked for at this time.
    pub look_at: Option<DateTime<Utc>>,
    /// Without the values of headers and the body, which are in `secrets`; or why it makes no sense, which hurts
    /// nobody else.
    pub target: Result<Target, String>,
    /// `domain::target::TargetSecrets` as JSON, sealed with the installation's key and the service's id as context.
    pub secrets: Option<Vec<u8>>,
    pub standing: Standing,
}

/// What changes whenever a service has to be loaded again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fingerprint {
    pub key: ServiceKey,
    pub revision: i32,
    pub look_at: Option<DateTime<Utc>>,
}

#[derive(FromRow)]
struct Row {
    key: i32,
    id: Uuid,
    workspace_id: Uuid,
    shard: i16,
    revision: i32,
    check_interval_s: i32,
    retries: i16,
    look_at: Option<DateTime<Utc>>,
    updated_at: DateTime<Utc>,
    monitor_type: String,
    target: Json<serde_json::Value>,
    secrets: Option<Vec<u8>>,
    health: Option<i16>,
    verdict: Option<i16>,
    code: Option<i16>,
    since: Option<DateTime<Utc>>,
    last_slot: Option<DateTime<Utc>>,
    last_stands_for_ms: Option<i32>,
    good_since: Option<DateTime<Utc>>,
    incident_severity: Option<i16>,
    incident_worst: Option<i16>,
    incident_started_at: Option<DateTime<Utc>>,
}

/// Every column of `Row`, for the services that the rest of the statement names.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select s.key, s.id, s.workspace_id, s.shard, s.revision, s.check_interval_s, s.retries, s.look_at,
                    s.updated_at, s.monitor_type, s.target, s.secrets, h.health, h.verdict, h.code, h.since, h.last_slot,
                    h.last_stands_for_ms, h.good_since, h.incident_severity, h.incident_worst, h.incident_started_at
             from services s left join service_health h on h.service_key = s.key ",
            $rest
        )
    };
}

/// Tells the workers that a service was created, edited, paused, resumed or deleted, or is to be looked at now.
/// Belongs into the transaction that writes it: the notification leaves with the commit.
pub async fn notify(conn: &mut PgConnection, shard: u16, key: ServiceKey) -> Result<()> {
    sqlx::query("select pg_notify($1, $2)")
        .bind(CHANNEL)
        .bind(format!("{shard}:{}", key.0))
        .execute(conn)
        .await?;
    Ok(())
}

/// What a notification names; none when it was not written by `notify`.
pub fn parse_payload(payload: &str) -> Option<(u16, ServiceKey)> {
    let (shard, key) = payload.split_once(':')?;
    Some((shard.parse().ok()?, ServiceKey(key.parse().ok()?)))
}

/// The services of some shards that are not paused.
pub async fn list(conn: &mut PgConnection, shards: &[i16]) -> Result<Vec<Watched>> {
    let sql = select!("where s.shard = any($1) and s.paused_at is null");
    let rows: Vec<Row> = sqlx::query_as(sql).bind(shards).fetch_all(conn).await?;
    Ok(rows.into_iter().map(Watched::from).collect())
}

/// Those of the named services that exist and are not paused.
pub async fn find(conn: &mut PgConnection, keys: &[ServiceKey]) -> Result<Vec<Watched>> {
    let sql = select!("where s.key = any($1) and s.paused_at is null");
    let keys: Vec<i32> = keys.iter().map(|key| key.0).collect();
    let rows: Vec<Row> = sqlx::query_as(sql).bind(keys).fetch_all(conn).await?;
    Ok(rows.into_iter().map(Watched::from).collect())
}

/// The fingerprints of all services of some shards that are not paused, to be compared with what is loaded.
pub async fn fingerprints(conn: &mut PgConnection, shards: &[i16]) -> Result<Vec<Fingerprint>> {
    let rows: Vec<(i32, i32, Option<DateTime<Utc>>)> = sqlx::query_as(
        "select key, revision, look_at from services where shard = any($1) and paused_at is null",
    )
    .bind(shards)
    .fetch_all(conn)
    .await?;
    let fingerprint = |(key, revision, look_at)| Fingerprint {
        key: ServiceKey(key),
        revision,
        look_at,
    };
    Ok(rows.into_iter().map(fingerprint).collect())
}

impl Watched {
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint {
            key: self.key,
            revision: self.revision,
            look_at: self.look_at,
        }
    }
}

impl From<Row> for Watched {
    fn from(row: Row) -> Self {
        let standing = row.standing();
        let interval = u64::try_from(row.check_interval_s).unwrap_or(1).max(1);
        Self {
            key: ServiceKey(row.key),
            id: ServiceId(row.id),
            workspace: WorkspaceId(row.workspace_id),
            shard: u16::try_from(row.shard).unwrap_or(0),
            revision: row.revision,
            interval: Duration::from_secs(interval),
            retries: u8::try_from(row.retries.clamp(0, 2)).unwrap_or(0),
            look_at: row.look_at,
            target: target(&row.monitor_type, row.target.0),
            secrets: row.secrets,
            standing,
        }
    }
}

fn target(kind: &str, stored: serde_json::Value) -> Result<Target, String> {
    let kind = MonitorType::parse(kind).ok_or_else(|| format!("an unknown kind: {kind}"))?;
    Target::read(kind, stored).map_err(|error| error.to_string())
}

impl Row {
    fn standing(&self) -> Standing {
        let incident = self.incident_severity.and_then(Severity::from_number);
        let last = self.last_slot.map(|slot| {
            let ms = self.last_stands_for_ms.unwrap_or(0);
            (slot, TimeDelta::milliseconds(ms.into()))
        });
        Standing {
            health: self
                .health
                .and_then(Health::from_number)
                .unwrap_or(Health::Pending),
            verdict: self.verdict.and_then(Verdict::from_number),
            code: self.code.and_then(FailureCode::from_number),
            since: self.since.unwrap_or(self.updated_at),
            last,
            incident: incident.map(|severity| OpenIncident {
                severity,
                worst: self
                    .incident_worst
                    .and_then(Severity::from_number)
                    .unwrap_or(severity),
                started_at: self.incident_started_at.unwrap_or(self.updated_at),
            }),
            good_since: self.good_since,
        }
    }
}
