//! When a service is due: a pure function of its id, its interval and the time, so that no coordinator is needed.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::id::{ServiceId, VendorPageId};

/// Into how many parts the services are cut for ownership.
pub const SHARDS: u16 = 4096;

/// While an incident is open a service is looked at no less often than this.
const FINEST_WHILE_OPEN_MS: i64 = 30_000;

/// Mixes all bits of an id; stable for ever, because stored slots depend on it.
pub(crate) fn mix(id: Uuid, salt: u64) -> u64 {
    let (high, low) = id.as_u64_pair();
    finalise(finalise(high ^ salt).wrapping_add(low))
}

/// The finaliser of splitmix64.
fn finalise(mut x: u64) -> u64 {
    x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// The part to which a service belongs, `0..SHARDS`.
pub fn shard(id: ServiceId) -> u16 {
    u16::try_from(mix(id.0, 1) % u64::from(SHARDS)).unwrap_or(0)
}

/// The part to which a vendor page and all its services belong.
pub fn page_shard(page: VendorPageId) -> u16 {
    shard(ServiceId(page.0))
}

/// The instants at which one service is due: `phase + k · interval / parts`, in whole milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grid {
    interval_ms: i64,
    phase_ms: i64,
    parts: i64,
}

impl Grid {
    /// The grid of a healthy service. Intervals below 1 ms count as 1 ms.
    pub fn new(id: ServiceId, interval: Duration) -> Self {
        let interval_ms = i64::try_from(interval.as_millis())
            .unwrap_or(i64::MAX / 4096)
            .max(1);
        let phase = mix(id.0, 0) % u64::try_from(interval_ms).unwrap_or(1);
        Self {
            interval_ms,
            phase_ms: i64::try_from(phase).unwrap_or(0),
            parts: 1,
        }
    }

    /// The grid of a vendor page: all its services share its slots.
    pub fn of_page(page: VendorPageId, interval: Duration) -> Self {
        Self::new(ServiceId(page.0), interval)
    }

    /// The grid while an incident is open: it contains every slot of the healthy grid and none is more than 30 s away.
    #[must_use]
    pub fn while_open(self) -> Self {
        let parts = (self.interval_ms + FINEST_WHILE_OPEN_MS - 1) / FINEST_WHILE_OPEN_MS;
        Self {
            parts: parts.max(1),
            ..self
        }
    }

    /// The distance between two slots while no incident is open.
    pub fn interval(self) -> Duration {
        Duration::from_millis(u64::try_from(self.interval_ms).unwrap_or(1))
    }

    /// The distance between two slots, rounded up to a whole millisecond.
    pub fn step(self) -> Duration {
        let ms = (self.interval_ms + self.parts - 1) / self.parts;
        Duration::from_millis(u64::try_from(ms).unwrap_or(1))
    }

    /// The first slot strictly after `time`.
    pub fn after(self, time: DateTime<Utc>) -> DateTime<Utc> {
        let now = floor_ms(time);
        let mut k = self.index_near(now);
        while self.slot(k) <= now {
            k += 1;
        }
        at_ms(self.slot(k))
    }

    /// The last slot at or before `time`.
    pub fn at_or_before(self, time: DateTime<Utc>) -> DateTime<Utc> {
        let now = floor_ms(time);
        let mut k = self.index_near(now) + 1;
        while self.slot(k) > now {
            k -= 1;
        }
        at_ms(self.slot(k))
    }

    fn slot(self, k: i64) -> i64 {
        self.phase_ms + (k * self.interval_ms).div_euclid(self.parts)
    }

    fn index_near(self, now: i64) -> i64 {
        ((now - self.phase_ms) * self.parts).div_euclid(self.interval_ms)
    }
}

/// How late a look may start before its slot counts as missed.
pub fn grace(step: Duration) -> Duration {
    step / 2
}

fn floor_ms(time: DateTime<Utc>) -> i64 {
    time.timestamp_millis()
}

fn at_ms(ms: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::milliseconds(ms)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn id(n: u128) -> ServiceId {
        ServiceId(Uuid::from_u128(n))
    }

    proptest! {
        #[test]
        fn the_next_slot_is_later_on_phase_and_at_most_one_step_away(n: u128, s in 10u64..86_400, t in 0i64..4_000_000_000_000) {
            let grid = Grid::new(id(n), Duration::from_secs(s));
            let now = at_ms(t);
            let next = grid.after(now);
            let gap = (next - now).num_milliseconds();
            prop_assert!(gap > 0 && gap <= i64::try_from(s).unwrap() * 1000);
            prop_assert_eq!((next.timestamp_millis() - grid.phase_ms).rem_euclid(grid.interval_ms), 0);
            prop_assert_eq!(grid.at_or_before(next), next);
            prop_assert_eq!(grid.after(grid.at_or_before(now)), next);
        }

        #[test]
        fn the_finer_grid_contains_the_healthy_one(n: u128, s in 10u64..86_400, t in 0i64..4_000_000_000_000) {
            let grid = Grid::new(id(n), Duration::from_secs(s));
            let finer = grid.while_open();
            let slot = grid.after(at_ms(t));
            prop_assert_eq!(finer.at_or_before(slot), slot);
            prop_assert!(finer.step() <= Duration::from_secs(30).min(Duration::from_secs(s)) + Duration::from_millis(1));
            let next = finer.after(slot);
            prop_assert!((next - slot).num_milliseconds() <= 30_000);
        }
    }

    #[test]
    fn phases_and_shards_are_even() {
        let mut seconds = [0u32; 30];
        let mut quarters = [0u32; 4];
        for n in 0..30_000u128 {
            let id = id(n << 80 | 0x7000_8000_0000_0000_0000);
            let slot = Grid::new(id, Duration::from_secs(30)).after(DateTime::UNIX_EPOCH);
            seconds[usize::try_from(slot.timestamp() % 30).unwrap()] += 1;
            quarters[usize::from(shard(id) / 1024)] += 1;
        }
        assert!(
            seconds.iter().all(|n| (850..1150).contains(n)),
            "{seconds:?}"
        );
        assert!(
            quarters.iter().all(|n| (7200..7800).contains(n)),
            "{quarters:?}"
        );
    }
}
