//! Closed hours and days of one service, for charts and percentages.

use std::{collections::BTreeSet, ops::Range};

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use domain::{coverage::Spent, day_hours::DayHours, histogram::Histogram, id::ServiceKey};
use sqlx::{FromRow, PgConnection};

use super::Hour;
use crate::Result;

#[derive(FromRow)]
struct Time {
    up: i64,
    degraded: i64,
    down: i64,
    unknown: i64,
    maintenance: i64,
}

/// A day and the hours that are packed in it.
#[derive(FromRow)]
struct PackedDay<'a> {
    at: NaiveDate,
    #[sqlx(flatten)]
    time: Time,
    latency: &'a [u8],
    hours: &'a [u8],
}

impl<'a> PackedDay<'a> {
    /// The hours; none when they are not all that the day consists of, as workers of an older version left it.
    fn hours(self) -> Option<DayHours<'a>> {
        let hours = DayHours::decode(self.hours)?;
        let latency = Histogram::decode(self.latency)?;
        hours
            .add_up_to(&self.time.into(), &latency)
            .then_some(hours)
    }
}

#[derive(FromRow)]
struct Part {
    in_days: bool,
    #[sqlx(flatten)]
    time: Time,
}

#[derive(FromRow)]
struct Day {
    at: NaiveDate,
    #[sqlx(flatten)]
    time: Time,
}

/// The statement of `each_hour`; its plan is tested.
pub const PACKED_DAYS: &str =
    "select day as at, up_ms::int8 as up, degraded_ms::int8 as degraded, down_ms::int8 as down,
         unknown_ms::int8 as unknown, maintenance_ms::int8 as maintenance, latency, hours
     from rollup_days where service_key = $1 and day >= $2 and day <= $3";

/// Tells of each closed hour of a service in `from..to`, in no order: when it began, its time by verdict, and the latency of its looks
/// that were answered, as `Histogram::encode` wrote it.
pub async fn each_hour(
    conn: &mut PgConnection,
    service: ServiceKey,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    mut tell: impl FnMut(DateTime<Utc>, &Spent, &[u8]),
) -> Result<()> {
    let days = sqlx::query(PACKED_DAYS)
        .bind(service.0)
        .bind(from.date_naive())
        .bind(to.date_naive())
        .fetch_all(&mut *conn)
        .await?;
    let within = from..to;
    let mut unpacked = BTreeSet::new();
    for row in &days {
        let day = PackedDay::from_row(row)?;
        let date = day.at;
        let Some(hours) = day.hours() else {
            unpacked.insert(date);
            continue;
        };
        for (n, spent, latency) in hours.iter() {
            let hour = midnight(date) + TimeDelta::hours(n.into());
            if within.contains(&hour) {
                tell(hour, spent, latency);
            }
        }
    }
    if let (Some(first), Some(last)) = (unpacked.first(), unpacked.last()) {
        let end = midnight(*last) + TimeDelta::days(1);
        for Hour { hour, tally, .. } in
            super::hours(conn, &[service], midnight(*first), end).await?
        {
            if within.contains(&hour) && unpacked.contains(&hour.date_naive()) {
                tell(hour, &tally.spent, &tally.latency.encode());
            }
        }
    }
    Ok(())
}

fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

/// Time by verdict over the closed hours of a service in `hours`, and over its days (UTC) in `days`.
pub async fn spent(
    conn: &mut PgConnection,
    service: ServiceKey,
    hours: Range<DateTime<Utc>>,
    days: Range<NaiveDate>,
) -> Result<(Spent, Spent)> {
    let sql = "select false as in_days, coalesce(sum(up_ms), 0) as up, coalesce(sum(degraded_ms), 0) as degraded,
             coalesce(sum(down_ms), 0) as down, coalesce(sum(unknown_ms), 0) as unknown,
             coalesce(sum(maintenance_ms), 0) as maintenance
         from rollup_hours where service_key = $1 and hour >= $2 and hour < $3
         union all
         select true, coalesce(sum(up_ms), 0), coalesce(sum(degraded_ms), 0), coalesce(sum(down_ms), 0),
             coalesce(sum(unknown_ms), 0), coalesce(sum(maintenance_ms), 0)
         from rollup_days where service_key = $1 and day >= $4 and day < $5";
    let parts: Vec<Part> = sqlx::query_as(sql)
        .bind(service.0)
        .bind(hours.start)
        .bind(hours.end)
        .bind(days.start)
        .bind(days.end)
        .fetch_all(conn)
        .await?;
    let (mut in_hours, mut in_days) = (Spent::default(), Spent::default());
    for part in parts {
        let sum = if part.in_days {
            &mut in_days
        } else {
            &mut in_hours
        };
        *sum += part.time.into();
    }
    Ok((in_hours, in_days))
}

/// Time by verdict on the days of a service in `from..to` (UTC), oldest first; today's holds its closed hours.
pub async fn days(
    conn: &mut PgConnection,
    service: ServiceKey,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<(NaiveDate, Spent)>> {
    let rows: Vec<Day> = sqlx::query_as(
        "select day as at, up_ms::int8 as up, degraded_ms::int8 as degraded, down_ms::int8 as down, unknown_ms::int8 as unknown,
             maintenance_ms::int8 as maintenance
         from rollup_days where service_key = $1 and day >= $2 and day < $3 order by day",
    )
    .bind(service.0)
    .bind(from)
    .bind(to)
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.at, row.time.into()))
        .collect())
}

impl From<Time> for Spent {
    fn from(time: Time) -> Self {
        Self {
            up_ms: time.up,
            degraded_ms: time.degraded,
            down_ms: time.down,
            unknown_ms: time.unknown,
            maintenance_ms: time.maintenance,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use domain::coverage::Tally;
    use sqlx::PgPool;

    use super::{super::closing, *};

    const KEY: ServiceKey = ServiceKey(7);

    /// Hours that differ from each other, three days of them from half past a day on, with a gap of a day, and their days; another
    /// service has the same.
    async fn three_days(pool: &PgPool) -> Result<Vec<Hour>> {
        let begin = DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::hours(13);
        let numbers = (0..72_i64).filter(|n| !(24..48).contains(n));
        let hour = |n: i64| {
            let mut tally = Tally {
                spent: Spent {
                    up_ms: 3_000_000 + n,
                    degraded_ms: 2 * n,
                    down_ms: 3 * n,
                    unknown_ms: 4 * n,
                    maintenance_ms: 5 * n,
                },
                ..Tally::default()
            };
            tally.latency.add(1_000 << (n % 9));
            Hour {
                service: KEY,
                hour: begin + TimeDelta::hours(n),
                tally,
            }
        };
        let hours: Vec<Hour> = numbers.map(hour).collect();
        let mut conn = pool.acquire().await?;
        for service in [KEY, ServiceKey(8)] {
            let of = |hour: &Hour| Hour {
                service,
                ..hour.clone()
            };
            let own: Vec<Hour> = hours.iter().map(of).collect();
            closing::write_hours(&mut conn, &own).await?;
            closing::write_days(&mut conn, &own).await?;
        }
        Ok(hours)
    }

    /// Asks for the hours from and to several.
    async fn compare(conn: &mut PgConnection, hours: &[Hour]) -> Result<()> {
        let (first, last) = (hours[0].hour, hours[hours.len() - 1].hour);
        for (from, to) in [
            (first, last + TimeDelta::hours(1)),
            (first + TimeDelta::hours(4), last - TimeDelta::hours(4)),
            (first - TimeDelta::days(9), midnight(last.date_naive())),
        ] {
            let mut told = BTreeMap::new();
            let tell = |hour, spent: &Spent, latency: &[u8]| {
                let latency = Histogram::decode(latency).expect("a histogram");
                let before = told.insert(hour, (*spent, latency));
                assert_eq!(before, None, "{hour} is told of twice");
            };
            each_hour(conn, KEY, from, to, tell).await?;
            let within = hours.iter().filter(|hour| (from..to).contains(&hour.hour));
            let wanted: BTreeMap<_, _> = within
                .map(|Hour { hour, tally, .. }| (*hour, (tally.spent, tally.latency.clone())))
                .collect();
            assert_eq!(told, wanted, "{from} to {to}");
        }
        Ok(())
    }

    #[sqlx::test(migrator = "crate::MIGRATOR")]
    async fn the_hours_that_are_asked_for_are_told_of_once(pool: PgPool) -> Result<()> {
        let hours = three_days(&pool).await?;
        let mut conn = pool.acquire().await?;
        compare(&mut conn, &hours).await?;
        // All of it stands in the days.
        sqlx::query("delete from rollup_hours")
            .execute(&mut *conn)
            .await?;
        compare(&mut conn, &hours).await
    }

    /// Closes an hour again as a version does that knows no packed hours.
    async fn close_as_before(conn: &mut PgConnection, hours: &[Hour], closed: usize) -> Result<()> {
        let day = hours[closed].hour.date_naive();
        let packed: Vec<u8> =
            sqlx::query_scalar("select hours from rollup_days where service_key = 7 and day = $1")
                .bind(day)
                .fetch_one(&mut *conn)
                .await?;
        closing::write_hours(conn, &hours[closed..=closed]).await?;
        let of_day = hours.iter().filter(|hour| hour.hour.date_naive() == day);
        closing::write_days(conn, &of_day.cloned().collect::<Vec<_>>()).await?;
        sqlx::query("update rollup_days set hours = $2 where service_key = 7 and day = $1")
            .bind(day)
            .bind(packed)
            .execute(conn)
            .await?;
        Ok(())
    }

    #[sqlx::test(migrator = "crate::MIGRATOR")]
    async fn a_day_that_an_older_version_wrote_is_read_hour_by_hour(pool: PgPool) -> Result<()> {
        let mut hours = three_days(&pool).await?;
        let mut conn = pool.acquire().await?;
        let last = hours.len() - 1;
        hours[last].tally.latency.add(77_000);
        close_as_before(&mut conn, &hours, last).await?;
        compare(&mut conn, &hours).await?;
        hours[30].tally.spent.down_ms += 1;
        close_as_before(&mut conn, &hours, 30).await?;
        compare(&mut conn, &hours).await?;
        // Before there was the column.
        sqlx::query(
            "update rollup_days set hours = '' where day = (select min(day) from rollup_days)",
        )
        .execute(&mut *conn)
        .await?;
        compare(&mut conn, &hours).await
    }

    #[sqlx::test(migrator = "crate::MIGRATOR")]
    async fn hours_and_days_are_summed_each_for_themselves(pool: PgPool) -> Result<()> {
        let hours = three_days(&pool).await?;
        let mut conn = pool.acquire().await?;
        // So that a day is not what its hours come to.
        sqlx::query("update rollup_days set up_ms = up_ms + 1, down_ms = 7")
            .execute(&mut *conn)
            .await?;
        let sum = |some: &[Hour]| {
            let mut sum = Spent::default();
            for hour in some {
                sum += hour.tally.spent;
            }
            sum
        };
        let day = hours[0].hour.date_naive();
        let of_day = hours
            .iter()
            .filter(|hour| hour.hour.date_naive() == day)
            .cloned();
        let mut in_days = sum(&of_day.collect::<Vec<_>>());
        in_days.up_ms += 1;
        in_days.down_ms = 7;
        let found = spent(
            &mut conn,
            KEY,
            hours[2].hour..hours[9].hour,
            day..day.succ_opt().expect("a day"),
        )
        .await?;
        assert_eq!(found, (sum(&hours[2..9]), in_days));
        let none = spent(
            &mut conn,
            ServiceKey(9),
            hours[0].hour..hours[9].hour,
            day..day + TimeDelta::days(9),
        )
        .await?;
        assert_eq!(none, Default::default());
        Ok(())
    }
}
