//! Settings of the worker: flags or environment variables in, checked values or every fault at once out.

use std::{net::SocketAddr, path::PathBuf};

use clap::ValueEnum;
use notify::{Mail, MailConfig};
use runtime::{faults::Faults, public_url::PublicUrl, seal::Keyring, telemetry};
use secrecy::SecretString;
use url::Url;

use crate::partitions::Retention;

/// Everything that `worker` reads.
#[derive(Clone, Debug, clap::Parser)]
#[command(
    name = "worker",
    version,
    about = "PulseCheck's worker: looks at services and keeps the record"
)]
pub struct Config {
    #[command(flatten)]
    pub connections: Connections,
    #[command(flatten)]
    pub looking: Looking,
    #[command(flatten)]
    pub reach: egress::Config,
    #[command(flatten)]
    pub mail: MailConfig,
    #[command(flatten)]
    pub log: telemetry::Config,
}

/// What the process needs, and how it is watched.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Connections")]
pub struct Connections {
    #[command(flatten)]
    pub database: db::Config,
    #[command(flatten)]
    pub cache: status_cache::Config,
    /// The installation's secret, the same for every process; at least 32 characters
    #[arg(
        long,
        env = "SECRET_KEY",
        hide_env_values = true,
        value_name = "SECRET"
    )]
    pub secret_key: Option<SecretString>,
    /// A file that holds `SECRET_KEY`
    #[arg(long, env = "SECRET_KEY_FILE", value_name = "FILE")]
    pub secret_key_file: Option<PathBuf>,
    /// The key before `SECRET_KEY`, while that is being changed: what it sealed and signed still counts
    #[arg(
        long,
        env = "SECRET_KEY_PREVIOUS",
        hide_env_values = true,
        value_name = "SECRET"
    )]
    pub secret_key_previous: Option<SecretString>,
    /// A file that holds `SECRET_KEY_PREVIOUS`; an empty one counts as not set
    #[arg(long, env = "SECRET_KEY_PREVIOUS_FILE", value_name = "FILE")]
    pub secret_key_previous_file: Option<PathBuf>,
    /// Who may sign up. `open` makes this a shared installation: looks are gentler, and stay out of private networks
    #[arg(long, env = "SIGN_UP", default_value = "closed", value_name = "WHO")]
    pub sign_up: SignUp,
    /// Connections to PostgreSQL
    #[arg(long, env = "DATABASE_CONNECTIONS", default_value_t = 8, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(4..=200))]
    pub database_connections: u32,
    /// Where `/live`, `/ready` and `/metrics` are served, for machines only
    #[arg(
        long,
        env = "ADMIN_ADDR",
        default_value = "0.0.0.0:9091",
        value_name = "ADDRESS"
    )]
    pub admin_addr: SocketAddr,
    /// A file that is touched every two seconds while the worker truly makes progress
    #[arg(long, env = "HEARTBEAT_FILE", value_name = "FILE")]
    pub heartbeat_file: Option<PathBuf>,
    /// Bring the database schema up to date first; without this the worker waits until somebody does
    #[arg(long, env = "MIGRATE")]
    pub migrate: bool,
    #[command(flatten)]
    pub public_url: PublicUrl,
}

/// How services are looked at; the same wherever the worker runs.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Looking")]
pub struct Looking {
    /// How many looks may be under way at once; as many again at services that hang
    #[arg(long, env = "MAX_IN_FLIGHT", default_value_t = 4_096, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub max_in_flight: u32,
    /// Three or more public URLs that are nearly always there, such as your own; while none of them answers, failures
    /// of public addresses are held to be ours (comma separated)
    #[arg(long, env = "CANARIES", value_delimiter = ',', value_name = "URLS")]
    pub canaries: Vec<Url>,
    #[command(flatten)]
    pub retention: Retention,
}

/// Who may sign up, as far as a worker cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SignUp {
    Closed,
    Allowlist,
    Open,
}

/// Checked settings.
#[derive(Clone, Debug)]
pub struct Settings {
    pub database_url: SecretString,
    pub redis_url: SecretString,
    pub keyring: Keyring,
    pub public_url: Url,
    pub shared: bool,
    /// None when there is no mail server.
    pub mail: Option<Mail>,
}

impl Default for Looking {
    fn default() -> Self {
        Self {
            max_in_flight: 4_096,
            canaries: Vec::new(),
            retention: Retention::default(),
        }
    }
}

impl Looking {
    /// Notes what is wrong.
    pub fn check(&self, faults: &mut Faults) {
        if (1..3).contains(&self.canaries.len()) {
            faults.push(
                "CANARIES names fewer than three URLs: one or two say little about the network; name three, or none",
            );
        }
        for canary in &self.canaries {
            if domain::target::is_askable(canary).is_err() {
                faults.push(format!("CANARIES: {canary} is not an http or https URL"));
            }
        }
    }
}

impl Config {
    /// All settings, or everything that is wrong with them.
    pub fn check(&self) -> Result<Settings, Faults> {
        let mut faults = Faults::default();
        let connections = &self.connections;
        let database_url = connections.database.url(&mut faults);
        let redis_url = connections.cache.url(&mut faults);
        let keyring = faults.keyring(
            (
                connections.secret_key.as_ref(),
                connections.secret_key_file.as_deref(),
            ),
            (
                connections.secret_key_previous.as_ref(),
                connections.secret_key_previous_file.as_deref(),
            ),
            "give the installation's secret, the same as the API's",
        );
        let public_url = connections.public_url.check(&mut faults);
        self.looking.check(&mut faults);
        let shared = connections.sign_up == SignUp::Open;
        self.reach.check(shared, &mut faults);
        let mail = self.mail.read(&mut faults);
        let settings = || {
            Some(Settings {
                database_url: database_url?,
                redis_url: redis_url?,
                keyring: keyring?,
                public_url: public_url?,
                shared,
                mail,
            })
        };
        settings().filter(|_| faults.0.is_empty()).ok_or(faults)
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    fn check(arguments: &[&str]) -> Result<Settings, Faults> {
        let all = std::iter::once(&"worker").chain(arguments);
        Config::try_parse_from(all).expect("parsed").check()
    }

    #[tokio::test]
    async fn everything_that_is_missing_or_wrong_is_said_at_once() {
        let faults = check(&[
            "--database-url",
            "nonsense",
            "--redis-url",
            "nonsense",
            "--secret-key",
            "short",
            "--canaries",
            "ftp://a,http://b",
        ]);
        let faults = faults.expect_err("wrong").0;
        for name in [
            "DATABASE_URL",
            "REDIS_URL",
            "SECRET_KEY",
            "PUBLIC_URL",
            "three URLs",
            "ftp://a",
        ] {
            assert!(
                faults.iter().any(|fault| fault.contains(name)),
                "{name} is not among {faults:?}"
            );
        }
    }

    #[tokio::test]
    async fn strangers_never_look_into_private_networks() {
        let faults =
            check(&["--sign-up", "open", "--allow-cidrs", "10.0.0.0/8"]).expect_err("wrong");
        assert!(faults.to_string().contains("SIGN_UP=open"), "{faults}");
    }

    #[tokio::test]
    async fn a_complete_configuration_is_accepted() {
        let settings = check(&[
            "--database-url",
            "postgres://a@localhost/b",
            "--redis-url",
            "redis://localhost",
            "--secret-key",
            "0123456789abcdef0123456789abcdef",
            "--frontend-url",
            "https://status.example.com",
        ]);
        assert!(!settings.expect("right").shared);
    }
}
