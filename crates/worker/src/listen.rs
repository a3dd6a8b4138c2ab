//! Hears which services changed, on a direct connection; whenever that was lost, says that something may have been missed.

use db::{Db, watched};
use domain::id::ServiceKey;
use runtime::backoff::Backoff;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// What was heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    Changed {
        shard: u16,
        key: ServiceKey,
    },
    /// Notifications may have been lost before this.
    Gap,
}

/// Listens until `stop`.
pub(crate) async fn run(
    db: Db,
    heard: mpsc::UnboundedSender<Heard>,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let mut backoff = Backoff::default();
    loop {
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            result = listen(&db, &heard, &mut backoff) => {
                if let Err(error) = result {
                    tracing::debug!(%error, "not listening for changes");
                }
            }
        }
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(backoff.pause()) => {}
        }
    }
}

async fn listen(
    db: &Db,
    heard: &mpsc::UnboundedSender<Heard>,
    backoff: &mut Backoff,
) -> db::Result<()> {
    let mut listener = db.listener().await?;
    listener.listen(watched::CHANNEL).await?;
    backoff.reset();
    // The loader ends before this does only when the process ends.
    let _ = heard.send(Heard::Gap);
    loop {
        let news = match listener.try_recv().await? {
            None => Heard::Gap,
            Some(notification) => match watched::parse_payload(notification.payload()) {
                Some((shard, key)) => Heard::Changed { shard, key },
                None => continue,
            },
        };
        let _ = heard.send(news);
    }
}
