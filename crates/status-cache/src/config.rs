//! Where Redis is: a setting of every process that shares its cache with others.

use std::path::PathBuf;

use runtime::faults::Faults;
use secrecy::{ExposeSecret as _, SecretString};

use crate::redis_cache;

/// The address of the cache.
#[derive(Clone, Debug, clap::Args)]
#[group(skip)]
#[command(next_help_heading = "Connections")]
pub struct Config {
    /// Redis, as in `redis://host:6379/0`, or `rediss://host:6380/0` over TLS (a company's own authority: `EXTRA_CA_FILE`)
    #[arg(long, env = "REDIS_URL", hide_env_values = true, value_name = "URL")]
    pub redis_url: Option<SecretString>,
    /// A file that holds `REDIS_URL`
    #[arg(long, env = "REDIS_URL_FILE", value_name = "FILE")]
    pub redis_url_file: Option<PathBuf>,
}

impl Config {
    /// The address, if it is one of a Redis server.
    pub fn url(&self, faults: &mut Faults) -> Option<SecretString> {
        let url = faults.secret(
            "REDIS_URL",
            self.redis_url.as_ref(),
            self.redis_url_file.as_deref(),
            "give the Redis server, as in redis://host:6379/0",
        )?;
        faults.take(redis_cache::client(url.expose_secret(), None))?;
        Some(url)
    }
}
