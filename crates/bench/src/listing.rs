//! What the dashboard asks, over a month of history.

use chrono::{DateTime, Utc};
use db::Db;
use serde::Serialize;

use crate::{
    Args,
    client::{Client, Timing, until_it_answers},
    process::Program,
    seed,
};

const BASE: &str = "http://127.0.0.1:18082";
const SERVICES: u32 = 50;
const DAYS: i32 = 30;
const PASSWORD: &str = "measured-and-forgotten";
const EMAIL: &str = "measure@example.com";

/// Answer times by path.
#[derive(Debug, Serialize)]
pub(crate) struct Listing {
    pub(crate) checks: u64,
    pub(crate) answers: Vec<(String, Timing)>,
}

pub(crate) async fn run(args: &Args) -> anyhow::Result<Listing> {
    let url = seed::database(&args.database_url, "bench_listing").await?;
    let db = Db::new(&url, "bench", 4)?;
    let add = ["user", "add", EMAIL, "--password-stdin"];
    let api = args.programs.join("api");
    Program::run(&api, &add, &settings(args, &url), PASSWORD).await?;
    let workspace = sqlx::query_scalar("select id from workspaces")
        .fetch_one(db.pool())
        .await?;
    seed::services(&db, workspace, SERVICES, 9).await?;
    let now: DateTime<Utc> = sqlx::query_scalar("select now()")
        .fetch_one(db.pool())
        .await?;
    let checks = seed::checks(&db, now, DAYS).await?;
    seed::rollups(&db, now).await?;

    let api = Program::start(
        &args.programs.join("api"),
        &["serve"],
        &settings(args, &url),
    )?;
    until_it_answers(
        &format!("{BASE}/api/health"),
        std::time::Duration::from_secs(30),
    )
    .await?;
    let answers = ask(&db, args.quick).await?;
    api.stop().await?;
    db.close().await;
    Ok(Listing { checks, answers })
}

async fn ask(db: &Db, quick: bool) -> anyhow::Result<Vec<(String, Timing)>> {
    let client = Client::sign_in(BASE, EMAIL, PASSWORD).await?;
    let one: uuid::Uuid = sqlx::query_scalar("select id from services limit 1")
        .fetch_one(db.pool())
        .await?;
    let paths = [
        "/api/services?limit=50".to_owned(),
        "/api/summary".to_owned(),
        format!("/api/services/{one}"),
        format!("/api/services/{one}/latency?range=24h"),
        format!("/api/services/{one}/latency?range=30d"),
        "/api/incidents".to_owned(),
    ];
    let mut answers = Vec::new();
    for path in paths {
        client.time(&path, 20).await?;
        let timing = client.time(&path, if quick { 200 } else { 1000 }).await?;
        answers.push((path.replace(&one.to_string(), "{id}"), timing));
    }
    Ok(answers)
}

fn settings(args: &Args, url: &str) -> Vec<(&'static str, String)> {
    vec![
        ("DATABASE_URL", url.to_owned()),
        ("REDIS_URL", args.redis_url.clone()),
        (
            "SECRET_KEY",
            "measuring-measuring-measuring-measuring".to_owned(),
        ),
        ("PUBLIC_URL", BASE.to_owned()),
        ("LISTEN_ADDR", BASE.trim_start_matches("http://").to_owned()),
        ("ADMIN_ADDR", "127.0.0.1:18084".to_owned()),
        ("RATE_LIMIT_REQUESTS", "0".to_owned()),
        ("LOG", "warn".to_owned()),
    ]
}
