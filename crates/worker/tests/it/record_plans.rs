//! The plans of a batch's statements against a large database: whatever the history, a batch touches its own rows.

use chrono::{Days, NaiveDate};
use sqlx::{PgPool, Row as _};

use crate::ground::Ground;

async fn seeded(pool: PgPool) -> Ground {
    let ground = Ground::new(pool).await;
    ground
        .run(&format!(
            "insert into services (id, workspace_id, name, monitor_type, url, target, check_interval_s, shard)
             select gen_random_uuid(), '{}', 'S', 'http_ping', 'http://s.test/', '{{}}', 30, n % 4096 from generate_series(1, 20000) n",
            ground.workspace
        ))
        .await;
    ground
        .run("insert into service_health (service_key, workspace_id, since, recent) select key, workspace_id, now(), decode(repeat('00', 1088), 'hex') from services")
        .await;
    ground
        .run("insert into checks (slot_at, service_key, stands_for_ms, total_us, status_code, late_ms, verdict, code, phase, attempts)
              select now() - n * interval '30 seconds', key, 30000, 1, 200, 0, 1, 0, '0', '1' from services, generate_series(1, 5) n")
        .await;
    ground.run("analyze").await;
    ground
}

/// The plan as text: `force_generic_plan` gives the one for any parameters, `force_custom_plan` the one for these.
async fn plan(
    ground: &Ground,
    mode: &str,
    types: &str,
    statement: &str,
    arguments: &str,
) -> String {
    let mut conn = ground.db.acquire().await.expect("the database answers");
    for sql in [
        format!("set plan_cache_mode = {mode}"),
        format!("prepare s ({types}) as {statement}"),
    ] {
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql))
            .execute(&mut *conn)
            .await
            .expect("the database answers");
    }
    let explain = format!("explain execute s ({arguments})");
    let rows = sqlx::raw_sql(sqlx::AssertSqlSafe(explain))
        .fetch_all(&mut *conn)
        .await
        .expect("the database answers");
    conn.close().await.expect("the database answers");
    let lines: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    lines.join("\n")
}

fn assert_no_scan(plan: &str) {
    let scans = plan.lines().filter(|line| line.contains("Seq Scan"));
    assert_eq!(scans.count(), 0, "{plan}");
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn every_statement_of_a_batch_goes_by_key(pool: PgPool) {
    let ground = seeded(pool).await;
    let keys = "'{1, 2, 3, 4, 5, 6, 7, 8, 9}'";
    for statement in [
        db::health::recording::LOCK_FREE,
        db::health::recording::CONFIGURED,
        db::health::recording::EVIDENCE,
    ] {
        let plan = plan(&ground, "force_generic_plan", "int[]", statement, keys).await;
        assert_no_scan(&plan);
        assert!(plan.contains("Index"), "{plan}");
    }
    let write = "int[], smallint[], smallint[], smallint[], timestamptz[], timestamptz[], int[], timestamptz[], uuid[], \
                 smallint[], smallint[], timestamptz[], bytea[], timestamptz[], smallint[], int[], bytea[], bigint[], text[], text[], \
                 timestamptz[]";
    let refresh = "int[], timestamptz[], int[], bytea[], timestamptz[], smallint[], int[], bytea[]";
    for (statement, types) in [
        (db::health::recording::WRITE, write),
        (db::health::recording::REFRESH, refresh),
    ] {
        let arguments = vec!["'{}'"; types.split(',').count()].join(", ");
        let plan = plan(&ground, "force_generic_plan", types, statement, &arguments).await;
        assert_no_scan(&plan);
        assert!(plan.contains("service_health_pkey"), "{plan}");
    }
}

/// A day of sixty services, every half minute.
async fn with_a_day(pool: PgPool) -> (Ground, NaiveDate) {
    let ground = seeded(pool).await;
    let yesterday = ground.now.date_naive() - Days::new(1);
    ground
        .run(&format!(
            "insert into checks (slot_at, service_key, stands_for_ms, total_us, status_code, late_ms, verdict, code, phase, attempts)
             select '{yesterday} 00:00+00'::timestamptz + n * interval '30 seconds', key, 30000, 1, 200, 0, 1, 0, '0', '1'
             from generate_series(0, 2879) n, generate_series(1, 60) key"
        ))
        .await;
    ground.run("analyze checks").await;
    (ground, yesterday)
}

/// Every access to checks is by hour and service; days to come are empty, and read as they like.
fn assert_by_hour_and_service(ground: &Ground, plan: &str) {
    let today = ground.now.format("Seq Scan on checks_%Y%m%d").to_string();
    let scans = plan
        .lines()
        .filter_map(|line| line.trim().strip_prefix("->"));
    let past = scans
        .filter(|scan| scan.contains("Seq Scan") && scan.trim().get(..today.len()) <= Some(&today));
    assert_eq!(past.count(), 0, "{plan}");
    let lines: Vec<&str> = plan.lines().collect();
    let scans = lines.iter().enumerate().filter(|(_, line)| {
        (line.contains("Index Scan using") || line.contains("Bitmap Index Scan on"))
            && line.contains("date_bin")
    });
    let mut found = 0;
    for (at, _) in scans {
        let condition = lines.get(at + 1).copied().unwrap_or("");
        assert!(
            condition.contains("Index Cond: ((date_bin(") && condition.contains("service_key ="),
            "{plan}"
        );
        found += 1;
    }
    assert!(found > 0, "{plan}");
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn closing_an_hour_reads_its_own_checks_and_one_before_by_hour_and_service(pool: PgPool) {
    let (ground, yesterday) = with_a_day(pool).await;
    let plan = plan(
        &ground,
        "force_custom_plan",
        "int[], timestamptz, timestamptz, timestamptz, timestamptz[], timestamptz",
        db::checks::STANDS,
        &format!(
            "'{{1, 2, 3, 4, 5, 6, 7, 8, 9}}', '{yesterday} 12:00+00', '{yesterday} 13:00+00', '{yesterday} 00:00+00',
             '{{{yesterday} 12:00+00}}', '{yesterday} 12:00+00'"
        ),
    )
    .await;
    assert_by_hour_and_service(&ground, &plan);
    let today = ground.now.format("checks_%Y%m%d").to_string();
    assert!(
        !plan.contains(&today),
        "opens days that do not matter: {plan}"
    );
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_chart_reads_the_open_hours_of_its_service_alone(pool: PgPool) {
    let (ground, yesterday) = with_a_day(pool).await;
    for mode in ["force_custom_plan", "force_generic_plan"] {
        let plan = plan(
            &ground,
            mode,
            "int, timestamptz, timestamptz, timestamptz[]",
            db::checks::ANSWERED,
            &format!(
                "7, '{yesterday} 12:00+00', '{yesterday} 13:30+00', '{{{yesterday} 12:00+00, {yesterday} 13:00+00}}'"
            ),
        )
        .await;
        assert_by_hour_and_service(&ground, &plan);
    }
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_list_of_checks_goes_back_by_the_hour_until_it_is_full(pool: PgPool) {
    let (ground, yesterday) = with_a_day(pool).await;
    let times =
        format!("'{yesterday} 00:00+00'::timestamptz - interval '20 days', '{yesterday} 23:00+00'");
    for mode in ["force_custom_plan", "force_generic_plan"] {
        let listing = plan(
            &ground,
            mode,
            "int, timestamptz, timestamptz, smallint, bigint, bigint",
            db::checks::reading::LIST,
            &format!("7, {times}, null, 0, 50"),
        )
        .await;
        assert_by_hour_and_service(&ground, &listing);
        assert!(
            listing.contains("Incremental Sort") && listing.contains("Presorted Key: hour.hour"),
            "reads more than it shows: {listing}"
        );
        let counting = plan(
            &ground,
            mode,
            "int, timestamptz, timestamptz, smallint, bigint",
            db::checks::reading::COUNT,
            &format!("7, {times}, null, 100"),
        )
        .await;
        assert_by_hour_and_service(&ground, &counting);
        assert!(!counting.contains("Sort"), "{counting}");
    }
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_chart_reads_the_days_of_its_service_alone(pool: PgPool) {
    let ground = seeded(pool).await;
    ground
        .run("insert into rollup_days (service_key, day, up_ms, degraded_ms, down_ms, unknown_ms, maintenance_ms, looks, failed, latency)
              select key, date '2026-01-01' + n, 86400000, 0, 0, 0, 0, 2880, 0, ''
              from generate_series(1, 500) key, generate_series(0, 99) n")
        .await;
    ground.run("analyze rollup_days").await;
    let plan = plan(
        &ground,
        "force_generic_plan",
        "int, date, date",
        db::rollups::reading::PACKED_DAYS,
        "7, '2026-01-02', '2026-02-01'",
    )
    .await;
    assert_no_scan(&plan);
    let condition = plan.lines().find(|line| line.contains("Index Cond"));
    let condition = condition.unwrap_or_default();
    for part in ["service_key =", "day >=", "day <="] {
        assert!(condition.contains(part), "{plan}");
    }
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn whether_a_slot_is_taken_is_asked_by_hour_and_service(pool: PgPool) {
    let (ground, yesterday) = with_a_day(pool).await;
    let rest =
        "'{30000}', '{1}', '{200}', '{0}', '{1}', '{0}', '{0}', '{1}', array[''::bytea], '{\"\"}'";
    let plan = plan(
        &ground,
        "force_generic_plan",
        "timestamptz[], int[], int[], int[], smallint[], smallint[], smallint[], smallint[], \"char\"[], \"char\"[], bytea[], text[]",
        db::checks::INSERT,
        &format!("'{{{yesterday} 12:00+00}}', '{{7}}', {rest}"),
    )
    .await;
    assert_by_hour_and_service(&ground, &plan);
}
