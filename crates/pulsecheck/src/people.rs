//! `pulsecheck setup-link` and `pulsecheck user …`: letting people in without a mail server or an OAuth app.

use anyhow::Context as _;
use api::accounts;
pub use api::people::UserCommand;
use runtime::clock::Clock;
use url::Url;

use crate::address::{Address, PublicUrl};
use crate::cli::close_after;
use crate::installation::{Access, Installation, Settings};
use crate::output::{program, tell};

/// Settings of `setup-link`.
#[derive(Clone, Debug, clap::Args)]
pub struct LinkConfig {
    #[command(flatten)]
    address: Address,
    #[command(flatten)]
    public_url: PublicUrl,
}

/// Shows a new link for making the first account.
pub async fn setup_link(settings: &Settings, config: &LinkConfig) -> anyhow::Result<()> {
    let url = config
        .public_url
        .or_local(config.address.listen_addr.port());
    let url = Url::parse(&url).with_context(|| format!("PUBLIC_URL: {url} is no address"))?;
    let installation = open(settings).await?;
    let link = accounts::setup_link(&installation.db, &url, &Clock::System).await;
    match close_after(installation, link).await? {
        Some(link) => tell(format_args!("Make the first account at\n    {link}")),
        None => tell(format_args!(
            "Somebody operates this installation already; they can sign in. For another account type:\n    {} user add ann@example.com",
            program()
        )),
    }
    Ok(())
}

/// Does what was asked about people.
pub async fn run(settings: &Settings, command: UserCommand) -> anyhow::Result<()> {
    let installation = open(settings).await?;
    let result = api::people::run(&installation.db, command, &program()).await;
    close_after(installation, result).await
}

async fn open(settings: &Settings) -> anyhow::Result<Installation> {
    let installation = settings.open(Access::Beside).await?;
    match installation.ready_schema().await {
        Ok(()) => Ok(installation),
        Err(error) => close_after(installation, Err(error)).await,
    }
}
