//! The whole installation in one file, and back: every table and the keys, readable without any program of PostgreSQL's.

mod archive;
mod before_migration;
mod restore;

use std::path::Path;

use anyhow::{Context as _, bail};
use chrono::{DateTime, Utc};
use db::backup::{Partition, Table};
use db::{Db, PgConnection};
use futures_util::TryStreamExt as _;
use runtime::clock::Clock;
use serde::{Deserialize, Serialize};

pub use self::before_migration::backup_then_migrate;
pub use self::restore::{Options, restore};

use self::archive::Writer;
use crate::secret_key::Keys;

/// The version of the file format, raised when an older program could not read what a newer one writes.
const FORMAT: u32 = 1;

/// What a backup says about itself; its first entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// See `FORMAT`.
    pub format: u32,
    /// The program that made it.
    pub product_version: String,
    /// The schema of the database it was made from.
    pub schema_version: i64,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// In the order in which they can be filled.
    pub tables: Vec<Table>,
    /// Ranges of partitioned tables that hold rows.
    pub partitions: Vec<Partition>,
}

/// Writes a backup of `db` to `path` (mode 0600: it holds the keys and every secret). The file appears only when it is complete.
/// Gives the number of bytes of rows in it.
pub async fn backup(db: &Db, keys: &Keys, path: &Path) -> anyhow::Result<u64> {
    let mut conn = db.dedicated().await?;
    let schema_version = db::schema::version(&mut conn).await?;
    if schema_version == 0 {
        bail!("the database is empty: there is nothing to back up");
    }
    db::backup::begin_snapshot(&mut conn).await?;
    let manifest = Manifest {
        format: FORMAT,
        product_version: env!("CARGO_PKG_VERSION").to_owned(),
        schema_version,
        made_at: Clock::System.now(),
        tables: db::backup::tables(&mut conn).await?,
        partitions: db::backup::partitions(&mut conn).await?,
    };
    let write = write(&mut conn, &manifest, keys, path);
    write
        .await
        .with_context(|| format!("cannot write the backup {}", path.display()))
}

async fn write(
    conn: &mut PgConnection,
    manifest: &Manifest,
    keys: &Keys,
    path: &Path,
) -> anyhow::Result<u64> {
    let mut writer = Writer::create(path, manifest, keys)?;
    for (number, table) in manifest.tables.iter().enumerate() {
        writer.begin_table(number);
        let mut rows = db::backup::copy_out(conn, table).await?;
        while let Some(bytes) = rows.try_next().await? {
            writer.rows(&bytes)?;
        }
        writer.flush()?;
    }
    writer.finish()
}
