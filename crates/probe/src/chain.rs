//! A whole look: the first hop, where it leads, and what all of it adds up to.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use domain::{
    failure::{Detail, Failure, FailureCode, Phase},
    observation::{Certificate, Observation},
    target::Method,
};
use egress::{
    Ask,
    http1::{Place, redirect},
};
use tokio::time::Instant;
use url::Url;

use crate::{
    BODY_CAP, LookOptions, MAX_REDIRECTS, Prober,
    body::Wanted,
    cookies::Jar,
    evidence::{self, EVIDENCE},
    hop::{self, Plan, Seen},
    micros,
    prepared::{Message, PreparedTarget},
};

/// From how many days before its end a certificate is worth a word.
const EXPIRING_DAYS: i64 = 30;
/// Most URLs of a chain that are kept.
const CHAIN_SHOWN: usize = 4;

pub(crate) async fn follow(
    prober: &Prober,
    target: &PreparedTarget,
    options: LookOptions,
) -> Observation {
    let first = match target.first_hop() {
        Ok(first) => first,
        Err(failure) => return Observation::failed(failure.clone()),
    };
    let mut look = Look::new(target, options);
    let mut to = first.clone();
    let seen = loop {
        let message = look.message(&to.url);
        let seen = hop::make(prober, &look.plan, &to, &message).await;
        match look.next(&to, &seen) {
            Step::Done => break seen,
            Step::Failed(failure) => {
                break Seen {
                    failure: Some(failure),
                    ..seen
                };
            }
            Step::Again => {}
            Step::To(next) => {
                look.note(seen);
                to = next;
            }
        }
    };
    look.finish(prober, seen)
}

/// A look under way.
struct Look<'a> {
    target: &'a PreparedTarget,
    plan: Plan<'a>,
    method: Method,
    /// The chain has never left the target's origin, so the user's headers and body may be sent.
    at_home: bool,
    jar: Jar,
    redirects: u8,
    observation: Observation,
}

enum Step {
    Done,
    Failed(Failure),
    /// The same place with another method.
    Again,
    To(Place),
}

impl<'a> Look<'a> {
    fn new(target: &'a PreparedTarget, options: LookOptions) -> Self {
        let began = Instant::now();
        let config = target.target();
        let keep = if target.needs_body() {
            BODY_CAP
        } else {
            EVIDENCE
        };
        let mut observation = Observation::default();
        observation.hops.reserve_exact(1);
        let plan = Plan {
            target: config,
            ask: Ask {
                family: config.address_family,
                fresh: options.attempt > 0,
                attempt: options.attempt,
            },
            deadline: began + config.timeout,
            began,
            wanted: Wanted {
                keep,
                decode: target.needs_body(),
            },
            queued_us: micros(options.queued),
        };
        Self {
            target,
            plan,
            method: config.method,
            at_home: true,
            jar: Jar::default(),
            redirects: 0,
            observation,
        }
    }

    fn message(&self, url: &Url) -> Message<'a> {
        let sends_body = self.at_home && !matches!(self.method, Method::Get | Method::Head);
        Message {
            method: self.method,
            headers: self.at_home.then(|| self.target.headers()),
            body: if sends_body {
                self.target.body().clone()
            } else {
                Bytes::new()
            },
            cookies: self.jar.header(url),
        }
    }

    /// What a hop's outcome asks for.
    fn next(&mut self, from: &Place, seen: &Seen) -> Step {
        let (None, Some(status), Some(headers)) = (&seen.failure, seen.hop.status, &seen.headers)
        else {
            return Step::Done;
        };
        // Many servers do not know HEAD; what a visitor gets is decided by GET.
        if self.method == Method::Head && matches!(status, 405 | 501) {
            self.method = Method::Get;
            return Step::Again;
        }
        if !self.plan.target.follow_redirects || !redirect::is_redirect(status) {
            return Step::Done;
        }
        if self.redirects == MAX_REDIRECTS {
            return Step::Failed(self.too_many(from));
        }
        self.jar.keep(&from.url, headers);
        match redirect::next(&from.url, headers) {
            Ok(to) => {
                self.redirects += 1;
                self.method = redirect::method(status, self.method);
                self.at_home = self.at_home && redirect::is_same_origin(&from.url, &to.url);
                if from.is_https() && !to.is_https() {
                    let downgrade =
                        Failure::new(FailureCode::HttpsDowngrade, Phase::Ttfb, Detail::None);
                    self.observation
                        .advisories
                        .push(downgrade.at_hop(self.redirects));
                }
                Step::To(to)
            }
            Err(failure) => Step::Failed(failure),
        }
    }

    fn too_many(&self, last: &Place) -> Failure {
        let urls = self
            .observation
            .hops
            .iter()
            .map(|hop| hop.url.as_str())
            .chain([last.url.as_str()]);
        let urls: Vec<String> = urls.map(ToOwned::to_owned).collect();
        let chain = urls[urls.len().saturating_sub(CHAIN_SHOWN)..].to_vec();
        Failure::new(
            FailureCode::TooManyRedirects,
            Phase::Ttfb,
            Detail::Redirects {
                limit: MAX_REDIRECTS,
                chain,
            },
        )
    }

    /// Adds a finished hop.
    fn note(&mut self, mut seen: Seen) -> Seen {
        let observation = &mut self.observation;
        let hop = u8::try_from(observation.hops.len()).unwrap_or(u8::MAX);
        if hop == 0 {
            seen.hop.timings.queued_us = self.plan.queued_us;
        }
        observation.total_us = observation
            .total_us
            .saturating_add(seen.hop.timings.total_us());
        if seen.ipv6_unreachable {
            let advisory = Failure::new(FailureCode::Ipv6Unreachable, Phase::Tcp, Detail::None);
            observation.advisories.push(advisory.at_hop(hop));
        }
        if let Some(certificate) = seen.certificate.take() {
            observation.certificate = Some(certificate);
        }
        observation.hops.push(std::mem::take(&mut seen.hop));
        seen
    }

    fn finish(mut self, prober: &Prober, seen: Seen) -> Observation {
        let status = seen.hop.status;
        let mut seen = self.note(seen);
        let hop = self.redirects;
        let mut observation = self.observation;
        observation.failure = seen.failure.take().map(|failure| failure.at_hop(hop));
        if let (Some(headers), None) = (&seen.headers, &observation.failure) {
            observation.unmet = evidence::unmet(self.target, headers, &seen.read)
                .map(|failure| failure.at_hop(hop));
        }
        let expected =
            status.is_some_and(|status| self.plan.target.expected_statuses.contains(status));
        if let Some(headers) = &seen.headers
            && (!expected || observation.failure.is_some() || observation.unmet.is_some())
        {
            observation.evidence = Some(evidence::of(headers, &seen.read.kept));
        }
        if let (Some(certificate), Some(now)) =
            (&observation.certificate, prober.egress().tls().now())
        {
            observation.advisories.extend(expiry(certificate, now));
        }
        observation
    }
}

/// A word about a trusted certificate that ends soon, and one about a stale certificate that is sent along with it.
fn expiry(certificate: &Certificate, now: DateTime<Utc>) -> impl Iterator<Item = Failure> {
    let is_stale = certificate.chain_not_after <= now;
    let intermediate = !is_stale && certificate.chain_not_after < certificate.not_after;
    let ends = if intermediate {
        certificate.chain_not_after
    } else {
        certificate.not_after
    };
    let days = (ends - now).num_days();
    let expiring = (days <= EXPIRING_DAYS && ends > now).then(|| {
        let detail = Detail::Expiry {
            not_after: ends,
            days: i32::try_from(days).unwrap_or(i32::MAX),
            intermediate,
        };
        Failure::new(FailureCode::TlsExpiring, Phase::Tls, detail)
    });
    let stale = is_stale.then(|| {
        let reason = "an expired certificate is sent along that nobody needs".to_owned();
        Failure::new(
            FailureCode::TlsChainAdvisory,
            Phase::Tls,
            Detail::Reason { reason },
        )
    });
    let words = expiring.into_iter().chain(stale);
    words.filter(|_| certificate.verified)
}
