//! Where Postgres is: a setting of every process that has no database of its own.

use std::{path::PathBuf, str::FromStr as _};

use runtime::faults::Faults;
use secrecy::{ExposeSecret as _, SecretString};
use sqlx::postgres::PgConnectOptions;

/// The address of the database.
#[derive(Clone, Debug, clap::Args)]
#[group(skip)]
#[command(next_help_heading = "Connections")]
pub struct Config {
    /// PostgreSQL, as in `postgres://user:password@host:5432/name`
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub database_url: Option<SecretString>,
    /// A file that holds `DATABASE_URL`
    #[arg(long, env = "DATABASE_URL_FILE", value_name = "FILE")]
    pub database_url_file: Option<PathBuf>,
}

impl Config {
    /// The address, if it is one of PostgreSQL.
    pub fn url(&self, faults: &mut Faults) -> Option<SecretString> {
        let url = faults.secret(
            "DATABASE_URL",
            self.database_url.as_ref(),
            self.database_url_file.as_deref(),
            "give the PostgreSQL database, as in postgres://user:password@host:5432/pulsecheck",
        )?;
        if let Err(error) = PgConnectOptions::from_str(url.expose_secret()) {
            faults.push(format!(
                "DATABASE_URL is not an address of PostgreSQL: {error}"
            ));
            return None;
        }
        Some(url)
    }
}
