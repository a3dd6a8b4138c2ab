//! One installation, opened: its data folder, and its database whether embedded, already running or somewhere else.

use std::path::PathBuf;

use anyhow::{Context as _, bail, ensure};
use db::Db;
use secrecy::{ExposeSecret as _, SecretString};

use crate::data_dir::{DataDir, Locked};
use crate::postgres::{self, Embedded};
use crate::secret_key::{self, Keys};
use crate::{backup, output};

/// As many as `api` and `worker` have by themselves; the embedded server accepts a hundred.
const CONNECTIONS: u32 = OF_API + 8;
const OF_API: u32 = 16;

/// Where the installation is.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Installation")]
pub struct Settings {
    /// Folder of this installation: database, key, backups
    #[arg(
        long,
        env = "DATA_DIR",
        default_value = "./data",
        value_name = "FOLDER",
        global = true
    )]
    pub data_dir: PathBuf,
    /// A PostgreSQL to use instead of the embedded one
    #[arg(
        long,
        env = "DATABASE_URL",
        hide_env_values = true,
        value_name = "URL",
        global = true
    )]
    pub database_url: Option<SecretString>,
    /// File that holds the above
    #[arg(long, env = "DATABASE_URL_FILE", value_name = "FILE", global = true)]
    pub database_url_file: Option<PathBuf>,
    /// Folder with the programs postgres and initdb; without it they are looked for
    #[arg(long, env = "PG_BIN_DIR", value_name = "FOLDER", global = true)]
    pub pg_bin_dir: Option<PathBuf>,
    /// Secret of at least 32 characters from which all keys are derived; without it one is made and kept in the data folder
    #[arg(
        long,
        env = "SECRET_KEY",
        hide_env_values = true,
        value_name = "SECRET",
        global = true
    )]
    pub secret_key: Option<SecretString>,
    /// File that holds the above
    #[arg(long, env = "SECRET_KEY_FILE", value_name = "FILE", global = true)]
    pub secret_key_file: Option<PathBuf>,
    /// The secret before `SECRET_KEY`, while that is being changed: what it sealed and signed still counts. Where the key is kept in
    /// the data folder, `pulsecheck change-key` does all of it
    #[arg(
        long,
        env = "SECRET_KEY_PREVIOUS",
        hide_env_values = true,
        value_name = "SECRET",
        global = true
    )]
    pub secret_key_previous: Option<SecretString>,
    /// File that holds the above; an empty one counts as not set
    #[arg(
        long,
        env = "SECRET_KEY_PREVIOUS_FILE",
        value_name = "FILE",
        global = true
    )]
    pub secret_key_previous_file: Option<PathBuf>,
}

/// How an installation is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Nobody else may use the embedded database meanwhile.
    Alone,
    /// Beside a running PulseCheck, or with a database started for the moment.
    Beside,
}

/// An opened installation.
#[derive(Debug)]
pub struct Installation {
    /// Its folder.
    pub data: DataDir,
    /// Its database.
    pub db: Db,
    /// Where that is. Contains a password where the operator's URL does.
    pub url: SecretString,
    /// Given by the operator instead of the one in the folder.
    pub given_key: Option<SecretString>,
    /// The one before, given by the operator.
    pub given_previous: Option<SecretString>,
    embedded: Option<Embedded>,
}

impl Settings {
    /// The operator's own PostgreSQL, if there is one.
    pub fn external(&self) -> anyhow::Result<Option<SecretString>> {
        runtime::secret::read(
            "DATABASE_URL",
            self.database_url.as_ref(),
            self.database_url_file.as_deref(),
        )
    }

    /// The operator's own secret, if it was given.
    pub fn given_key(&self) -> anyhow::Result<Option<SecretString>> {
        runtime::secret::read(
            "SECRET_KEY",
            self.secret_key.as_ref(),
            self.secret_key_file.as_deref(),
        )
    }

    /// The operator's own secret of before, if it was given.
    pub fn given_previous(&self) -> anyhow::Result<Option<SecretString>> {
        runtime::secret::read_optional(
            "SECRET_KEY_PREVIOUS",
            self.secret_key_previous.as_ref(),
            self.secret_key_previous_file.as_deref(),
        )
    }

    /// Whether there is something to open: another database than the embedded one, or that has been made.
    pub fn is_made(&self) -> anyhow::Result<bool> {
        if self.external()?.is_some() {
            return Ok(true);
        }
        let made = self.data_dir.join("postgres").try_exists();
        made.with_context(|| format!("cannot look into {}", self.data_dir.display()))
    }

    /// Opens an installation that has to be there: whoever mistypes its folder should not get a new one.
    pub async fn open_existing(&self, access: Access) -> anyhow::Result<Installation> {
        ensure!(
            self.is_made()?,
            "There is no installation in {}. Name its folder, as in\n    DATA_DIR=/srv/pulsecheck {} …\nA new one is made by the first start.",
            self.data_dir.display(),
            output::program()
        );
        self.open(access).await
    }

    /// Opens the installation; starts the embedded database where one is needed and none runs.
    pub async fn open(&self, access: Access) -> anyhow::Result<Installation> {
        let data = DataDir::open(&self.data_dir)?;
        let (url, embedded) = match self.external()? {
            Some(url) => (url, None),
            None => self.embedded(&data, access).await?,
        };
        let db = Db::new(url.expose_secret(), "pulsecheck", CONNECTIONS).context("DATABASE_URL")?;
        let db = db.with_readers(db::readers_among(OF_API));
        let (given_key, given_previous) = (self.given_key()?, self.given_previous()?);
        Ok(Installation {
            data,
            db,
            url,
            given_key,
            given_previous,
            embedded,
        })
    }

    async fn embedded(
        &self,
        data: &DataDir,
        access: Access,
    ) -> anyhow::Result<(SecretString, Option<Embedded>)> {
        data.refuse_share()?;
        let lock = match (access, data.try_lock()) {
            (_, Ok(lock)) => lock,
            (Access::Alone, Err(_)) => data.lock()?,
            (Access::Beside, Err(Locked::ByOther(_))) => {
                return Ok((postgres::running(data).await?.into(), None));
            }
            (Access::Beside, Err(Locked::Failed(error))) => return Err(error),
        };
        let bin_dir = self
            .pg_bin_dir
            .as_deref()
            .filter(|path| !path.as_os_str().is_empty());
        let embedded = Embedded::start(data, lock, bin_dir).await?;
        Ok((embedded.url().into(), Some(embedded)))
    }
}

impl Installation {
    /// The secret from which all keys are derived.
    pub fn key(&self) -> anyhow::Result<SecretString> {
        match &self.given_key {
            Some(key) => Ok(key.clone()),
            None => secret_key::find_or_make(&self.data),
        }
    }

    /// The secret before that, while it still counts.
    pub fn previous_key(&self) -> anyhow::Result<Option<SecretString>> {
        match (&self.given_previous, &self.given_key) {
            (Some(key), _) => Ok(Some(key.clone())),
            (None, Some(_)) => Ok(None),
            (None, None) => secret_key::find_previous(&self.data),
        }
    }

    /// Both of them, as a backup keeps them.
    pub fn keys(&self) -> anyhow::Result<Keys> {
        Ok(Keys {
            current: self.key()?,
            previous: self.previous_key()?,
        })
    }

    /// Brings the schema up to date where nobody else uses the database, and refuses to go on with a schema that is not ours.
    pub async fn ready_schema(&self) -> anyhow::Result<()> {
        if self.embedded.is_some() {
            return backup::backup_then_migrate(&self.db, &self.data, &self.keys()?).await;
        }
        let mut conn = self
            .db
            .dedicated()
            .await
            .context("cannot reach the database")?;
        match db::schema::check(&mut conn).await {
            Err(db::Error::NotMigrated) => {
                bail!(
                    "the database is older than this program. Type:\n    {} migrate",
                    output::program()
                )
            }
            other => Ok(other?),
        }
    }

    /// Gives back connections, then ends the embedded database.
    pub async fn close(self) -> anyhow::Result<()> {
        self.db.close().await;
        match self.embedded {
            Some(embedded) => embedded.stop().await,
            None => Ok(()),
        }
    }
}
