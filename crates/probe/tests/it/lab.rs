//! A prober and its misbehaving surroundings.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    failure::{Failure, FailureCode, Phase},
    observation::Observation,
    target::HttpTarget,
    verdict::{Judgement, judge},
};
use egress::{Egress, Policy, Resolver, Tls};
use probe::{LookOptions, PreparedTarget, Prober};
use test_support::{Authority, FaultDns};
use tokio::time::Instant;

/// The time at which certificates are judged.
#[derive(Clone)]
pub(crate) struct Time(Arc<Mutex<Option<DateTime<Utc>>>>);

impl Time {
    pub(crate) fn set(&self, now: Option<DateTime<Utc>>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }
}

/// An instant well inside the life of every test certificate.
pub(crate) fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap()
}

pub(crate) fn days(number: i64) -> TimeDelta {
    TimeDelta::days(number)
}

/// A single-tenant prober whose names are resolved by a server of ours.
pub(crate) struct Lab {
    pub(crate) prober: Prober,
    pub(crate) dns: FaultDns,
    pub(crate) authority: Authority,
    pub(crate) time: Time,
}

impl Lab {
    pub(crate) async fn new() -> Self {
        Self::with(Policy::single_tenant()).await
    }

    pub(crate) async fn with(policy: Policy) -> Self {
        let dns = FaultDns::start().await;
        let resolver = Resolver::servers(&[dns.address()]);
        Self::made_of(policy, resolver, dns)
    }

    pub(crate) fn made_of(policy: Policy, resolver: Resolver, dns: FaultDns) -> Self {
        let authority = Authority::new("Test Authority");
        let time = Time(Arc::new(Mutex::new(Some(noon()))));
        let clock = time.clone();
        let clock = Arc::new(move || *clock.0.lock().unwrap_or_else(PoisonError::into_inner));
        let tls = Tls::new(vec![authority.certificate()], clock).unwrap();
        let egress = Arc::new(Egress::new(policy, resolver, tls));
        Self {
            prober: Prober::new(egress, "https://pulsecheck.example/bot"),
            dns,
            authority,
            time,
        }
    }

    pub(crate) async fn look(&self, target: &HttpTarget) -> Look {
        self.look_as(target, LookOptions::default()).await
    }

    pub(crate) async fn look_as(&self, target: &HttpTarget, options: LookOptions) -> Look {
        let prepared = PreparedTarget::new(target.clone());
        let began = Instant::now();
        let seen = self.prober.look(&prepared, options).await;
        let took = began.elapsed();
        assert!(
            took <= target.timeout + Duration::from_millis(250),
            "took {took:?}: {seen:?}"
        );
        Look {
            judgement: judge(target, &seen),
            seen,
            took,
        }
    }

    /// Looks with a timeout of two seconds and defaults.
    pub(crate) async fn get(&self, url: &str) -> Look {
        self.look(&target(url)).await
    }
}

/// A GET with a timeout of two seconds.
pub(crate) fn target(url: &str) -> HttpTarget {
    let mut target = HttpTarget::get(url.parse().unwrap());
    target.timeout = Duration::from_secs(2);
    target
}

/// The same with another timeout.
pub(crate) fn hurried(url: &str, ms: u64) -> HttpTarget {
    let mut target = target(url);
    target.timeout = Duration::from_millis(ms);
    target
}

/// What a look saw, what it means, and how long it really took.
#[derive(Debug)]
pub(crate) struct Look {
    pub(crate) seen: Observation,
    pub(crate) judgement: Judgement,
    pub(crate) took: Duration,
}

impl Look {
    pub(crate) fn code(&self) -> Option<FailureCode> {
        self.judgement.failure.as_ref().map(|failure| failure.code)
    }

    pub(crate) fn failure(&self) -> &Failure {
        self.judgement
            .failure
            .as_ref()
            .unwrap_or_else(|| panic!("it is up: {:?}", self.seen))
    }

    pub(crate) fn phase(&self) -> Option<Phase> {
        self.failure().phase
    }

    pub(crate) fn sentence(&self) -> String {
        self.failure().sentence()
    }

    pub(crate) fn advisories(&self) -> Vec<FailureCode> {
        self.seen
            .advisories
            .iter()
            .map(|advisory| advisory.code)
            .collect()
    }

    #[track_caller]
    pub(crate) fn is_up(&self) {
        assert_eq!(self.code(), None, "{:?}", self.seen);
    }

    #[track_caller]
    pub(crate) fn failed(&self, code: FailureCode) {
        assert_eq!(self.code(), Some(code), "{:?}", self.seen);
    }
}
