//! From settings to what the API and the worker are made of, with a default for everything.

use std::net::SocketAddr;
use std::sync::Arc;

use api::config::SiteConfig;
use api::site::Site;
use api::state::{AppState, Parts};
use notify::{Mail, MailConfig};
use probe::Prober;
use runtime::admin::Readiness;
use runtime::clock::Clock;
use runtime::faults::Faults;
use runtime::public_url::PublicUrl;
use secrecy::{ExposeSecret as _, SecretString};
use worker::clock::DatabaseClock;
use worker::pace::Pace;

use crate::address::{Address, Terminal};
use crate::installation::Installation;
use crate::secret_key::Keys;

/// Settings of `serve`.
#[derive(Clone, Debug, clap::Args)]
pub struct Config {
    #[command(flatten)]
    pub(crate) address: Address,
    /// Where `/live`, `/ready` and `/metrics` are served, for machines only; without it nowhere
    #[arg(
        long,
        env = "ADMIN_ADDR",
        value_name = "ADDRESS",
        help_heading = "Address"
    )]
    pub(super) admin_addr: Option<SocketAddr>,
    #[command(flatten)]
    site: SiteConfig,
    #[command(flatten)]
    looking: worker::config::Looking,
    #[command(flatten)]
    pub(crate) reach: egress::Config,
    #[command(flatten)]
    pub(crate) mail: MailConfig,
    #[command(flatten)]
    pub(super) terminal: Terminal,
}

/// Everything that is to run.
pub(super) struct Whole {
    pub(super) state: AppState,
    pub(super) worker: worker::Parts,
    /// Servers of ours that no look may reach, as configured.
    pub(super) own: Vec<(String, u16)>,
}

/// Puts the parts together. Says everything that is wrong with the settings at once.
pub(super) fn assemble(
    installation: &Installation,
    config: &Config,
    listening: SocketAddr,
    readiness: &Readiness,
) -> anyhow::Result<Whole> {
    let (site, mail) = check(installation, config, listening)?;
    let (shared, keyring) = (site.is_shared(), site.keyring.clone());
    let clock = DatabaseClock::new();
    let judging = clock.clone();
    let egress = config.reach.build(
        config.reach.policy(shared),
        shared,
        Arc::new(move || judging.now()),
    )?;
    let status = config.address.status_cache(config.reach.authorities())?;
    let courier = notify::Courier::new(Arc::clone(&egress), site.public_url.clone(), mail);
    let worker = worker::Parts {
        db: installation.db.clone(),
        cache: status.clone(),
        prober: Prober::new(Arc::clone(&egress), worker::command::CONTACT),
        clock,
        keyring,
        readiness: readiness.clone(),
        looking: config.looking.clone(),
        shared,
        heartbeat_file: None,
        pace: Pace::default(),
        courier: courier.into(),
        public_url: site.public_url.clone(),
    };
    let parts = Parts {
        db: installation.db.clone(),
        clock: Clock::System,
        status,
        egress,
        site,
    };
    let own = own_endpoints(installation, config)?;
    Ok(Whole {
        state: AppState::new(parts),
        worker,
        own,
    })
}

/// The installation's own settings and its mail server; its key and its address have defaults here.
fn check(
    installation: &Installation,
    config: &Config,
    listening: SocketAddr,
) -> anyhow::Result<(Site, Option<Mail>)> {
    let mut faults = Faults::default();
    let site = config.check(installation.keys()?, listening.port(), &mut faults);
    let mail = config.mail.read(&mut faults);
    let site = site.filter(|_| faults.0.is_empty()).ok_or(faults)?;
    Ok((site, mail))
}

impl Config {
    /// Checks everything but mail for an installation that has these keys and listens on `port`.
    pub(crate) fn check(&self, keys: Keys, port: u16, faults: &mut Faults) -> Option<Site> {
        let mut site = self.site.clone();
        if !site.public_url.is_given() {
            site.public_url.public_url = Some(site.public_url.or_local(port));
        }
        (site.secret_key, site.secret_key_file) = (Some(keys.current), None);
        (site.secret_key_previous, site.secret_key_previous_file) = (keys.previous, None);
        self.looking.check(faults);
        let site = site.check(faults);
        let shared = site.as_ref().is_some_and(Site::is_shared);
        self.reach.check(shared, faults);
        site
    }

    /// What people type to open it.
    pub(crate) fn public_url(&self) -> &PublicUrl {
        &self.site.public_url
    }
}

/// Postgres, Redis, the admin port and what else the operator names: never a target.
fn own_endpoints(
    installation: &Installation,
    config: &Config,
) -> anyhow::Result<Vec<(String, u16)>> {
    let redis = config.address.redis_url()?;
    let redis = redis.as_ref().map(SecretString::expose_secret);
    let postgres = db::endpoint(installation.url.expose_secret());
    Ok(config
        .reach
        .own_endpoints(postgres, redis, config.admin_addr))
}
