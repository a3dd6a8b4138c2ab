//! Which addresses are worth asking, and in which order.

use url::Url;

use super::{
    Confidence,
    address::{base_of, bases_of, normalise},
};
use crate::{Provider, Source, catalogue, html, source::fill};

/// An address to ask, and what is hoped for there.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub(super) url: Url,
    /// What a found page's documents hang on.
    pub(super) base: Url,
    pub(super) kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The address itself.
    Page,
    /// A page that another one points to as its status page.
    Linked,
    /// A document that would prove this provider.
    Document {
        provider: Provider,
        confidence: Confidence,
    },
    Feed,
}

/// Feeds where status pages usually have them.
const FEEDS: &[&str] = &[
    "{base}/history.atom",
    "{base}/history.rss",
    "{base}/feed.atom",
    "{base}/feed.rss",
    "{base}/feed",
    "{base}/rss",
    "{base}/state_feed/feed",
];

impl Candidate {
    pub(super) fn new(url: Url, kind: Kind) -> Self {
        Self {
            base: base_of(&url),
            url,
            kind,
        }
    }

    /// What proves that this provider's page is at this base.
    fn proof(provider: Provider, base: &Url, confidence: Confidence) -> Option<Self> {
        let url = fill(provider.proof()?.at, base)?;
        Some(Self {
            url,
            base: base.clone(),
            kind: Kind::Document {
                provider,
                confidence,
            },
        })
    }
}

/// Hosts that are known, the page itself, and, where the address is that of a known vendor, its status page.
pub(super) fn told_by_address(pasted: &Url) -> Vec<Candidate> {
    let mut told = told_by_host(pasted);
    told.extend(pasted.host_str().and_then(listed_page));
    let listed = pasted
        .host_str()
        .and_then(|host| catalogue::well_known().by_host(host));
    if let Some(status) = listed.and_then(|service| normalise(&service.status).ok())
        && status.host_str() != pasted.host_str()
    {
        told.extend(told_by_host(&status));
        told.extend(status.host_str().and_then(listed_page));
        told.push(Candidate::new(status, Kind::Linked));
    }
    told.push(Candidate::new(pasted.clone(), Kind::Page));
    told
}

/// The proof of a status page that the catalogue lists with its provider.
fn listed_page(host: &str) -> Option<Candidate> {
    let service = catalogue::well_known().by_status_host(host)?;
    let base = Url::parse(&service.status).ok()?;
    Candidate::proof(service.provider?, &base, Confidence::Host)
}

/// By whole labels of the host, never by a part of one.
pub(super) fn told_by_host(url: &Url) -> Vec<Candidate> {
    let Some(host) = url.host_str() else {
        return Vec::new();
    };
    let place = format!("{host}{}", url.path());
    let mut told = Vec::new();
    for provider in Provider::all() {
        for (known, base) in provider.adapter().hosts {
            let at_place = known.contains('/') && place.starts_with(known);
            if *known == host || at_place {
                let base = Url::parse(base).ok();
                told.extend(
                    base.and_then(|base| Candidate::proof(provider, &base, Confidence::Host)),
                );
            }
        }
        let under = |suffix: &&str| {
            host == *suffix
                || host
                    .strip_suffix(*suffix)
                    .is_some_and(|front| front.ends_with('.'))
        };
        if provider.adapter().suffixes.iter().any(under) {
            let bases = bases_of(url);
            told.extend(
                bases
                    .iter()
                    .filter_map(|base| Candidate::proof(provider, base, Confidence::Host)),
            );
        }
    }
    told
}

/// What the markup of a page gives away.
pub(super) fn told_by_page(text: &str, url: &Url) -> Vec<Candidate> {
    let mut told = Vec::new();
    for provider in Provider::all() {
        let Some(template) = (provider.adapter().in_html)(text) else {
            continue;
        };
        for own in bases_of(url) {
            let base = fill(&template, &own);
            told.extend(
                base.and_then(|base| Candidate::proof(provider, &base, Confidence::Marker)),
            );
        }
    }
    told
}

/// Status pages elsewhere that a page points to.
pub(super) fn linked_pages(text: &str, url: &Url, pasted: &Url) -> Vec<Candidate> {
    let links = html::status_links(text)
        .into_iter()
        .filter_map(|link| normalise(url.join(&link).ok()?.as_str()).ok());
    let elsewhere = links
        .filter(|link| link.host_str() != pasted.host_str() && link.host_str() != url.host_str());
    elsewhere
        .take(2)
        .map(|link| Candidate::new(link, Kind::Linked))
        .collect()
}

pub(super) fn linked_feeds(text: &str, url: &Url) -> Vec<Url> {
    let links = html::feed_links(text)
        .into_iter()
        .filter_map(|link| url.join(&link).ok());
    links
        .filter(|link| matches!(link.scheme(), "http" | "https"))
        .take(4)
        .collect()
}

/// Where each provider's pages publish themselves, tried at the page's path and at its origin.
pub(super) fn probes(page: &Url) -> Vec<Candidate> {
    let bases = bases_of(page);
    let probed = Provider::all().filter(|provider| provider.adapter().probed.is_some());
    probed
        .flat_map(|provider| {
            bases
                .iter()
                .filter_map(move |base| Candidate::proof(provider, base, Confidence::Shape))
        })
        .collect()
}

pub(super) fn usual_feeds(page: &Url) -> Vec<Candidate> {
    let base = base_of(page);
    FEEDS
        .iter()
        .filter_map(|at| Some(Candidate::new(fill(at, &base)?, Kind::Feed)))
        .collect()
}

pub(super) fn speaks_of_status(text: &str) -> bool {
    let text = text.to_lowercase();
    [
        "status", "incident", "uptime", "health", "störung", "outage",
    ]
    .iter()
    .any(|word| text.contains(word))
}

/// Whether one of the provider's documents stands at the address that was asked.
pub(super) fn publishes_at(provider: Provider, candidate: &Candidate) -> bool {
    let documents = provider.adapter().documents.iter();
    documents
        .filter_map(|document| fill(document.at, &candidate.base))
        .any(|url| url == candidate.url)
}

/// The base to keep: where the document came from in the end, if redirects moved the whole page.
pub(super) fn base_after(provider: Provider, candidate: &Candidate, url: &Url) -> Url {
    if *url == candidate.url {
        return candidate.base.clone();
    }
    base_from_document(provider, url).unwrap_or_else(|| candidate.base.clone())
}

/// The page behind a document's address; where that cannot be told, the address itself is kept.
pub(super) fn source_of_document(provider: Provider, url: &Url) -> Source {
    match base_from_document(provider, url) {
        Some(base) => Source::new(provider, base),
        None => Source {
            given: vec![url.clone()],
            ..Source::new(provider, base_of(url))
        },
    }
}

fn base_from_document(provider: Provider, url: &Url) -> Option<Url> {
    let documents = provider.adapter().documents;
    let fixed = documents.iter().all(|document| !document.at.contains('{'));
    let known = provider.adapter().hosts.first().filter(|_| fixed);
    if let Some(base) = known.and_then(|(_, base)| Url::parse(base).ok()) {
        return Some(base);
    }
    documents.iter().find_map(|document| {
        let tail = document
            .at
            .strip_prefix("{base}")
            .or_else(|| document.at.strip_prefix("{origin}"))?;
        let tail = tail
            .split('?')
            .next()
            .filter(|tail| !tail.is_empty() && !tail.contains('{'))?;
        let mut base = url.clone();
        base.set_query(None);
        base.set_path(url.path().strip_suffix(tail)?);
        Some(base)
    })
}
