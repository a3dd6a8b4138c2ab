//! The thread that keeps PostgreSQL running: starts it, starts it again when it dies, and ends it last.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::Context as _;
use tokio::sync::oneshot;

use super::server::{Server, Setup};
use super::socket::SocketDir;
use super::{Account, Binaries, binaries, cluster, url};
use crate::data_dir::{DataDir, Lock};

/// How often the thread looks whether the server still runs.
const LOOK: Duration = Duration::from_millis(200);
/// The longest pause between two attempts to bring it back.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// A private server that is ready. It ends when this value does; `stop` does that without blocking the caller's thread.
#[derive(Debug)]
pub struct Embedded {
    url: String,
    stopping: Arc<AtomicBool>,
    /// Closed to tell the thread to end the server.
    control: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
    /// Given up only after the server has ended.
    _lock: Lock,
}

impl Embedded {
    /// Prepares and starts the server of a data folder whose lock we hold. `binaries` is the setting `PG_BIN_DIR`.
    /// A second start takes well under a second; the first one initialises the data.
    pub async fn start(
        data: &DataDir,
        lock: Lock,
        binaries: Option<&Path>,
    ) -> anyhow::Result<Self> {
        let folder = data.postgres();
        cluster::refuse_foreign(&folder)?;
        let binaries = Binaries::find(binaries, binaries::data_major(&folder)?)?;
        let account = Account::choose(&folder)?;
        let stopping = Arc::new(AtomicBool::new(false));
        let (control, commands) = channel();
        let (ready, is_ready) = oneshot::channel();
        let supervisor = Supervisor {
            data: data.clone(),
            account,
            binaries,
            stopping: Arc::clone(&stopping),
            commands,
        };
        // A thread of its own that lives as long as the server: the parent-death signal is bound to the thread that started the child.
        let thread = std::thread::Builder::new()
            .name("postgres".into())
            .spawn(move || supervisor.run(ready))?;
        let mut embedded = Self {
            url: String::new(),
            stopping,
            control: Some(control),
            thread: Some(thread),
            _lock: lock,
        };
        let socket = is_ready
            .await
            .context("the thread that starts PostgreSQL ended")??;
        db::server::ensure_database(&url(&socket, "postgres"), super::NAME)
            .await
            .context("cannot connect to our own PostgreSQL")?;
        embedded.url = url(&socket, super::NAME);
        Ok(embedded)
    }

    /// Where our database is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Ends the server and waits for it.
    pub async fn stop(self) -> anyhow::Result<()> {
        tokio::task::spawn_blocking(move || drop(self))
            .await
            .context("the database could not be stopped")
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::Relaxed);
        drop(self.control.take());
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

struct Supervisor {
    data: DataDir,
    account: Account,
    binaries: Binaries,
    stopping: Arc<AtomicBool>,
    commands: Receiver<()>,
}

impl Supervisor {
    fn run(self, ready: oneshot::Sender<anyhow::Result<std::path::PathBuf>>) {
        match self.first_start() {
            Ok((setup, socket, server)) => {
                // Nobody waits any more when the start was abandoned; then the loop sees its closed channel at once.
                ready.send(Ok(setup.socket.clone())).ok();
                self.watch(&setup, server);
                drop(socket);
            }
            Err(error) => drop(ready.send(Err(error))),
        }
    }

    fn first_start(&self) -> anyhow::Result<(Setup, SocketDir, Server)> {
        cluster::ensure(&self.data, &self.account, &self.binaries)?;
        super::leftover::clear(&self.data.postgres())?;
        let socket = SocketDir::make(&self.data, &self.account)?;
        let setup = Setup {
            data: self.data.clone(),
            account: self.account.clone(),
            binaries: self.binaries.clone(),
            socket: socket.path().to_owned(),
        };
        let server = self.start(&setup)?;
        Ok((setup, socket, server))
    }

    fn start(&self, setup: &Setup) -> anyhow::Result<Server> {
        Server::start(setup, &|| self.stopping.load(Ordering::Relaxed))
    }

    fn watch(&self, setup: &Setup, mut server: Server) {
        while !self.told_to_stop(LOOK) {
            let Some(status) = server.ended() else {
                continue;
            };
            tracing::error!(%status, log = %setup.data.postgres_log().display(), "PostgreSQL ended by itself; starting it again");
            match self.bring_back(setup) {
                Some(again) => server = again,
                None => return,
            }
        }
        server.end();
    }

    /// Tries until it runs again; `None` when told to stop meanwhile.
    fn bring_back(&self, setup: &Setup) -> Option<Server> {
        let mut pause = Duration::from_millis(100);
        loop {
            match self.start(setup) {
                Ok(server) => return Some(server),
                Err(error) => {
                    tracing::error!(error = format!("{error:#}"), "PostgreSQL does not start");
                }
            }
            if self.told_to_stop(pause) {
                return None;
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    fn told_to_stop(&self, wait: Duration) -> bool {
        !matches!(
            self.commands.recv_timeout(wait),
            Err(RecvTimeoutError::Timeout)
        )
    }
}
