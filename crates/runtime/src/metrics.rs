//! Names of all metrics, and the recorder behind `/metrics`.

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

/// Looks finished, by verdict.
pub const LOOKS: &str = "pulsecheck_looks_total";
/// Seconds between a slot and the start of its look.
pub const LATENESS: &str = "pulsecheck_look_lateness_seconds";
/// Slots that began too late to be looked at.
pub const MISSED: &str = "pulsecheck_slots_missed_total";
/// Looks waiting to be recorded.
pub const SPOOL: &str = "pulsecheck_spool_looks";
/// Looks given up because the spool was full, too old, or for no partition.
pub const DISCARDED: &str = "pulsecheck_looks_discarded_total";
/// Looks set aside because the database refused them.
pub const SET_ASIDE: &str = "pulsecheck_looks_set_aside_total";
/// Services this worker owns.
pub const OWNED: &str = "pulsecheck_services_owned";
/// Looks under way.
pub const IN_FLIGHT: &str = "pulsecheck_looks_in_flight";
/// Vendor pages this worker reads.
pub const PAGES: &str = "pulsecheck_vendor_pages_owned";
/// Readings of vendor pages, by outcome (`read`, `unread`).
pub const READINGS: &str = "pulsecheck_vendor_page_readings_total";
/// Failures of ours, by code.
pub const INTERNAL: &str = "pulsecheck_internal_failures_total";
/// Rows written per batch and seconds per batch.
pub const BATCH_SECONDS: &str = "pulsecheck_record_batch_seconds";
/// Requests answered by the API, by route and status.
pub const REQUESTS: &str = "pulsecheck_api_requests_total";
/// Seconds per request of the API, by route.
pub const REQUEST_SECONDS: &str = "pulsecheck_api_request_seconds";
/// Open event streams.
pub const STREAMS: &str = "pulsecheck_event_streams";
/// Difference between our clock and the database's, in seconds.
pub const CLOCK_OFFSET: &str = "pulsecheck_clock_offset_seconds";

/// Installs the process's recorder; none when one is installed already (tests start several parts in one process).
pub fn install() -> Option<PrometheusHandle> {
    PrometheusBuilder::new()
        .set_buckets(&[
            0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
        ])
        .ok()?
        .install_recorder()
        .ok()
}
