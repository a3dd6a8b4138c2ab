//! Telling people: gathers what is due into messages, sends them, and settles what came of it. Every worker does it; locks
//! in Postgres decide who does what.

mod compose;
pub mod courier;
mod hold;
mod send;
mod watch;
mod windows;

use std::time::Duration;

use chrono::DateTime;
use courier::Courier;
use db::{
    Db, messages,
    outbox::{self, gathering},
    services,
};
use domain::{id::WorkerId, notice::pace};
use futures_util::{StreamExt as _, stream};
use runtime::{backoff::Backoff, seal::Keyring};
use tokio::{
    sync::Notify,
    task::JoinSet,
    time::{Instant, sleep_until},
};
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

/// Rounds begin so far apart at least, so that neither a storm of events nor a row that nobody can take keeps a processor busy.
const BETWEEN_ROUNDS: Duration = Duration::from_millis(150);

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
    let mut rounds = Rounds::new(Instant::now());
    let mut backoff = Backoff::default();
    while !stop.is_cancelled() {
        match work(&parts, &mut sending, &mut rounds).await {
            Ok(()) => backoff.reset(),
            Err(error) => {
                tracing::warn!(%error, "notices wait");
                rounds.rest(Instant::now() + backoff.pause());
            }
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = sleep_until(rounds.next) => {}
            () = wake.notified() => rounds.hurry(),
            () = &mut listening => {}
            Some(_) = sending.join_next() => {
                while sending.try_join_next().is_some() {}
                // A message that has just left may let the next one of its channel go.
                rounds.hurry();
            }
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

/// Composes what is due, if it is time for a round, and begins to send what is composed.
async fn work(parts: &Parts, sending: &mut JoinSet<()>, rounds: &mut Rounds) -> db::Result<()> {
    let begun = Instant::now();
    if begun >= rounds.next {
        let next = compose_due(parts).await?;
        rounds.begun(begun, next);
    }
    let free = AT_ONCE.saturating_sub(sending.len());
    if free > 0 {
        let limit = i64::try_from(free).unwrap_or(1);
        let mut conn = parts.db.acquire().await?;
        for claimed in messages::claim(&mut conn, parts.id, limit, LEASE).await? {
            let parts = parts.clone();
            sending.spawn(async move { send::send(&parts, claimed).await });
        }
    }
    Ok(())
}

/// Composes what is due. Gives in how long something else is, or has to be sent again.
async fn compose_due(parts: &Parts) -> db::Result<Duration> {
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
    let due = [
        gathering::next_due(&mut conn).await?,
        messages::next_due(&mut conn, now).await?,
    ];
    let soonest = due.into_iter().flatten().fold(next, DateTime::min);
    Ok((soonest - now).to_std().unwrap_or_default())
}

/// When channels are asked again whether they have something to hear: never right after the last time, because that is a
/// question about every one of them.
struct Rounds {
    earliest: Instant,
    next: Instant,
}

impl Rounds {
    const fn new(now: Instant) -> Self {
        Self {
            earliest: now,
            next: now,
        }
    }

    /// One began then, and knows of nothing to do before so long.
    fn begun(&mut self, at: Instant, pause: Duration) {
        self.earliest = at + BETWEEN_ROUNDS;
        self.next = self.earliest.max(at + pause);
    }

    /// Something happened.
    fn hurry(&mut self) {
        self.next = self.next.min(self.earliest);
    }

    /// Nothing before then, whatever happens.
    fn rest(&mut self, until: Instant) {
        self.earliest = until;
        self.next = until;
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_happens_rounds_keep_apart_and_come_no_later_than_asked() {
        let start = Instant::now();
        let mut rounds = Rounds::new(start);
        rounds.begun(start, Duration::from_secs(5));
        assert_eq!(rounds.next, start + Duration::from_secs(5));
        rounds.hurry();
        assert_eq!(rounds.next, start + BETWEEN_ROUNDS);
        rounds.begun(start, Duration::ZERO);
        assert_eq!(rounds.next, start + BETWEEN_ROUNDS);
        rounds.rest(start + Duration::from_secs(9));
        rounds.hurry();
        assert_eq!(rounds.next, start + Duration::from_secs(9));
    }
}
