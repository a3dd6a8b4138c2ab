//! The vendor part of a service as it is sent: which page, and which part of it.

use std::time::Duration;

use domain::{id::VendorPageId, incident::Severity, vendor::VendorTarget};
use uuid::Uuid;

/// No page is read more often; also the interval that is taken where none is sent.
pub const SHORTEST_INTERVAL: Duration = Duration::from_mins(1);

/// A target that is always right, to check other fields beside it.
pub(super) fn placeholder() -> VendorTarget {
    VendorTarget {
        page: VendorPageId(Uuid::nil()),
        component: None,
        partial_outage_is: Severity::Down,
        urls: Vec::new(),
        user_defined: false,
    }
}
