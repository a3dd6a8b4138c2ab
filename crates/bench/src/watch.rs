//! Watches services being looked at: window by window, what was looked at and how late, and what every process spent on it.

use std::{collections::BTreeMap, time::Duration};

use anyhow::Context as _;
use chrono::{DateTime, TimeDelta, Utc};
use db::Db;
use domain::{id::ServiceId, schedule::Grid};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;

use crate::process::{self, Postgres};

/// After the end of a window: what is under way is recorded and read back.
const SETTLE: Duration = Duration::from_secs(3);

/// Whose CPU is counted, each under its own name.
#[derive(Debug, Default)]
pub struct Ledger {
    processes: Vec<(&'static str, u32)>,
    postgres: Option<Postgres>,
}

/// CPU time so far.
#[derive(Clone, Debug)]
struct Account {
    by_name: BTreeMap<&'static str, Duration>,
    machine: Duration,
}

impl Ledger {
    #[must_use]
    pub fn with(mut self, name: &'static str, pid: u32) -> Self {
        self.processes.push((name, pid));
        self
    }

    #[must_use]
    pub fn with_postgres(mut self, postgres: Postgres) -> Self {
        self.postgres = Some(postgres);
        self
    }

    fn read(&self) -> Account {
        let mut by_name: BTreeMap<&'static str, Duration> = BTreeMap::new();
        for (name, pid) in &self.processes {
            *by_name.entry(name).or_default() += process::cpu_of(*pid);
        }
        if let Some(postgres) = self.postgres {
            by_name.insert("postgres", postgres.cpu());
        }
        Account {
            by_name,
            machine: process::busy(),
        }
    }

    /// What was spent between two readings of the clock around `work`.
    pub async fn during<T>(&self, work: impl Future<Output = T>) -> (T, Spent) {
        let before = self.read();
        let begin = tokio::time::Instant::now();
        let done = work.await;
        let over = begin.elapsed();
        let after = self.read();
        let by_name: BTreeMap<String, f64> = after
            .by_name
            .iter()
            .map(|(name, cpu)| {
                let cpu = cpu.saturating_sub(before.by_name.get(name).copied().unwrap_or_default());
                ((*name).to_owned(), cpu.as_secs_f64())
            })
            .collect();
        let ours: f64 = by_name.values().sum();
        let machine = after.machine.saturating_sub(before.machine).as_secs_f64();
        let spent = Spent {
            seconds: over.as_secs_f64(),
            others_s: (machine - ours).max(0.0),
            by_name,
        };
        (done, spent)
    }
}

/// CPU seconds by process, and of everything else on the machine, over some seconds.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Spent {
    pub seconds: f64,
    pub by_name: BTreeMap<String, f64>,
    pub others_s: f64,
}

impl Spent {
    /// Of one process, in processors.
    pub fn cores(&self, name: &str) -> f64 {
        self.by_name.get(name).copied().unwrap_or(0.0) / self.seconds.max(0.001)
    }

    /// What others took, in processors.
    pub fn others(&self) -> f64 {
        self.others_s / self.seconds.max(0.001)
    }
}

/// One measured span of time.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Window {
    /// Slots that fell into it, and those of them that were looked at.
    pub due: i64,
    pub looked: i64,
    pub not_up: i64,
    /// Start of the look minus slot.
    pub late_p50_ms: i32,
    pub late_p99_ms: i32,
    pub late_max_ms: i32,
    /// Written to the log of Postgres per check, full-page images included.
    pub wal_bytes: f64,
    pub spent: Spent,
}

impl Window {
    /// Microseconds of CPU per check.
    pub fn us_per_check(&self, name: &str) -> f64 {
        let seconds = self.spent.by_name.get(name).copied().unwrap_or(0.0);
        #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
        let looked = self.looked.max(1) as f64;
        seconds * 1e6 / looked
    }
}

/// Services that are looked at on a known grid.
#[derive(Debug)]
pub struct Watch<'a> {
    pub db: &'a Db,
    pub ledger: Ledger,
    pub services: &'a [ServiceId],
    pub interval: Duration,
}

#[derive(FromRow)]
struct Outcome {
    looked: i64,
    not_up: i64,
    p50: i32,
    p99: i32,
    max: i32,
}

/// Where the log of Postgres has got to, and its clock.
#[derive(FromRow)]
struct Mark {
    now: DateTime<Utc>,
    wal: i64,
}

impl Watch<'_> {
    /// So many windows of `length`, one after the other.
    pub async fn windows(&self, count: u32, length: Duration) -> anyhow::Result<Vec<Window>> {
        let mut windows = Vec::new();
        for _ in 0..count {
            let from = self.mark().await?;
            let ((), spent) = self.ledger.during(tokio::time::sleep(length)).await;
            let to = self.mark().await?;
            windows.push((from, to, spent));
        }
        tokio::time::sleep(SETTLE).await;
        let mut measured = Vec::new();
        for (from, to, spent) in windows {
            let outcome = self.outcome(from.now, to.now).await?;
            let due = self.due(from.now, to.now);
            if outcome.looked < due {
                self.name_silent(from.now, to.now).await?;
            }
            #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
            let wal_bytes = (to.wal - from.wal) as f64 / outcome.looked.max(1) as f64;
            measured.push(Window {
                due,
                looked: outcome.looked,
                not_up: outcome.not_up,
                late_p50_ms: outcome.p50,
                late_p99_ms: outcome.p99,
                late_max_ms: outcome.max,
                wal_bytes,
                spent,
            });
        }
        Ok(measured)
    }

    /// How many slots lie in `from..to`.
    pub fn due(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> i64 {
        let step = TimeDelta::from_std(self.interval).unwrap_or(TimeDelta::MAX);
        let just_before = TimeDelta::nanoseconds(1);
        let slots = self.services.iter().map(|id| {
            let grid = Grid::new(*id, self.interval);
            let span = grid.at_or_before(to - just_before) - grid.at_or_before(from - just_before);
            span.num_milliseconds() / step.num_milliseconds().max(1)
        });
        slots.sum()
    }

    /// Says which services have no check in `from..to`, a handful of them.
    #[expect(
        clippy::print_stderr,
        reason = "for the person who started the measurement"
    )]
    async fn name_silent(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> anyhow::Result<()> {
        let sql = "select key, url, last_slot from services join service_health on service_key = key
                   where id = any($3) and key not in (select service_key from checks where slot_at >= $1 and slot_at < $2)
                   order by key limit 5";
        let silent: Vec<(i32, String, Option<DateTime<Utc>>)> = sqlx::query_as(sql)
            .bind(from)
            .bind(to)
            .bind(self.services.iter().map(|id| id.0).collect::<Vec<_>>())
            .fetch_all(self.db.pool())
            .await?;
        for (key, url, last) in silent {
            eprintln!("no look from {from} to {to}: {key} {url}, last at {last:?}");
        }
        Ok(())
    }

    async fn mark(&self) -> anyhow::Result<Mark> {
        let sql =
            "select clock_timestamp() as now, (pg_current_wal_insert_lsn() - '0/0')::int8 as wal";
        Ok(sqlx::query_as(sql).fetch_one(self.db.pool()).await?)
    }

    async fn outcome(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> anyhow::Result<Outcome> {
        anyhow::ensure!(from < to, "the clock of the database went backwards");
        sqlx::query_as(
            "select count(*) as looked, count(*) filter (where checks.verdict <> 1) as not_up,
                    coalesce(percentile_disc(0.5) within group (order by late_ms), 0)::int4 as p50,
                    coalesce(percentile_disc(0.99) within group (order by late_ms), 0)::int4 as p99,
                    coalesce(max(late_ms), 0)::int4 as max
             from checks join services on key = service_key
             where slot_at >= $1 and slot_at < $2 and id = any($3)",
        )
        .bind(from)
        .bind(to)
        .bind(self.services.iter().map(|id| id.0).collect::<Vec<_>>())
        .fetch_one(self.db.pool())
        .await
        .context("reading back what was recorded")
    }
}

/// The median of one figure over windows; 0 without any.
pub fn median(windows: &[Window], figure: impl Fn(&Window) -> f64) -> f64 {
    let mut all: Vec<f64> = windows.iter().map(figure).collect();
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or(0.0)
}
