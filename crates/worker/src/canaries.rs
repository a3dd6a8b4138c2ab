//! Asks hosts that are nearly always there whether our network works, before a failure of a public service may count.

use std::{
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use domain::{
    failure::{Failure, FailureCode},
    id::ServiceKey,
    observation::Observation,
    target::HttpTarget,
    verdict::{Judgement, Verdict},
};
use egress::Policy;
use probe::{LookOptions, PreparedTarget, Prober};
use tokio::{
    sync::{Mutex as AsyncMutex, mpsc, watch},
    task::JoinSet,
    time::{Instant, sleep},
};
use tokio_util::sync::CancellationToken;
use url::{Host, Url};

use crate::{
    figures::Figures,
    isolation::{Network, may_be_ours},
    schedule::Command,
};

/// How long a canary may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// An answer, or the lack of it, holds for everybody who asks within this time.
const HOLDS: Duration = Duration::from_secs(1);

/// Which addresses are looked at over the public internet.
type IsPublic = fn(IpAddr) -> bool;

/// Judges whether a failure may be ours. Cloning shares it. Without canaries every failure counts as it is.
#[derive(Clone)]
pub(crate) struct Canaries(Option<Arc<Watch>>);

struct Watch {
    prober: Prober,
    canaries: Vec<Arc<PreparedTarget>>,
    network: Mutex<Network>,
    started: Instant,
    /// When the canaries were last asked; held while they are.
    asked: AsyncMutex<Option<Instant>>,
    isolated: watch::Sender<bool>,
    figures: Figures,
    is_public: IsPublic,
}

/// The attempt that is to be judged.
pub(crate) struct Suspect<'a> {
    pub(crate) service: ServiceKey,
    pub(crate) target: &'a HttpTarget,
    pub(crate) seen: &'a Observation,
    /// No incident is open: the failure would be the first.
    pub(crate) is_first: bool,
}

impl Canaries {
    pub(crate) fn new(prober: Prober, urls: &[Url], figures: Figures) -> Self {
        Self::with(prober, urls, figures, is_public)
    }

    fn with(prober: Prober, urls: &[Url], figures: Figures, is_public: IsPublic) -> Self {
        let prepare = |url: &Url| {
            let mut target = HttpTarget::get(url.clone());
            target.timeout = PATIENCE;
            Arc::new(PreparedTarget::new(target))
        };
        let watch = Watch {
            prober,
            canaries: urls.iter().map(prepare).collect(),
            network: Mutex::default(),
            started: Instant::now(),
            asked: AsyncMutex::new(None),
            isolated: watch::Sender::new(false),
            figures,
            is_public,
        };
        Self((!urls.is_empty()).then(|| Arc::new(watch)))
    }

    /// Whether this worker is cut off, now and whenever that changes. False for ever without canaries.
    pub(crate) fn isolated(&self) -> watch::Receiver<bool> {
        match &self.0 {
            Some(watch) => watch.isolated.subscribe(),
            None => watch::channel(false).1,
        }
    }

    /// The judgement that counts.
    pub(crate) async fn vet(&self, suspect: Suspect<'_>, judgement: Judgement) -> Judgement {
        match &self.0 {
            Some(watch) => watch.vet(suspect, judgement).await,
            None => judgement,
        }
    }

    /// While this worker is cut off, asks the canaries again and again; has everything looked at anew once one answers.
    pub(crate) async fn run(
        self,
        commands: mpsc::Sender<Command>,
        stop: CancellationToken,
    ) -> anyhow::Result<()> {
        let Some(watch) = self.0 else {
            stop.cancelled().await;
            return Ok(());
        };
        let mut isolated = watch.isolated.subscribe();
        loop {
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                _ = isolated.wait_for(|isolated| *isolated) => {}
            }
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                () = watch.wait_for_canary() => {}
            }
            tracing::warn!("a canary answers again; everything that was held is looked at anew");
            if commands.send(Command::Recheck).await.is_err() {
                stop.cancelled().await;
            }
        }
    }
}

impl Watch {
    async fn vet(&self, suspect: Suspect<'_>, judgement: Judgement) -> Judgement {
        let address = address(&suspect);
        if address.is_some_and(|ip| !(self.is_public)(ip)) {
            return judgement;
        }
        let code = judgement.failure.as_ref().map(|failure| failure.code);
        let doubtful = code.is_some_and(may_be_ours);
        if judgement.verdict == Verdict::Unknown {
            return judgement;
        }
        if !doubtful && let Some(ip) = address {
            let now = self.now();
            self.network().answered(ip, now);
        }
        if judgement.verdict == Verdict::Up {
            return judgement;
        }
        if doubtful && suspect.is_first && !self.is_proven(address).await {
            self.note_failure(suspect.service);
            return held();
        }
        if self.network().is_isolated() {
            held()
        } else {
            judgement
        }
    }

    async fn is_proven(&self, failing: Option<IpAddr>) -> bool {
        let now = self.now();
        if self.network().is_proven(failing, now) {
            return true;
        }
        self.ask().await;
        let now = self.now();
        self.network().is_proven(failing, now)
    }

    fn note_failure(&self, service: ServiceKey) {
        let watched = self.figures.read().services;
        let now = self.now();
        if self.network().failed(service, now, watched) {
            tracing::error!(
                "this worker seems cut off from the network: no canary answers, and services fail together; \
                 their verdicts are held"
            );
            self.set_isolated(true);
        }
    }

    async fn wait_for_canary(&self) {
        while *self.isolated.borrow() {
            self.ask().await;
            sleep(PATIENCE).await;
        }
    }

    /// Asks all canaries at once, unless somebody has just done so.
    async fn ask(&self) {
        let mut asked = self.asked.lock().await;
        if asked.is_some_and(|at| at.elapsed() < HOLDS) {
            return;
        }
        let mut looks = JoinSet::new();
        for canary in &self.canaries {
            let (prober, canary) = (self.prober.clone(), canary.clone());
            looks.spawn(async move { prober.look(&canary, LookOptions::default()).await });
        }
        while let Some(seen) = looks.join_next().await {
            if seen.is_ok_and(|seen| seen.status().is_some()) {
                let now = self.now();
                let ended = self.network().canary_answered(now);
                if ended {
                    self.set_isolated(false);
                }
                break;
            }
        }
        *asked = Some(Instant::now());
    }

    fn set_isolated(&self, isolated: bool) {
        self.figures.change(|figures| figures.isolated = isolated);
        self.isolated.send_replace(isolated);
    }

    fn now(&self) -> Duration {
        self.started.elapsed()
    }

    fn network(&self) -> MutexGuard<'_, Network> {
        self.network.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where a service is looked at, as far as it is known: a name that did not resolve may be anywhere.
fn address(suspect: &Suspect<'_>) -> Option<IpAddr> {
    let seen = suspect.seen.hops.first().and_then(|hop| hop.remote);
    seen.or(match suspect.target.url.host() {
        Some(Host::Ipv4(ip)) => Some(ip.into()),
        Some(Host::Ipv6(ip)) => Some(ip.into()),
        Some(Host::Domain(_)) | None => None,
    })
}

fn is_public(ip: IpAddr) -> bool {
    Policy::shared().allows(ip, 443)
}

fn held() -> Judgement {
    Judgement::of(Failure::bare(FailureCode::InternalNetwork))
}

#[cfg(test)]
mod tests;
