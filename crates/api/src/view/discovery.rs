//! What was found at an address that somebody pasted.

use chrono::{DateTime, Utc};
use serde::Serialize;
use statuspage_parser::{
    Page,
    discover::{Advice, Confidence, Evidence},
    page::{Component, Impact, Incident},
};
use utoipa::ToSchema;

use super::{
    vendor::{ProviderView, web_address},
    words,
};

/// A status page with its components, or why there is none.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
#[schema(as = Discovery)]
pub struct DiscoveryView {
    /// Where the page is read; to be sent as `status_page_api_urls`. Empty when nothing was found
    pub api_urls: Vec<String>,
    pub components: Vec<FoundComponentView>,
    pub provider: Option<ProviderView>,
    pub page: Option<FoundPageView>,
    /// What the provider was told by: `host`, `marker`, `shape` or `feed`
    #[schema(value_type = Option<words::Confidence>)]
    pub confidence: Option<&'static str>,
    pub open_incidents: Vec<FoundIncidentView>,
    /// What can be done when nothing was found
    pub advice: Option<AdviceView>,
    /// What was asked, and what came of it
    pub evidence: Vec<EvidenceView>,
}

/// A component that can be followed.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = FoundComponent)]
pub struct FoundComponentView {
    #[schema(example = "API")]
    pub name: String,
    #[schema(value_type = words::VendorLevel)]
    pub status: &'static str,
    /// The innermost group
    pub group_name: Option<String>,
    /// To be sent as `component_key`
    pub key: String,
    /// Names of the groups around it, outermost first
    pub group_path: Vec<String>,
    pub description: Option<String>,
}

/// The page that was found.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = FoundPage)]
pub struct FoundPageView {
    #[schema(example = "Claude")]
    pub name: String,
    /// For people
    pub url: Option<String>,
}

/// An incident that is open on the page.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = FoundIncident)]
pub struct FoundIncidentView {
    pub name: String,
    #[schema(value_type = words::VendorImpact)]
    pub impact: &'static str,
    pub started_at: Option<DateTime<Utc>>,
    pub url: Option<String>,
}

/// What a person can do.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Advice)]
pub struct AdviceView {
    #[schema(value_type = words::AdviceCode)]
    pub code: &'static str,
    /// One plain sentence
    pub sentence: String,
}

/// One address that was asked.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = DiscoveryEvidence)]
pub struct EvidenceView {
    pub url: String,
    /// What came of it, in a few words
    #[schema(example = "nothing there")]
    pub outcome: String,
}

impl DiscoveryView {
    /// A page that was read, as it is kept under `name` and `home`.
    pub fn found(page: &Page, api_urls: Vec<String>, (name, home): (&str, &str)) -> Self {
        Self {
            api_urls,
            components: page
                .leaves()
                .map(|component| FoundComponentView::new(page, component))
                .collect(),
            provider: Some(page.provider.into()),
            page: Some(FoundPageView {
                name: name.to_owned(),
                url: web_address(home),
            }),
            open_incidents: page.open_incidents().map(FoundIncidentView::from).collect(),
            ..Self::default()
        }
    }
}

impl FoundComponentView {
    fn new(page: &Page, component: &Component) -> Self {
        Self {
            name: component.name.clone(),
            status: page.effective(component).level.as_str(),
            group_name: component.group_path.last().cloned(),
            key: component.key.to_string(),
            group_path: component.group_path.clone(),
            description: component.description.clone(),
        }
    }
}

impl From<&Incident> for FoundIncidentView {
    fn from(incident: &Incident) -> Self {
        Self {
            name: incident.name.clone(),
            impact: match incident.impact.meaning {
                Impact::None => "none",
                Impact::Minor => "minor",
                Impact::Major => "major",
                Impact::Critical => "critical",
                Impact::Maintenance => "maintenance",
                Impact::Unknown => "unknown",
            },
            started_at: incident.started_at,
            url: incident.url.as_deref().and_then(web_address),
        }
    }
}

impl From<&Advice> for AdviceView {
    fn from(advice: &Advice) -> Self {
        Self {
            code: match advice {
                Advice::SwitchedOff => "switched_off",
                Advice::NoSuchPage => "no_such_page",
                Advice::Private => "private",
                Advice::Unreachable => "unreachable",
                Advice::Refused => "refused",
                Advice::EnterDataAddress => "enter_data_address",
            },
            sentence: advice.to_string(),
        }
    }
}

impl From<&Evidence> for EvidenceView {
    fn from(evidence: &Evidence) -> Self {
        Self {
            url: evidence.url.to_string(),
            outcome: evidence.outcome.to_string(),
        }
    }
}

/// What the provider was told by.
pub fn confidence(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Host => "host",
        Confidence::Marker => "marker",
        Confidence::Shape => "shape",
        Confidence::Feed => "feed",
    }
}
