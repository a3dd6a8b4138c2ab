//! Telling people: gathers what is due into messages, sends them, and settles what came of it. Every worker does it; locks
//! in Postgres decide who does what.

mod compose;
pub mod courier;
mod expiring;
mod hold;
mod send;
mod touch;
mod watch;
mod windows;

use std::time::Duration;

use courier::Courier;
use db::{
    Db, messages,
    outbox::{self, gathering},
    services,
};
use domain::{
    id::{ChannelId, WorkerId},
    notice::pace,
};
use futures_util::{StreamExt as _, stream};
use runtime::{backoff::Backoff, seal::Keyring};
use tokio::{
    sync::Notify,
    task::JoinSet,
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;
use touch::Touch;
use url::Url;

/// Messages that are sent at the same time.
const AT_ONCE: usize = 64;

/// Channels whose messages are composed in one round.
const CHANNELS_AT_ONCE: usize = 256;

/// Channels whose messages are composed in one transaction.
const CHANNELS_TOGETHER: usize = 16;

/// Such transactions at the same time.
const COMPOSED_AT_ONCE: usize = 4;

/// Whoever has not settled a message by then never will: an attempt, and a minute for the database before and after it.
const LEASE: Duration = notify::LONGEST_ATTEMPT.saturating_add(Duration::from_mins(1));

/// Rounds begin so far apart at least, so that neither a storm of events nor a row that nobody can take keeps a processor busy.
const BETWEEN_ROUNDS: Duration = Duration::from_millis(150);

/// The same of asking for messages to be sent.
const BETWEEN_TURNS: Duration = Duration::from_millis(25);

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
    let bells = Bells::default();
    let work = async {
        tokio::join!(
            compose_in_rounds(&parts, &bells, &stop),
            deliver(&parts, &bells, &stop)
        )
    };
    tokio::select! {
        _ = work => {}
        () = listen(&parts.db, &bells) => {}
    }
    Ok(())
}

/// Looks after everything that tells itself with time: certificates, long unknowns, services that have settled, messages
/// that nobody takes.
pub async fn keep_watch(parts: Parts, stop: CancellationToken) -> anyhow::Result<()> {
    watch::run(parts, stop).await
}

/// Rung when there may be something to do.
#[derive(Default)]
struct Bells {
    compose: Notify,
    deliver: Notify,
}

/// Composes what is due, round after round.
async fn compose_in_rounds(parts: &Parts, bells: &Bells, stop: &CancellationToken) {
    let mut rounds = Rounds::new(BETWEEN_ROUNDS);
    let mut backoff = Backoff::default();
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = bells.compose.notified() => {
                rounds.hurry();
                continue;
            }
            () = sleep_until(rounds.next) => {}
        }
        match compose_due(parts, bells, stop).await {
            Ok((begun, pause)) => {
                backoff.reset();
                rounds.begun(begun, pause);
            }
            Err(error) => {
                tracing::warn!(%error, "notices wait");
                rounds.rest(backoff.pause());
            }
        }
    }
}

/// Sends what is composed, as places fall free.
async fn deliver(parts: &Parts, bells: &Bells, stop: &CancellationToken) {
    let mut sending = JoinSet::new();
    let mut turns = Rounds::new(BETWEEN_TURNS);
    let mut backoff = Backoff::default();
    let mut touch = Touch::default();
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            () = bells.deliver.notified() => {
                turns.hurry();
                continue;
            }
            Some(_) = sending.join_next() => {
                while sending.try_join_next().is_some() {}
                // A message that has just left may let the next one of its channel go.
                bells.compose.notify_one();
                turns.hurry();
                continue;
            }
            () = sleep_until(turns.next) => {}
        }
        match begin_to_send(parts, &mut sending, &mut touch).await {
            Ok((begun, pause)) => {
                backoff.reset();
                turns.begun(begun, pause);
            }
            Err(error) => {
                touch.lost();
                tracing::warn!(%error, "messages wait");
                turns.rest(backoff.pause());
            }
        }
    }
    let rest = async { while sending.join_next().await.is_some() {} };
    // What does not end in time is sent again by somebody else, under the same key.
    let _ = tokio::time::timeout(GOODBYE, rest).await;
}

/// Takes on what may be sent now. Gives when it asked, and how long nothing else will be due.
async fn begin_to_send(
    parts: &Parts,
    sending: &mut JoinSet<()>,
    touch: &mut Touch,
) -> db::Result<(Instant, Duration)> {
    let mut conn = parts.db.acquire().await?;
    let now = services::now(&mut conn).await?;
    let begun = Instant::now();
    touch.answered(begun);
    let free = AT_ONCE.saturating_sub(sending.len());
    if free == 0 {
        return Ok((begun, PATROL));
    }
    let limit = i64::try_from(free).unwrap_or(1);
    for claimed in messages::claim(&mut conn, parts.id, limit, LEASE, touch.silence(begun)).await? {
        let parts = parts.clone();
        sending.spawn(async move { send::send(&parts, claimed).await });
    }
    let next = messages::next_due(&mut conn, now).await?;
    let soonest = next.map_or(now + PATROL, |next| next.min(now + PATROL));
    Ok((begun, (soonest - now).to_std().unwrap_or_default()))
}

/// Composes what is due. Gives when it asked, and how long nothing else will be due.
async fn compose_due(
    parts: &Parts,
    bells: &Bells,
    stop: &CancellationToken,
) -> db::Result<(Instant, Duration)> {
    let mut conn = parts.db.acquire().await?;
    let now = services::now(&mut conn).await?;
    let begun = Instant::now();
    let mut next = now + PATROL;
    let ready = gathering::ready(&mut conn).await?;
    let due = gathering::next_due(&mut conn, now).await?;
    drop(conn);
    let mut leaving = Vec::new();
    for channel in ready {
        let at = pace::next_message(
            &channel.recent,
            channel.waiting_since,
            channel.most_per_minute,
        );
        if at > now {
            next = next.min(at);
        } else if leaving.len() < CHANNELS_AT_ONCE {
            leaving.push(channel.channel);
        } else {
            // As soon as those before it are on their way.
            next = now;
        }
    }
    stream::iter(leaving.chunks(CHANNELS_TOGETHER))
        .for_each_concurrent(COMPOSED_AT_ONCE, async |channels| {
            if stop.is_cancelled() {
                return;
            }
            if !compose_for(parts, channels, stop).await {
                bells.compose.notify_one();
            }
            bells.deliver.notify_one();
        })
        .await;
    let soonest = due.map_or(next, |due| due.min(next));
    Ok((begun, (soonest - now).to_std().unwrap_or_default()))
}

/// Composes for these channels, and where that fails for each by itself: one that cannot be read keeps nobody else from
/// hearing. False when some have to wait for the next round.
async fn compose_for(parts: &Parts, channels: &[ChannelId], stop: &CancellationToken) -> bool {
    match compose::compose(parts, channels).await {
        Ok(all) => return all,
        Err(error) if error.is_unavailable() => {
            tracing::warn!(%error, "notices wait");
            return true;
        }
        Err(error) => tracing::debug!(%error, "channels are to hear one by one"),
    }
    for channel in channels {
        if stop.is_cancelled() {
            break;
        }
        if let Err(error) = compose::compose(parts, &[*channel]).await {
            tracing::warn!(%error, %channel, "what a channel is to hear waits");
        }
    }
    true
}

/// When something is asked again: never right after the last time, because that is a question about every channel.
struct Rounds {
    apart: Duration,
    earliest: Instant,
    next: Instant,
}

impl Rounds {
    fn new(apart: Duration) -> Self {
        let now = Instant::now();
        Self {
            apart,
            earliest: now,
            next: now,
        }
    }

    /// One began then, and knows of nothing to do before so long.
    fn begun(&mut self, at: Instant, pause: Duration) {
        self.earliest = at + self.apart;
        self.next = self.earliest.max(at + pause);
    }

    /// Something happened.
    fn hurry(&mut self) {
        self.next = self.next.min(self.earliest);
    }

    /// Nothing before so long, whatever happens.
    fn rest(&mut self, pause: Duration) {
        self.earliest = Instant::now() + pause;
        self.next = self.earliest;
    }
}

/// Hears that something was noted, for ever. While there is no connection the patrol finds what is due.
async fn listen(db: &Db, bells: &Bells) {
    let mut backoff = Backoff::default();
    loop {
        if let Err(error) = hear(db, bells, &mut backoff).await {
            tracing::debug!(%error, "not listening for notices");
        }
        tokio::time::sleep(backoff.pause()).await;
    }
}

async fn hear(db: &Db, bells: &Bells, backoff: &mut Backoff) -> db::Result<()> {
    let mut listener = db.listener().await?;
    listener.listen(outbox::CHANNEL).await?;
    backoff.reset();
    loop {
        // Something may have been noted before, or while the connection was lost.
        bells.compose.notify_one();
        bells.deliver.notify_one();
        listener.try_recv().await?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_happens_rounds_keep_apart_and_come_no_later_than_asked() {
        let (start, apart) = (Instant::now(), Duration::from_millis(100));
        let mut rounds = Rounds::new(apart);
        rounds.begun(start, Duration::from_secs(5));
        assert_eq!(rounds.next, start + Duration::from_secs(5));
        rounds.hurry();
        assert_eq!(rounds.next, start + apart);
        rounds.begun(start, Duration::ZERO);
        assert_eq!(rounds.next, start + apart);
        rounds.rest(Duration::from_secs(9));
        rounds.hurry();
        assert!(rounds.next >= start + Duration::from_secs(9));
    }
}
