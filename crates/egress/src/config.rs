//! Settings of the door: which further networks are open or closed, and whom to trust.

use std::{
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    str::FromStr,
    sync::Arc,
};

use ipnet::IpNet;
use runtime::faults::Faults;
use rustls_pki_types::CertificateDer;
use url::{Host, Url};

use crate::{Egress, Policy, Resolver, Tls, TrustError, WallClock, own_networks, read_pem};

/// What an operator may change about where PulseCheck connects to.
#[derive(Clone, Debug, Default, clap::Args)]
#[group(skip)]
#[command(next_help_heading = "Reaching out")]
pub struct Config {
    /// Networks that may be reached although they are not public, such as 10.0.0.0/8 (comma separated).
    /// An installation with closed sign-up reaches the local network anyway, unless `LOCAL_NETWORKS` is closed
    #[arg(
        long,
        env = "ALLOW_CIDRS",
        default_value = "",
        hide_default_value = true,
        value_name = "NETWORKS"
    )]
    pub allow_cidrs: Networks,
    /// Whether the local network (loopback, 10.0.0.0/8 and the like) may be reached: `closed` leaves public addresses and
    /// what `ALLOW_CIDRS` names. Where strangers may sign up it is closed anyway
    #[arg(
        long,
        env = "LOCAL_NETWORKS",
        default_value = "open",
        value_name = "WHETHER"
    )]
    pub local_networks: LocalNetworks,
    /// The only ports that may be asked, such as 80,443,8443, except in the local network, where that is open, and in networks
    /// that `ALLOW_CIDRS` names (comma separated); for an installation behind a firewall that lets nothing else out. Without it any
    /// port
    #[arg(
        long,
        env = "ONLY_PORTS",
        default_value = "",
        hide_default_value = true,
        value_name = "PORTS"
    )]
    pub only_ports: Ports,
    /// Networks that must never be reached; outranks everything else (comma separated)
    #[arg(
        long,
        env = "DENY_CIDRS",
        default_value = "",
        hide_default_value = true,
        value_name = "NETWORKS"
    )]
    pub deny_cidrs: Networks,
    /// Ports that may be asked although they usually belong to databases, mail and the like, such as 9200 for
    /// Elasticsearch (comma separated). Where `ONLY_PORTS` is set it has to name them too. Not where strangers may sign up
    #[arg(
        long,
        env = "ALLOW_PORTS",
        default_value = "",
        hide_default_value = true,
        value_name = "PORTS"
    )]
    pub allow_ports: Ports,
    /// Further servers of this installation that must never be reached, such as the admin ports of its other processes in
    /// api:9090,worker:9091 (comma separated). A process knows its own admin port, PostgreSQL and Redis without this
    #[arg(
        long,
        env = "OWN_ENDPOINTS",
        default_value = "",
        hide_default_value = true,
        value_name = "HOSTS"
    )]
    pub own_endpoints: Endpoints,
    /// A file with further certificate authorities in PEM, such as a company's own
    #[arg(long, env = "EXTRA_CA_FILE", value_name = "FILE")]
    pub extra_ca_file: Option<PathBuf>,
    /// In a container: the name of the machine around it, as in host.docker.internal. A look at localhost that fails names it
    #[arg(long, env = "HOST_ALIAS", value_name = "NAME")]
    pub host_alias: Option<String>,
}

/// Whether the local network may be reached where strangers may not sign up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum LocalNetworks {
    #[default]
    Open,
    Closed,
}

/// Networks separated by commas; blank means none, as compose files write it.
#[derive(Clone, Debug, Default)]
pub struct Networks(pub Vec<IpNet>);

/// Ports separated by commas; blank means none.
#[derive(Clone, Debug, Default)]
pub struct Ports(pub Vec<u16>);

/// Hosts with ports, separated by commas; blank means none.
#[derive(Clone, Debug, Default)]
pub struct Endpoints(pub Vec<(String, u16)>);

impl FromStr for Endpoints {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let endpoint = |part: &str| {
            let (host, port) = part.rsplit_once(':')?;
            let port = port.parse().ok().filter(|port| *port != 0)?;
            let host = Host::parse(host).ok()?;
            Some((unbracketed(&host.to_string()), port))
        };
        let read = |part| {
            let wrong = || format!("“{part}” is no host with its port, such as worker:9091");
            endpoint(part).ok_or_else(wrong)
        };
        parts(text).map(read).collect::<Result<_, _>>().map(Self)
    }
}

/// Nothing resolves the brackets around an IPv6 address.
fn unbracketed(host: &str) -> String {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.to_owned()
}

/// Host and port of a Redis, as its address names them. One behind a Unix socket has none that anybody could reach.
fn redis_endpoint(address: &str) -> Option<(String, u16)> {
    let url = Url::parse(address).ok()?;
    let host = url.host_str().filter(|host| !host.is_empty())?;
    Some((unbracketed(host), url.port().unwrap_or(6_379)))
}

impl FromStr for Ports {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let port = |part: &str| match part.parse() {
            Ok(port @ 1..) => Ok(port),
            _ => Err(format!("“{part}” is no port such as 9200")),
        };
        parts(text).map(port).collect::<Result<_, _>>().map(Self)
    }
}

fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
}

impl FromStr for Networks {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let network = |part: &str| {
            let single = || part.parse::<IpAddr>().map(IpNet::from);
            let found = part.parse::<IpNet>().or_else(|_| single());
            found.map_err(|_| format!("“{part}” is no network such as 10.0.0.0/8"))
        };
        parts(text).map(network).collect::<Result<_, _>>().map(Self)
    }
}

impl Config {
    /// What may be reached. `shared`: several tenants share the installation.
    pub fn policy(&self, shared: bool) -> Policy {
        let policy = match self.local_networks {
            _ if shared => Policy::shared().denying_own(own_networks()),
            LocalNetworks::Open => Policy::single_tenant(),
            LocalNetworks::Closed => Policy::default(),
        };
        policy
            .allowing(self.allow_cidrs.0.iter().copied())
            .denying(self.deny_cidrs.0.iter().copied())
            .opening_ports(self.allow_ports.0.iter().copied())
            .keeping_to_ports(self.only_ports.0.iter().copied())
    }

    /// Servers of ours as host and port, for `watch_own`: never a target. `redis` is its address, `admin` where this process listens
    /// for machines; what the operator names comes last.
    pub fn own_endpoints(
        &self,
        postgres: Option<(String, u16)>,
        redis: Option<&str>,
        admin: Option<SocketAddr>,
    ) -> Vec<(String, u16)> {
        let known = [
            postgres,
            redis.and_then(redis_endpoint),
            admin.map(|address| (address.ip().to_string(), address.port())),
        ];
        let named = self.own_endpoints.0.iter().cloned();
        known.into_iter().flatten().chain(named).collect()
    }

    /// Notes what is wrong for an installation that strangers share, or do not.
    pub fn check(&self, shared: bool, faults: &mut Faults) {
        if shared && self.policy(shared).allows_local_networks() {
            faults.push(
                "SIGN_UP=open lets strangers in, and ALLOW_CIDRS would let them look into private networks: \
                 remove the private ranges from ALLOW_CIDRS, or set SIGN_UP=allowlist",
            );
        }
        if shared && !self.allow_ports.0.is_empty() {
            faults.push(
                "SIGN_UP=open lets strangers in, and ALLOW_PORTS would let them talk to databases and mail servers: \
                 remove ALLOW_PORTS, or set SIGN_UP=allowlist",
            );
        }
        if let Err(error) = self.extra_authorities() {
            faults.push(format!("EXTRA_CA_FILE: {error}"));
        }
    }

    /// The file of further authorities, if one is named.
    pub fn authorities(&self) -> Option<&Path> {
        let named = self.extra_ca_file.as_deref();
        // Compose files write a variable that is not set as an empty one.
        named.filter(|path| !path.as_os_str().is_empty())
    }

    fn extra_authorities(&self) -> Result<Vec<CertificateDer<'static>>, TrustError> {
        self.authorities().map_or_else(|| Ok(Vec::new()), read_pem)
    }

    /// The door itself. Certificates are judged by `clock`. Fails when the extra authorities cannot be read.
    pub fn build(
        &self,
        policy: Policy,
        shared: bool,
        clock: WallClock,
    ) -> Result<Arc<Egress>, TrustError> {
        let tls = Tls::new(self.extra_authorities()?, clock)?;
        let alias = self.host_alias.as_deref().map(str::trim);
        let alias = alias.filter(|name| !name.is_empty());
        let egress = Egress::new(policy, Resolver::system(!shared), tls);
        Ok(Arc::new(
            egress.in_container_of(alias.map(ToOwned::to_owned)),
        ))
    }
}

#[cfg(test)]
mod tests {
    use domain::failure::FailureCode;

    use super::*;

    #[test]
    fn strangers_never_look_into_private_networks_and_authorities_are_read_at_once() {
        let mut config = Config {
            allow_cidrs: "10.0.0.0/8".parse().expect("networks"),
            extra_ca_file: Some(PathBuf::new()),
            ..Config::default()
        };
        let faults = |config: &Config, shared| {
            let mut faults = Faults::default();
            config.check(shared, &mut faults);
            faults.to_string()
        };
        assert_eq!(faults(&config, false), "");
        assert!(faults(&config, true).contains("SIGN_UP=open"));
        config.extra_ca_file = Some("/nowhere/at/all.pem".into());
        assert!(faults(&config, false).contains("EXTRA_CA_FILE"));
    }

    #[test]
    fn blank_means_no_network_and_a_wrong_one_is_named() {
        let read = |text: &str| text.parse::<Networks>().map(|networks| networks.0.len());
        assert_eq!(read(""), Ok(0));
        assert_eq!(read("10.0.0.0/8, 192.168.1.7,"), Ok(2));
        assert!(read("10.0.0.0/8,lan").unwrap_err().contains("lan"));
    }

    #[test]
    fn servers_of_ours_are_those_we_use_and_those_that_are_named() {
        let own = |named: &str, redis| {
            let config = Config {
                own_endpoints: named.parse().expect("endpoints"),
                ..Config::default()
            };
            let postgres = Some(("db.test".to_owned(), 5_432));
            let admin = Some("0.0.0.0:9090".parse().expect("an address"));
            let own = config.own_endpoints(postgres, redis, admin);
            own.into_iter()
                .map(|(host, port)| format!("{host} {port}"))
                .collect::<Vec<_>>()
        };
        let redis = Some("redis://:secret@cache.test/0");
        assert_eq!(
            own("worker:9091, [2001:db8::7]:9091,192.0.2.7:80", redis),
            [
                "db.test 5432",
                "cache.test 6379",
                "0.0.0.0 9090",
                "worker 9091",
                "2001:db8::7 9091",
                "192.0.2.7 80"
            ]
        );
        assert_eq!(
            own("", Some("rediss://[::1]:7000/0"))[1..],
            ["::1 7000", "0.0.0.0 9090"]
        );
        assert_eq!(
            own("", Some("redis+unix:///run/redis.sock")),
            ["db.test 5432", "0.0.0.0 9090"]
        );
        for wrong in [
            "worker",
            "worker:",
            "worker:0",
            ":9091",
            "http://worker:9091",
        ] {
            let refused = wrong.parse::<Endpoints>().expect_err("refused");
            assert!(refused.contains(wrong), "{refused}");
        }
    }

    #[test]
    fn a_closed_network_leaves_public_addresses_and_what_is_allowed() {
        let config = Config {
            allow_cidrs: "10.20.0.0/16".parse().expect("a network"),
            local_networks: LocalNetworks::Closed,
            ..Config::default()
        };
        let allows = |ip: &str| {
            config
                .policy(false)
                .allows(ip.parse().expect("an address"), 443)
        };
        assert!(allows("10.20.0.5") && allows("93.184.215.14"));
        assert!(!allows("192.168.1.5") && !allows("127.0.0.1") && !allows("169.254.169.254"));
    }

    #[test]
    fn other_ports_are_open_in_allowed_networks_only() {
        let refuses = |allowed: &str, ip: &str, port| {
            let config = Config {
                allow_cidrs: allowed.parse().expect("networks"),
                local_networks: LocalNetworks::Closed,
                only_ports: "80,443".parse().expect("ports"),
                ..Config::default()
            };
            let url = format!("http://{ip}:{port}/").parse().expect("a URL");
            let policy = config.policy(false);
            (
                policy.refuses(ip.parse().expect("an address"), port),
                policy.check_url(&url).err(),
            )
        };
        let (port, address) = (
            Some(FailureCode::BlockedPort),
            Some(FailureCode::BlockedAddress),
        );
        assert_eq!(refuses("", "93.184.215.14", 443), (None, None));
        assert_eq!(refuses("", "93.184.215.14", 8443), (port, port));
        assert_eq!(refuses("10.0.0.0/8", "10.1.2.3", 8443), (None, None));
        assert_eq!(refuses("", "10.1.2.3", 8443), (address, address));
        let named = |allowed: &str| {
            let config = Config {
                allow_cidrs: allowed.parse().expect("networks"),
                only_ports: "443".parse().expect("ports"),
                local_networks: LocalNetworks::Closed,
                ..Config::default()
            };
            let url = "https://shop.example:8443/".parse().expect("a URL");
            config.policy(false).check_url(&url).err()
        };
        assert_eq!((named(""), named("10.0.0.0/8")), (port, None));
        let open = Config {
            only_ports: "443".parse().expect("ports"),
            ..Config::default()
        };
        let refuses = |ip: &str| {
            open.policy(false)
                .refuses(ip.parse().expect("an address"), 81)
        };
        assert_eq!(
            (refuses("10.1.2.3"), refuses("93.184.215.14")),
            (None, port)
        );
    }

    #[test]
    fn ports_are_read_and_strangers_get_none_opened() {
        let config = |ports: &str| Config {
            allow_ports: ports.parse().expect("ports"),
            ..Config::default()
        };
        let faults = |config: &Config, shared| {
            let mut faults = Faults::default();
            config.check(shared, &mut faults);
            faults.to_string()
        };
        assert!(!config(" 9200, 2379 ").policy(false).blocks_port(9200));
        assert!(config("").policy(false).blocks_port(9200));
        assert_eq!(faults(&config("9200"), false), "");
        assert!(faults(&config("9200"), true).contains("remove ALLOW_PORTS"));
        assert_eq!(faults(&config(""), true), "");
        for wrong in ["0", "65536", "http", "1-9"] {
            let refused = wrong.parse::<Ports>().expect_err("refused");
            assert!(refused.contains(wrong), "{refused}");
        }
    }
}
