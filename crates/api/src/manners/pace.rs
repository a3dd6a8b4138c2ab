//! How much one person may ask for: a general limit, and one for whatever makes us fetch something.

use std::{
    collections::HashMap,
    hash::Hash,
    net::IpAddr,
    num::NonZeroU32,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use domain::id::UserId;
use governor::{
    Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
    state::keyed::DashMapStateStore,
};

use super::client::Client;
use crate::{problem::Problem, site::Rates, state::AppState};

/// How often those who have been quiet are forgotten, in requests.
const SWEEP_EVERY: usize = 10_000;
/// Many people may share one address.
const PEOPLE_PER_ADDRESS: u32 = 5;

/// All limits of one process.
pub struct Pace {
    addresses: Limit<IpAddr>,
    people: Limit<UserId>,
    probes: Limit<UserId>,
    at_once: u32,
    running: Arc<Mutex<HashMap<UserId, u32>>>,
}

/// One of the few probes a person may run at once; gives its place back when dropped.
#[derive(Debug)]
pub struct ProbeTurn {
    user: UserId,
    running: Arc<Mutex<HashMap<UserId, u32>>>,
}

impl Pace {
    pub(crate) fn new(rates: &Rates) -> Self {
        Self {
            addresses: Limit::new(rates.requests_per_minute.saturating_mul(PEOPLE_PER_ADDRESS)),
            people: Limit::new(rates.requests_per_minute),
            probes: Limit::new(rates.probes_per_minute),
            at_once: rates.probes_at_once.max(1),
            running: Arc::default(),
        }
    }

    /// Counts a request of somebody who is signed in.
    pub fn request_of(&self, user: UserId) -> Result<(), Problem> {
        self.people.check(&user)
    }

    /// A turn for something that makes us fetch: 20 a minute and 3 at once per person by default.
    pub fn probe_turn(&self, user: UserId) -> Result<ProbeTurn, Problem> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let mine = running.entry(user).or_default();
        if *mine >= self.at_once {
            return Err(Problem::TooMany(Duration::from_secs(2)));
        }
        self.probes.check(&user)?;
        *mine += 1;
        Ok(ProbeTurn {
            user,
            running: Arc::clone(&self.running),
        })
    }
}

impl Drop for ProbeTurn {
    fn drop(&mut self) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(mine) = running.get_mut(&self.user) {
            *mine -= 1;
            if *mine == 0 {
                running.remove(&self.user);
            }
        }
    }
}

/// The general limit per address. Health is exempt: machines ask it often, and it costs next to nothing.
pub(super) async fn limit_requests(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    let client = request.extensions().get::<Client>();
    if let Some(client) = client.filter(|_| request.uri().path() != "/api/health")
        && let Err(problem) = state.pace.addresses.check(&network(client.address))
    {
        return problem.into_response();
    }
    next.run(request).await
}

/// One household is one caller: IPv6 addresses count by their /64.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
    }
}

/// So many a minute per key; none means no limit.
struct Limit<K: Hash + Eq + Clone> {
    limiter: Option<RateLimiter<K, DashMapStateStore<K>, DefaultClock>>,
    asked: AtomicUsize,
}

impl<K: Hash + Eq + Clone> Limit<K> {
    fn new(per_minute: u32) -> Self {
        let quota = NonZeroU32::new(per_minute).map(Quota::per_minute);
        Self {
            limiter: quota.map(RateLimiter::dashmap),
            asked: AtomicUsize::new(0),
        }
    }

    fn check(&self, key: &K) -> Result<(), Problem> {
        let Some(limiter) = &self.limiter else {
            return Ok(());
        };
        if self.asked.fetch_add(1, Ordering::Relaxed) % SWEEP_EVERY == SWEEP_EVERY - 1 {
            limiter.retain_recent();
        }
        limiter
            .check_key(key)
            .map_err(|early| Problem::TooMany(early.wait_time_from(DefaultClock::default().now())))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_person_has_three_probes_at_once_and_gets_a_place_back_when_one_ends() {
        let pace = Pace::new(&Rates::default());
        let user = UserId(Uuid::from_u128(1));
        let turns: Vec<_> = (0..3).map(|_| pace.probe_turn(user).unwrap()).collect();
        assert!(pace.probe_turn(user).is_err());
        assert!(pace.probe_turn(UserId(Uuid::from_u128(2))).is_ok());
        drop(turns);
        assert!(pace.probe_turn(user).is_ok());
    }

    #[test]
    fn twenty_probes_a_minute_and_not_one_more() {
        let pace = Pace::new(&Rates::default());
        let user = UserId(Uuid::from_u128(1));
        for _ in 0..20 {
            pace.probe_turn(user).unwrap();
        }
        let Err(Problem::TooMany(wait)) = pace.probe_turn(user) else {
            panic!("no limit");
        };
        assert!(wait <= Duration::from_secs(4));
    }

    #[test]
    fn zero_probes_a_minute_is_no_limit_but_three_at_once_is_one() {
        let pace = Pace::new(&Rates {
            probes_per_minute: 0,
            ..Rates::default()
        });
        let user = UserId(Uuid::from_u128(1));
        for _ in 0..100 {
            pace.probe_turn(user).unwrap();
        }
        let turns: Vec<_> = (0..3).map(|_| pace.probe_turn(user).unwrap()).collect();
        assert!(pace.probe_turn(user).is_err());
        drop(turns);
    }

    #[test]
    fn neighbours_in_one_ipv6_network_are_one_caller() {
        let a = network("2001:db8:1:2::1".parse().unwrap());
        assert_eq!(a, network("2001:db8:1:2:ffff::9".parse().unwrap()));
        assert_ne!(a, network("2001:db8:1:3::1".parse().unwrap()));
    }
}
