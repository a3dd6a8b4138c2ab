//! Positive answers, remembered for at most their TTL and at most a minute; failures never.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use domain::target::AddressFamily;
use tokio::time::Instant;

use super::Addresses;

const LONGEST: Duration = Duration::from_mins(1);
/// Names per family. When it overflows, what has expired goes, or else everything.
const MOST: usize = 50_000;

#[derive(Default)]
pub(super) struct Cache {
    by_family: [Mutex<HashMap<Box<str>, Entry>>; 3],
}

struct Entry {
    addresses: Addresses,
    until: Instant,
}

impl Cache {
    pub(super) fn find(&self, host: &str, family: AddressFamily) -> Option<Addresses> {
        let entries = self
            .entries(family)
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        entries
            .get(host)
            .filter(|entry| entry.until > Instant::now())
            .map(|entry| entry.addresses.clone())
    }

    pub(super) fn keep(
        &self,
        host: &str,
        family: AddressFamily,
        addresses: &Addresses,
        ttl: Duration,
    ) {
        let now = Instant::now();
        let mut entries = self
            .entries(family)
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if ttl.is_zero() {
            entries.remove(host);
            return;
        }
        if entries.len() >= MOST && !entries.contains_key(host) {
            entries.retain(|_, entry| entry.until > now);
            if entries.len() >= MOST {
                entries.clear();
            }
        }
        entries.insert(
            host.into(),
            Entry {
                addresses: addresses.clone(),
                until: now + ttl.min(LONGEST),
            },
        );
    }

    const fn entries(&self, family: AddressFamily) -> &Mutex<HashMap<Box<str>, Entry>> {
        &self.by_family[family as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn answers_live_for_their_ttl_and_at_most_a_minute() {
        let cache = Cache::default();
        let addresses: Addresses = [std::net::IpAddr::from([192, 0, 2, 1])].into();
        for (ttl, lives) in [(0, 0), (5, 5), (86_400, 60)] {
            cache.keep(
                "a",
                AddressFamily::Auto,
                &addresses,
                Duration::from_secs(ttl),
            );
            for second in 0..70 {
                let found = cache.find("a", AddressFamily::Auto).is_some();
                assert_eq!(found, second < lives, "ttl {ttl}, second {second}");
                tokio::time::advance(Duration::from_secs(1)).await;
            }
        }
        assert!(cache.find("a", AddressFamily::V4).is_none());
    }
}
