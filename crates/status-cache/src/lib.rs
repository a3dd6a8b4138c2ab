//! The last status of each service and the bus of live events: Redis, or this process's memory. Holds nothing that may not be lost.

mod bus;
mod config;
mod entry;
mod event;
mod memory;
mod redis_cache;

use std::{path::Path, time::Duration};

use domain::id::{ServiceId, SessionId};
use futures_util::stream::BoxStream;
use runtime::backoff::Backoff;
use tokio::time::{Instant, sleep};

pub use bus::Heard;
pub use config::Config;
pub use entry::{Reason, StatusEntry};
pub use event::{EventKind, LiveEvent};
use memory::Memory;
use redis_cache::RedisCache;

use bus::Telling;

/// Where the last statuses and the live events are. Cloning shares it.
///
/// No method fails or waits longer than a quarter of a second: what cannot be delivered is logged, counted and lost,
/// and everybody who listens hears of the gap.
#[derive(Clone, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "there is one of them in a process"
)]
pub enum StatusCache {
    Redis(RedisCache),
    Memory(Memory),
}

impl StatusCache {
    /// Within this process, for an installation of one.
    pub fn in_memory() -> Self {
        Self::Memory(Memory::default())
    }

    /// In Redis at `url`, as in `redis://host:6379/0`, or `rediss://…` over TLS by Mozilla's list. Connects with the first use, and again
    /// whenever it has to. Fails only on an address that makes no sense.
    pub fn redis(url: &str) -> anyhow::Result<Self> {
        RedisCache::new(url, None).map(Self::Redis)
    }

    /// The same, trusting the certificate authorities of a PEM file beside the machine's own. Fails also when the file
    /// cannot be used.
    pub fn redis_trusting(url: &str, authorities: Option<&Path>) -> anyhow::Result<Self> {
        RedisCache::new(url, authorities).map(Self::Redis)
    }

    /// Whether it answers right now, within a quarter of a second.
    pub async fn is_reachable(&self) -> bool {
        match self {
            Self::Redis(redis) => redis.ping().await,
            Self::Memory(_) => true,
        }
    }

    /// Waits until it answers, though no longer than about `patience`: without it everything still works, only more
    /// slowly. Whether it answers.
    pub async fn wait(&self, patience: Duration) -> bool {
        let until = Instant::now() + patience;
        let mut backoff = Backoff::default();
        while !self.is_reachable().await {
            if Instant::now() >= until {
                tracing::warn!("Redis does not answer; going on without it");
                return false;
            }
            tracing::warn!("Waiting for Redis");
            sleep(backoff.pause()).await;
        }
        true
    }

    /// Stores the statuses of some services, replacing older ones.
    pub async fn put(&self, entries: &[(ServiceId, StatusEntry)]) {
        match self {
            Self::Redis(redis) => redis.put(entries).await,
            Self::Memory(memory) => memory.put(entries),
        }
    }

    /// The last status of a service, if it is there and can be had quickly.
    pub async fn get(&self, service: ServiceId) -> Option<StatusEntry> {
        match self {
            Self::Redis(redis) => redis.get(service).await,
            Self::Memory(memory) => memory.get(service),
        }
    }

    /// Forgets the statuses of services that are paused or gone.
    pub async fn remove(&self, services: &[ServiceId]) {
        match self {
            Self::Redis(redis) => redis.remove(services).await,
            Self::Memory(memory) => memory.remove(services),
        }
    }

    /// Tells every listener of every process.
    pub async fn publish(&self, events: &[LiveEvent]) {
        if !events.is_empty() {
            self.send(Telling::Events(events)).await;
        }
    }

    /// Tells every process that these sessions are over, so that their event streams end.
    pub async fn end_sessions(&self, sessions: &[SessionId]) {
        if !sessions.is_empty() {
            self.send(Telling::SessionsEnded(sessions)).await;
        }
    }

    /// Everything that is published from now on, for ever. A `Heard::Gap` stands wherever something may be missing.
    pub fn subscribe(&self) -> BoxStream<'static, Heard> {
        match self {
            Self::Redis(redis) => redis.subscribe(),
            Self::Memory(memory) => memory.subscribe(),
        }
    }

    async fn send(&self, telling: Telling<'_>) {
        match self {
            Self::Redis(redis) => redis.send(telling).await,
            Self::Memory(memory) => memory.send(telling),
        }
    }
}
