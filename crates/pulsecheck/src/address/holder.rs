//! Who listens on a port already, where the system tells: Linux does, of the programs that this user may look into.

use std::fs;
use std::path::Path;

/// A program that listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Holder {
    /// As the system shows it, at most 15 bytes.
    pub(super) name: String,
    pub(super) process: u32,
}

/// The state of a socket that listens, as in `/proc/net/tcp`.
const LISTENS: &str = "0A";

/// Whoever listens on `port` of whichever address; none where it cannot be known.
pub(super) fn of(port: u16) -> Option<Holder> {
    let sockets: Vec<String> = ["/proc/net/tcp", "/proc/net/tcp6"]
        .into_iter()
        .filter_map(|table| fs::read_to_string(table).ok())
        .flat_map(|table| listening(&table, port))
        .map(|inode| format!("socket:[{inode}]"))
        .collect();
    if sockets.is_empty() {
        return None;
    }
    fs::read_dir("/proc").ok()?.flatten().find_map(|entry| {
        let process = entry.file_name().to_str()?.parse().ok()?;
        has_one_of(&entry.path(), &sockets).then_some(())?;
        let name = fs::read_to_string(entry.path().join("comm")).ok()?;
        Some(Holder {
            name: name.trim().to_owned(),
            process,
        })
    })
}

/// The inodes of the sockets that listen on `port` by this table.
fn listening(table: &str, port: u16) -> Vec<String> {
    let ours = format!(":{port:04X}");
    let rows = table.lines().skip(1);
    let found = rows.filter_map(|row| {
        let fields: Vec<&str> = row.split_whitespace().collect();
        let listens = fields.get(1)?.ends_with(&ours) && *fields.get(3)? == LISTENS;
        listens.then(|| fields.get(9).map(ToString::to_string))?
    });
    found.collect()
}

fn has_one_of(process: &Path, sockets: &[String]) -> bool {
    let Ok(files) = fs::read_dir(process.join("fd")) else {
        return false;
    };
    files
        .flatten()
        .filter_map(|file| fs::read_link(file.path()).ok())
        .any(|target| {
            sockets
                .iter()
                .any(|socket| target.as_os_str() == socket.as_str())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sockets_that_listen_on_this_very_port_count() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
            \x20  0: 0100007F:1F40 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100 0 0 10 0\n\
            \x20  1: 0100007F:1F40 0100007F:C0DE 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0 20 4 30 10 -1\n\
            \x20  2: 00000000:1F41 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1 0 100 0 0 10 0\n";
        assert_eq!(listening(table, 8000), ["4711"]);
        assert_eq!(listening(table, 8001), ["4713"]);
        assert!(listening(table, 80).is_empty());
    }

    #[test]
    fn nobody_holds_a_port_that_is_free() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        if cfg!(target_os = "linux") {
            assert_eq!(
                of(port).map(|holder| holder.process),
                Some(std::process::id())
            );
        }
        drop(listener);
        assert_eq!(of(port), None);
    }
}
