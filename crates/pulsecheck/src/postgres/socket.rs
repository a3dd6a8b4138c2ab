//! Where the database's Unix socket lies: in the data folder, or in a short private one when that path is too long for a socket.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use tempfile::TempDir;

use super::Account;
use crate::data_dir::{DataDir, private_folder};

/// The longest path of a socket: `sun_path` holds 104 bytes on macOS and 108 on Linux, the last of them zero.
const LONGEST: usize = 103;

/// A folder for the socket that only the account can enter.
#[derive(Debug)]
pub(super) enum SocketDir {
    /// Inside the data folder.
    Data(PathBuf),
    /// Removed when the server is.
    Temporary(TempDir),
}

impl SocketDir {
    pub(super) fn make(data: &DataDir, account: &Account) -> anyhow::Result<Self> {
        let folder = data.run();
        let made = if fits(&folder) {
            // Whatever a killed server left there would stop the next one; that server has been ended before we come here.
            if folder.exists() {
                std::fs::remove_dir_all(&folder)
                    .with_context(|| format!("cannot empty {}", folder.display()))?;
            }
            private_folder(&folder)?;
            Self::Data(folder)
        } else {
            let temporary = tempfile::Builder::new().prefix("pulsecheck-").tempdir();
            Self::Temporary(temporary.context("cannot make a folder for the database's socket")?)
        };
        account.own(made.path())?;
        Ok(made)
    }

    pub(super) fn path(&self) -> &Path {
        match self {
            Self::Data(path) => path,
            Self::Temporary(folder) => folder.path(),
        }
    }
}

fn fits(folder: &Path) -> bool {
    folder.join(".s.PGSQL.5432").as_os_str().len() <= LONGEST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_fits_up_to_the_last_byte_of_sun_path() {
        let room = LONGEST - "/.s.PGSQL.5432".len();
        assert!(fits(Path::new(&format!("/{}", "a".repeat(room - 1)))));
        assert!(!fits(Path::new(&format!("/{}", "a".repeat(room)))));
    }
}
