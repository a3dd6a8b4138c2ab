//! Where a redirect leads, and what may be sent along.

use domain::{
    failure::{Detail, Failure, FailureCode, Phase},
    target::Method,
};
use http::{HeaderMap, header};
use url::Url;

use super::Place;

/// Whether this status sends us elsewhere.
pub const fn is_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

/// The next hop. Locations are UTF-8 in practice, whatever the standards say.
pub fn next(from: &Url, headers: &HeaderMap) -> Result<Place, Failure> {
    let Some(location) = headers.get(header::LOCATION) else {
        return Err(Failure::new(
            FailureCode::RedirectInvalid,
            Phase::Ttfb,
            Detail::None,
        ));
    };
    let location = String::from_utf8_lossy(location.as_bytes());
    let unusable = || {
        let detail = Detail::Location {
            location: location.chars().take(500).collect(),
        };
        Failure::new(FailureCode::RedirectInvalid, Phase::Ttfb, detail)
    };
    let mut url = from.join(&location).map_err(|_| unusable())?;
    // Nobody chose these credentials for us; they are dropped, as is the part after `#`.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_fragment(None);
    Place::at(&url).ok_or_else(unusable)
}

/// The method of the next request (RFC 9110 §15.4, as browsers do it).
pub const fn method(status: u16, before: Method) -> Method {
    match (status, before) {
        (303, Method::Head) => Method::Head,
        (303, _) | (301 | 302, Method::Post) => Method::Get,
        (_, method) => method,
    }
}

/// Whether both URLs belong to one origin: only then may the user's headers and body follow.
pub fn is_same_origin(a: &Url, b: &Url) -> bool {
    a.scheme() == b.scheme()
        && a.host() == b.host()
        && a.port_or_known_default() == b.port_or_known_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lead(location: &[u8]) -> Result<String, FailureCode> {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::LOCATION,
            http::HeaderValue::from_bytes(location).unwrap(),
        );
        let from = Url::parse("https://a.example/x/y?z").unwrap();
        next(&from, &headers)
            .map(|hop| hop.url.to_string())
            .map_err(|failure| failure.code)
    }

    #[test]
    fn locations_are_joined_as_browsers_do() {
        for (location, expected) in [
            (&b"/b"[..], "https://a.example/b"),
            (b"c", "https://a.example/x/c"),
            (b"//b.example/", "https://b.example/"),
            (b"http://user:pw@b.example/#frag", "http://b.example/"),
            ("/ü".as_bytes(), "https://a.example/%C3%BC"),
            ("http://１２７.１/".as_bytes(), "http://127.0.0.1/"),
        ] {
            assert_eq!(lead(location).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn unusable_locations_are_redirect_invalid() {
        for location in [
            &b"http://[::bad/"[..],
            b"ftp://b.example/",
            b"javascript:1",
            b"http://",
            b"mailto:a@b.example",
        ] {
            assert_eq!(lead(location), Err(FailureCode::RedirectInvalid));
        }
        let none = next(&Url::parse("http://a.example/").unwrap(), &HeaderMap::new());
        assert_eq!(none.unwrap_err().code, FailureCode::RedirectInvalid);
    }

    #[test]
    fn methods_change_as_browsers_change_them() {
        for (status, before, after) in [
            (301, Method::Post, Method::Get),
            (302, Method::Post, Method::Get),
            (302, Method::Put, Method::Put),
            (303, Method::Put, Method::Get),
            (303, Method::Head, Method::Head),
            (307, Method::Post, Method::Post),
            (308, Method::Delete, Method::Delete),
        ] {
            assert_eq!(method(status, before), after, "{status} {before}");
        }
    }

    #[test]
    fn scheme_host_and_port_make_an_origin() {
        let same = |a: &str, b: &str| is_same_origin(&a.parse().unwrap(), &b.parse().unwrap());
        assert!(same("http://a.example/", "http://a.example:80/x"));
        assert!(!same("http://a.example/", "https://a.example/"));
        assert!(!same("http://a.example/", "http://b.example/"));
        assert!(!same("http://a.example/", "http://a.example:81/"));
    }
}
