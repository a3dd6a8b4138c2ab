//! Where people find this installation: the address we listen on, and the line to type when that does not work.

mod holder;

use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use secrecy::{ExposeSecret as _, SecretString};
use status_cache::StatusCache;
use tokio::net::TcpListener;

use self::holder::Holder;
use crate::output::program;

/// Where the installation is reached, and the cache it may share.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Address")]
pub struct Address {
    /// Where to listen; 0.0.0.0:8000 lets other machines in
    #[arg(
        long,
        env = "LISTEN_ADDR",
        default_value = "127.0.0.1:8000",
        value_name = "ADDRESS"
    )]
    pub listen_addr: SocketAddr,
    /// A shared cache, as in `redis://host:6379/0`; without it this process keeps its own
    #[arg(long, env = "REDIS_URL", hide_env_values = true, value_name = "URL")]
    pub redis_url: Option<SecretString>,
    /// A file that holds `REDIS_URL`
    #[arg(long, env = "REDIS_URL_FILE", value_name = "FILE")]
    pub redis_url_file: Option<PathBuf>,
}

impl Address {
    /// The shared cache's address, if there is one.
    pub fn redis_url(&self) -> anyhow::Result<Option<SecretString>> {
        runtime::secret::read(
            "REDIS_URL",
            self.redis_url.as_ref(),
            self.redis_url_file.as_deref(),
        )
    }

    /// The shared cache, which may show a certificate of these further `authorities`, or one of this process.
    pub fn status_cache(&self, authorities: Option<&Path>) -> anyhow::Result<StatusCache> {
        match self.redis_url()? {
            Some(url) => {
                StatusCache::redis_trusting(url.expose_secret(), authorities).context("REDIS_URL")
            }
            None => Ok(StatusCache::in_memory()),
        }
    }
}

/// What the terminal we were started from tells; for the sentences only.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Terminal {
    /// What was typed, set by the scripts of make
    #[arg(long, env = "STARTED_BY", hide = true, hide_env = true)]
    started_by: Option<String>,
    /// Set by sshd: client address and port, our address and port
    #[arg(long, env = "SSH_CONNECTION", hide = true, hide_env = true)]
    ssh_connection: Option<String>,
    /// Who is signed in
    #[arg(long, env = "LOGNAME", hide = true, hide_env = true)]
    logname: Option<String>,
}

impl Terminal {
    /// The line that starts the program here with these settings, as in `LISTEN_ADDR=127.0.0.1:8001`.
    pub fn line(&self, settings: &str) -> String {
        match self.started_by.as_deref() {
            Some(typed) => format!("{typed} {settings}"),
            None => format!("{settings} {} serve", program()),
        }
    }

    /// What to type where links would lead to the wrong machine: everybody may come to `listening`, and nobody said under what name.
    pub fn unnamed(&self, listening: SocketAddr) -> Option<String> {
        if !listening.ip().is_unspecified() {
            return None;
        }
        let host = self
            .reached()
            .map_or_else(|| "ADDRESS".to_owned(), |(host, _)| url_host(host));
        let port = listening.port();
        let line = self.line(&format!(
            "LISTEN_ADDR={listening} PUBLIC_URL=http://{host}:{port}"
        ));
        Some(format!(
            "Other machines may open it, but links lead to this one. Type this, with the address that people open:\n    {line}"
        ))
    }

    /// Our address and port that somebody came to by ssh.
    fn reached(&self) -> Option<(IpAddr, &str)> {
        let mut words = self.ssh_connection.as_deref()?.split_whitespace().skip(2);
        Some((words.next()?.parse().ok()?, words.next()?))
    }

    /// For somebody who came by ssh and whose browser is elsewhere: how to see what listens on `listening`.
    pub fn from_afar(&self, listening: SocketAddr) -> Option<String> {
        let (host, port) = self.reached()?;
        if !listening.ip().is_loopback() {
            return None;
        }
        let port = match port {
            "22" => String::new(),
            port => format!("-p {port} "),
        };
        let user = self
            .logname
            .as_deref()
            .map(|name| format!("{name}@"))
            .unwrap_or_default();
        let ours = listening.port();
        let url = SocketAddr::new(host, ours);
        let everywhere = if host.is_ipv6() { "[::]" } else { "0.0.0.0" };
        let line = self.line(&format!(
            "LISTEN_ADDR={everywhere}:{ours} PUBLIC_URL=http://{url}"
        ));
        Some(format!(
            "This is a remote machine. On your own one type this, then open http://localhost:{ours} there:\n    \
             ssh -L {ours}:localhost:{ours} {port}{user}{host}\n\
             Or let everybody who can reach this machine open it:\n    {line}"
        ))
    }
}

/// As it stands in a URL.
fn url_host(host: IpAddr) -> String {
    match host {
        IpAddr::V4(host) => host.to_string(),
        IpAddr::V6(host) => format!("[{host}]"),
    }
}

/// Listens on `address`, or says what to type instead.
pub async fn listen(address: SocketAddr, terminal: &Terminal) -> anyhow::Result<TcpListener> {
    let error = match TcpListener::bind(address).await {
        Ok(listener) => return Ok(listener),
        Err(error) => error,
    };
    match error.kind() {
        ErrorKind::AddrInUse => bail!("{}", busy(address, terminal).await),
        ErrorKind::PermissionDenied => bail!(
            "Port {} needs rights that you do not have here. Type this instead:\n    {}",
            address.port(),
            terminal.line(&format!(
                "LISTEN_ADDR={}",
                SocketAddr::new(address.ip(), 8000)
            ))
        ),
        ErrorKind::AddrNotAvailable => bail!(
            "This machine has no address {}. Type this for all of its addresses:\n    {}",
            address.ip(),
            terminal.line(&format!("LISTEN_ADDR=0.0.0.0:{}", address.port()))
        ),
        _ => bail!("cannot listen on {address}: {error}"),
    }
}

/// Who has the port, as far as it can be known, and the line that starts us on another.
async fn busy(address: SocketAddr, terminal: &Terminal) -> String {
    let port = address.port();
    let other = format!("LISTEN_ADDR={}", next_free(address).await);
    match holder::of(port) {
        Some(Holder { name, process }) if name == "pulsecheck" => format!(
            "Port {port} is in use by a PulseCheck that runs already (process {process}): open it at http://localhost:{port}, or start a \
             second installation beside it:\n    {}",
            terminal.line(&format!("DATA_DIR=./data2 {other}"))
        ),
        Some(Holder { name, process }) => format!(
            "Port {port} is in use by {name} (process {process}). Type this instead:\n    {}",
            terminal.line(&other)
        ),
        None => format!(
            "Port {port} is in use by another program. Type this instead:\n    {}",
            terminal.line(&other)
        ),
    }
}

/// The first port after this one that nobody uses.
async fn next_free(address: SocketAddr) -> SocketAddr {
    for port in (address.port()..=u16::MAX).skip(1).take(50) {
        let candidate = SocketAddr::new(address.ip(), port);
        if TcpListener::bind(candidate).await.is_ok() {
            return candidate;
        }
    }
    SocketAddr::new(address.ip(), 8001)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loopback(port: u16) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], port))
    }

    #[tokio::test]
    async fn a_busy_port_gets_the_line_to_type() {
        let taken = TcpListener::bind(loopback(0)).await.unwrap();
        let address = taken.local_addr().unwrap();
        let terminal = Terminal {
            started_by: Some("make run".into()),
            ..Terminal::default()
        };
        let sentence = listen(address, &terminal).await.unwrap_err().to_string();
        let port = address.port();
        if cfg!(target_os = "linux") {
            let us = format!("(process {}). Type", std::process::id());
            assert!(sentence.contains(&us), "{sentence}");
        }
        assert!(
            sentence.starts_with(&format!("Port {port} is in use by ")),
            "{sentence}"
        );
        let line = sentence.lines().nth(1).unwrap().trim();
        let free = line.strip_prefix("make run LISTEN_ADDR=").unwrap();
        TcpListener::bind(free)
            .await
            .expect("the line that is shown works");
    }

    #[test]
    fn somebody_who_came_by_ssh_gets_the_line_for_their_own_machine() {
        let ssh_connection = Some("198.51.100.7 50000 203.0.113.5 2222".to_owned());
        let terminal = Terminal {
            started_by: Some("make run".into()),
            ssh_connection,
            logname: Some("ann".into()),
        };
        let text = terminal.from_afar(loopback(8000)).unwrap();
        assert!(
            text.contains("ssh -L 8000:localhost:8000 -p 2222 ann@203.0.113.5\n"),
            "{text}"
        );
        assert!(
            text.contains("make run LISTEN_ADDR=0.0.0.0:8000 PUBLIC_URL=http://203.0.113.5:8000"),
            "{text}"
        );
        assert_eq!(
            terminal.from_afar(SocketAddr::from(([0, 0, 0, 0], 8000))),
            None
        );
        assert_eq!(Terminal::default().from_afar(loopback(8000)), None);
    }

    #[test]
    fn lines_for_other_machines_fit_how_one_came() {
        let came = |connection: &str| Terminal {
            started_by: Some("make dev".into()),
            ssh_connection: Some(connection.to_owned()),
            logname: None,
        };
        let text = came("2001:db8::7 50000 2001:db8::5 22").from_afar(loopback(8000));
        assert!(
            text.unwrap()
                .contains("make dev LISTEN_ADDR=[::]:8000 PUBLIC_URL=http://[2001:db8::5]:8000")
        );
        let everybody = SocketAddr::from(([0, 0, 0, 0], 8000));
        let text = came("198.51.100.7 50000 203.0.113.5 22").unnamed(everybody);
        assert!(
            text.unwrap()
                .ends_with("make dev LISTEN_ADDR=0.0.0.0:8000 PUBLIC_URL=http://203.0.113.5:8000")
        );
        let text = Terminal::default().unnamed(everybody).unwrap();
        assert!(text.contains("PUBLIC_URL=http://ADDRESS:8000"), "{text}");
        assert_eq!(Terminal::default().unnamed(loopback(8000)), None);
    }
}
