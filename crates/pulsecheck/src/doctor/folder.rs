//! The data folder: whether it is ours, private, on a disk of this machine, and has room; and the key in it.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;

use secrecy::{ExposeSecret as _, SecretString};

use super::Finding;
use crate::data_dir::{DataDir, share};
use crate::installation::Settings;
use crate::secret_key::{self, Keys};

/// Below this much free disk PostgreSQL may stop any hour.
const LITTLE: u64 = 256 << 20;
/// Below this much it is time to think.
const SCARCE: u64 = 2 << 30;

pub(super) fn examine(settings: &Settings) -> Vec<Finding> {
    if !settings.data_dir.exists() {
        let text = format!(
            "{} does not exist; the first start makes it. Is DATA_DIR right?",
            settings.data_dir.display()
        );
        return vec![Finding::odd("folder", text)];
    }
    let data = match DataDir::open(&settings.data_dir) {
        Ok(data) => data,
        Err(error) => return vec![Finding::failure("folder", &error)],
    };
    vec![
        rights(data.path()),
        disk(data.path()),
        examine_share(settings, &data),
        key(settings, &data),
    ]
}

fn rights(path: &Path) -> Finding {
    let shown = path.display();
    match (tempfile::tempfile_in(path), path.metadata()) {
        (Err(error), _) => Finding::wrong(
            "folder",
            format!(
                "{shown} cannot be written: {error}. Give it to yourself:\n    sudo chown -R \"$(id -u)\" {shown}"
            ),
        ),
        (_, Ok(metadata)) if metadata.permissions().mode() & 0o066 != 0 => Finding::odd(
            "folder",
            format!(
                "other users can read {shown}, which holds every secret. Type:\n    chmod go= {shown}"
            ),
        ),
        (_, Ok(metadata)) => Finding::good(
            "folder",
            format!(
                "{shown} (user {}, mode {:o})",
                metadata.uid(),
                metadata.permissions().mode() & 0o777
            ),
        ),
        (_, Err(error)) => Finding::wrong("folder", format!("{shown}: {error}")),
    }
}

fn disk(path: &Path) -> Finding {
    let Ok(figures) = rustix::fs::statvfs(path) else {
        return Finding::odd("disk", "the free space cannot be read");
    };
    let free = figures.f_bavail.saturating_mul(figures.f_frsize);
    let text = format!(
        "{}.{} GB free",
        free >> 30,
        ((free >> 20) % 1024) * 10 / 1024
    );
    match free {
        _ if free < LITTLE => Finding::wrong(
            "disk",
            format!(
                "only {text}: the database will stop. Make room, or move the folder (DATA_DIR)"
            ),
        ),
        _ if free < SCARCE => Finding::odd("disk", format!("only {text}")),
        _ => Finding::good("disk", text),
    }
}

/// A database on a network share is damaged when the network is.
fn examine_share(settings: &Settings, data: &DataDir) -> Finding {
    match share::of(data.path()) {
        None => Finding::good("share", "the folder is on a disk of this machine"),
        Some(kind) if matches!(settings.external(), Ok(Some(_))) => Finding::good(
            "share",
            format!("the folder is on a network share ({kind}); the database is elsewhere"),
        ),
        Some(kind) => Finding::wrong(
            "share",
            format!(
                "the folder is on a network share ({kind}), where a database is damaged when the connection breaks. Choose a local DATA_DIR"
            ),
        ),
    }
}

/// A key that the operator gives, and the one before.
fn given(settings: &Settings, key: SecretString) -> Finding {
    let keys = settings.given_previous().and_then(|previous| {
        let keys = Keys {
            current: key,
            previous,
        };
        keys.ring()
    });
    match keys.map(|ring| ring.previous().is_some()) {
        Err(error) => Finding::failure("key", &error),
        Ok(false) => Finding::good("key", "given by SECRET_KEY"),
        Ok(true) => Finding::good(
            "key",
            "given by SECRET_KEY, the one before by SECRET_KEY_PREVIOUS",
        ),
    }
}

fn key(settings: &Settings, data: &DataDir) -> Finding {
    let shortest = runtime::seal::SHORTEST_SECRET;
    match settings.given_key() {
        Err(error) => return Finding::failure("key", &error),
        Ok(Some(key)) if key.expose_secret().len() < shortest => {
            return Finding::wrong(
                "key",
                format!(
                    "SECRET_KEY is shorter than {shortest} characters; `openssl rand -hex 32` makes one"
                ),
            );
        }
        Ok(Some(key)) => return given(settings, key),
        Ok(None) => {}
    }
    let path = data.secret_key();
    match (secret_key::find(data), path.metadata()) {
        (Err(error), _) => Finding::failure("key", &error),
        (Ok(Some(key)), _) if key.expose_secret().len() < shortest => Finding::wrong(
            "key",
            format!("{} is damaged: put it back from a backup", path.display()),
        ),
        (Ok(Some(_)), Ok(metadata)) if metadata.permissions().mode() & 0o077 != 0 => Finding::odd(
            "key",
            format!(
                "other users can read the key. Type:\n    chmod 600 {}",
                path.display()
            ),
        ),
        (Ok(Some(_)), _) => Finding::good("key", path.display().to_string()),
        (Ok(None), _) => Finding::good("key", "none yet; the first start makes one"),
    }
}
