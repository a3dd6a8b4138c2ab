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

/// What people type to open it.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Address")]
pub struct PublicUrl {
    /// What people type to open it; without it `http://localhost` and the port
    #[arg(long, env = "PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// Another name of `PUBLIC_URL`
    #[arg(long, env = "FRONTEND_URL", value_name = "URL")]
    pub frontend_url: Option<String>,
}

impl PublicUrl {
    /// Whether there is one.
    pub fn is_given(&self) -> bool {
        self.given().is_some()
    }

    /// What was given, or this machine where the program listens on `port`.
    pub fn or_local(&self, port: u16) -> String {
        self.given()
            .map_or_else(|| format!("http://localhost:{port}"), ToOwned::to_owned)
    }

    fn given(&self) -> Option<&str> {
        let names = [&self.public_url, &self.frontend_url];
        names
            .into_iter()
            .filter_map(|url| Some(url.as_deref()?.trim()))
            .find(|url| !url.is_empty())
    }
}

/// What the terminal we were started from tells; for the sentences only.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Terminal {
    /// Set by make
    #[arg(long, env = "MAKELEVEL", hide = true, hide_env = true)]
    makelevel: Option<String>,
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
        if self.makelevel.is_some() {
            format!("make run {settings}")
        } else {
            // As it was typed: it need not be among the programs that are found by name.
            let program = std::env::args().next();
            format!(
                "{settings} {} serve",
                program.as_deref().unwrap_or("pulsecheck")
            )
        }
    }

    /// For somebody who came by ssh and whose browser is elsewhere: how to see what listens on `listening`.
    pub fn from_afar(&self, listening: SocketAddr) -> Option<String> {
        let connection = self.ssh_connection.as_deref()?;
        if !listening.ip().is_loopback() {
            return None;
        }
        let mut words = connection.split_whitespace().skip(2);
        let host: IpAddr = words.next()?.parse().ok()?;
        let port = words
            .next()
            .filter(|port| *port != "22")
            .map(|port| format!("-p {port} "))
            .unwrap_or_default();
        let user = self
            .logname
            .as_deref()
            .map(|name| format!("{name}@"))
            .unwrap_or_default();
        let ours = listening.port();
        let url = SocketAddr::new(host, ours);
        let line = self.line(&format!(
            "LISTEN_ADDR=0.0.0.0:{ours} PUBLIC_URL=http://{url}"
        ));
        Some(format!(
            "This is a remote machine. On your own one type this, then open http://localhost:{ours} there:\n    \
             ssh -L {ours}:localhost:{ours} {port}{user}{host}\n\
             Or let everybody who can reach this machine open it:\n    {line}"
        ))
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
            makelevel: Some("1".into()),
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
            makelevel: Some("1".into()),
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
}
