//! After the commit: the last status of each service for the cache, and live events for whoever watches.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::{
    failure::Failure,
    health::{Change, Standing},
    id::{ServiceId, ServiceKey, WorkspaceId},
    look::Look,
    verdict::Verdict,
};
use serde::Serialize;
use serde_json::json;
use status_cache::{EventKind, LiveEvent, Reason, StatusCache, StatusEntry};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};

use super::{
    Standings,
    fold::{Folded, Told},
};

/// How many services are taken together when the cache is slower than the record.
const MOST: usize = 5_000;

/// The newest look of a service as it was recorded, and what it changed.
#[derive(Debug)]
pub(super) struct Recorded {
    service: ServiceId,
    workspace: WorkspaceId,
    key: ServiceKey,
    verdict: Verdict,
    checked_at: DateTime<Utc>,
    failure: Option<Failure>,
    /// None when every look was older than what is known.
    standing: Option<Standing>,
    total_us: Option<i32>,
    told: Vec<Told>,
}

impl Recorded {
    pub(super) fn new(newest: &Look, folded: Folded) -> Self {
        Self {
            service: newest.service_id,
            workspace: newest.workspace,
            key: newest.service,
            verdict: newest.verdict,
            checked_at: newest.started_at,
            failure: newest.failure.clone(),
            standing: folded.after.as_ref().map(|after| after.standing),
            total_us: folded.after.as_ref().and_then(|after| after.total_us),
            told: folded.told,
        }
    }
}

/// Tells the cache, its listeners and the scheduler of all that is recorded, until the recorder is gone.
pub(super) async fn publish(
    mut recorded: UnboundedReceiver<Recorded>,
    cache: StatusCache,
    standings: Vec<UnboundedSender<Standings>>,
) {
    let mut together = Vec::new();
    while recorded.recv_many(&mut together, MOST).await > 0 {
        let changed = together.iter();
        let changed = changed.filter_map(|recorded| Some((recorded.key, recorded.standing?)));
        let changed: Standings = changed.collect();
        for standings in &standings {
            // Whoever looks ends before the recorder does.
            let _ = standings.send(changed.clone());
        }
        let mut entries: HashMap<ServiceId, StatusEntry> = HashMap::new();
        let mut events = Vec::new();
        for recorded in together.drain(..) {
            tell(&recorded, &mut entries, &mut events);
        }
        let entries: Vec<_> = entries.into_iter().collect();
        cache.put(&entries).await;
        cache.publish(&events).await;
    }
}

fn tell(
    recorded: &Recorded,
    entries: &mut HashMap<ServiceId, StatusEntry>,
    events: &mut Vec<LiveEvent>,
) {
    for told in &recorded.told {
        events.push(incident(recorded, told));
    }
    let Some(standing) = &recorded.standing else {
        return;
    };
    let reason = recorded.failure.as_ref().map(|failure| Reason {
        code: failure.code,
        phase: failure.phase,
        sentence: failure.sentence(),
    });
    let total_us = recorded.total_us.and_then(|us| u32::try_from(us).ok());
    let entry = StatusEntry {
        status: recorded.verdict,
        response_time: total_us.map(|us| us.div_ceil(1000)),
        checked_at: recorded.checked_at,
        since: Some(standing.since),
        reason,
    };
    let data = Shown {
        service_id: recorded.service,
        status: entry.status,
        response_time: entry.response_time,
        checked_at: entry.checked_at,
        since: entry.since,
        reason: entry.reason.as_ref(),
    };
    events.push(LiveEvent::status(
        recorded.workspace,
        recorded.service,
        &data,
    ));
    entries.insert(recorded.service, entry);
}

/// What browsers hear of a service after each look.
#[derive(Serialize)]
struct Shown<'a> {
    service_id: ServiceId,
    status: Verdict,
    response_time: Option<u32>,
    checked_at: DateTime<Utc>,
    since: Option<DateTime<Utc>>,
    reason: Option<&'a Reason>,
}

fn incident(recorded: &Recorded, told: &Told) -> LiveEvent {
    let (kind, resolved_at) = match told.change {
        Change::Opened { .. } => (EventKind::IncidentOpened, None),
        Change::Continued | Change::SeverityChanged { .. } => (EventKind::IncidentChanged, None),
        Change::Resolved { at } => (EventKind::IncidentResolved, Some(at)),
    };
    let data = json!({
        "incident_id": told.incident,
        "service_id": recorded.service,
        "type": told.severity.incident_type(),
        "started_at": told.started_at,
        "resolved_at": resolved_at,
    });
    LiveEvent::new(recorded.workspace, kind, data)
}
