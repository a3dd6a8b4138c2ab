//! The installation's secret: given by the operator, or made once and kept in the data folder.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use anyhow::Context as _;
use secrecy::{ExposeSecret as _, SecretString};

use crate::data_dir::DataDir;

/// 256 bits, written as hexadecimal digits like `openssl rand -hex 32` does.
const BYTES: usize = 32;

/// The key of this data folder, if it has one.
pub fn find(data: &DataDir) -> anyhow::Result<Option<SecretString>> {
    let path = data.secret_key();
    match fs::read_to_string(&path) {
        Ok(text) => Ok(Some(SecretString::from(text.trim().to_owned()))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// The key of this data folder; makes one where there is none.
pub fn find_or_make(data: &DataDir) -> anyhow::Result<SecretString> {
    if let Some(key) = find(data)? {
        return Ok(key);
    }
    let half = || -> anyhow::Result<u128> {
        let mut bytes = [0; BYTES / 2];
        aws_lc_rs::rand::fill(&mut bytes)
            .ok()
            .context("the system gives no random bytes")?;
        Ok(u128::from_be_bytes(bytes))
    };
    let key = format!("{:032x}{:032x}", half()?, half()?);
    let key = SecretString::from(key);
    keep(&data.secret_key(), &key)?;
    Ok(key)
}

/// Writes `key` to `path`, complete or not at all, readable by its owner alone.
pub fn keep(path: &Path, key: &SecretString) -> anyhow::Result<()> {
    let folder = path.parent().context("a key needs a folder")?;
    let write = || -> anyhow::Result<()> {
        let mut file = tempfile::Builder::new()
            .permissions(fs::Permissions::from_mode(0o600))
            .tempfile_in(folder)?;
        writeln!(file, "{}", key.expose_secret())?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok(())
    };
    write().with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_is_private() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataDir::open(folder.path()).unwrap();
        assert!(find(&data).unwrap().is_none());
        let made = find_or_make(&data).unwrap();
        assert_eq!(made.expose_secret().len(), 2 * BYTES);
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
