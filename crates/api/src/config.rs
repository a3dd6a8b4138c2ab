//! Settings of the API: flags or environment variables in, checked values or every fault at once out.

use std::{fmt, net::SocketAddr, path::PathBuf};

use runtime::telemetry;
use secrecy::{ExposeSecret as _, SecretString};

mod site;

pub use site::SiteConfig;

use crate::site::Site;

/// Everything that `api serve` reads.
#[derive(Clone, Debug, clap::Args)]
pub struct Config {
    #[command(flatten)]
    pub connections: Connections,
    #[command(flatten)]
    pub site: SiteConfig,
    #[command(flatten)]
    pub reach: egress::Config,
    #[command(flatten)]
    pub log: telemetry::Config,
}

/// Where the process listens and what it needs.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Connections")]
pub struct Connections {
    /// PostgreSQL, as in `postgres://user:password@host:5432/name`
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<SecretString>,
    /// A file that holds `DATABASE_URL`
    #[arg(long, env = "DATABASE_URL_FILE")]
    pub database_url_file: Option<PathBuf>,
    /// Redis, as in `redis://host:6379/0`
    #[arg(long, env = "REDIS_URL", hide_env_values = true)]
    pub redis_url: Option<SecretString>,
    /// A file that holds `REDIS_URL`
    #[arg(long, env = "REDIS_URL_FILE")]
    pub redis_url_file: Option<PathBuf>,
    /// Connections to PostgreSQL
    #[arg(long, env = "DATABASE_CONNECTIONS", default_value_t = 16)]
    pub database_connections: u32,
    /// Where the API listens
    #[arg(long, env = "LISTEN_ADDR", default_value = "0.0.0.0:8000")]
    pub listen_addr: SocketAddr,
    /// Where `/live`, `/ready` and `/metrics` are served, for machines only
    #[arg(long, env = "ADMIN_ADDR", default_value = "0.0.0.0:9090")]
    pub admin_addr: SocketAddr,
    /// Bring the database schema up to date first; without this the API waits until somebody does
    #[arg(long, env = "MIGRATE")]
    pub migrate: bool,
}

/// Checked settings of the process.
#[derive(Clone, Debug)]
pub struct Settings {
    pub database_url: SecretString,
    pub redis_url: SecretString,
    pub site: Site,
}

/// Every setting that is missing or wrong, a sentence each.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
pub struct Faults(pub Vec<String>);

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl Faults {
    /// Notes a fault.
    pub fn push(&mut self, sentence: impl Into<String>) {
        self.0.push(sentence.into());
    }

    /// Unwraps a result, keeping its reason here when it failed.
    pub fn take<T, E: fmt::Display>(&mut self, result: Result<T, E>) -> Option<T> {
        result.map_err(|error| self.push(format!("{error:#}"))).ok()
    }

    /// Like `take`, for something that has to be there.
    pub fn require<T>(
        &mut self,
        name: &str,
        result: anyhow::Result<Option<T>>,
        hint: &str,
    ) -> Option<T> {
        let found = self.take(result)?;
        if found.is_none() {
            self.push(format!("{name} is not set: {hint}"));
        }
        found
    }
}

impl Connections {
    /// Address of Postgres.
    pub fn database_url(&self, faults: &mut Faults) -> Option<SecretString> {
        let found = runtime::secret::read(
            "DATABASE_URL",
            self.database_url.as_ref(),
            self.database_url_file.as_deref(),
        );
        let url = faults.require(
            "DATABASE_URL",
            found,
            "give the PostgreSQL database, as in postgres://user:password@host:5432/pulsecheck",
        )?;
        if let Err(error) = db::Db::new(url.expose_secret(), "api", 1) {
            faults.push(format!(
                "DATABASE_URL is not an address of PostgreSQL: {error}"
            ));
        }
        Some(url)
    }

    fn redis_url(&self, faults: &mut Faults) -> Option<SecretString> {
        let found = runtime::secret::read(
            "REDIS_URL",
            self.redis_url.as_ref(),
            self.redis_url_file.as_deref(),
        );
        let url = faults.require(
            "REDIS_URL",
            found,
            "give the Redis server, as in redis://host:6379/0",
        )?;
        faults.take(status_cache::StatusCache::redis(url.expose_secret()))?;
        Some(url)
    }
}

impl Config {
    /// All settings, or everything that is wrong with them.
    pub fn check(&self) -> Result<Settings, Faults> {
        let mut faults = Faults::default();
        let database_url = self.connections.database_url(&mut faults);
        let redis_url = self.connections.redis_url(&mut faults);
        let site = self.site.check(&mut faults);
        match (database_url, redis_url, site) {
            (Some(database_url), Some(redis_url), Some(site)) if faults.0.is_empty() => {
                Ok(Settings {
                    database_url,
                    redis_url,
                    site,
                })
            }
            _ => Err(faults),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[derive(clap::Parser)]
    struct Cli {
        #[command(flatten)]
        config: Config,
    }

    fn check(arguments: &[&str]) -> Result<Settings, Faults> {
        let all = std::iter::once(&"api").chain(arguments);
        Cli::parse_from(all).config.check()
    }

    #[tokio::test]
    async fn everything_that_is_missing_or_wrong_is_said_at_once() {
        let faults = check(&[
            "--database-url",
            "nonsense",
            "--redis-url",
            "nonsense",
            "--public-url",
            "ftp://x",
            "--secret-key",
            "short",
            "--trusted-proxies",
            "10.0.0.0/8,nobody",
        ])
        .expect_err("wrong")
        .0;
        for name in [
            "DATABASE_URL",
            "REDIS_URL",
            "PUBLIC_URL",
            "SECRET_KEY",
            "TRUSTED_PROXIES",
        ] {
            assert!(
                faults.iter().any(|fault| fault.contains(name)),
                "{name} is not among {faults:?}"
            );
        }
    }

    #[tokio::test]
    async fn a_complete_configuration_is_accepted() {
        let settings = check(&[
            "--database-url",
            "postgres://a@localhost/b",
            "--redis-url",
            "redis://localhost",
            "--public-url",
            "https://status.example/",
            "--secret-key",
            "0123456789abcdef0123456789abcdef",
        ])
        .expect("right");
        assert_eq!(settings.site.public_url.as_str(), "https://status.example/");
        assert!(settings.site.is_https());
    }
}
