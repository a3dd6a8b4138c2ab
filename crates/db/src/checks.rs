//! `checks`: one narrow row per slot, written in batches, read hour by hour by the rollups.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    coverage::{Stand, hour_start},
    failure::{Detail, Failure, FailureCode, Phase},
    id::ServiceKey,
    look::Look,
    packed,
    verdict::Verdict,
};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use crate::{Result, columns};

mod copying;
pub mod reading;

/// A stand reaches at most this far: the longest interval, and the time of a look.
const LONGEST_STAND: TimeDelta = TimeDelta::hours(25);

/// A row as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckRow {
    pub service: ServiceKey,
    pub slot: DateTime<Utc>,
    pub stands_for_ms: i32,
    pub total_us: i32,
    pub status_code: i16,
    pub late_ms: i16,
    pub verdict: i16,
    pub code: i16,
    /// 0 for none.
    pub phase: u8,
    pub attempts: u8,
    pub phases: Vec<u8>,
    pub detail: String,
}

/// The facts of a check that are rarely there; `checks.detail` as JSON.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CheckDetail {
    #[serde(default, skip_serializing_if = "is_first")]
    pub hop: u8,
    #[serde(default, skip_serializing_if = "Detail::is_none")]
    pub detail: Detail,
    /// The start of the first attempt that failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_failed_at: Option<DateTime<Utc>>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands out references"
)]
fn is_first(hop: &u8) -> bool {
    *hop == 0
}

impl CheckDetail {
    /// Reads `checks.detail`; an empty column has no facts, and neither has one that makes no sense.
    pub fn read(column: &str) -> Self {
        serde_json::from_str(column).unwrap_or_default()
    }

    /// The failure of a check with its facts; none without a code.
    pub fn failure(self, code: i16, phase: u8) -> Option<Failure> {
        Some(Failure {
            code: FailureCode::from_number(code)?,
            phase: Phase::from_number(phase.into()),
            hop: self.hop,
            detail: self.detail,
        })
    }
}

impl CheckRow {
    pub fn of(look: &Look) -> Self {
        let seen = look.observation.as_deref();
        let failure = look.failure.as_ref();
        let late = (look.started_at - look.slot).num_milliseconds();
        let answered = seen.filter(|seen| seen.status().is_some() && seen.failure.is_none());
        Self {
            service: look.service,
            slot: look.slot,
            stands_for_ms: columns::to_millis(look.stands_for),
            total_us: answered.map_or(0, |seen| i32::try_from(seen.total_us).unwrap_or(i32::MAX)),
            status_code: seen
                .and_then(domain::observation::Observation::status)
                .map_or(0, |status| i16::try_from(status).unwrap_or(0)),
            late_ms: i16::try_from(late.max(0)).unwrap_or(i16::MAX),
            verdict: look.verdict.number(),
            code: failure.map_or(0, |failure| failure.code.number()),
            phase: failure
                .and_then(|failure| failure.phase)
                .and_then(|phase| u8::try_from(phase.number()).ok())
                .unwrap_or(0),
            attempts: look.attempts,
            phases: packed::phases(seen.and_then(|seen| seen.hops.last())),
            detail: detail(look),
        }
    }
}

fn detail(look: &Look) -> String {
    let detail = CheckDetail {
        hop: look.failure.as_ref().map_or(0, |failure| failure.hop),
        detail: look
            .failure
            .as_ref()
            .map_or(Detail::None, |failure| failure.detail.clone()),
        first_failed_at: look.first_failed_at,
    };
    if detail == CheckDetail::default() {
        String::new()
    } else {
        columns::json(&detail)
    }
}

/// Stores rows of different slots; those whose slot is taken stay out. Returns how many went in. Needs the locks on the services'
/// health: nothing else keeps a slot from being stored twice.
pub async fn insert(conn: &mut PgConnection, rows: &[&CheckRow]) -> Result<u64> {
    let done = sqlx::query(INSERT)
        .bind(column(rows, |row| row.slot))
        .bind(column(rows, |row| row.service.0))
        .bind(column(rows, |row| row.stands_for_ms))
        .bind(column(rows, |row| row.total_us))
        .bind(column(rows, |row| row.status_code))
        .bind(column(rows, |row| row.late_ms))
        .bind(column(rows, |row| row.verdict))
        .bind(column(rows, |row| row.code))
        .bind(column(rows, |row| columns::to_digit(row.phase)))
        .bind(column(rows, |row| columns::to_digit(row.attempts)))
        .bind(column(rows, |row| &row.phases[..]))
        .bind(column(rows, |row| &row.detail[..]))
        .execute(conn)
        .await?;
    Ok(done.rows_affected())
}

/// The statement of `insert`; its plan is tested.
pub const INSERT: &str = r#"insert into checks (slot_at, service_key, stands_for_ms, total_us, status_code, late_ms, verdict, code, phase,
                        attempts, phases, detail)
    select new.* from unnest($1::timestamptz[], $2::int[], $3::int[], $4::int[], $5::smallint[], $6::smallint[], $7::smallint[], $8::smallint[],
                $9::"char"[], $10::"char"[], $11::bytea[], $12::text[])
        as new (slot_at, service_key, stands_for_ms, total_us, status_code, late_ms, verdict, code, phase, attempts, phases, detail)
    where not exists (
        select from checks old
        where old.service_key = new.service_key and old.slot_at = new.slot_at
          and date_bin('1 hour', old.slot_at, timestamptz '2000-01-01 00:00+00')
              = date_bin('1 hour', new.slot_at, timestamptz '2000-01-01 00:00+00'))"#;

/// Stores rows whose slots are known to be free, which costs PostgreSQL a good deal less than asking each time. Needs the locks on the
/// services' health. A connection on which this was given up half way is not to be used again.
pub async fn insert_new(conn: &mut PgConnection, rows: &[&CheckRow]) -> Result<u64> {
    let mut copy = conn.copy_in_raw(copying::STATEMENT).await?;
    copy.send(copying::rows(rows)).await?;
    Ok(copy.finish().await?)
}

fn column<'a, T>(rows: &[&'a CheckRow], value: impl Fn(&'a CheckRow) -> T) -> Vec<T> {
    rows.iter().map(|row| value(row)).collect()
}

/// The statement of `stands`; its plan is tested. That the slot of the look before lies in `$4..$2` is said a second time, because
/// `greatest` and `least` leave out no day before the statement runs.
pub const STANDS: &str = "select service_key, slot_at, stands_for_ms, verdict, total_us from checks
    where service_key = any($1) and date_bin('1 hour', slot_at, timestamptz '2000-01-01 00:00+00') = any($5)
      and slot_at >= $2 and slot_at < $3
    union all
    select before.* from unnest($1::int[]) as k (key) cross join lateral (
        select last.* from (
            select hour from generate_series($6::timestamptz, $4::timestamptz - interval '1 hour', interval '-1 hour') as hour
            order by hour desc
        ) as h cross join lateral (
            select service_key, slot_at, stands_for_ms, verdict, total_us from checks
            where service_key = k.key and date_bin('1 hour', slot_at, timestamptz '2000-01-01 00:00+00') = h.hour
              and slot_at >= greatest(h.hour, $4) and slot_at < least(h.hour + interval '1 hour', $2)
              and slot_at >= $4 and slot_at < $2
            order by slot_at desc limit 1
        ) as last
        order by h.hour desc limit 1
    ) as before
    order by service_key, slot_at";

/// The checks of some services in `from..to`, each service's led by the last one before `from` whose stand may reach
/// into it; in order of key and slot.
pub async fn stands(
    conn: &mut PgConnection,
    services: &[ServiceKey],
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Vec<(ServiceKey, Stand)>> {
    let keys: Vec<i32> = services.iter().map(|key| key.0).collect();
    // Read by place: to look for thousands of rows' columns by their names would take longer than to read them.
    let rows: Vec<(i32, DateTime<Utc>, i32, i16, i32)> = sqlx::query_as(STANDS)
        // Planned anew each time: with the times known, the days that do not matter are not opened.
        .persistent(false)
        .bind(keys)
        .bind(from)
        .bind(to)
        .bind(from - LONGEST_STAND)
        .bind(hours(from, to))
        .bind(hour_start(from))
        .fetch_all(conn)
        .await?;
    let stand = |(key, slot, ms, verdict, us)| {
        let stand = Stand {
            slot,
            stands_for: columns::millis(Some(ms)),
            verdict: Verdict::from_number(verdict)?,
            total_us: u32::try_from(us).ok().filter(|us: &u32| *us > 0),
        };
        Some((ServiceKey(key), stand))
    };
    Ok(rows.into_iter().filter_map(stand).collect())
}

/// The statement of `answered`; its plan is tested.
pub const ANSWERED: &str = "select slot_at, total_us from checks
    where service_key = $1 and date_bin('1 hour', slot_at, timestamptz '2000-01-01 00:00+00') = any($4)
      and slot_at >= $2 and slot_at < $3 and total_us > 0";

/// When a service was looked at in `from..to` and answered, and how long that took, in µs; in no order.
pub async fn answered(
    conn: &mut PgConnection,
    service: ServiceKey,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Vec<(DateTime<Utc>, u32)>> {
    // Kept prepared, unlike `stands`: it is planned with the times known as well, but not parsed each time.
    let rows: Vec<(DateTime<Utc>, i32)> = sqlx::query_as(ANSWERED)
        .bind(service.0)
        .bind(from)
        .bind(to)
        .bind(hours(from, to))
        .fetch_all(conn)
        .await?;
    let answered = |(slot, us)| Some((slot, u32::try_from(us).ok()?));
    Ok(rows.into_iter().filter_map(answered).collect())
}

/// The hours under which the checks of `from..to` are found.
fn hours(from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<DateTime<Utc>> {
    std::iter::successors(Some(hour_start(from)), |hour| {
        Some(*hour + TimeDelta::hours(1))
    })
    .take_while(|hour| *hour < to)
    .collect()
}

#[cfg(test)]
mod tests {
    use chrono::SubsecRound as _;
    use domain::id::ServiceKey;

    use super::*;
    use crate::checks::reading::{self, Wanted};

    fn row(slot: DateTime<Utc>, phase: u8, attempts: u8) -> CheckRow {
        CheckRow {
            service: ServiceKey(1),
            slot,
            stands_for_ms: 30_000,
            total_us: 41_000,
            status_code: 200,
            late_ms: 3,
            verdict: Verdict::Up.number(),
            code: if phase == 0 {
                0
            } else {
                FailureCode::HttpTimeout.number()
            },
            phase,
            attempts,
            phases: Vec::new(),
            detail: String::new(),
        }
    }

    #[sqlx::test(migrator = "crate::MIGRATOR")]
    async fn what_is_copied_and_what_is_inserted_reads_the_same_and_is_small(pool: crate::PgPool) {
        let db = crate::Db::from_pool(pool);
        let mut conn = db.acquire().await.expect("the database answers");
        let now: DateTime<Utc> = sqlx::query_scalar("select now()")
            .fetch_one(&mut *conn)
            .await
            .expect("the database answers");
        let now = now.trunc_subsecs(3);
        crate::partitions::ensure(&db, now.date_naive())
            .await
            .expect("days");
        let rows: Vec<CheckRow> = [(0, 1), (5, 3), (6, 4)]
            .into_iter()
            .zip(1..)
            .map(|((phase, attempts), n)| row(now - TimeDelta::milliseconds(n), phase, attempts))
            .collect();
        let service = |key, row: &CheckRow| CheckRow {
            service: ServiceKey(key),
            ..row.clone()
        };
        let copied: Vec<CheckRow> = rows.iter().map(|row| service(1, row)).collect();
        let inserted: Vec<CheckRow> = rows.iter().map(|row| service(2, row)).collect();
        insert_new(&mut conn, &copied.iter().collect::<Vec<_>>())
            .await
            .expect("copied");
        insert(&mut conn, &inserted.iter().collect::<Vec<_>>())
            .await
            .expect("inserted");
        let wanted = Wanted {
            limit: 10,
            ..Wanted::default()
        };
        let mut read = Vec::new();
        for key in [1, 2] {
            let checks = reading::list(&mut conn, ServiceKey(key), &wanted).await;
            read.push(checks.expect("the database answers"));
        }
        assert_eq!(read[0], read[1]);
        let seen: Vec<_> = read[0]
            .iter()
            .map(|check| (check.failure.as_ref().and_then(|f| f.phase), check.attempts))
            .collect();
        let expected = [(None, 1), (Some(Phase::Ttfb), 3), (Some(Phase::Body), 4)];
        assert_eq!(seen, expected);
        let lean: i32 = sqlx::query_scalar("select max(pg_column_size(c.*)) from checks c")
            .fetch_one(&mut *conn)
            .await
            .expect("the database answers");
        assert_eq!(lean, 56);
    }
}
