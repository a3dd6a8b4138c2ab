//! Cookies that live for one chain of redirects: some sites send you on only once they are kept.

use http::{HeaderMap, HeaderValue, header};
use url::{Host, Url};

/// Most cookies, and most bytes of them, that one chain may collect.
const MOST: usize = 50;
const MOST_BYTES: usize = 8 * 1024;

#[derive(Default)]
pub(crate) struct Jar(Vec<Cookie>);

struct Cookie {
    name: String,
    value: String,
    domain: String,
    /// Only this host, not those below it.
    host_only: bool,
    path: String,
    secure: bool,
}

impl Jar {
    /// Keeps what a response from `url` sets.
    pub(crate) fn keep(&mut self, url: &Url, headers: &HeaderMap) {
        for value in headers.get_all(header::SET_COOKIE) {
            let Some(cookie) = value
                .to_str()
                .ok()
                .and_then(|text| Cookie::parse(text, url))
            else {
                continue;
            };
            self.0.retain(|old| {
                (&old.name, &old.domain, &old.path) != (&cookie.name, &cookie.domain, &cookie.path)
            });
            let bytes: usize = self.0.iter().map(Cookie::len).sum();
            if self.0.len() < MOST && bytes + cookie.len() <= MOST_BYTES {
                self.0.push(cookie);
            }
        }
    }

    /// The header to send to `url`, if there is anything to send.
    pub(crate) fn header(&self, url: &Url) -> Option<HeaderValue> {
        let matching = self.0.iter().filter(|cookie| cookie.is_for(url));
        let pairs: Vec<String> = matching
            .map(|cookie| format!("{}={}", cookie.name, cookie.value))
            .collect();
        let mut value = HeaderValue::from_str(&pairs.join("; "))
            .ok()
            .filter(|value| !value.is_empty())?;
        value.set_sensitive(true);
        Some(value)
    }
}

impl Cookie {
    fn parse(text: &str, url: &Url) -> Option<Self> {
        let host = url.host_str()?;
        let mut parts = text.split(';').map(str::trim);
        let (name, value) = parts.next()?.split_once('=')?;
        if name.trim().is_empty() {
            return None;
        }
        let mut cookie = Self {
            name: name.trim().to_owned(),
            value: value.trim().to_owned(),
            domain: host.to_owned(),
            host_only: true,
            path: directory(url.path()),
            secure: false,
        };
        for part in parts {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            match key.trim().to_ascii_lowercase().as_str() {
                "secure" => cookie.secure = true,
                "path" if value.starts_with('/') => value.clone_into(&mut cookie.path),
                "domain" => {
                    let domain = value.trim().trim_start_matches('.').to_ascii_lowercase();
                    if !is_below(&url.host()?, &domain) {
                        return None;
                    }
                    cookie.host_only = domain == host;
                    cookie.domain = domain;
                }
                _ => {}
            }
        }
        Some(cookie)
    }

    fn is_for(&self, url: &Url) -> bool {
        let host = url.host_str().is_some_and(|host| host == self.domain)
            || (!self.host_only && url.host().is_some_and(|host| is_below(&host, &self.domain)));
        let path = url.path();
        let rest = path.strip_prefix(self.path.as_str());
        let below = rest.is_some_and(|rest| {
            rest.is_empty() || rest.starts_with('/') || self.path.ends_with('/')
        });
        host && below && (!self.secure || url.scheme() == "https")
    }

    fn len(&self) -> usize {
        self.name.len() + self.value.len()
    }
}

/// The default path of a cookie: up to the last slash (RFC 6265 §5.1.4).
fn directory(path: &str) -> String {
    match path.rfind('/') {
        Some(0) | None => "/".to_owned(),
        Some(end) => path[..end].to_owned(),
    }
}

/// The domain itself or a name below it; never a bare top-level domain, never an address.
fn is_below(host: &Host<&str>, domain: &str) -> bool {
    let Host::Domain(host) = host else {
        return false;
    };
    let above = host.strip_suffix(domain);
    *host == domain || (domain.contains('.') && above.is_some_and(|above| above.ends_with('.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(from: &str, cookies: &[&str], to: &str) -> Option<String> {
        let mut jar = Jar::default();
        let mut headers = HeaderMap::new();
        for cookie in cookies {
            headers.append(header::SET_COOKIE, cookie.parse().unwrap());
        }
        jar.keep(&from.parse().unwrap(), &headers);
        jar.header(&to.parse().unwrap())
            .map(|value| value.to_str().unwrap().to_owned())
    }

    #[test]
    fn cookies_go_back_where_they_belong() {
        let both = sent(
            "http://a.example/x/y",
            &["s=1; HttpOnly", "t=2; Path=/"],
            "http://a.example/x/z",
        );
        assert_eq!(both.as_deref(), Some("s=1; t=2"));
        assert_eq!(
            sent("http://a.example/", &["s=1", "s=2"], "http://a.example/").as_deref(),
            Some("s=2")
        );
        let wide = sent(
            "http://a.example.com/",
            &["s=1; Domain=.example.com"],
            "http://b.example.com/",
        );
        assert_eq!(wide.as_deref(), Some("s=1"));
    }

    #[test]
    fn cookies_stay_away_from_others() {
        for (from, cookie, to) in [
            ("http://a.example/", "s=1", "http://b.example/"),
            ("http://a.example/", "s=1", "http://x.a.example/"),
            (
                "http://a.example/",
                "s=1; Domain=b.example",
                "http://b.example/",
            ),
            (
                "http://a.example/",
                "s=1; Domain=example",
                "http://b.example/",
            ),
            ("http://10.0.0.1/", "s=1; Domain=0.0.1", "http://11.0.0.1/"),
            ("https://a.example/", "s=1; Secure", "http://a.example/"),
            ("http://a.example/x/y", "s=1", "http://a.example/xy"),
            ("http://a.example/", "=1", "http://a.example/"),
        ] {
            assert_eq!(
                sent(from, &[cookie], to),
                None,
                "{cookie} from {from} to {to}"
            );
        }
    }

    #[test]
    fn a_chain_collects_only_so_much() {
        let many: Vec<String> = (0..100)
            .map(|number| format!("c{number}={}", "x".repeat(500)))
            .collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert!(
            sent("http://a.example/", &many, "http://a.example/")
                .unwrap()
                .len()
                < 10_000
        );
    }
}
