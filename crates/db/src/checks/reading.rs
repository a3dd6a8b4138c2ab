//! Reading checks of one service by key, newest first; never of more than one service, never without a limit.

use chrono::{DateTime, Utc};
use domain::{failure::Failure, id::ServiceKey, observation::Timings, packed, verdict::Verdict};
use sqlx::{FromRow, PgConnection};

use super::CheckDetail;
use crate::{Result, columns};

/// A check as it is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    pub slot: DateTime<Utc>,
    /// Start of the first attempt.
    pub started_at: DateTime<Utc>,
    pub verdict: Verdict,
    pub status_code: Option<u16>,
    /// µs; none when there was no complete answer.
    pub total_us: Option<u32>,
    pub attempts: u8,
    /// Of the last hop.
    pub timings: Option<Timings>,
    pub failure: Option<Failure>,
    /// The start of the first attempt that failed.
    pub first_failed_at: Option<DateTime<Utc>>,
}

/// Which checks.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    pub verdict: Option<Verdict>,
    /// From here on.
    pub since: Option<DateTime<Utc>>,
    /// Before this.
    pub until: Option<DateTime<Utc>>,
    pub offset: i64,
    pub limit: i64,
}

#[derive(FromRow)]
struct Row {
    slot_at: DateTime<Utc>,
    total_us: i32,
    status_code: i16,
    late_ms: i16,
    verdict: i16,
    code: i16,
    phase: i8,
    attempts: i8,
    phases: Vec<u8>,
    detail: String,
}

/// Checks of a service, newest first.
pub async fn list(
    conn: &mut PgConnection,
    service: ServiceKey,
    wanted: &Wanted,
) -> Result<Vec<Check>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select slot_at, total_us, status_code, late_ms, verdict, code, phase, attempts, phases, detail
         from checks
         where service_key = $1 and slot_at >= coalesce($2, '-infinity'::timestamptz)
           and slot_at < coalesce($3, 'infinity'::timestamptz) and ($4::smallint is null or verdict = $4)
         order by slot_at desc offset $5 limit $6",
    )
    .bind(service.0)
    .bind(wanted.since)
    .bind(wanted.until)
    .bind(wanted.verdict.map(Verdict::number))
    .bind(wanted.offset)
    .bind(wanted.limit)
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().filter_map(Row::read).collect())
}

/// How many checks of a service there are, counted up to `limit`, so that a long history costs no more than a short one.
pub async fn count(conn: &mut PgConnection, service: ServiceKey, wanted: &Wanted) -> Result<i64> {
    let sql = "select count(*) from (
                   select from checks
                   where service_key = $1 and slot_at >= coalesce($2, '-infinity'::timestamptz)
                     and slot_at < coalesce($3, 'infinity'::timestamptz) and ($4::smallint is null or verdict = $4)
                   limit $5) as counted";
    Ok(sqlx::query_scalar(sql)
        .bind(service.0)
        .bind(wanted.since)
        .bind(wanted.until)
        .bind(wanted.verdict.map(Verdict::number))
        .bind(wanted.limit)
        .fetch_one(conn)
        .await?)
}

impl Row {
    fn read(self) -> Option<Check> {
        let verdict = Verdict::from_number(self.verdict)?;
        let detail = CheckDetail::read(&self.detail);
        let first_failed_at = detail.first_failed_at;
        let failure = detail.failure(self.code, columns::digit(self.phase));
        Some(Check {
            slot: self.slot_at,
            started_at: self.slot_at + chrono::TimeDelta::milliseconds(self.late_ms.into()),
            verdict,
            status_code: u16::try_from(self.status_code)
                .ok()
                .filter(|code| *code > 0),
            total_us: u32::try_from(self.total_us).ok().filter(|us| *us > 0),
            attempts: columns::digit(self.attempts),
            timings: packed::read_phases(&self.phases),
            failure,
            first_failed_at,
        })
    }
}
