//! What an earlier key sealed is sealed with the current one, and what no key opens is said in the log.

use std::time::Duration;

use db::{
    Db,
    resealing::{self, Standing},
};
use runtime::{backoff::Backoff, seal::Keyring};
use tokio_util::sync::CancellationToken;

/// How often it is looked while `SECRET_KEY_PREVIOUS` is set: an API that was started before may seal with that one still.
const PERIOD: Duration = Duration::from_mins(1);

/// Looks once, and again and again while there is a previous key, until `stop`. Every worker does; a lock in Postgres decides which.
pub(crate) async fn run(db: Db, keyring: Keyring, stop: CancellationToken) -> anyhow::Result<()> {
    let is_changing = keyring.previous().is_some();
    let mut backoff = Backoff::default();
    let mut said = None;
    loop {
        let pause = match resealing::reseal(&db, &keyring).await {
            Ok(standing) => {
                backoff.reset();
                if standing.is_some() && standing != said {
                    said = standing;
                    standing.iter().for_each(say);
                }
                is_changing.then_some(PERIOD)
            }
            Err(error) => {
                tracing::warn!(%error, "what is sealed could not be looked at");
                Some(backoff.pause())
            }
        };
        let Some(pause) = pause else {
            stop.cancelled().await;
            return Ok(());
        };
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(pause) => {}
        }
    }
}

fn say(standing: &Standing) {
    let (services, channels) = (standing.lost_services, standing.lost_channels);
    if !standing.is_whole() {
        tracing::error!(
            services,
            channels,
            "secrets open with no key we have; `doctor` says what helps"
        );
    }
    tracing::debug!(?standing, "what is sealed was looked at");
}
