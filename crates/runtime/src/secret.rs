//! Secrets from the environment or from a file beside it (`NAME_FILE`).

use std::path::Path;

use anyhow::{Context as _, bail};
use secrecy::SecretString;

/// The secret `name`, given directly or by file; none when neither is set. Empty values and empty file names count as
/// not set, as compose files and manifests write them.
pub fn read(
    name: &str,
    value: Option<&SecretString>,
    file: Option<&Path>,
) -> anyhow::Result<Option<SecretString>> {
    use secrecy::ExposeSecret as _;
    let value = value.filter(|secret| !secret.expose_secret().trim().is_empty());
    let file = file.filter(|path| !path.as_os_str().is_empty());
    match (value, file) {
        (Some(_), Some(_)) => bail!("{name} and {name}_FILE are both set; keep one"),
        (Some(secret), None) => Ok(Some(secret.clone())),
        (None, Some(path)) => {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("{name}_FILE: cannot read {}", path.display()))?;
            let text = text.trim_end_matches(['\n', '\r']);
            if text.is_empty() {
                bail!("{name}_FILE: {} is empty", path.display());
            }
            Ok(Some(SecretString::from(text.to_owned())))
        }
        (None, None) => Ok(None),
    }
}
