//! The list of providers. Adding one is a file in `provider/` and a line in [`REGISTRY`].

mod algolia;
mod apple;
mod atlassian;
mod auth0;
mod aws;
mod azure;
mod better_stack;
mod cachet;
mod cachet3;
mod checkly;
mod feed;
mod gatus;
mod google;
mod heroku;
mod hund;
mod incident_io;
mod instatus;
mod onlineornot;
mod openstatus;
mod own_json;
mod pagerduty;
mod rootly;
mod salesforce;
mod slack;
mod sorry;
mod status_io;
mod statuscast;
mod statuspal;
mod upptime;
mod uptime_com;
mod uptime_kuma;
mod uptime_robot;
mod wedos;
mod xai;
mod zendesk;

use std::{fmt, time::Duration};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Page, ParseError, body::Body};

/// Everything that differs from provider to provider. Nothing outside `provider/` asks which one it is.
pub(crate) struct Adapter {
    /// Stable; stored in databases and sent to browsers.
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    /// What is fetched for one reading, most authoritative first.
    pub(crate) documents: &'static [Document],
    /// Hosts that are this provider's for certain, and the base that their documents hang on.
    pub(crate) hosts: &'static [(&'static str, &'static str)],
    /// Domains under which every host is one of this provider's pages.
    pub(crate) suffixes: &'static [&'static str],
    /// The document that an unknown page is asked for, to see whether it is this provider's.
    pub(crate) probed: Option<&'static str>,
    /// The base of the page, if this HTML is one of this provider's. Placeholders as in [`Document::at`].
    pub(crate) in_html: fn(&str) -> Option<String>,
    /// The shortest pause between two requests that the provider asks for.
    pub(crate) pause: Duration,
    /// Whether a document is one of this provider's, by its anchor keys.
    pub(crate) recognises: fn(&Body) -> bool,
    pub(crate) read: fn(&Body, &mut Page) -> Result<(), ParseError>,
}

/// One document of a page.
pub(crate) struct Document {
    pub(crate) name: &'static str,
    /// Its address: `{base}`, `{origin}`, `{host}`, `{path}` (without its first slash), `{last}` (the last
    /// segment of the path, else `default`), `{label}` (the host's first) and `{domain}` (the rest of the host) are filled
    /// in from the page's base.
    pub(crate) at: &'static str,
    /// Without it there is no reading.
    pub(crate) required: bool,
}

impl Adapter {
    /// What most providers have in common: nothing.
    pub(crate) const BLANK: Self = Self {
        id: "",
        name: "",
        documents: &[],
        hosts: &[],
        suffixes: &[],
        probed: None,
        in_html: |_| None,
        pause: Duration::ZERO,
        recognises: |_| false,
        read: |_, _| Err(ParseError::NotRecognised),
    };
}

/// In the order in which they are asked whether a document is theirs, and in which an unknown page is probed for them: the
/// common ones first, the undemanding ones last.
static REGISTRY: &[&Adapter] = &[
    &incident_io::ADAPTER,
    &atlassian::ADAPTER,
    &instatus::ADAPTER,
    &better_stack::ADAPTER,
    &status_io::ADAPTER,
    &cachet::ADAPTER,
    &cachet3::ADAPTER,
    &uptime_kuma::ADAPTER,
    &gatus::ADAPTER,
    &openstatus::ADAPTER,
    &sorry::ADAPTER,
    &statuscast::ADAPTER,
    &rootly::ADAPTER,
    &pagerduty::ADAPTER,
    &uptime_com::ADAPTER,
    &google::WORKSPACE,
    &google::CLOUD,
    &aws::ADAPTER,
    &slack::ADAPTER,
    &heroku::ADAPTER,
    &salesforce::ADAPTER,
    &apple::ADAPTER,
    &onlineornot::ADAPTER,
    &statuspal::ADAPTER,
    &upptime::ADAPTER,
    &uptime_robot::ADAPTER,
    &checkly::ADAPTER,
    &zendesk::ADAPTER,
    &auth0::ADAPTER,
    &algolia::ADAPTER,
    &wedos::ADAPTER,
    &azure::ADAPTER,
    &xai::ADAPTER,
    &hund::ADAPTER,
    &feed::ADAPTER,
    &own_json::ADAPTER,
];

/// Who hosts a status page, or in which shape it is published.
#[derive(Clone, Copy)]
pub struct Provider(&'static Adapter);

impl Provider {
    pub fn all() -> impl Iterator<Item = Self> {
        REGISTRY.iter().copied().map(Self)
    }

    pub fn find(id: &str) -> Option<Self> {
        Self::all().find(|provider| provider.id() == id)
    }

    pub fn id(self) -> &'static str {
        self.0.id
    }

    /// As people know it.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// The shortest pause to keep between two requests to this provider, whatever the page; often zero.
    pub fn pause(self) -> Duration {
        self.0.pause
    }

    /// The document whose reading proves that a page is this provider's.
    pub(crate) fn proof(self) -> Option<&'static Document> {
        let documents = self.0.documents;
        let probed = self
            .0
            .probed
            .and_then(|name| documents.iter().find(|one| one.name == name));
        probed
            .or_else(|| documents.iter().find(|one| one.required))
            .or_else(|| documents.first())
    }

    pub(crate) fn adapter(self) -> &'static Adapter {
        self.0
    }

    /// Whose shape this document has.
    pub(crate) fn of_shape(body: &Body) -> Option<Self> {
        Self::all().find(|provider| (provider.0.recognises)(body))
    }

    /// Reads one document without drawing conclusions that need the others.
    pub(crate) fn read(self, body: &Body) -> Result<Page, ParseError> {
        let mut page = Page::new(self);
        (self.0.read)(body, &mut page)?;
        page.settle_components();
        body.admit(&mut page);
        Ok(page)
    }
}

impl PartialEq for Provider {
    fn eq(&self, other: &Self) -> bool {
        self.id() == other.id()
    }
}

impl Eq for Provider {}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Provider {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

impl<'de> Deserialize<'de> for Provider {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let id = String::deserialize(deserializer)?;
        Self::find(&id)
            .ok_or_else(|| serde::de::Error::custom(format!("no provider is called {id}")))
    }
}
