//! Holding first notices while something that their services depend on is in trouble, and reminders while their services are in
//! maintenance.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use db::{
    PgConnection,
    outbox::gathering::{self, Due, Held},
    service_needs::{self, Suffering},
    services::telling,
};
use domain::{
    id::{ChannelId, IncidentId},
    notice::{
        gather::{Known, Why, is_standing},
        hold::{Hold, Trouble, hold, reminder},
        message::Kind,
    },
};

use crate::dependency;

/// Gives what is not held. Notices of incidents that ended while they were held are dropped.
pub(super) async fn sift(
    conn: &mut PgConnection,
    channel: ChannelId,
    (mut due, known): (Vec<Due>, &BTreeMap<IncidentId, Known>),
    now: DateTime<Utc>,
) -> db::Result<Vec<Due>> {
    let first: Vec<Suffering> = due.iter().filter_map(|due| suffering(due, known)).collect();
    if first.is_empty() {
        return Ok(due);
    }
    let services: Vec<_> = first.iter().map(|one| one.service).collect();
    let mut troubles = service_needs::troubles(conn, channel, &first).await?;
    let vendors = dependency::troubled(conn, &services, now).await?;
    let (mut held, mut over) = (Vec::new(), Vec::new());
    due.retain(|due| {
        let Some(suffering) = suffering(due, known) else {
            return true;
        };
        let troubles = troubles.entry(suffering.incident).or_default();
        let mut all = troubles.clone();
        // When a page began to report it is not kept; that it did when it was last asked is.
        all.extend(due.held_at.map(|seen_at| Trouble {
            from: suffering.since,
            until: Some(seen_at),
            told: false,
        }));
        all.extend(vendors.contains(&suffering.service).then_some(Trouble {
            from: now,
            until: None,
            told: false,
        }));
        let ended_at = known.get(&suffering.incident).and_then(|one| one.ended_at);
        match hold((suffering.since, ended_at), &all, now) {
            Hold::Go => return true,
            Hold::Over => over.push((due.waiting.id, Why::OverBefore.as_str())),
            Hold::Until(until) => held.push(Held {
                id: due.waiting.id,
                until,
                seen_at: all.iter().any(|one| one.until.is_none()).then_some(now),
            }),
        }
        false
    });
    if !held.is_empty() {
        gathering::hold(conn, &held).await?;
    }
    if !over.is_empty() {
        gathering::drop(conn, &over).await?;
    }
    Ok(due)
}

/// Gives everything but reminders of services that are in maintenance: those are put off until that is over.
pub(super) async fn sift_reminders(
    conn: &mut PgConnection,
    mut due: Vec<Due>,
    now: DateTime<Utc>,
) -> db::Result<Vec<Due>> {
    let services: Vec<_> = due
        .iter()
        .filter(|due| due.waiting.kind == Kind::Still)
        .filter_map(|due| due.service)
        .collect();
    if services.is_empty() {
        return Ok(due);
    }
    let until = telling::in_maintenance(conn, &services, now).await?;
    let mut held = Vec::new();
    due.retain(|due| {
        let until = due.service.and_then(|service| until.get(&service));
        let Some(until) = until.filter(|_| due.waiting.kind == Kind::Still) else {
            return true;
        };
        held.push(Held {
            id: due.waiting.id,
            until: reminder(*until),
            seen_at: None,
        });
        false
    });
    if !held.is_empty() {
        gathering::hold(conn, &held).await?;
    }
    Ok(due)
}

/// What a notice is about, if it is the first that its channel hears of an incident.
fn suffering(due: &Due, known: &BTreeMap<IncidentId, Known>) -> Option<Suffering> {
    let incident = due.waiting.incident?;
    let told = known.get(&incident).is_some_and(|known| known.told);
    (is_standing(due.waiting.kind) && !told).then_some(Suffering {
        incident,
        service: due.service?,
        since: due.waiting.subject.since,
    })
}
