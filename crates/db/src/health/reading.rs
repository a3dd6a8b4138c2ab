//! Where a service stands, as lists and pages show it: one row, no history.

use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    coverage::{Spent, Stand},
    failure::FailureCode,
    id::{IncidentId, ServiceId, ServiceKey, WorkspaceId},
    incident::Severity,
    latency_hours::LatencyHours,
    latest::{LatestLook, Reason},
    open_hours::OpenHours,
    recent::Recent,
    verdict::Verdict,
};
use sqlx::{FromRow, PgConnection, Row as _};
use uuid::Uuid;

use crate::{
    Result,
    columns::{Readable, millis},
};

/// The incident that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Open {
    pub id: IncidentId,
    pub severity: Severity,
    pub worst: Severity,
    pub started_at: DateTime<Utc>,
}

/// Where a service stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Glance {
    /// None until the first look since the service was added, changed or resumed.
    pub verdict: Option<Verdict>,
    pub code: Option<FailureCode>,
    /// Since when the verdict has been the same.
    pub since: DateTime<Utc>,
    /// When the newest look began.
    pub checked_at: Option<DateTime<Utc>>,
    pub status_code: Option<u16>,
    /// µs of the newest look; none when there was no complete answer.
    pub total_us: Option<u32>,
    pub incident: Option<Open>,
    /// Why it is not up.
    pub reason: Option<Reason>,
    newest: Option<Stand>,
    open_hours: OpenHours,
    recent: Option<Recent>,
    latency_hours: LatencyHours,
}

/// Columns of `service_health` (as `h`) that a glance needs; the latest look's own JSON is selected beside them.
macro_rules! glance_columns {
    () => {
        "h.verdict, h.code, h.since, h.last_slot, h.last_started_at, h.last_stands_for_ms, h.last_total_us,
         h.last_status_code, h.incident_id, h.incident_severity, h.incident_worst, h.incident_started_at,
         h.open_hours, h.recent, h.latency_hours, h.look -> 'reason' as reason"
    };
}
pub(crate) use glance_columns;

#[derive(Debug, FromRow)]
pub(crate) struct Row {
    verdict: Option<i16>,
    code: Option<i16>,
    since: DateTime<Utc>,
    last_slot: Option<DateTime<Utc>>,
    last_started_at: Option<DateTime<Utc>>,
    last_stands_for_ms: Option<i32>,
    last_total_us: Option<i32>,
    last_status_code: Option<i16>,
    incident_id: Option<Uuid>,
    incident_severity: Option<i16>,
    incident_worst: Option<i16>,
    incident_started_at: Option<DateTime<Utc>>,
    open_hours: Vec<u8>,
    recent: Vec<u8>,
    latency_hours: Vec<u8>,
    reason: Option<Readable<Reason>>,
}

impl Glance {
    /// Time by verdict of the last 24 hours.
    pub fn last_day(&self, now: DateTime<Utc>) -> Spent {
        let recent = self.recent();
        recent.last_day(now, &self.open(&recent, now))
    }

    /// The last `n` (at most 30) UTC days, oldest first, today included.
    pub fn days(&self, now: DateTime<Utc>, n: usize) -> Vec<(NaiveDate, Spent)> {
        let recent = self.recent();
        recent.days(now, &self.open(&recent, now), n)
    }

    /// Median latency in µs of each of the 24 hours before the hour of `now`, oldest first.
    pub fn latency_hours(&self, now: DateTime<Utc>) -> [Option<u32>; 24] {
        self.latency_hours.before(now)
    }

    fn recent(&self) -> Recent {
        self.recent.clone().unwrap_or_else(nothing_closed)
    }

    fn open(&self, recent: &Recent, now: DateTime<Utc>) -> Spent {
        self.open_hours
            .spent(recent.first_open(), self.newest.as_ref(), now)
    }
}

impl From<Row> for Glance {
    fn from(row: Row) -> Self {
        let verdict = row.verdict.and_then(Verdict::from_number);
        let total_us = row
            .last_total_us
            .and_then(|us| u32::try_from(us).ok())
            .filter(|us| *us > 0);
        let newest = newest(row.last_slot, row.verdict, row.last_stands_for_ms);
        let incident = row.incident_id.and_then(|id| {
            let severity = Severity::from_number(row.incident_severity?)?;
            Some(Open {
                id: IncidentId(id),
                severity,
                worst: row
                    .incident_worst
                    .and_then(Severity::from_number)
                    .unwrap_or(severity),
                started_at: row.incident_started_at?,
            })
        });
        Self {
            verdict,
            code: row.code.and_then(FailureCode::from_number),
            since: row.since,
            checked_at: row.last_started_at,
            status_code: row
                .last_status_code
                .and_then(|code| u16::try_from(code).ok())
                .filter(|code| *code > 0),
            total_us,
            incident,
            reason: row.reason.and_then(|reason| reason.0),
            newest,
            open_hours: OpenHours::decode(&row.open_hours).unwrap_or_default(),
            recent: Recent::decode(&row.recent),
            latency_hours: LatencyHours::decode(&row.latency_hours),
        }
    }
}

/// As much of a row as time by verdict takes.
#[derive(Debug, FromRow)]
pub(crate) struct Uptime {
    verdict: Option<i16>,
    last_slot: Option<DateTime<Utc>>,
    last_stands_for_ms: Option<i32>,
    open_hours: Vec<u8>,
    recent: Vec<u8>,
}

impl Uptime {
    /// Time by verdict of the last 24 hours.
    pub(crate) fn last_day(&self, now: DateTime<Utc>) -> Spent {
        let recent = self.recent();
        let open = self.open_hours();
        let open = open.spent(recent.first_open(), self.newest().as_ref(), now);
        recent.last_day(now, &open)
    }

    fn newest(&self) -> Option<Stand> {
        newest(self.last_slot, self.verdict, self.last_stands_for_ms)
    }

    fn open_hours(&self) -> OpenHours {
        OpenHours::decode(&self.open_hours).unwrap_or_default()
    }

    fn recent(&self) -> Recent {
        Recent::decode_hours(&self.recent).unwrap_or_else(nothing_closed)
    }
}

fn newest(slot: Option<DateTime<Utc>>, verdict: Option<i16>, ms: Option<i32>) -> Option<Stand> {
    Some(Stand {
        slot: slot?,
        stands_for: millis(ms),
        verdict: Verdict::from_number(verdict?)?,
        total_us: None,
    })
}

/// Every hour is open.
fn nothing_closed() -> Recent {
    Recent::new(DateTime::UNIX_EPOCH)
}

/// The latest look whole, with its newest timings.
#[derive(Debug, FromRow)]
pub(crate) struct LookRow {
    look: Option<Readable<LatestLook>>,
    timings: Vec<u8>,
}

impl LookRow {
    pub(crate) fn read(self, glance: &Glance) -> Option<LatestLook> {
        let look = self.look?.0?;
        let Some(at) = glance.checked_at else {
            return Some(look);
        };
        Some(look.refreshed(at, glance.total_us.unwrap_or(0), &self.timings))
    }
}

/// How far the sums of a service go, and what is counted of its last hours while looks arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summed {
    pub key: ServiceKey,
    pub closed_until: DateTime<Utc>,
    /// The running hour and the one before it, whether closed or not, oldest first.
    pub last_hours: [(DateTime<Utc>, Spent); 2],
}

/// How far the sums of a service go at `now`; none when the workspace has no such service.
pub async fn summed(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    id: ServiceId,
    now: DateTime<Utc>,
) -> Result<Option<Summed>> {
    let sql = "select s.key, h.verdict, h.last_slot, h.last_stands_for_ms, h.open_hours, h.recent
               from services s join service_health h on h.service_key = s.key
               where s.workspace_id = $1 and s.id = $2";
    let row: Option<(i32, Uptime)> = sqlx::query(sql)
        .bind(workspace.0)
        .bind(id.0)
        .try_map(|row| Ok((row.try_get("key")?, Uptime::from_row(&row)?)))
        .fetch_optional(conn)
        .await?;
    let hour = |hours: i64| DateTime::from_timestamp(hours * 3600, 0).unwrap_or_default();
    Ok(row.map(|(key, uptime)| Summed {
        key: ServiceKey(key),
        closed_until: hour(uptime.recent().first_open()),
        last_hours: uptime
            .open_hours()
            .by_hour(uptime.newest().as_ref(), now)
            .map(|(hours, spent)| (hour(hours), spent)),
    }))
}
