//! Whether people reach this installation: the port, the address it says it has, the shared cache, the page itself.

use std::net::SocketAddr;

use runtime::faults::Faults;
use runtime::public_url::PublicUrl;
use runtime::seal::SHORTEST_SECRET;
use status_cache::StatusCache;
use url::{Host, Url};

use super::{Config, Finding};
use crate::address::{self, Address, Terminal};
use crate::data_dir::{DataDir, Locked};
use crate::installation::Settings;
use crate::secret_key::Keys;

pub(super) async fn examine(settings: &Settings, config: &Config) -> Vec<Finding> {
    let mut findings = vec![
        port(settings, &config.address).await,
        public_url(config.address.listen_addr, config.public_url()),
    ];
    findings.extend(faulty(config));
    findings.extend(redis(config).await);
    findings.push(if crate::web::is_built() {
        Finding::good("web app", "built in")
    } else {
        Finding::wrong(
            "web app",
            "this program was built without it. Type:\n    make run",
        )
    });
    findings
}

/// What `serve` would not start with. Keys are looked at elsewhere.
fn faulty(config: &Config) -> Vec<Finding> {
    let keys = Keys {
        current: "k".repeat(SHORTEST_SECRET).into(),
        previous: None,
    };
    let mut faults = Faults::default();
    config.check(keys, config.address.listen_addr.port(), &mut faults);
    let wrong = |fault: String| Finding::wrong("settings", fault);
    faults.0.into_iter().map(wrong).collect()
}

async fn port(settings: &Settings, address: &Address) -> Finding {
    let listen = address.listen_addr;
    match address::listen(listen, &Terminal::default()).await {
        Ok(_) => Finding::good("port", format!("{listen} is free")),
        Err(_) if runs(settings) => {
            Finding::good("port", format!("{listen} is in use; PulseCheck is running"))
        }
        Err(error) => Finding::failure("port", &error),
    }
}

fn runs(settings: &Settings) -> bool {
    if !settings.data_dir.exists() {
        return false;
    }
    let lock = DataDir::open(&settings.data_dir).map(|data| data.try_lock());
    matches!(lock, Ok(Err(Locked::ByOther(_))))
}

/// Sign-in, cookies and links are made for the public URL, so it has to be what people type.
fn public_url(listen: SocketAddr, given: &PublicUrl) -> Finding {
    let given = given.or_local(listen.port());
    let url = match Url::parse(&given) {
        Ok(url) => url,
        Err(error) => {
            return Finding::wrong("PUBLIC_URL", format!("{given} is no address: {error}"));
        }
    };
    let local = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return Finding::wrong("PUBLIC_URL", format!("{url} names no host")),
    };
    let port = url.port_or_known_default().unwrap_or(80);
    if local && !listen.ip().is_loopback() {
        Finding::odd(
            "PUBLIC_URL",
            format!(
                "is {url}, but {listen} lets others in: set PUBLIC_URL to the address that they type"
            ),
        )
    } else if !local && listen.ip().is_loopback() {
        Finding::odd(
            "PUBLIC_URL",
            format!(
                "is {url}, but only this machine reaches {listen}: right behind a proxy here, else set LISTEN_ADDR=0.0.0.0:{}",
                listen.port()
            ),
        )
    } else if url.scheme() == "http" && port != listen.port() {
        Finding::odd(
            "PUBLIC_URL",
            format!(
                "has port {port}, but the program listens on {}: right behind a proxy, else make them equal",
                listen.port()
            ),
        )
    } else {
        Finding::good("PUBLIC_URL", url.to_string())
    }
}

async fn redis(config: &Config) -> Option<Finding> {
    let cache = config.address.status_cache(config.reach.authorities());
    Some(match cache {
        Err(error) => Finding::failure("redis", &error),
        Ok(StatusCache::Memory(_)) => return None,
        Ok(cache) if cache.is_reachable().await => Finding::good("redis", "answers"),
        Ok(_) => Finding::odd(
            "redis",
            "does not answer: does it run, and is REDIS_URL right? Everything works without it, more slowly",
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Grade;

    fn judged(public_url: &str, listen: &str) -> (Grade, String) {
        let given = PublicUrl {
            public_url: Some(public_url.to_owned()),
            frontend_url: None,
        };
        let finding = super::public_url(listen.parse().unwrap(), &given);
        (finding.grade, finding.text)
    }

    #[test]
    fn an_address_that_people_cannot_use_is_named() {
        assert_eq!(
            judged("http://localhost:8000", "127.0.0.1:8000").0,
            Grade::Good
        );
        assert_eq!(judged("http://nas.lan:8000", "0.0.0.0:8000").0, Grade::Good);
        let (grade, text) = judged("http://localhost:8000", "0.0.0.0:8000");
        assert_eq!(grade, Grade::Odd);
        assert!(text.contains("lets others in"), "{text}");
        let (grade, text) = judged("https://status.example.com", "127.0.0.1:8000");
        assert_eq!(grade, Grade::Odd);
        assert!(text.contains("LISTEN_ADDR=0.0.0.0:8000"), "{text}");
        let (grade, text) = judged("http://nas.lan", "0.0.0.0:8000");
        assert_eq!(grade, Grade::Odd);
        assert!(text.contains("has port 80"), "{text}");
    }
}
