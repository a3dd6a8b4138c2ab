//! The one door out: resolves a name, judges every address, connects, and speaks TLS.

use std::net::IpAddr;

use domain::{
    failure::{Detail, Failure, FailureCode, Phase},
    target::AddressFamily,
};
use tokio::{
    net::TcpStream,
    time::{Instant, timeout_at},
};
use url::Host;

mod client;
mod config;
mod dial;
mod errno;
pub mod http1;
mod own_watch;
mod policy;
mod resolver;
mod routes;
mod tls;

pub use client::{Answer, Client, Question};
pub use config::{Config, Endpoints, Networks};
pub use dial::{Dialed, TCP_CAP};
pub use errno::is_exhaustion;
pub use own_watch::watch_own;
pub use policy::{OwnEndpoints, Policy, own_networks};
pub use resolver::{Addresses, Ask, DNS_CAP, Resolver};
pub use tls::{
    Secured, TLS_CAP, Tls, TrustError, Unsecured, WallClock, find_tls_error, read_pem, tls_failure,
};

/// Everything that leaves for an address that a user chose goes through this. It reads no proxy
/// settings and keeps no connections.
pub struct Egress {
    policy: Policy,
    resolver: Resolver,
    tls: Tls,
    routes: routes::Routes,
    machine: Option<String>,
}

/// Where to connect: what `resolve` found and the policy allowed.
#[derive(Debug, Clone)]
pub enum Vetted {
    One(IpAddr),
    Several(Addresses),
}

impl Vetted {
    /// The addresses, in the order of the answers.
    pub fn as_slice(&self) -> &[IpAddr] {
        match self {
            Self::One(ip) => std::slice::from_ref(ip),
            Self::Several(several) => several,
        }
    }
}

impl Egress {
    pub fn new(policy: Policy, resolver: Resolver, tls: Tls) -> Self {
        Self {
            policy,
            resolver,
            tls,
            routes: routes::Routes::default(),
            machine: None,
        }
    }

    /// Names the machine around our container, for the sentence about a `localhost` that was meant to be that machine.
    #[must_use]
    pub fn in_container_of(mut self, machine: Option<String>) -> Self {
        self.machine = machine;
        self
    }

    /// What may be reached; used as well when a URL is stored.
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The trust settings and the time by which certificates are judged.
    pub const fn tls(&self) -> &Tls {
        &self.tls
    }

    /// The addresses of a host, each of them allowed for this port. One forbidden address refuses the
    /// whole answer: nobody mixes public and private addresses by mistake.
    pub async fn resolve(
        &self,
        host: Host<&str>,
        port: u16,
        ask: Ask,
        deadline: Instant,
    ) -> Result<Vetted, Failure> {
        if self.policy.blocks_port(port) {
            return Err(refused(FailureCode::BlockedPort, port));
        }
        let found = match host {
            Host::Ipv4(ip) => Vetted::One(ip.into()),
            Host::Ipv6(ip) => Vetted::One(ip.into()),
            Host::Domain(name) => Vetted::Several(self.lookup(name, ask, deadline).await?),
        };
        let addresses = found.as_slice();
        let mut refusals = addresses.iter();
        if let Some(code) = refusals.find_map(|ip| self.policy.refuses(*ip, port)) {
            return Err(refused(code, port));
        }
        if addresses.iter().any(|ip| resolver::is_of(*ip, ask.family)) {
            return Ok(found);
        }
        let answer = (ask.family != AddressFamily::Auto)
            .then(|| format!("no IPv{} address", ask.family.as_str()));
        let detail = Detail::Name {
            host: host.to_string(),
            answer,
        };
        Err(Failure::new(FailureCode::DnsNoAddress, Phase::Dns, detail))
    }

    async fn lookup(&self, name: &str, ask: Ask, deadline: Instant) -> Result<Addresses, Failure> {
        let started = Instant::now();
        match timeout_at(deadline, self.resolver.lookup(name, ask)).await {
            Ok(found) => found,
            Err(_) => Err(self.resolver.gave_up(name, started.elapsed())),
        }
    }

    /// Connects to one of the vetted addresses.
    pub async fn dial(&self, to: &Vetted, port: u16, deadline: Instant) -> Result<Dialed, Failure> {
        let way = dial::Way {
            policy: &self.policy,
            routes: &self.routes,
            machine: self.machine.as_deref(),
            deadline,
        };
        dial::dial(&way, to.as_slice(), port).await
    }

    /// Connects to a host that the *operator* configured, such as the mail server: resolved as this machine resolves names, and not
    /// judged, because an operator's own relay may well be on a private address and on a port that nobody else may ask.
    pub async fn dial_configured(
        &self,
        host: &str,
        port: u16,
        deadline: Instant,
    ) -> Result<TcpStream, Failure> {
        dial::configured(host, port, deadline).await
    }

    /// Shakes hands for `host` on an open connection. Without `verify` the certificate is recorded
    /// only.
    pub async fn secure(
        &self,
        stream: TcpStream,
        host: &str,
        verify: bool,
        deadline: Instant,
    ) -> Result<Secured<TcpStream>, Unsecured> {
        // Handshake flights are small; waiting for more to send would only delay them.
        let _ = stream.set_nodelay(true);
        self.tls.handshake(stream, host, verify, deadline).await
    }
}

fn refused(code: FailureCode, port: u16) -> Failure {
    match code {
        FailureCode::BlockedPort => Failure::new(code, Phase::Dns, Detail::Port { port }),
        _ => dial::blocked(),
    }
}
