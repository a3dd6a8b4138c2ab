//! A service as it is shown.

use std::{collections::HashMap, sync::LazyLock};

use chrono::{DateTime, Utc};
use db::{health::reading::Glance, services::listing::Listed, vendor_pages::Freshness};
use domain::{
    assertion::Assertion,
    id::VendorPageId,
    service::ServiceConfig,
    target::HttpTarget,
    uptime,
    vendor::{Said, VendorTarget},
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    day::{BarDayView, DayView, Span},
    incident::severity,
    look::{CertificateView, ObservationView},
    vendor::{DependencyView, VendorView},
};

mod standing;

pub use standing::{ActiveIncident, ActiveMaintenance, CurrentStatus};

/// Every default.
static USUAL: LazyLock<HttpTarget> =
    LazyLock::new(|| HttpTarget::get("http://localhost/".parse().expect("it is a URL")));

/// A service with where it stands. Values of request headers are never shown.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Service)]
pub struct ServiceView {
    pub id: Uuid,
    #[schema(example = "Shop")]
    pub name: String,
    /// `http_ping` or `status_page`
    #[schema(value_type = super::words::MonitorType)]
    pub monitor_type: &'static str,
    /// Null for vendor pages
    #[schema(example = "https://shop.example.com/health")]
    pub url: Option<String>,
    /// Where a vendor's page is read; null for `http_ping`
    pub status_page_api_urls: Option<Vec<String>>,
    /// As above, given by a person
    pub user_defined_urls: Option<Vec<String>>,
    /// The component of a vendor's page; null for the page as a whole
    pub component_name: Option<String>,
    /// The same, exactly
    pub component_key: Option<String>,
    /// What a partial outage of a vendor's counts as: `down` or `degraded`; null for `http_ping`
    #[schema(value_type = Option<super::words::Severity>)]
    pub partial_outage_is: Option<&'static str>,
    /// What the vendor says; null for `http_ping`
    pub vendor: Option<VendorView>,
    pub category: Option<String>,
    pub tags: Vec<String>,
    /// Seconds
    #[schema(example = 30)]
    pub check_interval: u64,
    /// Where the vendor publishes its own status; only shown
    pub status_page_url: Option<String>,
    /// The expected status, or the first of several
    #[schema(example = 200)]
    pub expected_status: u16,
    /// All expected statuses, as in `200-299,401`
    #[schema(example = "200")]
    pub expected_statuses: String,
    /// Total deadline over all redirects
    #[schema(example = 5000)]
    pub timeout_ms: u64,
    /// A slower answer is degraded
    #[schema(example = 1000)]
    pub degraded_threshold_ms: u64,
    /// GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS
    #[schema(value_type = super::words::Method)]
    pub method: &'static str,
    /// Names of the request headers; their values are write-only
    pub headers: Vec<HeaderName>,
    /// What must hold of the response
    #[schema(value_type = Vec<crate::view::service::AssertionSchema>)]
    pub assertions: Vec<Assertion>,
    /// How often a failure is tried again within its look, 0–2
    #[schema(example = 2)]
    pub retries: u8,
    pub follow_redirects: bool,
    /// False: the certificate is recorded but not judged
    pub tls_verify: bool,
    /// `auto`, `4` or `6`
    #[schema(example = "auto")]
    pub address_family: &'static str,
    pub paused_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// Rises with every change; the `ETag` is made of it
    pub revision: i32,
    pub current_status: CurrentStatus,
    /// Percent of the last 24 hours, floored; null when nothing was observed
    #[schema(example = 99.98)]
    pub uptime_24h: Option<f64>,
    /// Percent of the last 24 hours that was observed
    #[schema(example = 99.6)]
    pub coverage_24h: Option<f64>,
    /// Median latency in ms of each of the 24 hours before this one, oldest first; null where nothing answered; empty where nothing did
    pub latency_24h: Vec<Option<u32>>,
    /// The last 30 UTC days, oldest first
    pub uptime_30d_bar: Vec<BarDayView>,
    pub active_incident: Option<ActiveIncident>,
    pub active_maintenance: Option<ActiveMaintenance>,
    pub certificate: Option<CertificateView>,
}

/// The name of a request header.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HeaderName {
    #[schema(example = "Authorization")]
    pub name: String,
}

/// A service on its own page.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ServiceDetail)]
pub struct ServiceDetail {
    #[serde(flatten)]
    pub service: ServiceView,
    pub uptime: UptimeView,
    /// Request body; null for viewers, who may not edit it
    pub body: Option<String>,
    /// The newest look with all its timings
    pub latest: Option<ObservationView>,
    /// Parts of vendor pages that it depends on
    pub depends_on: Vec<DependencyView>,
    /// Other services of the workspace that it depends on
    pub depends_on_services: Vec<NeededServiceView>,
}

/// A service that another one depends on.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = NeededService)]
pub struct NeededServiceView {
    pub id: Uuid,
    #[schema(example = "Database")]
    pub name: String,
    #[schema(value_type = super::words::ServiceStatus)]
    pub status: String,
}

/// Percentages, floored so that 100 means exactly that; null when nothing was observed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, ToSchema)]
#[schema(as = Uptime)]
pub struct UptimeView {
    pub uptime_24h: Option<f64>,
    pub uptime_7d: Option<f64>,
    pub uptime_30d: Option<f64>,
    pub uptime_90d: Option<f64>,
    /// How much of the time since the service exists was observed
    pub coverage_24h: Option<f64>,
    pub coverage_7d: Option<f64>,
    pub coverage_30d: Option<f64>,
    pub coverage_90d: Option<f64>,
}

/// One thing that must hold of a response.
#[derive(ToSchema)]
#[schema(as = Assertion)]
#[expect(
    dead_code,
    reason = "describes domain::assertion::Assertion, which is what is read and written"
)]
pub struct AssertionSchema {
    /// `body_contains`, `body_not_contains`, `body_matches`, `json_exists`, `json_equals`, `header_equals` or `header_contains`
    #[schema(value_type = super::words::AssertionKind)]
    kind: String,
    /// For `body_contains`, `body_not_contains` and `header_contains`
    #[schema(required = false, value_type = String)]
    text: Option<String>,
    /// For `body_matches`: `*` stands for any text, `?` for one byte
    #[schema(required = false, value_type = String)]
    pattern: Option<String>,
    /// For `json_exists` and `json_equals`, as in `$.status`
    #[schema(required = false, value_type = String)]
    path: Option<String>,
    /// For `json_equals` any JSON value, for `header_equals` text
    #[schema(required = false, value_type = serde_json::Value)]
    value: Option<serde_json::Value>,
    /// Header name, for `header_equals` and `header_contains`
    #[schema(required = false, value_type = String)]
    name: Option<String>,
}

/// What services are shown in the light of.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// The address of the web app.
    pub base: &'a url::Url,
    pub now: DateTime<Utc>,
    /// How fresh the vendor pages are that they follow.
    pub pages: &'a HashMap<VendorPageId, Freshness>,
}

impl ServiceView {
    /// As lists show it: without what vendors wrote about their incidents.
    pub fn new(listed: &Listed, scene: Scene<'_>) -> Self {
        let mut view = Self::in_full(listed, scene);
        if let Some(vendor) = &mut view.vendor {
            vendor.cut_for_lists();
        }
        view
    }

    /// With everything that is known.
    pub fn in_full(listed: &Listed, scene: Scene<'_>) -> Self {
        let Scene { base, now, pages } = scene;
        let service = &listed.stored.service;
        let config = &service.config;
        let target = asked(config);
        let followed = config.target.vendor();
        let component = followed.and_then(|it| it.component.as_ref());
        let said = said(listed);
        let glance = &listed.glance;
        let span = Span {
            created_at: service.created_at,
            now,
        };
        let day = glance.last_day(now);
        let day_ms = span.ms(now - chrono::TimeDelta::days(1), now);
        let certificate = listed.certificate.clone();
        let certificate: Option<domain::observation::Certificate> =
            certificate.and_then(|value| serde_json::from_value(value).ok());
        Self {
            id: service.id.0,
            name: config.name.clone(),
            monitor_type: config.target.kind().as_str(),
            url: config.target.http().map(|target| target.url.to_string()),
            status_page_api_urls: followed.filter(|it| !it.user_defined).map(addresses),
            user_defined_urls: followed.filter(|it| it.user_defined).map(addresses),
            component_name: component.map(|component| component.name.clone()),
            component_key: component.map(|component| component.key.clone()),
            partial_outage_is: followed.map(|it| severity(it.partial_outage_is)),
            category: config.category.clone(),
            tags: config.tags.clone(),
            check_interval: config.check_interval.as_secs(),
            status_page_url: config.status_page_url.as_ref().map(ToString::to_string),
            expected_status: first_status(target),
            expected_statuses: target.expected_statuses.to_string(),
            timeout_ms: whole_ms(target.timeout),
            degraded_threshold_ms: whole_ms(target.degraded_threshold),
            method: target.method.as_str(),
            headers: header_names(target),
            assertions: target.assertions.clone(),
            retries: config.retries,
            follow_redirects: target.follow_redirects,
            tls_verify: target.tls_verify,
            address_family: target.address_family.as_str(),
            paused_at: service.paused_at,
            created_at: service.created_at,
            updated_at: service.updated_at,
            revision: service.revision,
            current_status: CurrentStatus::new(service, glance),
            uptime_24h: uptime::uptime(&day),
            coverage_24h: uptime::coverage(&day, day_ms),
            latency_24h: latency_hours(glance, now),
            uptime_30d_bar: bar(glance, span),
            active_incident: ActiveIncident::of(glance, said.as_ref(), base),
            active_maintenance: ActiveMaintenance::of(said.as_ref()),
            vendor: followed.map(|it| VendorView::new(it, said, pages.get(&it.page))),
            certificate: certificate.as_ref().map(CertificateView::from),
        }
    }
}

fn bar(glance: &Glance, span: Span) -> Vec<BarDayView> {
    let days = glance.days(span.now, 30);
    days.iter()
        .map(|(date, spent)| DayView::new(*date, spent, span).into())
        .collect()
}

/// Empty where no hour had an answer, as for vendor pages.
fn latency_hours(glance: &Glance, now: DateTime<Utc>) -> Vec<Option<u32>> {
    let hours = glance.latency_hours(now);
    if hours == [None; 24] {
        return Vec::new();
    }
    hours.map(|us| us.map(super::milliseconds)).to_vec()
}

/// What the vendor said at the newest look.
fn said(listed: &Listed) -> Option<Said> {
    serde_json::from_value(listed.vendor.clone()?).ok()
}

fn addresses(target: &VendorTarget) -> Vec<String> {
    target.urls.iter().map(ToString::to_string).collect()
}

/// What is asked, or what would be where nothing is: existing clients expect these fields of every service.
fn asked(config: &ServiceConfig) -> &HttpTarget {
    config.target.http().unwrap_or(&USUAL)
}

fn header_names(target: &HttpTarget) -> Vec<HeaderName> {
    let names = target.headers.iter();
    names
        .map(|header| HeaderName {
            name: header.name.clone(),
        })
        .collect()
}

/// The only expected status, or the lowest of several: a set is written in ascending order.
fn first_status(target: &HttpTarget) -> u16 {
    let text = target.expected_statuses.to_string();
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(200)
}

fn whole_ms(duration: std::time::Duration) -> u64 {
    duration.as_millis().try_into().unwrap_or(u64::MAX)
}
