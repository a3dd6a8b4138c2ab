//! Browsers that watch: how soon they see what was looked at, and what that costs the API.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::Context as _;
use bench::{
    process::Program,
    seed::{self, Services},
    watch::{Ledger, Spent},
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::say;
use crate::{
    Args, api,
    client::Client,
    report::{Section, tenths},
    stage::{PLAIN, Stage},
};

const INTERVAL: Duration = Duration::from_secs(30);

/// So many workspaces, each with so many services and browsers.
#[derive(Clone, Copy, Debug, Serialize)]
struct Shape {
    workspaces: u32,
    services_each: u32,
    browsers_each: u32,
}

const MANY: Shape = Shape {
    workspaces: 200,
    services_each: 500,
    browsers_each: 5,
};
const ONE: Shape = Shape {
    workspaces: 1,
    services_each: 5_000,
    browsers_each: 50,
};

/// Milliseconds until a browser heard of a look.
#[derive(Debug, Default)]
struct Delays {
    /// From its start.
    since_look: Vec<u32>,
    /// From its commit, after which its event got its id, which tells the time.
    since_commit: Vec<u32>,
}

type Heard = Arc<Mutex<Delays>>;

/// Percentiles of delays.
#[derive(Clone, Copy, Debug, Serialize)]
struct Delay {
    p50_ms: u32,
    p99_ms: u32,
}

impl Delay {
    fn of(mut delays: Vec<u32>) -> Self {
        delays.sort_unstable();
        let at = |per_cent: usize| {
            let place = delays.len() * per_cent / 100;
            delays.get(place).copied().unwrap_or(0)
        };
        Self {
            p50_ms: at(50),
            p99_ms: at(99),
        }
    }
}

#[derive(Debug, Serialize)]
struct Watched {
    shape: Shape,
    events: usize,
    since_look: Delay,
    since_commit: Delay,
    api_mb: u64,
    spent: Spent,
}

pub(crate) async fn run(args: &Args) -> anyhow::Result<Section> {
    let mut all = Vec::new();
    for shape in [MANY, ONE] {
        say(format_args!(
            "{} workspaces with {} browsers each",
            shape.workspaces, shape.browsers_each
        ));
        all.push(shown(args, shape).await?);
    }
    section(&all)
}

async fn shown(args: &Args, shape: Shape) -> anyhow::Result<Watched> {
    let stage = Stage::set(args, "bench_live").await?;
    api::add_account(args, &stage.url).await?;
    people(&stage, shape).await?;
    let program = api::start(args, &stage.url).await?;
    let browsers = sign_in(shape).await?;
    let worker = stage.worker()?;
    tokio::time::sleep(INTERVAL).await;
    let delays = Heard::default();
    let mut streams = JoinSet::new();
    for browser in &browsers {
        for _ in 0..shape.browsers_each {
            let stream = browser
                .get("/api/events")
                .send()
                .await?
                .error_for_status()?;
            streams.spawn(listen(stream, Arc::clone(&delays)));
        }
    }
    tokio::time::sleep(Duration::from_secs(5)).await;
    *lock(&delays) = Delays::default();
    let watched = watch(&stage, &program, &worker, shape, &delays).await?;
    streams.abort_all();
    worker.stop().await?;
    program.kill().await?;
    stage.strike().await?;
    Ok(watched)
}

async fn watch(
    stage: &Stage,
    api: &Program,
    worker: &Program,
    shape: Shape,
    delays: &Heard,
) -> anyhow::Result<Watched> {
    let ledger: Ledger = stage
        .ledger()?
        .with("api", api.pid())
        .with("worker", worker.pid())
        .with("browsers", std::process::id());
    let ((), spent) = ledger.during(tokio::time::sleep(INTERVAL)).await;
    let delays = std::mem::take(&mut *lock(delays));
    Ok(Watched {
        shape,
        events: delays.since_look.len(),
        since_look: Delay::of(delays.since_look),
        since_commit: Delay::of(delays.since_commit),
        api_mb: api.peak_rss_mb(),
        spent,
    })
}

fn lock(delays: &Heard) -> std::sync::MutexGuard<'_, Delays> {
    delays.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One person per workspace, each with the password of the first, and services in each.
async fn people(stage: &Stage, shape: Shape) -> anyhow::Result<()> {
    let first: Uuid = sqlx::query_scalar("select workspace_id from memberships limit 1")
        .fetch_one(stage.db.pool())
        .await?;
    let what = Services::plain(shape.services_each, 30, PLAIN);
    seed::services(&stage.db, first, what).await?;
    for number in 1..shape.workspaces {
        let (user, workspace) = (Uuid::now_v7(), seed::workspace(&stage.db).await?);
        let mut tx = stage.db.begin().await?;
        for sql in [
            "insert into users (id, email, name) select $1, $3, name from users where email = $4 and $2::uuid is not null",
            "insert into password_credentials (user_id, hash) select $1, hash from password_credentials
             join users on id = user_id where email = $4 and $2::uuid is not null and $3::text is not null",
            "insert into memberships (user_id, workspace_id, role) select $1, $2, role from memberships
             join users on id = user_id where email = $4 and $3::text is not null",
        ] {
            sqlx::query(sql)
                .bind(user)
                .bind(workspace)
                .bind(email(number))
                .bind(api::EMAIL)
                .execute(&mut *tx)
                .await
                .context("another person")?;
        }
        tx.commit().await?;
        seed::services(&stage.db, workspace, what).await?;
    }
    Ok(())
}

fn email(number: u32) -> String {
    if number == 0 {
        api::EMAIL.to_owned()
    } else {
        format!("measure{number}@example.com")
    }
}

/// One browser per person, each at an address of its own, because sign-ins are counted per address.
async fn sign_in(shape: Shape) -> anyhow::Result<Vec<Client>> {
    let mut browsers = Vec::new();
    for number in 0..shape.workspaces {
        let [_, _, third, fourth] = (number + 1).to_be_bytes();
        let from = IpAddr::V4(Ipv4Addr::new(127, 9, third, fourth));
        browsers.push(api::client_of(&email(number), from).await?);
    }
    Ok(browsers)
}

/// Reads a stream and notes how old each look is when it is heard of.
async fn listen(mut stream: reqwest::Response, delays: Heard) {
    let mut rest: Vec<u8> = Vec::new();
    while let Ok(Some(piece)) = stream.chunk().await {
        let now = now();
        rest.extend_from_slice(&piece);
        let Some(end) = rest.iter().rposition(|byte| *byte == b'\n') else {
            continue;
        };
        let whole = String::from_utf8_lossy(&rest[..end]).into_owned();
        rest.drain(..=end);
        let ago = |at: DateTime<Utc>| u32::try_from((now - at).num_milliseconds()).ok();
        let mut delays = lock(&delays);
        let looks = whole.lines().filter_map(checked_at);
        delays.since_look.extend(looks.filter_map(ago));
        let commits = whole.lines().filter_map(told_at);
        delays.since_commit.extend(commits.filter_map(ago));
    }
}

fn checked_at(line: &str) -> Option<DateTime<Utc>> {
    let (_, after) = line
        .strip_prefix("data:")?
        .split_once("\"checked_at\":\"")?;
    after.split('"').next()?.parse().ok()
}

fn told_at(line: &str) -> Option<DateTime<Utc>> {
    let id: Uuid = line.strip_prefix("id:")?.trim().parse().ok()?;
    let (seconds, nanos) = id.get_timestamp()?.to_unix();
    DateTime::from_timestamp(i64::try_from(seconds).ok()?, nanos)
}

#[expect(
    clippy::disallowed_methods,
    reason = "compared with times of the database on the same machine"
)]
fn now() -> DateTime<Utc> {
    Utc::now()
}

fn section(all: &[Watched]) -> anyhow::Result<Section> {
    let mut section = Section::new(
        "Live: browsers that watch",
        "Every service is looked at every 30 s, and every look is told to every browser of its workspace. The delay is measured to\n\
         the arrival in the browser, which gets a frame every half a second at most; from the start of a look it holds the look, the time for\n\
         which routine is gathered, and the commit too.",
        &["", "200 workspaces × 5", "1 workspace × 50", "wanted"],
    );
    let mut line = |what: &str, wanted: &str, figure: &dyn Fn(&Watched) -> String| {
        let mut cells = vec![what.to_owned()];
        cells.extend(all.iter().map(figure));
        cells.push(wanted.to_owned());
        section.rows.push(cells);
    };
    line("services", "", &|it| {
        (it.shape.workspaces * it.shape.services_each).to_string()
    });
    line("events heard in 30 s", "", &|it| it.events.to_string());
    let told = |delay: Delay| format!("{} / {}", delay.p50_ms, delay.p99_ms);
    line(
        "from the commit, p50 / p99, ms",
        "p99 within 1,000",
        &|it| told(it.since_commit),
    );
    line("from the start of the look, p50 / p99, ms", "", &|it| {
        told(it.since_look)
    });
    line("API, processors", "at most 0.5", &|it| {
        format!("{:.2}", it.spent.cores("api"))
    });
    line("memory of the API at its peak, MB", "at most 200", &|it| {
        it.api_mb.to_string()
    });
    line("others, processors", "", &|it| tenths(it.spent.others()));
    section.with(&all)
}
