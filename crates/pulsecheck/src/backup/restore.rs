//! A backup into a database: all of it in one transaction, at the schema it was made with, then brought up to date.

use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use db::Db;
use secrecy::{ExposeSecret as _, SecretString};
use sqlx::Connection as _;

use super::archive::{self, Contents};
use super::{Manifest, backup};
use crate::data_dir::{DataDir, private_folder};
use crate::secret_key::{self, Keys};

/// Puts the backup at `path` into `db` and its key into `data`. A database in use is refused unless `force`; then what it held is first
/// written to `before-restore.tar.gz` among the backups. What was sealed with a key of before is sealed anew with the current one.
pub async fn restore(
    db: &Db,
    data: &DataDir,
    path: &Path,
    options: Options<'_>,
) -> anyhow::Result<Manifest> {
    let mut archive = archive::open(path)?;
    let mut contents = Contents::read(&mut archive)?;
    let known = db::schema::known_version();
    let needed = contents.manifest.schema_version;
    ensure!(
        needed <= known,
        "this backup has schema {needed} (PulseCheck {}), this program knows up to {known}: restore it with that version or a later one",
        contents.manifest.product_version
    );
    let keys = keys(&contents.keys, &options)?;
    let changing = keys.previous.is_some().then(|| keys.ring()).transpose()?;
    // What is there goes only for a backup that is whole.
    archive::check(path).context("nothing was changed")?;
    make_room(db, data, &options).await?;
    db::schema::migrate_to(db, needed).await?;
    fill(db, &mut contents)
        .await
        .context("nothing was restored")?;
    if options.given_key.is_none() {
        secret_key::keep_previous(data, keys.previous.as_ref())?;
        secret_key::keep(&data.secret_key(), &keys.current)?;
    }
    db::schema::migrate(db).await?;
    if let Some(ring) = changing {
        db::resealing::reseal(db, &ring).await?;
    }
    Ok(contents.manifest)
}

/// How to restore.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// Replace what is there.
    pub force: bool,
    /// `SECRET_KEY`, where the operator set it.
    pub given_key: Option<&'a SecretString>,
    /// `SECRET_KEY_PREVIOUS`, where the operator set it.
    pub given_previous: Option<&'a SecretString>,
}

/// With which keys the installation goes on: sealed values and sessions open only with those they were made with.
fn keys(ours: &Keys, options: &Options<'_>) -> anyhow::Result<Keys> {
    let Some(given) = options.given_key else {
        return Ok(ours.clone());
    };
    let is_ours =
        |key: &SecretString| key.expose_secret().trim() == ours.current.expose_secret().trim();
    if is_ours(given) {
        return Ok(ours.clone());
    }
    ensure!(
        options.given_previous.is_some_and(is_ours),
        "SECRET_KEY is set, but the backup was made with another key: unset it, set it to the one of that installation, or give that one \
         as SECRET_KEY_PREVIOUS"
    );
    ensure!(
        ours.previous.is_none(),
        "the backup was made while its key was being changed: set SECRET_KEY to the one of that installation, and change it afterwards"
    );
    Ok(Keys {
        current: given.clone(),
        previous: Some(ours.current.clone()),
    })
}

async fn make_room(db: &Db, data: &DataDir, options: &Options<'_>) -> anyhow::Result<()> {
    let mut conn = db.dedicated().await?;
    if !db::backup::is_unused(&mut conn).await? {
        if !options.force {
            bail!(
                "the database holds users or services already: restore into an empty one, or replace what is there with --force"
            );
        }
        let ours = match options.given_key {
            Some(key) => Keys {
                current: key.clone(),
                previous: options.given_previous.cloned(),
            },
            None => Keys {
                current: secret_key::find_or_make(data)?,
                previous: secret_key::find_previous(data)?,
            },
        };
        private_folder(&data.backups())?;
        let kept = data.backups().join("before-restore.tar.gz");
        backup(db, &ours, &kept).await?;
        tracing::info!(file = %kept.display(), "what the database held was backed up first");
    }
    let mut transaction = conn.begin().await?;
    db::backup::drop_everything(&mut transaction).await?;
    transaction.commit().await?;
    Ok(())
}

async fn fill(db: &Db, contents: &mut Contents<'_>) -> anyhow::Result<()> {
    let mut conn = db.dedicated().await?;
    let mut transaction = conn.begin().await?;
    let manifest = contents.manifest.clone();
    db::backup::empty(&mut transaction, &manifest.tables).await?;
    for partition in &manifest.partitions {
        db::backup::make_partition(&mut transaction, partition).await?;
    }
    for (number, table) in manifest.tables.iter().enumerate() {
        let mut rows = db::backup::copy_in(&mut transaction, table).await?;
        while let Some(piece) = contents.piece(number)? {
            rows.send(piece).await?;
        }
        rows.finish()
            .await
            .with_context(|| format!("table {}", table.name))?;
    }
    contents.check_complete()?;
    db::backup::advance_identities(&mut transaction).await?;
    transaction.commit().await?;
    Ok(())
}
