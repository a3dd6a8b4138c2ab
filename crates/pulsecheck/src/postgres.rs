//! The private PostgreSQL of an installation that was given no `DATABASE_URL`: found, prepared, started, watched and stopped by us.

mod account;
mod binaries;
mod cluster;
mod leftover;
mod server;
mod socket;
mod supervisor;

use std::path::{Path, PathBuf};

pub use self::account::Account;
pub use self::binaries::{Binaries, data_major};
pub use self::supervisor::Embedded;

use crate::data_dir::DataDir;

/// The database and its owner inside the private server.
pub(crate) const NAME: &str = "pulsecheck";

/// The URL of `database` behind the socket in `folder`. The host is a formality: the parameter decides.
fn url(folder: &Path, database: &str) -> String {
    let folder: String =
        url::form_urlencoded::byte_serialize(folder.as_os_str().as_encoded_bytes()).collect();
    // sqlx decodes a percent sign in the query, but takes a plus as it stands.
    let folder = folder.replace('+', "%20");
    format!("postgres://{NAME}@localhost/{database}?host={folder}")
}

/// The URL of a server that another process started for this data folder, once it is ready.
pub async fn running(data: &DataDir) -> anyhow::Result<String> {
    let pid_file = data.postgres().join("postmaster.pid");
    for _ in 0..100 {
        if let Some(folder) = ready_socket(&pid_file) {
            return Ok(url(&folder, NAME));
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    anyhow::bail!(
        "another PulseCheck holds {} but its database is not ready after 10 s",
        data.path().display()
    )
}

/// The socket folder of a server whose pid file says that it is ready (line 5 of eight, <https://www.postgresql.org/docs/current/storage-file-layout.html>).
fn ready_socket(pid_file: &Path) -> Option<PathBuf> {
    let text = std::fs::read_to_string(pid_file).ok()?;
    let mut lines = text.lines();
    let folder = lines.nth(4)?;
    let status = lines.nth(2)?;
    status.starts_with("ready").then(|| PathBuf::from(folder))
}
