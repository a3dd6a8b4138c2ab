//! `pulsecheck setup-link` and `pulsecheck user …`: letting people in without a mail server or an OAuth app.

use std::net::SocketAddr;

use anyhow::Context as _;
use api::accounts;
pub use api::people::UserCommand;
use runtime::clock::Clock;
use runtime::public_url::PublicUrl;
use url::Url;

use crate::cli::close_after;
use crate::installation::{Access, Installation, Settings};
use crate::output::{program, tell};

/// Settings of `setup-link`.
#[derive(Clone, Debug, clap::Args)]
pub struct LinkConfig {
    #[command(flatten)]
    public_url: PublicUrl,
    /// Where it listens; asked for where neither is `PUBLIC_URL` set nor has the program run yet
    #[arg(
        long,
        env = "LISTEN_ADDR",
        default_value = "127.0.0.1:8000",
        value_name = "ADDRESS",
        help_heading = "Address"
    )]
    listen_addr: SocketAddr,
}

/// Shows a new link for making the first account.
pub async fn setup_link(settings: &Settings, config: &LinkConfig) -> anyhow::Result<()> {
    let installation = open(settings).await?;
    let link = link(&installation, config).await;
    match close_after(installation, link).await? {
        Some(link) => tell(format_args!("Make the first account at\n    {link}")),
        None => tell(format_args!(
            "Somebody operates this installation already; they can sign in. For another account type:\n    {} user add ann@example.com",
            program()
        )),
    }
    Ok(())
}

async fn link(installation: &Installation, config: &LinkConfig) -> anyhow::Result<Option<String>> {
    // Where the program that runs here is reached, whatever port it was given.
    let served = (!config.public_url.is_given()).then(|| installation.data.served_at());
    let url = served
        .flatten()
        .unwrap_or_else(|| config.public_url.or_local(config.listen_addr.port()));
    let url = Url::parse(&url).with_context(|| format!("PUBLIC_URL: {url} is no address"))?;
    accounts::setup_link(&installation.db, &url, &Clock::System).await
}

/// Does what was asked about people.
pub async fn run(settings: &Settings, command: UserCommand) -> anyhow::Result<()> {
    let installation = open(settings).await?;
    let result = api::people::run(&installation.db, command, &program()).await;
    close_after(installation, result).await
}

async fn open(settings: &Settings) -> anyhow::Result<Installation> {
    let installation = settings.open_existing(Access::Beside).await?;
    match installation.ready_schema().await {
        Ok(()) => Ok(installation),
        Err(error) => close_after(installation, Err(error)).await,
    }
}
