//! The command line of the `api` program.

use std::{net::SocketAddr, process::ExitCode, sync::Arc, time::Duration};

use anyhow::Context as _;
use clap::Parser as _;
use db::{Db, schema};
use runtime::{
    admin::{self, Readiness},
    clock::Clock,
    faults::Faults,
    metrics,
    signals::Signals,
    tasks::Tasks,
    telemetry,
};
use secrecy::ExposeSecret as _;
use status_cache::StatusCache;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{
    auth::housekeeping,
    config::{Config, Settings},
    doctor, serve,
    state::{AppState, Parts},
};

mod container;
mod people;
mod secrets;

/// PulseCheck's API: what the web app talks to.
#[derive(clap::Parser)]
#[command(name = "api", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Serve the API until told to stop
    Serve(Box<Config>),
    /// Say in plain words what is wrong with this installation
    Doctor(Box<Config>),
    /// Show a new link for making the first account
    SetupLink(Box<people::LinkConfig>),
    /// Make accounts, list them, reset passwords
    User(Box<people::UserConfig>),
    /// Fail unless the API of this container works
    Health(container::HealthConfig),
    /// Wait until PostgreSQL and Redis answer
    Wait(Box<container::WaitConfig>),
    /// Bring the database to this version's schema; waits for the database
    Migrate(Box<container::MigrateConfig>),
    /// Make the secrets of an installation of several containers, once
    Secrets(Box<secrets::SecretsConfig>),
    /// Print the OpenAPI document
    Openapi,
}

/// Runs the program. Exit code 2 means that a setting is missing or wrong.
pub async fn run() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Serve(config) => serve_command(&config).await,
        Command::Doctor(config) => doctor_command(&config).await,
        Command::SetupLink(config) => people::setup_link(&config).await.map(success),
        Command::User(config) => people::run(*config).await.map(success),
        Command::Health(config) => container::health(&config).map(success),
        Command::Wait(config) => container::wait(&config).await.map(success),
        Command::Migrate(config) => container::migrate(&config).await.map(success),
        Command::Secrets(config) => secrets::run(&config).map(success),
        Command::Openapi => {
            say(&crate::openapi::document());
            Ok(ExitCode::SUCCESS)
        }
    };
    result.unwrap_or_else(|error| explain(&error))
}

fn success((): ()) -> ExitCode {
    ExitCode::SUCCESS
}

async fn serve_command(config: &Config) -> anyhow::Result<ExitCode> {
    let settings = config.check()?;
    let signals = Signals::new()?;
    telemetry::init(&config.log);
    let figures = metrics::install();
    let readiness = Readiness::default();
    readiness.missing("database", "not asked yet");
    let admin_port = listen("ADMIN_ADDR", config.connections.admin_addr).await?;
    let port = listen("LISTEN_ADDR", config.connections.listen_addr).await?;
    let mut tasks = Tasks::default();
    let stop = tasks.stopping();
    tasks.spawn(
        "admin port",
        admin::serve(admin_port, readiness.clone(), figures, stop.clone()),
    );
    let own = config.reach.own_endpoints(
        db::endpoint(settings.database_url.expose_secret()),
        Some(settings.redis_url.expose_secret()),
        Some(config.connections.admin_addr),
    );
    let state = state(config, settings)?;
    let endpoints = state.egress.policy().own_endpoints();
    let resolving = egress::watch_own(endpoints, own, stop.clone());
    tasks.spawn("own endpoints", async move {
        resolving.await;
        Ok(())
    });
    tasks.spawn(
        "housekeeping",
        housekeeping::run(state.clone(), stop.clone()),
    );
    state.opening.shut();
    let migrate = config.connections.migrate;
    let opening = open_when_ready(state.clone(), migrate, readiness, stop.clone());
    tasks.spawn("database", opening);
    tracing::info!(address = %port.local_addr()?, "Serving the API");
    tasks.spawn("api", serve::serve(port, state, stop));
    tasks.run(signals).await?;
    Ok(ExitCode::SUCCESS)
}

/// Listens on the address of a setting; a fault names it.
async fn listen(setting: &str, address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("{setting}: cannot listen on {address}"))
}

/// Opens the API once the schema fits, then keeps readiness honest until `stop`. Fails where waiting cannot help.
async fn open_when_ready(
    state: AppState,
    migrate: bool,
    readiness: Readiness,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    tokio::select! {
        () = stop.cancelled() => return Ok(()),
        ready = schema::wait(&state.db, migrate, |error| readiness.missing("database", error.to_string())) => ready?,
    }
    people::tell_setup_link(&state.db, &state.site.public_url).await?;
    state.opening.open();
    readiness.ready("database");
    tokio::select! {
        () = stop.cancelled() => Ok(()),
        never = watch_database(&state.db, &readiness) => match never {},
    }
}

fn state(config: &Config, settings: Settings) -> anyhow::Result<AppState> {
    let url = settings.database_url.expose_secret();
    let shared = settings.site.is_shared();
    let policy = config.reach.policy(shared);
    let clock = Clock::System;
    let wall = clock.clone();
    let now = Arc::new(move || Some(wall.now()));
    let connections = config.connections.database_connections;
    let readers = db::readers_among(connections);
    Ok(AppState::new(Parts {
        db: Db::new(url, "pulsecheck-api", connections - readers)?.with_readers(readers),
        clock,
        status: StatusCache::redis_trusting(
            settings.redis_url.expose_secret(),
            config.reach.authorities(),
        )?,
        egress: config.reach.build(policy, shared, now)?,
        site: settings.site,
    }))
}

/// Keeps readiness honest: a replica without its database should get no requests while others have theirs.
async fn watch_database(db: &Db, readiness: &Readiness) -> std::convert::Infallible {
    loop {
        tokio::time::sleep(Duration::from_secs(5)).await;
        match schema::ping(db).await {
            Ok(()) => readiness.ready("database"),
            Err(error) => readiness.missing("database", error.to_string()),
        }
    }
}

async fn doctor_command(config: &Config) -> anyhow::Result<ExitCode> {
    let settings = config.check()?;
    let state = state(config, settings)?;
    let findings = doctor::examine(&state).await;
    for finding in &findings {
        say(&finding.to_string());
    }
    let healthy = findings.iter().all(doctor::Finding::is_fine);
    Ok(if healthy {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

#[expect(
    clippy::print_stdout,
    reason = "the answer of a command goes to standard output"
)]
fn say(text: &str) {
    println!("{text}");
}

#[expect(
    clippy::print_stderr,
    reason = "read by a person before or after the log exists"
)]
fn explain(error: &anyhow::Error) -> ExitCode {
    if let Some(Faults(faults)) = error.downcast_ref::<Faults>() {
        for fault in faults {
            eprintln!("{fault}");
        }
        return ExitCode::from(2);
    }
    eprintln!("{error:#}");
    ExitCode::FAILURE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_readme_says_to_type_is_understood() {
        test_support::assert_readme_is_understood("api", |words| Cli::try_parse_from(words));
    }

    #[test]
    fn a_set_up_link_takes_the_database_and_either_name_of_the_public_address_and_nothing_else() {
        let with = |option, value| {
            let words = ["api", "setup-link", option, value];
            Cli::try_parse_from(words).is_ok()
        };
        assert!(with("--database-url", "postgres://a@localhost/b"));
        assert!(with("--public-url", "https://status.example"));
        assert!(with("--frontend-url", "https://status.example"));
        assert!(!with("--secret-key", "0123456789abcdef0123456789abcdef"));
        assert!(!with("--rate-limit-probes", "1"));
    }
}
