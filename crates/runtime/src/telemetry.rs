//! Logs: readable on a terminal, JSON where something collects them.

use std::io::IsTerminal as _;

use clap::ValueEnum;
use tracing_subscriber::{EnvFilter, filter::LevelFilter, fmt, prelude::*};

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum LogFormat {
    /// Text on a terminal, JSON elsewhere.
    #[default]
    Auto,
    Text,
    Json,
}

/// Settings of the log.
#[derive(Clone, Debug, clap::Args)]
#[group(skip)]
#[command(next_help_heading = "Log")]
pub struct Config {
    /// What is logged: a level, or directives such as `info,worker=debug`
    #[arg(long, env = "LOG", default_value = "info", value_parser = directives)]
    pub log: String,
    /// How log lines look
    #[arg(long, env = "LOG_FORMAT", default_value = "auto")]
    pub log_format: LogFormat,
}

/// Refuses what would silently log nothing: one word that is no level would be taken for the name of a module.
fn directives(text: &str) -> Result<String, String> {
    let is_word = text.chars().all(char::is_alphabetic);
    if is_word && text.parse::<LevelFilter>().is_err() {
        return Err(format!(
            "“{text}” is no level: error, warn, info, debug, trace or off"
        ));
    }
    match EnvFilter::try_new(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// Starts logging to standard error. A second call changes nothing.
pub fn init(config: &Config) {
    let filter = EnvFilter::try_new(&config.log).unwrap_or_else(|_| EnvFilter::new("info"));
    let json = match config.log_format {
        LogFormat::Auto => !std::io::stderr().is_terminal(),
        LogFormat::Text => false,
        LogFormat::Json => true,
    };
    let registry = tracing_subscriber::registry().with(filter);
    let started = if json {
        registry
            .with(fmt::layer().json().with_writer(std::io::stderr))
            .try_init()
    } else {
        registry
            .with(fmt::layer().with_target(false).with_writer(std::io::stderr))
            .try_init()
    };
    if let Err(error) = started {
        tracing::debug!(%error, "logging was already started");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_level_is_named() {
        for good in [
            "info",
            "WARN",
            "off",
            "info,worker=debug",
            "db=trace",
            "info,worker",
        ] {
            assert_eq!(directives(good).as_deref(), Ok(good));
        }
        let refused = directives("debgu").unwrap_err();
        assert!(refused.contains("“debgu” is no level"), "{refused}");
        assert!(directives("worker=loud").is_err());
    }
}
