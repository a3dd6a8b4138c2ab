//! A program under measurement: started with its settings, its CPU and memory read from the kernel, ended with us.

use std::{fs, path::Path, process::Stdio, time::Duration};

use anyhow::Context as _;
use rustix::process::{Pid, Signal, kill_process};
use tokio::{
    io::AsyncWriteExt as _,
    process::{Child, Command},
};

/// A started program.
#[derive(Debug)]
pub struct Program {
    child: Child,
    pid: u32,
}

impl Program {
    /// Starts `path` with `arguments` and exactly these `settings` beside what every program needs to know of its machine.
    pub fn start(
        path: &Path,
        arguments: &[&str],
        settings: &[(&str, String)],
    ) -> anyhow::Result<Self> {
        let mut command = command(path, arguments, settings);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .kill_on_drop(true);
        let child = command.spawn().with_context(|| {
            format!(
                "cannot start {}; build it with `make bench`",
                path.display()
            )
        })?;
        let pid = child.id().context("the program ended at once")?;
        Ok(Self { child, pid })
    }

    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// User and system time so far.
    pub fn cpu(&self) -> Duration {
        cpu_of(self.pid)
    }

    /// The most memory it ever had resident, in MB.
    pub fn peak_rss_mb(&self) -> u64 {
        peak_rss_mb(self.pid)
    }

    /// Memory that is resident now, in MB.
    pub fn rss_mb(&self) -> u64 {
        status_mb(self.pid, "VmRSS:")
    }

    /// Runs a program that ends by itself, with `input` as its only line of standard input; it has to succeed.
    pub async fn run(
        path: &Path,
        arguments: &[&str],
        settings: &[(&str, String)],
        input: &str,
    ) -> anyhow::Result<()> {
        let mut child = command(path, arguments, settings)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()?;
        let mut line = child.stdin.take().context("no standard input")?;
        line.write_all(format!("{input}\n").as_bytes()).await?;
        drop(line);
        let status = child.wait().await?;
        anyhow::ensure!(status.success(), "{} failed: {status}", path.display());
        Ok(())
    }

    /// Ends it the polite way and waits.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        let pid = i32::try_from(self.pid).ok().and_then(Pid::from_raw);
        kill_process(pid.context("no process")?, Signal::TERM)?;
        let ended = tokio::time::timeout(Duration::from_secs(45), self.child.wait()).await;
        ended.context("the program did not end within 45 s")??;
        Ok(())
    }

    /// Ends it without a word.
    pub async fn kill(mut self) -> anyhow::Result<()> {
        Ok(self.child.kill().await?)
    }
}

fn command(path: &Path, arguments: &[&str], settings: &[(&str, String)]) -> Command {
    let mut command = Command::new(path);
    command.args(arguments).env_clear();
    let machine = ["PATH", "HOME", "USER", "TMPDIR", "LANG"];
    command.envs(
        machine
            .into_iter()
            .filter_map(|name| Some((name, std::env::var_os(name)?))),
    );
    command.envs(settings.iter().map(|(name, value)| (name, value)));
    command
}

/// Every process of one PostgreSQL server.
#[derive(Clone, Copy, Debug)]
pub struct Postgres(u32);

impl Postgres {
    /// The server that a connection leads to, when it runs on this machine.
    pub async fn of(conn: &mut db::PgConnection) -> anyhow::Result<Self> {
        let backend: i32 = sqlx::query_scalar("select pg_backend_pid()")
            .fetch_one(conn)
            .await?;
        let parent = stat(u32::try_from(backend)?).get(1).copied();
        Ok(Self(u32::try_from(
            parent.context("Postgres does not run on this machine")?,
        )?))
    }

    /// User and system time of all its processes, those that have ended included.
    pub fn cpu(self) -> Duration {
        let ended = ticks(stat(self.0).iter().skip(13).take(2).sum());
        let running: Duration = self.processes().into_iter().map(cpu_of).sum();
        ended + running
    }

    /// Memory of all its processes that is theirs alone, in MB, with the shared part once.
    pub fn memory_mb(self) -> u64 {
        let each = self.processes().into_iter().map(proportional_kb);
        each.sum::<u64>() / 1024
    }

    fn processes(self) -> Vec<u32> {
        let mut all = children(self.0);
        all.push(self.0);
        all
    }
}

/// The Redis that listens on `port`, when it runs on this machine.
pub fn redis_on(port: u16) -> Option<u32> {
    let port = format!(":{port}");
    processes().find(|pid| {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let line = String::from_utf8_lossy(&line).replace('\0', " ");
        line.contains("redis-server") && line.contains(&port)
    })
}

/// User and system time of a process so far, threads that have ended included.
pub fn cpu_of(pid: u32) -> Duration {
    ticks(stat(pid).iter().skip(11).take(2).sum())
}

/// The most memory a process ever had resident, in MB.
pub fn peak_rss_mb(pid: u32) -> u64 {
    status_mb(pid, "VmHWM:")
}

/// Time for which all processors together were busy since the machine started.
pub fn busy() -> Duration {
    let text = fs::read_to_string("/proc/stat").unwrap_or_default();
    let fields = text.lines().next().unwrap_or_default().split_whitespace();
    let fields: Vec<u64> = fields
        .skip(1)
        .filter_map(|field| field.parse().ok())
        .collect();
    // user, nice, system, then idle and iowait, then irq and softirq; the rest is counted in those or belongs to others.
    let busy = fields.iter().take(3).chain(fields.iter().skip(5).take(2));
    ticks(busy.sum())
}

fn children(parent: u32) -> Vec<u32> {
    processes()
        .filter(|pid| stat(*pid).get(1) == Some(&u64::from(parent)))
        .collect()
}

fn processes() -> impl Iterator<Item = u32> {
    let all = fs::read_dir("/proc").into_iter().flatten();
    all.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
}

fn proportional_kb(pid: u32) -> u64 {
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    field_kb(&rollup, "Pss:")
}

fn status_mb(pid: u32, name: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    field_kb(&status, name) / 1024
}

fn field_kb(text: &str, name: &str) -> u64 {
    let value = text.lines().find_map(|line| line.strip_prefix(name));
    let digits = value.unwrap_or_default().trim().trim_end_matches(" kB");
    digits.parse().unwrap_or(0)
}

/// The numbers of `/proc/PID/stat` from the state on, which itself counts as 0: the parent is 1, user time 11.
fn stat(pid: u32) -> Vec<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The command may contain spaces; what follows its closing bracket does not.
    let fields = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace();
    fields.map(|field| field.parse().unwrap_or(0)).collect()
}

/// The kernel counts CPU time in hundredths of a second.
fn ticks(ticks: u64) -> Duration {
    Duration::from_millis(ticks.saturating_mul(10))
}
