//! Maintenance windows as time passes: what they cover next, and a look at whatever they no longer cover.

use std::time::Duration;

use db::{Db, maintenance_windows, services};
use tokio_util::sync::CancellationToken;

/// How often it is looked whether a window is over.
const PERIOD: Duration = Duration::from_secs(2);

/// Of how many of those rounds one asks what windows cover next: services may have been added since.
const COVER_EVERY: u32 = 15;

/// Keeps up with windows until `stop`. Every worker does; doing it twice changes nothing.
pub(crate) async fn run(db: Db, stop: CancellationToken) -> anyhow::Result<()> {
    let mut round = 0_u32;
    loop {
        let turn = async {
            let mut tx = db.begin().await?;
            let ended = maintenance_windows::end(&mut tx).await?;
            tx.commit().await?;
            if ended > 0 || round.is_multiple_of(COVER_EVERY) {
                let mut conn = db.acquire().await?;
                for workspace in maintenance_windows::workspaces(&mut conn).await? {
                    let now = services::now(&mut conn).await?;
                    maintenance_windows::cover(&mut conn, workspace, now).await?;
                }
            }
            Ok::<(), db::Error>(())
        };
        if let Err(error) = turn.await {
            tracing::warn!(%error, "maintenance windows wait");
        }
        round = round.wrapping_add(1);
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(PERIOD) => {}
        }
    }
}
