//! `pulsecheck serve`: everything in one process, from the first byte of the database to the page.

use std::net::SocketAddr;
use std::sync::Arc;

use api::config::{Faults, ReachConfig, SiteConfig};
use api::state::{AppState, Parts};
use runtime::clock::Clock;
use runtime::tasks::Tasks;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::address::{self, Address, PublicUrl, Terminal};
use crate::cli::close_after;
use crate::installation::{Access, Installation, Settings};
use crate::output::tell;
use crate::{backup, web};

/// Settings of `serve`.
#[derive(Clone, Debug, clap::Args)]
pub struct Config {
    #[command(flatten)]
    address: Address,
    #[command(flatten)]
    site: SiteConfig,
    #[command(flatten)]
    reach: ReachConfig,
    #[command(flatten)]
    terminal: Terminal,
}

/// Runs until it is told to stop. The database is started first and ended last.
pub async fn run(settings: &Settings, config: Config) -> anyhow::Result<()> {
    // Before the database: the sentence about a busy port should come at once.
    let listener = address::listen(config.address.listen_addr, &config.terminal).await?;
    let Some(installation) = interruptible(settings.open(Access::Alone)).await? else {
        return Ok(());
    };
    let result = serve(&installation, listener, config).await;
    close_after(installation, result).await?;
    tell("Stopped; everything is kept.");
    Ok(())
}

async fn serve(
    installation: &Installation,
    listener: TcpListener,
    config: Config,
) -> anyhow::Result<()> {
    let state = state(installation, &listener, &config)?;
    let key = installation.key()?;
    let migrating = backup::backup_then_migrate(&installation.db, &installation.data, &key);
    if interruptible(migrating).await?.is_none() {
        return Ok(());
    }
    let mut tasks = Tasks::default();
    let (stop, listening) = (tasks.stopping(), listener.local_addr()?);
    let app = web::beside(api::router(state.clone()));
    tasks.spawn(
        "web server",
        api::serve_app(listener, app, state.clone(), stop.clone()),
    );
    tasks.spawn(
        "housekeeping",
        api::auth::housekeeping::run(state.clone(), stop),
    );
    greet(installation, &state, &config.terminal, listening).await?;
    tasks.run().await
}

/// What the API needs, from settings that have a default here: the key of the data folder and an address on this machine.
fn state(
    installation: &Installation,
    listener: &TcpListener,
    config: &Config,
) -> anyhow::Result<AppState> {
    let mut site = config.site.clone();
    let public_url = PublicUrl {
        public_url: site.public_url.take(),
        frontend_url: site.frontend_url.take(),
    };
    site.public_url = Some(public_url.or_local(listener.local_addr()?.port()));
    (site.secret_key, site.secret_key_file) = (Some(installation.key()?), None);
    let mut faults = Faults::default();
    config.reach.check(&mut faults);
    let site = site
        .check(&mut faults)
        .filter(|_| faults.0.is_empty())
        .ok_or(faults)?;
    let egress = config.reach.egress(site.is_shared())?;
    let parts = Parts {
        db: installation.db.clone(),
        clock: Clock::System,
        status: config.address.status_cache()?,
        egress: Arc::new(egress),
        site,
    };
    Ok(AppState::new(parts))
}

async fn greet(
    installation: &Installation,
    state: &AppState,
    terminal: &Terminal,
    listening: SocketAddr,
) -> anyhow::Result<()> {
    let url = &state.site.public_url;
    let link = api::accounts::setup_link(&state.db, url, &state.clock).await?;
    tell(format_args!(
        "\nPulseCheck {} is ready at {}",
        env!("CARGO_PKG_VERSION"),
        url.as_str().trim_end_matches('/')
    ));
    if let Some(link) = link {
        tell(format_args!("Make the first account at\n    {link}"));
    }
    if let Some(lines) = terminal.from_afar(listening) {
        tell(lines);
    }
    tell(format_args!(
        "Its data is in {}; Ctrl-C stops it.",
        installation.data.path().display()
    ));
    Ok(())
}

/// A start that Ctrl-C or SIGTERM ends; `None` when it did. What was begun cleans up after itself when it is dropped.
async fn interruptible<T>(
    start: impl Future<Output = anyhow::Result<T>>,
) -> anyhow::Result<Option<T>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        result = start => result.map(Some),
        _ = terminate.recv() => Ok(None),
        _ = interrupt.recv() => Ok(None),
    }
}
