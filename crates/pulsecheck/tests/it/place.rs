//! An installation in a folder of its own, for one test.

use std::path::PathBuf;

use pulsecheck::data_dir::DataDir;
use pulsecheck::installation::{Access, Installation, Settings};
use sqlx::{Connection as _, PgConnection, Row as _};
use tempfile::TempDir;

pub(crate) struct Place {
    pub(crate) folder: TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn data(&self) -> DataDir {
        DataDir::open(&self.path("data")).unwrap()
    }

    pub(crate) fn settings(&self) -> Settings {
        Settings {
            data_dir: self.path("data"),
            database_url: None,
            database_url_file: None,
            pg_bin_dir: None,
            secret_key: None,
            secret_key_file: None,
            secret_key_previous: None,
            secret_key_previous_file: None,
        }
    }

    pub(crate) async fn open(&self) -> Installation {
        self.settings().open(Access::Alone).await.unwrap()
    }
}

/// The first column of the first row, as text.
pub(crate) async fn ask(url: &str, sql: &str) -> String {
    let mut connection = PgConnection::connect(url).await.unwrap();
    let row = sqlx::query(sqlx::AssertSqlSafe(sql.to_owned()))
        .fetch_one(&mut connection)
        .await
        .unwrap();
    row.get::<String, _>(0)
}

pub(crate) async fn tell(url: &str, sql: &str) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned()))
        .execute(&mut connection)
        .await
        .unwrap();
}
