//! What becomes of the notices that wait for one channel: told together, told by another, or over before they were told.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::message::{Counts, Kind, Subject};
use crate::{
    id::{IncidentId, ServiceId},
    incident::Severity,
    verdict::Verdict,
};

/// Services that one message names; the others are counted.
pub const NAMED: usize = 50;

/// A message that leaves this much later than it was due says so.
const WORTH_SAYING: TimeDelta = TimeDelta::seconds(120);
/// One that tells a beginning only with its end says so sooner.
const WORTH_SAYING_OF_BOTH: TimeDelta = TimeDelta::seconds(10);

/// A notice that is due.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiting {
    /// Under which it is stored; grows with time.
    pub id: i64,
    pub kind: Kind,
    pub incident: Option<IncidentId>,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    pub due_at: DateTime<Utc>,
    /// When it was due but for quiet hours.
    pub ripe_at: DateTime<Utc>,
    /// It was put off because something that its service depends on was in trouble.
    pub held: bool,
    pub subject: Subject,
}

/// An incident, as far as one channel knows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// The channel was told that it is open.
    pub told: bool,
    pub ended_at: Option<DateTime<Utc>>,
    /// Somebody has taken it on.
    pub acknowledged: bool,
    /// Where it stands now; none when it is not kept any more.
    pub severity: Option<Severity>,
    /// When it became milder than it was at its worst.
    pub milder_since: Option<DateTime<Utc>>,
}

/// What becomes of one waiting notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is part of a message: `Gathered::messages` at this index.
    Told(usize),
    /// Nobody needs to hear it any more.
    Dropped(Why),
}

/// Why a notice was not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The trouble was over before its message was due.
    OverBefore,
    /// The message about its end tells it too, a later one tells more, or it is not so any more.
    Outdated,
    /// Somebody acknowledged the incident.
    Acknowledged,
}

/// One message to be sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Composed {
    pub kind: Kind,
    /// Named, gravest first.
    pub subjects: Vec<Subject>,
    pub more: Counts,
    pub common_cause: Option<String>,
    pub notes: Vec<String>,
    pub occurred_at: DateTime<Utc>,
    /// How much later than it was due, if that is worth saying.
    pub late: Option<TimeDelta>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gathered {
    /// In the order of the waiting notices.
    pub fates: Vec<Fate>,
    pub messages: Vec<Composed>,
}

impl Why {
    /// The word under which it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OverBefore => "over_before",
            Self::Outdated => "outdated",
            Self::Acknowledged => "acknowledged",
        }
    }
}

/// Decides about everything that is due for one channel. `room` is how many messages may leave now.
pub fn gather(
    waiting: &[Waiting],
    known: &BTreeMap<IncidentId, Known>,
    room: usize,
    now: DateTime<Utc>,
) -> Gathered {
    let states = States::of(waiting);
    let told: Vec<Result<(), Why>> = waiting
        .iter()
        .map(|one| judge(one, known, &states))
        .collect();
    let waiting: Vec<Waiting> = waiting.iter().map(|one| as_it_is(one, known)).collect();
    let telling = || waiting.iter().zip(&told).filter(|(_, told)| told.is_ok());
    let mut kinds: BTreeMap<(Place, Kind), Vec<&Waiting>> = BTreeMap::new();
    for (one, _) in telling() {
        let place = (place(one.kind), one.kind);
        kinds.entry(place).or_default().push(one);
    }
    let together = kinds.len() > room.max(1);
    let index = |kind: Kind| {
        if together {
            return 0;
        }
        let same = |(_, other): &(Place, Kind)| *other == kind;
        kinds.keys().position(same).unwrap_or(0)
    };
    let fates = waiting
        .iter()
        .zip(&told)
        .map(|(one, told)| match told {
            Ok(()) => Fate::Told(index(one.kind)),
            Err(why) => Fate::Dropped(*why),
        })
        .collect();
    let composed = |kind: Kind, members: &[&Waiting]| Composed {
        late: lateness(members, (&states, known), now),
        ..compose(kind, members, now)
    };
    let messages = if together {
        let all: Vec<&Waiting> = telling().map(|(one, _)| one).collect();
        vec![composed(Kind::Digest, &latest_of_each(&all))]
    } else {
        kinds
            .iter()
            .map(|((_, kind), members)| composed(*kind, members))
            .collect()
    };
    Gathered { fates, messages }
}

/// Where a message stands among those that leave together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// What is over was before what begins, or its service would be said to be up while it is down again.
    Ends,
    Rest,
}

const fn place(kind: Kind) -> Place {
    match kind {
        Kind::Recovered | Kind::UnknownOver => Place::Ends,
        _ => Place::Rest,
    }
}

/// How much later than the first of it was due something is told, if that is worth saying.
fn lateness(
    members: &[&Waiting],
    (states, known): (&States, &BTreeMap<IncidentId, Known>),
    now: DateTime<Utc>,
) -> Option<TimeDelta> {
    // Of what ended before anybody was told of it the beginning is late, too.
    let both = |one: &&Waiting| {
        let incident = one.incident.filter(|_| one.kind == Kind::Recovered)?;
        let told = known.get(&incident).is_some_and(|known| known.told);
        states.first_due.get(&incident).filter(|_| !told).copied()
    };
    let late = |due: Option<DateTime<Utc>>, worth: TimeDelta| {
        due.map(|due| now - due).filter(|late| *late >= worth)
    };
    let of_both = members.iter().filter_map(both).min();
    let of_any = members.iter().map(|one| one.due_at).min();
    late(of_both, WORTH_SAYING_OF_BOTH).max(late(of_any, WORTH_SAYING))
}

/// A notice with what became of its incident since it was written: of one that is over, how long it lasted.
fn as_it_is(one: &Waiting, known: &BTreeMap<IncidentId, Known>) -> Waiting {
    let known = one.incident.and_then(|incident| known.get(&incident));
    let ended_at = known.and_then(|known| known.ended_at);
    let mut one = one.clone();
    if let Some(ended) = ended_at.filter(|_| is_standing(one.kind)) {
        one.subject.lasted = (ended - one.subject.since).to_std().ok();
    }
    if let Some(severity) = known.and_then(|known| known.severity)
        && one.kind == Kind::Still
        && one.subject.state != state(severity)
    {
        one.subject.state = state(severity);
        // Of why it changed no more is known here than that it did.
        one.subject.cause = None;
    }
    one
}

/// What waits about each incident, and about services that flap.
struct States {
    /// The newest notice that says how it stands.
    newest: HashMap<IncidentId, i64>,
    /// When the first of them was due.
    first_due: HashMap<IncidentId, DateTime<Utc>>,
    /// The same but for quiet hours.
    first_ripe: HashMap<IncidentId, DateTime<Utc>>,
    /// Those whose end can be told.
    ending: HashSet<IncidentId>,
    /// The newest word that a service has settled.
    settled: HashMap<ServiceId, i64>,
    /// The newest words of a vendor about each incident of its own, by the title.
    updates: HashMap<(IncidentId, Option<String>), i64>,
}

/// What a vendor's words are about.
fn update(one: &Waiting, incident: IncidentId) -> (IncidentId, Option<String>) {
    let words = one.subject.vendor.as_ref();
    (incident, words.and_then(|words| words.incident.clone()))
}

/// Whether it says how an incident stands.
pub const fn is_standing(kind: Kind) -> bool {
    matches!(kind, Kind::Down | Kind::Degraded | Kind::Settled)
}

impl States {
    fn of(waiting: &[Waiting]) -> Self {
        let mut states = Self {
            newest: HashMap::new(),
            first_due: HashMap::new(),
            first_ripe: HashMap::new(),
            ending: HashSet::new(),
            settled: HashMap::new(),
            updates: HashMap::new(),
        };
        for one in waiting {
            if let Some(service) = one.subject.service.filter(|_| one.kind == Kind::Settled) {
                let settled = states.settled.entry(service).or_insert(one.id);
                *settled = (*settled).max(one.id);
            }
            let Some(incident) = one.incident else {
                continue;
            };
            if one.kind == Kind::Recovered {
                states.ending.insert(incident);
            }
            if one.kind == Kind::VendorUpdate {
                let update = states
                    .updates
                    .entry(update(one, incident))
                    .or_insert(one.id);
                *update = (*update).max(one.id);
            }
            if !is_standing(one.kind) {
                continue;
            }
            let newest = states.newest.entry(incident).or_insert(one.id);
            *newest = (*newest).max(one.id);
            let due = states.first_due.entry(incident).or_insert(one.due_at);
            *due = (*due).min(one.due_at);
            let ripe = states.first_ripe.entry(incident).or_insert(one.ripe_at);
            *ripe = (*ripe).min(one.ripe_at);
        }
        states
    }
}

/// Whether a notice is still worth telling.
fn judge(one: &Waiting, known: &BTreeMap<IncidentId, Known>, states: &States) -> Result<(), Why> {
    let Some(incident) = one.incident else {
        return about_service(one, states);
    };
    let known = known.get(&incident).copied().unwrap_or_default();
    // Whether somebody should have been told by the time it ended, or wants to hear of it after quiet hours.
    let was_due = |ended: DateTime<Utc>| {
        states
            .first_ripe
            .get(&incident)
            .is_some_and(|due| *due <= ended)
    };
    let is_newest = states.newest.get(&incident) == Some(&one.id);
    // It became milder before it had been so bad for as long as was asked for.
    let is_milder = known.severity == Some(Severity::Degraded)
        && known.milder_since.is_some_and(|at| at < one.ripe_at);
    match (one.kind, known.ended_at) {
        (Kind::Down | Kind::Degraded | Kind::Settled, Some(ended)) => {
            let is_due = if known.told {
                one.ripe_at <= ended
            } else {
                was_due(ended)
            };
            match (is_due, known.told) {
                (false, false) => Err(Why::OverBefore),
                (false, true) => Err(Why::Outdated),
                // Its end tells it too; where nobody wants that end, or not yet, it is told by itself.
                (true, _) if !is_newest || states.ending.contains(&incident) => Err(Why::Outdated),
                (true, _) => Ok(()),
            }
        }
        (Kind::Recovered, Some(ended)) if !known.told && !was_due(ended) => Err(Why::OverBefore),
        (Kind::Recovered, _) => Ok(()),
        (_, Some(_)) => Err(Why::OverBefore),
        (Kind::Down | Kind::Degraded | Kind::Settled, None) if !is_newest => Err(Why::Outdated),
        (Kind::Down, None) if is_milder => Err(Why::Outdated),
        (Kind::Still, None) if known.acknowledged => Err(Why::Acknowledged),
        // The first message carries the vendor's words.
        (Kind::VendorUpdate, None) if !known.told => Err(Why::Outdated),
        (Kind::VendorUpdate, None)
            if states.updates.get(&update(one, incident)) > Some(&one.id) =>
        {
            Err(Why::Outdated)
        }
        (_, None) => Ok(()),
    }
}

/// Whether what is no incident is still worth telling: that a service flaps is not once it has settled.
fn about_service(one: &Waiting, states: &States) -> Result<(), Why> {
    let settled = one
        .subject
        .service
        .and_then(|service| states.settled.get(&service));
    if one.kind == Kind::Flapping && settled.is_some_and(|id| *id > one.id) {
        return Err(Why::Outdated);
    }
    Ok(())
}

/// What a later notice about the same service says anew: how it stands, or whether anybody can tell. Nothing else does.
const fn topic(kind: Kind) -> Kind {
    match kind {
        Kind::Degraded | Kind::Settled | Kind::Still | Kind::Recovered => Kind::Down,
        Kind::UnknownOver => Kind::UnknownLong,
        Kind::MaintenanceEnded => Kind::MaintenanceStarted,
        kind => kind,
    }
}

/// In a digest each service stands once, as it stood last, beside what else is said of it.
fn latest_of_each<'a>(all: &[&'a Waiting]) -> Vec<&'a Waiting> {
    let mut latest: BTreeMap<(Kind, bool, String), &Waiting> = BTreeMap::new();
    for one in all {
        let topic = topic(one.kind);
        let named = one.subject.service.map_or_else(
            || (topic, false, one.subject.name.clone()),
            |service| (topic, true, service.to_string()),
        );
        latest
            .entry(named)
            .and_modify(|other| {
                if one.id > other.id {
                    *other = one;
                }
            })
            .or_insert(one);
    }
    let mut latest: Vec<_> = latest.into_values().collect();
    latest.sort_by_key(|one| one.id);
    latest
}

fn compose(kind: Kind, members: &[&Waiting], now: DateTime<Utc>) -> Composed {
    let mut members = members.to_vec();
    members.sort_by_key(|one| (gravity(one), one.occurred_at, one.id));
    let said = |one: &&Waiting| Subject {
        said: (kind == Kind::Digest).then_some(one.kind),
        ..one.subject.clone()
    };
    let (named, counted) = members.split_at(members.len().min(NAMED));
    let mut more = Counts::default();
    for one in counted {
        more.add(&said(one));
    }
    let named: Vec<Subject> = named.iter().map(said).collect();
    let is_of_standing = |one: &&Waiting| kind != Kind::Digest || topic(one.kind) == Kind::Down;
    let subjects: Vec<&Subject> = if members.iter().all(is_of_standing) {
        members.iter().map(|one| &one.subject).collect()
    } else {
        Vec::new()
    };
    let earliest = |time: fn(&Waiting) -> DateTime<Utc>| members.iter().map(|one| time(one)).min();
    Composed {
        kind,
        subjects: named,
        more,
        common_cause: common_cause(kind, &subjects),
        notes: over(kind, &members)
            .into_iter()
            .chain(held_back(&members))
            .collect(),
        occurred_at: earliest(|one| one.occurred_at).unwrap_or(now),
        late: None,
    }
}

/// That something is over which is told only now.
fn over(kind: Kind, members: &[&Waiting]) -> Option<String> {
    let over = |one: &&&Waiting| is_standing(one.kind) && one.subject.lasted.is_some();
    match (members.iter().filter(over).count(), members.len()) {
        (0, _) => None,
        (_, 1) => Some("It is over by now.".to_owned()),
        (over, all) if over == all && kind != Kind::Digest => {
            Some("All of them are over by now.".to_owned())
        }
        (over, _) => Some(format!("{over} of them are over by now.")),
    }
}

/// Why it is told only now, where something was held.
fn held_back(members: &[&Waiting]) -> Option<String> {
    let held = members.iter().filter(|one| one.held).count();
    let who = match (held, members.len()) {
        (0, _) => return None,
        (_, 1) => "This was held back while something it depends on".to_owned(),
        (held, _) => format!("{held} of them were held back while something they depend on"),
    };
    Some(format!("{who} was in trouble."))
}

const fn gravity(one: &Waiting) -> u8 {
    // It is no trouble yet, whatever else the service is in.
    if matches!(one.kind, Kind::Certificate) {
        return 3;
    }
    match one.subject.state {
        Verdict::Down => 0,
        Verdict::Degraded => 1,
        Verdict::Unknown => 2,
        Verdict::Maintenance => 3,
        Verdict::Up => 4,
    }
}

/// What all of several services have in common, as one sentence.
pub fn common_cause(kind: Kind, subjects: &[&Subject]) -> Option<String> {
    let [first, others @ ..] = subjects else {
        return None;
    };
    let same = |of: fn(&Subject) -> Option<String>| {
        of(first).filter(|value| others.iter().all(|other| of(other).as_ref() == Some(value)))
    };
    // Why nobody could tell: most often because we are cut off ourselves.
    if kind == Kind::UnknownLong && !others.is_empty() {
        let cause = same(|subject| subject.cause.clone())?;
        return Some(format!("One cause: {cause}"));
    }
    if others.is_empty()
        || !matches!(
            kind,
            Kind::Down | Kind::Degraded | Kind::Digest | Kind::Still
        )
    {
        return None;
    }
    if subjects.iter().any(|subject| subject.worst.is_none()) {
        return None;
    }
    let incident = |subject: &Subject| {
        let words = subject.vendor.as_ref()?;
        Some(format!(
            "{} reports “{}”",
            words.page,
            words.incident.as_ref()?
        ))
    };
    if let Some(incident) = same(incident) {
        return Some(format!("One cause: {incident}."));
    }
    if let Some(page) = same(|subject| Some(subject.vendor.as_ref()?.page.clone())) {
        return Some(format!("All of them depend on {page}."));
    }
    let host = |subject: &Subject| {
        let url: url::Url = subject.target.parse().ok()?;
        Some(url.host_str()?.to_owned())
    };
    same(host).map(|host| format!("All of them are on {host}."))
}

/// The state that a severity is.
pub const fn state(severity: Severity) -> Verdict {
    match severity {
        Severity::Degraded => Verdict::Degraded,
        Severity::Down => Verdict::Down,
    }
}

#[cfg(test)]
mod tests;
