//! What pages ask for, over up to a month of history: by one person without and with a worker beside, and by eight browsers at once.

use std::time::Duration;

use bench::{
    seed::{self, Services},
    watch::{Ledger, Spent},
};
use chrono::{DateTime, Utc};
use db::Db;
use domain::id::ServiceId;
use serde::Serialize;

use super::say;
use crate::{
    Args, api,
    client::{Client, Timing},
    report::{Section, tenths},
    stage::{PLAIN, Stage},
};

/// How much history there is; a tenth of it shows what more of it costs.
const DAYS: i64 = 30;
const TENTH: i64 = DAYS / 10;
const CONNECTIONS: usize = 8;
const LIST: &str = "/api/services?limit=50";
/// As many services as the wanted times are for; and ten times as many.
const FEW: u32 = 50;
const MANY: u32 = 500;
const INTERVAL: Duration = Duration::from_secs(30);
/// For so long the API keeps a chart.
const LONGEST_KEPT: Duration = Duration::from_secs(11);

#[derive(Debug, Serialize)]
struct Asked {
    path: String,
    connections: usize,
    /// A worker looked at the services meanwhile.
    worker: bool,
    timing: Timing,
    /// The same number of connections asked what costs nothing, under the same circumstances.
    live: Timing,
    spent: Spent,
}

#[derive(Debug, Serialize)]
struct Measured {
    services: u32,
    days: i64,
    checks: u64,
    /// Rows of checks that Postgres read while lists were asked for.
    history_read: i64,
    answers: Vec<Asked>,
}

/// Who asks, with what is spent beside it.
struct Asking<'a> {
    client: Client,
    ledger: Ledger,
    args: &'a Args,
}

pub(crate) async fn run(args: &Args) -> anyhow::Result<Section> {
    let mut histories = vec![history(args, FEW, DAYS).await?];
    if !args.quick {
        histories.push(history(args, MANY, TENTH).await?);
        histories.push(history(args, MANY, DAYS).await?);
    }
    section(&histories)
}

async fn history(args: &Args, services: u32, days: i64) -> anyhow::Result<Measured> {
    let stage = Stage::set(args, "bench_asking").await?;
    api::add_account(args, &stage.url).await?;
    let workspace = sqlx::query_scalar("select workspace_id from memberships")
        .fetch_one(stage.db.pool())
        .await?;
    let what = Services::plain(services, 30, PLAIN);
    let ids = seed::services(&stage.db, workspace, what).await?;
    let now: DateTime<Utc> = sqlx::query_scalar("select now()")
        .fetch_one(stage.db.pool())
        .await?;
    say(format_args!("writing {days} days of checks of {services}"));
    let checks = seed::checks(&stage.db, now, days).await?;
    seed::rollups(&stage.db, now, days).await?;
    seed::incidents(&stage.db, now, days).await?;
    seed::vacuum(&stage.db).await?;
    let program = api::start(args, &stage.url).await?;
    let mut asking = Asking {
        client: api::client().await?,
        ledger: stage
            .ledger()?
            .with("api", program.pid())
            .with("client", std::process::id()),
        args,
    };
    let before = history_read(&stage.db).await?;
    let mut answers = vec![asking.alone(false).await?];
    let history_read = history_read(&stage.db).await? - before;
    if services == MANY || args.quick {
        answers.extend(asking.in_turn(&ids).await?);
    }
    if services == FEW {
        let worker = stage.worker()?;
        asking.ledger = std::mem::take(&mut asking.ledger).with("worker", worker.pid());
        // In a whole round each is looked at.
        tokio::time::sleep(asking.round()).await;
        answers.push(asking.alone(true).await?);
        worker.stop().await?;
    }
    program.stop().await?;
    stage.strike().await?;
    Ok(Measured {
        services,
        days,
        checks,
        history_read,
        answers,
    })
}

/// How many rows of checks were read so far. Postgres writes down after a second what it has counted.
async fn history_read(db: &Db) -> anyhow::Result<i64> {
    tokio::time::sleep(Duration::from_secs(2)).await;
    let sql = "select coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0)::int8
               from pg_stat_user_tables where relname like 'checks%'";
    Ok(sqlx::query_scalar(sql).fetch_one(db.pool()).await?)
}

impl Asking<'_> {
    /// As long as a round of looks takes, or a part of that.
    fn round(&self) -> Duration {
        INTERVAL / if self.args.quick { 6 } else { 1 }
    }

    /// One person who asks for the list.
    async fn alone(&self, worker: bool) -> anyhow::Result<Asked> {
        let span = self.round();
        self.client.time(LIST, 1, 160).await?;
        let live = self.client.time_for(api::LIVE, span / 3).await?;
        let asking = self.client.time_for(LIST, span);
        let (timing, spent) = self.ledger.during(asking).await;
        Ok(Asked {
            path: LIST.to_owned(),
            connections: 1,
            worker,
            timing: timing?,
            live,
            spent,
        })
    }

    /// What pages show, asked for by one browser and by eight at once, each time of another service.
    async fn in_turn(&self, services: &[ServiceId]) -> anyhow::Result<Vec<Asked>> {
        let paths = [
            LIST,
            "/api/summary",
            "/api/services/{id}",
            "/api/services/{id}/latency?range=24h",
            "/api/services/{id}/latency?range=30d",
            "/api/incidents",
        ];
        let mut answers = Vec::new();
        for connections in [1, CONNECTIONS] {
            let requests = connections * if self.args.quick { 100 } else { 500 };
            let live = self.client.time(api::LIVE, connections, requests).await?;
            // What was kept for those before is let go.
            tokio::time::sleep(LONGEST_KEPT).await;
            // One who asks for the list stands in a row of its own.
            for path in &paths[usize::from(connections == 1)..] {
                let of = |one: &ServiceId| path.replace("{id}", &one.0.to_string());
                let each: Vec<String> = services.iter().map(of).collect();
                self.client
                    .time_each(&each, connections, 8 * connections)
                    .await?;
                let asking = self.client.time_each(&each, connections, requests);
                let (timing, spent) = self.ledger.during(asking).await;
                answers.push(Asked {
                    path: (*path).to_owned(),
                    connections,
                    worker: false,
                    timing: timing?,
                    live,
                    spent,
                });
            }
        }
        Ok(answers)
    }
}

fn section(histories: &[Measured]) -> anyhow::Result<Section> {
    let sizes = histories.iter().map(|history| {
        format!(
            "{} services over {} days ({} checks, {} of which were read for lists)",
            history.services, history.days, history.checks, history.history_read
        )
    });
    let sizes: Vec<String> = sizes.collect();
    let mut section = Section::new(
        "Asking: up to 30 days of 30-second history",
        format!(
            "In the database: {}. Answers uncompressed. Wanted: the list of 50 services within\n\
             20 ms (p99) for one who asks, and the same while a worker looks at them; with eight connections at once, of one service after\n\
             the other and with an incident per service and week, p99 within\n\
             10 ms each, and 1,500 lists a second; and 30 days of history cost about what three do. Several who ask the same at the same\n\
             moment share an answer (`crates/api/src/together.rs`): with one connection stands what an answer costs by itself. *× live* is the time of `/live` of the same process, which asks nobody, by as many\n\
             connections. Processors are those that API, Postgres and the asking client itself were busy with.",
            sizes.join("; ")
        ),
        &[
            "services",
            "days",
            "path",
            "connections",
            "worker",
            "requests/s",
            "p50, ms",
            "p99, ms",
            "× live, p50 / p99",
            "bytes",
            "API",
            "Postgres",
            "client",
            "others",
        ],
    );
    for history in histories {
        for asked in &history.answers {
            row(&mut section, history, asked);
        }
    }
    section.with(&histories)
}

fn row(section: &mut Section, history: &Measured, asked: &Asked) {
    let (timing, live, spent) = (&asked.timing, &asked.live, &asked.spent);
    let times = [(timing.p50_us, live.p50_us), (timing.p99_us, live.p99_us)];
    let [p50, p99] = times.map(|(ours, theirs)| tenths(ours / theirs.max(1.0)));
    section.row(&[
        &history.services,
        &history.days,
        &format!("`{}`", asked.path),
        &asked.connections,
        &if asked.worker { "looks beside" } else { "" },
        &format!("{:.0}", timing.per_second),
        &timing.p50_ms,
        &timing.p99_ms,
        &format!("{p50} / {p99}"),
        &timing.bytes,
        &format!("{:.2}", spent.cores("api")),
        &format!("{:.2}", spent.cores("postgres")),
        &format!("{:.2}", spent.cores("client")),
        &tenths(spent.others()),
    ]);
}
