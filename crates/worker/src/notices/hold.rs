//! Holding first notices while something that their services depend on is in trouble, reminders while their services are in
//! maintenance, and everything that is wrong while nobody wants to hear of it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use db::{
    PgConnection, mutes,
    outbox::gathering::{self, Due, Held},
    service_needs::{self, Suffering},
    services::telling,
};
use domain::{
    id::{ChannelId, IncidentId, ServiceId},
    notice::{
        gather::{Known, Why, is_standing},
        hold::{Hold, Trouble, hold, reminder},
        message::Kind,
        rule::Topic,
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
    due: Vec<Due>,
    now: DateTime<Utc>,
) -> db::Result<Vec<Due>> {
    let services = services(&due, |kind| kind == Kind::Still);
    if services.is_empty() {
        return Ok(due);
    }
    let until = telling::in_maintenance(conn, &services, now).await?;
    put_off(conn, due, |due| {
        let until = until.get(&due.service?)?;
        (due.waiting.kind == Kind::Still).then(|| reminder(*until))
    })
    .await
}

/// Gives everything but what is wrong with services that are muted by now: that is put off until the mute ends.
pub(super) async fn sift_muted(
    conn: &mut PgConnection,
    due: Vec<Due>,
    now: DateTime<Utc>,
) -> db::Result<Vec<Due>> {
    let services = services(&due, |kind| topic(kind).is_some());
    if services.is_empty() {
        return Ok(due);
    }
    let until = mutes::of(conn, &services, now).await?;
    put_off(conn, due, |due| {
        let until = until.get(&due.service?)?;
        Some(due.promise.due(topic(due.waiting.kind)?, *until, now))
    })
    .await
}

/// Drops what is not so any more and has no end of its own to say so: nobody could tell, and now somebody can.
pub(super) async fn sift_unknown(
    conn: &mut PgConnection,
    mut due: Vec<Due>,
) -> db::Result<Vec<Due>> {
    let services = services(&due, |kind| kind == Kind::UnknownLong);
    if services.is_empty() {
        return Ok(due);
    }
    let unknown = telling::unknown(conn, &services).await?;
    let is_over = |due: &mut Due| {
        let since = due.service.and_then(|service| unknown.get(&service));
        due.waiting.kind == Kind::UnknownLong && since != Some(&due.waiting.occurred_at)
    };
    let over: Vec<_> = due
        .extract_if(.., is_over)
        .map(|due| (due.waiting.id, Why::OverBefore.as_str()))
        .collect();
    if !over.is_empty() {
        gathering::drop(conn, &over).await?;
    }
    Ok(due)
}

/// The services that notices of these kinds are about.
fn services(due: &[Due], asked: impl Fn(Kind) -> bool) -> Vec<ServiceId> {
    due.iter()
        .filter(|due| asked(due.waiting.kind))
        .filter_map(|due| due.service)
        .collect()
}

/// Puts off what is not to be told before a later time; gives the rest.
async fn put_off(
    conn: &mut PgConnection,
    mut due: Vec<Due>,
    until: impl Fn(&Due) -> Option<DateTime<Utc>>,
) -> db::Result<Vec<Due>> {
    let mut held = Vec::new();
    due.retain(|due| {
        let until = until(due);
        held.extend(until.map(|until| Held {
            id: due.waiting.id,
            until,
            seen_at: None,
        }));
        until.is_none()
    });
    if !held.is_empty() {
        gathering::hold(conn, &held).await?;
    }
    Ok(due)
}

/// As what somebody wants to hear of trouble that a mute keeps from them; none for its end, and for what is no trouble.
const fn topic(kind: Kind) -> Option<Topic> {
    match kind {
        Kind::Down | Kind::Still => Some(Topic::Down),
        Kind::Degraded => Some(Topic::Degraded),
        Kind::VendorUpdate => Some(Topic::VendorUpdate),
        Kind::UnknownLong => Some(Topic::Unknown),
        Kind::Flapping => Some(Topic::Flapping),
        Kind::Certificate => Some(Topic::Certificate),
        _ => None,
    }
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
