//! The cache and the bus in Redis, with short patience.

use std::{
    fmt,
    future::Future,
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use anyhow::Context as _;
use domain::id::ServiceId;
use futures_util::stream::BoxStream;
use redis::{
    Client, ConnectionAddr, RedisResult, TlsCertificates,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use tokio::time::{Instant, timeout};

use crate::{Heard, StatusEntry, bus::Telling, entry::key};

mod authorities;
mod listen;

/// How long one exchange may take.
const PATIENCE: Duration = Duration::from_millis(250);
/// After a failure nothing is tried for this long, so that nobody waits again and again.
const REST: Duration = Duration::from_secs(1);
/// An entry that nobody renews is of a service that is gone.
const LIFETIME_S: u64 = 2 * 86_400;
const CHANNEL: &str = "pulsecheck:live";
/// Writes that did not reach Redis.
const LOST: &str = "pulsecheck_cache_writes_lost_total";

#[derive(Clone)]
pub struct RedisCache {
    client: Client,
    connection: ConnectionManager,
    health: Arc<Health>,
}

#[derive(Default)]
struct Health {
    rests_until: Mutex<Option<Instant>>,
    /// Something was not published: the next success says so.
    lost: AtomicBool,
}

/// Fails only on an address that makes no sense, and on a file of authorities that cannot be used; those are for `rediss://`.
pub(crate) fn client(url: &str, authorities: Option<&Path>) -> anyhow::Result<Client> {
    let client = Client::open(url).context("REDIS_URL is not an address of a Redis server")?;
    let is_tls = matches!(
        client.get_connection_info().addr(),
        ConnectionAddr::TcpTls { .. }
    );
    match authorities {
        Some(file) if is_tls => {
            let certificates = TlsCertificates {
                client_tls: None,
                root_cert: Some(authorities::with_file(file)?),
            };
            Client::build_with_tls(url, certificates).context("REDIS_URL cannot be used over TLS")
        }
        _ => Ok(client),
    }
}

impl fmt::Debug for RedisCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RedisCache")
    }
}

impl RedisCache {
    pub(crate) fn new(url: &str, authorities: Option<&Path>) -> anyhow::Result<Self> {
        let client = client(url, authorities)?;
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(PATIENCE))
            .set_response_timeout(Some(PATIENCE))
            .set_number_of_retries(0);
        let connection = ConnectionManager::new_lazy_with_config(client.clone(), config)?;
        Ok(Self {
            client,
            connection,
            health: Arc::default(),
        })
    }

    pub(crate) async fn ping(&self) -> bool {
        let mut connection = self.connection.clone();
        let ping = async move {
            redis::cmd("PING")
                .query_async::<String>(&mut connection)
                .await
        };
        matches!(timeout(PATIENCE, ping).await, Ok(Ok(_)))
    }

    pub(crate) async fn put(&self, entries: &[(ServiceId, StatusEntry)]) {
        let mut pipe = redis::pipe();
        for (service, entry) in entries {
            let Ok(json) = serde_json::to_string(entry) else {
                continue;
            };
            pipe.set_ex(key(*service), json, LIFETIME_S).ignore();
        }
        self.write(pipe).await;
    }

    pub(crate) async fn get(&self, service: ServiceId) -> Option<StatusEntry> {
        let mut connection = self.connection.clone();
        let json: Option<String> = self
            .ask(async move {
                redis::cmd("GET")
                    .arg(key(service))
                    .query_async(&mut connection)
                    .await
            })
            .await?;
        serde_json::from_str(&json?).ok()
    }

    pub(crate) async fn remove(&self, services: &[ServiceId]) {
        let mut pipe = redis::pipe();
        for service in services {
            pipe.del(key(*service)).ignore();
        }
        self.write(pipe).await;
    }

    pub(crate) async fn send(&self, telling: Telling<'_>) {
        let mut pipe = redis::pipe();
        let lost_before = self.health.lost.swap(false, Ordering::AcqRel);
        for telling in lost_before
            .then_some(Telling::Lost)
            .into_iter()
            .chain([telling])
        {
            if let Ok(json) = serde_json::to_string(&telling) {
                pipe.publish(CHANNEL, json).ignore();
            }
        }
        if !self.write(pipe).await {
            self.health.lost.store(true, Ordering::Release);
        }
    }

    pub(crate) fn subscribe(&self) -> BoxStream<'static, Heard> {
        listen::stream(self.client.clone())
    }

    async fn write(&self, pipe: redis::Pipeline) -> bool {
        if pipe.is_empty() {
            return true;
        }
        let mut connection = self.connection.clone();
        let done = self
            .ask(async move { pipe.query_async::<()>(&mut connection).await })
            .await;
        if done.is_none() {
            metrics::counter!(LOST).increment(1);
        }
        done.is_some()
    }

    /// Runs an exchange unless Redis failed a moment ago; none when it fails or takes too long.
    async fn ask<T>(&self, exchange: impl Future<Output = RedisResult<T>>) -> Option<T> {
        if self.rests() {
            return None;
        }
        let reason = match timeout(PATIENCE, exchange).await {
            Ok(Ok(answer)) => {
                self.rest_until(None);
                return Some(answer);
            }
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("no answer within {} ms", PATIENCE.as_millis()),
        };
        tracing::warn!(reason, "Redis failed; going on without it");
        self.rest_until(Some(Instant::now() + REST));
        None
    }

    fn rests(&self) -> bool {
        let until = self
            .health
            .rests_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        until.is_some_and(|until| Instant::now() < until)
    }

    fn rest_until(&self, until: Option<Instant>) {
        *self
            .health
            .rests_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = until;
    }
}
