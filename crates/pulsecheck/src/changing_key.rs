//! `pulsecheck change-key`: another key in the place of the one in the data folder, and everything sealed anew with it.

use anyhow::{bail, ensure};
use chrono::TimeDelta;
use db::resealing;

use crate::cli::close_after;
use crate::installation::{Access, Installation, Settings};
use crate::output::tell;
use crate::secret_key::{self, Keys};

/// Whoever was heard of within this time runs.
const LIVE: TimeDelta = TimeDelta::seconds(10);

/// Settings of `change-key`.
#[derive(Clone, Debug, clap::Args)]
pub struct Config {
    /// Change nothing but forget the key before: sessions, links in messages and calendar addresses of its time end
    #[arg(long)]
    forget_previous: bool,
}

/// Changes the key, or ends a change.
pub async fn run(settings: &Settings, config: &Config) -> anyhow::Result<()> {
    ensure!(
        settings.given_key()?.is_none(),
        "this installation is given its key: set SECRET_KEY to a new one and SECRET_KEY_PREVIOUS to the one it has, and start again"
    );
    let installation = settings.open_existing(Access::Alone).await?;
    let result = change(&installation, config.forget_previous).await;
    let said = close_after(installation, result).await?;
    tell(said);
    Ok(())
}

async fn change(installation: &Installation, forget: bool) -> anyhow::Result<&'static str> {
    installation.ready_schema().await?;
    refuse_running(installation).await?;
    let keys = installation.keys()?;
    if keys.previous.is_some() {
        // What an interrupted change left behind.
        seal_anew(installation, &keys).await?;
    }
    if forget {
        secret_key::keep_previous(&installation.data, None)?;
        return Ok("Only the key that this installation has opens anything now.");
    }
    let keys = secret_key::change(&installation.data)?;
    seal_anew(installation, &keys).await?;
    Ok(
        "The key is another one, and every secret is sealed with it. The one before is kept in secret.key.previous, so that sessions and \
         links in messages go on. After seven days `pulsecheck change-key --forget-previous` ends that.",
    )
}

/// One that runs has its key in its memory, and would go on sealing with it.
async fn refuse_running(installation: &Installation) -> anyhow::Result<()> {
    let mut conn = installation.db.dedicated().await?;
    let now = db::services::now(&mut conn).await?;
    let workers = db::workers::list(&mut conn).await?;
    if workers
        .iter()
        .any(|worker| now - worker.heartbeat_at < LIVE)
    {
        bail!("PulseCheck is running on this database, or was a moment ago: stop it first");
    }
    Ok(())
}

async fn seal_anew(installation: &Installation, keys: &Keys) -> anyhow::Result<()> {
    let standing = resealing::reseal(&installation.db, &keys.ring()?).await?;
    ensure!(
        standing.is_some_and(|standing| standing.need_previous == 0),
        "somebody else uses this database; nothing is lost: stop it, and type this again"
    );
    Ok(())
}
