//! The command line: `pulsecheck --help` is the manual.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, CommandFactory as _, Parser, Subcommand};
use runtime::telemetry;

use crate::installation::{Access, Installation, Settings};
use crate::output::tell;
use crate::{backup, bench, changing_key, configuration, doctor, people, serve};

const EXAMPLES: &str = "\
Examples:
  pulsecheck                                      start on http://localhost:8000
  LISTEN_ADDR=127.0.0.1:8001 pulsecheck           start on another port
  pulsecheck doctor                               say what is wrong with this installation
  pulsecheck backup pulsecheck.tar.gz             everything, keys included, in one file
  DATA_DIR=/srv/pulsecheck pulsecheck setup-link  a new link for making the first account

Every option is also an environment variable, named in brackets.";

/// Watches services and keeps an honest record of whether they were up.
#[derive(Debug, Parser)]
#[command(name = "pulsecheck", version, after_help = EXAMPLES, max_term_width = 120)]
pub struct Cli {
    #[command(flatten)]
    settings: Settings,
    #[command(flatten)]
    log: telemetry::Config,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start everything: database, worker, API and web app (what happens without a command)
    Serve(Box<serve::Config>),
    /// Bring the database to this version's schema, after a backup
    Migrate,
    /// Show a new link for making the first account
    SetupLink(people::LinkConfig),
    /// Add, list and help the people who may sign in
    #[command(subcommand)]
    User(people::UserCommand),
    /// Say in plain words what is wrong with this installation
    Doctor(Box<doctor::Config>),
    /// Write everything, keys included, to one file; works while PulseCheck runs
    Backup(BackupConfig),
    /// Put a backup into this installation, which must not be running
    Restore(RestoreConfig),
    /// Take a new key in the place of the one in the data folder, and seal everything anew; PulseCheck must not be running
    ChangeKey(changing_key::Config),
    /// Fail unless the PulseCheck that runs beside this command works
    Health(HealthConfig),
    /// Measure what looking costs on this machine, in a folder of its own beside whatever runs
    Bench(bench::Config),
    /// Print every setting as Markdown (docs/configuration.md)
    #[command(hide = true)]
    Configuration,
}

#[derive(Debug, Args)]
struct BackupConfig {
    /// The file to write; it holds every secret, so keep it as safe as the installation itself
    file: PathBuf,
}

#[derive(Debug, Args)]
struct HealthConfig {
    /// Where it listens
    #[arg(long, env = "LISTEN_ADDR", default_value = "127.0.0.1:8000")]
    listen_addr: SocketAddr,
}

#[derive(Debug, Args)]
struct RestoreConfig {
    /// A file that `pulsecheck backup` wrote
    file: PathBuf,
    /// Replace what the database holds; it is first written to the folder backups/before-restore.tar.gz
    #[arg(long)]
    force: bool,
}

impl Cli {
    /// Reads the command line and the environment; ends the program with a message when they make no sense.
    pub fn read() -> Self {
        let cli = Self::parse();
        if cli.command.is_some() {
            return cli;
        }
        // `serve` has settings of its own, which clap reads only when it is named.
        Self::parse_from(std::env::args_os().chain(["serve".into()]))
    }

    /// Does what was asked.
    pub async fn run(self) -> anyhow::Result<()> {
        telemetry::init(&self.log);
        let settings = self.settings;
        match self.command {
            Some(Command::Serve(config)) => serve::run(&settings, *config).await,
            Some(Command::Doctor(config)) => doctor::run(&settings, &config).await,
            Some(Command::SetupLink(config)) => people::setup_link(&settings, &config).await,
            Some(Command::User(command)) => people::run(&settings, command).await,
            Some(Command::Migrate) => migrate(&settings).await,
            Some(Command::Backup(config)) => write_backup(&settings, &config).await,
            Some(Command::Restore(config)) => restore(&settings, &config).await,
            Some(Command::ChangeKey(config)) => changing_key::run(&settings, &config).await,
            Some(Command::Health(config)) => {
                runtime::health::ask(config.listen_addr, "/api/health")
            }
            Some(Command::Bench(config)) => bench::run(&settings, &config).await,
            Some(Command::Configuration) => {
                tell(configuration::markdown(&programs()));
                Ok(())
            }
            None => Ok(()),
        }
    }
}

/// Every program of ours, for the page of all settings.
fn programs() -> [clap::Command; 3] {
    let api = clap::Command::new("api serve").about("The API alone, on PostgreSQL and Redis");
    [
        Cli::command(),
        api::config::Config::augment_args(api),
        worker::config::Config::command(),
    ]
}

async fn migrate(settings: &Settings) -> anyhow::Result<()> {
    let installation = settings.open(Access::Alone).await?;
    let result =
        backup::backup_then_migrate(&installation.db, &installation.data, &installation.keys()?)
            .await;
    close_after(installation, result).await?;
    tell(format_args!(
        "The database has schema {}.",
        db::schema::known_version()
    ));
    Ok(())
}

async fn write_backup(settings: &Settings, config: &BackupConfig) -> anyhow::Result<()> {
    let installation = settings.open_existing(Access::Beside).await?;
    let result = backup::backup(&installation.db, &installation.keys()?, &config.file).await;
    let bytes = close_after(installation, result).await?;
    let size = match bytes >> 20 {
        0 => format!("{} kB", bytes.div_ceil(1 << 10)),
        megabytes => format!("{megabytes} MB"),
    };
    tell(format_args!(
        "{} holds everything ({size} of rows). Keep it safe: the keys are in it.",
        config.file.display()
    ));
    Ok(())
}

async fn restore(settings: &Settings, config: &RestoreConfig) -> anyhow::Result<()> {
    let installation = settings.open(Access::Alone).await?;
    let options = backup::Options {
        force: config.force,
        given_key: installation.given_key.as_ref(),
        given_previous: installation.given_previous.as_ref(),
    };
    let result = backup::restore(&installation.db, &installation.data, &config.file, options).await;
    let manifest = close_after(installation, result).await?;
    tell(format_args!(
        "Everything is as it was on {}.",
        manifest.made_at.format("%Y-%m-%d %H:%M UTC")
    ));
    Ok(())
}

/// Closes the installation whatever happened; the first trouble is the one that is told.
pub(crate) async fn close_after<T>(
    installation: Installation,
    result: anyhow::Result<T>,
) -> anyhow::Result<T> {
    let closed = installation.close().await;
    let value = result?;
    closed?;
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_defined() {
        Cli::command().debug_assert();
    }

    #[test]
    fn what_the_readme_says_to_type_is_understood() {
        test_support::assert_readme_is_understood("pulsecheck", |words| Cli::try_parse_from(words));
    }
}
