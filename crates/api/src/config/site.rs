//! Settings of the installation that requests depend on; shared by `api` and `pulsecheck`.

use std::{path::PathBuf, sync::Arc, time::Duration};

use domain::service::Limits;
use ipnet::IpNet;
use runtime::{
    faults::Faults,
    public_url::{PublicUrl, base_url},
    seal::Keyring,
};
use secrecy::SecretString;
use statuspage_parser::catalogue::{self, Catalogue};

use crate::{
    auth::config::{AuthConfig, AuthSettings},
    site::{Rates, Site},
};

/// What the installation is called and allows.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Installation")]
pub struct SiteConfig {
    /// Where Google and GitHub send people back to, if not `PUBLIC_URL`
    #[arg(long, env = "OAUTH_REDIRECT_BASE_URL")]
    pub oauth_redirect_base_url: Option<String>,
    /// Signs and seals everything; at least 32 characters, the same for all processes (`openssl rand -hex 32`)
    #[arg(long, env = "SECRET_KEY", hide_env_values = true)]
    pub secret_key: Option<SecretString>,
    /// A file that holds `SECRET_KEY`
    #[arg(long, env = "SECRET_KEY_FILE")]
    pub secret_key_file: Option<PathBuf>,
    /// The key before `SECRET_KEY`, while that is being changed: what it sealed and signed still counts
    #[arg(long, env = "SECRET_KEY_PREVIOUS", hide_env_values = true)]
    pub secret_key_previous: Option<SecretString>,
    /// A file that holds `SECRET_KEY_PREVIOUS`; an empty one counts as not set
    #[arg(long, env = "SECRET_KEY_PREVIOUS_FILE")]
    pub secret_key_previous_file: Option<PathBuf>,
    /// Networks of proxies whose `X-Forwarded-*` headers count, as in `10.0.0.0/8,192.0.2.1`
    #[arg(
        long,
        env = "TRUSTED_PROXIES",
        default_value = "",
        hide_default_value = true
    )]
    pub trusted_proxies: String,
    /// Shortest check interval in seconds; 10, or 30 where anybody may sign up
    #[arg(long, env = "MIN_CHECK_INTERVAL")]
    pub min_check_interval: Option<u64>,
    /// Longest check interval in seconds
    #[arg(long, env = "MAX_CHECK_INTERVAL", default_value_t = 86_400)]
    pub max_check_interval: u64,
    /// Services per workspace, 0 for no limit; 50 where anybody may sign up, else no limit
    #[arg(long, env = "MAX_SERVICES_PER_WORKSPACE")]
    pub max_services_per_workspace: Option<u32>,
    /// Requests per minute and person, 0 for no limit
    #[arg(long, env = "RATE_LIMIT_REQUESTS", default_value_t = 1_200)]
    pub rate_limit_requests: u32,
    /// Test runs and looks on demand per minute and person, 0 for no limit; never more than 3 at once
    #[arg(long, env = "RATE_LIMIT_PROBES", default_value_t = 20)]
    pub rate_limit_probes: u32,
    /// A JSON file of services that people here find by name beside the well-known ones, as in
    /// `[{"name": "Till", "home": "https://till.lan", "status": "https://status.till.lan"}]`
    #[arg(long, env = "CATALOGUE_FILE")]
    pub catalogue_file: Option<String>,
    #[command(flatten)]
    pub public_url: PublicUrl,
    #[command(flatten)]
    pub auth: AuthConfig,
}

impl SiteConfig {
    /// The checked settings; none when something was wrong.
    pub fn check(&self, faults: &mut Faults) -> Option<Site> {
        let public_url = self.public_url.check(faults);
        let redirect_base = match filled(self.oauth_redirect_base_url.as_deref()) {
            Some(text) => faults.take(base_url("OAUTH_REDIRECT_BASE_URL", text)),
            None => public_url.clone(),
        };
        if let (Some(public), Some(redirect)) = (&public_url, &redirect_base)
            && public.scheme() == "https"
            && redirect.scheme() != "https"
        {
            faults.push(format!(
                "OAUTH_REDIRECT_BASE_URL must begin with https:// as PUBLIC_URL does, or people who come back from Google or \
                 GitHub would lose their sign-in on the way; it is “{}”",
                redirect.as_str().trim_end_matches('/')
            ));
        }
        let keyring = self.keyring(faults);
        let trusted_proxies = faults.take(networks("TRUSTED_PROXIES", &self.trusted_proxies));
        let auth = self.auth.check(faults);
        let shared = auth.as_ref().is_some_and(AuthSettings::is_shared);
        let limits = self.limits(shared, faults);
        if shared && self.rate_limit_probes == 0 {
            faults.push("SIGN_UP=open lets strangers in, and RATE_LIMIT_PROBES=0 would let them look without a limit: give a number");
        }
        let catalogue = faults.take(self.catalogue());
        Some(Site {
            public_url: public_url?,
            oauth_redirect_base: redirect_base?,
            keyring: keyring?,
            trusted_proxies: trusted_proxies?,
            limits: limits?,
            rates: Rates {
                requests_per_minute: self.rate_limit_requests,
                probes_per_minute: self.rate_limit_probes,
                ..Rates::default()
            },
            catalogue: Arc::new(catalogue?),
            auth: auth?,
        })
    }

    /// The well-known services and what the installation adds.
    fn catalogue(&self) -> anyhow::Result<Catalogue> {
        let Some(path) = filled(self.catalogue_file.as_deref()) else {
            return Ok(catalogue::well_known().clone());
        };
        let text = std::fs::read_to_string(path)
            .map_err(|error| anyhow::anyhow!("CATALOGUE_FILE: {path} cannot be read: {error}"))?;
        Catalogue::with_additions(&text)
            .map_err(|error| anyhow::anyhow!("CATALOGUE_FILE: {path} {error}"))
    }

    fn keyring(&self, faults: &mut Faults) -> Option<Keyring> {
        let previous = &self.secret_key_previous;
        faults.keyring(
            (self.secret_key.as_ref(), self.secret_key_file.as_deref()),
            (previous.as_ref(), self.secret_key_previous_file.as_deref()),
            "`openssl rand -hex 32` makes one",
        )
    }

    fn limits(&self, shared: bool, faults: &mut Faults) -> Option<Limits> {
        let defaults = if shared {
            Limits::SHARED
        } else {
            Limits::SINGLE_TENANT
        };
        let shortest = self
            .min_check_interval
            .map_or(defaults.shortest_interval, Duration::from_secs);
        let longest = Duration::from_secs(self.max_check_interval);
        if shortest.is_zero() || shortest > longest || longest > Duration::from_hours(24 * 7) {
            faults.push(
                "MIN_CHECK_INTERVAL and MAX_CHECK_INTERVAL must be from 1 second to 7 days, the shortest first",
            );
            return None;
        }
        Some(Limits {
            shortest_interval: shortest,
            longest_interval: longest,
            services_per_workspace: match self.max_services_per_workspace {
                None => defaults.services_per_workspace,
                Some(0) => None,
                most => most,
            },
        })
    }
}

/// A setting that is there but empty counts as not set, as compose files and manifests write it.
fn filled(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

/// Networks and single addresses, separated by commas.
fn networks(name: &str, text: &str) -> anyhow::Result<Vec<IpNet>> {
    text.split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty())
        .map(|word| {
            let net = word.parse::<IpNet>();
            net.or_else(|_| word.parse::<std::net::IpAddr>().map(IpNet::from))
                .map_err(|_| {
                    anyhow::anyhow!(
                        "{name}: “{word}” is neither a network such as 10.0.0.0/8 nor an address"
                    )
                })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[derive(clap::Parser)]
    struct Cli {
        #[command(flatten)]
        site: SiteConfig,
    }

    fn site(arguments: &[&str]) -> Site {
        let needed = [
            "api",
            "--public-url",
            "https://status.example",
            "--secret-key",
            "0123456789abcdef0123456789abcdef",
        ];
        let all = needed.iter().chain(arguments);
        let mut faults = Faults::default();
        let site = Cli::parse_from(all).site.check(&mut faults);
        site.unwrap_or_else(|| panic!("{faults}"))
    }

    #[test]
    fn strangers_never_look_without_a_limit() {
        let faults = |who: &str| {
            let words = [
                "api",
                "--public-url",
                "https://status.example",
                "--secret-key",
                "0123456789abcdef0123456789abcdef",
                "--rate-limit-probes",
                "0",
                "--sign-up",
                who,
            ];
            let mut faults = Faults::default();
            Cli::parse_from(words).site.check(&mut faults);
            faults.to_string()
        };
        assert!(faults("open").contains("RATE_LIMIT_PROBES=0"));
        assert_eq!(faults("closed"), "");
    }

    #[test]
    fn where_anybody_may_sign_up_looks_are_30_s_apart_and_a_workspace_has_50_services() {
        let open = site(&["--sign-up", "open"]).limits;
        assert_eq!(open, Limits::SHARED);
        assert_eq!(open.shortest_interval, Duration::from_secs(30));
        assert_eq!(open.services_per_workspace, Some(50));
        let closed = site(&["--sign-up", "closed"]).limits;
        assert_eq!(closed, Limits::SINGLE_TENANT);
    }
}
