//! From a reading, or the want of one, to one look per service.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    health, look::Look, observation::Observation, schedule::Grid, vendor::Said, verdict::Verdict,
};

use super::{
    judge::{Judgement, judge, unread},
    kept::{Kept, Worth, delta},
    roster::{Entry, Follower, Suspect},
};
use crate::schedule::in_ms;

/// The longest wait before bad news is confirmed.
const LONGEST_DOUBT: TimeDelta = TimeDelta::seconds(15);

/// What services learn from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Basis {
    /// The page was read, or tried to be, from this time on.
    Tried(DateTime<Utc>),
    /// Nobody read it.
    Remembered,
}

/// Gives looks to all services that are due. What needs a second reading waits.
pub(crate) fn settle(entry: &mut Entry, basis: Basis, now: DateTime<Utc>) -> Vec<Look> {
    let (grid, interval) = (entry.grid(), entry.interval());
    let open_slot = entry.open_slot.take();
    let next = entry.due.map_or_else(|| grid.after(now), |due| due.slot);
    let Some(kept) = &entry.kept else {
        return Vec::new();
    };
    let state = State {
        kept,
        worth: match basis {
            Basis::Tried(_) if kept.failures == 0 => Worth::News,
            _ => kept.worth(now, interval),
        },
        basis,
        wait: (delta(interval) / 4).min(LONGEST_DOUBT),
        next: if next > now { next } else { grid.after(now) },
        now,
    };
    let mut looks = Vec::new();
    for follower in entry.followers.values_mut() {
        follower.forget_the_future(now + delta(interval));
        if let Some(slot) = slot(follower, &state, open_slot, grid) {
            // Whoever asks is answered beside the slots of the page.
            let asked = open_slot != Some(slot);
            let look = look(follower, &state, slot);
            looks.extend(look.map(|look| Look { asked, ..look }));
        }
    }
    looks
}

/// What holds for all services of the page.
struct State<'a> {
    kept: &'a Kept,
    worth: Worth,
    basis: Basis,
    /// Before bad news is confirmed.
    wait: TimeDelta,
    /// The slot after these looks.
    next: DateTime<Utc>,
    now: DateTime<Utc>,
}

/// The slot of the look that the service gets now, if it gets one.
fn slot(
    follower: &mut Follower,
    state: &State<'_>,
    open: Option<DateTime<Utc>>,
    grid: Grid,
) -> Option<DateTime<Utc>> {
    if let Some(suspect) = &follower.suspect {
        let confirms = matches!(state.basis, Basis::Tried(at) if at >= suspect.again_at);
        return confirms.then_some(suspect.slot);
    }
    let asked = follower.asked(grid, state.now);
    if let Some(asked) = asked.filter(|due| due.at <= state.now) {
        follower.asked_at = None;
        return Some(asked.slot);
    }
    let last = follower.last_slot();
    open.filter(|slot| last.is_none_or(|last| *slot > last))
}

/// The look at this slot; none while it is to be confirmed.
fn look(follower: &mut Follower, state: &State<'_>, slot: DateTime<Utc>) -> Option<Look> {
    let started_at = match state.basis {
        Basis::Tried(at) => at.max(slot),
        Basis::Remembered => state.now.max(slot),
    };
    let judgement = state.judge(follower);
    let first = follower.suspect.take();
    let bad = judgement.verdict.severity().is_some();
    let calm = follower.following.standing.incident.is_none();
    if first.is_none() && bad && calm && !judgement.linked {
        if state.worth == Worth::News {
            follower.suspect = Some(Suspect {
                slot,
                started_at,
                judgement,
                again_at: state.now + state.wait,
            });
            return None;
        }
        // An old word that nobody confirmed opens nothing.
        let doubted = state.unread(follower, judgement.said);
        return Some(conclude(
            follower,
            state,
            (slot, started_at),
            (doubted, None),
        ));
    }
    Some(conclude(
        follower,
        state,
        (slot, started_at),
        (judgement, first),
    ))
}

impl State<'_> {
    fn judge(&self, follower: &Follower) -> Judgement {
        let target = &follower.following.target;
        let confirming = follower.suspect.is_some();
        let judged = self.kept.page.as_deref();
        let judged = judged.map(|page| judge(page, self.kept.named(), target, self.now));
        match judged {
            // A reading that failed confirms nothing.
            Some(judged)
                if self.worth == Worth::News || (self.worth == Worth::Stands && !confirming) =>
            {
                judged
            }
            judged => self.unread(follower, judged.and_then(|judged| judged.said)),
        }
    }

    fn unread(&self, follower: &Follower, said: Option<Said>) -> Judgement {
        let target = &follower.following.target;
        unread(self.kept.named(), target, self.kept.trouble(), said)
    }
}

/// The finished look; the service stands where it leads.
fn conclude(
    follower: &mut Follower,
    state: &State<'_>,
    (slot, started_at): (DateTime<Utc>, DateTime<Utc>),
    (last, first): (Judgement, Option<Suspect>),
) -> Look {
    let attempts = 1 + u8::from(first.is_some());
    let first_at = first.as_ref().map(|first| first.started_at);
    // The mildest of both counts; one that could not be made confirms nothing.
    let (judgement, other) = match first {
        Some(first) if weight(first.judgement.verdict) < weight(last.verdict) => {
            (first.judgement, None)
        }
        Some(first) => (last, Some(first.judgement)),
        None => (last, None),
    };
    let failing = judgement.verdict.severity().is_some();
    let following = &mut follower.following;
    let good = judgement.verdict == Verdict::Up;
    let look = Look {
        service: following.key,
        service_id: following.id,
        workspace: following.workspace,
        revision: following.revision,
        asked: false,
        slot,
        stands_for: in_ms(state.next.max(slot) - slot),
        started_at: first_at.unwrap_or(started_at),
        verdict: judgement.verdict,
        failure: judgement.failure.filter(|_| !good),
        attempts,
        first_failed_at: first_at.or(failing.then_some(started_at)),
        recovered_at: (good && following.standing.incident.is_some()).then_some(started_at),
        observation: Some(observation(judgement.said)),
        first_failed: other.map(|other| observation(other.said)),
    };
    let (standing, _) = health::step(&following.standing, &look.seen());
    following.standing = standing;
    look
}

fn weight(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Up => 0,
        Verdict::Maintenance => 1,
        Verdict::Unknown => 2,
        Verdict::Degraded => 3,
        Verdict::Down => 4,
    }
}

fn observation(said: Option<Said>) -> Box<Observation> {
    Box::new(Observation {
        vendor: said.map(Box::new),
        ..Observation::default()
    })
}

impl Follower {
    /// Forgets a last slot that a clock which has been set back since wrote far ahead of now.
    fn forget_the_future(&mut self, furthest: DateTime<Utc>) {
        let standing = &mut self.following.standing;
        standing.last = standing.last.filter(|(slot, _)| *slot <= furthest);
    }
}
