//! Settings of the API: flags or environment variables in, checked values or every fault at once out.

use std::net::SocketAddr;

use runtime::{faults::Faults, telemetry};
use secrecy::SecretString;

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
    #[command(flatten)]
    pub database: db::Config,
    #[command(flatten)]
    pub cache: status_cache::Config,
    /// Connections to PostgreSQL (4–200)
    #[arg(long, env = "DATABASE_CONNECTIONS", default_value_t = 16, value_parser = clap::value_parser!(u32).range(4..=200))]
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

impl Config {
    /// All settings, or everything that is wrong with them.
    pub fn check(&self) -> Result<Settings, Faults> {
        let mut faults = Faults::default();
        let database_url = self.connections.database.url(&mut faults);
        let redis_url = self.connections.cache.url(&mut faults);
        let site = self.site.check(&mut faults);
        let shared = site.as_ref().is_some_and(Site::is_shared);
        self.reach.check(shared, &mut faults);
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

    #[test]
    fn too_few_and_too_many_connections_are_refused() {
        let counts = [
            ("0", false),
            ("3", false),
            ("4", true),
            ("200", true),
            ("201", false),
        ];
        for (count, is_right) in counts {
            let read = Cli::try_parse_from(["api", "--database-connections", count]);
            assert_eq!(read.is_ok(), is_right, "{count}");
        }
    }

    #[tokio::test]
    async fn providers_send_people_back_over_https_where_the_app_is() {
        let with = |public_url, redirect_base| {
            check(&[
                "--database-url",
                "postgres://a@localhost/b",
                "--redis-url",
                "redis://localhost",
                "--secret-key",
                "0123456789abcdef0123456789abcdef",
                "--public-url",
                public_url,
                "--oauth-redirect-base-url",
                redirect_base,
            ])
        };
        let faults = with("https://status.example", "http://status.example").expect_err("wrong");
        assert_eq!(faults.0.len(), 1, "{faults}");
        assert!(
            faults.0[0].starts_with("OAUTH_REDIRECT_BASE_URL must begin with https://"),
            "{faults}"
        );
        with("https://status.example", "https://login.example").expect("right");
        with("http://nas.lan", "http://localhost:8000").expect("right");
        with("http://nas.lan", "https://login.example").expect("right");
    }

    #[tokio::test]
    async fn a_catalogue_file_that_cannot_be_used_is_named_with_the_reason() {
        let with = |file: &str| {
            check(&[
                "--database-url",
                "postgres://a@localhost/b",
                "--redis-url",
                "redis://localhost",
                "--secret-key",
                "0123456789abcdef0123456789abcdef",
                "--public-url",
                "https://status.example",
                "--catalogue-file",
                file,
            ])
        };
        let missing = with("/nowhere/catalogue.json").expect_err("it is not there");
        assert!(
            missing.0[0].starts_with("CATALOGUE_FILE: /nowhere/catalogue.json cannot be read"),
            "{missing}"
        );
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("catalogue.json");
        let text = r#"[{"name": "Till", "home": "https://till.example", "status": "till"}]"#;
        std::fs::write(&path, text).expect("written");
        let wrong = with(path.to_str().expect("a path")).expect_err("no address");
        assert!(wrong.0[0].contains("“Till”: status must be"), "{wrong}");
        std::fs::write(
            &path,
            text.replace("\"till\"", "\"https://status.till.example\""),
        )
        .expect("written");
        let settings = with(path.to_str().expect("a path")).expect("right");
        assert_eq!(settings.site.catalogue.search("till", 1)[0].name, "Till");
        with("").expect("empty counts as not set");
    }
}
