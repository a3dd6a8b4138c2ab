//! What stands in the way of telling something that is due: that it is not so any more, that nobody wants to hear of it now, or
//! that something which its service depends on is in trouble, or may be.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use db::{
    PgConnection,
    outbox::gathering::{Due, Held},
    service_needs::{self, Ground, Suffering},
    services::telling::Around,
};
use domain::{
    id::{ChannelId, IncidentId, ServiceId},
    incident::Severity,
    notice::{
        gather::{Known, Why, is_standing},
        hold::{self, Hold, Trouble, doubt, unrest},
        message::Kind,
        plan::topic,
    },
    verdict::Verdict,
};

use crate::dependency;

/// What becomes of something that is due.
enum Fate {
    Goes,
    IsDropped(Why),
    Waits {
        until: DateTime<Utc>,
        /// When something that its service depends on was seen in trouble that lasts.
        seen_at: Option<DateTime<Utc>>,
    },
}

/// What is known of what the services of one channel's notices depend on.
struct Needs {
    troubles: HashMap<IncidentId, Vec<Trouble>>,
    vendors: HashMap<ServiceId, Severity>,
    ground: HashMap<ServiceId, Ground>,
}

/// What becomes of what is due for a channel.
#[derive(Default)]
pub(super) struct Sifted {
    /// Nothing stands in its way.
    pub(super) goes: Vec<Due>,
    pub(super) held: Vec<Held>,
    pub(super) dropped: Vec<(i64, &'static str)>,
}

/// Finds what stands in the way of what is due for a channel. `around` knows of each of its services.
pub(super) async fn sift(
    conn: &mut PgConnection,
    channel: ChannelId,
    (due, known, around): (
        Vec<Due>,
        &BTreeMap<IncidentId, Known>,
        &HashMap<ServiceId, Around>,
    ),
    now: DateTime<Utc>,
) -> db::Result<Sifted> {
    let needs = needs(conn, channel, (&due, known, around), now).await?;
    let mut sifted = Sifted::default();
    for due in due {
        let id = due.waiting.id;
        let around = due.service.and_then(|service| around.get(&service));
        match fate(&due, (known, around.copied(), &needs), now) {
            Fate::Goes => sifted.goes.push(due),
            Fate::IsDropped(why) => sifted.dropped.push((id, why.as_str())),
            Fate::Waits { until, seen_at } => sifted.held.push(Held { id, until, seen_at }),
        }
    }
    Ok(sifted)
}

async fn needs(
    conn: &mut PgConnection,
    channel: ChannelId,
    (due, known, around): (
        &[Due],
        &BTreeMap<IncidentId, Known>,
        &HashMap<ServiceId, Around>,
    ),
    now: DateTime<Utc>,
) -> db::Result<Needs> {
    let is = |service: &ServiceId, what: fn(&Around) -> bool| around.get(service).is_some_and(what);
    let mut needs = Needs {
        troubles: HashMap::new(),
        vendors: HashMap::new(),
        ground: HashMap::new(),
    };
    let first = || due.iter().filter_map(|due| suffering(due, known));
    let behind: Vec<Suffering> = first()
        .filter(|one| is(&one.service, |around| around.has_needs))
        .collect();
    if !behind.is_empty() {
        needs.troubles = service_needs::troubles(conn, channel, &behind).await?;
    }
    let mut grounds: Vec<(ServiceId, DateTime<Utc>)> =
        behind.iter().map(|one| (one.service, one.since)).collect();
    grounds.extend(due.iter().filter_map(|due| {
        let service = due.service.filter(|id| is(id, |around| around.has_needs))?;
        (due.waiting.kind == Kind::Flapping).then_some((service, due.waiting.occurred_at))
    }));
    if !grounds.is_empty() {
        needs.ground = service_needs::ground(conn, &grounds).await?;
    }
    let vendors: Vec<ServiceId> = first()
        .map(|one| one.service)
        .filter(|service| is(service, |around| around.has_dependencies))
        .collect();
    if !vendors.is_empty() {
        needs.vendors = dependency::troubled(conn, &vendors, now).await?;
    }
    Ok(needs)
}

fn fate(
    due: &Due,
    (known, around, needs): (&BTreeMap<IncidentId, Known>, Option<Around>, &Needs),
    now: DateTime<Utc>,
) -> Fate {
    let waiting = &due.waiting;
    let around = around.unwrap_or_default();
    let put_off = |until| Fate::Waits {
        until,
        seen_at: None,
    };
    // What is not so any more and has no end of its own to say so.
    match waiting.kind {
        Kind::UnknownLong if around.unknown_since != Some(waiting.occurred_at) => {
            return Fate::IsDropped(Why::OverBefore);
        }
        Kind::Flapping if !around.flapping => return Fate::IsDropped(Why::Outdated),
        _ => {}
    }
    let topic = topic(waiting.kind, &waiting.subject);
    if let (Some(topic), Some(until)) = (topic, around.muted_until) {
        return put_off(due.promise.due(topic, until, now));
    }
    if let Some(until) = around.maintenance_until
        && is_hidden_by_maintenance(due)
    {
        return put_off(hold::maintenance(until));
    }
    let ground = due
        .service
        .and_then(|service| needs.ground.get(&service))
        .copied()
        .unwrap_or_default();
    if waiting.kind == Kind::Flapping && ground.restless {
        return unrest(waiting.occurred_at, now).map_or(Fate::Goes, put_off);
    }
    let Some(suffering) = suffering(due, known) else {
        return Fate::Goes;
    };
    let ended_at = known.get(&suffering.incident).and_then(|one| one.ended_at);
    let troubles = troubles(due, &suffering, needs, now);
    match hold::hold(severity(due), (suffering.since, ended_at), &troubles, now) {
        Hold::Over => Fate::IsDropped(Why::OverBefore),
        Hold::Until(until) => Fate::Waits {
            until,
            seen_at: troubles
                .iter()
                .any(|one| one.until.is_none())
                .then_some(now),
        },
        // Perhaps what it depends on is in trouble too, and nobody has looked yet.
        Hold::Go if ground.unseen && ended_at.is_none() => {
            doubt(waiting.occurred_at, now).map_or(Fate::Goes, put_off)
        }
        Hold::Go => Fate::Goes,
    }
}

/// The trouble that may explain why a service suffers.
fn troubles(due: &Due, suffering: &Suffering, needs: &Needs, now: DateTime<Utc>) -> Vec<Trouble> {
    let own = needs.troubles.get(&suffering.incident);
    let mut all = own.cloned().unwrap_or_default();
    // When a page began to report it is not kept; that it did when it was last asked is.
    all.extend(due.held_at.map(|seen_at| Trouble {
        severity: Severity::Down,
        from: suffering.since,
        until: Some(seen_at),
        told: false,
    }));
    let vendor = needs.vendors.get(&suffering.service);
    all.extend(vendor.map(|severity| Trouble {
        severity: *severity,
        from: now,
        until: None,
        told: false,
    }));
    all
}

fn severity(due: &Due) -> Severity {
    if due.waiting.subject.state == Verdict::Degraded {
        Severity::Degraded
    } else {
        Severity::Down
    }
}

/// Trouble, and what is said of it, is nobody's business while one works on the service; its end is.
fn is_hidden_by_maintenance(due: &Due) -> bool {
    let of_incident = due.waiting.incident.is_some();
    match due.waiting.kind {
        Kind::Still | Kind::VendorUpdate | Kind::Flapping => true,
        kind => is_standing(kind) && of_incident,
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
