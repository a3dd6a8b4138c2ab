//! How fast the worker's own clockwork runs; tests shorten what they would have to wait for.

use std::time::Duration;

/// The periods of a worker.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Between two heartbeats (2 s).
    pub heartbeat: Duration,
    /// How old a heartbeat may be for its worker to count as live (6 s).
    pub live_for: Duration,
    /// How long membership stays frozen after Postgres came back (10 s).
    pub frozen_for: Duration,
    /// Between two comparisons of what is loaded with what is stored (60 s).
    pub compare: Duration,
    /// A loop that stood still for longer does not trust what it saw meanwhile (1 s).
    pub stall: Duration,
    /// The longest sleep of the schedule, so that a step of the database's clock is noticed (250 ms).
    pub tick: Duration,
    /// How long looks under way may take to finish at shutdown, beyond their own timeouts (2 s).
    pub goodbye: Duration,
    /// The shortest time between two slots of a vendor page (60 s).
    pub page: Duration,
    /// How long one document of a vendor page may take (10 s).
    pub document: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            heartbeat: Duration::from_secs(2),
            live_for: Duration::from_secs(6),
            frozen_for: Duration::from_secs(10),
            compare: Duration::from_mins(1),
            stall: Duration::from_secs(1),
            tick: Duration::from_millis(250),
            goodbye: Duration::from_secs(2),
            page: Duration::from_mins(1),
            document: statuspage_reader::DOCUMENT_TIMEOUT,
        }
    }
}
