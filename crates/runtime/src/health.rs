//! Asking a process of ours from beside it whether it works: what health checks of containers run, in place of curl.

use std::{
    io::{Read as _, Write as _},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream},
    path::Path,
    time::Duration,
};

use anyhow::{Context as _, bail};

/// How long connecting, asking and each read may take.
const PATIENCE: Duration = Duration::from_secs(3);
/// More of an answer than this is not worth showing.
const LONGEST: u64 = 4_096;

/// Asks `path` of the process on this machine that listens on `listening`. Fails with what it said unless that is 200.
pub fn ask(listening: SocketAddr, path: &str) -> anyhow::Result<()> {
    let address = from_here(listening);
    let answer = exchange(address, path).with_context(|| format!("{address} does not answer"))?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.split_whitespace().nth(1).unwrap_or_default();
    if status == "200" {
        return Ok(());
    }
    bail!("{address}{path} answered {status}: {}", body.trim())
}

/// Fails when `file` was not touched for longer than `longest`, by the clock that the file system uses.
pub fn is_fresh(file: &Path, longest: Duration) -> anyhow::Result<()> {
    let shown = file.display();
    let touched = file.metadata().and_then(|metadata| metadata.modified());
    let touched = touched.with_context(|| format!("{shown} is not there"))?;
    // A time in the future is one that was just set.
    let age = touched.elapsed().unwrap_or_default();
    if age <= longest {
        return Ok(());
    }
    bail!(
        "{shown} was touched {} s ago; at most {} s are fine",
        age.as_secs(),
        longest.as_secs()
    )
}

/// Where something that listens on every address is reached from the same machine.
fn from_here(listening: SocketAddr) -> SocketAddr {
    let ip = match listening.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listening.port())
}

fn exchange(address: SocketAddr, path: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = Vec::new();
    stream.take(LONGEST).read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::admin::{self, Readiness};

    #[tokio::test]
    async fn a_process_that_is_not_ready_is_told_apart_from_one_that_is_and_one_that_is_not_there()
    {
        let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (readiness, stop) = (Readiness::default(), CancellationToken::new());
        let serving = admin::serve(listener, readiness.clone(), None, stop.clone());
        let asked = async |path| {
            tokio::task::spawn_blocking(move || ask(address, path))
                .await
                .unwrap()
        };
        let asking = async {
            asked("/ready").await.expect("nothing is missing");
            readiness.missing("database", "it is away");
            let error = asked("/ready").await.expect_err("not ready").to_string();
            assert!(
                error.contains("503") && error.contains("it is away"),
                "{error}"
            );
            asked("/live").await.expect("it lives all the same");
            stop.cancel();
        };
        let (served, ()) = tokio::join!(serving, asking);
        served.unwrap();
        let error = asked("/live").await.expect_err("gone").to_string();
        assert!(error.contains("does not answer"), "{error}");
    }

    #[test]
    fn a_heartbeat_counts_while_it_is_young() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("healthy");
        let minute = Duration::from_mins(1);
        assert!(is_fresh(&file, minute).is_err(), "it is not there");
        std::fs::write(&file, b"").unwrap();
        is_fresh(&file, minute).expect("just touched");
        let touched = std::fs::File::options().write(true).open(&file).unwrap();
        let now = file.metadata().unwrap().modified().unwrap();
        touched.set_modified(now - minute * 2).unwrap();
        let error = is_fresh(&file, minute).expect_err("old").to_string();
        assert!(error.contains("at most 60 s"), "{error}");
    }
}
