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
    /// The folder that keeps them: secret-key, postgres-password and database-url
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
    /// Take the given key in place of the one that is there: for putting back a backup
    #[arg(long, requires = "secret_key")]
    replace_key: bool,
}

/// Makes the files that are missing and leaves the others as they are.
pub(super) fn run(config: &SecretsConfig) -> anyhow::Result<()> {
    let folder = &config.folder;
    let path = folder.join("secret-key");
    if config.replace_key && path.exists() {
        std::fs::remove_file(&path).context("the key cannot be replaced")?;
    }
    keep_key(&path, config.secret_key.as_ref())?;
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

/// The key that is there stays: what it sealed would be lost with it.
fn keep_key(path: &Path, given: Option<&SecretString>) -> anyhow::Result<()> {
    let given = secret::read("SECRET_KEY", given, None)?;
    match (secret::kept(path)?, given) {
        (Some(kept), Some(given)) if kept.expose_secret() != given.expose_secret() => bail!(
            "SECRET_KEY is not the key that this installation was started with, and what that one sealed would be lost. \
             Take SECRET_KEY out of the settings, or start with new volumes"
        ),
        (Some(_), _) => Ok(()),
        (None, Some(given)) => {
            Keyring::new(given.clone())?;
            make(path, given).map(drop)
        }
        (None, None) => make(path, secret::generate()?).map(drop),
    }
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
            replace_key: false,
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
}
