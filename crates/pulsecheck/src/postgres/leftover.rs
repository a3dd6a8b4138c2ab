//! A server that outlived the program that started it (killed with SIGKILL on a system without parent-death signals): ended before the next.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, bail};
use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use tokio::time::Instant;

/// Ends such a server, and makes sure that a stale pid file does not stop the next one.
pub(super) fn clear(folder: &Path) -> anyhow::Result<()> {
    let pid_file = folder.join("postmaster.pid");
    let Ok(text) = fs::read_to_string(&pid_file) else {
        return Ok(());
    };
    let Some(pid) = text
        .lines()
        .next()
        .and_then(|line| line.trim().parse().ok())
        .and_then(Pid::from_raw)
    else {
        // Cut off while it was written: no server ran yet.
        return fs::remove_file(&pid_file)
            .with_context(|| format!("cannot remove {}", pid_file.display()));
    };
    if is_server_of(pid, folder) {
        tracing::warn!(
            pid = pid.as_raw_nonzero().get(),
            "ending the database server that an earlier run left behind"
        );
        return end(pid);
    }
    if alive(pid) {
        disown(&pid_file, &text)?;
    }
    Ok(())
}

/// The number was given to another process since. The file itself has to stay, because it also names the shared memory by which
/// PostgreSQL notices its own orphans; a server ignores the number of its parent there, which is us.
fn disown(pid_file: &Path, text: &str) -> anyhow::Result<()> {
    let rest = text.split_once('\n').map_or("", |(_, rest)| rest);
    let ours = std::process::id();
    fs::write(pid_file, format!("{ours}\n{rest}"))
        .with_context(|| format!("cannot mend {}", pid_file.display()))
}

fn end(pid: Pid) -> anyhow::Result<()> {
    for (signal, patience) in [(Signal::INT, 30), (Signal::QUIT, 10), (Signal::KILL, 5)] {
        kill_process(pid, signal).ok();
        let deadline = Instant::now() + Duration::from_secs(patience);
        while alive(pid) {
            if Instant::now() > deadline {
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        if !alive(pid) {
            return Ok(());
        }
    }
    bail!(
        "the database server of an earlier run (process {}) does not end",
        pid.as_raw_nonzero()
    )
}

fn alive(pid: Pid) -> bool {
    // Not permitted means that it lives and is somebody else's. A zombie whose parent has not looked yet counts as dead.
    let exists = !matches!(test_kill_process(pid), Err(rustix::io::Errno::SRCH));
    exists && !is_zombie(pid)
}

fn is_zombie(pid: Pid) -> bool {
    let status = fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero()));
    status.is_ok_and(|text| {
        text.rsplit_once(") ")
            .is_some_and(|(_, rest)| rest.starts_with('Z'))
    })
}

/// Whether process `pid` is a PostgreSQL server whose data is `folder`.
fn is_server_of(pid: Pid, folder: &Path) -> bool {
    command_line(pid)
        .is_some_and(|line| line.contains("postgres") && line.contains(&*folder.to_string_lossy()))
}

fn command_line(pid: Pid) -> Option<String> {
    let pid = pid.as_raw_nonzero();
    if Path::new("/proc/self/cmdline").exists() {
        let bytes = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
        return Some(String::from_utf8_lossy(&bytes).replace('\0', " "));
    }
    let output = Command::new("ps")
        .args(["-ww", "-o", "command=", "-p", &pid.to_string()])
        .output()
        .ok()?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}
