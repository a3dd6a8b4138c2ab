//! The data folder of PostgreSQL: made once, completely or not at all.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail};

use super::account::name_ourselves;
use super::{Account, Binaries, NAME};
use crate::data_dir::{DataDir, private_folder};

/// Leaves a folder alone that holds something else.
pub(super) fn refuse_foreign(folder: &Path) -> anyhow::Result<()> {
    let is_full = folder
        .read_dir()
        .is_ok_and(|mut entries| entries.next().is_some());
    if is_full && !folder.join("PG_VERSION").exists() {
        bail!(
            "{} is neither empty nor a PostgreSQL data folder. Move it away, or choose another DATA_DIR.",
            folder.display()
        );
    }
    Ok(())
}

/// Makes the data folder where there is none. A first start that is interrupted leaves nothing behind that the next would take for data:
/// it is made under another name and renamed.
pub(super) fn ensure(data: &DataDir, account: &Account, binaries: &Binaries) -> anyhow::Result<()> {
    let folder = data.postgres();
    if folder.join("PG_VERSION").exists() {
        return Ok(());
    }
    let unfinished = data.path().join("postgres.new");
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished)
            .with_context(|| format!("cannot remove {}", unfinished.display()))?;
    }
    private_folder(&unfinished)?;
    account.own(&unfinished)?;
    if let Account::User { .. } = account {
        // Root's secrets beside it are 0600; the other user has to get past this folder to reach its own.
        let passable = std::os::unix::fs::PermissionsExt::from_mode(0o711);
        fs::set_permissions(data.path(), passable)
            .context("cannot open the data folder for PostgreSQL's user")?;
        account.check_entry(&unfinished)?;
    }
    init(&unfinished, account, binaries)?;
    if folder.exists() {
        fs::remove_dir(&folder).with_context(|| format!("cannot replace {}", folder.display()))?;
    }
    fs::rename(&unfinished, &folder).with_context(|| format!("cannot make {}", folder.display()))
}

fn init(folder: &Path, account: &Account, binaries: &Binaries) -> anyhow::Result<()> {
    let mut command = account.command(&binaries.program("initdb"));
    let names = tempfile::tempdir_in(folder.parent().unwrap_or(folder))
        .context("cannot write to the data folder")?;
    if *account == Account::Own {
        name_ourselves(&mut command, names.path())?;
    }
    command.arg("--pgdata").arg(folder).args([
        "--username",
        NAME,
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C",
        "--data-checksums",
    ]);
    let output = command
        .current_dir(folder)
        .output()
        .context("cannot run initdb")?;
    if !output.status.success() {
        let said = [output.stdout, output.stderr].concat();
        bail!(
            "initdb could not prepare {}:\n{}",
            folder.display(),
            String::from_utf8_lossy(&said).trim()
        );
    }
    Ok(())
}
