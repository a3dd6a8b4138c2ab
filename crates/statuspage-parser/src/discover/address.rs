//! The address that somebody pasted, made into one that can be asked.

use url::Url;

/// Longer addresses are not typed by people.
const MAX_LENGTH: usize = 2048;

/// Segments that lead from a status page to one of its own pages.
const SUB_PAGES: &[&str] = &[
    "incidents",
    "incident",
    "history",
    "uptime",
    "maintenance",
    "maintenances",
    "issues",
    "subscribe",
    "default",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    #[error("enter the address of a status page")]
    Empty,
    #[error("this is not a web address")]
    NotAnAddress,
    #[error("only http and https addresses can be read")]
    Scheme,
    #[error("an address must not carry a user name or password")]
    UserInfo,
}

pub(super) fn normalise(address: &str) -> Result<Url, AddressError> {
    let address = address.trim();
    if address.is_empty() {
        return Err(AddressError::Empty);
    }
    if address.len() > MAX_LENGTH {
        return Err(AddressError::NotAnAddress);
    }
    let with_scheme = if address.contains("://") {
        address.to_owned()
    } else {
        format!("https://{}", address.trim_start_matches('/'))
    };
    let mut url = Url::parse(&with_scheme).map_err(|_| AddressError::NotAnAddress)?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(AddressError::Scheme);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(AddressError::UserInfo);
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(AddressError::NotAnAddress);
    }
    url.set_fragment(None);
    Ok(url)
}

/// Where the page itself lives: without query and without what leads to one of its own pages.
pub(super) fn base_of(url: &Url) -> Url {
    let mut base = url.clone();
    base.set_query(None);
    let kept: Vec<&str> = url
        .path()
        .split('/')
        .filter(|segment| !segment.is_empty())
        .take_while(|segment| !SUB_PAGES.contains(segment))
        .collect();
    let is_file = kept.last().is_some_and(|last| {
        [".json", ".xml", ".rss", ".atom", ".html", ".js"]
            .iter()
            .any(|end| last.ends_with(end))
    });
    let kept = if is_file {
        &kept[..kept.len() - 1]
    } else {
        &kept[..]
    };
    base.set_path(&kept.join("/"));
    base
}

/// The page's own path, then its origin.
pub(super) fn bases_of(url: &Url) -> Vec<Url> {
    let base = base_of(url);
    let mut origin = base.clone();
    origin.set_path("");
    if base == origin {
        vec![base]
    } else {
        vec![base, origin]
    }
}

#[cfg(test)]
mod tests {
    use super::{AddressError, bases_of, normalise};

    #[test]
    fn addresses_are_completed_or_refused() {
        assert_eq!(
            normalise("  status.example.com/a#b ").map(String::from),
            Ok("https://status.example.com/a".to_owned())
        );
        assert_eq!(
            normalise("http://bücher.example").map(String::from),
            Ok("http://xn--bcher-kva.example/".to_owned())
        );
        assert_eq!(normalise(""), Err(AddressError::Empty));
        assert_eq!(
            normalise("https://me:secret@example.com"),
            Err(AddressError::UserInfo)
        );
        assert_eq!(normalise("ftp://example.com"), Err(AddressError::Scheme));
        assert_eq!(normalise("https://"), Err(AddressError::NotAnAddress));
        assert_eq!(normalise("not an address"), Err(AddressError::NotAnAddress));
    }

    #[test]
    fn a_pages_path_is_kept_and_its_own_pages_are_not() {
        let bases = |text: &str| -> Vec<String> {
            bases_of(&normalise(text).expect("an address"))
                .iter()
                .map(ToString::to_string)
                .collect()
        };
        assert_eq!(
            bases("https://a.example/eu?x=1"),
            ["https://a.example/eu", "https://a.example/"]
        );
        assert_eq!(
            bases("https://a.example/incidents/abc"),
            ["https://a.example/"]
        );
        assert_eq!(
            bases("https://a.example/status/main/history"),
            ["https://a.example/status/main", "https://a.example/"]
        );
    }
}
