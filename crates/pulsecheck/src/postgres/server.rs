//! One run of the `postgres` program: started, awaited until it is ready, ended.

use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus};
use std::time::Duration;

use anyhow::{Context as _, bail};
use rustix::process::{Pid, Signal, kill_process};
use tokio::time::Instant;

use super::{Account, Binaries, leftover};
use crate::data_dir::DataDir;

/// Settings for one small installation on a machine that has other things to do.
const SETTINGS: [&str; 13] = [
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "max_connections=100",
    "shared_buffers=64MB",
    "huge_pages=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "max_wal_size=512MB",
    "wal_compression=on",
    "random_page_cost=1.1",
    "jit=off",
    "timezone=UTC",
    "log_timezone=UTC",
];

/// After a crash PostgreSQL replays its log first; a day's worth takes seconds, a slow disk has time.
const PATIENCE: Duration = Duration::from_mins(10);
/// How long orphans of a killed server may hold its shared memory.
const ORPHANS: Duration = Duration::from_secs(10);
/// A log larger than this is set aside at the next start.
const LOG_LIMIT: u64 = 8 << 20;

/// Everything a start needs.
#[derive(Debug, Clone)]
pub(super) struct Setup {
    pub(super) data: DataDir,
    pub(super) account: Account,
    pub(super) binaries: Binaries,
    pub(super) socket: PathBuf,
}

/// A server that is ready.
#[derive(Debug)]
pub(super) struct Server {
    child: Child,
}

impl Server {
    /// Starts a server and waits until it accepts connections. `stop` is asked meanwhile and ends the waiting.
    pub(super) fn start(setup: &Setup, stop: &dyn Fn() -> bool) -> anyhow::Result<Self> {
        leftover::clear(&setup.data.postgres())?;
        let deadline = Instant::now() + ORPHANS;
        loop {
            let mut log = open_log(&setup.data.postgres_log())?;
            let begin = log.seek(SeekFrom::End(0))?;
            let mut server = Self {
                child: setup.spawn(&log)?,
            };
            let Err(error) = server.wait_ready(&setup.data.postgres(), stop) else {
                return Ok(server);
            };
            server.end();
            let said = said_since(&setup.data.postgres_log(), begin);
            if said.contains("shared memory block") && Instant::now() < deadline && !stop() {
                std::thread::sleep(Duration::from_millis(200));
                continue;
            }
            return Err(error.context(format!(
                "PostgreSQL did not start. Its last words ({}):\n{said}",
                setup.data.postgres_log().display()
            )));
        }
    }

    fn wait_ready(&mut self, folder: &Path, stop: &dyn Fn() -> bool) -> anyhow::Result<()> {
        let pid = self.child.id().to_string();
        let (began, mut told) = (Instant::now(), Duration::from_secs(5));
        while !is_ready(folder, &pid) {
            if let Some(status) = self.child.try_wait()? {
                bail!("it ended with {status}");
            }
            let waited = began.elapsed();
            if stop() || waited > PATIENCE {
                bail!("it was not ready after {} s", waited.as_secs());
            }
            if waited > told {
                tracing::info!(
                    "PostgreSQL is recovering from a crash, {} s so far",
                    waited.as_secs()
                );
                told += Duration::from_secs(10);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    /// How it ended, if it did.
    pub(super) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// Fast shutdown (connections are cut, everything is written), then immediate (the next start recovers), then the axe.
    pub(super) fn end(&mut self) {
        for (signal, patience) in [(Signal::INT, 30), (Signal::QUIT, 5), (Signal::KILL, 5)] {
            if self.ended().is_some() {
                return;
            }
            if let Some(pid) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
                kill_process(pid, signal).ok();
            }
            let deadline = Instant::now() + Duration::from_secs(patience);
            while self.ended().is_none() && Instant::now() < deadline {
                std::thread::sleep(Duration::from_millis(10));
            }
        }
    }
}

impl Setup {
    fn spawn(&self, log: &File) -> anyhow::Result<Child> {
        let program = self.binaries.program("postgres");
        let mut command = self.account.command(&program);
        command
            .arg("-D")
            .arg(self.data.postgres())
            .arg("-k")
            .arg(&self.socket);
        for setting in SETTINGS {
            command.args(["-c", setting]);
        }
        command
            .current_dir(self.data.postgres())
            .stdout(log.try_clone()?)
            .stderr(log.try_clone()?);
        command
            .spawn()
            .with_context(|| format!("cannot run {}", program.display()))
    }
}

/// PostgreSQL writes its state into the eighth line of its pid file.
fn is_ready(folder: &Path, pid: &str) -> bool {
    let Ok(text) = fs::read_to_string(folder.join("postmaster.pid")) else {
        return false;
    };
    let mut lines = text.lines();
    lines.next() == Some(pid)
        && lines
            .nth(6)
            .is_some_and(|status| status.starts_with("ready"))
}

fn open_log(path: &Path) -> anyhow::Result<File> {
    if path
        .metadata()
        .is_ok_and(|metadata| metadata.len() > LOG_LIMIT)
    {
        fs::rename(path, path.with_extension("log.1")).ok();
    }
    let opened = OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path);
    opened.with_context(|| format!("cannot write {}", path.display()))
}

fn said_since(path: &Path, begin: u64) -> String {
    let read = || -> std::io::Result<String> {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(begin))?;
        let mut bytes = Vec::new();
        file.take(4096).read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
    };
    read().unwrap_or_default()
}
