//! Names as this machine resolves them: its servers and, where wanted, its hosts file and search list.

use std::{
    collections::HashMap,
    fs,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use domain::target::AddressFamily;
use hickory_resolver::{proto::rr::Name, system_conf::read_system_conf};
use tokio::time::Instant;

use super::{Addresses, is_of, servers::Servers};

/// How often the files are checked for changes.
const RECHECK: Duration = Duration::from_secs(5);
const RESOLV_CONF: &str = "/etc/resolv.conf";
const HOSTS: &str = "/etc/hosts";

/// The machine's configuration, re-read when its files change.
pub struct System {
    /// Hosts file and search list count too.
    local: bool,
    state: Mutex<State>,
}

struct State {
    checked: Instant,
    seen: [Option<SystemTime>; 2],
    servers: Arc<Servers>,
    search: Vec<Name>,
    ndots: usize,
    hosts: Option<Arc<Hosts>>,
}

/// The entries of a hosts file by lower-case name.
#[derive(Debug, Default)]
pub(super) struct Hosts(HashMap<String, Vec<IpAddr>>);

impl System {
    pub(super) fn new(local: bool) -> Self {
        Self {
            local,
            state: Mutex::new(State::read(local)),
        }
    }

    /// The servers and hosts to use now.
    pub(super) fn current(&self) -> (Arc<Servers>, Option<Arc<Hosts>>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.checked.elapsed() > RECHECK {
            state.checked = Instant::now();
            if state.seen != modified() {
                *state = State::read(self.local);
            }
        }
        (state.servers.clone(), state.hosts.clone())
    }

    /// The absolute names to try for `host`, in order; none when it cannot be a name.
    pub(super) fn names(&self, host: &str) -> Option<Vec<Name>> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let search: &[Name] = if self.local { &state.search } else { &[] };
        search_names(host, search, state.ndots)
    }
}

impl State {
    fn read(local: bool) -> Self {
        // Without a usable file the C library asks the local machine; so do we, and nobody else.
        let fallback = || vec![SocketAddr::from((Ipv4Addr::LOCALHOST, 53))];
        let (addresses, search, ndots) = match read_system_conf() {
            Ok((config, options)) => {
                let addresses = config
                    .name_servers()
                    .iter()
                    .map(|server| SocketAddr::from((server.ip, 53)))
                    .collect();
                (addresses, config.search().to_vec(), options.ndots)
            }
            Err(error) => {
                tracing::warn!(%error, "cannot read the resolver configuration; asking a server on this machine");
                (fallback(), Vec::new(), 1)
            }
        };
        let hosts =
            local.then(|| Arc::new(Hosts::parse(&fs::read_to_string(HOSTS).unwrap_or_default())));
        Self {
            checked: Instant::now(),
            seen: modified(),
            servers: Arc::new(Servers::new(&addresses)),
            search,
            ndots,
            hosts,
        }
    }
}

fn modified() -> [Option<SystemTime>; 2] {
    [RESOLV_CONF, HOSTS].map(|path| fs::metadata(path).and_then(|data| data.modified()).ok())
}

/// As resolv.conf(5): a name with enough dots is tried as it stands first, others last; a final dot
/// means that it is tried as it stands only.
fn search_names(host: &str, search: &[Name], ndots: usize) -> Option<Vec<Name>> {
    let relative = Name::from_ascii(host).ok()?;
    let mut absolute = relative.clone();
    absolute.set_fqdn(true);
    if relative.is_fqdn() {
        return Some(vec![absolute]);
    }
    let mut names: Vec<Name> = search
        .iter()
        .filter_map(|domain| relative.clone().append_domain(domain).ok())
        .collect();
    let at = if host.matches('.').count() >= ndots {
        0
    } else {
        names.len()
    };
    names.insert(at, absolute);
    Some(names)
}

impl Hosts {
    fn parse(text: &str) -> Self {
        let mut by_name: HashMap<String, Vec<IpAddr>> = HashMap::new();
        for line in text.lines() {
            let mut words = line
                .split('#')
                .next()
                .unwrap_or_default()
                .split_ascii_whitespace();
            let Some(Ok(ip)) = words.next().map(str::parse::<IpAddr>) else {
                continue;
            };
            for name in words {
                let addresses = by_name.entry(name.to_ascii_lowercase()).or_default();
                if !addresses.contains(&ip) {
                    addresses.push(ip);
                }
            }
        }
        Self(by_name)
    }

    /// The addresses of a name in this family, if the file has any.
    pub(super) fn find(&self, host: &str, family: AddressFamily) -> Option<Addresses> {
        let name = host.strip_suffix('.').unwrap_or(host);
        let found: Vec<IpAddr> = self
            .0
            .get(name)?
            .iter()
            .copied()
            .filter(|ip| is_of(*ip, family))
            .collect();
        (!found.is_empty()).then(|| found.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tried(host: &str, ndots: usize) -> Vec<String> {
        let search = ["lan.", "corp.example."].map(|name| Name::from_ascii(name).unwrap());
        search_names(host, &search, ndots)
            .unwrap()
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn the_search_list_is_used_as_the_machine_uses_it() {
        assert_eq!(tried("nas", 1), ["nas.lan.", "nas.corp.example.", "nas."]);
        assert_eq!(tried("a.b", 1), ["a.b.", "a.b.lan.", "a.b.corp.example."]);
        assert_eq!(tried("a.b", 5), ["a.b.lan.", "a.b.corp.example.", "a.b."]);
        assert_eq!(tried("a.b.", 5), ["a.b."]);
        assert_eq!(tried("under_score", 0)[0], "under_score.");
    }

    #[test]
    fn the_hosts_file_is_read_with_comments_and_aliases() {
        let hosts = Hosts::parse(
            "# x\n10.0.0.5  NAS nas.lan # the box\nfd00::5 nas\nbad line\n10.0.0.5 nas\n",
        );
        let find = |name, family| hosts.find(name, family).map(|found| found.to_vec());
        let v4 = IpAddr::from([10, 0, 0, 5]);
        let v6: IpAddr = "fd00::5".parse().unwrap();
        assert_eq!(find("nas", AddressFamily::Auto), Some(vec![v4, v6]));
        assert_eq!(find("nas.lan.", AddressFamily::V4), Some(vec![v4]));
        assert_eq!(find("nas.lan", AddressFamily::V6), None);
        assert_eq!(find("other", AddressFamily::Auto), None);
    }
}
