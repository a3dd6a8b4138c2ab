//! Keeps the list of our own endpoints true while names move: Postgres, Redis and the admin ports are never a target.

use std::{net::SocketAddr, time::Duration};

use tokio_util::sync::CancellationToken;
use url::Url;

use crate::OwnEndpoints;

/// How often the names are resolved anew.
const EVERY: Duration = Duration::from_secs(30);

/// Postgres, Redis and the admin port as host and port, for `watch_own`: never a target.
pub fn own_endpoints(
    postgres: &str,
    redis: Option<&str>,
    admin: Option<SocketAddr>,
) -> Vec<(String, u16)> {
    let servers = [
        endpoint(postgres, 5_432),
        redis.and_then(|url| endpoint(url, 6_379)),
        admin.map(|address| (address.ip().to_string(), address.port())),
    ];
    servers.into_iter().flatten().collect()
}

/// Host and port of a server of ours, as its address names them. A server behind a Unix socket has none that anybody could
/// reach.
fn endpoint(address: &str, default_port: u16) -> Option<(String, u16)> {
    let url = Url::parse(address).ok()?;
    let is_socket = url
        .query_pairs()
        .any(|(name, value)| name == "host" && value.starts_with('/'));
    let host = url.host_str().filter(|_| !is_socket)?;
    // Nothing resolves the brackets around an IPv6 address.
    let host = host.trim_start_matches('[').trim_end_matches(']');
    Some((host.to_owned(), url.port().unwrap_or(default_port)))
}

/// Resolves `own` (host and port, as configured) now and every 30 s until `stop`. A name that does not resolve keeps
/// its last addresses.
pub async fn watch_own(endpoints: OwnEndpoints, own: Vec<(String, u16)>, stop: CancellationToken) {
    let mut known = vec![Vec::new(); own.len()];
    loop {
        for ((host, port), addresses) in own.iter().zip(&mut known) {
            if let Ok(found) = tokio::net::lookup_host((host.as_str(), *port)).await {
                *addresses = found.collect();
            }
        }
        endpoints.set(known.concat());
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_known_by_host_and_port_unless_it_sits_behind_a_socket() {
        let table = [
            ("postgres://me:secret@db.test/x", Some(("db.test", 5_432))),
            ("redis://[::1]:7000/0", Some(("::1", 7_000))),
            ("postgres://me@localhost/x?host=/run/postgresql", None),
            ("postgres:///x?host=/run/postgresql", None),
            ("nonsense", None),
        ];
        for (address, expected) in table {
            let expected = expected.map(|(host, port)| (host.to_owned(), port));
            assert_eq!(endpoint(address, 5_432), expected, "{address}");
        }
    }
}
