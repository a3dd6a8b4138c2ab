//! The cookies of a browser that is signed in, or on its way to a provider.

use axum::http::{HeaderMap, HeaderValue, header};
use chrono::TimeDelta;
use url::{Host, Url};

use super::tokens::{ACCESS_LIFE, REFRESH_LIFE};

const ACCESS: &str = "access_token";
const REFRESH: &str = "refresh_token";
const FLOW: &str = "oauth_flow";

/// Refresh tokens travel to these routes only.
const AUTH_PATH: &str = "/api/auth";

/// How long a sign-in at a provider may take.
pub const FLOW_LIFE: TimeDelta = TimeDelta::minutes(10);

/// Names and attributes of our cookies.
#[derive(Clone, Debug)]
pub struct Cookies {
    access: Slot,
    refresh: Slot,
    flow: Slot,
    secure: bool,
}

/// One cookie whatever its value.
#[derive(Clone, Debug)]
struct Slot {
    name: String,
    path: &'static str,
    life: TimeDelta,
}

impl Cookies {
    /// Cookies know no ports: two installations on one developer's machine would overwrite each other's, so there
    /// the names carry the port. `Secure` is left out where the installation is known to be reached over http.
    pub fn new(public_url: &Url) -> Self {
        let port = public_url
            .port_or_known_default()
            .filter(|_| public_url.scheme() == "http" && is_this_machine(public_url));
        let slot = |plain: &str, path, life| Slot {
            name: match port {
                Some(port) => format!("{plain}_{port}"),
                None => plain.to_owned(),
            },
            path,
            life,
        };
        Self {
            access: slot(ACCESS, "/", ACCESS_LIFE),
            refresh: slot(REFRESH, AUTH_PATH, REFRESH_LIFE),
            flow: slot(FLOW, AUTH_PATH, FLOW_LIFE),
            secure: public_url.scheme() == "https",
        }
    }

    /// Access tokens that came along. The plain name counts too: a token of another installation is no token here.
    pub fn access<'a>(&'a self, headers: &'a HeaderMap) -> impl Iterator<Item = &'a str> {
        values(headers, &self.access.name).chain(fallback(headers, &self.access, ACCESS))
    }

    /// Refresh tokens that came along.
    pub fn refresh<'a>(&'a self, headers: &'a HeaderMap) -> impl Iterator<Item = &'a str> {
        values(headers, &self.refresh.name).chain(fallback(headers, &self.refresh, REFRESH))
    }

    /// The sealed sign-in at a provider that is under way.
    pub fn flow<'a>(&'a self, headers: &'a HeaderMap) -> impl Iterator<Item = &'a str> {
        values(headers, &self.flow.name)
    }

    /// Whether a browser vouches for somebody by itself, so that it matters which page made it ask.
    pub fn come_with(&self, headers: &HeaderMap) -> bool {
        self.access(headers)
            .chain(self.refresh(headers))
            .next()
            .is_some()
    }

    /// Sets both tokens.
    pub fn sign_in(&self, headers: &mut HeaderMap, access: &str, refresh: &str) {
        self.set(headers, &self.access, access);
        self.set(headers, &self.refresh, refresh);
    }

    /// Takes both tokens away.
    pub fn sign_out(&self, headers: &mut HeaderMap) {
        self.clear(headers, &self.access);
        self.clear(headers, &self.refresh);
    }

    /// Remembers a sign-in at a provider for ten minutes.
    pub fn set_flow(&self, headers: &mut HeaderMap, sealed: &str) {
        self.set(headers, &self.flow, sealed);
    }

    /// Forgets a sign-in at a provider.
    pub fn clear_flow(&self, headers: &mut HeaderMap) {
        self.clear(headers, &self.flow);
    }

    fn set(&self, headers: &mut HeaderMap, slot: &Slot, value: &str) {
        let secure = if self.secure { "; Secure" } else { "" };
        let (name, path, seconds) = (&slot.name, slot.path, slot.life.num_seconds());
        let cookie = format!(
            "{name}={value}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"
        );
        // Tokens are letters, digits, dots, dashes and underscores, so this cannot fail.
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            headers.append(header::SET_COOKIE, cookie);
        }
    }

    fn clear(&self, headers: &mut HeaderMap, slot: &Slot) {
        let gone = Slot {
            life: TimeDelta::zero(),
            ..slot.clone()
        };
        self.set(headers, &gone, "");
    }
}

/// The plain name, where it is another one.
fn fallback<'a>(
    headers: &'a HeaderMap,
    slot: &Slot,
    plain: &'a str,
) -> impl Iterator<Item = &'a str> + use<'a> {
    values(headers, plain).take(if slot.name == plain { 0 } else { usize::MAX })
}

/// Every value of a cookie; a browser sends several when they were set for several paths.
fn values<'a>(headers: &'a HeaderMap, name: &'a str) -> impl Iterator<Item = &'a str> {
    let lines = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok());
    lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(move |(key, value)| *key == name && !value.is_empty())
        .map(|(_, value)| value)
}

/// Whether the address means the very machine that the browser runs on.
pub fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cookies(public_url: &str) -> Cookies {
        Cookies::new(&public_url.parse().expect("a URL"))
    }

    fn set(public_url: &str) -> Vec<String> {
        let mut headers = HeaderMap::new();
        cookies(public_url).sign_in(&mut headers, "A", "R");
        let lines = headers.get_all(header::SET_COOKIE).iter();
        lines
            .map(|line| line.to_str().expect("text").to_owned())
            .collect()
    }

    #[test]
    fn cookies_are_secure_and_plainly_named_on_a_real_address() {
        assert_eq!(
            set("https://status.example"),
            [
                "access_token=A; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax; Secure",
                "refresh_token=R; Path=/api/auth; Max-Age=604800; HttpOnly; SameSite=Lax; Secure",
            ]
        );
    }

    #[test]
    fn on_localhost_the_names_carry_the_port_and_plain_names_are_read_too() {
        assert!(set("http://localhost:8000")[0].starts_with("access_token_8000=A; "));
        assert!(set("http://127.0.0.1:8001")[1].starts_with("refresh_token_8001=R; "));
        assert!(set("http://nas.lan:8000")[0].starts_with("access_token=A; "));
        assert!(!set("http://nas.lan:8000")[0].contains("Secure"));
        let mut headers = HeaderMap::new();
        let line = "access_token=plain; x=y; access_token_8000=ours; access_token_9000=theirs";
        headers.insert(header::COOKIE, HeaderValue::from_static(line));
        let here = cookies("http://localhost:8000");
        assert_eq!(here.access(&headers).collect::<Vec<_>>(), ["ours", "plain"]);
        let elsewhere = cookies("https://status.example");
        assert_eq!(elsewhere.access(&headers).collect::<Vec<_>>(), ["plain"]);
    }
}
