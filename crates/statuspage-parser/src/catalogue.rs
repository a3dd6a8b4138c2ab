//! Well-known services and where they publish their status, so that most people never paste an address.

mod additions;

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::Provider;

pub use additions::AdditionsError;

/// One service of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    pub name: String,
    /// The service's own site.
    pub home: String,
    /// The page to read.
    pub status: String,
    /// Where it is known; otherwise the page is searched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<Provider>,
    #[serde(default)]
    pub categories: Vec<String>,
    /// Other names that people look for.
    #[serde(default)]
    pub aliases: Vec<String>,
}

/// What can be searched: the well-known services, and what an installation adds to them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Catalogue(Vec<Service>);

static WELL_KNOWN: LazyLock<Catalogue> = LazyLock::new(|| {
    let services = serde_json::from_str(include_str!("../catalogue.json"));
    Catalogue(services.expect("the catalogue is checked by its tests"))
});

/// The services that every installation knows.
pub fn well_known() -> &'static Catalogue {
    &WELL_KNOWN
}

impl Catalogue {
    /// The well-known services and these, from a JSON list of the same shape as `catalogue.json`. One of the same name
    /// takes the place of the well-known one.
    pub fn with_additions(json: &str) -> Result<Self, AdditionsError> {
        let added = additions::read(json)?;
        let is_replaced = |known: &Service| {
            let mut names = added.iter().map(|service| service.name.to_lowercase());
            names.any(|name| name == known.name.to_lowercase())
        };
        let kept = WELL_KNOWN.0.iter().filter(|known| !is_replaced(known));
        let services = kept.cloned().collect::<Vec<_>>();
        Ok(Self(added.into_iter().chain(services).collect()))
    }

    pub fn all(&self) -> &[Service] {
        &self.0
    }

    /// Services for what somebody types, best first: whole names before beginnings before words inside, names before
    /// aliases before categories. Every word that was typed must occur.
    pub fn search(&self, query: &str, limit: usize) -> Vec<&Service> {
        let query = query.trim().to_lowercase();
        let words: Vec<&str> = query.split_whitespace().collect();
        if words.is_empty() {
            return Vec::new();
        }
        let services = self.0.iter();
        let mut found: Vec<(u8, &Service)> = services
            .filter_map(|service| Some((rank(service, &query, &words)?, service)))
            .collect();
        found.sort_by(|(a, one), (b, other)| a.cmp(b).then_with(|| one.name.cmp(&other.name)));
        found
            .into_iter()
            .take(limit)
            .map(|(_, service)| service)
            .collect()
    }

    /// The service whose site, or a part of it, is at this host.
    pub fn by_host(&self, host: &str) -> Option<&Service> {
        let host = host.trim_start_matches("www.");
        let services = self.0.iter();
        services
            .filter(|service| {
                let home = host_of(&service.home).unwrap_or_default();
                host == home
                    || host
                        .strip_suffix(home)
                        .is_some_and(|front| front.ends_with('.'))
            })
            .max_by_key(|service| service.home.len())
    }

    /// The service whose status page is at this host.
    pub fn by_status_host(&self, host: &str) -> Option<&Service> {
        let host = host.trim_start_matches("www.");
        let mut services = self.0.iter();
        services.find(|service| host_of(&service.status) == Some(host))
    }
}

fn rank(service: &Service, query: &str, words: &[&str]) -> Option<u8> {
    let name = service.name.to_lowercase();
    let aliases: Vec<String> = service
        .aliases
        .iter()
        .map(|alias| alias.to_lowercase())
        .collect();
    if name == query {
        return Some(0);
    }
    if aliases.iter().any(|alias| alias == query) {
        return Some(1);
    }
    if name.starts_with(query) {
        return Some(2);
    }
    if aliases.iter().any(|alias| alias.starts_with(query)) {
        return Some(3);
    }
    let texts = || std::iter::once(&name).chain(&aliases);
    let begins = |word: &&str| {
        texts().any(|text| {
            text.split(|c: char| !c.is_alphanumeric())
                .any(|part| part.starts_with(word))
        })
    };
    if words.iter().all(begins) {
        return Some(4);
    }
    let host = host_of(&service.home).unwrap_or_default();
    let occurs = |word: &&str| {
        texts().any(|text| text.contains(word))
            || host.contains(word)
            || service.categories.iter().any(|one| one.contains(word))
    };
    words.iter().all(occurs).then_some(5)
}

/// The host and port of an address as it is written.
fn host_of(url: &str) -> Option<&str> {
    let host = url.split_once("://")?.1.split('/').next()?;
    Some(host.trim_start_matches("www."))
}
