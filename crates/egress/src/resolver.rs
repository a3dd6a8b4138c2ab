//! From a host name to its addresses, asking A and AAAA apart and a second server before giving up.

use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use domain::{
    failure::{Detail, Failure, FailureCode, Phase},
    target::AddressFamily,
};
use hickory_resolver::{
    lookup::Lookup,
    net::NetError,
    proto::rr::{Name, RecordType},
};
use tokio::time::{Instant, sleep, timeout, timeout_at};

mod cache;
mod errors;
mod servers;
mod system;

use cache::Cache;
use servers::Servers;
use system::System;

/// Longest time for one resolution, over all servers and both families.
pub const DNS_CAP: Duration = Duration::from_secs(4);
/// How long the other family may lag behind the first good answer (RFC 8305 §3). A answers are
/// given longer, because giving up on them would leave nothing beside a broken IPv6.
const AAAA_GRACE: Duration = Duration::from_millis(50);
const A_GRACE: Duration = Duration::from_millis(500);
/// A server that answered anything this recently is alive.
const ALIVE: Duration = Duration::from_secs(5);
/// A lookup that is unanswered for so long makes us ask whether our servers live at all.
const SUSPICIOUS: Duration = Duration::from_secs(1);

/// Where names are looked up.
pub enum Resolver {
    /// As the machine does: its servers, hosts file and search list; follows changes of the files.
    System(Box<Live<System>>),
    /// These servers only; hosts file and search list play no part.
    Servers(Box<Live<Servers>>),
    /// A fixed table, for tests and air-gapped corners.
    Fixed(HashMap<String, Vec<IpAddr>>),
}

/// A source of answers with what we remember of them.
pub struct Live<S> {
    source: S,
    cache: Cache,
    born: Instant,
    /// Milliseconds after `born` at which a server last answered anything; 0 means never.
    answered: AtomicU64,
}

/// How to look a name up.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ask {
    pub family: AddressFamily,
    /// Do not use what is remembered; for the confirmation of a failure.
    pub fresh: bool,
    /// Which server is asked first; rises with each attempt of one look.
    pub attempt: u8,
}

/// The addresses of a name, in the order of the answers, IPv4 first.
pub type Addresses = Arc<[IpAddr]>;

impl Resolver {
    /// As the machine resolves. With `local` also its hosts file and search list, as a
    /// single-tenant installation wants; there is never a public fallback.
    pub fn system(local: bool) -> Self {
        Self::System(Box::new(Live::new(System::new(local))))
    }

    /// Asks these servers; at least one.
    pub fn servers(servers: &[SocketAddr]) -> Self {
        Self::Servers(Box::new(Live::new(Servers::new(servers))))
    }

    /// The addresses of `host`, at most `DNS_CAP` later.
    pub async fn lookup(&self, host: &str, ask: Ask) -> Result<Addresses, Failure> {
        match self {
            Self::Fixed(table) => fixed(table, host, ask.family),
            Self::Servers(live) => {
                live.lookup(&live.source, host, ask, &[absolute(host)?])
                    .await
            }
            Self::System(live) => {
                let (servers, hosts) = live.source.current();
                if let Some(found) = hosts.and_then(|hosts| hosts.find(host, ask.family)) {
                    return Ok(found);
                }
                let names = live.source.names(host).ok_or_else(|| unusable(host))?;
                live.lookup(&servers, host, ask, &names).await
            }
        }
    }
}

impl<S> Live<S> {
    fn new(source: S) -> Self {
        Self {
            source,
            cache: Cache::default(),
            born: Instant::now(),
            answered: AtomicU64::new(0),
        }
    }

    async fn lookup(
        &self,
        servers: &Servers,
        host: &str,
        ask: Ask,
        names: &[Name],
    ) -> Result<Addresses, Failure> {
        if !ask.fresh
            && let Some(found) = self.cache.find(host, ask.family)
        {
            return Ok(found);
        }
        let deadline = Instant::now() + DNS_CAP;
        // Boxed: a conversation with name servers is large, and most looks have none.
        let asking = Box::pin(self.with_canary(servers, self.first_of(servers, names, ask)));
        let found = timeout_at(deadline, asking).await;
        match found {
            Ok(Ok(answer)) => {
                self.cache
                    .keep(host, ask.family, &answer.addresses, answer.ttl);
                Ok(answer.addresses)
            }
            Ok(Err(NetError::Timeout)) | Err(_) => Err(self.unanswered(host)),
            Ok(Err(error)) => Err(errors::failure(host, &error)),
        }
    }

    /// Tries the names of a search list in turn while they do not exist.
    async fn first_of(
        &self,
        servers: &Servers,
        names: &[Name],
        ask: Ask,
    ) -> Result<Answer, NetError> {
        let mut outcome = Err(NetError::NoConnections);
        for name in names {
            outcome = self.both_families(servers, name, ask).await;
            if !matches!(&outcome, Err(error) if errors::is_negative(error)) {
                break;
            }
        }
        outcome
    }

    async fn both_families(
        &self,
        servers: &Servers,
        name: &Name,
        ask: Ask,
    ) -> Result<Answer, NetError> {
        let a = self.noted(servers.ask(name, RecordType::A, ask.attempt));
        let aaaa = self.noted(servers.ask(name, RecordType::AAAA, ask.attempt));
        match ask.family {
            AddressFamily::V4 => Answer::from_lookups(a.await, None),
            AddressFamily::V6 => Answer::from_lookups(aaaa.await, None),
            AddressFamily::Auto => {
                let (mut a, mut aaaa) = (std::pin::pin!(a), std::pin::pin!(aaaa));
                tokio::select! {
                    v4 = &mut a => {
                        let v6 = if has_addresses(&v4) { timeout(AAAA_GRACE, aaaa).await.ok() } else { Some(aaaa.await) };
                        Answer::from_lookups(v4, v6)
                    }
                    v6 = &mut aaaa => {
                        let v4 = if has_addresses(&v6) { timeout(A_GRACE, a).await.ok() } else { Some(a.await) };
                        match v4 {
                            Some(v4) => Answer::from_lookups(v4, Some(v6)),
                            None => Answer::from_lookups(v6, None),
                        }
                    }
                }
            }
        }
    }

    /// Remembers that a server answered, whatever it said.
    async fn noted(
        &self,
        asking: impl Future<Output = Result<Lookup, NetError>>,
    ) -> Result<Lookup, NetError> {
        let result = asking.await;
        if matches!(&result, Ok(_) | Err(NetError::Dns(_))) {
            let now = u64::try_from(self.born.elapsed().as_millis()).unwrap_or(u64::MAX);
            self.answered.store(now.max(1), Ordering::Relaxed);
        }
        result
    }

    /// Once a lookup takes suspiciously long, asks for something that every server knows, so that
    /// a silent zone can be told from silent servers of ours.
    async fn with_canary<T>(&self, servers: &Servers, lookup: impl Future<Output = T>) -> T {
        let canary = async {
            sleep(SUSPICIOUS).await;
            if !self.is_alive() {
                let _ = self
                    .noted(servers.ask(&Name::root(), RecordType::NS, 0))
                    .await;
            }
            std::future::pending::<T>().await
        };
        tokio::select! {
            biased;
            result = lookup => result,
            never = canary => never,
        }
    }

    fn is_alive(&self) -> bool {
        let answered = self.answered.load(Ordering::Relaxed);
        answered > 0 && self.born.elapsed() < Duration::from_millis(answered) + ALIVE
    }

    /// No answer: the target's fault only while our servers answer others.
    fn unanswered(&self, host: &str) -> Failure {
        let after_ms = u32::try_from(DNS_CAP.as_millis()).unwrap_or(u32::MAX);
        let detail = Detail::Timeout {
            after_ms,
            peer: Some(host.to_owned()),
        };
        let code = if self.is_alive() {
            FailureCode::DnsTimeout
        } else {
            FailureCode::InternalResolver
        };
        Failure::new(code, Phase::Dns, detail)
    }
}

impl Resolver {
    /// The failure for a lookup of `host` that the caller's own deadline ended after `after`.
    pub fn gave_up(&self, host: &str, after: Duration) -> Failure {
        let mut failure = match self {
            Self::System(live) => live.unanswered(host),
            Self::Servers(live) => live.unanswered(host),
            Self::Fixed(_) => Failure::new(FailureCode::DnsTimeout, Phase::Dns, Detail::None),
        };
        let after_ms = u32::try_from(after.as_millis()).unwrap_or(u32::MAX);
        failure.detail = Detail::Timeout {
            after_ms,
            peer: Some(host.to_owned()),
        };
        failure
    }
}

struct Answer {
    addresses: Addresses,
    ttl: Duration,
}

impl Answer {
    /// The addresses of both answers; an error counts only when neither has any.
    fn from_lookups(
        first: Result<Lookup, NetError>,
        second: Option<Result<Lookup, NetError>>,
    ) -> Result<Self, NetError> {
        let mut error = None;
        let mut addresses = Vec::new();
        let mut ttl = u32::MAX;
        for result in std::iter::once(first).chain(second) {
            match result {
                Ok(lookup) => {
                    for record in lookup.answers() {
                        if let Some(ip) = record.data.ip_addr() {
                            addresses.push(ip);
                        }
                        ttl = ttl.min(record.ttl);
                    }
                }
                Err(found) => error = Some(errors::graver(error, found)),
            }
        }
        match error {
            Some(error) if addresses.is_empty() => Err(error),
            _ => Ok(Self {
                addresses: addresses.into(),
                ttl: Duration::from_secs(ttl.into()),
            }),
        }
    }
}

fn has_addresses(result: &Result<Lookup, NetError>) -> bool {
    matches!(result, Ok(lookup) if lookup.answers().iter().any(|record| record.data.ip_addr().is_some()))
}

/// The name as it stands, without any search list. Underscores are fine, as in real zones.
fn absolute(host: &str) -> Result<Name, Failure> {
    let mut name = Name::from_ascii(host).map_err(|_| unusable(host))?;
    name.set_fqdn(true);
    Ok(name)
}

fn unusable(host: &str) -> Failure {
    Failure::new(
        FailureCode::InvalidUrl,
        Phase::Dns,
        Detail::Name {
            host: host.to_owned(),
            answer: None,
        },
    )
}

fn fixed(
    table: &HashMap<String, Vec<IpAddr>>,
    host: &str,
    family: AddressFamily,
) -> Result<Addresses, Failure> {
    let detail = || Detail::Name {
        host: host.to_owned(),
        answer: None,
    };
    let all = table
        .get(host)
        .ok_or_else(|| Failure::new(FailureCode::DnsNotFound, Phase::Dns, detail()))?;
    let found: Addresses = all
        .iter()
        .copied()
        .filter(|ip| is_of(*ip, family))
        .collect();
    if found.is_empty() {
        return Err(Failure::new(
            FailureCode::DnsNoAddress,
            Phase::Dns,
            detail(),
        ));
    }
    Ok(found)
}

pub(crate) const fn is_of(ip: IpAddr, family: AddressFamily) -> bool {
    match family {
        AddressFamily::Auto => true,
        AddressFamily::V4 => ip.is_ipv4(),
        AddressFamily::V6 => ip.is_ipv6(),
    }
}
