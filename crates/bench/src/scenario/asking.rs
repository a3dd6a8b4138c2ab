//! What pages ask for, over a month of history, by one browser and by eight at once.

use bench::{
    process::Postgres,
    seed::{self, Services},
    watch::{Ledger, Spent},
};
use chrono::{DateTime, Utc};
use db::Db;
use serde::Serialize;

use super::say;
use crate::{
    Args, api,
    client::{Client, Timing},
    report::{Section, tenths},
    stage::PLAIN,
};

const DAYS: i64 = 30;
const CONNECTIONS: usize = 8;
const LIST: &str = "/api/services?limit=50";

#[derive(Debug, Serialize)]
struct Asked {
    path: String,
    connections: usize,
    timing: Timing,
    spent: Spent,
}

#[derive(Debug, Serialize)]
struct Asking {
    services: u32,
    checks: u64,
    answers: Vec<Asked>,
}

pub(crate) async fn run(args: &Args) -> anyhow::Result<Section> {
    let services = if args.quick { 50 } else { 500 };
    let url = seed::database(&args.database_url, "bench_asking").await?;
    let db = Db::new(&url, "bench", 4)?;
    api::add_account(args, &url).await?;
    let workspace = sqlx::query_scalar("select id from workspaces")
        .fetch_one(db.pool())
        .await?;
    seed::services(&db, workspace, Services::plain(services, 30, PLAIN)).await?;
    let now: DateTime<Utc> = sqlx::query_scalar("select now()")
        .fetch_one(db.pool())
        .await?;
    say("writing a month of checks");
    let checks = seed::checks(&db, now, DAYS).await?;
    seed::rollups(&db, now, DAYS).await?;
    let program = api::start(args, &url).await?;
    let ledger = Ledger::default()
        .with("api", program.pid())
        .with("client", std::process::id())
        .with_postgres(Postgres::of(&mut *db.acquire().await?).await?);
    let asking = Asking {
        services,
        checks,
        answers: ask(&db, &ledger, args.quick).await?,
    };
    program.stop().await?;
    db.close().await;
    section(&asking)
}

async fn ask(db: &Db, ledger: &Ledger, quick: bool) -> anyhow::Result<Vec<Asked>> {
    let client: Client = api::client().await?;
    let one: uuid::Uuid = sqlx::query_scalar("select id from services limit 1")
        .fetch_one(db.pool())
        .await?;
    let paths = [
        LIST.to_owned(),
        "/api/summary".to_owned(),
        format!("/api/services/{one}"),
        format!("/api/services/{one}/latency?range=24h"),
        format!("/api/services/{one}/latency?range=30d"),
        "/api/incidents".to_owned(),
    ];
    let alone = std::iter::once((LIST.to_owned(), 1));
    let together = paths.into_iter().map(|path| (path, CONNECTIONS));
    let mut answers = Vec::new();
    for (path, connections) in alone.chain(together) {
        client.time(&path, connections, 160).await?;
        let requests = if quick { 800 } else { 4_000 };
        let (timing, spent) = ledger
            .during(client.time(&path, connections, requests))
            .await;
        answers.push(Asked {
            path: path.replace(&one.to_string(), "{id}"),
            connections,
            timing: timing?,
            spent,
        });
    }
    Ok(answers)
}

fn section(asking: &Asking) -> anyhow::Result<Section> {
    let mut section = Section::new(
        format!(
            "Asking: {} services with 30 days of history, {} checks in the database",
            asking.services, asking.checks
        ),
        "Answers uncompressed. Wanted: lists within 20 ms (p99) for one who asks; with eight connections at once p99 within\n\
         10 ms each, and 1,500 lists a second. Processors are those that API, Postgres and the asking client itself were busy with.",
        &[
            "path",
            "connections",
            "requests/s",
            "p50, ms",
            "p99, ms",
            "bytes",
            "API",
            "Postgres",
            "client",
            "others",
        ],
    );
    for asked in &asking.answers {
        let (timing, spent) = (&asked.timing, &asked.spent);
        section.row(&[
            &format!("`{}`", asked.path),
            &asked.connections,
            &format!("{:.0}", timing.per_second),
            &timing.p50_ms,
            &timing.p99_ms,
            &timing.bytes,
            &format!("{:.2}", spent.cores("api")),
            &format!("{:.2}", spent.cores("postgres")),
            &format!("{:.2}", spent.cores("client")),
            &tenths(spent.others()),
        ]);
    }
    section.with(asking)
}
