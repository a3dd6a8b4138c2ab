//! Who looks: the live workers as the database last said, frozen while what it says cannot be trusted.

use std::time::Duration;

use domain::{id::WorkerId, ownership::Shards};

/// What the rules need to know of the clockwork.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    /// A silence of the database longer than this makes every other worker look dead.
    pub(crate) live_for: Duration,
    /// For how long nothing changes after such a silence, so that the others can be heard again.
    pub(crate) frozen_for: Duration,
}

/// The live workers as this worker acts on them. Times are monotonic, since the process started.
#[derive(Clone, Debug)]
pub(crate) struct Membership {
    me: WorkerId,
    rules: Rules,
    live: Vec<WorkerId>,
    heard_at: Option<Duration>,
    frozen_until: Option<Duration>,
}

impl Membership {
    pub(crate) fn new(me: WorkerId, rules: Rules) -> Self {
        Self {
            me,
            rules,
            live: Vec::new(),
            heard_at: None,
            frozen_until: None,
        }
    }

    /// The database named the live workers. Whether that changes who owns what.
    pub(crate) fn heard(&mut self, at: Duration, mut live: Vec<WorkerId>) -> bool {
        let silent = self
            .heard_at
            .is_some_and(|before| at.saturating_sub(before) > self.rules.live_for);
        if silent {
            self.frozen_until = Some(at + self.rules.frozen_for);
        }
        self.heard_at = Some(at);
        if self.frozen_until.is_some_and(|until| at < until) {
            return false;
        }
        self.frozen_until = None;
        live.sort_unstable();
        let changed = live != self.live;
        self.live = live;
        changed
    }

    /// This worker stood still for a while: what it believes of the others is too old, and the next answer counts at once.
    pub(crate) fn stalled(&mut self) {
        self.heard_at = None;
        self.frozen_until = None;
    }

    /// Whether another worker could take over.
    pub(crate) fn has_others(&self) -> bool {
        self.live.iter().any(|worker| *worker != self.me)
    }

    /// How many workers look.
    pub(crate) fn count(&self) -> usize {
        self.live.len()
    }

    /// What this worker owns: nothing while it is not live itself, because it withdrew.
    pub(crate) fn shards(&self) -> Shards {
        Shards::of(self.me, &self.live)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const RULES: Rules = Rules {
        live_for: Duration::from_secs(6),
        frozen_for: Duration::from_secs(10),
    };

    fn worker(n: u128) -> WorkerId {
        WorkerId(Uuid::from_u128(n))
    }

    fn seconds(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    #[test]
    fn tables_of_answers() {
        let (both, alone) = (vec![worker(1), worker(2)], vec![worker(1)]);
        // (at, who is live, whether it stood still before, how many count afterwards)
        let table = [
            (0, &alone, false, 1),
            (2, &both, false, 2),
            (4, &alone, false, 1),
            (6, &both, false, 2),
            // Postgres was away for 14 s: the other one has not been heard again yet.
            (20, &alone, false, 2),
            (22, &both, false, 2),
            (28, &alone, false, 2),
            (30, &alone, false, 1),
            // After a standstill the answer counts at once.
            (300, &both, true, 2),
            (302, &alone, false, 1),
        ];
        let mut membership = Membership::new(worker(1), RULES);
        for (at, live, stalled, count) in table {
            if stalled {
                membership.stalled();
            }
            let before = membership.count();
            let changed = membership.heard(seconds(at), live.clone());
            assert_eq!(membership.count(), count, "at {at} s");
            assert_eq!(changed, before != count, "at {at} s");
        }
    }

    #[test]
    fn who_withdrew_owns_nothing() {
        let mut membership = Membership::new(worker(1), RULES);
        membership.heard(seconds(0), vec![worker(1), worker(2)]);
        let share = membership.shards().count();
        assert!(share > 0 && share < 4096 && membership.has_others());
        assert!(membership.heard(seconds(2), vec![worker(2)]));
        assert_eq!(membership.shards().count(), 0);
        assert!(membership.heard(seconds(4), vec![worker(1)]));
        assert_eq!(membership.shards().count(), 4096);
        assert!(!membership.has_others());
    }
}
