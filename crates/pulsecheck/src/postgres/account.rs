//! Who runs PostgreSQL. It refuses to be root, so root becomes somebody else: by number in a user namespace, or another user.

use std::os::unix::fs::{MetadataExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};

/// Who runs the server and owns its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Account {
    /// We are an ordinary user.
    Own,
    /// We are root: a user namespace in which our number is 1000. To the file system we stay root, so a folder below `/root` works.
    Namespace,
    /// We are root and namespaces are refused, or the data belongs to this user.
    User {
        /// User number.
        uid: u32,
        /// Group number.
        gid: u32,
    },
}

impl Account {
    /// Chooses for the data in `folder` (which need not exist yet), or says why nobody can.
    pub fn choose(folder: &Path) -> anyhow::Result<Self> {
        let owner = folder
            .metadata()
            .ok()
            .map(|metadata| (metadata.uid(), metadata.gid()));
        let ours = rustix::process::geteuid().as_raw();
        if ours != 0 {
            return match owner {
                Some((uid, _)) if uid != ours => bail!(
                    "{0} belongs to user number {uid}, not to you ({ours}). Start PulseCheck as that user, or give the folder away:\n    \
                     sudo chown -R \"$(id -u)\" {0}",
                    folder.display()
                ),
                _ => Ok(Self::Own),
            };
        }
        match owner {
            Some((uid, gid)) if uid != 0 => Ok(Self::User { uid, gid }),
            _ if namespaces_work() => Ok(Self::Namespace),
            Some(_) => bail!(
                "PostgreSQL does not run as root, and this machine refuses user namespaces. Start PulseCheck as an ordinary user, or give \
                 the data to one:\n    chown -R postgres {}",
                folder.display()
            ),
            None => Self::other_user(),
        }
    }

    fn other_user() -> anyhow::Result<Self> {
        let users = std::fs::read_to_string("/etc/passwd").context("cannot read /etc/passwd")?;
        let named = |name: &str| users.lines().find_map(|line| entry(line, name));
        named("postgres")
            .or_else(|| named("nobody"))
            .context("there is no user postgres or nobody to run PostgreSQL as")
    }

    /// A command that runs `program` as this account, is not reached by the terminal's Ctrl-C, and dies with us where the system can do that.
    pub fn command(&self, program: &Path) -> Command {
        let mut words: Vec<&str> = Vec::new();
        if *self == Self::Namespace {
            words.extend(NAMESPACE);
        }
        // Inside the namespace: changing credentials clears the signal. SIGINT is PostgreSQL's fast shutdown.
        if knows_parent_death() {
            words.extend(PARENT_DEATH);
        }
        let mut command = match words.split_first() {
            Some((first, rest)) => {
                let mut command = Command::new(first);
                command.args(rest).arg(program);
                command
            }
            None => Command::new(program),
        };
        if let Self::User { uid, gid } = self {
            command.uid(*uid).gid(*gid);
        }
        // The person's own settings for psql must not reach our server.
        for name in [
            "PGDATA",
            "PGPORT",
            "PGHOST",
            "PGUSER",
            "PGDATABASE",
            "PGOPTIONS",
            "PGSSLMODE",
            "PGTZ",
            "LANG",
        ] {
            command.env_remove(name);
        }
        command
            .env("LC_ALL", "C")
            .stdin(Stdio::null())
            .process_group(0);
        command
    }

    /// Lets this account have `folder`.
    pub(super) fn own(&self, folder: &Path) -> anyhow::Result<()> {
        match self {
            Self::User { uid, gid } => chown(folder, Some(*uid), Some(*gid))
                .with_context(|| format!("cannot give {} to user {uid}", folder.display())),
            Self::Own | Self::Namespace => Ok(()),
        }
    }

    /// Whether this account can enter `folder`; a sentence that says what to do when it cannot.
    pub(super) fn check_entry(&self, folder: &Path) -> anyhow::Result<()> {
        let mut command = self.command(Path::new("test"));
        let entered = command
            .arg("-x")
            .arg(folder)
            .status()
            .is_ok_and(|status| status.success());
        if entered {
            return Ok(());
        }
        bail!(
            "PostgreSQL does not run as root, this machine refuses user namespaces, and another user cannot enter {}. Choose a folder that \
             everybody may enter:\n    DATA_DIR=/var/lib/pulsecheck make run",
            folder.display()
        )
    }
}

/// Gives `command` a name for the user number that we run as, where this machine knows none: initdb insists on one, and a
/// container may run as any number. Does nothing where the library for that is missing.
pub(super) fn name_ourselves(command: &mut Command, folder: &Path) -> anyhow::Result<()> {
    let uid = rustix::process::geteuid().as_raw();
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let Some(library) = wrapper().filter(|_| !knows(&users, uid)) else {
        return Ok(());
    };
    let gid = rustix::process::getegid().as_raw();
    let (passwd, group) = (folder.join("passwd"), folder.join("group"));
    std::fs::write(&passwd, format!("pulsecheck:x:{uid}:{gid}::/:/bin/false\n"))
        .and_then(|()| std::fs::write(&group, format!("pulsecheck:x:{gid}:\n")))
        .with_context(|| format!("cannot write to {}", folder.display()))?;
    command
        .env("LD_PRELOAD", library)
        .env("NSS_WRAPPER_PASSWD", passwd)
        .env("NSS_WRAPPER_GROUP", group);
    Ok(())
}

/// Debian's libnss-wrapper, in the folder of whichever architecture this is.
fn wrapper() -> Option<PathBuf> {
    let folders = std::fs::read_dir("/usr/lib").ok()?;
    let mut candidates = folders
        .filter_map(|entry| Some(entry.ok()?.path().join("libnss_wrapper.so")))
        .filter(|path| path.is_file());
    candidates.next()
}

/// Whether `users` (as /etc/passwd has them) name this number.
fn knows(users: &str, uid: u32) -> bool {
    let uid = uid.to_string();
    users
        .lines()
        .any(|line| line.split(':').nth(2) == Some(uid.as_str()))
}

const NAMESPACE: [&str; 5] = [
    "unshare",
    "--user",
    "--map-user=1000",
    "--map-group=1000",
    "--",
];
const PARENT_DEATH: [&str; 4] = ["setpriv", "--pdeathsig", "INT", "--"];

fn namespaces_work() -> bool {
    succeeds(&NAMESPACE)
}

fn knows_parent_death() -> bool {
    succeeds(&PARENT_DEATH)
}

fn succeeds(prefix: &[&str]) -> bool {
    let mut command = Command::new(prefix[0]);
    command
        .args(&prefix[1..])
        .arg("true")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// One line of `/etc/passwd`, when it is `name`'s.
fn entry(line: &str, name: &str) -> Option<Account> {
    let mut fields = line.split(':');
    if fields.next() != Some(name) {
        return None;
    }
    let uid = fields.nth(1)?.parse().ok()?;
    let gid = fields.next()?.parse().ok()?;
    Some(Account::User { uid, gid })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passwd_line_gives_both_numbers() {
        let line = "postgres:x:101:104:PostgreSQL administrator,,,:/var/lib/postgresql:/bin/bash";
        assert_eq!(
            entry(line, "postgres"),
            Some(Account::User { uid: 101, gid: 104 })
        );
        assert_eq!(entry(line, "nobody"), None);
    }

    #[test]
    fn a_number_is_known_by_its_own_field_alone() {
        let users = "root:x:0:0::/root:/bin/sh\npostgres:x:101:104::/:/bin/sh\n";
        assert!(knows(users, 0) && knows(users, 101));
        assert!(!knows(users, 104) && !knows(users, 10));
    }
}
