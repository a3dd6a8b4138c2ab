//! What a vendor says, and of what: kept apart from our own verdict.

use chrono::{DateTime, Utc};
use db::vendor_pages::Freshness;
use domain::vendor::{Component, Incident, Maintenance, Said, Update, VendorTarget};
use serde::Serialize;
use statuspage_parser::Provider;
use url::Url;
use utoipa::ToSchema;

use super::words;

/// What a service of somebody else's follows, and what its vendor said of it at the newest look.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Vendor)]
pub struct VendorView {
    /// As the page calls itself
    #[schema(example = "Claude")]
    pub page_name: String,
    /// The page for people
    #[schema(example = "https://status.claude.com/")]
    pub page_url: Option<String>,
    pub provider: Option<ProviderView>,
    /// Null for the page as a whole
    pub component: Option<VendorComponentView>,
    /// The vendor's word in ours: `operational`, `degraded`, `partial_outage`, `major_outage`, `maintenance`, `not_monitored` or `unknown`
    #[schema(value_type = words::VendorLevel)]
    pub status: String,
    /// The vendor's own word
    pub raw: Option<String>,
    /// When the page was last read
    pub read_at: Option<DateTime<Utc>>,
    /// How often in a row it could not be read since
    pub failures: u32,
    /// It is not read before then: the page asked for it, or it keeps failing
    pub resting_until: Option<DateTime<Utc>>,
    /// Open incidents that name what is followed
    pub incidents: Vec<VendorIncidentView>,
    /// Maintenance of what is followed: under way or to come
    pub maintenances: Vec<VendorMaintenanceView>,
    /// Open incidents that name no component: shown, never judged
    pub notes: Vec<VendorIncidentView>,
    /// What the component may be called now, when it is gone
    pub suggestions: Vec<String>,
}

/// What a vendor's page said at one look.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = VendorWords)]
pub struct VendorWordsView {
    /// As the page calls itself
    pub page_name: String,
    /// The page for people
    pub page_url: Option<String>,
    /// Null for the page as a whole
    pub component_name: Option<String>,
    #[schema(value_type = words::VendorLevel)]
    pub status: String,
    /// The vendor's own word
    pub raw: Option<String>,
    /// Open incidents that name what is followed
    pub incidents: Vec<VendorIncidentView>,
    /// Maintenance of what is followed: under way or to come
    pub maintenances: Vec<VendorMaintenanceView>,
    /// Open incidents that name no component: shown, never judged
    pub notes: Vec<VendorIncidentView>,
    /// What the component may be called now, when it is gone
    pub suggestions: Vec<String>,
}

/// Who hosts a status page, or in which shape it is published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Provider)]
pub struct ProviderView {
    #[schema(example = "atlassian")]
    pub id: &'static str,
    #[schema(example = "Atlassian Statuspage")]
    pub name: &'static str,
}

/// A component as it was chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = VendorComponent)]
pub struct VendorComponentView {
    pub key: String,
    pub name: String,
    /// Names of the groups around it, outermost first
    pub group_path: Vec<String>,
}

/// An incident of a vendor's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = VendorIncident)]
pub struct VendorIncidentView {
    pub id: String,
    pub name: String,
    #[schema(value_type = words::VendorImpact)]
    pub impact: String,
    #[schema(value_type = words::VendorIncidentPhase)]
    pub phase: String,
    pub started_at: Option<DateTime<Utc>>,
    pub url: Option<String>,
    /// Newest first, a few; empty in lists
    pub updates: Vec<VendorUpdateView>,
}

/// One thing that a vendor wrote about an incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = VendorUpdate)]
pub struct VendorUpdateView {
    pub at: Option<DateTime<Utc>>,
    /// The vendor's word for the phase at that time
    pub phase: Option<String>,
    /// Plain text
    pub text: String,
}

/// A maintenance window of a vendor's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = VendorMaintenance)]
pub struct VendorMaintenanceView {
    pub id: String,
    pub name: String,
    #[schema(value_type = words::VendorMaintenancePhase)]
    pub phase: String,
    pub scheduled_for: Option<DateTime<Utc>>,
    pub scheduled_until: Option<DateTime<Utc>>,
    pub url: Option<String>,
    /// Under way at the newest look
    pub active: bool,
}

/// Something that a service of one's own depends on.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Dependency)]
pub struct DependencyView {
    /// As the page calls itself
    #[schema(example = "Stripe")]
    pub page_name: String,
    /// The page for people
    pub page_url: Option<String>,
    /// Where the page is read
    pub api_urls: Vec<String>,
    /// Null for the page as a whole
    pub component_key: Option<String>,
    pub component_name: Option<String>,
    /// By the newest reading of the page
    #[schema(value_type = words::VendorLevel)]
    pub status: &'static str,
}

impl VendorView {
    /// `said` is none before the first look, `page` when nobody knows how fresh it is.
    pub fn new(target: &VendorTarget, said: Option<Said>, page: Option<&Freshness>) -> Self {
        let said = said.unwrap_or_default();
        let provider = page.and_then(|page| Provider::find(&page.provider));
        let (name, home) = match page {
            Some(page) => (page.name.clone(), web_address(&page.home)),
            None => (said.page.clone(), web_address(&said.page_url)),
        };
        let words = VendorWordsView::from(&said);
        Self {
            page_name: name,
            page_url: home,
            provider: provider.map(ProviderView::from),
            component: target.component.as_ref().map(VendorComponentView::from),
            status: words.status,
            raw: words.raw,
            read_at: page.and_then(|page| page.read_at),
            failures: page.map_or(0, |page| page.failures),
            resting_until: page.and_then(|page| page.not_before),
            incidents: words.incidents,
            maintenances: words.maintenances,
            notes: words.notes,
            suggestions: words.suggestions,
        }
    }

    /// Without what only a page of one service shows.
    pub fn cut_for_lists(&mut self) {
        for incident in self.incidents.iter_mut().chain(&mut self.notes) {
            incident.updates.clear();
        }
    }
}

impl From<&Said> for VendorWordsView {
    fn from(said: &Said) -> Self {
        let status = if said.level.is_empty() {
            "unknown".to_owned()
        } else {
            said.level.clone()
        };
        let incidents = |all: &[Incident]| all.iter().map(VendorIncidentView::from).collect();
        let maintenances = said.maintenances.iter();
        Self {
            page_name: said.page.clone(),
            page_url: web_address(&said.page_url),
            component_name: said.component.clone(),
            status,
            raw: said.raw.clone(),
            incidents: incidents(&said.incidents),
            maintenances: maintenances.map(VendorMaintenanceView::from).collect(),
            notes: incidents(&said.notes),
            suggestions: said.suggestions.clone(),
        }
    }
}

impl From<Provider> for ProviderView {
    fn from(provider: Provider) -> Self {
        Self {
            id: provider.id(),
            name: provider.name(),
        }
    }
}

impl From<&Component> for VendorComponentView {
    fn from(component: &Component) -> Self {
        Self {
            key: component.key.clone(),
            name: component.name.clone(),
            group_path: component.group_path.clone(),
        }
    }
}

impl From<&Incident> for VendorIncidentView {
    fn from(incident: &Incident) -> Self {
        Self {
            id: incident.id.clone(),
            name: incident.name.clone(),
            impact: incident.impact.clone(),
            phase: incident.phase.clone(),
            started_at: incident.started_at,
            url: incident.url.as_deref().and_then(web_address),
            updates: incident
                .updates
                .iter()
                .map(VendorUpdateView::from)
                .collect(),
        }
    }
}

impl From<&Update> for VendorUpdateView {
    fn from(update: &Update) -> Self {
        Self {
            at: update.at,
            phase: update.phase.clone(),
            text: update.text.clone(),
        }
    }
}

impl From<&Maintenance> for VendorMaintenanceView {
    fn from(maintenance: &Maintenance) -> Self {
        Self {
            id: maintenance.id.clone(),
            name: maintenance.name.clone(),
            phase: maintenance.phase.clone(),
            scheduled_for: maintenance.scheduled_for,
            scheduled_until: maintenance.scheduled_until,
            url: maintenance.url.as_deref().and_then(web_address),
            active: maintenance.active,
        }
    }
}

/// An address that a vendor published, if a browser may follow it.
pub(crate) fn web_address(text: &str) -> Option<String> {
    let url: Url = text.trim().parse().ok()?;
    matches!(url.scheme(), "http" | "https").then(|| url.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vendor_cannot_make_us_link_to_anything_but_the_web() {
        assert_eq!(web_address("javascript:alert(1)"), None);
        assert_eq!(web_address("/incidents/1"), None);
        assert_eq!(
            web_address("https://status.example.com/i/1").as_deref(),
            Some("https://status.example.com/i/1")
        );
    }
}
