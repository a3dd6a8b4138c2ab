//! Tells browsers at once that a first attempt failed and that the service is being looked at again; nothing is recorded.

use domain::{health::Standing, verdict::Verdict};
use serde_json::json;
use status_cache::{LiveEvent, StatusCache};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::{looking::Looking, service::Service};

/// Events that wait; more are dropped, since the next look brings the truth anyway.
const WAITING: usize = 1_024;

/// Where the schedule leaves its suspicions. Never waits.
#[derive(Clone, Debug)]
pub(crate) struct Suspicions(mpsc::Sender<LiveEvent>);

/// The other end, to be published.
pub(crate) struct Publisher {
    events: mpsc::Receiver<LiveEvent>,
    cache: StatusCache,
}

/// Both ends.
pub(crate) fn channel(cache: StatusCache) -> (Suspicions, Publisher) {
    let (sender, events) = mpsc::channel(WAITING);
    (Suspicions(sender), Publisher { events, cache })
}

impl Suspicions {
    /// The service keeps the status it has; only the suspicion is new.
    pub(crate) fn tell(&self, service: &Service, standing: &Standing, looking: &Looking) {
        let Some(attempt) = looking.last() else {
            return;
        };
        let data = json!({
            "service_id": service.id,
            "status": standing.verdict.map_or("pending", Verdict::as_str),
            "response_time": null,
            "checked_at": attempt.started_at,
            "reason": attempt.failure.as_ref().map(|failure| json!({
                "code": failure.code,
                "phase": failure.phase,
                "sentence": failure.sentence(),
            })),
            "suspect": true,
        });
        let event = LiveEvent::status(service.workspace, service.id, data);
        if self.0.try_send(event).is_err() {
            tracing::debug!("a suspicion was not published: too many wait");
        }
    }
}

impl Publisher {
    /// Publishes until `stop`.
    pub(crate) async fn run(mut self, stop: CancellationToken) -> anyhow::Result<()> {
        let mut events = Vec::new();
        loop {
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                count = self.events.recv_many(&mut events, 64) => {
                    if count == 0 {
                        stop.cancelled().await;
                        return Ok(());
                    }
                }
            }
            self.cache.publish(&events).await;
            events.clear();
        }
    }
}
