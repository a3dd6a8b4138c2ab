//! Reading checks of one service by key, newest first; never of more than one service, never without a limit.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use domain::{failure::Failure, id::ServiceKey, observation::Timings, packed, verdict::Verdict};
use sqlx::{FromRow, PgConnection};

use super::CheckDetail;
use crate::{Result, columns, partitions};

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

/// The statement of `list`; its plan is tested. It goes back hour by hour and ends where enough is found: `offset 0` keeps the planner
/// from turning it round, which would read the hours of everybody.
pub const LIST: &str =
    "select c.* from (
        select hour from generate_series(date_bin('1 hour', $2, timestamptz '2000-01-01 00:00+00'), $3, interval '1 hour') as hour
        order by hour desc
    ) as h cross join lateral (
        select slot_at, total_us, status_code, late_ms, verdict, code, phase, attempts, phases, detail
        from checks
        where service_key = $1 and date_bin('1 hour', slot_at, timestamptz '2000-01-01 00:00+00') = h.hour
          and slot_at >= greatest(h.hour, $2) and slot_at < least(h.hour + interval '1 hour', $3)
          and slot_at >= $2 and slot_at < $3
          and ($4::smallint is null or verdict = $4)
        offset 0
    ) as c
    order by h.hour desc, c.slot_at desc offset $5 limit $6";

/// Checks of a service, newest first.
pub async fn list(
    conn: &mut PgConnection,
    service: ServiceKey,
    wanted: &Wanted,
) -> Result<Vec<Check>> {
    let Some((from, to)) = span(conn, wanted).await? else {
        return Ok(Vec::new());
    };
    let rows: Vec<Row> = sqlx::query_as(LIST)
        .bind(service.0)
        .bind(from)
        .bind(to)
        .bind(wanted.verdict.map(Verdict::number))
        .bind(wanted.offset)
        .bind(wanted.limit)
        .fetch_all(conn)
        .await?;
    Ok(rows.into_iter().filter_map(Row::read).collect())
}

/// The statement of `count`; its plan is tested.
pub const COUNT: &str = "select count(*) from (
        select from generate_series(date_bin('1 hour', $2, timestamptz '2000-01-01 00:00+00'), $3, interval '1 hour') as hour
        cross join lateral (
            select from checks
            where service_key = $1 and date_bin('1 hour', slot_at, timestamptz '2000-01-01 00:00+00') = hour
              and slot_at >= greatest(hour, $2) and slot_at < least(hour + interval '1 hour', $3)
              and slot_at >= $2 and slot_at < $3
              and ($4::smallint is null or verdict = $4)
            offset 0
        ) as c
        limit $5) as counted";

/// How many checks of a service there are, counted up to `limit`, so that a long history costs no more than a short one.
pub async fn count(conn: &mut PgConnection, service: ServiceKey, wanted: &Wanted) -> Result<i64> {
    let Some((from, to)) = span(conn, wanted).await? else {
        return Ok(0);
    };
    Ok(sqlx::query_scalar(COUNT)
        .bind(service.0)
        .bind(from)
        .bind(to)
        .bind(wanted.verdict.map(Verdict::number))
        .bind(wanted.limit)
        .fetch_one(conn)
        .await?)
}

/// The time in which there can be checks that are wanted; none when there is no such time.
async fn span(
    conn: &mut PgConnection,
    wanted: &Wanted,
) -> Result<Option<(DateTime<Utc>, DateTime<Utc>)>> {
    let days = partitions::days(conn).await?;
    let (Some(first), Some(last)) = (days.first(), days.last()) else {
        return Ok(None);
    };
    let midnight = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
    let (begin, end) = (midnight(*first), midnight(*last) + TimeDelta::days(1));
    let from = wanted.since.map_or(begin, |since| since.max(begin));
    let to = wanted.until.map_or(end, |until| until.min(end));
    Ok((from < to).then_some((from, to)))
}

impl Row {
    fn read(self) -> Option<Check> {
        let verdict = Verdict::from_number(self.verdict)?;
        let detail = CheckDetail::read(&self.detail);
        let first_failed_at = detail.first_failed_at;
        let failure = detail.failure(self.code, columns::digit(self.phase));
        Some(Check {
            slot: self.slot_at,
            started_at: self.slot_at + TimeDelta::milliseconds(self.late_ms.into()),
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
