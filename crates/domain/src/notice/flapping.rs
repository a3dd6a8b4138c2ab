//! When a service that goes up and down counts as flapping, and when as settled.

use chrono::TimeDelta;

/// Over how long changes are counted.
pub const WINDOW: TimeDelta = TimeDelta::minutes(10);

/// So many opens, changes and ends within the window are too many.
const CHANGES: i64 = 4;

/// Without a change for so long it has settled.
pub const SETTLED_AFTER: TimeDelta = TimeDelta::minutes(10);

/// Whether a service that changed so often within the window is flapping.
pub const fn is_flapping(changes: i64) -> bool {
    changes >= CHANGES
}
