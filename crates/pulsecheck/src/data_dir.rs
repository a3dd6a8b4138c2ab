//! The folder that holds everything of one installation, and the lock that lets only one process serve from it.

pub mod share;

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

/// A data folder that exists and is private to its owner.
#[derive(Debug, Clone)]
pub struct DataDir {
    path: PathBuf,
}

/// Held while a process uses the embedded database of a data folder; given up by the kernel when that process ends, however it ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Why a lock could not be had.
#[derive(Debug)]
pub enum Locked {
    /// Another process holds it; its number where it could be read.
    ByOther(Option<u32>),
    /// The lock file could not be opened or locked at all.
    Failed(anyhow::Error),
}

/// Somebody else serves from the folder.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Running(String);

impl DataDir {
    /// Makes the folder (0700) where it is missing. Fails with a sentence when that is not possible.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
        made.with_context(|| format!("cannot make the data folder {}", path.display()))?;
        let path = fs::canonicalize(path)
            .with_context(|| format!("cannot enter the data folder {}", path.display()))?;
        Ok(Self { path })
    }

    /// Refuses a folder in which a database may be damaged whenever the network is.
    pub fn refuse_share(&self) -> anyhow::Result<()> {
        match share::of(&self.path) {
            Some(kind) => bail!("{}", on_share(&self.path, &kind)),
            None => Ok(()),
        }
    }

    /// The folder itself, as an absolute path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// PostgreSQL's own folder.
    pub fn postgres(&self) -> PathBuf {
        self.path.join("postgres")
    }

    /// Where PostgreSQL writes what it has to say.
    pub fn postgres_log(&self) -> PathBuf {
        self.path.join("postgres.log")
    }

    /// Where the database's socket lies, unless this path is too long for one.
    pub fn run(&self) -> PathBuf {
        self.path.join("run")
    }

    /// Where a backup is put before existing data is migrated.
    pub fn backups(&self) -> PathBuf {
        self.path.join("backups")
    }

    /// The key from which every signing key is derived.
    pub fn secret_key(&self) -> PathBuf {
        self.path.join("secret.key")
    }

    /// The key before that, while what it sealed and signed still counts.
    pub fn previous_key(&self) -> PathBuf {
        self.path.join("secret.key.previous")
    }

    /// What people type to open the program that served from here last.
    pub fn served_at(&self) -> Option<String> {
        let text = fs::read_to_string(self.path.join("public-url")).ok()?;
        Some(text.trim().to_owned()).filter(|url| !url.is_empty())
    }

    /// Notes what people type, for commands that make links.
    pub fn note_served_at(&self, url: &str) -> anyhow::Result<()> {
        let path = self.path.join("public-url");
        fs::write(&path, format!("{url}\n"))
            .with_context(|| format!("cannot write {}", path.display()))
    }

    /// Takes the lock without waiting.
    pub fn try_lock(&self) -> Result<Lock, Locked> {
        let path = self.path.join("lock");
        let opened = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path);
        let mut file = match opened.with_context(|| format!("cannot open {}", path.display())) {
            Ok(file) => file,
            Err(error) => return Err(Locked::Failed(error)),
        };
        match file.try_lock() {
            Ok(()) => {
                // Only a hint for the sentence that a second instance shows; the lock itself is the kernel's.
                let noted = file
                    .set_len(0)
                    .and_then(|()| write!(file, "{}", std::process::id()));
                noted.map_err(|error| Locked::Failed(error.into()))?;
                Ok(Lock { _file: file })
            }
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                file.read_to_string(&mut holder).ok();
                Err(Locked::ByOther(holder.trim().parse().ok()))
            }
            Err(TryLockError::Error(error)) => {
                Err(Locked::Failed(anyhow::Error::new(error).context(format!(
                    "cannot lock {}: is it on a network share?",
                    path.display()
                ))))
            }
        }
    }

    /// Takes the lock, or says who has it (`Running`).
    pub fn lock(&self) -> anyhow::Result<Lock> {
        match self.try_lock() {
            Ok(lock) => Ok(lock),
            Err(Locked::Failed(error)) => Err(error),
            Err(Locked::ByOther(holder)) => {
                let who = holder
                    .map(|pid| format!(" (process {pid})"))
                    .unwrap_or_default();
                let sentence = format!(
                    "PulseCheck is already running on {}{who}. Stop it first",
                    self.path.display()
                );
                Err(Running(sentence).into())
            }
        }
    }
}

fn on_share(path: &Path, kind: &str) -> String {
    format!(
        "The data folder {0} lies on a network share ({kind}), where a database is damaged when the connection breaks. Choose a folder on a \
         disk of this machine (DATA_DIR; in a container a volume of the default driver), or use a PostgreSQL elsewhere (DATABASE_URL); {0} \
         may then stay where it is.",
        path.display()
    )
}

/// Makes `path` a folder that only its owner can enter.
pub(crate) fn private_folder(path: &Path) -> anyhow::Result<()> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.and_then(|()| fs::set_permissions(path, Permissions::from_mode(0o700)))
        .with_context(|| format!("cannot make the folder {}", path.display()))
}
