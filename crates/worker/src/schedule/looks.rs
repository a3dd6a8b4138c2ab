//! From the alarm of a service to its finished look.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use domain::{confirm::Next, failure::FailureCode, health, look::Look, schedule::grace};
use probe::LookOptions;

use super::{Schedule, in_ms};
use crate::{
    admission::{Lane, Want, burnt},
    attempt::{Answer, Question},
    due::Arrival,
    looking::Looking,
    roster::{Step, Turn, Underway},
    service::hash,
};

impl Schedule {
    /// An alarm rang: a look begins, or goes on after a rest.
    pub(super) fn wake(&mut self, turn: Turn, now: DateTime<Utc>) {
        let Some(entry) = self.roster.at(turn) else {
            return;
        };
        if entry.look.is_some() {
            self.enter(turn, now);
            return;
        }
        let facts = entry.facts(now);
        let slot = entry.due.slot;
        let Some(late) = facts.late(slot) else {
            self.begin(turn.index, slot, now);
            return;
        };
        let due = if entry.asked_at.is_some() {
            facts.first(Arrival::Changed)
        } else {
            late.next
        };
        self.count_missed(late.missed);
        self.plan(turn.index, due);
    }

    fn begin(&mut self, index: u32, slot: DateTime<Utc>, now: DateTime<Utc>) {
        let Some(entry) = self.roster.get_mut(index) else {
            return;
        };
        // Whatever was asked for until this slot is answered by it.
        let answers = entry.due.asked;
        entry.asked_at = entry.asked_at.filter(|asked| !answers && *asked > slot);
        entry.look = Some(Box::new(Underway {
            looking: Looking::new(slot, answers, entry.question()),
            step: Step::Waiting { since: now },
        }));
        self.request(index, now);
    }

    /// Asks for a place among the attempts under way.
    fn request(&mut self, index: u32, now: DateTime<Utc>) {
        let Some(entry) = self.roster.get_mut(index) else {
            return;
        };
        let latest = latest_start(entry.service.interval, entry.look.as_deref(), now);
        let at = self.admission.reserve(entry.service.origin, now, latest);
        match at {
            None => self.hold_back(index, now),
            Some(at) if at > now => self.set_alarm(index, at),
            Some(_) => {
                let turn = self.roster.next_turn(index);
                self.enter(turn, now);
            }
        }
    }

    fn enter(&mut self, turn: Turn, now: DateTime<Utc>) {
        let Some(want) = self.want(turn) else { return };
        if self.admission.enter(turn, want) {
            self.ask(turn, want, now);
        }
    }

    /// What the next attempt needs. A look whose attempt has just been burnt goes on in the slow lane.
    fn want(&mut self, turn: Turn) -> Option<Want> {
        let entry = self.roster.at(turn)?;
        let look = entry.look.as_deref()?;
        let hangs = look.looking.attempts() > 0 && entry.burnt > 0;
        Some(Want {
            origin: entry.service.origin,
            address: entry.address,
            lane: if hangs {
                Lane::Slow
            } else {
                Lane::of(entry.burnt)
            },
        })
    }

    fn ask(&mut self, turn: Turn, want: Want, now: DateTime<Utc>) {
        let turn_of_answer = self.roster.next_turn(turn.index);
        let Some(entry) = self.roster.at(turn_of_answer) else {
            return;
        };
        let Some(look) = entry.look.as_deref_mut() else {
            return;
        };
        let queued = match look.step {
            Step::Waiting { since } => (now - since).to_std().unwrap_or_default(),
            Step::Asking { .. } => Duration::ZERO,
        };
        let options = LookOptions {
            attempt: look.looking.attempts(),
            queued,
        };
        let task = self.asker.ask(Question {
            turn: turn_of_answer,
            service: entry.service.clone(),
            options,
            is_first: entry.standing.incident.is_none(),
            now,
        });
        look.step = Step::Asking { want, task };
    }

    /// An attempt has ended.
    pub(super) fn hear(&mut self, answer: Answer) {
        let Some(now) = self.parts.clock.now() else {
            return;
        };
        let Some(entry) = self.roster.at(answer.turn) else {
            return;
        };
        let Some(look) = entry.look.as_deref_mut() else {
            return;
        };
        let since = Step::Waiting { since: now };
        let Step::Asking { want, .. } = std::mem::replace(&mut look.step, since) else {
            return;
        };
        let timeout = entry.service.target.target().timeout;
        entry.burnt = burnt(entry.burnt, answer.took, timeout);
        let hops = answer.attempt.observation.as_ref().map(|seen| &seen.hops);
        if let Some(ip) = hops.and_then(|hops| hops.first()?.remote) {
            entry.address = hash(&ip);
        }
        let next = look.looking.add(answer.attempt);
        if look.looking.is_first_suspicion() && next != Next::Done {
            self.parts
                .suspicions
                .tell(&entry.service, &entry.standing, &look.looking);
        }
        match next {
            Next::Done => self.finish(answer.turn.index, now),
            Next::Again(wait) if !self.stopping => self.rest(answer.turn.index, now, wait),
            // Nothing is confirmed, and another worker, or the next start, looks again.
            Next::Again(_) => entry.look = None,
        }
        self.make_room(want);
    }

    fn rest(&mut self, index: u32, now: DateTime<Utc>, wait: Duration) {
        let again = now + TimeDelta::from_std(wait).unwrap_or_default();
        if let Some(look) = self
            .roster
            .get_mut(index)
            .and_then(|entry| entry.look.as_deref_mut())
        {
            look.step = Step::Waiting { since: again };
        }
        self.set_alarm(index, again);
    }

    /// Gives the place of an attempt that is over to those who wait for it.
    pub(super) fn make_room(&mut self, want: Want) {
        let mut ready = Vec::new();
        self.admission.leave(want, &mut ready);
        while let Some((turn, want)) = ready.pop() {
            if !self.admit(turn, want) {
                self.admission.leave(want, &mut ready);
            }
        }
    }

    /// Starts an attempt that has waited for its place; false when it is no longer wanted.
    fn admit(&mut self, turn: Turn, want: Want) -> bool {
        let Some(now) = self.parts.clock.now() else {
            return false;
        };
        let Some(entry) = self.roster.at(turn) else {
            return false;
        };
        let Some(look) = entry.look.as_deref() else {
            return false;
        };
        if self.stopping || self.halted {
            entry.look = None;
            return false;
        }
        if look.looking.attempts() == 0 && entry.facts(now).late(look.looking.slot()).is_some() {
            self.hold_back(turn.index, now);
            return false;
        }
        self.ask(turn, want, now);
        true
    }

    /// We held back for so long that the slot is over: unknown, because of us.
    fn hold_back(&mut self, index: u32, now: DateTime<Utc>) {
        self.end_unseen(index, now, FailureCode::Throttled);
    }

    /// Ends a look of which nothing that was seen counts.
    pub(super) fn end_unseen(&mut self, index: u32, now: DateTime<Utc>, code: FailureCode) {
        let Some(entry) = self.roster.get_mut(index) else {
            return;
        };
        if let Some(look) = entry.look.take() {
            let look = look.looking.void(code, &entry.service, TimeDelta::zero());
            self.conclude(index, look, now);
        }
    }

    fn finish(&mut self, index: u32, now: DateTime<Utc>) {
        let Some(entry) = self.roster.get_mut(index) else {
            return;
        };
        if let Some(look) = entry.look.take() {
            let look = look.looking.finish(&entry.service, TimeDelta::zero());
            let late = look.started_at - look.slot;
            self.meters.lateness.record(late.as_seconds_f64().max(0.0));
            self.parts.figures.change(|figures| {
                figures.looks += 1;
                figures.latest_start_ms = figures.latest_start_ms.max(late.num_milliseconds());
            });
            self.conclude(index, look, now);
        }
    }

    /// Steps the standing, computes the next look, and hands over this one: it speaks until the service is due again.
    fn conclude(&mut self, index: u32, mut look: Look, now: DateTime<Utc>) {
        let Some(entry) = self.roster.get_mut(index) else {
            return;
        };
        entry.forget_the_future(now);
        let (mut standing, _) = health::step(&entry.standing, &look.seen());
        let mut facts = entry.facts(now);
        facts.grid = entry.service.grid(&standing);
        facts.last_slot = Some(look.slot);
        let due = facts.next();
        look.stands_for = in_ms(due.slot - look.slot);
        if standing.last.is_some_and(|(slot, _)| slot == look.slot) {
            standing.last = Some((look.slot, look.stands_for));
        }
        entry.standing = standing;
        self.meters.finished(&look);
        // The record outlives the schedule; should it be gone, there is nobody left to tell.
        let _ = self.parts.looks.send(look);
        if !self.stopping {
            self.plan(index, due);
        }
    }
}

/// Until when the next attempt has to start: the first one belongs to its slot, later ones to their own time.
fn latest_start(interval: Duration, look: Option<&Underway>, now: DateTime<Utc>) -> DateTime<Utc> {
    let grace = TimeDelta::from_std(grace(interval)).unwrap_or_default();
    let from = look
        .filter(|look| look.looking.attempts() == 0)
        .map_or(now, |look| look.looking.slot());
    (from + grace).max(now)
}
