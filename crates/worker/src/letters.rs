//! Mail to single persons: writes the reports of the week that are due, and sends what was written. Every worker that has a mail
//! server does it; locks in Postgres decide who does what.

mod post;
mod reports;

use std::time::Duration;

use chrono::TimeDelta;
use db::{Db, letters, services};
use domain::id::WorkerId;
use runtime::{backoff::Backoff, seal::Keyring};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use url::Url;

pub use reports::write_due;

/// Letters that are sent at the same time.
const AT_ONCE: usize = 8;

/// Whoever has not settled a letter by then never will. Longer than any attempt takes.
const LEASE: Duration = Duration::from_mins(3);

/// How often it is looked whether something is due. Somebody waits for the letter that verifies an address.
const PATROL: Duration = Duration::from_secs(2);

/// How long attempts under way may take after `stop`.
const GOODBYE: Duration = Duration::from_secs(15);

/// How long letters are kept, sent or not.
const KEPT: TimeDelta = TimeDelta::days(90);

/// What it takes.
#[derive(Clone)]
pub struct Parts {
    pub db: Db,
    /// Whose heartbeat says that letters under way are being sent; without one they are left alone for their whole lease.
    pub id: Option<WorkerId>,
    pub keyring: Keyring,
    /// One that has a mail server.
    pub courier: notify::Courier,
    /// Where people reach the web app.
    pub public_url: Url,
}

/// Writes and sends until `stop`; then starts no more attempts and waits a little for those under way.
pub async fn run(parts: Parts, stop: CancellationToken) -> anyhow::Result<()> {
    let mut sending = JoinSet::new();
    let mut backoff = Backoff::default();
    let mut tidied_on = None;
    while !stop.is_cancelled() {
        let work = async {
            while write_due(&parts.db).await? {}
            let mut conn = parts.db.acquire().await?;
            let now = services::now(&mut conn).await?;
            if tidied_on != Some(now.date_naive()) {
                while letters::tidy(&mut conn, now, KEPT).await? > 0 {}
                tidied_on = Some(now.date_naive());
            }
            let free = i64::try_from(AT_ONCE.saturating_sub(sending.len())).unwrap_or(1);
            letters::claim(&mut conn, parts.id, free, LEASE).await
        };
        let pause = match work.await {
            Ok(claimed) => {
                for letter in claimed {
                    let parts = parts.clone();
                    sending.spawn(async move { post::send(&parts, letter).await });
                }
                backoff.reset();
                PATROL
            }
            Err(error) => {
                tracing::warn!(%error, "letters wait");
                backoff.pause()
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(pause) => {}
            Some(_) = sending.join_next() => {}
        }
    }
    let rest = async { while sending.join_next().await.is_some() {} };
    // What does not end in time is sent again by somebody else, under the same key.
    let _ = tokio::time::timeout(GOODBYE, rest).await;
    Ok(())
}
