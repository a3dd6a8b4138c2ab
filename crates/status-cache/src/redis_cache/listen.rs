//! Listening to the bus in Redis: for ever, over as many connections as it takes.

use std::time::Duration;

use futures_util::{
    StreamExt as _,
    stream::{self, BoxStream},
};
use redis::{
    Client,
    aio::{PubSubSink, PubSubStream},
};
use runtime::backoff::Backoff;
use tokio::time::{Instant, timeout};

use super::CHANNEL;
use crate::{Heard, bus::Message};

/// How long connecting, subscribing and each sign of life may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// A silent connection is asked for a sign of life this often.
const SILENCE: Duration = Duration::from_secs(5);
/// While Redis is away, listeners are told this often that they miss something: as often as they would ask unheard.
const AWAY: Duration = Duration::from_secs(20);

struct Listener {
    client: Client,
    connection: Option<(PubSubSink, PubSubStream)>,
    backoff: Backoff,
    first: bool,
    /// When a gap was told last since the connection was lost.
    told: Option<Instant>,
}

pub(super) fn stream(client: Client) -> BoxStream<'static, Heard> {
    let listener = Listener {
        client,
        connection: None,
        backoff: Backoff::default(),
        first: true,
        told: None,
    };
    stream::unfold(listener, |mut listener| async move {
        let heard = listener.next().await;
        Some((stream::iter(heard), listener))
    })
    .flatten()
    .boxed()
}

impl Listener {
    async fn next(&mut self) -> Vec<Heard> {
        loop {
            let Some((sink, messages)) = &mut self.connection else {
                if let Some(heard) = self.connect().await {
                    return heard;
                }
                continue;
            };
            match timeout(SILENCE, messages.next()).await {
                Ok(Some(message)) => {
                    // What cannot be read was written by a version that knows more than this one.
                    let message = serde_json::from_slice::<Message>(message.get_payload_bytes());
                    return message.map_or_else(|_| vec![Heard::Gap], Into::into);
                }
                Ok(None) => self.connection = None,
                Err(_) => {
                    let alive = timeout(PATIENCE, sink.ping::<redis::Value>()).await;
                    if !matches!(alive, Ok(Ok(_))) {
                        self.connection = None;
                    }
                }
            }
        }
    }

    /// Connects; after the first time with a gap, because nobody listened meanwhile. Without success the gap is told
    /// now and then: streams stay open while Redis is away, and nothing else would make their readers look again.
    async fn connect(&mut self) -> Option<Vec<Heard>> {
        let connecting = async {
            let mut pubsub = self.client.get_async_pubsub().await?;
            pubsub.subscribe(CHANNEL).await?;
            Ok::<_, redis::RedisError>(pubsub.split())
        };
        match timeout(PATIENCE, connecting).await {
            Ok(Ok(connection)) => {
                self.connection = Some(connection);
                self.backoff.reset();
                self.told = None;
                let first = std::mem::take(&mut self.first);
                return (!first).then(|| vec![Heard::Gap]);
            }
            Ok(Err(error)) => tracing::warn!(%error, "Cannot listen to Redis"),
            Err(_) => tracing::warn!("Cannot listen to Redis: no answer"),
        }
        // Whatever is published from here on may be missed.
        self.first = false;
        tokio::time::sleep(self.backoff.pause()).await;
        if self.told.is_some_and(|told| told.elapsed() < AWAY) {
            return None;
        }
        self.told = Some(Instant::now());
        Some(vec![Heard::Gap])
    }
}
