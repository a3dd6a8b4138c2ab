//! The installation's secret: given by the operator, or made once and kept in the data folder.

use std::path::Path;

use runtime::secret;
use secrecy::SecretString;

use crate::data_dir::DataDir;

/// The key of this data folder, if it has one.
pub fn find(data: &DataDir) -> anyhow::Result<Option<SecretString>> {
    secret::kept(&data.secret_key())
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

    use secrecy::ExposeSecret as _;

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
