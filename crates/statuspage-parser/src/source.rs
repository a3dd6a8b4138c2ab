//! Which documents make up a page, and where they are.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::{Provider, provider::Document};

/// A page that can be read: who publishes it and where. This is what is stored; the addresses follow from it, so that
/// a document that was missing once is asked for again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    pub provider: Provider,
    /// What the addresses of the documents hang on; not always the address that people open.
    pub base: Url,
    /// Addresses that a person gave instead.
    #[serde(default)]
    pub given: Vec<Url>,
}

/// One document to fetch with `GET`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The same from reading to reading: under this name validators and parts are kept.
    pub name: String,
    pub url: Url,
    /// Without it there is no reading.
    pub required: bool,
    pub(crate) document: Option<&'static str>,
}

impl Source {
    pub fn new(provider: Provider, base: Url) -> Self {
        Self {
            provider,
            base,
            given: Vec::new(),
        }
    }

    /// What one reading fetches, most authoritative first.
    pub fn requests(&self) -> Vec<Request> {
        if !self.given.is_empty() {
            return self
                .given
                .iter()
                .map(|url| Request::given(url.clone()))
                .collect();
        }
        let documents = self.provider.adapter().documents.iter();
        documents
            .filter_map(|document| self.request(document))
            .collect()
    }

    pub(crate) fn request(&self, document: &Document) -> Option<Request> {
        Some(Request {
            name: document.name.to_owned(),
            url: fill(document.at, &self.base)?,
            required: document.required,
            document: Some(document.name),
        })
    }
}

impl Request {
    fn given(url: Url) -> Self {
        Self {
            name: url.to_string(),
            url,
            required: false,
            document: None,
        }
    }
}

/// Puts the parts of a base into a template.
pub(crate) fn fill(template: &str, base: &Url) -> Option<Url> {
    let host = base.host_str()?;
    let origin = base.origin().ascii_serialization();
    let path = base.path().trim_matches('/');
    let (label, domain) = host.split_once('.').unwrap_or((host, host));
    let trimmed = if path.is_empty() {
        origin.clone()
    } else {
        format!("{origin}/{path}")
    };
    let last = path
        .rsplit('/')
        .next()
        .filter(|last| !last.is_empty())
        .unwrap_or("default");
    if path.is_empty() && template.contains("{path}") {
        return None;
    }
    let filled = template
        .replace("{base}", &trimmed)
        .replace("{origin}", &origin)
        .replace("{host}", host)
        .replace("{path}", path)
        .replace("{last}", last)
        .replace("{label}", label)
        .replace("{domain}", domain);
    Url::parse(&filled)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"))
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::fill;

    #[test]
    fn templates_are_filled_from_the_base() {
        let base = Url::parse("https://team.example.com/status/main/").expect("a URL");
        let cases = [
            (
                "{base}/a.json",
                "https://team.example.com/status/main/a.json",
            ),
            (
                "{origin}/proxy/{host}",
                "https://team.example.com/proxy/team.example.com",
            ),
            ("{origin}/x/{last}", "https://team.example.com/x/main"),
            (
                "https://{domain}/{label}/{path}",
                "https://example.com/team/status/main",
            ),
        ];
        for (template, expected) in cases {
            assert_eq!(fill(template, &base).expect("a URL").as_str(), expected);
        }
        let plain = Url::parse("https://example.com").expect("a URL");
        assert_eq!(fill("https://files.example/{path}/x", &plain), None);
        assert_eq!(
            fill("{base}/{last}", &plain).expect("a URL").as_str(),
            "https://example.com/default"
        );
    }
}
