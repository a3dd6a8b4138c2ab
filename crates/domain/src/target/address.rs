//! Which URLs may be stored and asked: scheme, credentials, length and port.

use url::Url;

/// Longest URL, in bytes.
pub const MAX_URL: usize = 2_048;

/// The "bad ports" of the Fetch standard (<https://fetch.spec.whatwg.org/#port-blocking>), and those of
/// databases, caches and container engines, whose protocols a crafted request could abuse.
const BLOCKED_PORTS: [u16; 91] = [
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101,
    102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427,
    465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990,
    993, 995, 1719, 1720, 1723, 2049, 2375, 2379, 3306, 3659, 4045, 4190, 5060, 5061, 5432, 6000,
    6379, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 9200, 10080, 11211, 27017,
];

/// Whether this port is not asked unless whoever runs the installation opens it.
pub fn is_blocked_port(port: u16) -> bool {
    BLOCKED_PORTS.binary_search(&port).is_ok()
}

/// A URL that may be asked over HTTP, from what a person typed; the reason otherwise.
///
/// Whether its *address* and *port* may be asked is a question of the installation's policy, see `egress`.
pub fn parse_url(typed: &str) -> Result<Url, String> {
    let typed = typed.trim();
    if typed.len() > MAX_URL {
        return Err(format!("must be at most {MAX_URL} bytes"));
    }
    // The URL standard drops tabs and line breaks silently; here they are a sign of something else.
    if typed.chars().any(char::is_control) {
        return Err("must not contain control characters".to_owned());
    }
    let url = Url::parse(typed).map_err(|_| "must be a valid http or https URL".to_owned())?;
    is_askable(&url).map_err(str::to_owned)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(
            "must not contain a user name or password; use an Authorization header".to_owned(),
        );
    }
    Ok(url)
}

/// Whether a URL names a host that can be asked over http or https; the reason otherwise.
pub fn is_askable(url: &Url) -> Result<(), &'static str> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err("must start with http:// or https://");
    }
    match url.host() {
        Some(url::Host::Domain(name)) if !is_resolvable(name) => {
            Err("must have a host name that can be looked up")
        }
        Some(_) => Ok(()),
        None => Err("must have a host name"),
    }
}

/// Labels of 1 to 63 bytes and 253 in all, one dot allowed at the end.
fn is_resolvable(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name.len() <= 253 && name.split('.').all(|label| (1..=63).contains(&label.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_list_is_sorted_so_that_it_can_be_searched() {
        assert!(BLOCKED_PORTS.is_sorted());
        for port in [
            22, 25, 465, 587, 6000, 6667, 2375, 2379, 3306, 5432, 6379, 9200, 11211, 27017,
        ] {
            assert!(is_blocked_port(port), "{port}");
        }
        for port in [80, 443, 8000, 8080, 8443, 3000, 9090] {
            assert!(!is_blocked_port(port), "{port}");
        }
    }

    #[test]
    fn usable_urls_are_taken() {
        for url in [
            "https://example.com/a?b=c#d",
            " http://[2001:db8::1]:8080/ ",
            "http://bücher.example/",
            "http://under_score.example/",
            "HTTP://LOCALHOST:8080",
        ] {
            assert!(parse_url(url).is_ok(), "{url}");
        }
    }

    #[test]
    fn unusable_urls_are_refused_with_a_reason() {
        let long_label = format!("http://{}.example/", "a".repeat(64));
        let long = format!("http://example.com/{}", "a".repeat(MAX_URL));
        for (url, reason) in [
            ("example.com", "valid http"),
            ("", "valid http"),
            ("http://", "valid http"),
            ("http://[::bad/", "valid http"),
            ("ftp://example.com/", "start with http"),
            ("file:///etc/passwd", "start with http"),
            ("gopher://example.com/", "start with http"),
            ("data:text/plain,x", "start with http"),
            ("unix:/run/x", "start with http"),
            ("http+unix://%2Frun%2Fx/", "start with http"),
            ("http://a\r\nb/", "control characters"),
            ("http://example.com/a\nHost: b", "control characters"),
            ("http://user:pw@example.com/", "user name"),
            ("http://user@example.com/", "user name"),
            ("http://a..b/", "looked up"),
            (&long_label, "looked up"),
            (&long, "at most"),
        ] {
            let refused = parse_url(url).unwrap_err();
            assert!(refused.contains(reason), "{url}: {refused}");
        }
    }
}
