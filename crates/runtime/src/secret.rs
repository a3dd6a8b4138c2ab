//! Secrets: read from the environment or from a file beside it (`NAME_FILE`), made, and kept.

use std::{fs::Permissions, io::Write as _, os::unix::fs::PermissionsExt as _, path::Path};

use anyhow::{Context as _, bail};
use secrecy::{ExposeSecret as _, SecretString};

/// 256 bits, written as hexadecimal digits like `openssl rand -hex 32` does.
const BYTES: usize = 32;

/// A new secret of 64 hexadecimal digits.
pub fn generate() -> anyhow::Result<SecretString> {
    let half = || -> anyhow::Result<u128> {
        let mut bytes = [0; BYTES / 2];
        aws_lc_rs::rand::fill(&mut bytes)
            .ok()
            .context("the system gives no random bytes")?;
        Ok(u128::from_be_bytes(bytes))
    };
    Ok(format!("{:032x}{:032x}", half()?, half()?).into())
}

/// Writes `secret` to `path`, complete or not at all. `mode` says who may read it, as in `0o600`.
pub fn keep(path: &Path, secret: &SecretString, mode: u32) -> anyhow::Result<()> {
    let folder = path.parent().context("a secret needs a folder")?;
    let write = || -> anyhow::Result<()> {
        let mut file = tempfile::Builder::new()
            .permissions(Permissions::from_mode(mode))
            .tempfile_in(folder)?;
        writeln!(file, "{}", secret.expose_secret())?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok(())
    };
    write().with_context(|| format!("cannot write {}", path.display()))
}

/// The secret in a file that `keep` wrote; none where there is no file.
pub fn kept(path: &Path) -> anyhow::Result<Option<SecretString>> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(SecretString::from(text.trim().to_owned()))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// The same of a secret that need not be: an empty file is none, as a volume keeps it until there is one.
pub fn read_optional(
    name: &str,
    value: Option<&SecretString>,
    file: Option<&Path>,
) -> anyhow::Result<Option<SecretString>> {
    let is_blank =
        |path: &&Path| std::fs::read_to_string(path).is_ok_and(|text| text.trim().is_empty());
    read(name, value, file.filter(|path| !is_blank(path)))
}

/// The secret `name`, given directly or by file; none when neither is set. Empty values and empty file names count as
/// not set, as compose files and manifests write them.
pub fn read(
    name: &str,
    value: Option<&SecretString>,
    file: Option<&Path>,
) -> anyhow::Result<Option<SecretString>> {
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
