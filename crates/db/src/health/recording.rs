//! The batch's side of `service_health`: lock what is free, read where it stands, write back where it stands now.

use chrono::{DateTime, Utc};
use domain::{
    failure::FailureCode,
    health::{Health, OpenIncident, Standing},
    id::{IncidentId, ServiceKey},
    incident::{KeptLook, Severity},
    latest::LatestLook,
    open_hours::OpenHours,
    verdict::Verdict,
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use sqlx::{FromRow, PgConnection, types::Json};
use uuid::Uuid;

use crate::{Result, columns};

/// Where a service stood before a batch.
#[derive(Clone, Debug, PartialEq)]
pub struct Before {
    pub service: ServiceKey,
    pub standing: Standing,
    pub incident: Option<IncidentId>,
    pub open_hours: OpenHours,
    /// Of the stored latest look (`domain::latest::digest`).
    pub look_digest: i64,
    /// Up to here slots may be stored that are newer than the last one: a clock was ahead and was set back.
    pub ahead_until: Option<DateTime<Utc>>,
}

/// Where a service stands after a batch.
#[derive(Clone, Debug, PartialEq)]
pub struct After {
    pub service: ServiceKey,
    pub standing: Standing,
    pub incident: Option<IncidentId>,
    pub open_hours: OpenHours,
    pub started_at: DateTime<Utc>,
    pub status_code: Option<i16>,
    pub total_us: Option<i32>,
    pub timings: Vec<u8>,
    pub look_digest: i64,
    /// None leaves the stored one, which saw the same.
    pub look: Option<LatestLook>,
    /// None leaves the stored one.
    pub good_look: Option<KeptLook>,
    pub ahead_until: Option<DateTime<Utc>>,
}

/// What is kept of the time before things went wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    pub service: ServiceKey,
    /// The latest look, if one is stored.
    pub latest: Option<LatestLook>,
    /// The latest good look before that.
    pub good: Option<KeptLook>,
}

/// What a look must agree with to count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct Configured {
    pub key: i32,
    pub revision: i32,
    pub paused: bool,
    /// What its maintenance windows cover now or next.
    pub maintenance_from: Option<DateTime<Utc>>,
    pub maintenance_until: Option<DateTime<Utc>>,
}

#[derive(FromRow)]
struct Row {
    service_key: i32,
    health: i16,
    verdict: Option<i16>,
    code: Option<i16>,
    since: DateTime<Utc>,
    last_slot: Option<DateTime<Utc>>,
    last_stands_for_ms: Option<i32>,
    good_since: Option<DateTime<Utc>>,
    incident_id: Option<Uuid>,
    incident_severity: Option<i16>,
    incident_worst: Option<i16>,
    incident_started_at: Option<DateTime<Utc>>,
    open_hours: Vec<u8>,
    look_digest: i64,
    ahead_until: Option<DateTime<Utc>>,
}

/// The statement of `lock_free`; its plan is tested.
pub const LOCK_FREE: &str =
    "select service_key, health, verdict, code, since, last_slot, last_stands_for_ms, good_since,
        incident_id, incident_severity, incident_worst, incident_started_at, open_hours, look_digest, ahead_until
    from service_health where service_key = any($1) order by service_key for update skip locked";

/// Locks those of the services that nobody else has locked, in order of key.
pub async fn lock_free(conn: &mut PgConnection, keys: &[i32]) -> Result<Vec<Before>> {
    let rows: Vec<Row> = sqlx::query_as(LOCK_FREE).bind(keys).fetch_all(conn).await?;
    Ok(rows.into_iter().map(Before::from).collect())
}

/// The statement of `configured`; its plan is tested.
pub const CONFIGURED: &str =
    "select key, revision, paused_at is not null as paused, maintenance_from, maintenance_until
    from services where key = any($1)";

/// Revision, pause and maintenance as they are now: to be asked after locking, so that what was changed under the lock is seen.
pub async fn configured(conn: &mut PgConnection, keys: &[i32]) -> Result<Vec<Configured>> {
    Ok(sqlx::query_as(CONFIGURED)
        .bind(keys)
        .fetch_all(conn)
        .await?)
}

/// Those of the services that have a row at all, whoever has locked it.
pub async fn existing(conn: &mut PgConnection, keys: &[i32]) -> Result<Vec<ServiceKey>> {
    let sql = "select service_key from service_health where service_key = any($1)";
    let keys: Vec<i32> = sqlx::query_scalar(sql).bind(keys).fetch_all(conn).await?;
    Ok(keys.into_iter().map(ServiceKey).collect())
}

/// The database's time, at which the transaction began.
pub async fn now(conn: &mut PgConnection) -> Result<DateTime<Utc>> {
    Ok(sqlx::query_scalar("select now()").fetch_one(conn).await?)
}

/// Lets the commit return before it is on disk: a crash of the machine would cost less than a second of routine.
pub async fn need_not_be_safe(conn: &mut PgConnection) -> Result<()> {
    sqlx::query("set local synchronous_commit = off")
        .execute(conn)
        .await?;
    Ok(())
}

#[derive(FromRow)]
struct EvidenceRow {
    service_key: i32,
    look: Option<Json<Value>>,
    good_look: Option<Json<Value>>,
    last_started_at: Option<DateTime<Utc>>,
    last_total_us: Option<i32>,
    timings: Vec<u8>,
}

/// The statement of `evidence`; its plan is tested.
pub const EVIDENCE: &str =
    "select service_key, look, good_look, last_started_at, last_total_us, timings
    from service_health where service_key = any($1)";

/// What is known of the looks before, for services that are about to leave *up* or to have an incident.
pub async fn evidence(conn: &mut PgConnection, keys: &[i32]) -> Result<Vec<Evidence>> {
    let rows: Vec<EvidenceRow> = sqlx::query_as(EVIDENCE).bind(keys).fetch_all(conn).await?;
    Ok(rows.into_iter().map(Evidence::from).collect())
}

/// Writes back where services stand. Needs their locks.
pub async fn write(conn: &mut PgConnection, all: &[&After]) -> Result<()> {
    let incident = |after: &After| after.standing.incident;
    sqlx::query(WRITE)
        .bind(column(all, |a| a.service.0))
        .bind(column(all, |a| a.standing.health.number()))
        .bind(column(all, |a| a.standing.verdict.map(Verdict::number)))
        .bind(column(all, |a| a.standing.code.map(FailureCode::number)))
        .bind(column(all, |a| a.standing.since))
        .bind(column(all, |a| a.standing.last.map(|(slot, _)| slot)))
        .bind(column(all, |a| {
            a.standing.last.map(|(_, span)| columns::to_millis(span))
        }))
        .bind(column(all, |a| a.standing.good_since))
        .bind(column(all, |a| a.incident.map(|id| id.0)))
        .bind(column(all, |a| incident(a).map(|i| i.severity.number())))
        .bind(column(all, |a| incident(a).map(|i| i.worst.number())))
        .bind(column(all, |a| incident(a).map(|i| i.started_at)))
        .bind(column(all, |a| a.open_hours.encode()))
        .bind(column(all, |a| a.started_at))
        .bind(column(all, |a| a.status_code))
        .bind(column(all, |a| a.total_us))
        .bind(column(all, |a| &a.timings[..]))
        .bind(column(all, |a| a.look_digest))
        .bind(column(all, |a| a.look.as_ref().map(columns::json)))
        .bind(column(all, |a| a.good_look.as_ref().map(columns::json)))
        .bind(column(all, |a| a.ahead_until))
        .execute(conn)
        .await?;
    Ok(())
}

/// The statement of `write`; its plan is tested.
pub const WRITE: &str = "update service_health h
    set health = u.health, verdict = u.verdict, code = u.code, since = u.since, last_slot = u.last_slot,
        last_stands_for_ms = u.stands_for, good_since = u.good_since, incident_id = u.incident,
        incident_severity = u.severity, incident_worst = u.worst, incident_started_at = u.incident_started_at,
        open_hours = u.open_hours, last_started_at = u.started_at, last_status_code = u.status_code,
        last_total_us = u.total_us, timings = u.timings, look_digest = u.digest,
        look = coalesce(u.look::jsonb, h.look), good_look = coalesce(u.good_look::jsonb, h.good_look),
        ahead_until = u.ahead_until
    from unnest($1::int[], $2::smallint[], $3::smallint[], $4::smallint[], $5::timestamptz[], $6::timestamptz[],
                $7::int[], $8::timestamptz[], $9::uuid[], $10::smallint[], $11::smallint[], $12::timestamptz[],
                $13::bytea[], $14::timestamptz[], $15::smallint[], $16::int[], $17::bytea[], $18::bigint[],
                $19::text[], $20::text[], $21::timestamptz[])
        as u (service_key, health, verdict, code, since, last_slot, stands_for, good_since, incident, severity, worst,
              incident_started_at, open_hours, started_at, status_code, total_us, timings, digest, look, good_look,
              ahead_until)
    where h.service_key = u.service_key";

/// Writes back services of which no more changed than when they were looked at, how fast they answered, and the time that is
/// counted: the same as `write`, with less than half of its columns. Needs their locks.
pub async fn refresh(conn: &mut PgConnection, all: &[&After]) -> Result<()> {
    sqlx::query(REFRESH)
        .bind(column(all, |a| a.service.0))
        .bind(column(all, |a| a.standing.last.map(|(slot, _)| slot)))
        .bind(column(all, |a| {
            a.standing.last.map(|(_, span)| columns::to_millis(span))
        }))
        .bind(column(all, |a| a.open_hours.encode()))
        .bind(column(all, |a| a.started_at))
        .bind(column(all, |a| a.status_code))
        .bind(column(all, |a| a.total_us))
        .bind(column(all, |a| &a.timings[..]))
        .execute(conn)
        .await?;
    Ok(())
}

/// The statement of `refresh`; its plan is tested.
pub const REFRESH: &str = "update service_health h
    set last_slot = u.last_slot, last_stands_for_ms = u.stands_for, open_hours = u.open_hours, last_started_at = u.started_at,
        last_status_code = u.status_code, last_total_us = u.total_us, timings = u.timings
    from unnest($1::int[], $2::timestamptz[], $3::int[], $4::bytea[], $5::timestamptz[], $6::smallint[], $7::int[], $8::bytea[])
        as u (service_key, last_slot, stands_for, open_hours, started_at, status_code, total_us, timings)
    where h.service_key = u.service_key";

impl After {
    /// Whether `refresh` writes all that changed since `before`.
    pub fn is_routine(&self, before: &Before) -> bool {
        // Whoever adds a field is asked here where it belongs.
        let Self {
            service: _,
            standing,
            incident,
            open_hours: _,
            started_at: _,
            status_code: _,
            total_us: _,
            timings: _,
            look_digest,
            look,
            good_look,
            ahead_until,
        } = self;
        let standing = Standing {
            last: before.standing.last,
            ..*standing
        };
        standing == before.standing
            && *incident == before.incident
            && *look_digest == before.look_digest
            && *ahead_until == before.ahead_until
            && look.is_none()
            && good_look.is_none()
    }
}

fn column<'a, T>(all: &[&'a After], value: impl Fn(&'a After) -> T) -> Vec<T> {
    all.iter().map(|after| value(after)).collect()
}

impl From<Row> for Before {
    fn from(row: Row) -> Self {
        Self {
            service: ServiceKey(row.service_key),
            standing: row.standing(),
            incident: row.incident_id.map(IncidentId),
            open_hours: OpenHours::decode(&row.open_hours).unwrap_or_default(),
            look_digest: row.look_digest,
            ahead_until: row.ahead_until,
        }
    }
}

impl Before {
    /// Up to where the service's slots may be taken; none when nothing is known.
    pub fn taken_until(&self) -> Option<DateTime<Utc>> {
        let (last, _) = self.standing.last?;
        Some(self.ahead_until.map_or(last, |ahead| ahead.max(last)))
    }
}

impl Row {
    /// What a row says, as far as it makes sense: a batch must not stumble over one service.
    fn standing(&self) -> Standing {
        let incident = self
            .incident_id
            .and(self.incident_started_at)
            .map(|started_at| {
                let severity = self.incident_severity.and_then(Severity::from_number);
                let worst = self.incident_worst.and_then(Severity::from_number);
                OpenIncident {
                    severity: severity.unwrap_or(Severity::Down),
                    worst: worst.or(severity).unwrap_or(Severity::Down),
                    started_at,
                }
            });
        Standing {
            health: Health::from_number(self.health).unwrap_or(Health::Pending),
            verdict: self.verdict.and_then(Verdict::from_number),
            code: self.code.and_then(FailureCode::from_number),
            since: self.since,
            last: self
                .last_slot
                .map(|slot| (slot, columns::millis(self.last_stands_for_ms))),
            incident,
            good_since: self.good_since,
        }
    }
}

impl From<EvidenceRow> for Evidence {
    fn from(row: EvidenceRow) -> Self {
        let total_us = row
            .last_total_us
            .and_then(|us| u32::try_from(us).ok())
            .unwrap_or(0);
        let latest: Option<LatestLook> = row.look.and_then(|look| read_json(look.0));
        let latest = latest.map(|look| match row.last_started_at {
            Some(at) => look.refreshed(at, total_us, &row.timings),
            None => look,
        });
        Self {
            service: ServiceKey(row.service_key),
            latest,
            good: row.good_look.and_then(|look| read_json(look.0)),
        }
    }
}

/// Evidence that makes no sense any more is none: a batch must not stumble over it.
fn read_json<T: DeserializeOwned>(value: Value) -> Option<T> {
    serde_json::from_value(value).ok()
}

#[cfg(test)]
mod tests {
    use chrono::{SubsecRound as _, TimeDelta};
    use domain::coverage::Stand;

    use super::*;

    /// Two services that were looked at once and alike.
    async fn two(conn: &mut PgConnection, now: DateTime<Utc>) -> Vec<Before> {
        for statement in [
            "insert into workspaces (id, name) values (gen_random_uuid(), 'Test')",
            "insert into services (id, workspace_id, name, monitor_type, url, target, check_interval_s, shard)
             select gen_random_uuid(), id, 'S', 'http_ping', 'http://s.test/', '{}', 30, 0 from workspaces, generate_series(1, 2)",
            "insert into service_health (service_key, workspace_id, health, verdict, since, incident_id, incident_severity,
                                         incident_worst, incident_started_at, look, good_look, look_digest)
             select key, workspace_id, 3, 3, created_at, '00000000-0000-0000-0000-000000000001', 2, 2, created_at, '{\"a\": 1}',
                    '{\"b\": 2}', 7 from services",
        ] {
            sqlx::query(statement)
                .execute(&mut *conn)
                .await
                .expect("the database answers");
        }
        let keys: Vec<i32> = sqlx::query_scalar("select key from services order by key")
            .fetch_all(&mut *conn)
            .await
            .expect("the database answers");
        let all = lock_free(conn, &keys).await.expect("the database answers");
        assert!(all.iter().all(|before| before.standing.since < now));
        all
    }

    #[sqlx::test(migrator = "crate::MIGRATOR")]
    async fn what_is_routine_is_written_the_same_by_both_statements(pool: crate::PgPool) {
        let mut conn = pool.acquire().await.expect("the database answers");
        let now = super::now(&mut conn).await.expect("the database answers");
        let now = now.trunc_subsecs(3) + TimeDelta::seconds(1);
        let all: Vec<After> = two(&mut conn, now)
            .await
            .iter()
            .map(|before| {
                let mut after = After {
                    service: before.service,
                    standing: before.standing,
                    incident: before.incident,
                    open_hours: before.open_hours,
                    started_at: now,
                    status_code: Some(503),
                    total_us: Some(1_200),
                    timings: vec![1, 2, 3],
                    look_digest: before.look_digest,
                    look: None,
                    good_look: None,
                    ahead_until: before.ahead_until,
                };
                after.standing.last = Some((now, TimeDelta::seconds(30)));
                let stand = Stand {
                    slot: now - TimeDelta::seconds(30),
                    stands_for: TimeDelta::seconds(30),
                    verdict: Verdict::Down,
                    total_us: None,
                };
                after.open_hours.settle(Some(&stand), now);
                assert!(after.is_routine(before));
                after
            })
            .collect();
        refresh(&mut conn, &[&all[0]])
            .await
            .expect("the database answers");
        write(&mut conn, &[&all[1]])
            .await
            .expect("the database answers");
        let rows: Vec<String> = sqlx::query_scalar(
            "select (to_jsonb(h) - 'service_key' - 'since' - 'incident_started_at')::text from service_health h",
        )
        .fetch_all(&mut *conn)
        .await
        .expect("the database answers");
        assert_eq!(rows[0], rows[1]);
        assert!(rows[0].contains("503"));
    }
}
