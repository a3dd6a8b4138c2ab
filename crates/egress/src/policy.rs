//! Which addresses and ports we may talk to: one decision, in one place, for everything that leaves.

use std::{fmt, net::IpAddr};

use domain::{failure::FailureCode, target::is_blocked_port};
use ipnet::IpNet;
use url::{Host, Url};

mod own;
mod ranges;

pub use own::{OwnEndpoints, own_networks};
pub(crate) use ranges::is_forbidden;

/// What an installation allows. Judged on every literal, on every answer of the name servers and
/// on the peer's address after connecting, for every hop.
#[derive(Clone, Default)]
pub struct Policy {
    allow: Vec<IpNet>,
    deny: Vec<IpNet>,
    /// Ports that are open although they are usually not asked.
    ports: Vec<u16>,
    /// The only ports that are open outside `allow`; empty for all others.
    only_ports: Vec<u16>,
    /// Addresses of this machine and its gateways: dialling one's own public address from inside
    /// skips the outer firewall.
    own_networks: Vec<IpNet>,
    own: OwnEndpoints,
}

impl Policy {
    /// For an installation where anybody may sign up: public addresses only.
    pub fn shared() -> Self {
        Self::default()
    }

    /// For an installation that one household or company has for itself: public addresses and the
    /// local network (loopback, RFC 1918, `100.64/10`, `fc00::/7`), but never metadata services.
    pub fn single_tenant() -> Self {
        Self {
            allow: ranges::local_networks(),
            ..Self::default()
        }
    }

    /// Opens further networks; metadata addresses and our own endpoints stay closed.
    #[must_use]
    pub fn allowing(mut self, networks: impl IntoIterator<Item = IpNet>) -> Self {
        self.allow.extend(networks);
        self
    }

    /// Opens ports that usually belong to databases, mail and the like.
    #[must_use]
    pub fn opening_ports(mut self, ports: impl IntoIterator<Item = u16>) -> Self {
        self.ports.extend(ports);
        self
    }

    /// Leaves only these ports open, except in networks that are allowed. None leaves all open.
    #[must_use]
    pub fn keeping_to_ports(mut self, ports: impl IntoIterator<Item = u16>) -> Self {
        self.only_ports.extend(ports);
        self
    }

    /// Closes networks; this outranks what is allowed.
    #[must_use]
    pub fn denying(mut self, networks: impl IntoIterator<Item = IpNet>) -> Self {
        self.deny.extend(networks);
        self
    }

    /// Closes the networks of this machine and its gateways unless they are allowed explicitly; for
    /// shared installations, with `own_networks()` read at start.
    #[must_use]
    pub fn denying_own(mut self, networks: impl IntoIterator<Item = IpNet>) -> Self {
        self.own_networks.extend(networks);
        self
    }

    /// The list of our own Postgres, Redis and admin endpoints. Whoever knows where they are right
    /// now keeps it up to date; all clones of this policy share it.
    pub fn own_endpoints(&self) -> OwnEndpoints {
        self.own.clone()
    }

    /// Whether something outside the public internet is open, which a shared installation must
    /// not have.
    pub fn allows_local_networks(&self) -> bool {
        self.allow.iter().any(ranges::holds_forbidden)
    }

    /// Whether this port is never asked.
    pub fn blocks_port(&self, port: u16) -> bool {
        is_blocked_port(port) && !self.ports.contains(&port)
    }

    /// Whether this address and port may be dialled.
    pub fn allows(&self, ip: IpAddr, port: u16) -> bool {
        self.refuses(ip, port).is_none()
    }

    /// Why this address and port may not be dialled; none when they may.
    pub fn refuses(&self, ip: IpAddr, port: u16) -> Option<FailureCode> {
        if self.blocks_port(port) {
            return Some(FailureCode::BlockedPort);
        }
        if ranges::is_metadata(ip) || contains(&self.deny, ip) || self.own.covers(ip, port) {
            return Some(FailureCode::BlockedAddress);
        }
        if contains(&self.allow, ip) {
            return None;
        }
        if is_forbidden(ip) || contains(&self.own_networks, ip) {
            return Some(FailureCode::BlockedAddress);
        }
        self.is_beyond(port).then_some(FailureCode::BlockedPort)
    }

    /// Whether this port is open in allowed networks at most, because the operator keeps to others.
    pub fn is_beyond(&self, port: u16) -> bool {
        !self.only_ports.is_empty() && !self.only_ports.contains(&port)
    }

    /// Whether a URL may be stored, as far as it can be told without resolving its name.
    pub fn check_url(&self, url: &Url) -> Result<(), FailureCode> {
        domain::target::is_askable(url).map_err(|_| FailureCode::InvalidUrl)?;
        let port = url.port_or_known_default().ok_or(FailureCode::InvalidUrl)?;
        if self.blocks_port(port) {
            return Err(FailureCode::BlockedPort);
        }
        let literal = match url.host() {
            Some(Host::Ipv4(ip)) => IpAddr::V4(ip),
            Some(Host::Ipv6(ip)) => IpAddr::V6(ip),
            // Where a name leads is seen when it is looked at.
            _ if self.allow.is_empty() && self.is_beyond(port) => {
                return Err(FailureCode::BlockedPort);
            }
            _ => return Ok(()),
        };
        self.refuses(literal, port).map_or(Ok(()), Err)
    }
}

fn contains(networks: &[IpNet], ip: IpAddr) -> bool {
    networks.iter().any(|network| network.contains(&ip))
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy")
            .field("allow", &self.allow)
            .field("deny", &self.deny)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
