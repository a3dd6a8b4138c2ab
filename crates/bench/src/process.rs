//! A program under measurement: started with its settings, its CPU and memory read from the kernel, ended with us.

use std::{fs, path::Path, process::Stdio, time::Duration};

use anyhow::Context as _;
use tokio::{
    io::AsyncWriteExt as _,
    process::{Child, Command},
};

/// The kernel counts CPU time in hundredths of a second.
const TICK: Duration = Duration::from_millis(10);

/// A started program.
pub(crate) struct Program {
    child: Child,
    pid: u32,
}

impl Program {
    /// Starts `path` with `arguments` and exactly these `settings` beside PATH and HOME.
    pub(crate) fn start(
        path: &Path,
        arguments: &[&str],
        settings: &[(&str, String)],
    ) -> anyhow::Result<Self> {
        let mut command = Command::new(path);
        command.args(arguments);
        command.env_remove("DATABASE_URL").env_remove("REDIS_URL");
        command.envs(settings.iter().map(|(name, value)| (name, value)));
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

    pub(crate) fn cpu(&self) -> Duration {
        cpu_of(self.pid)
    }

    /// The most memory it ever had resident, in MB.
    pub(crate) fn peak_rss_mb(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid)).unwrap_or_default();
        let peak = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))
            .unwrap_or_default();
        peak.trim()
            .trim_end_matches(" kB")
            .parse::<u64>()
            .unwrap_or(0)
            / 1024
    }

    /// Runs a program that ends by itself, with `input` as its only line of standard input; it has to succeed.
    pub(crate) async fn run(
        path: &Path,
        arguments: &[&str],
        settings: &[(&str, String)],
        input: &str,
    ) -> anyhow::Result<()> {
        let mut command = Command::new(path);
        command.args(arguments).env_remove("REDIS_URL");
        command.envs(settings.iter().map(|(name, value)| (name, value)));
        let mut child = command
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
    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        Command::new("kill")
            .args(["-TERM", &self.pid.to_string()])
            .status()
            .await?;
        let ended = tokio::time::timeout(Duration::from_secs(30), self.child.wait()).await;
        ended.context("the program did not end within 30 s")??;
        Ok(())
    }
}

/// CPU time of all processes whose command line says `postgres`, ended children included.
pub(crate) fn cpu_of_postgres() -> Duration {
    let Ok(processes) = fs::read_dir("/proc") else {
        return Duration::ZERO;
    };
    processes
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok())
        .filter(|pid| {
            fs::read_to_string(format!("/proc/{pid}/comm"))
                .is_ok_and(|name| name.trim() == "postgres")
        })
        .map(cpu_of)
        .sum()
}

fn cpu_of(pid: u32) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The command may contain spaces; what follows its closing bracket does not.
    let fields: Vec<&str> = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .collect();
    let ticks: u32 = fields
        .iter()
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse::<u32>().ok())
        .sum();
    TICK * ticks
}
