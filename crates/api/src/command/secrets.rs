//! `api secrets`: makes what an installation of several containers has to keep secret, once.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use runtime::{seal::Keyring, secret};
use secrecy::{ExposeSecret as _, SecretString};

/// The owner and the group: PostgreSQL's container belongs to the group only.
const MODE: u32 = 0o440;

/// Settings of `secrets`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct SecretsConfig {
    /// The folder that keeps them: secret-key, secret-key-previous, postgres-password and database-url
    folder: PathBuf,
    /// Where PostgreSQL will be, as in pulsecheck@postgres:5432/pulsecheck
    #[arg(long, value_name = "USER@HOST:PORT/NAME")]
    database: String,
    /// The key of the installation, instead of one that is made
    #[arg(
        long,
        env = "SECRET_KEY",
        hide_env_values = true,
        value_name = "SECRET"
    )]
    secret_key: Option<SecretString>,
    /// The key before that, which the folder keeps beside it
    #[arg(
        long,
        env = "SECRET_KEY_PREVIOUS",
        hide_env_values = true,
        value_name = "SECRET"
    )]
    secret_key_previous: Option<SecretString>,
    /// Take the given keys in place of those that are there: for putting back a backup
    #[arg(long, requires = "secret_key")]
    replace_key: bool,
    /// Take another key, the given one or one that is made; the one that is there becomes the previous one
    #[arg(long, conflicts_with = "replace_key")]
    change_key: bool,
    /// Forget the previous key
    #[arg(long, conflicts_with_all = ["replace_key", "change_key"])]
    forget_previous_key: bool,
}

/// Makes the files that are missing and leaves the others as they are.
pub(super) fn run(config: &SecretsConfig) -> anyhow::Result<()> {
    let folder = &config.folder;
    keep_keys(folder, config)?;
    let path = folder.join("postgres-password");
    let password = match secret::kept(&path)? {
        Some(password) => password,
        None => make(&path, secret::generate()?)?,
    };
    let Some((user, place)) = config.database.split_once('@') else {
        bail!("--database is not of the form USER@HOST:PORT/NAME");
    };
    let url = format!("postgres://{user}:{}@{place}", password.expose_secret());
    make(&folder.join("database-url"), url.into())?;
    Ok(())
}

/// The key that is there stays, or becomes the previous one: what it sealed would be lost with it.
fn keep_keys(folder: &Path, config: &SecretsConfig) -> anyhow::Result<()> {
    let (path, before) = (
        folder.join("secret-key"),
        folder.join("secret-key-previous"),
    );
    let given = secret::read("SECRET_KEY", config.secret_key.as_ref(), None)?;
    let previous = config.secret_key_previous.as_ref();
    let previous = secret::read("SECRET_KEY_PREVIOUS", previous, None)?;
    for key in given.iter().chain(&previous) {
        Keyring::new(key.clone())?;
    }
    let new = || given.clone().map_or_else(secret::generate, Ok);
    let Some(kept) = secret::kept(&path)? else {
        make(&before, previous.unwrap_or_default())?;
        return make(&path, new()?).map(drop);
    };
    let is_kept = |key: &SecretString| key.expose_secret() == kept.expose_secret();
    let is_another = given.as_ref().is_some_and(|given| !is_kept(given));
    if config.replace_key {
        make(&before, previous.unwrap_or_default())?;
        make(&path, new()?)?;
    } else if config.change_key || is_another && previous.as_ref().is_some_and(is_kept) {
        // In this order: whatever interrupts it, both files together open everything.
        make(&before, kept)?;
        make(&path, new()?)?;
    } else if is_another {
        bail!(
            "SECRET_KEY is not the key that this installation was started with, and what that one sealed would be lost. \
             Give that one as SECRET_KEY_PREVIOUS, take SECRET_KEY out of the settings, or start with new volumes"
        );
    } else if config.forget_previous_key || previous.is_some() || !before.exists() {
        make(&before, previous.unwrap_or_default())?;
    }
    Ok(())
}

fn make(path: &Path, secret: SecretString) -> anyhow::Result<SecretString> {
    secret::keep(path, &secret, MODE).context("the folder of secrets has to be writable by us")?;
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn config(folder: &Path, key: Option<&str>) -> SecretsConfig {
        SecretsConfig {
            folder: folder.to_owned(),
            database: "ann@db:5432/watch".into(),
            secret_key: key.map(Into::into),
            secret_key_previous: None,
            replace_key: false,
            change_key: false,
            forget_previous_key: false,
        }
    }

    fn read(folder: &Path, name: &str) -> String {
        let text = fs::read_to_string(folder.join(name)).expect(name);
        text.trim().to_owned()
    }

    #[test]
    fn a_second_start_finds_the_secrets_of_the_first() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path();
        run(&config(path, Some(""))).expect("made");
        let (key, password) = (read(path, "secret-key"), read(path, "postgres-password"));
        assert_ne!(key, password);
        assert_eq!(
            read(path, "database-url"),
            format!("postgres://ann:{password}@db:5432/watch")
        );
        run(&config(path, None)).expect("kept");
        assert_eq!(read(path, "secret-key"), key);
        assert_eq!(read(path, "postgres-password"), password);
    }

    #[test]
    fn another_key_than_the_first_one_is_refused_and_a_short_one_never_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path();
        assert!(run(&config(path, Some("short"))).is_err());
        assert!(!path.join("secret-key").exists());
        let (first, second) = ("1".repeat(32), "2".repeat(32));
        run(&config(path, Some(&first))).expect("kept");
        let error = run(&config(path, Some(&second))).expect_err("refused");
        assert!(error.to_string().contains("new volumes"), "{error}");
        assert_eq!(read(path, "secret-key"), first);
        let mut with_backup = config(path, Some(&second));
        with_backup.replace_key = true;
        run(&with_backup).expect("replaced");
        assert_eq!(read(path, "secret-key"), second);
    }

    #[test]
    fn a_changed_key_leaves_the_one_before_beside_it_until_that_is_forgotten() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path();
        run(&config(path, None)).expect("made");
        let first = read(path, "secret-key");
        assert_eq!(read(path, "secret-key-previous"), "");
        let mut change = config(path, None);
        change.change_key = true;
        run(&change).expect("changed");
        let second = read(path, "secret-key");
        assert_ne!(second, first);
        assert_eq!(read(path, "secret-key-previous"), first);
        run(&config(path, None)).expect("kept");
        assert_eq!(read(path, "secret-key-previous"), first);
        let third = "3".repeat(32);
        let mut given = config(path, Some(&third));
        given.secret_key_previous = Some(second.clone().into());
        run(&given).expect("changed by settings");
        run(&given).expect("and only once");
        assert_eq!(read(path, "secret-key"), third);
        assert_eq!(read(path, "secret-key-previous"), second);
        let mut forget = config(path, Some(&third));
        forget.forget_previous_key = true;
        run(&forget).expect("forgotten");
        assert_eq!(read(path, "secret-key-previous"), "");
    }

    #[test]
    fn a_backup_brings_its_previous_key_and_takes_away_the_one_that_was_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path();
        run(&config(path, Some(&"1".repeat(32)))).expect("made");
        let mut put_back = config(path, Some(&"3".repeat(32)));
        put_back.replace_key = true;
        put_back.secret_key_previous = Some("2".repeat(32).into());
        run(&put_back).expect("replaced");
        assert_eq!(read(path, "secret-key-previous"), "2".repeat(32));
        put_back.secret_key_previous = None;
        run(&put_back).expect("replaced");
        assert_eq!(read(path, "secret-key-previous"), "");
    }
}
