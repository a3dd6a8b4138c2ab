//! However long history grows, no page reads through it: what Postgres counted on the partitions of `checks` says so.

use std::time::Duration;

use chrono::TimeDelta;
use sqlx::{Connection as _, PgConnection, PgPool, postgres::PgConnectOptions};

use crate::{
    services::{add, path, shop},
    world::World,
};

const SERVICES: i32 = 20;
const DAYS: i32 = 30;

/// A month of checks of twenty services every two minutes, and what was summed up from them.
async fn fill(conn: &mut PgConnection, world: &World) {
    let now = world.state.clock.now();
    for back in 0..=DAYS {
        let day = now.date_naive() - TimeDelta::days(back.into());
        let statement = format!(
            "create table if not exists {} partition of checks for values from ('{day} 00:00+00') to ('{} 00:00+00')",
            day.format("checks_%Y%m%d"),
            day + TimeDelta::days(1)
        );
        sqlx::query(sqlx::AssertSqlSafe(statement))
            .execute(&mut *conn)
            .await
            .expect("a day");
    }
    for sql in [
        "update services set created_at = $1 - interval '60 days'",
        "insert into checks (slot_at, service_key, stands_for_ms, total_us, status_code, late_ms, verdict, code, phase, attempts)
         select slot, key, 120000, 40000, 200, 1, 1, 0, '0', '1'
         from services, generate_series($1 - interval '30 days', $1, interval '2 minutes') as slot",
        "insert into rollup_hours (service_key, hour, up_ms, degraded_ms, down_ms, unknown_ms, maintenance_ms, looks, failed, latency)
         select key, hour, 3600000, 0, 0, 0, 0, 30, 0, '\\x5010'
         from services, generate_series(date_trunc('hour', $1 - interval '30 days'), $1 - interval '1 hour', interval '1 hour') as hour",
        "insert into rollup_days (service_key, day, up_ms, degraded_ms, down_ms, unknown_ms, maintenance_ms, looks, failed, latency)
         select key, day, 86400000, 0, 0, 0, 0, 720, 0, '\\x5010'
         from services, generate_series(date_trunc('day', $1 - interval '30 days'), $1 - interval '1 day', interval '1 day') as day",
        "update service_health set verdict = 1, health = 1, last_slot = $1, last_started_at = $1, last_stands_for_ms = 120000",
    ] {
        sqlx::query(sql)
            .bind(now)
            .execute(&mut *conn)
            .await
            .expect("history");
    }
    sqlx::query("analyze")
        .execute(&mut *conn)
        .await
        .expect("analyzed");
}

/// What Postgres counted on the partitions of `checks`: scans of whole ones, and rows that were read through an index.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
struct Counted {
    scans: i64,
    rows: i64,
}

/// The counts once no session is left that may still report what it read (a condition on `pg_stat_activity`): each does so at the
/// latest when it ends.
async fn counted(options: &PgConnectOptions, may_report: &str) -> Counted {
    let mut conn = PgConnection::connect_with(options)
        .await
        .expect("the database answers");
    let left = format!(
        "select count(*) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend' and {may_report}"
    );
    let gone = async {
        while sqlx::query_scalar::<_, i64>(sqlx::AssertSqlSafe(left.clone()))
            .fetch_one(&mut conn)
            .await
            .expect("the database answers")
            > 0
        {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), gone)
        .await
        .expect("the sessions end");
    let counted = sqlx::query_as(
        "select sum(seq_scan)::int8 as scans, sum(coalesce(idx_tup_fetch, 0))::int8 as rows
         from pg_stat_user_tables where relname like 'checks\\_%'",
    )
    .fetch_one(&mut conn)
    .await
    .expect("the database answers");
    conn.close().await.expect("closed");
    counted
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn no_page_reads_through_history(pool: PgPool) {
    let options = (*pool.connect_options()).clone();
    let world = World::start(pool).await;
    let person = world.operator().await;
    let mut service = String::new();
    for _ in 0..SERVICES {
        service = path(&add(&person, shop()).await);
    }
    // What the preparation reads is counted apart, by a session of its own.
    let apart = options.clone().application_name("preparation");
    let mut conn = PgConnection::connect_with(&apart)
        .await
        .expect("the database answers");
    fill(&mut conn, &world).await;
    conn.close().await.expect("closed");
    let prepared = counted(&options, "application_name = 'preparation'").await;
    let summed = [
        "/api/services?limit=50".to_owned(),
        "/api/services?limit=50&sort=status".to_owned(),
        "/api/services?q=shop&status=up".to_owned(),
        "/api/services/groups".to_owned(),
        "/api/summary".to_owned(),
        service.clone(),
        format!("{service}/days"),
        format!("{service}/latency?range=7d"),
        format!("{service}/latency?range=30d"),
        format!("{service}/latency?range=90d"),
        "/api/incidents".to_owned(),
    ];
    for path in &summed {
        person.get(path).await.expect(200);
    }
    for path in ["latency?range=24h", "checks?limit=50"] {
        person.get(&format!("{service}/{path}")).await.expect(200);
    }
    world.state.db.close().await;
    let after = counted(&options, "true").await;
    let rows = after.rows - prepared.rows;
    assert_eq!(
        after.scans, prepared.scans,
        "partitions were read from end to end"
    );
    // A day of one service for its chart, a page of its checks, and the running hours of the other ranges.
    assert!(rows > 0, "the chart of a day shows single checks");
    assert!(
        rows < 1_500,
        "{rows} of {} rows were read",
        SERVICES * DAYS * 720
    );
}
