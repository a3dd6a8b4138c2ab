//! How often somebody may try a password or a sign-in: per address and per account.

use std::{hash::Hash, net::IpAddr, num::NonZeroU32};

use governor::{
    Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
    state::keyed::DashMapStateStore,
};

use super::email::LONGEST_EMAIL;
use crate::problem::Problem;

type Keyed<K> = RateLimiter<K, DashMapStateStore<K>, DefaultClock>;

/// Attempts a minute from one address (IPv6: one /64). Whole offices share an address, so it is not small.
const PER_ADDRESS: NonZeroU32 = NonZeroU32::new(30).unwrap();
/// Attempts a minute for one account, from wherever: guessing stays hopeless, and an owner who is locked out by
/// somebody else's guessing gets in again within seconds.
const PER_ACCOUNT: NonZeroU32 = NonZeroU32::new(10).unwrap();

/// The attempts that this process remembers.
pub struct Throttle {
    addresses: Keyed<IpAddr>,
    accounts: Keyed<String>,
}

impl Default for Throttle {
    fn default() -> Self {
        Self {
            addresses: RateLimiter::dashmap(Quota::per_minute(PER_ADDRESS)),
            accounts: RateLimiter::dashmap(Quota::per_minute(PER_ACCOUNT)),
        }
    }
}

impl Throttle {
    /// Counts an attempt to sign in or set up from `address`.
    pub fn try_from_address(&self, address: IpAddr) -> Result<(), Problem> {
        check(&self.addresses, &network(address))
    }

    /// Counts an attempt at the password of `email`.
    pub fn try_account(&self, email: &str) -> Result<(), Problem> {
        // No account has a longer address, and nobody is to fill our memory.
        let email: String = email.trim().chars().take(LONGEST_EMAIL).collect();
        check(&self.accounts, &email.to_lowercase())
    }

    /// Forgets whoever has not tried lately.
    pub fn sweep(&self) {
        self.addresses.retain_recent();
        self.accounts.retain_recent();
    }
}

fn check<K: Hash + Eq + Clone>(limiter: &Keyed<K>, key: &K) -> Result<(), Problem> {
    limiter
        .check_key(key)
        .map_err(|early| Problem::TooMany(early.wait_time_from(DefaultClock::default().now())))
}

fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(ip) => {
            let [a, b, c, d, ..] = ip.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn guessing_at_one_account_is_slowed_whatever_the_case_of_the_address() {
        let throttle = Throttle::default();
        let tries = (0..10).map(|_| throttle.try_account("Ann@example.com"));
        assert!(tries.into_iter().all(|tried| tried.is_ok()));
        let Err(Problem::TooMany(wait)) = throttle.try_account(" ann@EXAMPLE.com") else {
            panic!("no limit");
        };
        assert!(wait <= Duration::from_secs(6));
        assert!(throttle.try_account("bob@example.com").is_ok());
    }

    #[test]
    fn one_ipv6_network_is_one_address() {
        let throttle = Throttle::default();
        for host in 1..=30u16 {
            let address = IpAddr::from([0x2001, 0xdb8, 0, 1, 0, 0, 0, host]);
            assert!(throttle.try_from_address(address).is_ok());
        }
        let next = IpAddr::from([0x2001, 0xdb8, 0, 1, 9, 9, 9, 9]);
        assert!(throttle.try_from_address(next).is_err());
        assert!(
            throttle
                .try_from_address(IpAddr::from([0x2001, 0xdb8, 0, 2, 0, 0, 0, 1]))
                .is_ok()
        );
    }
}
