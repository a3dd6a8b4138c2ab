//! `api setup-link` and `api user …`: letting people in without a mail server or an OAuth app.

use anyhow::Context as _;
use db::{Db, schema};
use runtime::{clock::Clock, faults::Faults, public_url::PublicUrl};
use secrecy::ExposeSecret as _;
use url::Url;

use super::say;
use crate::{
    accounts,
    people::{self, UserCommand},
};

/// Settings of `setup-link`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct LinkConfig {
    #[command(flatten)]
    database: db::Config,
    #[command(flatten)]
    public_url: PublicUrl,
}

/// Settings of `user`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct UserConfig {
    #[command(flatten)]
    database: db::Config,
    #[command(subcommand)]
    command: UserCommand,
}

/// Shows a new link for making the first account.
pub(super) async fn setup_link(config: &LinkConfig) -> anyhow::Result<()> {
    let mut faults = Faults::default();
    let public_url = config.public_url.check(&mut faults);
    let db = open(&config.database, faults).await?;
    let public_url = public_url.context("PUBLIC_URL is not set")?;
    if !tell_setup_link(&db, &public_url).await? {
        say(
            "Somebody operates this installation already; they can sign in. For another account: api user add ann@example.com",
        );
    }
    Ok(())
}

/// Shows a set-up link while nobody operates the installation; whether there was one to show.
pub(super) async fn tell_setup_link(db: &Db, public_url: &Url) -> anyhow::Result<bool> {
    let link = accounts::setup_link(db, public_url, &Clock::System).await?;
    if let Some(link) = &link {
        say(&format!("Make the first account at\n    {link}"));
    }
    Ok(link.is_some())
}

/// Does what was asked about people.
pub(super) async fn run(config: UserConfig) -> anyhow::Result<()> {
    let db = open(&config.database, Faults::default()).await?;
    people::run(&db, config.command, "api").await
}

/// The database, if its schema is one that this program works on.
async fn open(database: &db::Config, mut faults: Faults) -> anyhow::Result<Db> {
    let url = database.url(&mut faults).filter(|_| faults.0.is_empty());
    let Some(url) = url else {
        return Err(faults.into());
    };
    let db = Db::new(url.expose_secret(), "pulsecheck-api-command", 1)?;
    schema::check_usable(&mut *db.acquire().await?).await?;
    Ok(db)
}
