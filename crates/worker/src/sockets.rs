//! How many sockets this process may open, and what that leaves for looks.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// For Postgres, Redis, logs, and the API where it runs in the same process.
const RESERVED: u64 = 1_024;
/// Fewer than this in a lane are of no use.
const FEWEST: u64 = 16;

/// Raises the soft limit of open files as far as `wanted` attempts in each of two lanes need, and says how many there
/// can be in each.
pub(crate) fn per_lane(wanted: u32) -> u32 {
    let needed = needed(wanted);
    let limit = getrlimit(Resource::Nofile);
    let (soft, hard) = (
        limit.current.unwrap_or(u64::MAX),
        limit.maximum.unwrap_or(u64::MAX),
    );
    let raised = needed.min(hard).max(soft);
    let allowed = if raised == soft || raise(raised, limit.maximum) {
        raised
    } else {
        soft
    };
    let possible = fitting(wanted, allowed);
    if possible < wanted {
        tracing::warn!(
            wanted,
            possible,
            open_files = allowed,
            "the limit of open files allows fewer looks at once; raise it (ulimit -n {needed})"
        );
    }
    possible
}

fn raise(current: u64, maximum: Option<u64>) -> bool {
    let limit = Rlimit {
        current: Some(current),
        maximum,
    };
    setrlimit(Resource::Nofile, limit).is_ok()
}

/// An attempt may open a second connection while the first one hesitates; most do not.
fn needed(per_lane: u32) -> u64 {
    2 * u64::from(per_lane) + RESERVED
}

fn fitting(wanted: u32, open_files: u64) -> u32 {
    let left = (open_files.saturating_sub(RESERVED) / 2).max(FEWEST);
    wanted.min(u32::try_from(left).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_fit_into_the_limit_of_open_files() {
        for (wanted, open_files, fits) in [
            (4_096, 1_048_576, 4_096),
            (4_096, 9_216, 4_096),
            (4_096, 4_096, 1_536),
            (4_096, 1_024, 16),
            (8, 64, 8),
        ] {
            assert_eq!(
                fitting(wanted, open_files),
                fits,
                "{wanted} in {open_files}"
            );
        }
        assert_eq!(fitting(4_096, needed(4_096)), 4_096);
    }
}
