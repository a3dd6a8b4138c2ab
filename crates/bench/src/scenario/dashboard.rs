//! One workspace of 5,000 services: what its first page costs.

use bench::{
    process::Postgres,
    seed::{self, Services},
    watch::{Ledger, Spent},
};
use chrono::{DateTime, Utc};
use db::Db;
use serde::Serialize;

use crate::{
    Args, api,
    client::Timing,
    report::{Section, tenths},
    stage::PLAIN,
};

const SERVICES: u32 = 5_000;

#[derive(Debug, Serialize)]
struct Asked {
    path: &'static str,
    timing: Timing,
    spent: Spent,
}

pub(crate) async fn run(args: &Args) -> anyhow::Result<Section> {
    let url = seed::database(&args.database_url, "bench_dashboard").await?;
    let db = Db::new(&url, "bench", 4)?;
    api::add_account(args, &url).await?;
    let workspace = sqlx::query_scalar("select id from workspaces")
        .fetch_one(db.pool())
        .await?;
    seed::services(&db, workspace, Services::plain(SERVICES, 30, PLAIN)).await?;
    let now: DateTime<Utc> = sqlx::query_scalar("select now()")
        .fetch_one(db.pool())
        .await?;
    seed::standing(&db, now).await?;
    let program = api::start(args, &url).await?;
    let ledger = Ledger::default()
        .with("api", program.pid())
        .with("client", std::process::id())
        .with_postgres(Postgres::of(&mut *db.acquire().await?).await?);
    let client = api::client().await?.compressed();
    let mut answers = Vec::new();
    for path in [
        "/api/services?limit=50",
        "/api/services?limit=50&sort=status",
        "/api/summary",
    ] {
        client.time(path, 1, 20).await?;
        let requests = if args.quick { 200 } else { 1_000 };
        let (timing, spent) = ledger.during(client.time(path, 1, requests)).await;
        answers.push(Asked {
            path,
            timing: timing?,
            spent,
        });
    }
    program.stop().await?;
    db.close().await;
    section(&answers)
}

fn section(answers: &[Asked]) -> anyhow::Result<Section> {
    let mut section = Section::new(
        "Dashboard: a workspace of 5,000 services",
        "One browser, one request after another, compressed. Wanted: the first page within 15 ms at p99 and 60 kB.",
        &["path", "p50, ms", "p99, ms", "bytes", "others"],
    );
    for asked in answers {
        section.row(&[
            &format!("`{}`", asked.path),
            &asked.timing.p50_ms,
            &asked.timing.p99_ms,
            &asked.timing.bytes,
            &tenths(asked.spent.others()),
        ]);
    }
    section.with(&answers)
}
