//! Who really asks: address and scheme, through the proxies that are trusted.

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::{ConnectInfo, FromRequestParts, Request, State},
    http::{HeaderMap, header, request::Parts},
    middleware::Next,
    response::Response,
};
use ipnet::IpNet;

use crate::{problem::Problem, state::AppState};

/// The caller as far as it can be known; an extension of every request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// The nearest address that is not a trusted proxy.
    pub address: IpAddr,
    /// Whether the caller's own connection was encrypted.
    pub https: bool,
    /// Host (and port) that the caller asked for.
    pub host: String,
}

impl Client {
    /// What the caller's browser shows as the origin of this request.
    pub fn origin(&self) -> String {
        let scheme = if self.https { "https" } else { "http" };
        format!("{scheme}://{}", self.host)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Client {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let client = parts.extensions.get::<Self>().cloned();
        client.ok_or_else(|| Problem::Internal(anyhow::anyhow!("a request without `identify`")))
    }
}

pub(super) async fn identify(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::from([0, 0, 0, 0]), |info| info.0.ip());
    let client = client(peer, request.headers(), &state.site.trusted_proxies);
    request.extensions_mut().insert(client);
    next.run(request).await
}

fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> Client {
    let peer = peer.to_canonical();
    let is_trusted = |ip: IpAddr| trusted.iter().any(|net| net.contains(&ip));
    let host = text(headers, header::HOST.as_str());
    if !is_trusted(peer) {
        return Client {
            address: peer,
            https: false,
            host,
        };
    }
    // Read from the right: each trusted proxy vouches for the address that it was called from, and for nothing further left.
    let mut address = peer;
    for hop in list(headers, "x-forwarded-for").iter().rev() {
        let Some(ip) = parse_hop(hop) else { break };
        address = ip;
        if !is_trusted(ip) {
            break;
        }
    }
    let forwarded = |name| list(headers, name).pop().filter(|word| !word.is_empty());
    Client {
        address,
        https: forwarded("x-forwarded-proto").is_some_and(|p| p.eq_ignore_ascii_case("https")),
        host: forwarded("x-forwarded-host").unwrap_or(host),
    }
}

fn text(headers: &HeaderMap, name: &str) -> String {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_owned()
}

/// All values of a header, over all its lines, in order.
fn list(headers: &HeaderMap, name: &str) -> Vec<String> {
    let lines = headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok());
    lines
        .flat_map(|line| line.split(','))
        .map(|word| word.trim().to_owned())
        .collect()
}

fn parse_hop(hop: &str) -> Option<IpAddr> {
    let ip = hop.parse().ok();
    let with_port = || hop.parse::<SocketAddr>().ok().map(|socket| socket.ip());
    let bracketed = || hop.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    ip.or_else(with_port)
        .or_else(bracketed)
        .map(|ip: IpAddr| ip.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    fn ask(peer: &str, pairs: &[(&'static str, &'static str)]) -> Client {
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        client(peer.parse().unwrap(), &headers(pairs), &trusted)
    }

    #[test]
    fn a_stranger_cannot_claim_to_be_forwarded() {
        let seen = ask(
            "203.0.113.9",
            &[
                ("host", "a.example"),
                ("x-forwarded-for", "1.1.1.1"),
                ("x-forwarded-proto", "https"),
            ],
        );
        assert_eq!(seen.address, IpAddr::from([203, 0, 113, 9]));
        assert_eq!(seen.origin(), "http://a.example");
    }

    #[test]
    fn forwarded_addresses_are_read_from_the_right_until_the_first_untrusted_one() {
        let seen = ask(
            "10.0.0.1",
            &[
                ("host", "inside"),
                ("x-forwarded-for", "6.6.6.6, 198.51.100.4:5555"),
                ("x-forwarded-for", "10.0.0.2"),
                ("x-forwarded-proto", "https"),
                ("x-forwarded-host", "status.example"),
            ],
        );
        assert_eq!(seen.address, IpAddr::from([198, 51, 100, 4]));
        assert_eq!(seen.origin(), "https://status.example");
    }

    #[test]
    fn nonsense_ends_the_chain_at_the_last_address_that_was_vouched_for() {
        let seen = ask(
            "10.0.0.1",
            &[("x-forwarded-for", "8.8.8.8, unknown, 10.0.0.3")],
        );
        assert_eq!(seen.address, IpAddr::from([10, 0, 0, 3]));
    }
}
