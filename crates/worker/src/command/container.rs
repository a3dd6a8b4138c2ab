//! What containers and clusters call beside the worker itself: `worker health` and `worker wait`.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use anyhow::Context as _;
use db::{Db, schema};
use runtime::{faults::Faults, health, telemetry};
use secrecy::ExposeSecret as _;
use status_cache::StatusCache;

/// Redis is only a cache: whoever waits this long goes on without it.
const PATIENCE_WITH_REDIS: Duration = Duration::from_mins(1);

/// Another thing to do than to look.
#[derive(Clone, Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Fail unless the worker of this container makes progress
    Health(HealthConfig),
    /// Wait until PostgreSQL and Redis answer
    Wait(Box<WaitConfig>),
}

/// Settings of `health`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct HealthConfig {
    /// The file that the worker touches while it makes progress
    #[arg(long, env = "HEARTBEAT_FILE", value_name = "FILE")]
    heartbeat_file: Option<PathBuf>,
    /// How long ago that may have been, in seconds
    #[arg(long, default_value_t = 60, value_name = "SECONDS")]
    max_age: u64,
    /// Ask the admin port as well whether everything that the worker needs is there
    #[arg(long)]
    ready: bool,
    /// The admin port
    #[arg(
        long,
        env = "ADMIN_ADDR",
        default_value = "0.0.0.0:9091",
        value_name = "ADDRESS"
    )]
    admin_addr: SocketAddr,
}

/// Settings of `wait`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct WaitConfig {
    #[command(flatten)]
    database: db::Config,
    #[command(flatten)]
    cache: status_cache::Config,
    #[command(flatten)]
    log: telemetry::Config,
}

impl Command {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Health(config) => config.health(),
            Self::Wait(config) => config.wait().await,
        }
    }
}

impl HealthConfig {
    fn health(&self) -> anyhow::Result<()> {
        let file = self.heartbeat_file.as_deref();
        let file = file.context("HEARTBEAT_FILE is not set")?;
        health::is_fresh(file, Duration::from_secs(self.max_age))?;
        if self.ready {
            health::ask(self.admin_addr, "/ready")?;
        }
        Ok(())
    }
}

impl WaitConfig {
    async fn wait(&self) -> anyhow::Result<()> {
        telemetry::init(&self.log);
        let mut faults = Faults::default();
        let urls = (self.database.url(&mut faults), self.cache.url(&mut faults));
        let (Some(database), Some(redis)) = urls else {
            return Err(faults.into());
        };
        let db = Db::new(database.expose_secret(), "pulsecheck-worker-command", 1)?;
        schema::wait_for_server(&db).await?;
        let cache = StatusCache::redis(redis.expose_secret())?;
        cache.wait(PATIENCE_WITH_REDIS).await;
        Ok(())
    }
}
