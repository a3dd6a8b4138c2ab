//! Whether people reach this installation: the port, the address it says it has, the shared cache, the page itself.

use status_cache::StatusCache;
use tokio::net::TcpListener;
use url::Host;

use super::{Finding, Reach};
use crate::data_dir::{DataDir, Locked};
use crate::installation::Settings;

pub(super) async fn examine(settings: &Settings, reach: &Reach) -> Vec<Finding> {
    let mut findings = vec![port(settings, reach).await];
    findings.extend(public_url(reach));
    if let Some(url) = &reach.redis_url {
        findings.push(redis(url).await);
    }
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

async fn port(settings: &Settings, reach: &Reach) -> Finding {
    let listen = reach.listen;
    match TcpListener::bind(listen).await {
        Ok(_) => Finding::good("port", format!("{listen} is free")),
        Err(_) if runs(settings) => {
            Finding::good("port", format!("{listen} is in use; PulseCheck is running"))
        }
        Err(error) => Finding::wrong(
            "port",
            format!("{listen} cannot be used: {error}. Choose another with LISTEN_ADDR"),
        ),
    }
}

fn runs(settings: &Settings) -> bool {
    let lock = DataDir::open(&settings.data_dir).map(|data| data.try_lock());
    matches!(lock, Ok(Err(Locked::ByOther(_))))
}

/// Sign-in, cookies and links are made for the public URL, so it has to be what people type.
fn public_url(reach: &Reach) -> Option<Finding> {
    let url = reach.public_url.as_ref()?;
    let local = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return Some(Finding::wrong("PUBLIC_URL", format!("{url} names no host"))),
    };
    let (listen, port) = (reach.listen, url.port_or_known_default().unwrap_or(80));
    Some(if local && !listen.ip().is_loopback() {
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
    })
}

async fn redis(url: &str) -> Finding {
    match StatusCache::redis(url) {
        Err(error) => Finding::wrong("redis", format!("REDIS_URL makes no sense: {error}")),
        Ok(cache) if cache.is_reachable().await => Finding::good("redis", "answers"),
        Ok(_) => Finding::odd(
            "redis",
            "does not answer: does it run, and is REDIS_URL right? Everything works without it, more slowly",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Grade;

    fn judged(public_url: &str, listen: &str) -> (Grade, String) {
        let reach = Reach {
            listen: listen.parse().unwrap(),
            public_url: Some(public_url.parse().unwrap()),
            redis_url: None,
        };
        let finding = super::public_url(&reach).unwrap();
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
