//! `pulsecheck setup-link` and `pulsecheck user …`: letting people in without a mail server or an OAuth app.

use std::io::{BufRead as _, IsTerminal as _};

use anyhow::Context as _;
use api::accounts::{self, AddUser, WithPassword};
use runtime::clock::Clock;
use secrecy::{ExposeSecret as _, SecretString};
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

/// What can be done about people.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum UserCommand {
    /// Make an account; its password is shown once, or read from standard input
    Add(AddConfig),
    /// List everybody who may sign in
    List,
    /// Give an account another password and end its sessions
    ResetPassword(ResetConfig),
}

/// Settings of `user add`.
#[derive(Clone, Debug, clap::Args)]
pub struct AddConfig {
    /// E-mail address, with which the person signs in
    email: String,
    /// Name; without it the part of the address before the @
    #[arg(long)]
    name: Option<String>,
    /// Lets the person see system health and installation settings
    #[arg(long)]
    operator: bool,
    /// Read the password from standard input instead of making one up
    #[arg(long)]
    password_stdin: bool,
}

/// Settings of `user reset-password`.
#[derive(Clone, Debug, clap::Args)]
pub struct ResetConfig {
    /// E-mail address of the account
    email: String,
    /// Read the password from standard input instead of making one up
    #[arg(long)]
    password_stdin: bool,
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
    let result = match command {
        UserCommand::Add(config) => add(&installation, config).await,
        UserCommand::List => list(&installation).await,
        UserCommand::ResetPassword(config) => reset(&installation, config).await,
    };
    close_after(installation, result).await
}

async fn open(settings: &Settings) -> anyhow::Result<Installation> {
    let installation = settings.open(Access::Beside).await?;
    match installation.ready_schema().await {
        Ok(()) => Ok(installation),
        Err(error) => close_after(installation, Err(error)).await,
    }
}

async fn add(installation: &Installation, config: AddConfig) -> anyhow::Result<()> {
    let local_part = config
        .email
        .split('@')
        .next()
        .unwrap_or_default()
        .to_owned();
    let password = password(config.password_stdin)?;
    let name = config.name.unwrap_or(local_part);
    let person = AddUser {
        email: config.email,
        name,
        operator: config.operator,
        password,
    };
    let made = accounts::add_user(&installation.db, person, &Clock::System).await?;
    tell(format_args!("{} can sign in.", made.user.email));
    tell_password(&made);
    Ok(())
}

async fn list(installation: &Installation) -> anyhow::Result<()> {
    let people = accounts::list_users(&installation.db).await?;
    for person in &people {
        let last = person.last_sign_in_at.map_or_else(
            || "never signed in".to_owned(),
            |at| format!("last signed in {}", at.format("%Y-%m-%d %H:%M UTC")),
        );
        let operator = if person.is_operator { ", operator" } else { "" };
        tell(format_args!(
            "{:<40} {} ({last}{operator})",
            person.email, person.name
        ));
    }
    if people.is_empty() {
        tell(format_args!(
            "Nobody yet. For a link that makes the first account type:\n    {} setup-link",
            program()
        ));
    }
    Ok(())
}

async fn reset(installation: &Installation, config: ResetConfig) -> anyhow::Result<()> {
    let password = password(config.password_stdin)?;
    let reset =
        accounts::reset_password(&installation.db, &config.email, password, &Clock::System).await?;
    tell(format_args!(
        "{} has another password, and is signed out everywhere.",
        reset.user.email
    ));
    tell_password(&reset);
    Ok(())
}

fn tell_password(account: &WithPassword) {
    if let Some(password) = &account.generated {
        tell(format_args!(
            "The password, shown only now:\n    {}",
            password.expose_secret()
        ));
    }
}

/// The first line of standard input, if the password is to be read from there.
fn password(from_input: bool) -> anyhow::Result<Option<SecretString>> {
    if !from_input {
        return Ok(None);
    }
    let input = std::io::stdin();
    if input.is_terminal() {
        tell("Type the password and Enter:");
    }
    let mut line = String::new();
    input
        .lock()
        .read_line(&mut line)
        .context("no password on standard input")?;
    Ok(Some(SecretString::from(
        line.trim_end_matches(['\n', '\r']).to_owned(),
    )))
}
