//! The installation's secret: given by the operator, or made once and kept in the data folder.

use std::path::Path;

use anyhow::Context as _;
use runtime::{seal::Keyring, secret};
use secrecy::{ExposeSecret as _, SecretString};

use crate::data_dir::DataDir;

/// The secret of an installation, and while it is being changed the one before.
#[derive(Clone, Debug)]
pub struct Keys {
    pub current: SecretString,
    pub previous: Option<SecretString>,
}

impl Keys {
    /// What seals with the one and opens with both.
    pub fn ring(&self) -> anyhow::Result<Keyring> {
        Keyring::new(self.current.clone())?.with_previous(self.previous.clone())
    }
}

/// The key of this data folder, if it has one.
pub fn find(data: &DataDir) -> anyhow::Result<Option<SecretString>> {
    secret::kept(&data.secret_key())
}

/// The key of this data folder before the one it has, while that still counts.
pub fn find_previous(data: &DataDir) -> anyhow::Result<Option<SecretString>> {
    Ok(secret::kept(&data.previous_key())?.filter(|key| !key.expose_secret().is_empty()))
}

/// Makes a new key; the one that is there becomes the previous one. Whatever interrupts it, both files together open everything
/// that either key sealed.
pub fn change(data: &DataDir) -> anyhow::Result<Keys> {
    let previous = find_or_make(data)?;
    keep(&data.previous_key(), &previous)?;
    let current = secret::generate()?;
    keep(&data.secret_key(), &current)?;
    Ok(Keys {
        current,
        previous: Some(previous),
    })
}

/// Keeps the key before, or forgets it.
pub fn keep_previous(data: &DataDir, key: Option<&SecretString>) -> anyhow::Result<()> {
    let path = data.previous_key();
    match key {
        Some(key) => keep(&path, key),
        None if path.exists() => {
            std::fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))
        }
        None => Ok(()),
    }
}

/// The key of this data folder; makes one where there is none.
pub fn find_or_make(data: &DataDir) -> anyhow::Result<SecretString> {
    if let Some(key) = find(data)? {
        return Ok(key);
    }
    let key = secret::generate()?;
    keep(&data.secret_key(), &key)?;
    Ok(key)
}

/// Writes `key` to `path`, complete or not at all, readable by its owner alone.
pub fn keep(path: &Path, key: &SecretString) -> anyhow::Result<()> {
    secret::keep(path, key, 0o600)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_key_is_made_once_and_is_private() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataDir::open(folder.path()).unwrap();
        assert!(find(&data).unwrap().is_none());
        let made = find_or_make(&data).unwrap();
        assert_eq!(made.expose_secret().len(), 64);
        assert_eq!(
            find_or_make(&data).unwrap().expose_secret(),
            made.expose_secret()
        );
        assert_eq!(
            data.secret_key().metadata().unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
}
