//! Vendor pages: how many polls do thousands of followers cost, and how much of a processor, with one worker and with
//! several?

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::Context as _;
use axum::{
    Router,
    extract::{Path, Request, State},
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use bench::{process::Program, seed};
use db::{Db, vendor_pages};
use domain::{id::VendorPageId, schedule, vendor::VendorTarget};
use serde::Serialize;
use serde_json::{Value, json};
use statuspage_parser::{Provider, Source};
use tokio::net::TcpListener;
use url::Url;
use uuid::Uuid;

use crate::{Args, report::Section, stage::settings};

const PORT: u16 = 18_085;
const ADMIN_PORT: u16 = 18_081;
const PAGES: u32 = 200;
const COMPONENTS: u32 = 50;
const SECONDS: u32 = 60;
/// Every page is read once, whole, before anything is measured; and a worker that joins takes its share over.
const SETTLE: Duration = Duration::from_secs(70);
const WORKERS: [u16; 2] = [1, 3];
const ETAG: &str = "\"measured\"";

/// What 200 pages with 50 followers each cost over the measured seconds.
#[derive(Debug, Serialize)]
struct Reading {
    workers: usize,
    /// Requests that the pages saw, and those answered with 304.
    requests: u64,
    unchanged: u64,
    /// Checks recorded, and those that were not up.
    recorded: i64,
    not_up: i64,
    /// Of one processor, all workers together.
    worker_cpu_percent: f64,
    /// Of the largest worker.
    worker_peak_rss_mb: u64,
}

#[derive(Default)]
struct Counted {
    requests: AtomicU64,
    unchanged: AtomicU64,
}

pub(crate) async fn run(args: &Args) -> anyhow::Result<Section> {
    let url = seed::database(&args.database_url, "bench_pages").await?;
    let db = Db::new(&url, "bench", 4)?;
    let workspace = seed::workspace(&db).await?;
    fill(&db, workspace).await?;
    let counted = Arc::new(Counted::default());
    let listener = TcpListener::bind(("0.0.0.0", PORT)).await?;
    let app = Router::new()
        .route("/api/v2/{document}", axum::routing::get(document))
        .with_state(Arc::clone(&counted));
    let server = async move { axum::serve(listener, app).await };
    let measuring = measure(args, &url, &db, &counted);
    let pages = tokio::select! {
        ended = server => {
            ended?;
            anyhow::bail!("the pages' server ended");
        }
        measured = measuring => measured?,
    };
    db.close().await;
    section(&pages)
}

/// With one worker, then with ever more.
async fn measure(
    args: &Args,
    url: &str,
    db: &Db,
    counted: &Counted,
) -> anyhow::Result<Vec<Reading>> {
    let mut workers = Vec::new();
    let mut readings = Vec::new();
    for wanted in WORKERS {
        for number in (0..wanted).skip(workers.len()) {
            let mut settings = settings(args, url);
            settings.extend([
                ("ADMIN_ADDR", format!("127.0.0.1:{}", ADMIN_PORT + number)),
                ("PUBLIC_URL", "http://127.0.0.1".to_owned()),
            ]);
            workers.push(Program::start(
                &args.programs.join("worker"),
                &[],
                &settings,
            )?);
        }
        tokio::time::sleep(SETTLE).await;
        readings.push(read(&workers, db, counted).await?);
    }
    for worker in workers {
        worker.stop().await?;
    }
    Ok(readings)
}

async fn read(workers: &[Program], db: &Db, counted: &Counted) -> anyhow::Result<Reading> {
    let count = || {
        (
            counted.requests.load(Ordering::Relaxed),
            counted.unchanged.load(Ordering::Relaxed),
        )
    };
    let cpu = || workers.iter().map(Program::cpu).sum::<Duration>();
    let (requests, spent, from) = (count(), cpu(), now(db).await?);
    tokio::time::sleep(Duration::from_secs(SECONDS.into())).await;
    let (after, spent, to) = (count(), cpu().saturating_sub(spent), now(db).await?);
    tokio::time::sleep(Duration::from_secs(3)).await;
    let (recorded, not_up): (i64, i64) = sqlx::query_as(
        "select count(*), count(*) filter (where verdict <> 1) from checks where slot_at >= $1 and slot_at < $2",
    )
    .bind(from)
    .bind(to)
    .fetch_one(db.pool())
    .await
    .context("reading back what was recorded")?;
    Ok(Reading {
        workers: workers.len(),
        requests: after.0 - requests.0,
        unchanged: after.1 - requests.1,
        recorded,
        not_up,
        worker_cpu_percent: (spent.as_secs_f64() / f64::from(SECONDS) * 10_000.0).round() / 100.0,
        worker_peak_rss_mb: workers
            .iter()
            .map(Program::peak_rss_mb)
            .max()
            .unwrap_or_default(),
    })
}

async fn now(db: &Db) -> anyhow::Result<chrono::DateTime<chrono::Utc>> {
    let query = sqlx::query_scalar("select clock_timestamp()");
    Ok(query.fetch_one(db.pool()).await?)
}

/// A page of our own in the shape that most vendors use, with a validator.
async fn document(
    State(counted): State<Arc<Counted>>,
    Path(name): Path<String>,
    request: Request,
) -> Response {
    counted.requests.fetch_add(1, Ordering::Relaxed);
    let known = request.headers().get(header::IF_NONE_MATCH);
    if known.is_some_and(|validator| validator == ETAG) {
        counted.unchanged.fetch_add(1, Ordering::Relaxed);
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, ETAG)]).into_response();
    }
    let mut body =
        json!({ "page": { "id": "measured", "name": "Measured" }, "components": components() });
    if name == "summary.json" {
        body["status"] = json!({ "indicator": "none", "description": "All well" });
        body["incidents"] = json!([]);
        body["scheduled_maintenances"] = json!([]);
    }
    ([(header::ETAG, ETAG)], axum::Json(body)).into_response()
}

fn components() -> Vec<Value> {
    let component = |index| json!({ "id": format!("c{index}"), "name": format!("Part {index}"), "status": "operational" });
    (0..COMPONENTS).map(component).collect()
}

/// Every component of every page has a service that follows it.
async fn fill(db: &Db, workspace: Uuid) -> anyhow::Result<()> {
    let provider = Provider::find("atlassian").context("the parser knows no such provider")?;
    for index in 0..PAGES {
        let [_, _, b, c] = (index + 1).to_be_bytes();
        let base: Url = format!("http://127.1.{b}.{c}:{PORT}").parse()?;
        let source = Source::new(provider, base.clone());
        let urls: Vec<Url> = source.requests().into_iter().map(|one| one.url).collect();
        let texts: Vec<String> = urls.iter().map(Url::to_string).collect();
        let found = vendor_pages::Found {
            source: &serde_json::to_value(&source)?,
            urls: &texts,
            name: "Measured",
            home: base.as_str(),
            page: &Value::Null,
            parts: &json!({}),
            whole: true,
        };
        let mut conn = db.acquire().await?;
        let page = vendor_pages::keep(&mut conn, &found, now(db).await?).await?;
        follow(&mut conn, workspace, page, &urls).await?;
    }
    sqlx::query(
        "insert into service_health (service_key, workspace_id, since) select key, workspace_id, created_at from services",
    )
    .execute(db.pool())
    .await?;
    Ok(())
}

async fn follow(
    conn: &mut db::PgConnection,
    workspace: Uuid,
    page: VendorPageId,
    urls: &[Url],
) -> anyhow::Result<()> {
    let (mut ids, mut targets) = (Vec::new(), Vec::new());
    for index in 0..COMPONENTS {
        let component = domain::vendor::Component {
            key: format!("c{index}"),
            name: format!("Part {index}"),
            group_path: Vec::new(),
        };
        let target = VendorTarget {
            page,
            component: Some(component),
            partial_outage_is: domain::incident::Severity::Down,
            urls: urls.to_vec(),
            user_defined: false,
        };
        ids.push(Uuid::now_v7());
        targets.push(serde_json::to_value(&target)?);
    }
    sqlx::query(
        "insert into services (id, workspace_id, name, monitor_type, target, vendor_page_id, check_interval_s, shard)
         select id, $1, 'Service', 'status_page', target, $2, 60, $3
         from unnest($4::uuid[], $5::jsonb[]) as s (id, target)",
    )
    .bind(workspace)
    .bind(page.0)
    .bind(i16::try_from(schedule::page_shard(page))?)
    .bind(ids)
    .bind(targets)
    .execute(conn)
    .await?;
    Ok(())
}

fn section(readings: &[Reading]) -> anyhow::Result<Section> {
    let polls = SECONDS * PAGES / 60;
    let mut section = Section::new(
        format!(
            "Vendor pages: {} services that follow {PAGES} pages every 60 s",
            PAGES * COMPONENTS
        ),
        format!(
            "Measured for {SECONDS} s each, after every page was read once. Wanted, whatever the number of workers: at most \
             {polls} polls of two conditional requests each, and under 2 % of a processor."
        ),
        &[
            "workers",
            "requests",
            "of them answered “not modified”",
            "checks recorded",
            "of them not up",
            "workers, % of a processor",
            "largest worker at its peak, MB",
        ],
    );
    for it in readings {
        section.row(&[
            &it.workers,
            &it.requests,
            &it.unchanged,
            &it.recorded,
            &it.not_up,
            &it.worker_cpu_percent,
            &it.worker_peak_rss_mb,
        ]);
    }
    section.with(&readings)
}
