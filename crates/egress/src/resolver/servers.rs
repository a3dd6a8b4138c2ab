//! Asking name servers: the first, and another as soon as it fails or is slow.

use std::{
    future::Future,
    net::SocketAddr,
    pin::Pin,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use futures_util::stream::{FuturesUnordered, StreamExt as _};
use hickory_resolver::{
    TokioResolver,
    config::{ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig},
    lookup::Lookup,
    net::{NetError, runtime::TokioRuntimeProvider},
    proto::rr::{Name, RecordType},
};
use tokio::time::sleep;

use super::{DNS_CAP, errors::is_negative};

/// How long a server may take before another is asked as well.
const PATIENCE: Duration = Duration::from_millis(500);
/// Most questions about one name and type; a single server is asked again.
const TRIES: usize = 3;

/// The servers that are asked, in the order of the configuration.
pub struct Servers {
    all: Vec<Server>,
    /// The one that answered last, which is asked first.
    preferred: AtomicUsize,
}

/// One server, over UDP and, for answers that do not fit, over TCP.
struct Server {
    udp: Option<TokioResolver>,
    tcp: Option<TokioResolver>,
}

type Question<'a> = Pin<Box<dyn Future<Output = (usize, Result<Lookup, NetError>)> + Send + 'a>>;

impl Servers {
    /// Servers at these addresses.
    pub fn new(addresses: &[SocketAddr]) -> Self {
        let all = addresses.iter().map(|address| Server::new(*address));
        Self {
            all: all.collect(),
            preferred: AtomicUsize::new(0),
        }
    }

    /// Asks until one server gives an answer, positive or negative. Ends when all have failed; the
    /// caller bounds the time.
    pub(super) async fn ask(
        &self,
        name: &Name,
        kind: RecordType,
        attempt: u8,
    ) -> Result<Lookup, NetError> {
        if self.all.is_empty() {
            return Err(NetError::NoConnections);
        }
        let tries = self.all.len().clamp(2, TRIES);
        let first = self.preferred.load(Ordering::Relaxed) + usize::from(attempt);
        let mut asked = 0;
        let mut pending: FuturesUnordered<Question<'_>> = FuturesUnordered::new();
        let mut failed = None;
        loop {
            if pending.is_empty() {
                if asked == tries {
                    return Err(failed.unwrap_or(NetError::NoConnections));
                }
                pending.push(self.question(name, kind, first + asked));
                asked += 1;
            }
            tokio::select! {
                Some((index, result)) = pending.next() => match result {
                    Err(error) if !is_negative(&error) => failed = Some(told(failed, error)),
                    answer => {
                        self.preferred.store(index, Ordering::Relaxed);
                        return answer;
                    }
                },
                () = sleep(PATIENCE), if asked < tries => {
                    pending.push(self.question(name, kind, first + asked));
                    asked += 1;
                }
            }
        }
    }

    fn question<'a>(&'a self, name: &'a Name, kind: RecordType, index: usize) -> Question<'a> {
        let index = index % self.all.len();
        Box::pin(async move { (index, self.all[index].ask(name, kind).await) })
    }
}

/// What a server said outranks that another said nothing.
fn told(before: Option<NetError>, now: NetError) -> NetError {
    match before {
        Some(before) if !matches!(before, NetError::Timeout) => before,
        _ => now,
    }
}

impl Server {
    fn new(address: SocketAddr) -> Self {
        Self {
            udp: client(address, ConnectionConfig::udp()),
            tcp: client(address, ConnectionConfig::tcp()),
        }
    }

    async fn ask(&self, name: &Name, kind: RecordType) -> Result<Lookup, NetError> {
        let (Some(udp), Some(tcp)) = (&self.udp, &self.tcp) else {
            return Err(NetError::NoConnections);
        };
        match udp.lookup(name.clone(), kind).await {
            // The server is there but its answer does not fit; that it refuses TCP is its failing.
            Err(NetError::Truncated) => {
                tcp.lookup(name.clone(), kind)
                    .await
                    .map_err(|error| match error {
                        NetError::Dns(error) => NetError::Dns(error),
                        _ => NetError::Truncated,
                    })
            }
            result => result,
        }
    }
}

/// A client of one server over one protocol that neither remembers nor repeats anything itself.
fn client(address: SocketAddr, mut connection: ConnectionConfig) -> Option<TokioResolver> {
    connection.port = address.port();
    let server = NameServerConfig::new(address.ip(), true, vec![connection]);
    let config = ResolverConfig::from_parts(None, Vec::new(), vec![server]);
    let mut builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
    let options = builder.options_mut();
    options.timeout = DNS_CAP;
    options.attempts = 0;
    options.cache_size = 0;
    options.ndots = 0;
    options.use_hosts_file = ResolveHosts::Never;
    options.num_concurrent_reqs = 1;
    options.max_active_requests = 1024;
    builder
        .build()
        .inspect_err(|error| tracing::error!(%error, %address, "cannot use a name server"))
        .ok()
}
