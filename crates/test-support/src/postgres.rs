//! A PostgreSQL of one test's own, so that it may truly be stopped and started again.

use std::{
    fs,
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::Duration,
};

use tempfile::TempDir;

use crate::{Signal, signal};

/// How often it is looked whether it has started, …
const PAUSE: Duration = Duration::from_millis(20);
/// … which is a minute, on a machine that does much else.
const LOOKS: u32 = 3_000;

/// The server. It listens on a Unix socket only and keeps nothing safe; dropping it ends it and removes its data.
#[derive(Debug)]
pub struct Postgres {
    folder: TempDir,
    programs: PathBuf,
    child: Option<Child>,
}

impl Postgres {
    /// Makes a server with an empty database and waits until it answers.
    ///
    /// # Panics
    /// Where there are no programs of PostgreSQL, or they do not work.
    pub fn start() -> Self {
        let mut server = Self {
            folder: TempDir::new().expect("a folder"),
            programs: programs(),
            child: None,
        };
        let made = server
            .command("initdb")
            .args(["-U", "postgres", "--auth=trust", "--locale=C"])
            .args(["--encoding=UTF8", "--no-sync", "-D"])
            .arg(server.data())
            .stdout(Stdio::null())
            .status();
        assert!(made.expect("initdb").success(), "initdb failed");
        server.start_again();
        server
    }

    /// Where it is, as `DATABASE_URL`.
    pub fn url(&self) -> String {
        let folder = self.folder.path().display();
        format!("postgres://postgres@localhost/postgres?host={folder}")
    }

    /// Shuts it down: every connection ends at once, and nobody listens when this returns.
    ///
    /// # Panics
    /// Where it does not end.
    pub fn stop(&mut self) {
        let Some(mut child) = self.child.take() else {
            return;
        };
        signal(child.id(), Signal::INT);
        assert!(child.wait().expect("its end").success());
    }

    /// Starts it on the data that is there, and waits until it answers.
    ///
    /// # Panics
    /// Where it does not start.
    pub fn start_again(&mut self) {
        let mut command = self.command("postgres");
        command.arg("-D").arg(self.data()).arg("-k");
        command.arg(self.folder.path());
        for setting in ["listen_addresses=", "fsync=off", "log_min_messages=fatal"] {
            command.args(["-c", setting]);
        }
        self.child = Some(command.stderr(Stdio::null()).spawn().expect("postgres"));
        for _ in 0..LOOKS {
            if self.is_ready() {
                return;
            }
            sleep(PAUSE);
        }
        panic!("PostgreSQL does not start");
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// What it says in its own file, which it removes at its end.
    fn is_ready(&self) -> bool {
        let said = fs::read_to_string(self.data().join("postmaster.pid")).unwrap_or_default();
        said.lines().any(|line| line.starts_with("ready"))
    }

    /// PostgreSQL refuses to be root: root becomes somebody else in a user namespace, else the user postgres.
    fn command(&self, program: &str) -> Command {
        let program = self.programs.join(program);
        let id = Command::new("id").arg("-u").output().expect("id");
        let mut command = if id.stdout != b"0\n" {
            Command::new(program)
        } else if succeeds("unshare", &[OTHERS, &["true"]].concat()) {
            behind("unshare", OTHERS, program)
        } else {
            let folder = self.folder.path().to_str().expect("a plain name");
            assert!(succeeds("chown", &["postgres", folder]), "no postgres");
            behind("setpriv", POSTGRES, program)
        };
        command.current_dir(self.folder.path()).stdin(Stdio::null());
        command
    }
}

/// In a namespace in which root has another number.
const OTHERS: &[&str] = &["--user", "--map-user=1000", "--map-group=1000"];
const POSTGRES: &[&str] = &["--reuid=postgres", "--regid=postgres", "--clear-groups"];

fn behind(other: &str, words: &[&str], program: PathBuf) -> Command {
    let mut command = Command::new(other);
    command.args(words).arg(program);
    command
}

fn succeeds(program: &str, words: &[&str]) -> bool {
    let output = Command::new(program).args(words).output();
    output.is_ok_and(|output| output.status.success())
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // Its children end with it.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Where the programs are that `make` uses too.
fn programs() -> PathBuf {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/ensure/postgres");
    let found = Command::new(script).output().expect("a script");
    assert!(found.status.success(), "{found:?}");
    let said = String::from_utf8(found.stdout).expect("a path");
    PathBuf::from(said.trim())
}
