//! What the looks of one batch change about one service, decided without asking anybody.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use db::{
    health::recording::{After, Before, Evidence},
    incidents::recording::{Course, Entry as TimelineEntry, Opening},
};
use domain::{
    coverage::Stand,
    health::{Change, OpenIncident, Standing, step},
    id::IncidentId,
    incident::{IncidentEvent, KeptLook, Resolution},
    latest::{self, LatestLook},
    look::Look,
    open_hours::OpenHours,
    packed,
    verdict::Verdict,
};
use uuid::Uuid;

use super::{spool::Entry, vendor};

/// All that a batch changes about one service.
#[derive(Debug, Default)]
pub(super) struct Folded {
    /// None when every look was older than what is known.
    pub(super) after: Option<After>,
    /// `after` says no more than when and how fast (`After::is_routine`).
    pub(super) routine: bool,
    pub(super) openings: Vec<(Opening, Course)>,
    pub(super) courses: Vec<Course>,
    pub(super) timeline: Vec<TimelineEntry>,
    pub(super) told: Vec<Told>,
    /// The health, the verdict or an incident changed: to be safe on disk before anybody hears of it.
    pub(super) notable: bool,
}

impl Folded {
    /// Another incident was open already, which goes on in place of the one that was to be opened.
    pub(super) fn rename(&mut self, instead: &HashMap<IncidentId, IncidentId>) {
        let renamed = |id: &IncidentId| instead.get(id).copied().unwrap_or(*id);
        self.timeline
            .retain(|entry| !instead.contains_key(&entry.incident));
        for told in &mut self.told {
            told.incident = renamed(&told.incident);
        }
        if let Some(after) = &mut self.after {
            after.incident = after.incident.as_ref().map(renamed);
        }
    }
}

/// What happened to an incident, for live events.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told {
    pub(super) incident: IncidentId,
    pub(super) started_at: DateTime<Utc>,
    pub(super) change: Change,
    pub(super) severity: domain::incident::Severity,
}

/// Whether looks before this batch may be asked for: an incident may open, or the service stops being up.
pub(super) fn needs_evidence(before: &Before, looks: &[&Entry]) -> bool {
    let was_up = before.standing.verdict == Some(Verdict::Up);
    looks.iter().any(|entry| {
        let verdict = entry.look.verdict;
        verdict != Verdict::Up
            && (was_up || (before.incident.is_none() && verdict.severity().is_some()))
    })
}

/// Steps one service through its looks, which are in order of slot.
pub(super) fn fold(
    before: &Before,
    looks: &[&Entry],
    evidence: Option<Evidence>,
    now: DateTime<Utc>,
) -> Folded {
    let mut fold = Fold::new(before, evidence, now);
    let mut newest = None;
    for entry in looks {
        if fold.take(&entry.look) {
            newest = Some(*entry);
        }
    }
    fold.finish(before, newest)
}

/// Where the good look before trouble is to be found.
enum Good<'a> {
    /// In what was stored before this batch.
    Stored(Option<Box<KeptLook>>),
    InBatch(&'a Look),
}

struct Fold<'a> {
    standing: Standing,
    open_hours: OpenHours,
    ahead_until: Option<DateTime<Utc>>,
    good: Good<'a>,
    saw_up: bool,
    current: Option<Current>,
    /// What the look before saw, as a number.
    digest: i64,
    folded: Folded,
}

/// The incident that is open.
struct Current {
    course: Course,
    started_at: DateTime<Utc>,
    /// If that lies in this batch.
    opening: Option<Opening>,
}

impl<'a> Fold<'a> {
    fn new(before: &Before, evidence: Option<Evidence>, now: DateTime<Utc>) -> Self {
        let mut standing = before.standing;
        let mut open_hours = before.open_hours;
        let mut ahead_until = before.ahead_until;
        // Written when the clock was ahead: believed, it would silence the service until the time is reached again.
        if standing
            .last
            .is_some_and(|(slot, span)| slot - now > span.max(TimeDelta::zero()))
        {
            ahead_until = before.taken_until();
            standing.last = None;
            open_hours = OpenHours::default();
        }
        let was_up = standing.verdict == Some(Verdict::Up);
        let stored = evidence.and_then(|evidence| match evidence.latest {
            Some(latest) if was_up => Some(latest.kept()),
            _ => evidence.good,
        });
        let current = before
            .incident
            .zip(standing.incident)
            .map(|(id, open)| Current {
                course: course(id, &open),
                started_at: open.started_at,
                opening: None,
            });
        Self {
            standing,
            open_hours,
            ahead_until,
            good: Good::Stored(stored.map(Box::new)),
            saw_up: was_up,
            current,
            digest: before.look_digest,
            folded: Folded::default(),
        }
    }

    /// One more look; false when it is not newer than what is known.
    fn take(&mut self, look: &'a Look) -> bool {
        let (after, change) = step(&self.standing, &look.seen());
        if after.last == self.standing.last {
            return false;
        }
        self.open_hours
            .settle(stand(&self.standing).as_ref(), look.slot);
        let was = std::mem::replace(&mut self.standing, after);
        self.folded.notable |= was.verdict != after.verdict
            || was.health != after.health
            || change.is_some_and(|change| change != Change::Continued);
        if let Some(change) = change {
            self.change(look, change);
        }
        self.hear_vendor(look, change);
        if look.verdict == Verdict::Up {
            self.good = Good::InBatch(look);
            self.saw_up = true;
        }
        true
    }

    fn change(&mut self, look: &'a Look, change: Change) {
        match change {
            Change::Opened { started_at, .. } => self.open(look, started_at),
            Change::Continued | Change::SeverityChanged { .. } => {
                let open = self.standing.incident;
                if let (Some(current), Some(open)) = (&mut self.current, open) {
                    current.course.failed += 1;
                    current.course.severity = open.severity;
                    current.course.worst = open.worst;
                }
            }
            Change::Resolved { .. } => {}
        }
        let Some(current) = &self.current else {
            return;
        };
        let told = Told {
            incident: current.course.id,
            started_at: current.started_at,
            severity: current.course.severity,
            change,
        };
        if let Some((at, event)) = event(look, change) {
            self.folded.timeline.push(TimelineEntry {
                incident: told.incident,
                at,
                event,
                mark: None,
            });
            self.folded.told.push(told);
        }
        if let Change::Resolved { at } = change
            && let Some(mut current) = self.current.take()
        {
            current.course.resolved_at = Some(at);
            self.keep(current);
        }
    }

    /// Tells the timeline of an open incident what the vendor wrote, when that may be new.
    fn hear_vendor(&mut self, look: &Look, change: Option<Change>) {
        let seen = look.observation.as_deref();
        let Some(said) = seen.and_then(|seen| seen.vendor.as_deref()) else {
            return;
        };
        let digest = latest::digest(look);
        let known = std::mem::replace(&mut self.digest, digest) == digest;
        let Some(current) = &self.current else {
            return;
        };
        if !known || matches!(change, Some(Change::Opened { .. })) {
            let told = vendor::told(said, current.course.id, look.started_at);
            self.folded.timeline.extend(told);
        }
    }

    fn open(&mut self, look: &'a Look, started_at: DateTime<Utc>) {
        let Some(open) = self.standing.incident else {
            return;
        };
        let id = IncidentId(Uuid::now_v7());
        let opening = Opening {
            id,
            service: look.service,
            workspace: look.workspace,
            started_at,
            cause: look.failure.clone(),
            first_failed: first_failed(look, started_at),
            last_good: self.last_good(),
        };
        let course = Course {
            failed: 1,
            ..course(id, &open)
        };
        self.current = Some(Current {
            course,
            started_at,
            opening: Some(opening),
        });
    }

    fn last_good(&self) -> Option<KeptLook> {
        match &self.good {
            Good::Stored(kept) => kept.as_deref().cloned(),
            Good::InBatch(look) => look.observation.as_deref().map(|observation| KeptLook {
                at: look.started_at,
                observation: observation.clone(),
            }),
        }
    }

    fn keep(&mut self, current: Current) {
        match current.opening {
            Some(opening) => self.folded.openings.push((opening, current.course)),
            None => self.folded.courses.push(current.course),
        }
    }

    fn finish(mut self, before: &Before, newest: Option<&Entry>) -> Folded {
        let incident = self.current.as_ref().map(|current| current.course.id);
        if let Some(current) = self.current.take()
            && current.course.failed > 0
        {
            self.keep(current);
        }
        if let Some(entry) = newest {
            let good_look = (self.saw_up && self.standing.verdict != Some(Verdict::Up))
                .then(|| self.last_good())
                .flatten();
            let after = After {
                service: before.service,
                standing: self.standing,
                incident,
                open_hours: self.open_hours,
                ahead_until: self.ahead_until,
                started_at: entry.look.started_at,
                status_code: Some(entry.row.status_code).filter(|status| *status > 0),
                total_us: Some(entry.row.total_us).filter(|us| *us > 0),
                good_look,
                ..facts(before, entry)
            };
            self.folded.routine = after.is_routine(before);
            self.folded.after = Some(after);
        }
        self.folded
    }
}

/// What the newest look saw, as far as it is to be written again.
fn facts(before: &Before, entry: &Entry) -> After {
    let hops = entry.look.observation.as_deref().map(|seen| &seen.hops[..]);
    let digest = if entry.bare {
        before.look_digest
    } else {
        latest::digest(&entry.look)
    };
    After {
        service: before.service,
        standing: before.standing,
        incident: None,
        open_hours: before.open_hours,
        started_at: entry.look.started_at,
        status_code: None,
        total_us: None,
        timings: hops.map_or_else(Vec::new, packed::hops),
        look_digest: digest,
        look: (digest != before.look_digest).then(|| LatestLook::of(&entry.look)),
        good_look: None,
        ahead_until: before.ahead_until,
    }
}

/// What the timeline says of a change, and for when.
fn event(look: &Look, change: Change) -> Option<(DateTime<Utc>, IncidentEvent)> {
    match change {
        Change::Opened {
            severity,
            started_at,
        } => Some((
            started_at,
            IncidentEvent::Opened {
                severity,
                cause: look.failure.clone(),
                attempts: look.attempts,
            },
        )),
        Change::SeverityChanged { from, to } => Some((
            look.first_failed_at.unwrap_or(look.started_at),
            IncidentEvent::SeverityChanged {
                from,
                to,
                cause: look.failure.clone(),
            },
        )),
        Change::Resolved { at } => Some((
            at,
            IncidentEvent::Resolved {
                resolution: Resolution::Recovered,
            },
        )),
        Change::Continued => None,
    }
}

fn course(id: IncidentId, open: &OpenIncident) -> Course {
    Course {
        id,
        severity: open.severity,
        worst: open.worst,
        failed: 0,
        resolved_at: None,
    }
}

/// The latest check as far as the open hours need it.
fn stand(standing: &Standing) -> Option<Stand> {
    let ((slot, stands_for), verdict) = standing.last.zip(standing.verdict)?;
    Some(Stand {
        slot,
        stands_for,
        verdict,
        total_us: None,
    })
}

/// What the first failing attempt saw.
fn first_failed(look: &Look, at: DateTime<Utc>) -> Option<KeptLook> {
    let seen = look.first_failed.as_deref().or(look.observation.as_deref());
    seen.map(|observation| KeptLook {
        at,
        observation: observation.clone(),
    })
}
