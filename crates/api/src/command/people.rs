//! `api setup-link` and `api user …`: letting people in without a mail server or an OAuth app.

use std::io::BufRead as _;

use anyhow::Context as _;
use db::Db;
use runtime::clock::Clock;
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::say;
use crate::{
    accounts::{self, AddUser, WithPassword},
    config::{Connections, Faults, SiteConfig},
};

/// Settings of `setup-link`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct LinkConfig {
    #[command(flatten)]
    connections: Connections,
    #[command(flatten)]
    site: SiteConfig,
}

/// Settings of `user`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct UserConfig {
    #[command(flatten)]
    connections: Connections,
    #[command(subcommand)]
    command: UserCommand,
}

/// What can be done about people.
#[derive(Clone, Debug, clap::Subcommand)]
enum UserCommand {
    /// Make an account; its password is shown once, or read from standard input
    Add(AddConfig),
    /// List everybody who may sign in
    List,
    /// Give an account another password and end its sessions
    ResetPassword(ResetConfig),
}

/// Settings of `user add`.
#[derive(Clone, Debug, clap::Args)]
struct AddConfig {
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
struct ResetConfig {
    /// E-mail address of the account
    email: String,
    /// Read the password from standard input instead of making one up
    #[arg(long)]
    password_stdin: bool,
}

/// Shows a new link for making the first account.
pub(super) async fn setup_link(config: &LinkConfig) -> anyhow::Result<()> {
    let mut faults = Faults::default();
    let public_url = config.site.public_url(&mut faults);
    let db = open(&config.connections, faults)?;
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
    let db = open(&config.connections, Faults::default())?;
    match config.command {
        UserCommand::Add(config) => add(&db, config).await,
        UserCommand::List => list(&db).await,
        UserCommand::ResetPassword(config) => {
            let password = password(config.password_stdin)?;
            let reset =
                accounts::reset_password(&db, &config.email, password, &Clock::System).await?;
            let email = &reset.user.email;
            say(&format!(
                "{email} has another password, and is signed out everywhere."
            ));
            tell_password(&reset);
            Ok(())
        }
    }
}

fn open(connections: &Connections, mut faults: Faults) -> anyhow::Result<Db> {
    let url = connections.database_url(&mut faults);
    match url {
        Some(url) if faults.0.is_empty() => {
            Ok(Db::new(url.expose_secret(), "pulsecheck-api-command", 1)?)
        }
        _ => Err(faults.into()),
    }
}

async fn add(db: &Db, config: AddConfig) -> anyhow::Result<()> {
    let local_part = config
        .email
        .split('@')
        .next()
        .unwrap_or_default()
        .to_owned();
    let person = AddUser {
        name: config.name.unwrap_or(local_part),
        email: config.email,
        operator: config.operator,
        password: password(config.password_stdin)?,
    };
    let made = accounts::add_user(db, person, &Clock::System).await?;
    say(&format!("{} can sign in.", made.user.email));
    tell_password(&made);
    Ok(())
}

async fn list(db: &Db) -> anyhow::Result<()> {
    let people = accounts::list_users(db).await?;
    for person in &people {
        let last = person.last_sign_in_at.map_or_else(
            || "never signed in".to_owned(),
            |at| format!("last signed in {}", at.format("%Y-%m-%d %H:%M UTC")),
        );
        let operator = if person.is_operator { ", operator" } else { "" };
        say(&format!(
            "{:<40} {} ({last}{operator})",
            person.email, person.name
        ));
    }
    if people.is_empty() {
        say("Nobody yet. For a link that makes the first account: api setup-link");
    }
    Ok(())
}

fn tell_password(account: &WithPassword) {
    if let Some(password) = &account.generated {
        say(&format!(
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
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .context("no password on standard input")?;
    let line = line.trim_end_matches(['\n', '\r']).to_owned();
    Ok(Some(SecretString::from(line)))
}
