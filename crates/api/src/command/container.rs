//! What containers and clusters call beside `serve`: `api health`, `api wait` and `api migrate`.

use std::{net::SocketAddr, time::Duration};

use db::{Db, schema};
use runtime::{faults::Faults, health, telemetry};
use secrecy::{ExposeSecret as _, SecretString};
use status_cache::StatusCache;

/// Redis is only a cache: whoever waits this long goes on without it.
const PATIENCE_WITH_REDIS: Duration = Duration::from_mins(1);

/// Settings of `health`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct HealthConfig {
    /// Where the API listens
    #[arg(long, env = "LISTEN_ADDR", default_value = "0.0.0.0:8000")]
    listen_addr: SocketAddr,
}

/// Settings of `wait`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct WaitConfig {
    /// What to wait for
    #[arg(value_enum, default_value = "both")]
    what: Waited,
    #[command(flatten)]
    database: db::Config,
    #[command(flatten)]
    cache: status_cache::Config,
    #[command(flatten)]
    log: telemetry::Config,
}

/// Settings of `migrate`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct MigrateConfig {
    #[command(flatten)]
    database: db::Config,
    #[command(flatten)]
    log: telemetry::Config,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Waited {
    Postgres,
    Redis,
    Both,
}

/// Fails unless the API on this machine answers that it works.
pub(super) fn health(config: &HealthConfig) -> anyhow::Result<()> {
    health::ask(config.listen_addr, "/api/health")
}

/// Returns once the servers answer.
pub(super) async fn wait(config: &WaitConfig) -> anyhow::Result<()> {
    telemetry::init(&config.log);
    let mut faults = Faults::default();
    let wants = |server| config.what == Waited::Both || config.what == server;
    let postgres = wants(Waited::Postgres).then(|| config.database.url(&mut faults));
    let redis = wants(Waited::Redis).then(|| config.cache.url(&mut faults));
    if !faults.0.is_empty() {
        return Err(faults.into());
    }
    if let Some(url) = postgres.flatten() {
        schema::wait_for_server(&open(&url)?).await?;
        tracing::info!("PostgreSQL answers");
    }
    if let Some(url) = redis.flatten() {
        let cache = StatusCache::redis(url.expose_secret())?;
        if cache.wait(PATIENCE_WITH_REDIS).await {
            tracing::info!("Redis answers");
        }
    }
    Ok(())
}

/// Brings the schema up to date, after waiting for the database; safe for several at once.
pub(super) async fn migrate(config: &MigrateConfig) -> anyhow::Result<()> {
    telemetry::init(&config.log);
    let mut faults = Faults::default();
    let Some(url) = config.database.url(&mut faults) else {
        return Err(faults.into());
    };
    schema::wait(&open(&url)?, true, |_| ()).await?;
    tracing::info!(schema = schema::known_version(), "The schema is up to date");
    Ok(())
}

fn open(url: &SecretString) -> anyhow::Result<Db> {
    Ok(Db::new(url.expose_secret(), "pulsecheck-api-command", 1)?)
}
