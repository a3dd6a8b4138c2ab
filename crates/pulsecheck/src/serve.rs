//! `pulsecheck serve`: everything in one process, from the first byte of the database to the page.

mod parts;

use std::net::SocketAddr;

use anyhow::Context as _;
use api::state::AppState;
use runtime::admin::{self, Readiness};
use runtime::metrics;
use runtime::signals::Signals;
use runtime::tasks::Tasks;
use tokio::net::TcpListener;

pub use self::parts::Config;

use self::parts::Whole;
use crate::address::{self, Terminal};
use crate::cli::close_after;
use crate::data_dir::Running;
use crate::installation::{Access, Installation, Settings};
use crate::output::tell;
use crate::{backup, web};

/// Runs until it is told to stop. The database is started first and ended last.
pub async fn run(settings: &Settings, config: Config) -> anyhow::Result<()> {
    // From here on a signal ends everything in order, whenever it comes.
    let mut signals = Signals::new()?;
    // Before the database: the sentence about a busy port should come at once.
    let listener = address::listen(config.address.listen_addr, &config.terminal).await?;
    let opening = async {
        let opened = settings.open(Access::Alone).await;
        opened.map_err(|error| beside(error, &config.terminal))
    };
    let Some(installation) = signals.unless_heard(opening).await.transpose()? else {
        return Ok(());
    };
    let result = serve(&installation, listener, &config, signals).await;
    close_after(installation, result).await?;
    tell("Stopped; everything is kept.");
    Ok(())
}

async fn serve(
    installation: &Installation,
    listener: TcpListener,
    config: &Config,
    mut signals: Signals,
) -> anyhow::Result<()> {
    let readiness = Readiness::default();
    let listening = listener.local_addr()?;
    let whole = parts::assemble(installation, config, listening, &readiness)?;
    let keys = installation.keys()?;
    let migrating = async {
        // After a start of the whole machine a database elsewhere may come later than we do.
        db::schema::wait_for_server(&installation.db).await?;
        backup::backup_then_migrate(&installation.db, &installation.data, &keys).await
    };
    if signals.unless_heard(migrating).await.transpose()?.is_none() {
        return Ok(());
    }
    let mut tasks = Tasks::default();
    if let Some(address) = config.admin_addr {
        let listener = TcpListener::bind(address)
            .await
            .with_context(|| format!("ADMIN_ADDR: cannot listen on {address}"))?;
        tasks.spawn(
            "admin port",
            admin::serve(listener, readiness, metrics::install(), tasks.stopping()),
        );
    }
    let state = whole.state.clone();
    spawn(&mut tasks, whole, listener);
    greet(installation, &state, config, listening).await?;
    tasks.run(signals).await
}

/// Where somebody else serves from the folder: how to start a second installation.
fn beside(error: anyhow::Error, terminal: &Terminal) -> anyhow::Error {
    if !error.is::<Running>() {
        return error;
    }
    let line = terminal.line("DATA_DIR=./data2 LISTEN_ADDR=127.0.0.1:8001");
    anyhow::anyhow!("{error}, or start a second installation beside it:\n    {line}")
}

/// Everything that runs until the end.
fn spawn(tasks: &mut Tasks, whole: Whole, listener: TcpListener) {
    let stop = tasks.stopping();
    let Whole { state, worker, own } = whole;
    let watching = egress::watch_own(state.egress.policy().own_endpoints(), own, stop.clone());
    tasks.spawn("own endpoints", async move {
        watching.await;
        Ok(())
    });
    let app = web::beside(api::router(state.clone()), &state.site.public_url);
    tasks.spawn(
        "web server",
        api::serve_app(listener, app, state.clone(), stop.clone()),
    );
    tasks.spawn("housekeeping", api::auth::housekeeping::run(state, stop));
    worker::run(worker, tasks);
}

async fn greet(
    installation: &Installation,
    state: &AppState,
    config: &Config,
    listening: SocketAddr,
) -> anyhow::Result<()> {
    let terminal = &config.terminal;
    let url = &state.site.public_url;
    installation.data.note_served_at(url.as_str())?;
    let link = api::accounts::setup_link(&state.db, url, &state.clock).await?;
    tell(format_args!(
        "\nPulseCheck {} is ready at {}",
        env!("CARGO_PKG_VERSION"),
        url.as_str().trim_end_matches('/')
    ));
    if let Some(link) = link {
        tell(format_args!("Make the first account at\n    {link}"));
    }
    // A container listens on all of its addresses; who may open it is decided outside.
    let is_named = config.public_url().is_given() || config.reach.host_alias.is_some();
    let unnamed = || terminal.unnamed(listening).filter(|_| !is_named);
    if let Some(lines) = terminal.from_afar(listening).or_else(unnamed) {
        tell(lines);
    }
    tell(format_args!(
        "Its data is in {}; Ctrl-C stops it.",
        installation.data.path().display()
    ));
    Ok(())
}
