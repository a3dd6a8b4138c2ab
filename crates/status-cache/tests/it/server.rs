//! A Redis server of one test's own, so that it may be killed, flushed and paused.

use std::{
    path::{Path, PathBuf},
    process::{Child, Stdio},
    sync::Arc,
    time::Duration,
};

use rustls::ServerConfig;
use status_cache::StatusCache;
use tempfile::TempDir;
use test_support::{Authority, Flaw, Signal, redis_server, signal};
use tokio::{
    net::{TcpListener, UnixStream},
    task::JoinSet,
};
use tokio_rustls::TlsAcceptor;

pub(crate) struct Server {
    folder: TempDir,
    child: Child,
}

/// Passes TLS connections on to a server.
pub(crate) struct TlsFront {
    port: u16,
    _tasks: JoinSet<()>,
}

impl TlsFront {
    pub(crate) fn port(&self) -> u16 {
        self.port
    }
}

impl Server {
    /// Starts `redis-server` on a socket of its own and waits until it answers.
    pub(crate) async fn start() -> Self {
        let folder = TempDir::new().expect("a folder");
        let child = spawn(&socket(&folder));
        let server = Self { folder, child };
        server.answers().await;
        server
    }

    fn url(&self) -> String {
        format!("redis+unix://{}", socket(&self.folder).display())
    }

    pub(crate) fn cache(&self) -> StatusCache {
        StatusCache::redis(&self.url()).expect("an address")
    }

    pub(crate) async fn flush(&self) {
        let client = redis::Client::open(self.url()).expect("an address");
        let mut connection = client
            .get_multiplexed_async_connection()
            .await
            .expect("a connection");
        redis::cmd("FLUSHALL")
            .exec_async(&mut connection)
            .await
            .expect("flushed");
    }

    /// Stopped by the system: it accepts and never answers.
    pub(crate) fn pause(&self) {
        signal(self.child.id(), Signal::STOP);
    }

    pub(crate) fn go_on(&self) {
        signal(self.child.id(), Signal::CONT);
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("gone");
    }

    pub(crate) async fn start_again(&mut self) {
        self.child = spawn(&socket(&self.folder));
        self.answers().await;
    }

    /// The same server behind TLS, with a certificate of this authority; until the front is dropped.
    #[expect(
        clippy::disallowed_methods,
        reason = "a certificate of a test is valid now"
    )]
    pub(crate) async fn behind_tls(&self, authority: &Authority) -> TlsFront {
        let issued = authority.issue(&["localhost"], Flaw::None, chrono::Utc::now());
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("the provider knows TLS 1.2 and 1.3")
            .with_no_client_auth()
            .with_single_cert(issued.chain, issued.key)
            .expect("a certificate with its key");
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let socket = socket(&self.folder);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut passing = JoinSet::new();
            while let Ok((near, _)) = listener.accept().await {
                let (acceptor, socket) = (acceptor.clone(), socket.clone());
                passing.spawn(async move {
                    let mut near = acceptor.accept(near).await?;
                    let mut far = UnixStream::connect(socket).await?;
                    tokio::io::copy_bidirectional(&mut near, &mut far).await
                });
            }
        });
        TlsFront {
            port,
            _tasks: tasks,
        }
    }

    async fn answers(&self) {
        while !self.cache().is_reachable().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

fn socket(folder: &TempDir) -> PathBuf {
    folder.path().join("redis.sock")
}

fn spawn(socket: &Path) -> Child {
    redis_server()
        .args([
            "--port",
            "0",
            "--save",
            "",
            "--appendonly",
            "no",
            "--unixsocket",
        ])
        .arg(socket)
        .stdout(Stdio::null())
        .spawn()
        .expect("redis-server is installed")
}

impl Drop for Server {
    fn drop(&mut self) {
        // A stopped process takes the kill all the same; one that is gone needs none.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
