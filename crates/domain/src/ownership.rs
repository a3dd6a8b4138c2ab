//! Which worker looks at which shard: the live worker that wins rendezvous hashing, so that a change of workers moves only what it must.

use crate::{
    id::WorkerId,
    schedule::{SHARDS, mix},
};

/// The shards of one worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shards(Box<[bool]>);

impl Shards {
    /// Owns nothing.
    pub fn none() -> Self {
        Self(vec![false; usize::from(SHARDS)].into())
    }

    /// What `me` owns among the `live` workers; nothing when `me` is not live.
    pub fn of(me: WorkerId, live: &[WorkerId]) -> Self {
        Self(
            (0..SHARDS)
                .map(|shard| owner(shard, live) == Some(me))
                .collect(),
        )
    }

    pub fn contains(&self, shard: u16) -> bool {
        self.0.get(usize::from(shard)).copied().unwrap_or(false)
    }

    /// In ascending order.
    pub fn iter(&self) -> impl Iterator<Item = u16> + '_ {
        (0..SHARDS).filter(|shard| self.contains(*shard))
    }

    pub fn count(&self) -> usize {
        self.0.iter().filter(|owned| **owned).count()
    }
}

/// The worker that owns `shard`; none without live workers.
pub fn owner(shard: u16, live: &[WorkerId]) -> Option<WorkerId> {
    live.iter()
        .copied()
        .max_by_key(|worker| (mix(worker.0, u64::from(shard) + 2), *worker))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn workers(n: u128) -> Vec<WorkerId> {
        (1..=n)
            .map(|i| WorkerId(Uuid::from_u128(i * 0x1234_5678_9abc_def1)))
            .collect()
    }

    #[test]
    fn every_shard_has_exactly_one_owner_and_shares_are_even() {
        for n in 1..=4u128 {
            let live = workers(n);
            let counts: Vec<usize> = live
                .iter()
                .map(|me| Shards::of(*me, &live).count())
                .collect();
            assert_eq!(counts.iter().sum::<usize>(), usize::from(SHARDS));
            let mean = usize::from(SHARDS) / counts.len();
            assert!(
                counts.iter().all(|c| c.abs_diff(mean) * 100 <= mean * 15),
                "{counts:?}"
            );
        }
    }

    #[test]
    fn a_lost_worker_moves_only_its_own_shards() {
        let live = workers(3);
        let left = &live[..2];
        for shard in 0..SHARDS {
            let before = owner(shard, &live);
            if before != Some(live[2]) {
                assert_eq!(owner(shard, left), before);
            }
        }
    }

    #[test]
    fn nobody_owns_anything_without_live_workers() {
        assert_eq!(owner(7, &[]), None);
        assert_eq!(Shards::of(workers(1)[0], &[]).count(), 0);
    }
}
