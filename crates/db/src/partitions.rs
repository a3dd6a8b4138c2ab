//! The daily partitions of `checks`: made ahead without stopping anybody, dropped behind, healed after a crash between two steps.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};
use sqlx::{AssertSqlSafe, Connection as _, FromRow, PgConnection};

use crate::{Db, Result};

/// Held by the one process that makes or drops partitions.
const PARTITION_LOCK: i64 = 0x7075_6c73_6502;

/// How many days are ready before they begin.
const AHEAD: u64 = 7;

/// Insert-only tables that are dropped within weeks: nothing to vacuum, and statistics that follow in large steps.
const STORAGE: &str = "autovacuum_vacuum_insert_threshold = -1, autovacuum_analyze_threshold = 50000, \
                       autovacuum_analyze_scale_factor = 0.5";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Attached,
    /// A concurrent detach was interrupted.
    Leaving,
    /// A table of its own: made but not attached, or detached but not dropped.
    Alone,
}

/// Makes the days from yesterday to seven days ahead, except those that were dropped before.
/// Waits at most 3 s for another process that does the same.
pub async fn ensure(db: &Db, today: NaiveDate) -> Result<()> {
    let mut conn = db.dedicated().await?;
    let missing = missing(&mut conn, today).await?;
    if !missing.is_empty() {
        prepare(&mut conn).await?;
        sqlx::query("select pg_advisory_lock($1)")
            .bind(PARTITION_LOCK)
            .execute(&mut conn)
            .await?;
        make(&mut conn, today).await?;
        release(&mut conn).await?;
    }
    conn.close().await?;
    Ok(())
}

/// Drops every day before `first_kept`, and what an interrupted run left behind. Returns the days that went.
/// Does nothing while another process is at it.
pub async fn drop_before(db: &Db, first_kept: NaiveDate) -> Result<Vec<NaiveDate>> {
    let mut conn = db.dedicated().await?;
    prepare(&mut conn).await?;
    let locked: bool = sqlx::query_scalar("select pg_try_advisory_lock($1)")
        .bind(PARTITION_LOCK)
        .fetch_one(&mut conn)
        .await?;
    let mut gone = Vec::new();
    if locked {
        let dropped = dropped(&mut conn).await?;
        for (day, place) in tables(&mut conn).await? {
            if day < first_kept || (dropped.contains(&day) && place != Place::Attached) {
                drop_day(&mut conn, day, place).await?;
                gone.push(day);
            }
        }
        release(&mut conn).await?;
    }
    conn.close().await?;
    Ok(gone)
}

/// The days whose checks can be written and read, in order.
pub async fn days(conn: &mut PgConnection) -> Result<BTreeSet<NaiveDate>> {
    let tables = tables(conn).await?.into_iter();
    Ok(tables
        .filter_map(|(day, place)| (place == Place::Attached).then_some(day))
        .collect())
}

/// Bytes per day, with indexes and everything else, in order.
pub async fn sizes(conn: &mut PgConnection) -> Result<BTreeMap<NaiveDate, i64>> {
    let rows: Vec<(String, i64)> = sqlx::query_as(
        "select c.relname::text, pg_total_relation_size(c.oid) from pg_inherits i join pg_class c on c.oid = i.inhrelid
         where i.inhparent = 'checks'::regclass and not i.inhdetachpending",
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(|(name, bytes)| Some((day_of(&name)?, bytes)))
        .collect())
}

async fn prepare(conn: &mut PgConnection) -> Result<()> {
    sqlx::query("set lock_timeout = '3s'").execute(conn).await?;
    Ok(())
}

/// Now, and not when the server has noticed that the connection is gone.
async fn release(conn: &mut PgConnection) -> Result<()> {
    sqlx::query("select pg_advisory_unlock($1)")
        .bind(PARTITION_LOCK)
        .execute(conn)
        .await?;
    Ok(())
}

async fn missing(conn: &mut PgConnection, today: NaiveDate) -> Result<Vec<NaiveDate>> {
    let (ready, dropped) = (days(conn).await?, dropped(conn).await?);
    let first = today - Days::new(1);
    Ok(first
        .iter_days()
        .take_while(|day| *day <= today + Days::new(AHEAD))
        .filter(|day| !ready.contains(day) && !dropped.contains(day))
        .collect())
}

async fn make(conn: &mut PgConnection, today: NaiveDate) -> Result<()> {
    for day in missing(conn, today).await? {
        let name = name(day);
        // Attaching a finished table takes a lock on the parent that lets everybody read and write on.
        let mut tx = conn.begin().await?;
        for statement in [
            format!("create table if not exists {name} (like checks including all)"),
            format!("alter table {name} set ({STORAGE})"),
            format!(
                "alter table checks attach partition {name} for values from ('{day} 00:00+00') to ('{} 00:00+00')",
                day + Days::new(1)
            ),
        ] {
            sqlx::query(AssertSqlSafe(statement))
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        tracing::info!(%day, "made the partition of a day");
    }
    Ok(())
}

async fn drop_day(conn: &mut PgConnection, day: NaiveDate, place: Place) -> Result<()> {
    // First of all, so that a table left alone by a crash is known to be on its way out and is not attached again.
    sqlx::query("insert into dropped_days (day) values ($1) on conflict do nothing")
        .bind(day)
        .execute(&mut *conn)
        .await?;
    let name = name(day);
    let detach = match place {
        Place::Attached => Some("concurrently"),
        Place::Leaving => Some("finalize"),
        Place::Alone => None,
    };
    if let Some(how) = detach {
        let statement = format!("alter table checks detach partition {name} {how}");
        sqlx::query(AssertSqlSafe(statement))
            .execute(&mut *conn)
            .await?;
    }
    sqlx::query(AssertSqlSafe(format!("drop table {name}")))
        .execute(conn)
        .await?;
    tracing::info!(%day, "dropped the checks of a day");
    Ok(())
}

async fn dropped(conn: &mut PgConnection) -> Result<BTreeSet<NaiveDate>> {
    let days: Vec<NaiveDate> = sqlx::query_scalar("select day from dropped_days")
        .fetch_all(conn)
        .await?;
    Ok(days.into_iter().collect())
}

#[derive(FromRow)]
struct Table {
    name: String,
    attached: bool,
    leaving: bool,
}

/// Every table of a day, whether or not it belongs to `checks` at the moment.
async fn tables(conn: &mut PgConnection) -> Result<BTreeMap<NaiveDate, Place>> {
    let tables: Vec<Table> = sqlx::query_as(
        "select c.relname::text as name, i.inhrelid is not null as attached, coalesce(i.inhdetachpending, false) as leaving
         from pg_class p
         join pg_class c on c.relnamespace = p.relnamespace and c.relkind = 'r' and c.relname ~ '^checks_[0-9]{8}$'
         left join pg_inherits i on i.inhrelid = c.oid and i.inhparent = p.oid
         where p.oid = 'checks'::regclass",
    )
    .fetch_all(conn)
    .await?;
    Ok(tables
        .into_iter()
        .filter_map(|table| {
            let place = match (table.attached, table.leaving) {
                (true, true) => Place::Leaving,
                (true, false) => Place::Attached,
                (false, _) => Place::Alone,
            };
            Some((day_of(&table.name)?, place))
        })
        .collect())
}

fn name(day: NaiveDate) -> String {
    day.format("checks_%Y%m%d").to_string()
}

fn day_of(name: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(name, "checks_%Y%m%d").ok()
}
