//! Keeps the list of our own endpoints true while names move: Postgres, Redis and the admin ports are never a target.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use tokio_util::sync::CancellationToken;

use crate::OwnEndpoints;

/// How often the names are resolved anew.
const EVERY: Duration = Duration::from_secs(30);

/// Resolves `own` (host and port, as configured) now and every 30 s until `stop`. A name that does not resolve keeps
/// its last addresses.
pub async fn watch_own(endpoints: OwnEndpoints, own: Vec<(String, u16)>, stop: CancellationToken) {
    let literal = |(host, port): &(String, u16)| {
        let ip: IpAddr = host.parse().ok()?;
        Some(SocketAddr::new(ip, *port))
    };
    let mut known: Vec<Vec<SocketAddr>> = own
        .iter()
        .map(|one| literal(one).into_iter().collect())
        .collect();
    // What needs no name server counts before one has answered.
    endpoints.set(known.concat());
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
