//! A whole workspace fails at once: how many messages that makes, whether all are in them, and how long planning takes.

use std::time::Duration;

use bench::{
    process::Program,
    seed::{self, Services},
};
use chrono::{DateTime, TimeDelta, Utc};
use db::{
    PgConnection, notice_rules,
    outbox::{self, Notice},
    services::{
        self,
        telling::{self, Named},
    },
};
use domain::{
    id::{IncidentId, WorkspaceId},
    incident::Severity,
    notice::{
        message::Subject,
        plan::{Moment, News, Planned as Plan, plan},
        rule::{About, Rule},
    },
};
use serde::Serialize;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::{
    listeners, outage,
    sink::{Heard, Sink, now},
};
use crate::{
    Args,
    stage::{PLAIN, Stage},
};

/// Of the server that is killed.
const FRAGILE: u16 = 18_089;
/// For how long the first message of a channel gathers.
const COLLATION: TimeDelta = TimeDelta::milliseconds(500);
/// Until all have to be told of.
const PATIENCE: Duration = Duration::from_secs(75);

#[derive(Debug, Serialize)]
pub(super) struct Storm {
    pub(super) services: u32,
    /// None in the short form.
    pub(super) real: Option<Real>,
    pub(super) planned: Planned,
}

/// The server of all of them was killed.
#[derive(Debug, Serialize)]
pub(super) struct Real {
    /// The most that a channel got in its first minute.
    pub(super) messages: u32,
    /// The fewest services that a channel was told of.
    pub(super) told: u32,
    pub(super) seconds: f64,
}

/// All noted in one transaction.
#[derive(Debug, Serialize)]
pub(super) struct Planned {
    pub(super) notices: usize,
    pub(super) noting_s: f64,
    pub(super) gathering_s: f64,
    pub(super) messages: u32,
    pub(super) told: u32,
}

pub(super) async fn run(args: &Args) -> anyhow::Result<Storm> {
    let count = if args.quick { 1_000 } else { 5_000 };
    let stage = Stage::set(args, "bench_notices_storm").await?;
    let sink = Sink::open().await?;
    let planned = seed::workspace(&stage.db).await?;
    // Seldom looked at: nothing happens to them but what is noted here.
    let idle = Services::plain(count, 3_600, PLAIN);
    seed::services(&stage.db, planned, idle).await?;
    let both = [stage.workspace, planned];
    listeners::channels(&stage.db, &both, listeners::EACH).await?;
    let fragile = if args.quick {
        None
    } else {
        stage.services(Services::plain(count, 10, FRAGILE)).await?;
        Some(fragile(args)?)
    };
    let worker = stage.worker()?;
    sleep(Duration::from_secs(3)).await;
    let planned = note_all(&stage, &sink, (WorkspaceId(planned), count)).await?;
    let real = match fragile {
        Some(fragile) => Some(kill(&stage, &sink, fragile, count).await?),
        None => None,
    };
    worker.stop().await?;
    stage.strike().await?;
    Ok(Storm {
        services: count,
        real,
        planned,
    })
}

fn fragile(args: &Args) -> anyhow::Result<Program> {
    let listen = format!("0.0.0.0:{FRAGILE}");
    Program::start(
        &args.programs.join("bench"),
        &["target", "--plain", &listen],
        &[],
    )
}

/// Waits until each channel has heard of `count` services since.
async fn heard(sink: &Sink, since: DateTime<Utc>, count: u32) -> anyhow::Result<Vec<Heard>> {
    let begin = Instant::now();
    loop {
        let heard: Vec<Heard> = sink.heard(since).into_values().collect();
        let all = heard.iter().filter(|channel| channel.told >= count).count();
        if all >= usize::try_from(listeners::EACH)? {
            return Ok(heard);
        }
        anyhow::ensure!(
            begin.elapsed() < PATIENCE,
            "not all are told of within {} s: {heard:?}",
            PATIENCE.as_secs()
        );
        sleep(Duration::from_millis(20)).await;
    }
}

/// Messages in the first minute of the channel that had most.
fn most(heard: &[Heard]) -> u32 {
    let most = heard.iter().map(|channel| channel.first_minute).max();
    most.unwrap_or(0)
}

fn fewest(heard: &[Heard]) -> u32 {
    let fewest = heard.iter().map(|channel| channel.told).min();
    fewest.unwrap_or(0)
}

/// When the last message came.
fn last(heard: &[Heard], otherwise: DateTime<Utc>) -> DateTime<Utc> {
    let last = heard.iter().filter_map(|channel| channel.last).max();
    last.unwrap_or(otherwise)
}

async fn kill(stage: &Stage, sink: &Sink, fragile: Program, count: u32) -> anyhow::Result<Real> {
    let begin = Instant::now();
    loop {
        let up: i64 = sqlx::query_scalar(
            "select count(*) from service_health where workspace_id = $1 and verdict = 1",
        )
        .bind(stage.workspace)
        .fetch_one(stage.db.pool())
        .await?;
        if up >= i64::from(count) {
            break;
        }
        anyhow::ensure!(begin.elapsed() < PATIENCE, "only {up} are up");
        sleep(Duration::from_millis(250)).await;
    }
    let from = now();
    fragile.kill().await?;
    let heard = heard(sink, from, count).await?;
    Ok(Real {
        messages: most(&heard),
        told: fewest(&heard),
        seconds: (last(&heard, from) - from).as_seconds_f64(),
    })
}

/// Plans and notes that every service of a workspace is down, as the record does, and waits for the message.
async fn note_all(
    stage: &Stage,
    sink: &Sink,
    (workspace, count): (WorkspaceId, u32),
) -> anyhow::Result<Planned> {
    let keys: Vec<i32> = sqlx::query_scalar("select key from services where workspace_id = $1")
        .bind(workspace.0)
        .fetch_all(stage.db.pool())
        .await?;
    let (from, begin) = (now(), Instant::now());
    let mut tx = stage.db.begin().await?;
    let notices = planned(&mut tx, workspace, &keys).await?;
    outbox::insert(&mut tx, &notices).await?;
    tx.commit().await?;
    let noting = begin.elapsed();
    let might_leave = (from + COLLATION).max(now());
    let heard = heard(sink, from, count).await?;
    Ok(Planned {
        notices: notices.len(),
        noting_s: noting.as_secs_f64(),
        gathering_s: (last(&heard, from) - might_leave).as_seconds_f64(),
        messages: most(&heard),
        told: fewest(&heard),
    })
}

async fn planned(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    keys: &[i32],
) -> anyhow::Result<Vec<Notice>> {
    let now = services::now(conn).await?;
    let rules = notice_rules::of_workspaces(conn, &[workspace]).await?;
    let rules: Vec<Rule> = rules.into_iter().map(|(_, rule)| rule).collect();
    let named = telling::named(conn, keys).await?;
    let moment = Moment {
        began_at: now,
        happened_at: now,
        now,
        muted_until: None,
        flapping: false,
    };
    let notices = named.iter().flat_map(|one| {
        let about = About {
            service: one.id,
            category: one.category.as_deref(),
        };
        let subject = subject(one, now);
        plan(&rules, &about, News::Opened(Severity::Down), &moment)
            .into_iter()
            .map(move |plan| notice(workspace, &subject, plan))
            .collect::<Vec<_>>()
    });
    Ok(notices.collect())
}

fn subject(one: &Named, now: DateTime<Utc>) -> Subject {
    Subject {
        service: Some(one.id),
        incident: Some(IncidentId(Uuid::now_v7())),
        name: one.name.clone(),
        target: one.target.clone(),
        category: one.category.clone(),
        ..outage(now)
    }
}

fn notice(workspace: WorkspaceId, subject: &Subject, plan: Plan) -> Notice {
    let service = subject.service;
    Notice {
        workspace,
        channel: plan.channel,
        key: service.map_or_else(String::new, |id| {
            outbox::key(id, subject.since, plan.kind, "")
        }),
        kind: plan.kind,
        service,
        incident: subject.incident,
        occurred_at: subject.since,
        due_at: plan.due_at,
        subject: subject.clone(),
        promise: plan.promise,
        dropped: None,
    }
}
