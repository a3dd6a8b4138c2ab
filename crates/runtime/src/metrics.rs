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
/// Failures of a target that no rule of ours names (`other`); to stay at zero.
pub const UNMAPPED: &str = "pulsecheck_unmapped_failures_total";
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
    let handle = PrometheusBuilder::new()
        .set_buckets(&[
            0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
        ])
        .ok()?
        .install_recorder()
        .ok()?;
    // A counter that never moved would be missing, and nobody could tell that it is zero.
    metrics::counter!(UNMAPPED).increment(0);
    Some(handle)
}

/// Notes a failure that becomes `other`: counted for whoever watches us, and told in the log with all that is known of it. `during`
/// says what was under way.
pub fn unmapped(error: &dyn std::fmt::Debug, during: &str) {
    metrics::counter!(UNMAPPED).increment(1);
    tracing::warn!(?error, during, "A failure that no rule names");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_without_a_name_is_counted_from_zero() {
        let handle = install().expect("the only recorder of these tests");
        let shown = |count| format!("{UNMAPPED} {count}\n");
        assert!(handle.render().contains(&shown(0)), "{}", handle.render());
        unmapped(&"what nobody foresaw", "tcp");
        assert!(handle.render().contains(&shown(1)), "{}", handle.render());
    }
}
