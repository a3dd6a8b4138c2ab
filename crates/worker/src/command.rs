//! The command line of the `worker` program.

use std::{process::ExitCode, sync::Arc};

use anyhow::Context as _;
use clap::Parser as _;
use db::{Db, schema};
use probe::Prober;
use runtime::{
    admin::{self, Readiness},
    faults::Faults,
    metrics,
    signals::Signals,
    tasks::Tasks,
    telemetry,
};
use secrecy::ExposeSecret as _;
use status_cache::StatusCache;
use tokio::net::TcpListener;

use crate::{
    Parts,
    clock::DatabaseClock,
    config::{Config, Settings},
    pace::Pace,
};

mod container;

pub use probe::CONTACT;

/// Looks at services when they are due, judges what it sees, records it, and tells people.
#[derive(clap::Parser)]
#[command(name = "worker", version)]
struct Cli {
    #[command(subcommand)]
    command: Option<container::Command>,
    #[command(flatten)]
    config: Config,
}

/// Runs the program. Exit code 2 means that a setting is missing or wrong.
pub fn run() -> ExitCode {
    let Cli { command, config } = Cli::parse();
    if let Some(command) = command {
        return ended(on_threads(command.run()));
    }
    let settings = match config.check() {
        Ok(settings) => settings,
        Err(Faults(faults)) => {
            explain(&faults.join("\n"));
            return ExitCode::from(2);
        }
    };
    ended(on_threads(work(config, settings)))
}

fn ended(result: anyhow::Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            explain(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn on_threads(work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder
        .worker_threads(threads())
        .enable_all()
        .build()?
        .block_on(work)
}

/// Half of the processors look: a look that wanders from thread to thread wakes each of them, which costs more than what it
/// does there, and the other half is Postgres's and the record's.
fn threads() -> usize {
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    (processors / 2).max(1)
}

async fn work(config: Config, settings: Settings) -> anyhow::Result<()> {
    let signals = Signals::new()?;
    telemetry::init(&config.log);
    let figures = metrics::install();
    let readiness = Readiness::default();
    readiness.missing("database", "not asked yet");
    let admin_addr = config.connections.admin_addr;
    let admin_port = TcpListener::bind(admin_addr)
        .await
        .with_context(|| format!("ADMIN_ADDR: cannot listen on {admin_addr}"))?;
    let mut tasks = Tasks::default();
    let stop = tasks.stopping();
    let serving = admin::serve(admin_port, readiness.clone(), figures, stop.clone());
    tasks.spawn("admin port", serving);
    let own = config.reach.own_endpoints(
        db::endpoint(settings.database_url.expose_secret()),
        Some(settings.redis_url.expose_secret()),
        Some(admin_addr),
    );
    let parts = parts(&config, settings, readiness)?;
    let endpoints = parts.prober.egress().policy().own_endpoints();
    let watching = egress::watch_own(endpoints, own, stop.clone());
    tasks.spawn("own endpoints", async move {
        watching.await;
        Ok(())
    });
    let migrate = config.connections.migrate;
    tasks.spawn("worker", async move {
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            ready = schema::wait(&parts.db, migrate, |error| parts.readiness.missing("database", error.to_string())) => ready?,
        }
        let mut inner = Tasks::default();
        crate::run(parts, &mut inner);
        inner.run_until(stop.cancelled_owned()).await
    });
    tasks.run(signals).await
}

fn parts(config: &Config, settings: Settings, readiness: Readiness) -> anyhow::Result<Parts> {
    let connections = config.connections.database_connections;
    let clock = DatabaseClock::new();
    let judging = clock.clone();
    let egress = config.reach.build(
        config.reach.policy(settings.shared),
        settings.shared,
        Arc::new(move || judging.now()),
    )?;
    Ok(Parts {
        db: Db::new(
            settings.database_url.expose_secret(),
            "pulsecheck-worker",
            connections,
        )?,
        cache: StatusCache::redis_trusting(
            settings.redis_url.expose_secret(),
            config.reach.authorities(),
        )?,
        courier: notify::Courier::new(egress.clone(), settings.public_url.clone(), settings.mail)
            .into(),
        prober: Prober::new(egress, CONTACT),
        clock,
        keyring: settings.keyring,
        readiness,
        looking: config.looking.clone(),
        shared: settings.shared,
        heartbeat_file: config.connections.heartbeat_file.clone(),
        pace: Pace::default(),
        public_url: settings.public_url.clone(),
    })
}

#[expect(
    clippy::print_stderr,
    reason = "read by a person before or after the log exists"
)]
fn explain(sentence: &str) {
    eprintln!("{sentence}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_readme_says_to_type_is_understood() {
        test_support::assert_readme_is_understood("worker", |words| Cli::try_parse_from(words));
    }
}
