//! Says every two seconds that this worker lives, and hears who else does and what time it is.

use std::{sync::Arc, time::Duration};

use db::{
    Db, PgConnection,
    workers::{self, Beat, Census},
};
use domain::{clock_sync::Sampled, id::WorkerId, ownership::Shards};
use runtime::admin::Readiness;
use tokio::{
    sync::watch,
    time::{Instant, MissedTickBehavior, interval, timeout},
};
use tokio_util::sync::CancellationToken;

use crate::{
    busy::Busy,
    clock::DatabaseClock,
    figures::Figures,
    membership::{Membership, Rules},
    pace::Pace,
};

/// The part of readiness that this loop answers for.
const DATABASE: &str = "database";

/// What this worker owns.
#[derive(Clone, Debug)]
pub(crate) struct Ownership {
    pub(crate) shards: Arc<Shards>,
    /// Rises when everything has to be read again: after a standstill, and when the database's clock was set.
    pub(crate) epoch: u64,
}

/// What the heartbeat works with.
pub(crate) struct Parts {
    pub(crate) db: Db,
    pub(crate) id: WorkerId,
    pub(crate) host: String,
    pub(crate) pace: Pace,
    pub(crate) clock: DatabaseClock,
    pub(crate) figures: Figures,
    pub(crate) readiness: Readiness,
    /// Rises when the schedule stood still.
    pub(crate) stalls: watch::Receiver<u64>,
    /// This worker is cut off from the network that it looks at.
    pub(crate) isolated: watch::Receiver<bool>,
    pub(crate) ownership: watch::Sender<Ownership>,
    /// False while it is not known who looks.
    pub(crate) may_record: watch::Sender<bool>,
}

/// The loop.
pub(crate) struct Heartbeat {
    parts: Parts,
    membership: Membership,
    started: Instant,
    connection: Option<PgConnection>,
    busy: Busy,
    /// Everything has to be read again with the next answer.
    read_again: bool,
}

impl Ownership {
    /// Owns nothing yet.
    pub(crate) fn none() -> Self {
        Self {
            shards: Arc::new(Shards::none()),
            epoch: 0,
        }
    }
}

impl Heartbeat {
    pub(crate) fn new(parts: Parts) -> Self {
        let rules = Rules {
            live_for: parts.pace.live_for,
            frozen_for: parts.pace.frozen_for,
        };
        Self {
            membership: Membership::new(parts.id, rules),
            parts,
            started: Instant::now(),
            connection: None,
            busy: Busy::default(),
            read_again: false,
        }
    }

    /// Beats until `stop`, then withdraws at once, so that others take over while looks under way still end here.
    pub(crate) async fn run(mut self, stop: CancellationToken) -> anyhow::Result<()> {
        let mut ticks = interval(self.parts.pace.heartbeat);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                Ok(()) = self.parts.isolated.changed() => {}
                Ok(()) = self.parts.stalls.changed() => {
                    self.membership.stalled();
                    self.read_again = true;
                }
                _ = ticks.tick() => {}
            }
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                () = self.beat() => {}
            }
        }
        self.withdraw().await;
        Ok(())
    }

    async fn beat(&mut self) {
        let again = self.connection.is_some();
        let mut heard = self.ask().await;
        if heard.is_err() && again {
            // A connection that died unnoticed is no absence of the database.
            heard = self.ask().await;
        }
        match heard {
            Ok((census, asked, answered)) => self.heard(census, asked, answered),
            Err(error) => {
                tracing::warn!(
                    error = format!("{error:#}"),
                    "no heartbeat: the database does not answer"
                );
                self.parts
                    .readiness
                    .missing(DATABASE, "the database does not answer");
            }
        }
    }

    /// One question on the connection of its own; a connection that failed is dropped.
    async fn ask(&mut self) -> anyhow::Result<(Census, Instant, Instant)> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.parts.db.dedicated().await?,
        };
        let mut figures = self.parts.figures.read();
        figures.spent = self
            .busy
            .report(figures.looks, self.parts.figures.recording());
        let figures = serde_json::to_value(figures)?;
        let beat = Beat {
            id: self.parts.id,
            host: &self.parts.host,
            version: env!("CARGO_PKG_VERSION"),
            figures: &figures,
            live_for: self.parts.pace.live_for,
        };
        // Whoever is cut off hands over, unless nobody is there to take over.
        let hand_over = *self.parts.isolated.borrow() && self.membership.has_others();
        let asked = Instant::now();
        let asking = async {
            if hand_over {
                workers::withdraw(&mut connection, self.parts.id).await?;
                return workers::others(&mut connection, self.parts.id, self.parts.pace.live_for)
                    .await;
            }
            workers::beat(&mut connection, &beat).await
        };
        let census = timeout(self.patience(), asking).await??;
        let answered = Instant::now();
        self.connection = Some(connection);
        Ok((census, asked, answered))
    }

    fn heard(&mut self, census: Census, asked: Instant, answered: Instant) {
        self.parts.readiness.ready(DATABASE);
        self.parts
            .figures
            .change(|figures| figures.latest_start_ms = 0);
        self.set_clock(&census, asked, answered);
        let at = answered.saturating_duration_since(self.started);
        let changed = self.membership.heard(at, census.live);
        let read_again = std::mem::take(&mut self.read_again);
        if changed || read_again {
            let shards = Arc::new(self.membership.shards());
            tracing::info!(
                workers = self.membership.count(),
                shards = shards.count(),
                "who looks has been read"
            );
            self.parts.ownership.send_modify(|ownership| {
                ownership.shards = shards;
                ownership.epoch += u64::from(read_again);
            });
        }
        self.parts
            .may_record
            .send_if_modified(|may| !std::mem::replace(may, true));
    }

    fn set_clock(&mut self, census: &Census, asked: Instant, answered: Instant) {
        let sampled = self.parts.clock.sample(asked, answered, census.now);
        let jump_ms = match sampled {
            Sampled::Jumped { by } => {
                tracing::error!(
                    seconds = by.as_seconds_f64(),
                    "the database's clock jumped; it is believed when it holds for a minute"
                );
                Some(by.num_milliseconds())
            }
            Sampled::Adopted { by } => {
                tracing::warn!(
                    seconds = by.as_seconds_f64(),
                    "the database's clock was set; it is followed from now on"
                );
                self.read_again = true;
                None
            }
            Sampled::First | Sampled::Discarded | Sampled::Slewing => None,
        };
        if sampled != Sampled::Discarded {
            let seconds = jump_ms.map_or(0.0, |ms| {
                std::time::Duration::from_millis(ms.unsigned_abs()).as_secs_f64()
            });
            metrics::gauge!(runtime::metrics::CLOCK_OFFSET).set(seconds);
            self.parts
                .figures
                .change(|figures| figures.clock_jump_ms = jump_ms);
        }
    }

    async fn withdraw(&mut self) {
        let connection = match self.connection.take() {
            Some(connection) => Ok(connection),
            None => self.parts.db.dedicated().await,
        };
        let Ok(mut connection) = connection else {
            return;
        };
        let withdrawn = timeout(
            self.patience(),
            workers::withdraw(&mut connection, self.parts.id),
        )
        .await;
        if !matches!(withdrawn, Ok(Ok(()))) {
            tracing::info!("the heartbeat could not be withdrawn; it ends by itself");
        }
    }

    /// How long one exchange may take before the database counts as away.
    fn patience(&self) -> Duration {
        self.parts.pace.live_for / 2
    }
}
