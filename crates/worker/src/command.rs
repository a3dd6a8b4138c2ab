//! The command line of the `worker` program.

use std::{process::ExitCode, sync::Arc};

use clap::Parser as _;
use db::Db;
use probe::Prober;
use runtime::{
    admin::{self, Readiness},
    metrics,
    signals::Signals,
    tasks::Tasks,
    telemetry,
};
use secrecy::ExposeSecret as _;
use tokio::net::TcpListener;
use url::Url;

use crate::{
    Parts,
    clock::DatabaseClock,
    config::{Config, Faults, Settings},
    pace::Pace,
    start,
};

/// The page that explains our checks to those who find them in their logs.
pub const CONTACT: &str = "https://github.com/pulsecheck/pulsecheck";

/// Runs the program. Exit code 2 means that a setting is missing or wrong.
pub async fn run() -> ExitCode {
    let config = Config::parse();
    match config.check() {
        Ok(settings) => match work(config, settings).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                explain(&format!("{error:#}"));
                ExitCode::FAILURE
            }
        },
        Err(Faults(faults)) => {
            explain(&faults.join("\n"));
            ExitCode::from(2)
        }
    }
}

async fn work(config: Config, settings: Settings) -> anyhow::Result<()> {
    let signals = Signals::new()?;
    telemetry::init(&config.log);
    let figures = metrics::install();
    let readiness = Readiness::default();
    readiness.missing("database", "not asked yet");
    let admin_port = TcpListener::bind(config.connections.admin_addr).await?;
    let mut tasks = Tasks::default();
    let stop = tasks.stopping();
    let serving = admin::serve(admin_port, readiness.clone(), figures, stop.clone());
    tasks.spawn("admin port", serving);
    let own = own_endpoints(&config, &settings);
    let parts = parts(&config, settings, readiness)?;
    let endpoints = parts.prober.egress().policy().own_endpoints();
    let watching = egress::watch_own(endpoints, own, stop.clone());
    tasks.spawn("own endpoints", async move {
        watching.await;
        Ok(())
    });
    tasks.spawn("worker", async move {
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            ready = start::database(&parts.db, config.connections.migrate, &parts.readiness) => ready?,
        }
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = start::redis(&parts.cache) => {}
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
        cache: settings.cache,
        prober: Prober::new(egress, CONTACT),
        clock,
        keyring: settings.keyring,
        readiness,
        looking: config.looking.clone(),
        shared: settings.shared,
        heartbeat_file: config.connections.heartbeat_file.clone(),
        pace: Pace::default(),
    })
}

/// Postgres, Redis and our admin port: never a target.
fn own_endpoints(config: &Config, settings: &Settings) -> Vec<(String, u16)> {
    let admin = config.connections.admin_addr;
    let mut own = vec![(admin.ip().to_string(), admin.port())];
    let servers = [
        (&settings.database_url, 5_432),
        (&settings.redis_url, 6_379),
    ];
    for (url, port) in servers {
        // A server behind a Unix socket has no address to protect.
        if let Ok(url) = Url::parse(url.expose_secret())
            && let Some(host) = url.host_str()
        {
            own.push((host.to_owned(), url.port().unwrap_or(port)));
        }
    }
    own
}

#[expect(
    clippy::print_stderr,
    reason = "read by a person before or after the log exists"
)]
fn explain(sentence: &str) {
    eprintln!("{sentence}");
}
