//! Telling people: gathers what is due into messages, sends them, and settles what came of it. Every worker does it; locks
//! in Postgres decide who does what.

mod compose;
pub mod courier;
mod hold;
mod send;
mod watch;
mod windows;

use std::time::Duration;

use chrono::{DateTime, Utc};
use courier::Courier;
use db::{
    Db, messages,
    outbox::{self, gathering},
    services,
};
use domain::{id::WorkerId, notice::pace};
use futures_util::{StreamExt as _, stream};
use runtime::{backoff::Backoff, seal::Keyring};
use tokio::{sync::Notify, task::JoinSet};
use tokio_util::sync::CancellationToken;
use url::Url;

/// Messages that are sent at the same time.
const AT_ONCE: usize = 32;

/// Channels whose messages are composed in one round; what they say is sent before the next.
const CHANNELS_AT_ONCE: usize = 64;

/// Channels whose messages are composed at the same time.
const COMPOSED_AT_ONCE: usize = 4;

/// Whoever has not settled a message by then never will: an attempt, and a minute for the database before and after it.
const LEASE: Duration = notify::LONGEST_ATTEMPT.saturating_add(Duration::from_mins(1));

/// How often it is looked whether something is due although nobody said so.
const PATROL: Duration = Duration::from_secs(5);

/// How long attempts under way may take after `stop`.
const GOODBYE: Duration = Duration::from_secs(15);

/// What telling needs.
#[derive(Clone)]
pub struct Parts {
    pub db: Db,
    /// Whose heartbeat says that messages under way are being sent; without one they are left alone for their whole lease.
    pub id: Option<WorkerId>,
    pub keyring: Keyring,
    pub courier: Courier,
    /// Where people reach the web app.
    pub public_url: Url,
}

/// Tells until `stop`; then starts no more attempts and waits a little for those under way.
pub async fn run(parts: Parts, stop: CancellationToken) -> anyhow::Result<()> {
    let wake = Notify::new();
    let listening = listen(&parts.db, &wake);
    tokio::pin!(listening);
    let mut sending = JoinSet::new();
    let mut backoff = Backoff::default();
    while !stop.is_cancelled() {
        let pause = match round(&parts, &mut sending).await {
            Ok(pause) => {
                backoff.reset();
                pause
            }
            Err(error) => {
                tracing::warn!(%error, "notices wait");
                backoff.pause()
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(pause) => {}
            () = wake.notified() => {}
            () = &mut listening => {}
            // A message that has just left may let the next one of its channel go.
            Some(_) = sending.join_next() => {}
        }
    }
    let rest = async { while sending.join_next().await.is_some() {} };
    // What does not end in time is sent again by somebody else, under the same key.
    let _ = tokio::time::timeout(GOODBYE, rest).await;
    Ok(())
}

/// Looks after everything that tells itself with time: certificates, long unknowns, services that have settled, messages
/// that nobody takes.
pub async fn keep_watch(parts: Parts, stop: CancellationToken) -> anyhow::Result<()> {
    watch::run(parts, stop).await
}

/// Composes and begins to send what is due. Gives how long nothing else will be.
async fn round(parts: &Parts, sending: &mut JoinSet<()>) -> db::Result<Duration> {
    let mut conn = parts.db.acquire().await?;
    let now = services::now(&mut conn).await?;
    let mut next = now + PATROL;
    let ready = gathering::ready(&mut conn).await?;
    drop(conn);
    let mut leaving = Vec::new();
    for channel in ready {
        let most = channel.most_per_minute;
        let at = pace::next_message(&channel.recent, channel.waiting_since, most);
        if at > now {
            next = next.min(at);
        } else if leaving.len() < CHANNELS_AT_ONCE {
            leaving.push((channel.channel, pace::room(&channel.recent, now, most)));
        } else {
            // As soon as those before it are on their way.
            next = now;
        }
    }
    stream::iter(leaving)
        .for_each_concurrent(COMPOSED_AT_ONCE, async |(channel, room)| {
            // One that cannot be read keeps nobody else from hearing.
            if let Err(error) = compose::compose(parts, channel, room).await {
                tracing::warn!(%error, %channel, "what a channel is to hear waits");
            }
        })
        .await;
    let mut conn = parts.db.acquire().await?;
    let free = AT_ONCE.saturating_sub(sending.len());
    if free > 0 {
        let limit = i64::try_from(free).unwrap_or(1);
        for claimed in messages::claim(&mut conn, parts.id, limit, LEASE).await? {
            let parts = parts.clone();
            sending.spawn(async move { send::send(&parts, claimed).await });
        }
    }
    let due = [
        gathering::next_due(&mut conn).await?,
        messages::next_due(&mut conn, now).await?,
    ];
    let soonest = due.into_iter().flatten().fold(next, DateTime::min);
    Ok(until(soonest, now))
}

/// At least a moment, so that a row that nobody can take does not keep a processor busy.
fn until(at: DateTime<Utc>, now: DateTime<Utc>) -> Duration {
    let least = Duration::from_millis(100);
    (at - now).to_std().unwrap_or(least).max(least)
}

/// Hears that something was noted, for ever. While there is no connection the patrol finds what is due.
async fn listen(db: &Db, wake: &Notify) {
    let mut backoff = Backoff::default();
    loop {
        if let Err(error) = hear(db, wake, &mut backoff).await {
            tracing::debug!(%error, "not listening for notices");
        }
        tokio::time::sleep(backoff.pause()).await;
    }
}

async fn hear(db: &Db, wake: &Notify, backoff: &mut Backoff) -> db::Result<()> {
    let mut listener = db.listener().await?;
    listener.listen(outbox::CHANNEL).await?;
    backoff.reset();
    loop {
        // Something may have been noted before, or while the connection was lost.
        wake.notify_one();
        listener.try_recv().await?;
    }
}
