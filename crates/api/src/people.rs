//! `user add`, `user list` and `user reset-password`, for every program that has them: letting people in without a mail server
//! or an OAuth app.

use std::{
    fmt::Display,
    io::{BufRead as _, IsTerminal as _, Write as _},
};

use anyhow::Context as _;
use db::Db;
use runtime::clock::Clock;
use secrecy::{ExposeSecret as _, SecretString};

use crate::accounts::{self, AddUser, WithPassword};

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

/// Does what was asked and says so on standard output; `program` is what the person typed, for lines to type next.
pub async fn run(db: &Db, command: UserCommand, program: &str) -> anyhow::Result<()> {
    match command {
        UserCommand::Add(config) => add(db, config).await,
        UserCommand::List => list(db, program).await,
        UserCommand::ResetPassword(config) => reset(db, config).await,
    }
}

async fn add(db: &Db, config: AddConfig) -> anyhow::Result<()> {
    let local_part = config.email.split('@').next().unwrap_or_default();
    let person = AddUser {
        name: config.name.unwrap_or_else(|| local_part.to_owned()),
        email: config.email,
        operator: config.operator,
        password: password(config.password_stdin)?,
    };
    let made = accounts::add_user(db, person, &Clock::System).await?;
    tell(format_args!("{} can sign in.", made.user.email));
    tell_password(&made);
    Ok(())
}

async fn list(db: &Db, program: &str) -> anyhow::Result<()> {
    let people = accounts::list_users(db).await?;
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
            "Nobody yet. For a link that makes the first account type:\n    {program} setup-link"
        ));
    }
    Ok(())
}

async fn reset(db: &Db, config: ResetConfig) -> anyhow::Result<()> {
    let password = password(config.password_stdin)?;
    let reset = accounts::reset_password(db, &config.email, password, &Clock::System).await?;
    let email = &reset.user.email;
    tell(format_args!(
        "{email} has another password, and is signed out everywhere."
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

/// A closed pipe is nobody's trouble.
fn tell(text: impl Display) {
    writeln!(std::io::stdout(), "{text}").ok();
}
