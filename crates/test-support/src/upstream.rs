//! An HTTP server on loopback that misbehaves as it is told, and remembers what it was asked.

use std::{
    collections::{HashMap, VecDeque},
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio::{
    net::{TcpListener, TcpSocket},
    sync::watch,
    task::JoinSet,
};

mod compressed;
mod connection;
mod mode;
mod respond;
mod tls;

pub use connection::Request;
pub use mode::Mode;
pub use tls::TlsMode;
pub(crate) use tls::acceptor;

/// Most requests that are remembered.
const REMEMBERED: usize = 10_000;

/// A running server; it ends when this is dropped.
pub struct Upstream {
    address: SocketAddr,
    shared: Arc<Shared>,
    tasks: JoinSet<()>,
}

/// What connections see of their server.
pub(crate) struct Shared {
    default: Mutex<Mode>,
    /// By path, or by host without port; the path wins.
    special: Mutex<HashMap<String, Mode>>,
    /// How often a sequence was asked, by path.
    asked: Mutex<HashMap<String, usize>>,
    log: Mutex<VecDeque<Request>>,
    remember: bool,
    connections: AtomicU64,
    /// Bytes of bodies that were handed to the system.
    written: AtomicU64,
    tls: tls::Layer,
    /// Whether the port is to be open, and whether it is.
    wanted: watch::Sender<bool>,
    is_open: watch::Sender<bool>,
}

impl Upstream {
    /// A server on a free port of 127.0.0.1 that answers 200 `ok`.
    pub fn start() -> Self {
        Self::bind("127.0.0.1:0".parse().expect("an address"), TlsMode::Plain)
            .expect("a free port on loopback")
    }

    /// Like `start`, but speaking TLS (or what passes for it).
    pub fn start_tls(tls: TlsMode) -> Self {
        Self::bind("127.0.0.1:0".parse().expect("an address"), tls)
            .expect("a free port on loopback")
    }

    /// A server at this address, remembering its requests.
    pub fn bind(address: SocketAddr, tls: TlsMode) -> io::Result<Self> {
        Self::serve(address, tls, true)
    }

    /// A server for load: it remembers nothing.
    pub fn forgetful(address: SocketAddr) -> io::Result<Self> {
        Self::serve(address, TlsMode::Plain, false)
    }

    fn serve(address: SocketAddr, tls: TlsMode, remember: bool) -> io::Result<Self> {
        let listener = listen(address)?;
        let address = listener.local_addr()?;
        let (wanted, wants) = watch::channel(true);
        let shared = Arc::new(Shared {
            default: Mutex::new(Mode::ok()),
            special: Mutex::default(),
            asked: Mutex::default(),
            log: Mutex::default(),
            remember,
            connections: AtomicU64::new(0),
            written: AtomicU64::new(0),
            tls: tls::Layer::new(tls),
            wanted,
            is_open: watch::Sender::new(true),
        });
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, address, wants, shared.clone()));
        Ok(Self {
            address,
            shared,
            tasks,
        })
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL of a path on this server.
    pub fn url(&self, path: &str) -> String {
        let scheme = if self.shared.tls.is_tls() {
            "https"
        } else {
            "http"
        };
        format!("{scheme}://{}{path}", self.address)
    }

    /// The URL of a path under a host name that has to lead here.
    pub fn url_as(&self, host: &str, path: &str) -> String {
        let scheme = if self.shared.tls.is_tls() {
            "https"
        } else {
            "http"
        };
        format!("{scheme}://{host}:{}{path}", self.address.port())
    }

    /// How every path without a mode of its own behaves from now on.
    pub async fn set(&self, mode: Mode) {
        let refuses = matches!(mode, Mode::Refuse);
        *lock(&self.shared.default) = mode;
        lock(&self.shared.asked).clear();
        self.open(!refuses).await;
    }

    /// How one path (`/a`) or host (`b.test`) behaves from now on.
    pub fn set_for(&self, path_or_host: &str, mode: Mode) {
        lock(&self.shared.special).insert(path_or_host.to_owned(), mode);
        lock(&self.shared.asked).clear();
    }

    /// Forgets the modes of single paths and hosts.
    pub fn clear(&self) {
        lock(&self.shared.special).clear();
    }

    /// The requests so far, oldest first; at most the last ten thousand.
    pub fn requests(&self) -> Vec<Request> {
        lock(&self.shared.log).iter().cloned().collect()
    }

    /// Connections accepted so far.
    pub fn connections(&self) -> u64 {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// Bytes of bodies handed to the system so far.
    pub fn written(&self) -> u64 {
        self.shared.written.load(Ordering::SeqCst)
    }

    /// Opens or closes the port, and waits until that is so.
    async fn open(&self, open: bool) {
        self.shared.wanted.send_replace(open);
        let _ = self
            .shared
            .is_open
            .subscribe()
            .wait_for(|is_open| *is_open == open)
            .await;
    }

    /// Runs until the server ends by itself, which it does not.
    pub async fn join(mut self) {
        while self.tasks.join_next().await.is_some() {}
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    // A port that was closed for a while must open again at once.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(4096)
}

/// Accepts connections while the port is to be open, and has none while it is not.
async fn accept(
    first: TcpListener,
    address: SocketAddr,
    mut wanted: watch::Receiver<bool>,
    shared: Arc<Shared>,
) {
    let mut connections = JoinSet::new();
    let mut listener = Some(first);
    loop {
        shared.is_open.send_replace(listener.is_some());
        let Some(open) = &listener else {
            if wanted.wait_for(|open| *open).await.is_err() {
                return;
            }
            listener = listen(address).ok();
            continue;
        };
        tokio::select! {
            accepted = open.accept() => {
                if let Ok((stream, peer)) = accepted {
                    shared.connections.fetch_add(1, Ordering::SeqCst);
                    connections.spawn(connection::serve(stream, peer, shared.clone()));
                }
            }
            closing = wanted.wait_for(|open| !open) => {
                if closing.is_err() {
                    return;
                }
                listener = None;
                connections.abort_all();
            }
            Some(_) = connections.join_next() => {}
        }
    }
}
