//! One backup before existing data is migrated; the last three are kept.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use db::Db;
use runtime::clock::Clock;

use super::backup;
use crate::data_dir::{DataDir, private_folder};
use crate::secret_key::Keys;

/// How many are kept.
const KEPT: usize = 3;
const PREFIX: &str = "before-schema-";

/// Brings the schema up to date; existing data is backed up first, and a newer schema is refused.
pub async fn backup_then_migrate(db: &Db, data: &DataDir, keys: &Keys) -> anyhow::Result<()> {
    let mut conn = db.dedicated().await?;
    let (found, known) = (
        db::schema::version(&mut conn).await?,
        db::schema::known_version(),
    );
    drop(conn);
    if found == known {
        return Ok(());
    }
    if found != 0 && found < known {
        let folder = data.backups();
        private_folder(&folder)?;
        let path = folder.join(format!(
            "{PREFIX}{known}-{}.tar.gz",
            Clock::System.now().format("%Y%m%dT%H%M%S%3fZ")
        ));
        tracing::info!(file = %path.display(), "backing up before the database is migrated from schema {found} to {known}");
        backup(db, keys, &path).await?;
        forget_old(&folder)?;
    }
    db::schema::migrate(db).await?;
    Ok(())
}

/// Names end in the time, so the newest sort last among those of one schema; schemas only rise.
fn forget_old(folder: &Path) -> anyhow::Result<()> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let is_ours = |path: &PathBuf| {
        path.file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with(PREFIX))
    };
    let mut backups: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(is_ours)
        .collect();
    backups.sort_by_key(|path| {
        path.metadata()
            .and_then(|metadata| metadata.modified())
            .ok()
    });
    for old in backups.iter().rev().skip(KEPT) {
        fs::remove_file(old).with_context(|| format!("cannot remove {}", old.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_three_are_kept_and_other_files_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let mine = folder.path().join("mine.tar.gz");
        fs::write(&mine, "").unwrap();
        let start = mine.metadata().unwrap().modified().unwrap();
        let names: Vec<PathBuf> = (0..5)
            .map(|n| folder.path().join(format!("{PREFIX}{n}-x.tar.gz")))
            .collect();
        for (age, name) in names.iter().rev().enumerate() {
            let file = fs::File::create(name).unwrap();
            file.set_modified(start - std::time::Duration::from_secs(age as u64))
                .unwrap();
        }
        forget_old(folder.path()).unwrap();
        let left: Vec<bool> = names.iter().map(|name| name.exists()).collect();
        assert_eq!(left, [false, false, true, true, true]);
        assert!(mine.exists());
    }
}
